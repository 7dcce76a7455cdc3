import PatternMatching

/// A pattern matched by following, node by node, the sets of places where a match can end: slow and obvious.
///
/// It shares nothing with `PatternMatching` but the type ``Pattern``. A class, so that answers can be remembered.
public final class ReferencePattern {
  private let pattern: Pattern
  private let root: Node
  private var remembered: [UTF8Key: Bool] = [:]

  /// Reads `pattern`. One for PCRE is read as a regular one: only those that mean the same may be used.
  public init(_ pattern: Pattern) throws(ReferencePatternError) {
    self.pattern = pattern
    var parser = PatternReader(pattern)
    root = try parser.read()
  }

  /// Whether a value matches.
  public func matches(_ value: String) -> Bool {
    let key = UTF8Key(text: value)
    if let known = remembered[key] { return known }
    let scalars = value.unicodeScalars.map(\.value)
    let result = pattern.isQualifiedName ? matchesName(scalars) : matchesText(scalars)
    remembered[key] = result
    return result
  }

  private func matchesText(_ text: [UInt32]) -> Bool {
    let attempt = Attempt(text: text, schemaCharacters: nil)
    return attempt.ends(of: root, from: [.text(0)]).contains { isEnd($0, text) }
  }

  /// `customers` means the table in any schema, and `public.customers` also an unqualified use.
  private func matchesName(_ text: [UInt32]) -> Bool {
    if matchesText(text) { return true }
    // Without its schema: what follows each dot, as long as no part before it is empty.
    var isPartEmpty = true
    for (index, scalar) in text.enumerated() {
      if scalar != dot {
        isPartEmpty = false
        continue
      }
      if isPartEmpty { break }
      if matchesText(Array(text[(index + 1)...])) { return true }
      isPartEmpty = true
    }
    if text.contains(dot) { return false }
    // With some schema before it, of characters that the pattern mentions and a few others.
    let characters = pattern.source.unicodeScalars.map(\.value) + "a0Z_-é€ ".unicodeScalars.map(\.value)
    let attempt = Attempt(text: text, schemaCharacters: characters.filter { $0 != dot })
    let start = Position.schema(isPartEmpty: true, length: 0)
    return attempt.ends(of: root, from: [start]).contains { isEnd($0, text) }
  }

  private func isEnd(_ position: Position, _ text: [UInt32]) -> Bool {
    guard case .text(let index) = position else { return false }
    switch pattern.kind {
    case .equals, .suffix, .glob, .pathGlob: return index == text.count
    case .prefix, .contains, .regex, .pcre: return true
    }
  }
}

/// A pattern that the reference cannot read.
public struct ReferencePatternError: Error {
  public var message: String
}

/// Text that is equal only to the same bytes.
struct UTF8Key: Hashable {
  let text: String

  static func == (a: Self, b: Self) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

private let dot = UInt32(UInt8(ascii: "."))

// MARK: Matching

private enum Position: Hashable {
  case text(Int)
  /// Within a schema that is guessed.
  case schema(isPartEmpty: Bool, length: Int)
}

private struct Attempt {
  let text: [UInt32]
  /// What an unknown schema before the text may be made of; nil: there is none. A character of it is any that fits,
  /// and its dots only those that the pattern writes.
  let schemaCharacters: [UInt32]?

  /// Where a match of `node` that begins at one of `positions` can end.
  func ends(of node: Node, from positions: Set<Position>) -> Set<Position> {
    switch node {
    case .set(let set): return positions.reduce(into: []) { $0.formUnion(steps(set, $1)) }
    case .sequence(let parts): return parts.reduce(positions) { ends(of: $1, from: $0) }
    case .alternation(let branches): return branches.reduce(into: []) { $0.formUnion(ends(of: $1, from: positions)) }
    case .repeated(let inner, let least, let most): return ends(of: inner, least, most, from: positions)
    case .start:
      let start = schemaCharacters == nil ? Position.text(0) : .schema(isPartEmpty: true, length: 0)
      return positions.intersection([start])
    case .end: return positions.intersection([.text(text.count)])
    case .boundary(let isWanted): return positions.filter { isBoundary($0) == isWanted }
    }
  }

  private func ends(of node: Node, _ least: Int, _ most: Int?, from positions: Set<Position>) -> Set<Position> {
    var reached: Set<Position> = least == 0 ? positions : []
    var latest = positions
    var round = 0
    while !latest.isEmpty, round < most ?? .max {
      round += 1
      latest = ends(of: node, from: latest)
      if round < least { continue }
      latest.subtract(reached)
      reached.formUnion(latest)
    }
    return reached
  }

  private func steps(_ set: CharacterTest, _ position: Position) -> Set<Position> {
    switch position {
    case .text(let index): return index < text.count && set.contains(text[index]) ? [.text(index + 1)] : []
    case .schema(let isPartEmpty, let length):
      if length == 24 { return [] }
      if set.isWrittenDot { return isPartEmpty ? [] : [.text(0), .schema(isPartEmpty: true, length: length + 1)] }
      let fits = schemaCharacters?.contains(where: set.contains) == true
      return fits ? [.schema(isPartEmpty: false, length: length + 1)] : []
    }
  }

  /// Nil within a schema: patterns with word boundaries are not tried on names.
  private func isBoundary(_ position: Position) -> Bool? {
    guard case .text(let index) = position else { return nil }
    let before = index > 0 && CharacterTest.word.contains(text[index - 1])
    let after = index < text.count && CharacterTest.word.contains(text[index])
    return before != after
  }
}

// MARK: Syntax

/// What one character may be.
private indirect enum CharacterTest: Sendable {
  case range(UInt32, UInt32)
  case any([CharacterTest])
  case not(CharacterTest)
  case ignoringCase(CharacterTest)

  static let everything = not(.any([]))
  static let digit = range(0x30, 0x39)
  static let letter = any([.range(0x41, 0x5A), .range(0x61, 0x7A)])
  static let word = any([letter, digit, single("_")])
  static let space = any([range(0x09, 0x0D), single(" ")])

  static func single(_ scalar: Unicode.Scalar) -> Self { .range(scalar.value, scalar.value) }

  func contains(_ scalar: UInt32) -> Bool {
    switch self {
    case .range(let low, let high): scalar >= low && scalar <= high
    case .any(let tests): tests.contains { $0.contains(scalar) }
    case .not(let test): !test.contains(scalar)
    case .ignoringCase(let test): test.contains(scalar) || test.contains(Self.otherCase(scalar))
    }
  }

  /// Whether it is a dot that the pattern spells out.
  var isWrittenDot: Bool {
    switch self {
    case .range(let low, let high): low == dot && high == dot
    case .ignoringCase(let test): test.isWrittenDot
    case .any, .not: false
    }
  }

  private static func otherCase(_ scalar: UInt32) -> UInt32 {
    switch scalar {
    case 0x41...0x5A: scalar + 0x20
    case 0x61...0x7A: scalar - 0x20
    default: scalar
    }
  }
}

private indirect enum Node: Sendable {
  case set(CharacterTest)
  case sequence([Node])
  case alternation([Node])
  case repeated(Node, least: Int, most: Int?)
  case start, end
  case boundary(Bool)

  static let anything = repeated(.set(.everything), least: 0, most: nil)
}

/// Reads literals, globs and regular expressions.
private struct PatternReader {
  private let kind: Pattern.Kind
  private let scalars: [Unicode.Scalar]
  private var next = 0
  private var ignoresCase: Bool
  private var dotTakesNewline = false

  init(_ pattern: Pattern) {
    kind = pattern.kind
    scalars = Array(pattern.source.unicodeScalars)
    ignoresCase = pattern.ignoringCase
  }

  mutating func read() throws(ReferencePatternError) -> Node {
    switch kind {
    case .equals, .prefix: return literal()
    case .suffix, .contains: return .sequence([.anything, literal()])
    case .glob, .pathGlob: return try readGlob(isPath: kind == .pathGlob)
    case .regex, .pcre:
      let node = try readAlternation()
      if next < scalars.count { throw error("unexpected `\(scalars[next])`") }
      return .sequence([.anything, node])
    }
  }

  private func error(_ message: String) -> ReferencePatternError {
    ReferencePatternError(message: "\(message) in `\(scalars.map(String.init).joined())`")
  }

  private func literal() -> Node { .sequence(scalars.map { .set(cased(.single($0))) }) }

  private func cased(_ test: CharacterTest) -> CharacterTest { ignoresCase ? .ignoringCase(test) : test }

  private func union(_ members: [CharacterTest], isNegated: Bool) -> CharacterTest {
    let test = cased(members.count == 1 ? members[0] : .any(members))
    return isNegated ? .not(test) : test
  }

  private var peek: Unicode.Scalar? { next < scalars.count ? scalars[next] : nil }

  /// Whether a `-` here is followed by the upper end of a range.
  private var isAtRange: Bool { peek == "-" && next + 1 < scalars.count && scalars[next + 1] != "]" }

  private mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard scalars[next...].starts(with: wanted) else { return false }
    next += wanted.count
    return true
  }

  private mutating func takeAny() throws(ReferencePatternError) -> Unicode.Scalar {
    guard let scalar = peek else { throw error("unexpected end") }
    next += 1
    return scalar
  }

  // MARK: Globs

  private mutating func readGlob(isPath: Bool) throws(ReferencePatternError) -> Node {
    var parts: [Node] = []
    while peek != nil {
      if take("*") {
        var stars = 1
        while take("*") { stars += 1 }
        let stops = isPath && stars == 1
        parts.append(stops ? .repeated(.set(.not(.single("/"))), least: 0, most: nil) : .anything)
      } else if take("?") {
        parts.append(.set(.everything))
      } else if take("[") {
        parts.append(.set(try readGlobClass()))
      } else {
        _ = take("\\")
        parts.append(.set(cased(.single(try takeAny()))))
      }
    }
    return .sequence(parts)
  }

  private mutating func readGlobClass() throws(ReferencePatternError) -> CharacterTest {
    let isNegated = take("!") || take("^")
    var members: [CharacterTest] = []
    repeat {
      _ = take("\\")
      let low = try takeAny()
      var high = low
      if isAtRange {
        next += 1
        _ = take("\\")
        high = try takeAny()
      }
      members.append(.range(low.value, high.value))
    } while !take("]")
    return union(members, isNegated: isNegated)
  }

  // MARK: Regular expressions

  private mutating func readAlternation() throws(ReferencePatternError) -> Node {
    var branches = [try readSequence()]
    while take("|") { branches.append(try readSequence()) }
    return branches.count == 1 ? branches[0] : .alternation(branches)
  }

  private mutating func readSequence() throws(ReferencePatternError) -> Node {
    var parts: [Node] = []
    while let scalar = peek, scalar != "|", scalar != ")" {
      let atom = try readAtom()
      guard let (least, most) = readQuantifier() else {
        parts.append(atom)
        continue
      }
      _ = take("?")
      parts.append(.repeated(atom, least: least, most: most))
    }
    return .sequence(parts)
  }

  private mutating func readQuantifier() -> (Int, Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    let start = next
    if take("{"), let least = readNumber() {
      if take("}") { return (least, least) }
      if take(",") {
        let most = readNumber()
        if take("}") { return (least, most) }
      }
    }
    next = start
    return nil
  }

  private mutating func readNumber() -> Int? {
    var digits = ""
    while let scalar = peek, ("0"..."9").contains(scalar) {
      digits.unicodeScalars.append(scalar)
      next += 1
    }
    return Int(digits)
  }

  private mutating func readAtom() throws(ReferencePatternError) -> Node {
    if take("(") { return try readGroup() }
    if take("[") { return .set(try readClass()) }
    if take(".") { return .set(dotTakesNewline ? .everything : .not(.single("\n"))) }
    if take("^") || take("\\A") { return .start }
    if take("$") || take("\\z") { return .end }
    if take("\\b") { return .boundary(true) }
    if take("\\B") { return .boundary(false) }
    if take("\\") { return .set(try readEscape()) }
    if let scalar = peek, "*+?".unicodeScalars.contains(scalar) { throw error("nothing to repeat") }
    return .set(cased(.single(try takeAny())))
  }

  private mutating func readGroup() throws(ReferencePatternError) -> Node {
    let outer = (ignoresCase, dotTakesNewline)
    if take("?") {
      if take("P<") || take("<") {
        while try takeAny() != ">" {}
      } else {
        var isOn = true
        flags: while true {
          switch try takeAny() {
          case "i": ignoresCase = isOn
          case "s": dotTakesNewline = isOn
          case "-": isOn = false
          case ":": break flags
          // `(?i)` holds to the end of the group around it.
          case ")": return .sequence([])
          default: throw error("unknown group")
          }
        }
      }
    }
    let node = try readAlternation()
    guard take(")") else { throw error("missing `)`") }
    (ignoresCase, dotTakesNewline) = outer
    return node
  }

  private mutating func readEscape() throws(ReferencePatternError) -> CharacterTest {
    let scalar = try takeAny()
    switch scalar {
    case "d": return .digit
    case "D": return .not(.digit)
    case "w": return .word
    case "W": return .not(.word)
    case "s": return .space
    case "S": return .not(.space)
    case "t": return .single("\t")
    case "n": return .single("\n")
    case "r": return .single("\r")
    case "f": return .single("\u{0C}")
    case "v": return .single("\u{0B}")
    case "0": return .single("\0")
    case "x", "u":
      let isBraced = take("{")
      var digits = ""
      while let digit = peek, digit.properties.isASCIIHexDigit, isBraced || digits.count < (scalar == "x" ? 2 : 4) {
        digits.unicodeScalars.append(digit)
        next += 1
      }
      guard !isBraced || take("}"), let value = UInt32(digits, radix: 16) else { throw error("bad code point") }
      return cased(.range(value, value))
    default:
      guard !CharacterTest.letter.contains(scalar.value), !CharacterTest.digit.contains(scalar.value) else {
        throw error("unknown escape")
      }
      return cased(.single(scalar))
    }
  }

  private mutating func readClass() throws(ReferencePatternError) -> CharacterTest {
    let isNegated = take("^")
    var members: [CharacterTest] = []
    repeat {
      let low = try readMember()
      guard case .range(let first, let last) = low, first == last, isAtRange else {
        members.append(low)
        continue
      }
      next += 1
      guard case .range(let high, _) = try readMember() else { throw error("bad range") }
      members.append(.range(first, high))
    } while !take("]")
    return union(members, isNegated: isNegated)
  }

  private mutating func readMember() throws(ReferencePatternError) -> CharacterTest {
    if take("\\b") { return .single("\u{08}") }
    if take("\\") {
      let test = try readEscape()
      if case .ignoringCase(let inner) = test { return inner }
      return test
    }
    for (name, test) in Self.namedClasses {
      if take("[:\(name):]") { return test }
      if take("[:^\(name):]") { return .not(test) }
    }
    return .single(try takeAny())
  }

  private static let namedClasses: [(String, CharacterTest)] = [
    ("alpha", .letter), ("digit", .digit), ("alnum", .any([.letter, .digit])), ("word", .word), ("space", .space),
    ("upper", .range(0x41, 0x5A)), ("lower", .range(0x61, 0x7A)),
    ("xdigit", .any([.digit, .range(0x41, 0x46), .range(0x61, 0x66)])),
    ("punct", .any([.range(0x21, 0x2F), .range(0x3A, 0x40), .range(0x5B, 0x60), .range(0x7B, 0x7E)])),
  ]
}
