/// Marks that a construct could not be read; the reason is reported already.
struct SyntaxError: Error {}

/// Hand-written recursive descent over the tokens, building tree and AST in one pass.
///
/// What can be mended on the spot (a missing comma, `=` for `is`) is reported and read as if it stood right. All else
/// throws to the nearest clause or declaration, which skips to where the next one begins.
struct Parser {
  let source: [UInt8]
  let file: UInt32
  private(set) var tokens: [Token] = []
  private(set) var nodes: [SyntaxTree.Node] = []
  private(set) var diagnostics: [Diagnostic] = []

  private var lexer: Lexer
  /// Index of the current token, which is not trivia.
  private(set) var index = 0
  /// Index one past the last token used; end offset of that token.
  private var previousIndex = 0
  private(set) var previousEnd: UInt32 = 0
  /// Where the last error was reported: a second one at the same token adds nothing.
  private var lastErrorStart: UInt32?
  private var hasMoreErrors = false
  var depth = 0
  /// Whether a literal without its end took a `}` with it, so that the missing brace is no error of its own.
  private var hasSwallowedBrace = false
  /// Where the last report of unknown characters ends: those in it need none of their own.
  private var explainedEnd: UInt32 = 0

  init(_ source: [UInt8], file: UInt32) {
    self.source = source
    self.file = file
    lexer = Lexer(source)
    index = settle(from: 0)
  }
}

// MARK: - Tokens

extension Parser {
  var current: Token { tokens[index] }
  var kind: TokenKind { tokens[index].kind }
  var start: UInt32 { tokens[index].range.start }
  var isAtEnd: Bool { kind == .endOfFile }

  /// The text of the current token if it is a word, else the empty string.
  var word: String { kind == .word ? text(current) : "" }

  func text(_ token: Token) -> String { text(token.range) }

  func text(_ range: SourceRange) -> String {
    String(decoding: source[Int(range.start)..<Int(range.end)], as: UTF8.self)
  }

  /// The index of the first token that is not trivia, at this index or after it.
  private mutating func settle(from start: Int) -> Int {
    var index = start
    while true {
      if index == tokens.count { tokens.append(lexer.next()) }
      if !tokens[index].kind.isTrivia { return index }
      if tokens[index].kind == .unknown { reportUnknown(tokens[index]) }
      index += 1
    }
  }

  /// The token so many after the current one, trivia aside; the end of the file repeats.
  mutating func peek(_ distance: Int = 1) -> Token {
    var index = index
    for _ in 0..<distance where tokens[index].kind != .endOfFile { index = settle(from: index + 1) }
    return tokens[index]
  }

  /// The token after the current one, if it is a word.
  mutating func peekWord() -> String {
    let next = peek()
    return next.kind == .word ? text(next) : ""
  }

  /// Uses the current token.
  @discardableResult
  mutating func bump() -> Token {
    let token = current
    guard token.kind != .endOfFile else { return token }
    previousIndex = index + 1
    previousEnd = token.range.end
    reportLexicalError(token)
    index = settle(from: index + 1)
    return token
  }

  /// Reads the raw JSON object that begins at the current `{`.
  mutating func bumpJSON() -> Token {
    tokens.removeSubrange(index...)
    lexer.position = Int(previousEndOfTokens)
    let token = lexer.nextJSON()
    tokens.append(token)
    return bump()
  }

  private var previousEndOfTokens: UInt32 { tokens.last?.range.end ?? 0 }

  func at(_ keyword: String) -> Bool { kind == .word && word == keyword }

  mutating func accept(_ kind: TokenKind) -> Bool {
    guard self.kind == kind else { return false }
    bump()
    return true
  }

  mutating func accept(_ keyword: String) -> Bool {
    guard at(keyword) else { return false }
    bump()
    return true
  }

  /// From this offset to the end of what was used last.
  func range(from start: UInt32) -> SourceRange { SourceRange(start, max(start, previousEnd)) }

  /// Whether only white space precedes the current token on its line.
  var isFirstOnLine: Bool {
    guard index > 0 else { return true }
    let before = tokens[index - 1]
    return before.kind == .whitespace
      && (index == 1 || source[Int(before.range.start)..<Int(before.range.end)].contains(UInt8(ascii: "\n")))
  }
}

// MARK: - Nodes

extension Parser {
  /// Begins a node at the current token; to be ended by ``close(_:)``.
  mutating func open(_ kind: SyntaxKind) -> Int {
    nodes.append(SyntaxTree.Node(kind: kind, firstToken: UInt32(index), endToken: UInt32(index), subtreeEnd: 0))
    return nodes.count - 1
  }

  mutating func close(_ node: Int) {
    nodes[node].endToken = max(nodes[node].firstToken, UInt32(previousIndex))
    nodes[node].subtreeEnd = UInt32(nodes.count)
  }

  /// Settles what a node is, once its keyword is known.
  mutating func setKind(_ node: Int, _ kind: SyntaxKind) { nodes[node].kind = kind }

  /// Begins the node of the whole file, which has the trivia at both its ends too.
  mutating func openFile() -> Int {
    nodes.append(SyntaxTree.Node(kind: .file, firstToken: 0, endToken: 0, subtreeEnd: 0))
    return 0
  }

  mutating func closeFile(_ node: Int) {
    nodes[node].endToken = UInt32(tokens.count)
    nodes[node].subtreeEnd = UInt32(nodes.count)
  }

  /// Reads something nested, up to the limit.
  mutating func nested<T>(_ body: (inout Parser) throws(SyntaxError) -> T) throws(SyntaxError) -> T {
    guard depth < SyntaxLimits.nesting else {
      throw fail(.nestingTooDeep, "conditions nest at most \(SyntaxLimits.nesting) deep")
    }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }
}

// MARK: - Errors

extension Parser {
  func span(_ range: SourceRange) -> SourceSpan { SourceSpan(file: file, range) }

  mutating func report(
    _ code: DiagnosticCode, _ message: String, at range: SourceRange, notes: [Diagnostic.Note] = [],
    fix: Diagnostic.Fix? = nil
  ) {
    guard lastErrorStart != range.start else { return }
    lastErrorStart = range.start
    if code == .unexpectedCharacter { explainedEnd = range.end }
    guard diagnostics.count < SyntaxLimits.diagnostics else {
      if !hasMoreErrors {
        diagnostics[diagnostics.count - 1].notes.append(Diagnostic.Note("further errors in this file are not reported"))
      }
      hasMoreErrors = true
      return
    }
    diagnostics.append(Diagnostic(code, message, at: span(range), notes: notes, fix: fix))
  }

  /// Reports at the current token unless a range is given, and gives what is to be thrown.
  mutating func fail(
    _ code: DiagnosticCode, _ message: String, at range: SourceRange? = nil, notes: [Diagnostic.Note] = [],
    fix: Diagnostic.Fix? = nil
  ) -> SyntaxError {
    report(code, message, at: range ?? current.range, notes: notes, fix: fix)
    return SyntaxError()
  }

  /// `expected …, found …` at the current token.
  mutating func expected(_ what: String, fix: Diagnostic.Fix? = nil) -> SyntaxError {
    fail(.expectedToken, "expected \(what), found \(found)", fix: fix)
  }

  /// The current token in the words of a message.
  var found: String {
    if isAtEnd { return "the end of the file" }
    let firstLine = text(current).prefix { !$0.isNewline }
    return firstLine.count > 40 ? "`\(firstLine.prefix(40))…`" : "`\(firstLine)`"
  }

  func replace(_ range: SourceRange, by text: String, _ title: String? = nil) -> Diagnostic.Fix {
    Diagnostic.Fix(title ?? "write `\(text)`", [Diagnostic.Edit(span(range), text)])
  }

  /// Replaces a symbol by a word, with the spaces that words need.
  func replaceSymbol(_ range: SourceRange, by word: String) -> Diagnostic.Fix {
    func isSpace(_ index: Int) -> Bool {
      source.indices.contains(index) && [0x20, 0x09, 0x0A, 0x0D].contains(source[index])
    }
    let opens = range.start == 0 || source[Int(range.start) - 1] == UInt8(ascii: "(")
    let before = opens || isSpace(Int(range.start) - 1) ? "" : " "
    let after = isSpace(Int(range.end)) ? "" : " "
    return replace(range, by: before + word + after, "write `\(word)`")
  }

  func insert(_ text: String, at offset: UInt32) -> Diagnostic.Fix {
    Diagnostic.Fix("insert `\(text)`", [Diagnostic.Edit(span(SourceRange(offset, offset)), text)])
  }

  /// Requires a token; a closing bracket or the like that is plainly missing is reported where it should stand.
  mutating func expect(_ kind: TokenKind, _ text: String, _ place: String) throws(SyntaxError) {
    if accept(kind) { return }
    throw expected("`\(text)` \(place)")
  }

  /// Requires a keyword.
  mutating func expect(_ keyword: String, _ place: String) throws(SyntaxError) {
    if accept(keyword) || acceptMisspelt([keyword]) != nil { return }
    throw expected("`\(keyword)` \(place)")
  }

  /// The keyword meant by the current word: itself, itself in capitals, or the one it resembles most; the latter two
  /// are reported. Uses the word if it means one.
  mutating func acceptKeyword(_ keywords: [String]) -> String? {
    if keywords.contains(word) {
      let keyword = word
      bump()
      return keyword
    }
    return acceptMisspelt(keywords)
  }

  /// What other languages call one of these keywords; reported.
  mutating func acceptSynonym(_ synonyms: [String: String], of keywords: [String]) -> String? {
    guard let keyword = synonyms[word.lowercased()], keywords.contains(keyword) else { return nil }
    report(
      .expectedToken, "unknown word `\(word)`; here it is called `\(keyword)`", at: current.range,
      fix: replace(current.range, by: keyword))
    bump()
    return keyword
  }

  /// Whether a comment of other languages begins here.
  var isForeignComment: Bool {
    (kind == .regex || kind == .unterminatedRegex) && source[Int(start)...].starts(with: "/*".utf8)
  }

  mutating func foreignComment() -> SyntaxError {
    fail(.unexpectedDeclaration, "comments begin with `#` and end with the line")
  }

  mutating func acceptMisspelt(_ keywords: [String]) -> String? {
    let written = word
    guard let keyword = resembling(written, keywords) else { return nil }
    let message =
      written.lowercased() == keyword
      ? "keywords are lower case: `\(keyword)`" : "unknown word `\(written)`; did you mean `\(keyword)`?"
    report(.expectedToken, message, at: current.range, fix: replace(current.range, by: keyword))
    bump()
    return keyword
  }

  private func resembling(_ written: String, _ keywords: [String]) -> String? {
    guard !written.isEmpty else { return nil }
    let lowered = written.lowercased()
    return keywords.contains(lowered) ? lowered : nearest(lowered, in: keywords)
  }

  /// From a typographic quote to the one that closes it on its line, and those in quotes of the language.
  private func curlyQuoted(_ token: Token) -> (SourceRange, Diagnostic.Fix?) {
    let rest = text(SourceRange(token.range.start, UInt32(source.count)))
    let line = rest.dropFirst().prefix { !$0.isNewline }
    guard "\u{201C}\u{2018}".contains(rest.prefix(1)),
      let end = line.firstIndex(where: { "\u{201D}\u{2019}".contains($0) })
    else { return (token.range, nil) }
    let inner = line[..<end]
    let length = UInt32(inner.utf8.count) + 2 * (token.range.end - token.range.start)
    let range = SourceRange(token.range.start, token.range.start + length)
    let isPlain = !inner.contains { "\"\\".contains($0) }
    return (range, isPlain ? replace(range, by: "\"\(inner)\"", "quote it") : nil)
  }

  /// From a backtick to the next on its line, if nothing between needs an escape.
  private func quotedByBackticks(_ token: Token) -> SourceRange? {
    let rest = source[Int(token.range.end)...].prefix { $0 != UInt8(ascii: "\n") }
    guard let end = rest.firstIndex(of: UInt8(ascii: "`")), !rest[..<end].contains(where: { "\"\\".utf8.contains($0) })
    else { return nil }
    return SourceRange(token.range.start, UInt32(end) + 1)
  }

  /// Whether a token is part of what was reported as unknown characters.
  func isExplained(_ token: Token) -> Bool { token.range.end <= explainedEnd }

  /// The run of characters around a range that would be one word elsewhere.
  func bareWord(around range: SourceRange) -> SourceRange {
    func ends(_ byte: UInt8) -> Bool { byte <= 0x20 || "[](){},\"'".utf8.contains(byte) }
    var (start, end) = (Int(range.start), Int(range.end))
    while start > 0, !ends(source[start - 1]) { start -= 1 }
    while end < source.count, !ends(source[end]) { end += 1 }
    return SourceRange(UInt32(start), UInt32(end))
  }

  private mutating func reportUnknown(_ token: Token) {
    guard token.range.start >= explainedEnd else { return }
    let character = text(token)
    let remove = replace(token.range, by: "", "remove it")
    switch character {
    case _ where character.hasPrefix("//"):
      let slashes = SourceRange(token.range.start, token.range.start + 2)
      report(.unexpectedCharacter, "comments begin with `#`", at: token.range, fix: replace(slashes, by: "#"))
    case ";": report(.unexpectedCharacter, "nothing ends with `;` here", at: token.range, fix: remove)
    case "\u{201C}", "\u{201D}", "\u{2018}", "\u{2019}":
      let (range, fix) = curlyQuoted(token)
      report(
        .unexpectedCharacter, "`\(character)` is not a quote; strings stand in `\"…\"` or `'…'`", at: range, fix: fix)
    case "`":
      let fix = quotedByBackticks(token).map { replace($0, by: "\"\(text($0).dropFirst().dropLast())\"", "quote it") }
      report(
        .unexpectedCharacter, "backticks are no quotes; strings stand in `\"…\"` or `'…'`",
        at: fix?.edits.first?.span.range ?? token.range, fix: fix)
    case "$":
      let range = bareWord(around: token.range)
      let quoted = "\"\(text(range))\""
      report(
        .unexpectedCharacter, "a path stands in quotes: `\(quoted)`", at: range,
        fix: text(range).contains("\\") ? nil : replace(range, by: quoted, "quote it"))
    case "*", "?":
      let range = bareWord(around: token.range)
      let quoted = "\"\(text(range))\""
      report(
        .unexpectedCharacter, "a glob stands in quotes: `\(quoted)`", at: range,
        fix: text(range).contains("\\") ? nil : replace(range, by: quoted, "quote it"))
    case _ where character.unicodeScalars.allSatisfy { $0.properties.generalCategory == .format }:
      let code = String(character.unicodeScalars.first?.value ?? 0, radix: 16, uppercase: true)
      report(
        .unexpectedCharacter, "U+\(code), an invisible character, means nothing here", at: token.range, fix: remove)
    case "\u{A0}":
      let fix = replace(token.range, by: " ", "write a space")
      report(.unexpectedCharacter, "a no-break space separates nothing", at: token.range, fix: fix)
    default:
      let value = token.range.end - token.range.start == 1 ? UInt32(source[Int(token.range.start)]) : 0x80
      let shown = value < 0x20 || value == 0x7F ? "control character \(value)" : "`\(character)`"
      report(.unexpectedCharacter, "unexpected \(shown)", at: token.range)
    }
  }

  private mutating func reportLexicalError(_ token: Token) {
    if token.kind == .unterminatedString || token.kind == .unterminatedRegex, text(token).contains("}") {
      hasSwallowedBrace = true
    }
    switch token.kind {
    case .unterminatedString:
      let quote =
        source[Int(token.range.start)..<Int(token.range.end)].starts(with: "\"\"\"".utf8)
        ? "\"\"\""
        : text(
          SourceRange(token.range.start, token.range.start + 1))
      let hint = quote == "\"\"\"" ? "" : "; a string of several lines stands in `\"\"\"`"
      report(.unterminatedString, "the string has no closing `\(quote)`\(hint)", at: token.range)
    case .unterminatedRegex:
      report(
        .unterminatedRegex, "the regular expression has no closing `/` on its line; `/` in it is written `\\/`",
        at: token.range)
    default: break
    }
  }
}

// MARK: - Recovery

extension Parser {
  /// Skips, after an error, to where the next part can begin: a `}` that closes the body, a declaration at the start of
  /// a line, or what `isStart` accepts. It passes at least one token if none was used since `begin`.
  mutating func recover(since begin: Int, isInBody: Bool, isStart: (inout Parser, _ isBracketed: Bool) -> Bool) {
    guard !isAtEnd else { return }
    let node = open(.skipped)
    defer { close(node) }
    var braces = 0
    var brackets = 0
    var mustMove = index == begin
    while !isAtEnd {
      if !mustMove {
        if startsDeclaration() { return }
        if isInBody, braces == 0, kind == .rightBrace { return }
        if braces == 0, isStart(&self, brackets > 0) { return }
      }
      mustMove = false
      switch kind {
      case .leftBrace: braces += 1
      case .rightBrace: braces = max(0, braces - 1)
      case .leftBracket, .leftParenthesis: brackets += 1
      case .rightBracket, .rightParenthesis: brackets = max(0, brackets - 1)
      default: break
      }
      bump()
    }
  }

  /// Whether a declaration begins at the current token, as far as two tokens tell: its keyword stands first on its line
  /// and is followed by what may follow it.
  mutating func startsDeclaration() -> Bool {
    if kind == .at { return isFirstOnLine }
    guard kind == .word, isFirstOnLine else { return false }
    let next: TokenKind
    switch word {
    case "use": return peek().kind.isString
    case "hpol": return peek().kind == .integer
    case "policy", "default", "list", "define", "detector", "decode", "rule", "test", "invariant": next = .word
    default: return false
    }
    return peek().kind == next
  }

  /// `{ item* }`. What is in it is read to its end whatever errors are in it.
  ///
  /// - Returns: whether all items could be read.
  mutating func braced(
    _ owner: String, isStart: (inout Parser, _ isBracketed: Bool) -> Bool,
    item: (inout Parser) throws(SyntaxError) -> Void
  ) throws(SyntaxError) -> Bool {
    if [.colon, .equal, .comma].contains(kind), peek().kind == .leftBrace {
      report(
        .expectedToken, "`{` stands right after \(owner), without \(found)", at: current.range,
        fix: replace(current.range, by: "", "remove it"))
      bump()
    }
    let brace = current.range
    if !accept(.leftBrace) {
      guard isStart(&self, false), !startsDeclaration() else { throw expected("`{` after \(owner)") }
      report(
        .expectedToken, "expected `{` after \(owner), found \(found)", at: brace, fix: insert(" {", at: previousEnd))
    }
    var isWhole = true
    while !accept(.rightBrace) {
      if isAtEnd || startsDeclaration() {
        if hasSwallowedBrace {
          hasSwallowedBrace = false
          return false
        }
        let note = isAtEnd ? "the file ends here" : "a declaration begins here"
        report(
          .unclosedBrace, "the `{` after \(owner) is not closed", at: brace,
          notes: [Diagnostic.Note(note, at: span(current.range))],
          fix: Diagnostic.Fix(
            "close it with a line `}`", [Diagnostic.Edit(span(SourceRange(previousEnd, previousEnd)), "\n}")]))
        return false
      }
      let begin = index
      do throws(SyntaxError) {
        try item(&self)
      } catch {
        isWhole = false
        recover(since: begin, isInBody: true, isStart: isStart)
      }
    }
    return isWhole
  }
}
