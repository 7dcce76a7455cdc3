import BundleTrust

let keygenCommand = Command(
  name: "keygen",
  summary: "make a key to sign bundles with",
  synopsis: "NAME",
  description: """
    Writes a new Ed25519 key: the private half, for who signs, as NAME.key, which only its owner may read, and the public
    half, for gateways to trust, as NAME.pub. Both are PEM, as OpenSSL reads it; nothing is encrypted or overwritten.
    """,
  examples: [("hpol keygen release", "release.key and release.pub")],
  run: { (arguments, console) throws(CommandError) in
    guard arguments.positionals.count == 1 else { throw .usage("expected one NAME") }
    let name = arguments.positionals[0]
    let privatePEM: [UInt8]
    let publicKey: PublicKey
    do throws(KeyError) {
      let key = try SigningKey.generate()
      (privatePEM, publicKey) = (key.pem, key.publicKey)
    } catch {
      throw .failure(error.message)
    }
    try writeNewFile(name + ".key", privatePEM, isSecret: true)
    try writeNewFile(name + ".pub", publicKey.pem, isSecret: false)
    console.write("\(name).key, \(name).pub: the key \(publicKey.id)\n")
    return .holds
  })
