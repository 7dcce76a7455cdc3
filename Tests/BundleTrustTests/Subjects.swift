import BundleTrust
import PolicyBytecode
import PolicyCompiler
import PolicyTestBench
import Testing

/// A bundle of one rule, which blocks `DROP` with the message `revision N`.
func bundle(revision: UInt64 = 0, expires: Int64? = nil) throws -> [UInt8] {
  let text = """
    hpol 1
    default allow
    rule no-drop {
      when  sql.verb is drop
      block "revision \(revision)"
    }
    """
  var release = Release()
  release.revision = revision
  release.expires = expires
  let build = PolicyBuild(
    roots: ["p.hpol"], reader: .inMemory(["p.hpol": Array(text.utf8)]), now: 0, toolVersion: "test", release: release)
  return try #require(build.bundle)
}

/// Why bytes are refused; nil if they are not.
func refusal(_ open: () throws(TrustError) -> Void) -> TrustError? {
  do throws(TrustError) {
    try open()
    return nil
  } catch {
    return error
  }
}
