/// What the quick reader makes of a token: the words of its grammar, names, literals and signs.
enum QuickSQLKind: UInt8 {
  /// A name: no key word, or one in plain double quotes.
  case name, quotedName
  /// A key word of PostgreSQL that is a name wherever the grammar here has one, but for an alias without AS.
  case softName
  /// A key word that the grammar here has no place for.
  case keyword
  /// A key word that names a type, and one that names a function.
  case typeWord, functionWord
  /// `current_date` and the like.
  case valueFunction
  case string, number, parameter
  case open, close, comma, dot, semicolon
  case star, plus, minus, slash, percent, concat, comparison, cast
  case select, insert, update, delete, begin
  case from, into, values, set, `where`, using, returning, `as`, on, `default`
  case join, inner, cross, outer, left, right, full
  case group, by, having, order, asc, desc, limit, offset, distinct
  case and, or, not, `in`, `is`, null, `true`, `false`, like, between
  /// The end of the payload.
  case end
}

/// The key words of PostgreSQL by what they are to the quick reader, in open addressing. It lives as long as the program.
struct QuickSQLWords: @unchecked Sendable {
  /// A word of at most ``longest`` bytes, the first lowest.
  private struct Slot {
    var low: UInt64 = 0
    var high: UInt64 = 0
    var kind = QuickSQLKind.name
  }

  /// The longest word that is looked up; only `current_timestamp` is longer.
  static let longest = 16
  private static let size = 2048

  private let slots: UnsafePointer<Slot>

  static let all = QuickSQLWords()

  private init() {
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: Self.size)
    slots.initialize(repeating: Slot(), count: Self.size)
    var kinds: [[UInt8]: QuickSQLKind] = [:]
    for word in PostgresKeywords.all { kinds[Array(word)] = .keyword }
    for (kind, words) in Self.kinds { for word in words.split(separator: " ") { kinds[Array(word.utf8)] = kind } }
    for (word, kind) in kinds where word.count <= Self.longest {
      var (low, high): (UInt64, UInt64) = (0, 0)
      for (index, byte) in word.enumerated() {
        if index < 8 {
          low |= UInt64(byte) << UInt64(8 * index)
        } else {
          high |= UInt64(byte) << UInt64(8 * index - 64)
        }
      }
      var place = Self.place(low, high)
      while slots[place].low != 0 { place = (place + 1) & (Self.size - 1) }
      slots[place] = Slot(low: low, high: high, kind: kind)
    }
    self.slots = UnsafePointer(slots)
  }

  @inline(__always)
  private static func place(_ low: UInt64, _ high: UInt64) -> Int {
    // The highest eleven bits.
    Int(truncatingIfNeeded: ((low ^ high &* 0xD6E8_FEB8_6659_FD93) &* 0x9E37_79B9_7F4A_7C15) >> 53)
  }

  /// What the word is whose bytes, in lower case, these are, the first lowest.
  @inline(__always)
  func kind(_ low: UInt64, _ high: UInt64) -> QuickSQLKind {
    var place = Self.place(low, high)
    while slots[place].low != 0 {
      if slots[place].low == low, slots[place].high == high { return slots[place].kind }
      place = (place + 1) & (Self.size - 1)
    }
    return .name
  }

  /// Key words that PostgreSQL's grammar calls unreserved and that name columns and tables often.
  static let softNames = """
    action cache class comment comments content data document domain encoding event groups index key label language level \
    location method mode name object option owned owner parameter password plans policy role rule schema sequence server \
    session share statement storage system temp text transaction type types value version view views
    """

  private static let kinds: [(QuickSQLKind, String)] = [
    (.softName, softNames), (.typeWord, "bigint boolean int integer interval numeric real smallint timestamp"),
    (.functionWord, "coalesce greatest least"), (.valueFunction, "current_date"),
    (.select, "select"), (.insert, "insert"), (.update, "update"), (.delete, "delete"),
    (.begin, "begin commit rollback end abort"), (.from, "from"), (.into, "into"), (.values, "values"), (.set, "set"),
    (.where, "where"), (.using, "using"), (.returning, "returning"), (.as, "as"), (.on, "on"), (.default, "default"),
    (.join, "join"), (.inner, "inner"), (.cross, "cross"), (.outer, "outer"), (.left, "left"), (.right, "right"),
    (.full, "full"), (.group, "group"), (.by, "by"), (.having, "having"), (.order, "order"), (.asc, "asc"),
    (.desc, "desc"), (.limit, "limit"), (.offset, "offset"), (.distinct, "distinct"), (.and, "and"), (.or, "or"),
    (.not, "not"), (.in, "in"), (.is, "is"), (.null, "null"), (.true, "true"), (.false, "false"),
    (.like, "like ilike"), (.between, "between"),
  ]
}
