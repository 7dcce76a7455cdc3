import BundleTrust
import PolicyBytecode
import PolicyRuntime

let verifyCommand = Command(
  name: "verify",
  summary: "tell whether a gateway would put a bundle in force",
  synopsis: "BUNDLE --trust FILE… [--in-force REVISION] [--at TIME]",
  description: """
    Verifies a bundle as a gateway does: a signature by a trusted key over every byte, not expired, not older than the
    revision in force, and safe to run. If it is not so, says why, and exits with 1.
    """,
  options: [
    TrustOptions.trust,
    Option(name: "in-force", value: "REVISION", help: "the revision that it would replace"),
    Option(name: "at", value: "TIME", help: "when, instead of now"),
  ],
  examples: [
    ("hpol verify policies.hpolb --trust release.pub", "is it what we released?"),
    ("hpol verify policies.hpolb --trust release.pub --in-force 41", "and would it replace revision 41?"),
  ],
  run: { (arguments, console) throws(CommandError) in
    guard arguments.positionals.count == 1 else { throw .usage("expected one BUNDLE") }
    guard let keys = try TrustOptions.keys(arguments) else { throw .usage("expected `--trust FILE`, a public key") }
    let path = arguments.positionals[0]
    let bytes = try readFile(path, limit: BundleFormat.maxBytes)
    let time = try TrustOptions.moment("at", arguments) ?? now()
    let inForce = try TrustOptions.revision("in-force", arguments)
    do throws(TrustError) {
      let bundle = try SignedBundle.open(bytes, trusting: keys, now: time, inForce: inForce)
      _ = try SignedBundle.policy(bundle)
      let release = bundle.release
      let key = bundle.signature.map { PublicKey(of: $0).id } ?? ""
      let expiry = release.expires.map { "expires at " + timestamp($0) } ?? "does not expire"
      console.write("\(path): revision \(release.revision), signed with the key \(key), \(expiry)\n")
      return .holds
    } catch {
      console.error("\(path): \(error.message)")
      return .doesNotHold
    }
  })
