/// The set of texts that a pattern matches, for questions about patterns rather than texts.
///
/// Texts are valid UTF-8; answers are exact over these.
public struct PatternLanguage: Hashable, Sendable {
  private let dfa: DFA

  /// The language of a pattern; nil for a PCRE one, which need not be regular. Throws as ``checkPattern(_:)`` does.
  public init?(_ pattern: Pattern) throws(PatternError) {
    guard pattern.kind != .pcre else { return nil }
    dfa = try automaton(try parse(pattern), pattern)
  }

  /// What a search for a text found.
  public enum Witness: Hashable, Sendable {
    /// A shortest such text.
    case text(String)
    /// There is none.
    case none
    /// The search passed ``PatternLimits/productStates``.
    case undecided
  }

  public enum Answer: Hashable, Sendable { case yes, no, undecided }

  /// Whether no text matches.
  public var isEmpty: Answer { Self.answer(Self.witness(in: [self], notIn: []), ifNone: .yes) }

  /// A shortest text that matches, of plain characters where there is a choice.
  public var shortestMatch: Witness { Self.witness(in: [self], notIn: []) }

  /// Whether a text is in the language.
  public func contains(_ text: String) -> Bool {
    var state = dfa.start
    for byte in text.utf8 { state = dfa.next(state, byte) }
    return dfa.accepts(state)
  }

  /// Whether every text in this language is in the other too.
  public func isSubset(of other: PatternLanguage) -> Answer {
    Self.answer(Self.witness(in: [self], notIn: [other]), ifNone: .yes)
  }

  /// Whether some text is in both.
  public func intersects(_ other: PatternLanguage) -> Answer {
    Self.answer(Self.witness(in: [self, other], notIn: []), ifNone: .no)
  }

  private static func answer(_ witness: Witness, ifNone answer: Answer) -> Answer {
    switch witness {
    case .none: answer
    case .text: answer == .yes ? .no : .yes
    case .undecided: .undecided
    }
  }

  /// A shortest text that is in all of `included` and in none of `excluded`: breadth-first search through the product of
  /// the automata, with one more for valid UTF-8.
  public static func witness(in included: [PatternLanguage], notIn excluded: [PatternLanguage]) -> Witness {
    var search = WitnessSearch(included.map(\.dfa), excluded.map(\.dfa))
    return search.run()
  }
}

private struct WitnessSearch {
  private let automata: [DFA]
  /// The automata from here on must not accept.
  private let firstExcluded: Int
  /// One byte for each way the automata tell bytes apart, plain characters first.
  private let bytes: [UInt8]

  private var states: [[UInt32]] = []
  private var known: Set<[UInt32]> = []
  private var origins: [(state: Int, byte: UInt8)] = []

  /// Exactly the valid UTF-8. The inner sequence keeps the loop from being read byte by byte.
  private static let validUTF8: DFA? = try? SubsetConstruction.run(
    NFA(.repeated(.sequence([.set(.all)]), minimum: 0, maximum: nil)))

  /// Letters, digits, space, other visible characters, then the rest.
  private static let preferred: [UInt8] = {
    func rank(_ byte: UInt8) -> Int {
      switch byte {
      case 0x61...0x7A: 0
      case 0x30...0x39: 1
      case 0x41...0x5A: 2
      case 0x20: 3
      case 0x21...0x7E: 4
      default: 5
      }
    }
    return (UInt8.min...UInt8.max).sorted { (rank($0), $0) < (rank($1), $1) }
  }()

  init(_ included: [DFA], _ excluded: [DFA]) {
    let valid = [WitnessSearch.validUTF8].compactMap { $0 }
    automata = valid + included + excluded
    firstExcluded = valid.count + included.count
    var seen: Set<[UInt8]> = []
    bytes = WitnessSearch.preferred.filter { [automata] byte in
      seen.insert(automata.map { $0.classOf[Int(byte)] }).inserted
    }
  }

  mutating func run() -> PatternLanguage.Witness {
    visit(automata.map(\.start), from: -1, 0)
    var index = 0
    while index < states.count {
      let state = states[index]
      if isWitness(state) { return .text(text(to: index)) }
      if states.count > PatternLimits.productStates { return .undecided }
      for byte in bytes {
        visit(zip(automata, state).map { $0.next($1, byte) }, from: index, byte)
      }
      index += 1
    }
    return .none
  }

  private func isWitness(_ state: [UInt32]) -> Bool {
    state.indices.allSatisfy { automata[$0].accepts(state[$0]) == ($0 < firstExcluded) }
  }

  /// Notes a combination of states unless it is known or leads nowhere.
  private mutating func visit(_ state: [UInt32], from origin: Int, _ byte: UInt8) {
    let isHopeless = state.indices.contains { state[$0] == ($0 < firstExcluded ? DFA.dead : DFA.all) }
    guard !isHopeless, known.insert(state).inserted else { return }
    states.append(state)
    origins.append((origin, byte))
  }

  private func text(to index: Int) -> String {
    var bytes: [UInt8] = []
    var index = index
    while origins[index].state >= 0 {
      bytes.append(origins[index].byte)
      index = origins[index].state
    }
    return String(decoding: bytes.reversed(), as: UTF8.self)
  }
}
