import COpenSSL

/// What stands in place of values: HMAC-SHA-256 (RFC 2104, FIPS 180-4) of the value under a key, in the shape of what it
/// replaces. Equal values give equal tokens under one key, wherever they stand; without the key nobody can try values.
public struct ValueTokens: Sendable {
  private let key: [UInt8]

  /// Bytes that a key must have: fewer could be tried.
  public static let leastKeyBytes = 16
  /// Bytes of the code that a word prints, as hexadecimal digits: enough that values of a recording do not meet.
  static let wordBytes = 6

  public init(key: [UInt8]) { self.key = key }

  /// `r1a2b3c4d5e6f`: a word in every language, and no key word of any.
  public func word(_ value: some Sequence<UInt8>) -> [UInt8] {
    [UInt8(ascii: "r")] + hexadecimal(value, digits: 2 * Self.wordBytes)
  }

  /// As many hexadecimal digits.
  func hexadecimal(_ value: some Sequence<UInt8>, digits count: Int) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    return code(Array(value)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }.prefix(count) + []
  }

  /// Ten decimal digits at most, a number that 31 bits hold; 0 and 1, which conditions are made of, stay what they are.
  public func number(_ value: some Sequence<UInt8>) -> [UInt8] {
    let value = Array(value)
    if value == [0x30] || value == [0x31] { return value }
    let bits = code(value).prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return Array(String(100_000_000 + (UInt64(bits) * 2_000_000_000) >> 32).utf8)
  }

  private func code(_ value: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    // The one-shot function fails only where it is given no algorithm. An empty key or value has no address.
    let result = HMAC(
      EVP_sha256(), key.isEmpty ? [0] : key, Int32(key.count), value.isEmpty ? [0] : value, value.count, &code, &count)
    precondition(result != nil && count == 32, "OpenSSL has no HMAC-SHA-256")
    return Array(code[..<32])
  }
}
