import PatternMatching
import PolicyBytecode

/// Draws patterns that match a word of a fact's vocabulary, or nearly.
struct PatternGenerator {
  /// Every pattern here means the same to PCRE2.
  private static let pcre = ["rm\\s+-rf", "^drop\\b", "x{1,2}", "(?:a|b)+c?", "[a-f]+n"]

  mutating func pattern(on fact: Fact, _ random: inout SplitMix64) -> Pattern {
    let word = random.pick(Vocabulary.texts(fact))
    let isName = fact.schema.type == .qualifiedName
    if case .enumeration = fact.schema.type { return Pattern(.equals, word) }
    let isPath = fact.schema.type == .path
    var pattern: Pattern
    switch random.below(100) {
    case 0..<34: pattern = Pattern(.equals, word)
    case 34..<40: pattern = Pattern(.prefix, piece(word, from: 0, &random))
    case 40..<46: pattern = Pattern(.suffix, String(word.unicodeScalars.suffix(1 + random.below(6))))
    case 46..<54: pattern = Pattern(.contains, piece(word, from: nil, &random))
    case 54..<75: pattern = Pattern(isPath ? .pathGlob : .glob, glob(word, isPath: isPath, &random))
    case 75..<97: pattern = Pattern(.regex, regex(word, hasBoundaries: !isName, &random))
    default: pattern = isName ? Pattern(.equals, word) : Pattern(.pcre, random.pick(Self.pcre))
    }
    if pattern.kind != .equals, pattern.source.isEmpty { pattern.source = "x" }
    pattern.ignoringCase = random.chance(20)
    pattern.isQualifiedName = isName
    return pattern
  }

  /// A run of characters; from anywhere if `start` is nil.
  private func piece(_ word: String, from start: Int?, _ random: inout SplitMix64) -> String {
    let scalars = Array(word.unicodeScalars)
    let first = start ?? random.below(scalars.count + 1)
    return scalars[first...].prefix(1 + random.below(6)).map(String.init).joined()
  }

  private func glob(_ word: String, isPath: Bool, _ random: inout SplitMix64) -> String {
    var source = ""
    var skipped = 0
    for scalar in word.unicodeScalars {
      if skipped > 0 {
        skipped -= 1
        continue
      }
      switch random.below(12) {
      case 0:
        source += isPath && random.chance(40) ? "**" : "*"
        skipped = random.below(5)
      case 1: source += "?"
      case 2: source += glyphClass(scalar, negation: "!", &random)
      default: source += Self.escaped(scalar, "*?[]\\")
      }
    }
    if random.chance(25) { source += "*" }
    if random.chance(10) { source = "*" + source }
    return source
  }

  private func regex(_ word: String, hasBoundaries: Bool, _ random: inout SplitMix64) -> String {
    var source = ""
    for scalar in word.unicodeScalars {
      var atom = Self.escaped(scalar, "\\.+*?()[]{}|^$/")
      switch random.below(14) {
      case 0: atom = "."
      case 1: atom = CharacterKind(scalar).escape
      case 2: atom = glyphClass(scalar, negation: "^", &random)
      case 3: atom = "(?:\(atom)|\(random.pick(["xy", "", "z?", "[0-9]"])))"
      case 4: atom = "(\(atom))"
      case 5: atom = "(?i:\(atom))"
      default: break
      }
      if random.chance(10) { atom += random.pick(["*", "+", "?", "{1,2}", "{2}", "{0,}", "*?"]) }
      if random.chance(4) { atom = "(?:\(atom)\(random.pick(["x", ".", ""])))*" }
      source += atom
    }
    if hasBoundaries, random.chance(10) { source = "\\b" + source + random.pick(["", "\\b", "\\B"]) }
    if random.chance(8) { source = "(?:" + source + "|" + random.pick(["ls", "drop.*", "^r", "a+b"]) + ")" }
    if random.chance(30) { source = "^" + source }
    if random.chance(30) { source += "$" }
    return source
  }

  private func glyphClass(_ scalar: Unicode.Scalar, negation: String, _ random: inout SplitMix64) -> String {
    let member = Self.escaped(scalar, "\\]^-[!")
    return switch random.below(5) {
    case 0: "[" + negation + "q-s]"
    case 1: "[" + negation + member + "]"
    case 2: "[" + member + "x]"
    case 3: "[a-z]"
    default: scalar.value < 0xFF ? "[" + member + "-\u{FF}]" : "[^\n]"
    }
  }

  private static func escaped(_ scalar: Unicode.Scalar, _ special: String) -> String {
    if scalar == "\n" { return special.contains("$") ? "\\n" : "\n" }
    return special.unicodeScalars.contains(scalar) ? "\\" + String(scalar) : String(scalar)
  }

  /// The escape for characters like a given one.
  private struct CharacterKind {
    let escape: String

    init(_ scalar: Unicode.Scalar) {
      switch scalar {
      case "0"..."9": escape = "\\d"
      case "a"..."z", "A"..."Z", "_": escape = "\\w"
      case " ", "\n": escape = "\\s"
      default: escape = "\\W"
      }
    }
  }
}
