import BundleTrust
import PolicyBytecode

let signCommand = Command(
  name: "sign",
  summary: "sign a bundle",
  synopsis: "BUNDLE --key FILE [--output FILE]",
  description: """
    Signs all of a bundle, in place or into another file. A signature that it has is replaced.
    """,
  options: [
    Option(name: "key", letter: "k", value: "FILE", help: "the private key; - reads it from standard input"),
    Option(name: "output", letter: "o", value: "FILE", help: "write the signed bundle there"),
  ],
  examples: [
    ("hpol sign policies.hpolb --key release.key", "with a key of `hpol keygen`"),
    ("openssl pkey -in encrypted.key | hpol sign policies.hpolb --key -", "with a key that lies encrypted"),
  ],
  run: { (arguments, console) throws(CommandError) in
    guard arguments.positionals.count == 1 else { throw .usage("expected one BUNDLE") }
    guard let keyFile = arguments.value("key") else { throw .usage("expected `--key FILE`") }
    let path = arguments.positionals[0]
    let bundle = try readFile(path, limit: BundleFormat.maxBytes)
    let signed = try TrustOptions.sign(bundle, of: path, keyFile: keyFile)
    let output = arguments.value("output") ?? path
    try writeFile(output, signed.bundle, besides: [keyFile])
    console.write("\(output): signed with the key \(signed.keyID)\n")
    return .holds
  })
