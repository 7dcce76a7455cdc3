// Tests: identities, requests, expectations.

extension Parser {
  mutating func parseTest(_ documentation: String?, from begin: UInt32) throws(SyntaxError) -> TestDeclaration {
    let name = try parseName("the name of the test")
    let title = try optionalString("the title")
    let (steps, isWhole) = try parseSteps("the name of the test", isInSession: false)
    return TestDeclaration(
      name: name, title: title, steps: steps, isWhole: isWhole, documentation: documentation,
      range: range(from: begin))
  }

  private mutating func parseSteps(
    _ owner: String, isInSession: Bool
  ) throws(SyntaxError) -> (steps: [TestStep], isWhole: Bool) {
    var steps: [TestStep] = []
    let isWhole = try braced(owner) { parser, isBracketed in
      parser.startsStep && (parser.isFirstOnLine || !isBracketed && parser.word == "as")
    } item: { (parser: inout Parser) throws(SyntaxError) in
      steps.append(try parser.parseStep(isInSession: isInSession))
    }
    return (steps, isWhole)
  }

  private var startsStep: Bool { kind.isString || ["as", "session", "tool"].contains(word) }

  private mutating func parseStep(isInSession: Bool) throws(SyntaxError) -> TestStep {
    let begin = start
    if kind.isString { return .request(try parseRequest()) }
    let node = open(.request)
    defer { close(node) }
    if Keywords.identities.contains(word), peek().kind.isString {
      setKind(node, .identity)
      report(
        .expectedToken, "expected `as` before `\(word)`", at: current.range,
        fix: Diagnostic.Fix("insert `as`", [Diagnostic.Edit(span(SourceRange(begin, begin)), "as ")]))
      return .identity(try parseIdentity(from: begin))
    }
    switch acceptKeyword(["as", "session", "tool"]) {
    case "as":
      setKind(node, .identity)
      return .identity(try parseIdentity(from: begin))
    case "session":
      setKind(node, .session)
      if isInSession { report(.unexpectedDeclaration, "sessions do not stand in sessions", at: range(from: begin)) }
      let steps = try nested { (parser: inout Parser) throws(SyntaxError) in
        try parser.parseSteps("`session`", isInSession: true).steps
      }
      return .session(steps, range(from: begin))
    case "tool":
      let tool = try parseString("the name of the tool")
      let arguments = kind == .leftBrace ? parseJSON() : nil
      return .request(try parseRest(of: .tool(tool, arguments: arguments), from: begin))
    default: throw expected("`as`, a request in quotes, `tool` or `session`")
    }
  }

  /// The raw object at the current `{`.
  private mutating func parseJSON() -> (json: String, range: SourceRange) {
    let token = bumpJSON()
    let bytes = source[Int(token.range.start)..<Int(token.range.end)]
    if let failure = JSONCheck.failure(in: bytes) {
      let start = min(UInt32(failure.index), token.range.end)
      report(
        .badJSON, "not JSON: \(failure.message)", at: SourceRange(start, min(start + 1, max(start, token.range.end))))
    }
    return (String(decoding: bytes, as: UTF8.self), token.range)
  }

  private mutating func parseRequest() throws(SyntaxError) -> TestRequest {
    let node = open(.request)
    defer { close(node) }
    let begin = start
    let text = try parseString("the request")
    return try parseRest(of: .text(text), from: begin)
  }

  /// What follows the payload: its parts, then `=>` and what is expected.
  private mutating func parseRest(
    of payload: TestRequest.Payload, from begin: UInt32
  ) throws(SyntaxError) -> TestRequest {
    var request = TestRequest(
      payload: payload, headers: [], body: nil, response: nil, expectations: [], range: range(from: begin))
    while true {
      let part = current.range
      if accept("header") {
        let name = try parseString("the name of the header")
        if !kind.isString, let colon = name.value.firstIndex(of: ":"),
          !name.value.contains(where: { "\"\\".contains($0) })
        {
          let value = name.value[name.value.index(after: colon)...].drop { $0 == " " }
          let pair = "\"\(name.value[..<colon])\" \"\(value)\""
          throw fail(
            .expectedToken, "a header's name and value stand apart: `header \(pair)`", at: name.range,
            fix: replace(name.range, by: pair))
        }
        request.headers.append((name, try parseString("its value")))
      } else if accept("body") {
        checkRepeated("body", request.body != nil, at: part)
        request.body = try parseString("the body")
      } else if accept("returns") {
        checkRepeated("returns", request.response != nil, at: part)
        request.response = try parseString("the response")
      } else {
        break
      }
    }
    if !accept(.arrow) {
      guard kind == .foreign || kind == .equal || kind == .colon else {
        throw expected("`=>` and what is expected of the request")
      }
      report(.expectedToken, "\(found) is written `=>`", at: current.range, fix: replace(current.range, by: "=>"))
      bump()
      _ = accept(.greater)
    }
    repeat { request.expectations.append(try parseExpectation()) } while accept(.comma)
    request.range = range(from: begin)
    return request
  }

  private mutating func parseExpectation() throws(SyntaxError) -> Expectation {
    let begin = start
    let keywords = Keywords.expectations
    switch acceptSynonym(Keywords.clauseSynonyms, of: keywords) ?? acceptKeyword(keywords) {
    case "allow":
      let allow = range(from: begin)
      if at("by") { try skipNames(after: "allow", since: previousEnd) }
      return .allow(allow)
    case "block":
      var rules: [Name] = []
      if kind == .word, !isFirstOnLine, isQualifiedNameText(word) || isNameText(word), !at("by"), !startsStep {
        report(
          .expectedToken, "expected `by` before the name of a rule, found \(found)", at: current.range,
          fix: insert(" by", at: previousEnd))
        rules = try parseRules()
      } else if accept("by") {
        rules = try parseRules()
      }
      return .block(by: rules, range(from: begin))
    case "approve":
      let requirement = at("by") ? try parseApproval(from: begin) : nil
      return .approve(requirement, range(from: begin))
    case "masked": return .masked(try parseString("the response as masked"))
    case "record": return .record(try parseRecordLevel())
    case "tag": return .tag(try parseString("the tag"))
    default: throw expected("`allow`, `block`, `approve`, `masked`, `record` or `tag` after `=>`")
    }
  }

  private mutating func parseRules() throws(SyntaxError) -> [Name] {
    var rules: [Name] = []
    repeat {
      rules.append(try parseReference("the name of a rule"))
    } while !startsExpectationAfterComma() && accept(.comma)
    return rules
  }

  /// Passes over `by …` after an expectation that takes none; reported.
  private mutating func skipNames(after keyword: String, since end: UInt32) throws(SyntaxError) {
    let by = current.range
    bump()
    repeat {
      guard kind == .word || kind.isString else { throw expected("a name") }
      bump()
    } while !startsExpectationAfterComma() && accept(.comma)
    let names = SourceRange(end, previousEnd)
    report(
      .expectedToken, "`\(keyword)` stands alone: no rules are stated of what is allowed, only of what is blocked",
      at: SourceRange(by.start, previousEnd), fix: replace(names, by: "", "write `\(keyword)` alone"))
  }

  /// Whether a comma stands here and after it an expectation rather than one more name.
  mutating func startsExpectationAfterComma() -> Bool {
    guard kind == .comma else { return false }
    return Keywords.expectations.contains(peekWord())
  }

  private mutating func parseIdentity(from begin: UInt32) throws(SyntaxError) -> TestIdentity {
    var identity = TestIdentity(
      user: nil, groups: [], actor: nil, client: nil, claims: [], protocol: Name("", current.range), target: nil,
      labels: [], source: nil, time: nil, range: range(from: begin))
    let keywordEnd = previousEnd
    while !accept("on") {
      let part = current.range
      if kind.isString, identity.user == nil {
        report(
          .expectedToken, "expected `user` before the name of the user, found \(found)", at: part,
          fix: insert(" user", at: previousEnd))
        identity.user = try parseString("the name of the user")
        continue
      }
      switch acceptKeyword(Keywords.identities) {
      case "user":
        checkRepeated("user", identity.user != nil, at: part)
        identity.user = try parseString("the name of the user")
      case "group":
        repeat { identity.groups.append(try parseString("a group")) } while accept(.comma)
      case "actor":
        checkRepeated("actor", identity.actor != nil, at: part)
        identity.actor = try parseName("`human`, `service` or `agent`")
      case "client":
        checkRepeated("client", identity.client != nil, at: part)
        identity.client = try parseString("the name of the client")
      case "claim": identity.claims.append((try parseString("the name of the claim"), try parseString("its value")))
      default:
        guard kind == .word, !isFirstOnLine, isNameText(word), previousEnd != keywordEnd else {
          throw expected("`user`, `group`, `actor`, `client`, `claim`, or `on` and a protocol")
        }
        report(
          .expectedToken, "expected `on` before the protocol, found \(found)", at: part,
          fix: insert(" on", at: previousEnd))
        return try parseConnection(of: identity, from: begin)
      }
    }
    return try parseConnection(of: identity, from: begin)
  }

  /// What follows `on`.
  private mutating func parseConnection(
    of stated: TestIdentity, from begin: UInt32
  ) throws(SyntaxError) -> TestIdentity {
    var identity = stated
    identity.protocol = try parseName("a protocol after `on`")
    if kind.isString {
      // A string that is followed by what follows a request is the first request, not the target.
      let next = peek()
      let isRequest = next.kind == .arrow || ["header", "body", "returns"].contains(peekWord())
      if !isRequest { identity.target = try parseString("the target") }
    } else if kind == .word, !isFirstOnLine, !["label", "from", "at"].contains(word), !startsStep {
      identity.target = try parseString("the target")
    }
    while true {
      let part = current.range
      if accept("label") {
        identity.labels.append((try parseString("the name of the label"), try parseString("its value")))
      } else if accept("from") {
        checkRepeated("from", identity.source != nil, at: part)
        identity.source = try parseString("an address")
      } else if accept("at") {
        checkRepeated("at", identity.time != nil, at: part)
        identity.time = try parseString("a moment")
      } else {
        identity.range = range(from: begin)
        return identity
      }
    }
  }
}
