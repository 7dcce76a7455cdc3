/// Where a pattern is best looked for: eight bytes, one behind the other, of classes that are rare in texts, and what may
/// stand before them in a match.
///
/// For `\d{3}-\d{2}-\d{4}` these are a hyphen, two digits, a hyphen and four digits, behind three digits; for an address of mail, `@` and
/// what may follow it, behind any number of the bytes of names. Every match has such a place, and before it only bytes of
/// ``before``.
struct PatternProbe: Sendable {
  /// For each byte bit 0: it may stand before the eight, there being one; bit i: it may be the i-th of them. Where a match
  /// may be over, what follows may be any byte.
  let classes: [UInt16]
  /// Which bytes a match may have before the place, and how many; nil: any number.
  let before: [Bool]
  let least: Int
  let most: Int?

  static let width = 8
  /// What begins at more than this share of the places of ordinary text is no help.
  static let mostChance = 1.0 / 48
  /// Parts of a pattern behind which places are looked for.
  private static let mostParts = 32

  /// Nil: what every match has is too common, more so than `mostChance`.
  init?(_ node: PatternNode, mostChance: Double) {
    var parts: [PatternNode] = []
    Self.take(node, apart: &parts, repeats: 0)
    var best: (place: Int, classes: [UInt16], chance: Double)?
    for place in 0..<min(parts.count, Self.mostParts) {
      guard let rest = try? NFA(.sequence(Array(parts[place...]))), var classes = Self.classes(rest) else { continue }
      Self.addNeighbours(&classes, after: place > 0 ? parts[place - 1] : nil)
      var chance = Self.chance(of: classes)
      // Behind what has no end it takes a look back.
      if Self.length(of: parts[..<place]).most == nil { chance *= 2 }
      if chance < best?.chance ?? mostChance { best = (place, classes, chance) }
    }
    guard let best, let head = try? NFA(.sequence(Array(parts[..<best.place]))) else { return nil }
    classes = best.classes
    var before = [Bool](repeating: false, count: 256)
    for state in head.states where state.kind == .bytes && state.low <= state.high {
      for byte in state.low...state.high { before[Int(byte)] = true }
    }
    self.before = before
    (least, most) = Self.length(of: parts[..<best.place])
  }

  /// Takes a pattern apart into what stands one behind the other in it; `x{2,5}` is `x`, `x` and `x{0,3}`. What is within
  /// more than two repetitions stays together: taken apart it could become very much.
  private static func take(_ node: PatternNode, apart parts: inout [PatternNode], repeats: Int) {
    guard parts.count < mostParts else { return parts.append(node) }
    switch node {
    case .sequence(let inner): for part in inner { take(part, apart: &parts, repeats: repeats) }
    case .repeated(let inner, let minimum, let maximum) where minimum > 0 && repeats < 2:
      let copies = min(minimum, mostParts)
      for _ in 0..<copies { take(inner, apart: &parts, repeats: repeats + 1) }
      if maximum != copies {
        parts.append(.repeated(inner, minimum: minimum - copies, maximum: maximum.map { $0 - copies }))
      }
    case .empty: break
    case .set, .alternation, .repeated, .assertion: parts.append(node)
    }
  }

  /// What the first bytes from the start of `nfa` may be, every assertion taken to hold; nil: there may be none.
  private static func classes(_ nfa: NFA) -> [UInt16]? {
    var classes = [UInt16](repeating: 0, count: 256)
    var states = [nfa.start]
    for place in 0..<width {
      let bit = UInt16(2) << UInt16(place)
      var isSeen = [Bool](repeating: false, count: nfa.states.count)
      var next: [Int32] = []
      while let index = states.popLast() {
        if isSeen[Int(index)] { continue }
        isSeen[Int(index)] = true
        let state = nfa.states[Int(index)]
        switch state.kind {
        case .bytes where state.low <= state.high:
          for byte in state.low...state.high { classes[Int(byte)] |= bit }
          next.append(state.next)
        case .bytes: break
        case .split: states += [state.next, state.other]
        case .assertion: states.append(state.next)
        case .match where place == 0: return nil
        case .match:
          // From here on anything may follow, or nothing.
          for byte in classes.indices { classes[byte] |= ~(bit - 1) }
          return classes
        }
      }
      states = next
    }
    return classes
  }

  /// Adds what may stand before the bytes, `part` being what comes before them in the pattern.
  private static func addNeighbours(_ classes: inout [UInt16], after part: PatternNode?) {
    var neighbours = [Bool](repeating: true, count: 256)
    switch part {
    case .set(let set) where set.ranges.allSatisfy { $0.upperBound < 0x80 }:
      for byte in 0..<256 { neighbours[byte] = set.ranges.contains { $0.contains(UInt32(byte)) } }
    case .assertion(.wordBoundary):
      let firsts = (0..<256).filter { classes[$0] & 2 != 0 }.map { TextNeighbour(UInt8($0)) == .word }
      if let isWord = firsts.first, firsts.allSatisfy({ $0 == isWord }) {
        for byte in 0..<256 { neighbours[byte] = (TextNeighbour(UInt8(byte)) == .word) != isWord }
      }
    default: break
    }
    for byte in 0..<256 where neighbours[byte] { classes[byte] |= 1 }
  }

  /// How many bytes the texts of parts have.
  private static func length(of parts: some Sequence<PatternNode>) -> (least: Int, most: Int?) {
    var (least, most) = (0, Optional(0))
    for part in parts {
      let length = length(of: part)
      least += length.least
      most = most.flatMap { sum in length.most.map { sum + $0 } }
    }
    return (least, most)
  }

  private static func length(of node: PatternNode) -> (least: Int, most: Int?) {
    switch node {
    case .empty, .assertion: return (0, 0)
    case .set(let set):
      guard let first = set.ranges.first, let last = set.ranges.last else { return (0, 0) }
      return (utf8(first.lowerBound).count, utf8(last.upperBound).count)
    case .sequence(let parts): return length(of: parts)
    case .alternation(let branches):
      let lengths = branches.map { length(of: $0) }
      let most = lengths.reduce(Optional(0)) { most, length in
        most.flatMap { most in length.most.map { max(most, $0) } }
      }
      return (lengths.map(\.least).min() ?? 0, most)
    case .repeated(let inner, let minimum, let maximum):
      let once = length(of: inner)
      let most = maximum.flatMap { maximum in once.most.map { $0 * maximum } }
      return (once.least * minimum, once.most == 0 ? 0 : most)
    }
  }

  /// The share of places in ordinary text, notes and logs, where the bytes are of these classes. Digits stand beside
  /// digits, and letters beside letters.
  private static func chance(of classes: [UInt16]) -> Double {
    var chances = [0.0, 0, 0]
    for place in 0...width {
      var shares = [0.0, 0, 0]
      for byte in 0..<256 where classes[byte] >> UInt16(place) & 1 != 0 {
        shares[kind(of: UInt8(byte))] += share(of: UInt8(byte))
      }
      chances = (0..<3).map { kind in
        let before =
          place == 0 ? kindShares[kind] : (0..<3).reduce(0) { $0 + chances[$1] * kindsAfter[$1][kind] }
        return before * shares[kind]
      }
    }
    return chances.reduce(0, +)
  }

  /// Letters, digits, others: how common they are, and behind one another.
  private static let kindShares = [0.65, 0.08, 0.27]
  private static let kindsAfter = [[0.80, 0.01, 0.19], [0.05, 0.60, 0.35], [0.72, 0.12, 0.16]]

  private static func kind(of byte: UInt8) -> Int {
    (byte | 0x20) &- 0x61 < 26 ? 0 : byte &- 0x30 < 10 ? 1 : 2
  }

  /// How much of its kind a byte is.
  private static func share(of byte: UInt8) -> Double {
    switch byte {
    case UInt8(ascii: " "): 0.5
    case UInt8(ascii: "a")...UInt8(ascii: "z"): 0.92 / 26
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): 0.08 / 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): 0.1
    case UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "/"),
      UInt8(ascii: "\""), 0x0A, UInt8(ascii: "_"), UInt8(ascii: "="):
      0.04
    case 0x80...: 0.05 / 128
    default: 0.09 / 56
    }
  }
}
