import PolicyBytecode

/// Reads shell texts into a ``ShellTree``: the grammar of POSIX (Shell Command Language, 2.10) with the forms that bash
/// adds. One pass, recursive descent; depth is bounded by ``DecodeLimits/syntaxDepth``.
struct ShellReader: ~Copyable {
  var tree = ShellTree()
  /// What is known of assignments before anything is evaluated.
  var census = ShellCensus()
  var position = 0
  /// Where the text at hand ends in the source.
  var limit = 0
  var depth = 0
  /// Here-documents whose bodies start after the next newline.
  var pending: [PendingDocument] = []

  struct PendingDocument {
    var redirection: Int
    var delimiter: [UInt8]
    var isQuoted: Bool
    var stripsTabs: Bool
  }

  // MARK: - Texts

  /// Appends `text` to the source and reads it; the root is a list.
  mutating func read(_ text: [UInt8]) throws(ShellSyntaxError) -> Int32 {
    try tree.willRead(text.count)
    let start = tree.source.count
    tree.source += text
    return try read(from: start, to: tree.source.count)
  }

  /// Forgets all that was read, and keeps the memory.
  mutating func removeAll() {
    tree.removeAll()
    census.removeAll()
    if !pending.isEmpty { pending.removeAll(keepingCapacity: true) }
    position = 0
    limit = 0
    depth = 0
  }

  /// Reads a range of the source as a text of its own.
  mutating func read(from start: Int, to end: Int) throws(ShellSyntaxError) -> Int32 {
    let saved = (position, limit, pending)
    (position, limit, pending) = (start, end, [])
    defer { (position, limit, pending) = saved }
    try enter()
    let root = try list()
    depth -= 1
    guard position == limit else { throw .init(reason: .syntax) }
    return root
  }

  // MARK: - Helpers

  /// The byte `ahead` of the position, 0 past the end.
  @inline(__always)
  func peek(_ ahead: Int = 0) -> UInt8 {
    let index = position + ahead
    return index < limit ? tree.source[index] : 0
  }

  func failure() -> ShellSyntaxError { .init(reason: position >= limit ? .truncated : .syntax) }

  mutating func enter() throws(ShellSyntaxError) {
    depth += 1
    if depth > DecodeLimits.syntaxDepth { throw .init(reason: .depth) }
  }

  mutating func node(_ node: ShellNode) -> Int32 {
    tree.nodes.append(node)
    return Int32(tree.nodes.count - 1)
  }

  /// Skips blanks, line continuations and a comment.
  mutating func skipBlanks() {
    while position < limit {
      switch tree.source[position] {
      case Ascii.space, Ascii.tab: position += 1
      case Ascii.backslash where peek(1) == Ascii.newline: position += 2
      case Ascii.hash:
        while position < limit, tree.source[position] != Ascii.newline { position += 1 }
        return
      default: return
      }
    }
  }

  mutating func skipBlanksAndNewlines() throws(ShellSyntaxError) {
    skipBlanks()
    while peek() == Ascii.newline {
      try newline()
      skipBlanks()
    }
  }

  private mutating func newline() throws(ShellSyntaxError) {
    position += 1
    guard !pending.isEmpty else { return }
    let documents = pending
    pending = []
    for document in documents { try body(of: document) }
  }

  /// Whether the reserved word `word` stands here.
  func isAt(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard position + count <= limit else { return false }
    for index in 0..<count where tree.source[position + index] != word.utf8Start[index] { return false }
    return isDelimiter(peek(count)) || (peek(count) == Ascii.backslash && peek(count + 1) == Ascii.newline)
  }

  /// Whether a byte ends a word; 0 is the end of the text.
  @inline(__always)
  func isDelimiter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0, Ascii.space, Ascii.tab, Ascii.newline, Ascii.semicolon, Ascii.ampersand, Ascii.pipe, Ascii.open,
      Ascii.close, Ascii.less, Ascii.greater:
      true
    default: false
    }
  }

  /// The reserved words that end a list.
  private func isAtCloser() -> Bool {
    switch peek() {
    case 0x74: isAt("then")
    case 0x64: isAt("do") || isAt("done")
    case 0x66: isAt("fi")
    case 0x65: isAt("else") || isAt("elif") || isAt("esac")
    case Ascii.closeBrace: isAt("}")
    default: false
    }
  }

  mutating func expect(_ word: StaticString) throws(ShellSyntaxError) {
    guard isAt(word) else { throw failure() }
    position += word.utf8CodeUnitCount
  }

  // MARK: - Lists

  /// A list, up to something that cannot start a command.
  mutating func list() throws(ShellSyntaxError) -> Int32 {
    let list = node(ShellNode(kind: .list))
    var last = ShellTree.none
    func append(_ child: Int32) {
      if last < 0 { tree.nodes[Int(list)].first = child } else { tree.nodes[Int(last)].next = child }
      last = child
    }
    while true {
      try skipBlanksAndNewlines()
      guard startsCommand() else { return list }
      let head = try pipeline()
      append(head)
      while true {
        skipBlanks()
        let link: ShellNode.Link
        if peek() == Ascii.ampersand, peek(1) == Ascii.ampersand {
          link = .and
        } else if peek() == Ascii.pipe, peek(1) == Ascii.pipe {
          link = .or
        } else {
          break
        }
        position += 2
        try skipBlanksAndNewlines()
        guard startsCommand() else { throw failure() }
        let child = try pipeline()
        tree.nodes[Int(child)].link = link
        append(child)
      }
      switch peek() {
      case Ascii.semicolon:
        if peek(1) == Ascii.semicolon || peek(1) == Ascii.ampersand { return list }
        position += 1
      case Ascii.ampersand:
        tree.nodes[Int(head)].isBackground = true
        position += 1
      case Ascii.newline: break
      default: return list
      }
    }
  }

  func startsCommand() -> Bool {
    switch peek() {
    case 0, Ascii.close, Ascii.semicolon, Ascii.pipe: false
    case Ascii.ampersand: peek(1) == Ascii.greater
    default: !isAtCloser()
    }
  }

  /// A list that must not be empty.
  mutating func body() throws(ShellSyntaxError) -> Int32 {
    let list = try list()
    guard tree.nodes[Int(list)].first >= 0 else { throw failure() }
    return list
  }

  private mutating func pipeline() throws(ShellSyntaxError) -> Int32 {
    while peek() == Ascii.bang, isAt("!") {
      position += 1
      skipBlanks()
    }
    if isAt("time") {
      let start = position
      position += 4
      skipBlanks()
      while isAt("-p") || isAt("--") {
        position += 2
        skipBlanks()
      }
      // Before a simple command `time` is read as the wrapper that it is; before anything else it changes nothing.
      if startsCommand(), peek() != Ascii.newline, !isAtCompound() {
        position = start
      } else {
        return try pipeline(orEmpty: true)
      }
    }
    guard startsCommand(), peek() != Ascii.newline else {
      // A lone `!` or `time` is a command that runs nothing.
      return node(ShellNode(kind: .simple))
    }
    let first = try command()
    skipBlanks()
    guard peek() == Ascii.pipe, peek(1) != Ascii.pipe else { return first }
    let pipeline = node(ShellNode(kind: .pipeline, first: first))
    var last = first
    while peek() == Ascii.pipe, peek(1) != Ascii.pipe {
      position += peek(1) == Ascii.ampersand ? 2 : 1
      try skipBlanksAndNewlines()
      guard startsCommand() else { throw failure() }
      let next = try command()
      tree.nodes[Int(last)].next = next
      last = next
      skipBlanks()
    }
    return pipeline
  }

  /// What follows a `time` that is no wrapper.
  private mutating func pipeline(orEmpty: Bool) throws(ShellSyntaxError) -> Int32 {
    try enter()
    defer { depth -= 1 }
    return try pipeline()
  }

  func isAtCompound() -> Bool {
    switch peek() {
    case Ascii.open, Ascii.openBrace, Ascii.bang: true
    case 0x69: isAt("if")
    case 0x77: isAt("while")
    case 0x75: isAt("until")
    case 0x66: isAt("for") || isAt("function")
    case 0x73: isAt("select")
    case 0x63: isAt("case") || isAt("coproc")
    case 0x74: isAt("time")
    case Ascii.openBracket: isAt("[[")
    default: false
    }
  }

  // MARK: - Simple commands

  mutating func simple() throws(ShellSyntaxError) -> Int32 {
    var command = ShellNode(kind: .simple)
    var lastWord = ShellTree.none
    var lastAssignment = ShellTree.none
    var lastRedirection = ShellTree.none
    var isEnded = false
    scan: while true {
      skipBlanks()
      let byte = peek()
      switch byte {
      case 0, Ascii.newline, Ascii.semicolon, Ascii.pipe, Ascii.close: break scan
      case Ascii.ampersand where peek(1) != Ascii.greater: break scan
      case Ascii.open:
        guard lastWord >= 0, lastWord == command.words, command.assignments < 0, command.redirections < 0 else {
          throw failure()
        }
        position += 1
        skipBlanks()
        guard peek() == Ascii.close else { throw failure() }
        position += 1
        return try function(tree.words[Int(lastWord)].spelling)
      default: break
      }
      if let redirection = try redirection() {
        if tree.redirections[Int(redirection)].kind == .both { isEnded = true }
        if lastRedirection < 0 {
          command.redirections = redirection
        } else {
          tree.redirections[Int(lastRedirection)].next = redirection
        }
        lastRedirection = redirection
        continue
      }
      // `a &> f b`: where `&>` is no redirection, `b` is a program.
      if isEnded { throw failure() }
      let next = try word(lastWord < 0 ? .assignment : .word)
      if lastWord < 0, tree.words[Int(next)].name.count > 0 {
        if lastAssignment < 0 { command.assignments = next } else { tree.words[Int(lastAssignment)].next = next }
        lastAssignment = next
        census.assigned(tree.words[Int(next)].name, in: tree.source)
      } else {
        if lastWord < 0 { command.words = next } else { tree.words[Int(lastWord)].next = next }
        lastWord = next
      }
    }
    guard command.words >= 0 || command.assignments >= 0 || command.redirections >= 0 else { throw failure() }
    if command.words >= 0 { census.note(command, in: tree) }
    return node(command)
  }
}
