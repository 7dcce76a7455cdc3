/// A slow and obvious matcher: the patterns of the fuzz tests are drawn as trees, printed as source for the library, and
/// matched here by trying every way, on arrays of characters.
indirect enum Tree {
  case character(Character)
  /// A class as printed, and its members.
  case oneOf([Character], isNegated: Bool)
  case any
  case sequence([Tree])
  case either([Tree])
  case times(Tree, Int, Int?)
  case start, end, boundary, notBoundary

  /// The places a match of this tree may end at when it begins at `place`.
  func ends(_ text: [Character], _ place: Int, fold: Bool) -> Set<Int> {
    func same(_ first: Character, _ second: Character) -> Bool {
      first == second || fold && first.isASCII && first.lowercased() == second.lowercased()
    }
    func isWord(_ place: Int) -> Bool {
      guard text.indices.contains(place) else { return false }
      let character = text[place]
      return character.isASCII && (character.isLetter || character.isNumber || character == "_")
    }
    func step(_ holds: (Character) -> Bool) -> Set<Int> { place < text.count && holds(text[place]) ? [place + 1] : [] }
    switch self {
    case .character(let expected): return step { same($0, expected) }
    case .oneOf(let members, let isNegated):
      return step { character in members.contains { same($0, character) } != isNegated }
    case .any: return step { $0 != "\n" }
    case .sequence(let parts):
      return parts.reduce([place]) { places, part in
        places.reduce(into: []) { $0.formUnion(part.ends(text, $1, fold: fold)) }
      }
    case .either(let branches): return branches.reduce(into: []) { $0.formUnion($1.ends(text, place, fold: fold)) }
    case .times(let inner, let least, let most):
      var result: Set<Int> = least == 0 ? [place] : []
      var places: Set<Int> = [place]
      // Beyond as many rounds as there are characters, only empty matches repeat.
      for round in 1...max(1, min(most ?? .max, least + text.count + 1)) {
        places = places.reduce(into: []) { $0.formUnion(inner.ends(text, $1, fold: fold)) }
        if round >= least, round <= most ?? .max { result.formUnion(places) }
      }
      return most == 0 ? [place] : result
    case .start: return place == 0 ? [place] : []
    case .end: return place == text.count ? [place] : []
    case .boundary: return isWord(place - 1) != isWord(place) ? [place] : []
    case .notBoundary: return isWord(place - 1) == isWord(place) ? [place] : []
    }
  }

  func isFound(in text: [Character], fold: Bool) -> Bool {
    (0...text.count).contains { !ends(text, $0, fold: fold).isEmpty }
  }

  func isWhole(_ text: [Character], fold: Bool) -> Bool { ends(text, 0, fold: fold).contains(text.count) }

  var regex: String {
    switch self {
    case .character(let character): return "\\.*?[]{}()|^$".contains(character) ? "\\\(character)" : "\(character)"
    case .oneOf(let members, let isNegated): return "[\(isNegated ? "^" : "")\(String(members))]"
    case .any: return "."
    case .sequence(let parts): return parts.map(\.regex).joined()
    case .either(let branches): return "(?:\(branches.map(\.regex).joined(separator: "|")))"
    case .times(let inner, let least, let most):
      let count =
        switch (least, most) {
        case (0, nil): "*"
        case (1, nil): "+"
        case (0, 1): "?"
        case (_, nil): "{\(least),}"
        case (_, let most?): "{\(least),\(most)}"
        }
      return "(?:\(inner.regex))\(count)"
    case .start: return "^"
    case .end: return "$"
    case .boundary: return "\\b"
    case .notBoundary: return "\\B"
    }
  }

  /// A glob, for trees that ``randomGlob`` draws; a path's `**` is a run of any, its `*` a run of a negated `/`.
  func glob(isPath: Bool) -> String {
    switch self {
    case .character(let character): "\\*?[]".contains(character) ? "\\\(character)" : "\(character)"
    case .oneOf(let members, let isNegated): "[\(isNegated ? "!" : "")\(String(members))]"
    case .any: "?"
    case .sequence(let parts): parts.map { $0.glob(isPath: isPath) }.joined()
    case .times(.any, _, _): isPath ? "**" : "*"
    default: "*"
    }
  }
}

struct TreeSource {
  var random: SplitMix
  static let alphabet: [Character] = ["a", "b", "A", "é", "_", " ", "/", "日"]

  init(_ seed: UInt64) { random = SplitMix(seed) }

  mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }
  mutating func chance(_ oneIn: Int) -> Bool { number(0..<oneIn) == 0 }
  mutating func character() -> Character { Self.alphabet[number(0..<Self.alphabet.count)] }
  mutating func text() -> [Character] { (0..<number(0..<13)).map { _ in character() } }

  mutating func literal() -> Tree {
    .sequence((0..<number(1..<9)).map { _ in .character(chance(3) ? character() : "a") })
  }

  mutating func oneOf() -> Tree {
    .oneOf(Array(Set((0..<number(1..<4)).map { _ in character() })), isNegated: chance(3))
  }

  mutating func regex(_ depth: Int) -> Tree {
    switch number(0..<(depth == 0 ? 8 : 13)) {
    case 0...1: return .character(character())
    case 2: return oneOf()
    case 3: return .any
    case 4: return literal()
    case 5: return chance(2) ? .boundary : .notBoundary
    case 6: return chance(2) ? .start : .end
    case 7: return .character(character())
    case 8...10: return .sequence((0..<number(0..<4)).map { _ in regex(depth - 1) })
    case 11: return .either((0..<number(1..<4)).map { _ in regex(depth - 1) })
    default:
      let least = number(0..<3)
      let inner = regex(depth - 1)
      return .times(inner, least, chance(2) ? nil : least + number(0..<3))
    }
  }

  mutating func glob(isPath: Bool) -> Tree {
    .sequence(
      (0..<number(0..<5)).map { _ in
        switch number(0..<6) {
        case 0: .any
        case 1: oneOf()
        // A separator between stars: two of them side by side would be another glob.
        case 2: .sequence([.times(.any, 0, nil), .character("a")])
        case 3 where isPath: .sequence([.times(.oneOf(["/"], isNegated: true), 0, nil), .character("b")])
        default: literal()
        }
      })
  }
}
