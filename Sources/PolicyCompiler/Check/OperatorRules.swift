import PolicyBytecode
import PolicySyntax

/// Which operators a fact takes, by its type, and what shape of operand they take.
struct OperatorRules {
  let lists: ListExpander
  let bag: DiagnosticBag

  /// Whether the test may be written so; if not, that is reported.
  func check(_ test: FactTest) -> Bool {
    checkType(test) && checkQuantifier(test) && checkOperand(test)
  }

  private func report(_ test: FactTest, _ message: String, fix: Diagnostic.Fix? = nil) -> Bool {
    bag.report(
      .wrongOperator, message,
      at: test.test.op == .bare ? test.span : SourceSpan(file: test.file, test.test.operatorRange),
      fix: fix)
    return false
  }

  /// A fix that writes another operator.
  private func rewrite(_ test: FactTest, _ op: String) -> Diagnostic.Fix {
    .init("write `\(op)`", SourceSpan(file: test.file, test.test.operatorRange), op)
  }

  private func checkType(_ test: FactTest) -> Bool {
    let schema = test.schema
    let op = test.test.op
    if op == .bare {
      guard schema.type != .boolean else { return true }
      let hint =
        schema.fact == .session
        ? "`session has \"…\"`" : "`\(schema.name) \(Self.exampleOperators(schema)[0]) …` or `has \(schema.name)`"
      bag.report(.notAFlag, "`\(schema.name)` is not true or false; write \(hint)", at: test.span)
      return false
    }
    if schema.type == .boolean { return reportFlag(test) }
    if schema.fact == .session {
      return op == .has
        || report(test, "the session's tags are tested with `session has \"…\"`", fix: rewrite(test, "has"))
    }
    if op == .has, test.test.operand != nil {
      let instead = schema.isList ? "contains" : "is"
      return report(test, "`has` takes a value only after `session`; write `\(instead)`", fix: rewrite(test, instead))
    }
    if test.test.ignoringCase, !schema.type.isText {
      return report(test, "`ignoring case` is for text; `\(schema.name)` is none")
    }
    guard op == .has || Self.exampleOperators(schema).contains(op.rawValue) else {
      let allowed = quotedList(Self.exampleOperators(schema), joiner: "or")
      return report(test, "`\(op.rawValue)` does not apply to `\(schema.name)`, which takes \(allowed)")
    }
    return true
  }

  /// The operators that take a value of the fact, the commonest first.
  static func exampleOperators(_ schema: FactSchema) -> [String] {
    switch schema.type {
    case .enumeration:
      ["is", "in", "is not", "not in", "like", "matches", "starts with", "ends with"]
        + (schema.isList ? ["contains"] : [])
    case .string, .qualifiedName, .path:
      ["is", "in", "is not", "not in", "like", "matches", "starts with", "ends with", "contains"]
    case .integer: ["is", "in", "is not", "not in", "<", "<=", ">", ">="]
    case .address: ["within", "is", "in", "is not", "not in"]
    case .time: ["within"]
    case .boolean: []
    }
  }

  private func reportFlag(_ test: FactTest) -> Bool {
    let name = test.schema.name
    if test.test.op == .has {
      return report(
        test, "`\(name)` is true or false; write it alone",
        fix: test.test.operand == nil ? .init("write `\(name)`", test.span, name) : nil)
    }
    var fix: Diagnostic.Fix?
    if case .item(.word(let word)) = test.test.operand, word.text == "true" || word.text == "false",
      test.test.op == .is || test.test.op == .isNot
    {
      let text = (word.text == "true") == (test.test.op == .is) ? name : "not \(name)"
      fix = .init("write `\(text)`", test.span, text)
    }
    return report(test, "`\(name)` is true or false; write `\(name)` or `not \(name)`", fix: fix)
  }

  private func checkQuantifier(_ test: FactTest) -> Bool {
    guard test.test.isAll else { return true }
    let schema = test.schema
    let quantifier = SourceSpan(file: test.file, SourceRange(test.test.range.start, test.test.subject.range.start))
    guard schema.isList else {
      bag.report(
        .wrongOperator, "`\(schema.name)` has one value, so `all` says nothing", at: quantifier,
        fix: .init("remove `all`", quantifier, ""))
      return false
    }
    switch test.test.op {
    case .isNot, .notIn:
      return report(
        test,
        "`all … \(test.test.op.rawValue)` can be read two ways; `\(schema.name) \(test.test.op.rawValue) …` means that no element is, `not all \(schema.name) …` that not every one is",
        fix: .init("remove `all`", quantifier, ""))
    case .contains: return report(test, "`contains` speaks of one element; write `is` or `in`")
    case .has, .bare: return report(test, "`all` needs a test of the elements, such as `in`")
    default: return true
    }
  }

  private func checkOperand(_ test: FactTest) -> Bool {
    let op = test.test.op
    switch op {
    case .is, .isNot:
      let other = op == .is ? "in" : "not in"
      if case .list = test.test.operand {
        return report(test, "`\(op.rawValue)` takes one value; for a list write `\(other)`", fix: rewrite(test, other))
      }
      if let list = namedList(test) {
        return report(test, "`\(list)` is a list; write `\(other)`", fix: rewrite(test, other))
      }
    case .in, .notIn:
      guard case .item(let item) = test.test.operand else { return true }
      // A bare word is a list's name, or is reported where it is read.
      if case .word(let name) = item, !test.words.contains(name.text) { return true }
      if case .word(let name) = item, case .found = lists.list(name.text, from: test.file) { return true }
      if test.schema.type == .address, case .string(let text) = item, text.value.contains("/") {
        let within = op == .in ? "within" : nil
        return report(
          test, "`\(op.rawValue)` takes a list; for a network write `within`", fix: within.map { rewrite(test, $0) })
      }
      let one = op == .in ? "is" : "is not"
      return report(test, "`\(op.rawValue)` takes a list; for one value write `\(one)`", fix: rewrite(test, one))
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      if case .item(.integer) = test.test.operand { return true }
      var fix: Diagnostic.Fix?
      if case .item(.string(let text)) = test.test.operand, let number = Int32(text.value) {
        fix = .init("write `\(number)`", test.operandSpan, "\(number)")
      }
      bag.report(
        .wrongValueType, "`\(op.rawValue)` compares with a whole number", at: test.operandSpan, fix: fix)
      return false
    default: break
    }
    return true
  }

  /// The list that a single bare word names, unless the word is a value of the fact.
  private func namedList(_ test: FactTest) -> String? {
    guard case .item(.word(let name)) = test.test.operand, !test.words.contains(name.text),
      case .found = lists.list(name.text, from: test.file)
    else { return nil }
    return name.text
  }
}
