/// The signature at the end of a bundle: who signed all that stands before it.
///
/// What is signed is ``magic`` followed by the SHA-256 of the body, 40 bytes, by Ed25519 (RFC 8032).
public struct BundleSignature: Hashable, Sendable {
  /// It begins every signature and every signed text, so that nothing that a key signs elsewhere is a signature here.
  public static let magic: [UInt8] = Array("HPOLSIGN".utf8)
  public static let keyBytes = 32
  public static let valueBytes = 64
  public static let byteCount = magic.count + keyBytes + valueBytes

  /// The public key.
  public var key: [UInt8]
  public var value: [UInt8]

  /// `key` has ``keyBytes`` bytes, `value` ``valueBytes``.
  public init(key: [UInt8], value: [UInt8]) {
    precondition(key.count == Self.keyBytes && value.count == Self.valueBytes, "no Ed25519 signature has that size")
    self.key = key
    self.value = value
  }

  /// As it stands in a bundle.
  public var encoded: [UInt8] { Self.magic + key + value }
}

/// A bundle's body and its signature, told apart; nothing else is known of either.
public struct BundleEnvelope: Sendable {
  public let version: UInt32
  /// The bytes of the body, from the bundle's first.
  public let bodyCount: Int
  public let signature: BundleSignature?

  public init(_ bytes: [UInt8]) throws(BundleError) {
    guard bytes.starts(with: BundleFormat.magic) else {
      // What authors have at hand, and C or Python is easily given.
      let isPolicy = bytes.starts(with: "hpol 1".utf8)
      throw BundleError(
        isPolicy ? "this is a policy and no bundle; `hpol build` makes one of it" : "this is not an hpol bundle")
    }
    guard bytes.count >= BundleFormat.headerBytes else {
      throw BundleError("the bundle is cut short: its header alone has \(BundleFormat.headerBytes) bytes")
    }
    let version = bytes.integer(at: 8, bytes: 4)
    guard (UInt64(BundleFormat.oldestVersion)...UInt64(BundleFormat.version)).contains(version) else {
      throw BundleError(
        "the bundle has format version \(version); this program reads versions \(BundleFormat.oldestVersion) to "
          + "\(BundleFormat.version)")
    }
    self.version = UInt32(version)
    let length = bytes.integer(at: 16, bytes: 8)
    guard length <= UInt64(BundleFormat.maxBodyBytes) else { throw BundleError("the bundle is larger than 256 MiB") }
    bodyCount = Int(length)
    let rest = bytes.count - bodyCount
    guard rest >= 0 else { throw BundleError("the bundle says it is \(length) bytes long, but it is \(bytes.count)") }
    guard rest > 0 else {
      signature = nil
      return
    }
    let end = bytes[bodyCount...]
    guard version > 1, rest == BundleSignature.byteCount, end.starts(with: BundleSignature.magic) else {
      throw BundleError("the bundle is \(length) bytes long, and the \(rest) after them are no signature")
    }
    let value = bodyCount + BundleSignature.magic.count + BundleSignature.keyBytes
    signature = BundleSignature(
      key: Array(bytes[value - BundleSignature.keyBytes..<value]), value: Array(bytes[value...]))
  }
}

extension [UInt8] {
  /// The little-endian integer of `count` bytes at `offset`.
  func integer(at offset: Int, bytes count: Int) -> UInt64 {
    (0..<count).reduce(0) { $0 | UInt64(self[offset + $1]) << UInt64(8 * $1) }
  }
}
