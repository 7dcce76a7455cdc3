import PatternMatching
import PolicyBytecode

extension CheckedPredicate {
  /// The test as an author would write it, for explanations and listings.
  public var description: String {
    let name = fact.schema.isHidden ? String(fact.schema.name.prefix { $0 != "." }) : fact.schema.name
    let subject = (isAll ? "all " : "") + name + (key.map { "[" + literalText($0) + "]" } ?? "")
    switch test {
    case .isTrue: return subject
    case .isPresent: return "has " + subject
    case .compare(let comparison, let value): return "\(subject) \(comparison.symbol) \(value)"
    case .isOneOf(let values):
      return values.count == 1
        ? "\(subject) is \(values[0])" : "\(subject) in [\(values.map(String.init).joined(separator: ", "))]"
    case .withinNetworks(let networks):
      return "\(subject) within " + bracketed(networks.map { literalText($0.description) })
    case .withinTimes(let windows): return "\(subject) within " + bracketed(windows.map { literalText($0.description) })
    case .matches(let patterns): return subject + " " + describe(patterns)
    }
  }

  private func describe(_ patterns: [Pattern]) -> String {
    guard let first = patterns.first else { return "in []" }
    if fact.schema.isHidden { return "contains " + bracketed(patterns.map(\.source)) }
    if fact == .session { return "has " + bracketed(patterns.map { literalText($0.source) }) }
    guard patterns.allSatisfy({ $0.kind == first.kind && $0.ignoringCase == first.ignoringCase }) else {
      let tests = patterns.map { operatorWord($0.kind) + " " + value($0) + ($0.ignoringCase ? " ignoring case" : "") }
      return "matches any of [" + tests.joined(separator: ", ") + "]"
    }
    let suffix = first.ignoringCase ? " ignoring case" : ""
    if first.kind == .equals, patterns.count > 1 { return "in " + bracketed(patterns.map(value)) + suffix }
    return operatorWord(first.kind) + " " + bracketed(patterns.map(value)) + suffix
  }

  private func operatorWord(_ kind: Pattern.Kind) -> String {
    switch kind {
    case .equals: "is"
    case .prefix: "starts with"
    case .suffix: "ends with"
    case .contains: "contains"
    case .glob, .pathGlob: "like"
    case .regex: "matches"
    case .pcre: "matches pcre"
    }
  }

  private func value(_ pattern: Pattern) -> String {
    if pattern.kind == .regex || pattern.kind == .pcre { return "/" + pattern.source + "/" }
    if case .enumeration = fact.schema.type { return pattern.source }
    return literalText(pattern.source)
  }

  private func bracketed(_ values: [String]) -> String {
    values.count == 1 ? values[0] : "[" + values.joined(separator: ", ") + "]"
  }
}

extension Comparison {
  var symbol: String {
    switch self {
    case .less: "<"
    case .lessOrEqual: "<="
    case .greater: ">"
    case .greaterOrEqual: ">="
    }
  }
}

extension Network {
  /// `10.0.0.0/8`, or for IPv6 eight groups and the prefix length.
  public var description: String {
    let isIPv4 =
      prefixLength >= 96 && address.prefix(10).allSatisfy { $0 == 0 } && address[10] == 0xFF && address[11] == 0xFF
    if isIPv4 { return address[12...].map(String.init).joined(separator: ".") + "/\(prefixLength - 96)" }
    let groups = stride(from: 0, to: 16, by: 2).map { index in
      String(UInt16(address[index]) << 8 | UInt16(address[index + 1]), radix: 16)
    }
    return groups.joined(separator: ":") + "/\(prefixLength)"
  }
}

extension TimeWindow {
  /// `mon-fri 09:00-17:00 Europe/Berlin`; days as a list where they are not a run.
  public var description: String {
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    let chosen = names.indices.filter { days >> UInt8($0) & 1 != 0 }
    let isRun = chosen.count > 2 && chosen[chosen.count - 1] - chosen[0] == chosen.count - 1
    let dayText =
      isRun
      ? names[chosen[0]] + "-" + names[chosen[chosen.count - 1]] : chosen.map { names[$0] }.joined(separator: ",")
    let clock = { (seconds: UInt32) -> String in
      let digits = { (value: UInt32) in value < 10 ? "0\(value)" : "\(value)" }
      return digits(seconds / 3600) + ":" + digits(seconds / 60 % 60)
    }
    return "\(dayText) \(clock(start))-\(clock(end)) \(zone)"
  }
}
