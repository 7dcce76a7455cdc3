// Rules: their clauses and actions.

extension Parser {
  mutating func parseRule(
    _ annotations: [Annotation], _ documentation: String?, keyword: SourceRange, from begin: UInt32
  ) throws(SyntaxError) -> RuleDeclaration {
    let name = try parseName("the name of the rule")
    let title = try optionalString("the title")
    var onResponse = false
    if accept("on") {
      try expect("response", "after `on`")
      onResponse = true
    }
    var rule = RuleDeclaration(
      annotations: annotations, name: name, title: title, onResponse: onResponse, clauses: [], actions: [],
      documentation: documentation, range: keyword)
    let isWhole = try braced("the name of the rule") { parser, isBracketed in
      Keywords.clauses.contains(parser.word) && (!isBracketed || parser.isFirstOnLine)
    } item: { (parser: inout Parser) throws(SyntaxError) in
      try parser.parseClauseOrAction(into: &rule)
    }
    rule.range = range(from: begin)
    if isWhole, rule.actions.isEmpty {
      report(
        .ruleWithoutAction,
        "rule `\(name.text)` does nothing: it has no `block`, `allow`, `approve`, `mask`, `record` or `tag`",
        at: name.range)
    }
    return rule
  }

  private mutating func parseClauseOrAction(into rule: inout RuleDeclaration) throws(SyntaxError) {
    let node = open(.action)
    defer { close(node) }
    skipForeignJoint(rule)
    let begin = start
    guard let keyword = acceptForeignApproval() ?? acceptClauseKeyword() else {
      if isForeignComment { throw foreignComment() }
      if startsTest() {
        guard rule.clauses.last?.range.end != previousEnd || isFirstOnLine else {
          throw expected("`and` or `or` between two tests")
        }
        setKind(node, .clause)
        report(
          .expectedToken, "expected `when` before the condition, found \(found)", at: current.range,
          fix: Diagnostic.Fix("insert `when`", [Diagnostic.Edit(span(SourceRange(begin, begin)), "when ")]))
        return try parseClause(isUnless: false, into: &rule, from: begin)
      }
      if kind == .leftBrace { throw fail(.expectedToken, "the parts of a rule have no braces of their own") }
      throw expected("`when`, `unless` or an action such as `block`")
    }
    switch keyword {
    case "when", "unless":
      setKind(node, .clause)
      try parseClause(isUnless: keyword == "unless", into: &rule, from: begin)
    case "block":
      let message = try optionalMessage("the message")
      rule.actions.append(.block(message: message, range(from: begin)))
    case "allow": rule.actions.append(.allow(range(from: begin)))
    case "approve":
      var action = try parseApproval(from: begin)
      action.question = try optionalMessage("the question")
      action.range = range(from: begin)
      rule.actions.append(.approve(action))
    case "record":
      let level = try parseRecordLevel()
      rule.actions.append(.record(level, range(from: begin)))
    case "tag":
      let tag = try parseString("the tag")
      rule.actions.append(.tag(tag, range(from: begin)))
    default: rule.actions.append(try parseMask(from: begin))
    }
  }

  private mutating func parseClause(
    isUnless: Bool, into rule: inout RuleDeclaration, from begin: UInt32
  ) throws(SyntaxError) {
    if kind == .colon {
      report(
        .expectedToken, "the condition stands right after `\(isUnless ? "unless" : "when")`, without `:`",
        at: current.range,
        fix: replace(current.range, by: "", "remove it"))
      bump()
    }
    do throws(SyntaxError) {
      let condition = try parseCondition()
      rule.clauses.append(RuleDeclaration.Clause(isUnless: isUnless, condition: condition, range: range(from: begin)))
    } catch {
      let missing = Expression.missing(range(from: begin))
      rule.clauses.append(RuleDeclaration.Clause(isUnless: isUnless, condition: missing, range: range(from: begin)))
      throw error
    }
  }

  /// `require approval`, which is reported; what it means.
  private mutating func acceptForeignApproval() -> String? {
    guard ["require", "requires", "needs"].contains(word), peekWord() == "approval" else { return nil }
    let range = SourceRange(start, peek().range.end)
    report(
      .expectedToken, "`\(text(range))` is written `approve`", at: range, fix: replace(range, by: "approve"))
    bump()
    bump()
    return "approve"
  }

  /// Passes over `,` and `then` between the parts of a rule; reported.
  private mutating func skipForeignJoint(_ rule: RuleDeclaration) {
    guard kind == .comma || at("then"), !rule.clauses.isEmpty || !rule.actions.isEmpty,
      Keywords.clauses.contains(peekWord()) || Keywords.clauseSynonyms[peekWord()] != nil
    else { return }
    report(
      .expectedToken, "the parts of a rule stand one after the other, without \(found)", at: current.range,
      fix: replace(current.range, by: "", "remove it"))
    bump()
  }

  /// A text after an action. What other languages put before it is reported and passed over.
  private mutating func optionalMessage(_ what: String) throws(SyntaxError) -> StringLiteral? {
    let isJoint = [.comma, .colon, .equal, .foreign].contains(kind)
    let isWord = kind == .word && !isFirstOnLine && !Keywords.clauses.contains(word)
    if isJoint || isWord, Keywords.clauseSynonyms[word] == nil, peek().kind.isString {
      report(
        .expectedToken, "\(what) stands right after the action, without \(found)", at: current.range,
        fix: replace(SourceRange(previousEnd, current.range.end), by: "", "remove it"))
      bump()
    }
    return try optionalString(what)
  }

  private mutating func acceptClauseKeyword() -> String? {
    acceptSynonym(Keywords.clauseSynonyms, of: Keywords.clauses) ?? acceptKeyword(Keywords.clauses)
  }

  /// What follows `approve`, up to the question.
  mutating func parseApproval(from begin: UInt32) throws(SyntaxError) -> ApproveAction {
    if kind.isString {
      report(
        .expectedToken, "expected `by` after `approve`, found \(found)", at: current.range,
        fix: insert(" by", at: previousEnd))
    } else {
      try expect("by", "after `approve`")
    }
    var action = ApproveAction(groups: [], count: nil, within: nil, question: nil, range: range(from: begin))
    repeat {
      guard kind.isString || kind == .word else { throw expected("a group in quotes, or a list's name") }
      action.groups.append(
        kind == .word
          ? .word(try parseReference("the name of a list")) : .string(try parseString("a group")))
    } while !startsExpectationAfterComma() && accept(.comma)
    while true {
      let part = current.range
      if accept("count") {
        checkRepeated("count", action.count != nil, at: part)
        action.count = try parseCount("the number of people")
      } else if accept("within") {
        checkRepeated("within", action.within != nil, at: part)
        action.within = try parseDuration()
      } else {
        action.range = range(from: begin)
        return action
      }
    }
  }

  mutating func checkRepeated(_ word: String, _ isRepeated: Bool, at range: SourceRange) {
    if isRepeated { report(.repeatedPart, "`\(word)` is given twice", at: range) }
  }

  /// `mask WHAT, … [HOW]`
  private mutating func parseMask(from begin: UInt32) throws(SyntaxError) -> Action {
    var items: [MaskItem] = []
    repeat { items.append(try parseMaskItem()) } while accept(.comma)
    let how = try parseMaskTreatment()
    return .mask(items, how: how, range(from: begin))
  }

  private mutating func parseMaskItem() throws(SyntaxError) -> MaskItem {
    let begin = start
    let next = peek().kind
    let hasGlobs = next == .leftBracket || next.isString
    let hasBareWord = next == .word && !isTreatmentNext && Keywords.maskPlaces.contains(word)
    if hasGlobs || hasBareWord {
      switch acceptSynonym(Keywords.maskPlaceSynonyms, of: Keywords.maskPlaces) ?? acceptKeyword(Keywords.maskPlaces) {
      case "column": return .column(try parseNames("a name of columns"), range(from: begin))
      case "header": return .header(try parseNames("a name of headers"), range(from: begin))
      case "json":
        // A bare path was reported, character by character.
        if kind == .word, isExplained(current) {
          let path = bump()
          return .json(StringLiteral(text(path), path.range), range(from: begin))
        }
        let path = try parseString("a path")
        return .json(path, range(from: begin))
      default: break
      }
    }
    if kind == .regex || kind == .unterminatedRegex { return .regex(try parseRegex("a regular expression")) }
    return .detector(
      try parseReference("what is masked: a detector, `column [\"…\"]`, `json \"…\"`, `header [\"…\"]` or `/…/`"))
  }

  private var isTreatmentNext: Bool {
    mutating get { ["redact", "with", "keep", "hash"].contains(peekWord()) || Keywords.clauses.contains(peekWord()) }
  }

  /// Names in quotes, or a list.
  private mutating func parseNames(_ what: String) throws(SyntaxError) -> [ListItem] {
    guard kind == .word else { return try parseItemOrItems(what) }
    let name = current
    report(
      .expectedToken, "expected \(what) in quotes, or a list in brackets, found \(found)", at: name.range,
      fix: replace(name.range, by: "\"\(word)\"", "write it in quotes"))
    bump()
    return [.string(StringLiteral(text(name), name.range))]
  }

  private mutating func parseMaskTreatment() throws(SyntaxError) -> MaskTreatment {
    if accept("redact") { return .redact }
    if at("hash") {
      report(
        .expectedToken, "expected `with` before `hash`", at: current.range, fix: insert(" with", at: previousEnd))
      bump()
      return .hash
    }
    if ["as", "by", "to", "using"].contains(word), peek().kind.isString {
      report(.expectedToken, "\(found) is written `with`", at: current.range, fix: replace(current.range, by: "with"))
      bump()
      return .with(try parseString("the text"))
    }
    if accept("with") {
      if accept("hash") { return .hash }
      guard kind.isString else {
        let isWord = kind == .word && !isFirstOnLine
        throw expected(
          "`hash` or a text in quotes after `with`",
          fix: isWord ? replace(current.range, by: "\"\(word)\"", "write it in quotes") : nil)
      }
      return .with(try parseString("the text"))
    }
    guard accept("keep") else { return .redact }
    let side = try parseWord(of: ["first", "last"], "after `keep`")
    let count = try parseCount("the number of characters")
    return side.text == "first" ? .keepFirst(count) : .keepLast(count)
  }
}
