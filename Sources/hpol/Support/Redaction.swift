import Glibc
import Operations
import PolicyRuntime
import PolicyTestBench

/// How commands take the values out of the fixtures that they write.
enum Redaction {
  static let keyOption = Option(
    name: "key-file", letter: "k", value: "FILE", help: "the key of redaction, at least 16 bytes; without it a new one")
  static let principalsOption = Option(
    name: "principals", help: "redact the names of users, sessions and fixtures, claims and addresses, too")
  /// Bytes of a file that holds a key.
  private static let keyBytes = 4096

  /// Makes what redacts fixtures, one for each thread, recording the tests of `policies`. Nil: a policy has errors,
  /// which were printed.
  static func redactors(
    _ policies: [[String]], _ arguments: Arguments, _ console: Console
  ) throws(CommandError) -> (() -> FixtureRedactor)? {
    var loaded: [LoadedPolicy] = []
    for paths in policies {
      guard let policy = try LoadedPolicySet.load(paths, console) else { return nil }
      loaded.append(try policy.loadedPolicy())
    }
    let key = try key(arguments.value("key-file"), console)
    let redactsPrincipals = arguments.has("principals")
    let clock = now()
    return { FixtureRedactor(loaded, key: key, principals: redactsPrincipals, clock: clock) }
  }

  /// The key in a file, without the line end behind it; without a file one that is forgotten after this run.
  private static func key(_ path: String?, _ console: Console) throws(CommandError) -> [UInt8] {
    guard let path else {
      var key = [UInt8](repeating: 0, count: 32)
      guard getentropy(&key, key.count) == 0 else { throw .failure("no random key: \(systemReason())") }
      console.note("tokens are equal within this run only; with --key-file they are over all runs with that key\n")
      return key
    }
    var key = try readFile(path, limit: keyBytes)
    while key.last == 0x0A || key.last == 0x0D { key.removeLast() }
    guard key.count >= ValueTokens.leastKeyBytes else {
      throw .failure(
        "the key in `\(path)` has \(counted(key.count, "byte")), and needs \(ValueTokens.leastKeyBytes); "
          + "`head -c 32 /dev/urandom | base64 > \(path)` makes one")
    }
    return key
  }
}
