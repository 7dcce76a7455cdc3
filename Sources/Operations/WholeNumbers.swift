import JSONText

/// Whole numbers of JSON, in plain digits however they are spelled.
enum WholeNumbers {
  /// A document whose whole numbers are in plain digits: `0e1`, `-0`, `0.0` are `0`.
  static func folding(_ value: JSONValue) -> JSONValue {
    switch value {
    case .number(let text): .number(folded(text) ?? text)
    case .array(let elements): .array(elements.map(folding))
    case .object(let members): .object(members.map { .init($0.key, folding($0.value)) })
    default: value
    }
  }

  /// Digits beyond which a number stays as it is spelled.
  static let digits = 40

  private static func folded(_ text: String) -> String? {
    let special = "-.eE".utf8
    guard text.utf8.contains(where: special.contains) else { return nil }
    let halves = text.lowercased().split(separator: "e", omittingEmptySubsequences: false)
    guard halves.count <= 2, let exponent = halves.count == 2 ? Int(halves[1]) : 0 else { return nil }
    let isNegative = halves[0].hasPrefix("-")
    let parts = halves[0].drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ $0.utf8.allSatisfy(Ascii.isDigit) }) else { return nil }
    let fraction = parts.count == 2 ? parts[1] : ""
    var whole = (parts[0] + fraction).drop { $0 == "0" }
    if whole.isEmpty { return "0" }
    let (shift, overflows) = exponent.subtractingReportingOverflow(fraction.count)
    guard !overflows, (-digits...digits).contains(shift), whole.count <= digits else { return nil }
    for _ in 0..<max(-shift, 0) { guard whole.popLast() == "0" else { return nil } }
    guard !whole.isEmpty else { return nil }
    return (isNegative ? "-" : "") + whole + String(repeating: "0", count: max(shift, 0))
  }
}
