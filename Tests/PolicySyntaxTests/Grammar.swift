import Foundation

/// `grammar/policy.ebnf`, read and interpreted: it draws sentences and recognises them, knowing nothing of the parser.
final class Grammar {
  indirect enum Pattern {
    case literal(String)
    case name(String)
    case set([ClosedRange<UInt32>], isNegated: Bool)
    case sequence([Pattern])
    case choice([Pattern])
    case repeated(Pattern, least: Int, most: Int)
    case difference(Pattern, Pattern)
  }

  private(set) var rules: [String: Pattern] = [:]
  /// Names used and not defined, or defined twice: none in a sound grammar.
  private(set) var problems: [String] = []
  /// Least depth of a derivation of each rule.
  private var depths: [String: Int] = [:]
  private var tokenCache: [String: Bool] = [:]
  static let unbounded = Int.max
  /// What is drawn where a class names what it excludes.
  private static let samples = Array("aZ09 _-*?.,:;(){}[]|^$+é語\t".unicodeScalars)

  init(_ text: String) {
    var reader = Reader(text)
    while let (name, pattern) = reader.rule() {
      if rules.updateValue(pattern, forKey: name) != nil { problems.append("\(name) is defined twice") }
    }
    problems += reader.names.filter { rules[$0] == nil }.map { "\($0) is not defined" }
    if !reader.isAtEnd { problems.append("cannot read the grammar at `\(reader.rest)`") }
    var changed = true
    while changed {
      changed = false
      for (name, pattern) in rules {
        let depth = leastDepth(pattern)
        if depth < depths[name] ?? Self.unbounded { (depths[name], changed) = (depth, true) }
      }
    }
    problems += rules.keys.filter { depths[$0] == nil }.map { "\($0) derives nothing finite" }
  }

  static func isToken(_ name: String) -> Bool { name.allSatisfy { $0.isUppercase || $0 == "_" } }
}

// MARK: - Reading the notation

extension Grammar {
  private struct Reader {
    private var tokens: [String] = []
    private var index = 0
    private(set) var names: Set<String> = []

    init(_ text: String) {
      var rest = Substring(text)
      func take(_ count: Int) -> String {
        defer { rest = rest.dropFirst(count) }
        return String(rest.prefix(count))
      }
      while let first = rest.first {
        if first.isWhitespace {
          rest = rest.dropFirst()
        } else if rest.hasPrefix("/*") {
          rest = rest.range(of: "*/").map { rest[$0.upperBound...] } ?? ""
        } else if rest.hasPrefix("::=") {
          tokens.append(take(3))
        } else if first == "\"" || first == "'" || first == "[" {
          let close: Character = first == "[" ? "]" : first
          let body = rest.dropFirst().prefix { $0 != close }
          tokens.append(take(body.count + 2))
        } else if first.isLetter {
          tokens.append(take(rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }.count))
        } else {
          tokens.append(take(1))
        }
      }
    }

    var isAtEnd: Bool { index >= tokens.count }
    var rest: String { tokens[index...].prefix(5).joined(separator: " ") }
    private func peek(_ distance: Int = 0) -> String {
      index + distance < tokens.count ? tokens[index + distance] : ""
    }
    private mutating func accept(_ token: String) -> Bool {
      guard peek() == token else { return false }
      index += 1
      return true
    }

    mutating func rule() -> (String, Pattern)? {
      guard peek(1) == "::=" else { return nil }
      let name = peek()
      index += 2
      return (name, choice())
    }

    private mutating func choice() -> Pattern {
      var options = [sequence()]
      while accept("|") { options.append(sequence()) }
      return options.count == 1 ? options[0] : .choice(options)
    }

    private mutating func sequence() -> Pattern {
      var parts: [Pattern] = []
      while !["", "|", ")"].contains(peek()), peek(1) != "::=" { parts.append(difference()) }
      return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func difference() -> Pattern {
      let pattern = repetition()
      return accept("-") ? .difference(pattern, repetition()) : pattern
    }

    private mutating func repetition() -> Pattern {
      let pattern = primary()
      if accept("?") { return .repeated(pattern, least: 0, most: 1) }
      if accept("*") { return .repeated(pattern, least: 0, most: unbounded) }
      if accept("+") { return .repeated(pattern, least: 1, most: unbounded) }
      return pattern
    }

    private mutating func primary() -> Pattern {
      let token = peek()
      index += 1
      if token == "(" {
        let inner = choice()
        _ = accept(")")
        return inner
      }
      if token.first == "\"" || token.first == "'" { return .literal(String(token.dropFirst().dropLast())) }
      if token.first == "[" { return Self.set(token.dropFirst().dropLast()) }
      names.insert(token)
      return .name(token)
    }

    private static func set(_ body: Substring) -> Pattern {
      var rest = body
      let isNegated = rest.first == "^"
      if isNegated { rest = rest.dropFirst() }
      func scalar() -> UInt32 {
        if rest.hasPrefix("#x") {
          let digits = rest.dropFirst(2).prefix(while: \.isHexDigit)
          rest = rest.dropFirst(2 + digits.count)
          return UInt32(digits, radix: 16) ?? 0
        }
        return rest.removeFirst().unicodeScalars.first!.value
      }
      var ranges: [ClosedRange<UInt32>] = []
      while !rest.isEmpty {
        let low = scalar()
        guard rest.first == "-", rest.count > 1 else {
          ranges.append(low...low)
          continue
        }
        rest = rest.dropFirst()
        ranges.append(low...scalar())
      }
      return .set(ranges, isNegated: isNegated)
    }
  }
}

// MARK: - Recognising

extension Grammar {
  /// Whether the tokens are a sentence of the rule: all its ends are computed, memoised by rule and position.
  func accepts(_ tokens: [String], as rule: String = "File") -> Bool {
    var memo: [String: [Int: Set<Int>]] = [:]
    return ends(.name(rule), 0, tokens.count, &memo, false) { pattern, position in
      guard position < tokens.count else { return nil }
      switch pattern {
      case .literal(let text): return tokens[position] == text ? position + 1 : nil
      case .name(let name): return self.isToken(tokens[position], name) ? position + 1 : nil
      default: return nil
      }
    }.contains(tokens.count)
  }

  /// Whether the text is wholly a token of the name.
  private func isToken(_ text: String, _ name: String) -> Bool {
    let key = name + " " + text
    if let known = tokenCache[key] { return known }
    let scalars = Array(text.unicodeScalars)
    var memo: [String: [Int: Set<Int>]] = [:]
    let result = ends(rules[name]!, 0, scalars.count, &memo, true) { pattern, position in
      switch pattern {
      case .literal(let literal):
        let wanted = Array(literal.unicodeScalars)
        return scalars[position...].starts(with: wanted) ? position + wanted.count : nil
      case .set(let ranges, let isNegated):
        guard position < scalars.count else { return nil }
        return ranges.contains { $0.contains(scalars[position].value) } != isNegated ? position + 1 : nil
      default: return nil
      }
    }.contains(scalars.count)
    tokenCache[key] = result
    return result
  }

  private typealias Memo = [String: [Int: Set<Int>]]

  private func ends(
    _ pattern: Pattern, _ start: Int, _ count: Int, _ memo: inout Memo, _ isText: Bool,
    _ terminal: (Pattern, Int) -> Int?
  ) -> Set<Int> {
    switch pattern {
    case .literal, .set: return terminal(pattern, start).map { [$0] } ?? []
    case .name(let name):
      if !isText, Self.isToken(name) { return terminal(pattern, start).map { [$0] } ?? [] }
      if let known = memo[name]?[start] { return known }
      let result = ends(rules[name]!, start, count, &memo, isText, terminal)
      memo[name, default: [:]][start] = result
      return result
    case .sequence(let parts):
      var positions: Set<Int> = [start]
      for part in parts {
        positions = positions.reduce(into: []) { $0.formUnion(ends(part, $1, count, &memo, isText, terminal)) }
        if positions.isEmpty { break }
      }
      return positions
    case .choice(let options):
      return options.reduce(into: []) { $0.formUnion(ends($1, start, count, &memo, isText, terminal)) }
    case .repeated(let inner, let least, let most):
      var result: Set<Int> = least == 0 ? [start] : []
      var frontier: Set<Int> = [start]
      var times = 0
      while !frontier.isEmpty, times < most {
        frontier = frontier.reduce(into: []) { $0.formUnion(ends(inner, $1, count, &memo, isText, terminal)) }
        frontier.subtract(result)
        result.formUnion(frontier)
        times += 1
      }
      return result
    case .difference(let wanted, let excluded):
      return ends(wanted, start, count, &memo, isText, terminal).subtracting(
        ends(excluded, start, count, &memo, isText, terminal))
    }
  }
}

// MARK: - Drawing sentences

extension Grammar {
  private func leastDepth(_ pattern: Pattern) -> Int {
    switch pattern {
    case .literal, .set: return 0
    case .name(let name):
      let depth = depths[name] ?? Self.unbounded
      return depth == Self.unbounded ? depth : depth + 1
    case .sequence(let parts): return parts.map(leastDepth).max() ?? 0
    case .choice(let options): return options.map(leastDepth).min() ?? 0
    case .repeated(let inner, let least, _): return least == 0 ? 0 : leastDepth(inner)
    case .difference(let wanted, _): return leastDepth(wanted)
    }
  }

  /// Tokens of a random sentence of the rule, derived to about this depth.
  func sentence(of rule: String = "File", depth: Int, _ random: inout RandomSource) -> [String] {
    draw(.name(rule), depth, &random, asText: false)
  }

  private func draw(_ pattern: Pattern, _ depth: Int, _ random: inout RandomSource, asText: Bool) -> [String] {
    switch pattern {
    case .literal(let text): return [text]
    case .set(let ranges, let isNegated):
      while true {
        let scalar =
          isNegated
          ? Self.samples[random.below(Self.samples.count)]
          : Unicode.Scalar(ranges[random.below(ranges.count)].randomElement(using: &random)!)!
        if !isNegated || !ranges.contains(where: { $0.contains(scalar.value) }) { return [String(scalar)] }
      }
    case .name(let name):
      guard !asText, Self.isToken(name) else { return draw(rules[name]!, depth - 1, &random, asText: asText) }
      while true {
        let text = draw(rules[name]!, 6, &random, asText: true).joined()
        // An empty object reads like an empty body, and then a change of tokens may make one of the other.
        if name != "JSON" || text.contains(":") { return [text] }
      }
    case .sequence(let parts): return parts.flatMap { draw($0, depth, &random, asText: asText) }
    case .choice(let options):
      let least = options.map(leastDepth).min() ?? 0
      let open = options.filter { leastDepth($0) <= max(depth, least) }
      return draw(open[random.below(open.count)], depth, &random, asText: asText)
    case .repeated(let inner, let least, let most):
      let more = depth <= leastDepth(inner) ? 0 : random.below(asText ? 4 : 3)
      return (0..<min(most, least + more)).flatMap { _ in draw(inner, depth, &random, asText: asText) }
    case .difference(let wanted, let excluded):
      while true {
        let tokens = draw(wanted, depth, &random, asText: asText)
        if !isDerived(tokens, from: excluded) { return tokens }
      }
    }
  }

  private func isDerived(_ tokens: [String], from pattern: Pattern) -> Bool {
    switch pattern {
    case .literal(let text): tokens == [text]
    case .name(let name): accepts(tokens, as: name)
    default: false
    }
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same draws on every run.
struct RandomSource: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
