/// The points of Ed25519 whose order divides 8. Whatever text there is, anyone can make a signature of it that holds under
/// such a key (of the point 0, R = 0 and S = 0 are one of all texts), and OpenSSL does not ask.
enum SmallOrder {
  /// Whether 32 bytes (RFC 8032, 5.1.3) are the encoding of such a point: y, and the sign of x in the highest bit. So they are
  /// whatever the sign, and with p added to a y of 0 or 1, though strict decoders refuse some of these.
  static func has(_ key: [UInt8]) -> Bool {
    var y = key
    y[y.count - 1] &= 0x7F
    return encodings.contains(y)
  }

  /// Every y of them: of order 1 and 2, of order 4, both of order 8, and p and p + 1, which are 0 and 1 again.
  private static let encodings: [[UInt8]] = [
    [1] + zeros, [0xEC] + ones, [0] + zeros,
    [
      0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
      0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
    ],
    [
      0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
      0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
    ],
    [0xED] + ones, [0xEE] + ones,
  ]

  private static let zeros = [UInt8](repeating: 0, count: 31)
  private static let ones = [UInt8](repeating: 0xFF, count: 30) + [0x7F]
}
