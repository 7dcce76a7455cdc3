/// A pattern ready to be written into a ``PatternTableBuilder``.
public struct CompiledPattern: Hashable, Sendable {
  /// How it is matched.
  public enum Form: UInt32, Sendable {
    /// Comparison with ``text``.
    case equals, prefix, suffix, contains
    /// The table in ``automaton``.
    case automaton
    /// PCRE2, on the source in ``text``.
    case pcre
    /// Several literals in order, anything between them: ``PiecesLayout`` in ``text``.
    case pieces
  }

  public var form: Form
  /// ASCII case is folded. For ``Form/automaton`` the table has it in it already.
  public var foldsCase: Bool
  public var isQualifiedName: Bool
  /// Literal forms: the text, in lower case if case is folded. PCRE: the source. Pieces: their bytes. Otherwise empty.
  public var text: [UInt8] = []
  /// The automaton's words, see ``AutomatonLayout``; empty for other forms.
  public var automaton: [UInt32] = []
  /// What a text must have to be worth a look.
  public var filter: PatternFilter
  /// The length of the shortest match, in bytes.
  public var minimumLength: UInt32
}

/// A condition that every matching text meets and that is cheap to test for many patterns at once.
public struct PatternFilter: Hashable, Sendable {
  public enum Kind: UInt32, Sendable {
    /// Nothing is known: the pattern is always tried.
    case none
    /// The text is one of the literals.
    case equals
    /// The text begins with, ends with, or contains one of the literals.
    case prefix, suffix, contains
  }

  public var kind: Kind
  /// Not empty but for `none`; ASCII letters in lower case, to be sought with case folded. Only that of `equals` may be
  /// empty.
  public var literals: [[UInt8]]

  public init(_ kind: Kind, _ literals: [[UInt8]] = []) {
    self.kind = kind
    self.literals = literals
  }
}

/// The words of an automaton: a header, the class of each byte value (64 words of four bytes), then the transitions,
/// row by row. States are premultiplied: a state is the offset of its row, so that a step is
/// `table[state + class[byte]]`. Cells are 16 bits wide where every offset fits, else 32; low half first.
enum AutomatonLayout {
  static let stateCount = 0
  static let classCount = 1
  /// The start's offset.
  static let start = 2
  /// The first offset that accepts; the row of ``DFA/all`` does too.
  static let firstAccepting = 3
  /// 1 where cells are 32 bits wide.
  static let isWide = 4
  static let classes = 5
  static let cells = classes + 64

  static func isWide(stateCount: Int, classCount: Int) -> Bool { stateCount * classCount > 1 << 16 }

  static func words(_ dfa: DFA) -> [UInt32] {
    let isWide = isWide(stateCount: dfa.stateCount, classCount: dfa.classCount)
    let width = UInt32(dfa.classCount)
    var words: [UInt32] = [
      UInt32(dfa.stateCount), width, dfa.start * width, dfa.firstAccepting * width, isWide ? 1 : 0,
    ]
    for index in stride(from: 0, to: 256, by: 4) {
      words.append((0..<4).reduce(0) { $0 | UInt32(dfa.classOf[index + $1]) << UInt32($1 * 8) })
    }
    let cells = dfa.transitions.map { $0 * width }
    if isWide { return words + cells }
    for index in stride(from: 0, to: cells.count, by: 2) {
      words.append(cells[index] | (index + 1 < cells.count ? cells[index + 1] << 16 : 0))
    }
    return words
  }
}
