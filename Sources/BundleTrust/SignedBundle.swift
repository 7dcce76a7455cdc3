import PolicyBytecode
import PolicyRuntime

/// Signing bundles, and opening them.
public enum SignedBundle {
  /// Opens a bundle to put it in force: signed with a trusted key, as it was signed, not expired, and not older than the
  /// one in force. `now` is in seconds since 1970, UTC; `inForce` is nil where there is none, or where any may follow.
  public static func open(
    _ bytes: [UInt8], trusting keys: TrustedKeys, now: Int64, inForce: UInt64? = nil
  ) throws(TrustError) -> Bundle {
    let envelope = try envelope(bytes)
    guard let signature = envelope.signature else { throw .unsigned }
    guard keys.keys.contains(where: { $0.bytes == signature.key }) else {
      throw .unknownKey(id: PublicKey.id(of: signature.key))
    }
    try verify(bytes, envelope.bodyCount, signature)
    let bundle = try load(bytes)
    let release = bundle.release
    if let expires = release.expires, now >= expires { throw .expired(at: expires) }
    if let inForce { try check(release.revision, notOlderThan: inForce) }
    return bundle
  }

  /// Opens a bundle to look at it or to try it: signed or not, by anyone, of any age. One that was changed after it was
  /// signed is refused all the same.
  public static func openUntrusted(_ bytes: [UInt8]) throws(TrustError) -> Bundle {
    let envelope = try envelope(bytes)
    if let signature = envelope.signature { try verify(bytes, envelope.bodyCount, signature) }
    return try load(bytes)
  }

  /// Makes a bundle ready to judge, which proves the last of what the interpreter relies on.
  public static func policy(_ bundle: Bundle) throws(TrustError) -> LoadedPolicy {
    do throws(BundleError) { return try LoadedPolicy(bundle) } catch { throw .unusable(error) }
  }

  /// `bytes` with a signature by `key`, instead of the one that they may have.
  public static func sign(_ bytes: [UInt8], with key: borrowing SigningKey) throws(TrustError) -> [UInt8] {
    _ = try openUntrusted(bytes)
    let envelope = try envelope(bytes)
    guard envelope.version > 1 else {
      throw .unusable(BundleError("bundles of format version 1 have no signature; build it again"))
    }
    let body = bytes[..<envelope.bodyCount]
    guard let value = key.sign(signedText(body)) else { throw .unusable(BundleError("OpenSSL cannot sign it")) }
    return body + BundleSignature(key: key.publicKey.bytes, value: value).encoded
  }

  static func check(_ revision: UInt64, notOlderThan inForce: UInt64) throws(TrustError) {
    if revision < inForce { throw .older(revision: revision, inForce: inForce) }
  }

  private static func verify(
    _ bytes: [UInt8], _ bodyCount: Int, _ signature: BundleSignature
  ) throws(TrustError) {
    guard PublicKey(signature.key).hasSigned(signedText(bytes[..<bodyCount]), signature.value) else {
      throw .changed(keyID: PublicKey.id(of: signature.key))
    }
  }

  private static func signedText(_ body: ArraySlice<UInt8>) -> [UInt8] { BundleSignature.magic + sha256(body) }

  private static func envelope(_ bytes: [UInt8]) throws(TrustError) -> BundleEnvelope {
    do throws(BundleError) { return try BundleEnvelope(bytes) } catch { throw .unusable(error) }
  }

  private static func load(_ bytes: [UInt8]) throws(TrustError) -> Bundle {
    do throws(BundleError) { return try Bundle(bytes) } catch { throw .unusable(error) }
  }
}
