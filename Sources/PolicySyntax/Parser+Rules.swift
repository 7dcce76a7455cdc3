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
    let begin = start
    guard let keyword = acceptClauseKeyword() else {
      if isForeignComment { throw foreignComment() }
      if kind == .word, !isFirstOnLine, Keywords.operators.contains(peekWord()) {
        throw expected("`and` or `or` between two tests")
      }
      throw expected("`when`, `unless` or an action such as `block`")
    }
    switch keyword {
    case "when", "unless":
      setKind(node, .clause)
      do throws(SyntaxError) {
        let condition = try parseCondition()
        rule.clauses.append(
          RuleDeclaration.Clause(isUnless: keyword == "unless", condition: condition, range: range(from: begin)))
      } catch {
        let missing = Expression.missing(range(from: begin))
        rule.clauses.append(
          RuleDeclaration.Clause(isUnless: keyword == "unless", condition: missing, range: range(from: begin)))
        throw error
      }
    case "block":
      let message = try optionalString("the message")
      rule.actions.append(.block(message: message, range(from: begin)))
    case "allow": rule.actions.append(.allow(range(from: begin)))
    case "approve":
      var action = try parseApproval(from: begin)
      action.question = try optionalString("the question")
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
    if hasGlobs, accept("column") {
      let globs = try parseItemOrItems("a name of columns")
      return .column(globs, range(from: begin))
    }
    if hasGlobs, accept("header") {
      let globs = try parseItemOrItems("a name of headers")
      return .header(globs, range(from: begin))
    }
    if next.isString, accept("json") {
      let path = try parseString("a path")
      return .json(path, range(from: begin))
    }
    if kind == .regex || kind == .unterminatedRegex { return .regex(try parseRegex("a regular expression")) }
    return .detector(
      try parseReference("what is masked: a detector, `column [\"…\"]`, `json \"…\"`, `header [\"…\"]` or `/…/`"))
  }

  private mutating func parseMaskTreatment() throws(SyntaxError) -> MaskTreatment {
    if accept("redact") { return .redact }
    if accept("with") {
      if accept("hash") { return .hash }
      guard kind.isString else { throw expected("`hash` or a text in quotes after `with`") }
      return .with(try parseString("the text"))
    }
    guard accept("keep") else { return .redact }
    let side = try parseWord(of: ["first", "last"], "after `keep`")
    let count = try parseCount("the number of characters")
    return side.text == "first" ? .keepFirst(count) : .keepLast(count)
  }
}
