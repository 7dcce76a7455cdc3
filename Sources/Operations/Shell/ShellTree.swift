import PolicyBytecode

/// ASCII characters that mean something to a shell.
enum Ascii {
  static let tab: UInt8 = 0x09
  static let newline: UInt8 = 0x0A
  static let space: UInt8 = 0x20
  static let bang: UInt8 = 0x21
  static let doubleQuote: UInt8 = 0x22
  static let hash: UInt8 = 0x23
  static let dollar: UInt8 = 0x24
  static let percent: UInt8 = 0x25
  static let ampersand: UInt8 = 0x26
  static let quote: UInt8 = 0x27
  static let open: UInt8 = 0x28
  static let close: UInt8 = 0x29
  static let star: UInt8 = 0x2A
  static let plus: UInt8 = 0x2B
  static let comma: UInt8 = 0x2C
  static let dash: UInt8 = 0x2D
  static let dot: UInt8 = 0x2E
  static let slash: UInt8 = 0x2F
  static let zero: UInt8 = 0x30
  static let nine: UInt8 = 0x39
  static let colon: UInt8 = 0x3A
  static let semicolon: UInt8 = 0x3B
  static let less: UInt8 = 0x3C
  static let equals: UInt8 = 0x3D
  static let greater: UInt8 = 0x3E
  static let question: UInt8 = 0x3F
  static let at: UInt8 = 0x40
  static let openBracket: UInt8 = 0x5B
  static let backslash: UInt8 = 0x5C
  static let closeBracket: UInt8 = 0x5D
  static let underscore: UInt8 = 0x5F
  static let backquote: UInt8 = 0x60
  static let openBrace: UInt8 = 0x7B
  static let pipe: UInt8 = 0x7C
  static let closeBrace: UInt8 = 0x7D
  static let tilde: UInt8 = 0x7E

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- zero < 10 }
  @inline(__always)
  static func isNameStart(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 || byte == underscore }
  @inline(__always)
  static func isName(_ byte: UInt8) -> Bool { isNameStart(byte) || isDigit(byte) }
  @inline(__always)
  static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }
  /// Blank or newline: what the default IFS splits at.
  @inline(__always)
  static func isSpace(_ byte: UInt8) -> Bool { byte == space || byte == tab || byte == newline }
  /// White space of JSON (RFC 8259, 2), and of lines that end in CRLF.
  @inline(__always)
  static func isSpaceOrReturn(_ byte: UInt8) -> Bool { isSpace(byte) || byte == 0x0D }
  /// The value of a hexadecimal digit, or nil.
  static func hex(_ byte: UInt8) -> Int? {
    switch byte {
    case 0x30...0x39: Int(byte) - 0x30
    case 0x41...0x46: Int(byte) - 0x41 + 10
    case 0x61...0x66: Int(byte) - 0x61 + 10
    default: nil
    }
  }
}

/// Why a text is not shell.
struct ShellSyntaxError: Error {
  var reason: UnparsedReason
}

/// A half-open range of bytes: of a tree's source, or of an expander's arena.
struct ByteRange: BitwiseCopyable {
  var start: Int32 = 0
  var end: Int32 = 0

  init() {}
  init(_ start: Int, _ end: Int) {
    self.start = Int32(truncatingIfNeeded: start)
    self.end = Int32(truncatingIfNeeded: end)
  }

  @inline(__always)
  var count: Int { Int(end) - Int(start) }
  @inline(__always)
  var range: Range<Int> { Int(start)..<Int(end) }
}

extension [UInt8] {
  /// Whether the bytes in `range` are `word`. Unlike a slice, it counts no references.
  @inline(__always)
  func has(_ word: StaticString, at range: ByteRange) -> Bool {
    range.count == word.utf8CodeUnitCount && begins(with: word, at: range)
  }

  /// Whether the bytes in `range` begin with `word`.
  @inline(__always)
  func begins(with word: StaticString, at range: ByteRange) -> Bool {
    let count = word.utf8CodeUnitCount
    guard range.count >= count else { return false }
    let start = Int(range.start)
    for index in 0..<count where self[start + index] != word.utf8Start[index] { return false }
    return true
  }

  /// Where `byte` stands first in `range`.
  @inline(__always)
  func firstIndex(of byte: UInt8, in range: ByteRange) -> Int? {
    for index in range.range where self[index] == byte { return index }
    return nil
  }
}

/// The syntax of shell texts, flat: nodes, words and parts stand in arrays and are linked by index, `-1` ending a list,
/// so that reading allocates little and no depth of nesting can exhaust the stack when a tree is freed.
struct ShellTree: ~Copyable {
  static let none: Int32 = -1

  /// The payload, and behind it, among texts of the decoder's, those that stand in it in an escaped form (back-quoted commands, `$'…'`) or are read
  /// later (`eval`, `sh -c`).
  var source: [UInt8] = []
  /// How much of it was read, or is to be.
  var readBytes = 0
  var nodes = RawBuffer<ShellNode>(capacity: 16)
  var words = RawBuffer<ShellWord>(capacity: 32)
  var parts = RawBuffer<ShellPart>(capacity: 32)
  var redirections = RawBuffer<ShellRedirection>(capacity: 8)

  /// Accounts for `count` bytes that are to be read.
  mutating func willRead(_ count: Int) throws(ShellSyntaxError) {
    guard readBytes + count <= ShellLimits.sourceBytes else { throw .init(reason: .oversized) }
    readBytes += count
  }

  mutating func removeAll() {
    source.removeAll(keepingCapacity: true)
    readBytes = 0
    nodes.removeAll()
    words.removeAll()
    parts.removeAll()
    redirections.removeAll()
  }
}

/// A command or a list of them.
struct ShellNode: BitwiseCopyable {
  enum Kind: UInt8 {
    /// Assignments, words, redirections.
    case simple
    /// Children are the commands, joined by `|`.
    case pipeline
    /// Children are pipelines, each with its ``link`` to the one before.
    case list
    /// `( )` and `{ }`; the child is a list.
    case subshell, group
    /// `if`: the children are a condition, a body, further conditions and bodies, and perhaps a last body.
    case conditional
    /// `while` and `until`: the children are condition and body.
    case loop
    /// `for` and `select`: ``name`` runs over ``words``; the child is the body.
    case forLoop
    /// `for ((…))`: ``words`` hold the arithmetic.
    case arithmeticLoop
    /// `case`: ``words`` is the subject; the children are lists, whose words are their patterns.
    case caseOf
    /// A definition of ``name``; the child is the body.
    case function
    /// `[[ ]]` and `(( ))`: only what their words substitute runs.
    case test, arithmetic
    /// `coproc` with a compound command.
    case coprocess
  }
  enum Link: UInt8 { case sequence, and, or }

  var kind: Kind
  var link: Link = .sequence
  /// The and-or list that starts here runs in the background.
  var isBackground = false
  var first: Int32 = ShellTree.none
  var next: Int32 = ShellTree.none
  var words: Int32 = ShellTree.none
  var assignments: Int32 = ShellTree.none
  var redirections: Int32 = ShellTree.none
  var name = ByteRange()
  /// `for NAME in …` rather than `for NAME`, which runs over the positional parameters.
  var hasWords = false
}

/// A word, or an assignment.
struct ShellWord: BitwiseCopyable {
  var first: Int32
  var next: Int32 = ShellTree.none
  /// How it is spelled.
  var spelling: ByteRange
  /// The name assigned to, empty for a plain word.
  var name = ByteRange()
  /// `NAME+=VALUE` or `NAME[…]=VALUE`.
  var isPartial = false
  /// An unquoted `{`, so that braces may expand.
  var hasBrace = false
}

/// A piece of a word.
struct ShellPart: BitwiseCopyable {
  enum Kind: UInt8 {
    /// Bytes of the source that stand for themselves.
    case literal
    /// `$NAME`, `${NAME…}`; ``child`` is the operand's first part.
    case parameter
    /// `$( )` and back quotes; ``child`` is a node.
    case command
    /// `<( )` and `>( )`.
    case processInput, processOutput
    /// `$(( ))`, `$[ ]` and subscripts; ``child`` is the first part inside.
    case arithmetic
    /// `( … )` after `NAME=`; ``child`` is the first word.
    case array
  }
  /// What a parameter expansion does with the value.
  enum Operator: UInt8 { case none, ifUnset, ifUnsetOrEmpty, assign, other }

  var kind: Kind
  var isQuoted: Bool
  var op: Operator = .none
  var spelling: ByteRange
  var name = ByteRange()
  var child: Int32 = ShellTree.none
  var next: Int32 = ShellTree.none
}

/// A redirection.
struct ShellRedirection: BitwiseCopyable {
  enum Kind: UInt8 {
    case input, output, readWrite, duplicateInput, duplicateOutput, both, hereString, hereDocument
  }
  var kind: Kind
  /// The descriptor named, or -1.
  var descriptor: Int32 = -1
  /// The target; the body of a here-document.
  var word: Int32 = ShellTree.none
  var next: Int32 = ShellTree.none
}
