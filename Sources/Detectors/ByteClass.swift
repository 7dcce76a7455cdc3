/// Sets of bytes, as bits that may be joined.
struct ByteClass: OptionSet, Sendable {
  let rawValue: UInt16
  init(rawValue: UInt16) { self.rawValue = rawValue }

  static let digit = ByteClass(rawValue: 1)
  /// a to f.
  static let lowerHex = ByteClass(rawValue: 2)
  /// A to F.
  static let upperHex = ByteClass(rawValue: 4)
  /// g to z.
  static let lowerRest = ByteClass(rawValue: 8)
  /// G to Z.
  static let upperRest = ByteClass(rawValue: 16)
  static let underscore = ByteClass(rawValue: 32)
  static let hyphen = ByteClass(rawValue: 64)
  static let dot = ByteClass(rawValue: 128)
  /// `+` and `/`.
  static let plusSlash = ByteClass(rawValue: 256)
  static let equals = ByteClass(rawValue: 512)
  static let tilde = ByteClass(rawValue: 1024)
  /// Space, tab, line feed, carriage return.
  static let space = ByteClass(rawValue: 2048)
  /// What UTF-8 writes other than ASCII.
  static let nonASCII = ByteClass(rawValue: 4096)
  /// `'` and `%`: besides the others in the local part of an address.
  static let quotePercent = ByteClass(rawValue: 8192)
  static let colon = ByteClass(rawValue: 16384)

  static let lower: ByteClass = [.lowerHex, .lowerRest]
  static let upper: ByteClass = [.upperHex, .upperRest]
  static let letter: ByteClass = [.lower, .upper]
  static let alphanumeric: ByteClass = [.letter, .digit]
  static let word: ByteClass = [.alphanumeric, .underscore]
  static let hex: ByteClass = [.digit, .lowerHex, .upperHex]
  static let base64: ByteClass = [.alphanumeric, .plusSlash]
  static let base64URL: ByteClass = [.word, .hyphen]
  /// token68 of RFC 7235.
  static let token68: ByteClass = [.word, .hyphen, .dot, .tilde, .plusSlash, .equals]
  static let local: ByteClass = [.word, .hyphen, .dot, .quotePercent, .nonASCII]

  /// The classes of each byte.
  static let table: [UInt16] = (0...255).map { (number: Int) -> UInt16 in
    let byte = UInt8(number)
    var classes: ByteClass = []
    switch byte {
    case 0x30...0x39: classes = .digit
    case 0x61...0x66: classes = .lowerHex
    case 0x41...0x46: classes = .upperHex
    case 0x67...0x7A: classes = .lowerRest
    case 0x47...0x5A: classes = .upperRest
    case UInt8(ascii: "_"): classes = .underscore
    case UInt8(ascii: "-"): classes = .hyphen
    case UInt8(ascii: "."): classes = .dot
    case UInt8(ascii: "+"): classes = [.plusSlash, .init(rawValue: 32768)]
    case UInt8(ascii: "/"): classes = .plusSlash
    case UInt8(ascii: "="): classes = .equals
    case UInt8(ascii: "~"): classes = .tilde
    case UInt8(ascii: ":"): classes = .colon
    case UInt8(ascii: "'"), UInt8(ascii: "%"): classes = .quotePercent
    case 0x20, 0x09, 0x0A, 0x0D: classes = .space
    case 0x80...0xFF: classes = .nonASCII
    default: classes = []
    }
    return classes.rawValue
  }

  /// The same, where no array must be kept alive; it lives as long as the program.
  nonisolated(unsafe) static let flat: UnsafePointer<UInt16> = {
    let flat = UnsafeMutablePointer<UInt16>.allocate(capacity: 256)
    for (number, classes) in table.enumerated() { (flat + number).initialize(to: classes) }
    return UnsafePointer(flat)
  }()

  /// `+` alone.
  static let plus = ByteClass(rawValue: 32768)
}
