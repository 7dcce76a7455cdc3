import COpenSSL

/// The key of `with hash`: HMAC-SHA-256 (RFC 2104, FIPS 180-4). Equal values stay equal under one key.
public struct MaskKey: Sendable {
  private let bytes: [UInt8]

  /// Bytes that a mask prints of the code, as hexadecimal digits: enough that values of one response do not meet.
  static let printedBytes = 6

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The key of the bench, which is no secret: the same values give the same hashes on every machine, and whoever knows
  /// the policy can try values. An embedder that masks for real gives its own.
  public static let bench = MaskKey(Array("hpol bench".utf8))

  /// `[hash:1a2b3c4d5e6f]`, or `[redacted]` should the code not be had.
  func token(for value: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    // An empty buffer has no address; the function wants one.
    let one: [UInt8] = [0]
    let done = one.withUnsafeBufferPointer { empty in
      HMAC(
        EVP_sha256(), bytes, Int32(bytes.count), value.baseAddress ?? empty.baseAddress, value.count, &code, &count)
    }
    guard done != nil, count >= Self.printedBytes else { return Array("[redacted]".utf8) }
    var text = Array("[hash:".utf8)
    for byte in code[..<Self.printedBytes] {
      text.append(Self.digits[Int(byte >> 4)])
      text.append(Self.digits[Int(byte & 0xF)])
    }
    text.append(UInt8(ascii: "]"))
    return text
  }

  private static let digits = Array("0123456789abcdef".utf8)
}
