import PolicyBytecode

/// Compound commands (POSIX 2.9.4 and 2.9.5, with bash's).
extension ShellReader {
  mutating func command() throws(ShellSyntaxError) -> Int32 {
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
  mutating func compound() throws(ShellSyntaxError) -> Int32? {
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

  mutating func function(_ name: ByteRange) throws(ShellSyntaxError) -> Int32 {
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
}
