import PolicyBytecode

/// Reads shell texts into a ``ShellTree``: the grammar of POSIX (Shell Command Language, 2.10) with the forms that bash
/// adds. One pass, recursive descent; depth is bounded by ``DecodeLimits/syntaxDepth``.
struct ShellReader {
  var tree = ShellTree()
  /// What is known of assignments before anything is evaluated.
  var census = ShellCensus()
  var position = 0
  /// Where the text at hand ends in the source.
  var limit = 0
  var depth = 0
  /// Here-documents whose bodies start after the next newline.
  private var pending: [PendingDocument] = []

  struct PendingDocument {
    var redirection: Int
    var delimiter: [UInt8]
    var isQuoted: Bool
    var stripsTabs: Bool
  }

  // MARK: - Texts

  /// Appends `text` to the source and reads it; the root is a list.
  mutating func read(_ text: [UInt8]) throws(ShellSyntaxError) -> Int32 {
    guard tree.source.count + text.count <= ShellLimits.sourceBytes else { throw .init(reason: .oversized) }
    let start = tree.source.count
    tree.source += text
    return try read(from: start, to: tree.source.count)
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

  private mutating func expect(_ word: StaticString) throws(ShellSyntaxError) {
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

  private func startsCommand() -> Bool {
    switch peek() {
    case 0, Ascii.close, Ascii.semicolon, Ascii.pipe: false
    case Ascii.ampersand: peek(1) == Ascii.greater
    default: !isAtCloser()
    }
  }

  /// A list that must not be empty.
  private mutating func body() throws(ShellSyntaxError) -> Int32 {
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
      if startsCommand(), peek() != Ascii.newline, !isAtCompound() { position = start } else { return try pipeline(orEmpty: true) }
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

  private func isAtCompound() -> Bool {
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

  // MARK: - Commands

  private mutating func command() throws(ShellSyntaxError) -> Int32 {
    switch peek() {
    case Ascii.open, Ascii.openBrace, Ascii.openBracket, 0x69, 0x77, 0x75, 0x66, 0x73, 0x63: break
    case Ascii.bang where isAt("!"), 0x74 where isAt("time"):
      // `a | ! b` and `a | time b`.
      try enter()
      defer { depth -= 1 }
      if peek() == Ascii.bang {
        position += 1
        skipBlanks()
        return try command()
      }
      return try simple()
    default: return try simple()
    }
    guard let compound = try compound() else { return try simple() }
    tree.nodes[Int(compound)].redirections = try redirections()
    return compound
  }

  /// A compound command without its redirections, or nil where none starts.
  private mutating func compound() throws(ShellSyntaxError) -> Int32? {
    try enter()
    defer { depth -= 1 }
    switch peek() {
    case Ascii.open:
      if peek(1) == Ascii.open, let end = arithmeticEnd(position + 2) {
        let word = try arithmeticWord(position + 2, end)
        position = end + 2
        return node(ShellNode(kind: .arithmetic, words: word))
      }
      position += 1
      let inner = try body()
      guard peek() == Ascii.close else { throw failure() }
      position += 1
      return node(ShellNode(kind: .subshell, first: inner))
    case Ascii.openBrace where isAt("{"):
      position += 1
      let inner = try body()
      try expect("}")
      return node(ShellNode(kind: .group, first: inner))
    case Ascii.openBracket where isAt("[["):
      position += 2
      return try test()
    case 0x69 where isAt("if"): return try conditional()
    case 0x77 where isAt("while"), 0x75 where isAt("until"):
      position += 5
      census.loopDepth += 1
      defer { census.loopDepth -= 1 }
      let condition = try body()
      tree.nodes[Int(condition)].next = try doBody()
      return node(ShellNode(kind: .loop, first: condition))
    case 0x66 where isAt("for"):
      position += 3
      return try forLoop()
    case 0x73 where isAt("select"):
      position += 6
      return try forLoop()
    case 0x63 where isAt("case"):
      position += 4
      return try caseOf()
    case 0x66 where isAt("function"):
      position += 8
      skipBlanks()
      let start = position
      let word = try word()
      let name = ByteRange(start, Int(tree.words[Int(word)].spelling.end))
      skipBlanks()
      if peek() == Ascii.open {
        let start = position
        position += 1
        skipBlanks()
        // Without `)` it is a body in parentheses.
        position = peek() == Ascii.close ? position + 1 : start
      }
      return try function(name)
    case 0x63 where isAt("coproc"):
      let start = position
      position += 6
      skipBlanks()
      if !isAtCompound() {
        // `coproc NAME COMPOUND`
        let nameStart = position
        while Ascii.isName(peek()) { position += 1 }
        skipBlanks()
        if position == nameStart || !isAtCompound() {
          position = start
          return nil
        }
      }
      guard let inner = try compound() else { throw failure() }
      tree.nodes[Int(inner)].redirections = try redirections()
      return node(ShellNode(kind: .coprocess, first: inner))
    default: return nil
    }
  }

  private mutating func conditional() throws(ShellSyntaxError) -> Int32 {
    position += 2
    var last = try body()
    let conditional = node(ShellNode(kind: .conditional, first: last))
    while true {
      try expect("then")
      let then = try body()
      tree.nodes[Int(last)].next = then
      last = then
      guard isAt("elif") else { break }
      position += 4
      let condition = try body()
      tree.nodes[Int(last)].next = condition
      last = condition
    }
    if isAt("else") {
      position += 4
      tree.nodes[Int(last)].next = try body()
    }
    try expect("fi")
    return conditional
  }

  /// `do … done`, or the `{ … }` that bash also takes after `for`.
  private mutating func doBody() throws(ShellSyntaxError) -> Int32 {
    try skipBlanksAndNewlines()
    let braces = isAt("{")
    try expect(braces ? "{" : "do")
    let inner = try body()
    try expect(braces ? "}" : "done")
    return inner
  }

  private mutating func forLoop() throws(ShellSyntaxError) -> Int32 {
    census.loopDepth += 1
    defer { census.loopDepth -= 1 }
    skipBlanks()
    if peek() == Ascii.open, peek(1) == Ascii.open {
      guard let end = arithmeticEnd(position + 2) else { throw failure() }
      let word = try arithmeticWord(position + 2, end)
      position = end + 2
      skipBlanks()
      if peek() == Ascii.semicolon { position += 1 }
      return node(ShellNode(kind: .arithmeticLoop, first: try doBody(), words: word))
    }
    let start = position
    while Ascii.isName(peek()) { position += 1 }
    let name = ByteRange(start, position)
    guard name.count > 0 else { throw failure() }
    census.assigned(name, in: tree.source)
    var loop = ShellNode(kind: .forLoop, name: name)
    try skipBlanksAndNewlines()
    if isAt("in") {
      position += 2
      loop.hasWords = true
      loop.words = try words()
      skipBlanks()
      guard peek() == Ascii.semicolon || peek() == Ascii.newline else { throw failure() }
    }
    if peek() == Ascii.semicolon { position += 1 }
    loop.first = try doBody()
    return node(loop)
  }

  /// Words up to the end of the line or an operator.
  private mutating func words() throws(ShellSyntaxError) -> Int32 {
    var first = ShellTree.none
    var last = ShellTree.none
    while true {
      skipBlanks()
      if isDelimiter(peek()), !isAtProcessSubstitution() { return first }
      let next = try word()
      if last < 0 { first = next } else { tree.words[Int(last)].next = next }
      last = next
    }
  }

  func isAtProcessSubstitution() -> Bool {
    (peek() == Ascii.less || peek() == Ascii.greater) && peek(1) == Ascii.open
  }

  private mutating func caseOf() throws(ShellSyntaxError) -> Int32 {
    skipBlanks()
    let subject = try word()
    let result = node(ShellNode(kind: .caseOf, words: subject))
    try skipBlanksAndNewlines()
    try expect("in")
    var last = ShellTree.none
    while true {
      try skipBlanksAndNewlines()
      if isAt("esac") { break }
      if peek() == Ascii.open {
        position += 1
        skipBlanks()
      }
      let pattern = try word()
      var lastPattern = pattern
      skipBlanks()
      while peek() == Ascii.pipe {
        position += 1
        skipBlanks()
        let next = try word()
        tree.words[Int(lastPattern)].next = next
        lastPattern = next
        skipBlanks()
      }
      guard peek() == Ascii.close else { throw failure() }
      position += 1
      let item = try list()
      tree.nodes[Int(item)].words = pattern
      if last < 0 { tree.nodes[Int(result)].first = item } else { tree.nodes[Int(last)].next = item }
      last = item
      if peek() == Ascii.semicolon {
        position += 2
        if peek() == Ascii.ampersand { position += 1 }
        continue
      }
      guard isAt("esac") else { throw failure() }
    }
    position += 4
    return result
  }

  private mutating func function(_ name: ByteRange) throws(ShellSyntaxError) -> Int32 {
    try skipBlanksAndNewlines()
    census.functionDepth += 1
    defer { census.functionDepth -= 1 }
    guard let inner = try compound() else { throw failure() }
    tree.nodes[Int(inner)].redirections = try redirections()
    census.functions.insert(Array(tree.source[name.range]))
    return node(ShellNode(kind: .function, first: inner, name: name))
  }

  /// `[[ … ]]`: its words; the operators between them change nothing that runs.
  private mutating func test() throws(ShellSyntaxError) -> Int32 {
    var first = ShellTree.none
    var last = ShellTree.none
    var wasMatch = false
    while true {
      try skipBlanksAndNewlines()
      if first >= 0, isAt("]]") { break }
      switch peek() {
      case 0: throw failure()
      case Ascii.ampersand, Ascii.pipe:
        guard peek(1) == peek() else { throw failure() }
        position += 2
        wasMatch = false
        continue
      case Ascii.less, Ascii.greater:
        if peek(1) != Ascii.open {
          position += 1
          continue
        }
      case Ascii.open, Ascii.close:
        if !wasMatch || peek() == Ascii.close {
          position += 1
          continue
        }
      case Ascii.semicolon: throw failure()
      default: break
      }
      let start = position
      let next = try word(wasMatch ? .regex : .word)
      if last < 0 { first = next } else { tree.words[Int(last)].next = next }
      last = next
      wasMatch = position - start == 2 && tree.source[start] == Ascii.equals && tree.source[start + 1] == Ascii.tilde
    }
    position += 2
    return node(ShellNode(kind: .test, words: first))
  }

  // MARK: - Simple commands

  private mutating func simple() throws(ShellSyntaxError) -> Int32 {
    var command = ShellNode(kind: .simple)
    var lastWord = ShellTree.none
    var lastAssignment = ShellTree.none
    var lastRedirection = ShellTree.none
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
        if lastRedirection < 0 {
          command.redirections = redirection
        } else {
          tree.redirections[Int(lastRedirection)].next = redirection
        }
        lastRedirection = redirection
        continue
      }
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

  // MARK: - Redirections

  private mutating func redirections() throws(ShellSyntaxError) -> Int32 {
    var first = ShellTree.none
    var last = ShellTree.none
    while true {
      skipBlanks()
      guard let next = try redirection() else { return first }
      if last < 0 { first = next } else { tree.redirections[Int(last)].next = next }
      last = next
    }
  }

  /// The redirection that starts here, or nil.
  private mutating func redirection() throws(ShellSyntaxError) -> Int32? {
    var ahead = 0
    var result = ShellRedirection(kind: .input)
    let byte = peek()
    if Ascii.isDigit(byte) {
      while Ascii.isDigit(peek(ahead)) { ahead += 1 }
      guard peek(ahead) == Ascii.less || peek(ahead) == Ascii.greater else { return nil }
      result.descriptor = tree.source[position..<position + ahead].reduce(0) { min($0 * 10 + Int32($1 - Ascii.zero), 9999) }
    } else if byte == Ascii.openBrace, Ascii.isNameStart(peek(1)) {
      ahead = 1
      while Ascii.isName(peek(ahead)) { ahead += 1 }
      guard peek(ahead) == Ascii.closeBrace, peek(ahead + 1) == Ascii.less || peek(ahead + 1) == Ascii.greater else {
        return nil
      }
      ahead += 1
      result.descriptor = 10
    } else if byte == Ascii.ampersand, peek(1) == Ascii.greater {
      position += peek(2) == Ascii.greater ? 3 : 2
      result.kind = .both
      return try target(&result)
    } else if byte != Ascii.less && byte != Ascii.greater || peek(1) == Ascii.open {
      return nil
    }
    position += ahead
    let second = peek(1)
    if peek() == Ascii.greater {
      switch second {
      case Ascii.greater, Ascii.pipe: position += 2
      case Ascii.ampersand:
        position += 2
        result.kind = .duplicateOutput
        return try target(&result)
      default: position += 1
      }
      result.kind = .output
      return try target(&result)
    }
    switch second {
    case Ascii.greater:
      position += 2
      result.kind = .readWrite
    case Ascii.ampersand:
      position += 2
      result.kind = .duplicateInput
    case Ascii.less where peek(2) == Ascii.less:
      position += 3
      result.kind = .hereString
    case Ascii.less:
      let strips = peek(2) == Ascii.dash
      position += strips ? 3 : 2
      skipBlanks()
      return try hereDocument(&result, stripsTabs: strips)
    default: position += 1
    }
    return try target(&result)
  }

  private mutating func target(_ redirection: inout ShellRedirection) throws(ShellSyntaxError) -> Int32 {
    skipBlanks()
    if isDelimiter(peek()), !isAtProcessSubstitution() { throw failure() }
    redirection.word = try word()
    tree.redirections.append(redirection)
    return Int32(tree.redirections.count - 1)
  }

  private mutating func hereDocument(
    _ redirection: inout ShellRedirection, stripsTabs: Bool
  ) throws(ShellSyntaxError) -> Int32 {
    redirection.kind = .hereDocument
    var delimiter: [UInt8] = []
    var isQuoted = false
    let start = position
    while !isDelimiter(peek()) {
      let byte = peek()
      position += 1
      switch byte {
      case Ascii.backslash:
        isQuoted = true
        if position < limit {
          delimiter.append(peek())
          position += 1
        }
      case Ascii.quote, Ascii.doubleQuote:
        isQuoted = true
        while peek() != byte {
          guard position < limit else { throw failure() }
          delimiter.append(peek())
          position += 1
        }
        position += 1
      case Ascii.dollar where peek() == Ascii.quote: break
      default: delimiter.append(byte)
      }
    }
    guard position > start else { throw failure() }
    tree.redirections.append(redirection)
    pending.append(
      .init(
        redirection: tree.redirections.count - 1, delimiter: delimiter, isQuoted: isQuoted, stripsTabs: stripsTabs))
    return Int32(tree.redirections.count - 1)
  }

  /// Reads the body of a here-document; like bash, takes the rest of the text where the delimiter never comes.
  private mutating func body(of document: PendingDocument) throws(ShellSyntaxError) {
    let start = position
    var end = limit
    var continues = false
    while position < limit {
      let lineStart = position
      while position < limit, tree.source[position] != Ascii.newline { position += 1 }
      var textStart = lineStart
      if document.stripsTabs {
        while textStart < position, tree.source[textStart] == Ascii.tab { textStart += 1 }
      }
      let isDelimiter = !continues && tree.source[textStart..<position].elementsEqual(document.delimiter)
      if !document.isQuoted {
        var slash = position
        while slash > lineStart, tree.source[slash - 1] == Ascii.backslash { slash -= 1 }
        continues = (position - slash) % 2 == 1
      }
      if position < limit { position += 1 }
      if isDelimiter {
        end = lineStart
        break
      }
    }
    var range = start..<end
    if document.stripsTabs {
      guard tree.source.count + range.count <= ShellLimits.sourceBytes else { throw .init(reason: .oversized) }
      let copy = tree.source.count
      var atLineStart = true
      for index in range {
        let byte = tree.source[index]
        if atLineStart, byte == Ascii.tab { continue }
        atLineStart = byte == Ascii.newline
        tree.source.append(byte)
      }
      range = copy..<tree.source.count
    }
    let first: Int32
    if document.isQuoted {
      tree.parts.append(
        ShellPart(kind: .literal, isQuoted: true, spelling: ByteRange(range.lowerBound, range.upperBound)))
      first = Int32(tree.parts.count - 1)
    } else {
      first = try parts(from: range.lowerBound, to: range.upperBound, .hereDocument)
    }
    tree.words.append(ShellWord(first: first, spelling: ByteRange(range.lowerBound, range.upperBound)))
    tree.redirections[document.redirection].word = Int32(tree.words.count - 1)
  }
}
