// The file and its declarations, rules and tests aside.

extension Parser {
  mutating func parseFile() -> PolicyFile {
    let node = openFile()
    var file = PolicyFile(languageVersion: nil, header: nil, declarations: [])
    var isFirst = true
    while !isAtEnd {
      let begin = index
      do throws(SyntaxError) {
        try parseTopLevel(into: &file, isFirst: isFirst)
      } catch {
        recover(since: begin, isInBody: false) { _, _ in false }
      }
      isFirst = false
    }
    closeFile(node)
    return file
  }

  private mutating func parseTopLevel(into policy: inout PolicyFile, isFirst: Bool) throws(SyntaxError) {
    let documentation = documentation()
    var annotations: [Annotation] = []
    let begin = start
    // The node is opened before the annotations: they belong to the rule.
    let node = open(.rule)
    defer { close(node) }
    while kind == .at { annotations.append(try parseAnnotation()) }
    let ownDocumentation = annotations.isEmpty ? documentation : documentation ?? self.documentation()
    let keywordRange = current.range
    guard let keyword = acceptDeclarationKeyword() else {
      if isForeignComment { throw foreignComment() }
      throw fail(
        .unexpectedDeclaration,
        "expected a declaration (`rule`, `list`, `default`, `test`, …), found \(found)")
    }
    if keyword != "rule", let first = annotations.first {
      report(.misplacedAnnotation, "annotations stand before rules, not before `\(keyword)`", at: first.range)
    }
    switch keyword {
    case "hpol":
      setKind(node, .version)
      let version = try parseVersion(from: begin)
      if isFirst {
        policy.languageVersion = version
      } else {
        report(.unexpectedDeclaration, "`hpol \(version.number)` stands first in a file, and once", at: version.range)
      }
    case "policy":
      setKind(node, .header)
      let header = try parseHeader(ownDocumentation, from: begin)
      if let first = policy.header {
        report(
          .duplicateHeader, "a file has one `policy` header", at: header.range,
          notes: [Diagnostic.Note("the first is here", at: span(first.range))])
      } else {
        policy.header = header
      }
    case "use":
      setKind(node, .use)
      let path = try parseString("the path of a file")
      policy.declarations.append(.use(UseDeclaration(path: path, range: range(from: begin))))
    case "default":
      setKind(node, .setting)
      policy.declarations.append(.setting(try parseDefault(from: begin)))
    case "list":
      setKind(node, .list)
      policy.declarations.append(.list(try parseList(ownDocumentation, from: begin)))
    case "define":
      setKind(node, .define)
      policy.declarations.append(.define(try parseDefine(ownDocumentation, from: begin)))
    case "detector":
      setKind(node, .detector)
      policy.declarations.append(.detector(try parseDetector(ownDocumentation, from: begin)))
    case "decode":
      setKind(node, .decode)
      policy.declarations.append(.decode(try parseDecode(from: begin)))
    case "test":
      setKind(node, .test)
      policy.declarations.append(.test(try parseTest(ownDocumentation, from: begin)))
    case "invariant":
      setKind(node, .invariant)
      policy.declarations.append(.invariant(try parseInvariant(ownDocumentation, from: begin)))
    default:
      policy.declarations.append(
        .rule(try parseRule(annotations, ownDocumentation, keyword: keywordRange, from: begin)))
    }
  }

  /// A declaration's keyword; a misspelt one only where the token after it fits, so that stray text is not one.
  private mutating func acceptDeclarationKeyword() -> String? {
    if Keywords.declarations.contains(word) { return acceptKeyword(Keywords.declarations) }
    let next = peek().kind
    guard next == .word || next == .integer || next.isString else { return nil }
    if let keyword = acceptSynonym(Keywords.declarationSynonyms, of: Keywords.declarations) { return keyword }
    return acceptMisspelt(Keywords.declarations)
  }

  /// The text of the `##` lines that stand directly above the current token.
  private func documentation() -> String? {
    var lines: [String] = []
    var isLineStart = true
    for token in tokens[..<index].reversed() {
      let text = text(token)
      if token.kind == .docComment, isLineStart {
        let line = text.dropFirst(2)
        let trimmed = String(
          (line.first == " " ? line.dropFirst() : line).reversed().drop(while: \.isWhitespace).reversed())
        lines.append(trimmed)
        isLineStart = false
      } else if token.kind == .whitespace, text.filter(\.isNewline).count <= 1 {
        isLineStart = text.contains(where: \.isNewline)
      } else {
        // What stands before a comment on its line has the comment, not the declaration under it.
        if !isLineStart, !token.kind.isTrivia, !lines.isEmpty { lines.removeLast() }
        return joined(lines)
      }
    }
    return joined(lines)
  }

  private func joined(_ reversedLines: [String]) -> String? {
    reversedLines.isEmpty ? nil : reversedLines.reversed().joined(separator: "\n")
  }

  /// `@severity(high)`
  private mutating func parseAnnotation() throws(SyntaxError) -> Annotation {
    let node = open(.annotation)
    defer { close(node) }
    let begin = start
    bump()
    let name = try parseName("the name of an annotation")
    var argument: Annotation.Argument?
    if accept(.leftParenthesis) {
      switch kind {
      case .word: argument = .word(try parseName("a word"))
      case .date:
        let date = Name(text(current), current.range)
        if !Literal.isDate(date.text) {
          report(.badDate, "`\(date.text)` is not a day of the calendar", at: date.range)
        }
        bump()
        argument = .date(date)
      case .malformedNumber, .integer, .duration:
        throw fail(.badDate, "\(found) is not a date; dates are written `2027-03-31`, all else in quotes")
      default: argument = .string(try parseString("a word, a date or a string"))
      }
      try expect(.rightParenthesis, ")", "after the argument of `@\(name.text)`")
    }
    return Annotation(name: name, argument: argument, range: range(from: begin))
  }

  private mutating func parseVersion(from begin: UInt32) throws(SyntaxError) -> LanguageVersion {
    let number = try parseInteger("the version of the language")
    let version = LanguageVersion(number: Int(number), range: range(from: begin))
    if number != 1 {
      report(
        .badLanguageVersion, "this is written for version \(number) of the language; known is `hpol 1`",
        at: version.range)
    }
    return version
  }

  private mutating func parseHeader(_ documentation: String?, from begin: UInt32) throws(SyntaxError) -> PolicyHeader {
    let name = try parseName("the name of the policy")
    let title = try optionalString("the title")
    return PolicyHeader(name: name, title: title, documentation: documentation, range: range(from: begin))
  }

  private mutating func parseDefault(from begin: UInt32) throws(SyntaxError) -> DefaultDeclaration {
    var key = DefaultDeclaration.Key.decision
    if accept("unparsed") { key = .unparsed } else if accept("record") { key = .record }
    var protocols: [Name] = []
    if let spoken = acceptLeadingProtocol() { protocols.append(spoken) }
    let value = key == .record ? try parseRecordLevel() : try parseWord(of: ["allow", "block"], "after `default`")
    if accept("for") {
      repeat { protocols.append(try parseName("a protocol")) } while accept(.comma)
    }
    return DefaultDeclaration(key: key, value: value, protocols: protocols, range: range(from: begin))
  }

  /// The protocol in `default mysql block`, which is reported.
  private mutating func acceptLeadingProtocol() -> Name? {
    let values = ["allow", "block"]
    guard kind == .word, isNameText(word), !values.contains(word), values.contains(peekWord()) else { return nil }
    let whole = SourceRange(start, peek().range.end)
    let name = Name(word, current.range)
    report(
      .expectedToken, "a default for one protocol is written `\(peekWord()) for \(word)`", at: whole,
      fix: replace(whole, by: "\(peekWord()) for \(word)"))
    bump()
    return name
  }

  /// One of these words, as a name.
  mutating func parseWord(of words: [String], _ place: String) throws(SyntaxError) -> Name {
    let range = current.range
    guard let word = acceptSynonym(Keywords.clauseSynonyms, of: words) ?? acceptKeyword(words) else {
      throw expected(words.map { "`\($0)`" }.joined(separator: " or ") + " " + place)
    }
    return Name(word, range)
  }

  mutating func parseRecordLevel() throws(SyntaxError) -> Name {
    try parseWord(of: Keywords.recordLevels, "after `record`")
  }

  private mutating func parseList(_ documentation: String?, from begin: UInt32) throws(SyntaxError) -> ListDeclaration {
    let name = try parseName("the name of the list")
    if accept("from") {
      let path = try parseString("the path of a file")
      return ListDeclaration(name: name, source: .file(path), documentation: documentation, range: range(from: begin))
    }
    try expectEqual("after the name of the list")
    let items = try parseItemsOrBareItems()
    return ListDeclaration(name: name, source: .items(items), documentation: documentation, range: range(from: begin))
  }

  /// A list; values without its brackets are reported.
  private mutating func parseItemsOrBareItems() throws(SyntaxError) -> [ListItem] {
    guard isAtItem, !isFirstOnLine else { return try parseItems().0 }
    let begin = start
    var items: [ListItem] = []
    repeat { items.append(try parseItem("a value")) } while accept(.comma)
    let range = range(from: begin)
    report(
      .expectedToken, "a list stands in brackets", at: range,
      fix: Diagnostic.Fix("put it in brackets", bracketing(range)))
    return items
  }

  /// `=`; `:` and the like are reported and taken for it, and so is its lack before what can only be the value.
  private mutating func expectEqual(_ place: String) throws(SyntaxError) {
    if accept(.equal) { return }
    if kind == .leftBracket {
      return report(
        .expectedToken, "expected `=` \(place), found \(found)", at: current.range, fix: insert(" =", at: previousEnd))
    }
    guard kind == .colon || kind == .foreign || kind == .arrow || at("is") else { throw expected("`=` \(place)") }
    report(
      .expectedToken, "expected `=` \(place), found \(found)", at: current.range, fix: replace(current.range, by: "="))
    bump()
  }

  private mutating func parseDefine(_ documentation: String?, from begin: UInt32) throws(SyntaxError)
    -> DefineDeclaration
  {
    let name = try parseName("the name of the define")
    if Keywords.reservedInConditions.contains(name.text) {
      report(.badName, "`\(name.text)` has a meaning in conditions and cannot name a define", at: name.range)
    }
    try expectEqual("after the name of the define")
    let body = try parseCondition()
    return DefineDeclaration(name: name, body: body, documentation: documentation, range: range(from: begin))
  }

  private mutating func parseDetector(
    _ documentation: String?, from begin: UInt32
  ) throws(SyntaxError) -> DetectorDeclaration {
    let name = try parseName("the name of the detector")
    try expectEqual("after the name of the detector")
    let pattern = try parseRegex("a regular expression between slashes")
    let ignoringCase = try acceptIgnoringCase()
    let check = accept("check") ? try parseName("the name of a check") : nil
    return DetectorDeclaration(
      name: name, pattern: pattern, ignoringCase: ignoringCase, check: check, documentation: documentation,
      range: range(from: begin))
  }

  mutating func acceptIgnoringCase() throws(SyntaxError) -> Bool {
    guard accept("ignoring") else { return false }
    try expect("case", "after `ignoring`")
    return true
  }

  private mutating func parseDecode(from begin: UInt32) throws(SyntaxError) -> DecodeDeclaration {
    let carrier = try parseName("a protocol after `decode`")
    var selectors: [(word: Name, value: StringLiteral)] = []
    while kind == .word, word != "as",
      peek().kind.isString || peek().kind == .word && peekWord() != "as" && !isFirstOnLine
    {
      selectors.append((try parseName("a selector"), try parseString("its value")))
    }
    guard accept("as") else { throw expected("`as` or a selector such as `argument \"sql\"`") }
    let inner = try parseName("the protocol of what it holds")
    return DecodeDeclaration(carrier: carrier, selectors: selectors, inner: inner, range: range(from: begin))
  }

  private mutating func parseInvariant(
    _ documentation: String?, from begin: UInt32
  ) throws(SyntaxError) -> InvariantDeclaration {
    let name = try parseName("the name of the invariant")
    let title = try optionalString("the title")
    var claims: [InvariantDeclaration.Claim] = []
    _ = try braced("the name of the invariant") { parser, isBracketed in
      Keywords.claims.contains(parser.word) && (!isBracketed || parser.isFirstOnLine)
    } item: { (parser: inout Parser) throws(SyntaxError) in
      claims.append(try parser.parseClaim())
    }
    return InvariantDeclaration(
      name: name, title: title, claims: claims, documentation: documentation, range: range(from: begin))
  }

  /// Whether a condition begins here without its `when`; reported.
  private mutating func reportMissingWhen() -> Bool {
    guard startsTest() else { return false }
    report(
      .expectedToken, "expected `when` before the condition, found \(found)", at: current.range,
      fix: insert(" when", at: previousEnd))
    return true
  }

  private mutating func parseClaim() throws(SyntaxError) -> InvariantDeclaration.Claim {
    let node = open(.claim)
    defer { close(node) }
    let begin = start
    guard let quantifier = acceptKeyword(Keywords.claims) else { throw expected("`never` or `always`") }
    let outcome: InvariantDeclaration.Outcome
    switch acceptKeyword(["allow", "block", "approve", "record", "mask"]) {
    case "allow": outcome = .allow
    case "block": outcome = .block
    case "approve": outcome = .approve
    case "record": outcome = .record(try parseRecordLevel())
    case "mask": outcome = .mask(try parseReference("the name of a detector"))
    default: throw expected("`allow`, `block`, `approve`, `record` or `mask` after `\(quantifier)`")
    }
    let hasCondition = accept("when") || reportMissingWhen()
    let condition = hasCondition ? try parseCondition() : nil
    return InvariantDeclaration.Claim(
      quantifier: quantifier == "never" ? .never : .always, outcome: outcome, condition: condition,
      range: range(from: begin))
  }
}
