/// What the text of a scalar stands for.
enum YAMLScalar {
  private static let core = "tag:yaml.org,2002:"

  /// The value of a scalar event, or nil for a tag that JSON has nothing for.
  ///
  /// A plain scalar without a tag is resolved as YAML 1.1 does it, `yes` and `on` being booleans and `010` eight, since
  /// that is what Kubernetes and its clients read. Dates, `.inf` and `.nan` stay text.
  static func value(_ event: YAMLEvent) -> JSONValue? {
    let text = String(decoding: event.value, as: UTF8.self)
    guard let tag = event.tag else { return event.style == .plain ? resolved(text) : .string(text) }
    guard tag.hasPrefix(core) else { return tag == "!" ? .string(text) : nil }
    switch tag.dropFirst(core.count) {
    case "str", "timestamp": return .string(text)
    case "null": return .null
    case "bool": return boolean(text).map { .boolean($0) }
    case "int": return integer(text).map { .number($0) }
    case "float": return (integer(text) ?? float(text)).map { .number($0) }
    default: return nil
    }
  }

  private static func resolved(_ text: String) -> JSONValue {
    guard let first = text.utf8.first else { return .null }
    switch first {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
      return (integer(text) ?? float(text)).map { .number($0) } ?? .string(text)
    default:
      if text == "~" || text == "null" || text == "Null" || text == "NULL" { return .null }
      return boolean(text).map { .boolean($0) } ?? .string(text)
    }
  }

  private static func boolean(_ text: String) -> Bool? {
    switch text {
    case "true", "True", "TRUE", "yes", "Yes", "YES", "y", "Y", "on", "On", "ON": true
    case "false", "False", "FALSE", "no", "No", "NO", "n", "N", "off", "Off", "OFF": false
    default: nil
    }
  }

  /// The decimal digits of an integer that fits 64 bits: decimal, `0x`, `0o`, `0b`, or octal with a leading zero.
  private static func integer(_ text: String) -> String? {
    var digits = text.filter { $0 != "_" }[...]
    let isNegative = digits.first == "-"
    if isNegative || digits.first == "+" { digits = digits.dropFirst() }
    guard let first = digits.utf8.first, first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9") else { return nil }
    var radix = 10
    if first == UInt8(ascii: "0"), digits.utf8.count > 1 {
      let second = digits.utf8[digits.utf8.index(after: digits.startIndex)]
      switch second | 0x20 {
      case UInt8(ascii: "x"): radix = 16
      case UInt8(ascii: "o"): radix = 8
      case UInt8(ascii: "b"): radix = 2
      default:
        // `0.5` and `0e1` are none.
        guard isDigit(second) else { return nil }
        radix = 8
      }
      digits = digits.dropFirst(isDigit(second) ? 1 : 2)
      guard digits.first != "-", digits.first != "+" else { return nil }
    }
    guard let magnitude = UInt64(digits, radix: radix) else { return nil }
    return (isNegative && magnitude > 0 ? "-" : "") + String(magnitude)
  }

  /// A number with a fraction or an exponent, as JSON spells it.
  private static func float(_ text: String) -> String? {
    var rest = text.filter { $0 != "_" }.utf8[...]
    var sign = ""
    if rest.first == UInt8(ascii: "-") { sign = "-" }
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    let whole = rest.prefix(while: isDigit)
    rest = rest.dropFirst(whole.count)
    var fraction = rest.prefix(0)
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      fraction = rest.prefix(while: isDigit)
      rest = rest.dropFirst(fraction.count)
    }
    guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    var result = String(Substring(whole.drop { $0 == UInt8(ascii: "0") }))
    result = sign + (result.isEmpty ? "0" : result)
    if !fraction.isEmpty { result += "." + String(Substring(fraction)) }
    guard let exponent = rest.first else { return result }
    guard exponent | 0x20 == UInt8(ascii: "e") else { return nil }
    rest = rest.dropFirst()
    var mark = "e"
    if rest.first == UInt8(ascii: "-") { mark = "e-" }
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    guard !rest.isEmpty, rest.allSatisfy(isDigit) else { return nil }
    return result + mark + String(Substring(rest))
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
