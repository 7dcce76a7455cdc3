/// Numbers in flags of kubectl.
enum KubernetesNumber {
  /// The value of a number in a flag, as Go's `strconv.ParseInt` reads it where the base is left to the text: `0x0`,
  /// `0b0`, `0o0`, `00`, `+0`, `1_000`.
  static func flag(_ text: [UInt8]) -> Int? {
    var digits = text[...]
    let isNegative = digits.first == Ascii.dash
    if isNegative || digits.first == Ascii.plus { digits = digits.dropFirst() }
    var radix = 10
    if digits.count > 1, digits.first == Ascii.zero {
      digits = digits.dropFirst()
      switch digits.first.map({ $0 | 0x20 }) {
      case UInt8(ascii: "x"): radix = 16
      case UInt8(ascii: "b"): radix = 2
      case UInt8(ascii: "o"): radix = 8
      default:
        radix = 8
        digits = text.suffix(digits.count + 1)
      }
      if radix != 8 || digits.first.map({ $0 | 0x20 }) == UInt8(ascii: "o") { digits = digits.dropFirst() }
    }
    let plain = digits.filter { $0 != Ascii.underscore }
    guard !plain.isEmpty, plain.first != Ascii.dash, plain.first != Ascii.plus,
      let value = Int(String(decoding: plain, as: UTF8.self), radix: radix)
    else { return nil }
    return isNegative ? -value : value
  }
}
