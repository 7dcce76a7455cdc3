import PolicyBytecode
import PolicySyntax

/// Makes the mutants of the files of a policy set, in the order of their places.
public struct MutantGenerator {
  private let file: UInt32
  private let bytes: [UInt8]
  private let parentheses: Parentheses
  private var declaration: Mutant.Declaration?
  private var mutants: [Mutant] = []

  /// The mutants of all declarations that `isWanted` picks.
  public static func mutants(
    of files: [PolicyFile], _ sources: SourceSet, where isWanted: (Mutant.Declaration) -> Bool = { _ in true }
  ) -> [Mutant] {
    files.enumerated().flatMap { index, file -> [Mutant] in
      guard let source = sources.file(UInt32(index)) else { return [] }
      var generator = MutantGenerator(file: UInt32(index), bytes: source.bytes)
      for declared in file.declarations {
        guard let declaration = Mutant.Declaration(declared, in: UInt32(index)), isWanted(declaration) else { continue }
        generator.declaration = declaration
        generator.add(declared)
      }
      return generator.mutants
    }
  }

  /// The declarations that mutants can be made of.
  public static func declarations(of files: [PolicyFile]) -> [Mutant.Declaration] {
    files.enumerated().flatMap { index, file in
      file.declarations.compactMap { Mutant.Declaration($0, in: UInt32(index)) }
    }
  }

  private init(file: UInt32, bytes: [UInt8]) {
    self.file = file
    self.bytes = bytes
    parentheses = Parentheses(parsePolicy(bytes, file: file).tree)
  }

  private mutating func add(_ declared: Declaration) {
    switch declared {
    case .rule(let rule): add(rule)
    case .define(let define): add(define.body)
    case .list(let list): if case .items(let items) = list.source { add(items, fact: nil, isGlob: true) }
    case .setting(let setting): add(setting)
    case .use, .detector, .decode, .test, .invariant: break
    }
  }

  // MARK: - Edits

  private mutating func mutate(_ operation: MutationOperator, _ range: SourceRange, _ replacement: String = "") {
    guard let declaration else { return }
    let span = SourceSpan(file: file, range)
    mutants.append(Mutant(operation: operation, edit: .init(span, replacement), declaration: declaration))
  }

  private mutating func insert(_ operation: MutationOperator, _ text: String, at offset: UInt32) {
    mutate(operation, SourceRange(offset, offset), text)
  }

  private func text(_ range: SourceRange) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// The range with the white space before it, and where nothing else stands on its line, the line's end.
  private func line(_ range: SourceRange) -> SourceRange {
    var start = Int(range.start)
    while start > 0, bytes[start - 1] == 0x20 || bytes[start - 1] == 0x09 { start -= 1 }
    let isFirst = start == 0 || bytes[start - 1] == 0x0A
    let end = Int(range.end)
    if isFirst, end < bytes.count, bytes[end] == 0x0A { return SourceRange(UInt32(start), UInt32(end + 1)) }
    return isFirst ? range : SourceRange(UInt32(start), range.end)
  }

  // MARK: - Rules

  private mutating func add(_ rule: RuleDeclaration) {
    let isObserved = rule.annotations.contains { $0.name.text == "mode" }
    // What is only observed has no effect that a test could notice.
    guard !isObserved else { return }
    if let keyword = keyword("rule", before: rule.name.range.start) {
      insert(.dropRule, "@mode(observe) ", at: keyword)
    }
    for clause in rule.clauses {
      mutate(clause.isUnless ? .dropUnless : .dropWhen, line(clause.range))
      add(clause.condition)
    }
    for action in rule.actions { add(action, of: rule) }
  }

  /// Where the keyword of a declaration stands, if only white space is between it and the name.
  private func keyword(_ word: String, before offset: UInt32) -> UInt32? {
    var end = Int(offset)
    while end > 0, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[end - 1]) { end -= 1 }
    let start = end - word.utf8.count
    return start >= 0 && bytes[start..<end].elementsEqual(word.utf8) ? UInt32(start) : nil
  }

  private mutating func add(_ action: Action, of rule: RuleDeclaration) {
    let hasOthers = rule.actions.count > 1
    switch action {
    case .block(_, let range):
      guard !rule.onResponse else { return }
      mutate(.changeAction, range, "allow")
      mutate(.changeAction, range, "approve by \"nobody\"")
    case .allow(let range): mutate(.changeAction, range, "block")
    case .approve(let approval):
      mutate(.changeAction, approval.range, "block")
      mutate(.changeAction, approval.range, "allow")
      if approval.groups.count > 1 { dropElements(approval.groups) }
      for group in approval.groups { changeGroup(group) }
      for word in ["count", "within"] {
        if let part = part(word, of: approval.range, after: approval.groups.last?.range.end) {
          mutate(.changeApproval, line(part))
        }
      }
    case .mask(let items, _, let range):
      if items.count > 1 {
        drop(items.map(\.range), as: .dropAction)
      } else if hasOthers {
        mutate(.dropAction, line(range))
      }
    case .record(let level, let range):
      if level.text == "full" { mutate(.changeRecord, level.range, "commands") }
      if hasOthers { mutate(.dropAction, line(range)) }
    case .tag(_, let range): if hasOthers { mutate(.dropAction, line(range)) }
    }
  }

  /// `count 2` or `within 15m` in an action's text.
  private func part(_ word: String, of range: SourceRange, after start: UInt32?) -> SourceRange? {
    var words: [(start: Int, end: Int)] = []
    var position = Int(start ?? range.start)
    while position < range.end {
      while position < range.end, bytes[position] <= 0x20 { position += 1 }
      let begin = position
      // A question may hold anything: it ends what is looked for.
      guard position < range.end, bytes[position] != UInt8(ascii: "\""), bytes[position] != UInt8(ascii: "'") else {
        break
      }
      while position < range.end, bytes[position] > 0x20 { position += 1 }
      words.append((begin, position))
    }
    guard let index = words.firstIndex(where: { bytes[$0.start..<$0.end].elementsEqual(word.utf8) }),
      index + 1 < words.count
    else { return nil }
    return SourceRange(UInt32(words[index].start), UInt32(words[index + 1].end))
  }

  private mutating func add(_ setting: DefaultDeclaration) {
    let value = setting.value
    switch (setting.key, value.text) {
    case (.record, "full"): mutate(.changeDefault, value.range, "commands")
    case (.record, "commands"): mutate(.changeDefault, value.range, "none")
    case (.record, _): mutate(.changeDefault, value.range, "full")
    case (_, "allow"): mutate(.changeDefault, value.range, "block")
    case (_, _): mutate(.changeDefault, value.range, "allow")
    }
  }

  // MARK: - Conditions

  private mutating func add(_ expression: Expression) {
    switch expression {
    case .missing: break
    case .not(let inner, let range):
      if case .test = inner {
        mutate(.negateTest, range, text(inner.range))
      } else {
        mutate(.negateTest, SourceRange(range.start, range.start + 4), "")
      }
      addInner(inner)
    case .test(let test): add(test)
    case .and(let parts, _), .or(let parts, _):
      var isAnd = false
      if case .and = expression { isAnd = true }
      drop(parts.map(\.range), as: .dropTest)
      for (left, right) in zip(parts, parts.dropFirst()) {
        if let word = joint(isAnd ? "and" : "or", from: left.range.end, to: right.range.start) {
          mutate(.swapAndOr, word, isAnd ? "or" : "and")
        }
      }
      for part in parts { add(part) }
    }
  }

  /// What is in a `not`, whose negation was made already.
  private mutating func addInner(_ inner: Expression) {
    if case .test(let test) = inner { add(test, isNegated: true) } else { add(inner) }
  }

  /// The one word `and` or `or` between two tests, parentheses and comments aside.
  private func joint(_ word: String, from start: UInt32, to end: UInt32) -> SourceRange? {
    var position = Int(start)
    while position < end {
      let byte = bytes[position]
      if byte == UInt8(ascii: "#") {
        while position < end, bytes[position] != 0x0A { position += 1 }
      } else if byte | 0x20 >= 0x61, byte | 0x20 <= 0x7A {
        let last = position + word.utf8.count
        guard last <= end, bytes[position..<last].elementsEqual(word.utf8) else { return nil }
        return SourceRange(UInt32(position), UInt32(last))
      } else {
        position += 1
      }
    }
    return nil
  }

  /// A mutant for each part that goes with what joins it to its neighbour.
  private mutating func drop(_ parts: [SourceRange], as operation: MutationOperator) {
    guard parts.count > 1 else { return }
    for (index, range) in parts.enumerated() {
      // Parentheses around a part stand outside its range: with unbalanced ones gone nothing could be read.
      let cut =
        index + 1 < parts.count
        ? beforeNeighbour(SourceRange(range.start, parts[index + 1].start))
        : afterNeighbour(SourceRange(parts[index - 1].end, range.end))
      mutate(operation, cut)
    }
  }

  /// The cut of a part and of what joins it to the next: the next keeps its parentheses, the part's own go along.
  private func beforeNeighbour(_ cut: SourceRange) -> SourceRange {
    let (depth, (first, last)) = (depth(cut), parentheses.range(cut))
    if depth > 0 {
      let opening = parentheses.isOpening.indices[first..<last].reversed().filter { parentheses.isOpening[$0] }
      return SourceRange(cut.start, parentheses.offsets[opening[depth - 1]])
    }
    return depth == 0 ? cut : SourceRange(first + depth >= 0 ? parentheses.offsets[first + depth] : cut.start, cut.end)
  }

  /// The cut of the last part and of what joins it to the one before.
  private func afterNeighbour(_ cut: SourceRange) -> SourceRange {
    let (depth, (first, last)) = (depth(cut), parentheses.range(cut))
    if depth < 0 {
      let closing = parentheses.isOpening.indices[first..<last].filter { !parentheses.isOpening[$0] }
      return SourceRange(parentheses.offsets[closing[-depth - 1]] + 1, cut.end)
    }
    let after = last + depth - 1
    return depth == 0 || after >= parentheses.offsets.count
      ? cut : SourceRange(cut.start, parentheses.offsets[after] + 1)
  }

  /// How many more parentheses open in a range than close.
  private func depth(_ range: SourceRange) -> Int {
    let (first, last) = parentheses.range(range)
    return parentheses.isOpening[first..<last].reduce(0) { $0 + ($1 ? 1 : -1) }
  }

  private mutating func add(_ test: TestExpression, isNegated: Bool = false) {
    let schema = FactSchema.named(test.subject.name.text)
    if !isNegated {
      switch test.op {
      case .is: mutate(.negateTest, test.operatorRange, "is not")
      case .isNot: mutate(.negateTest, test.operatorRange, "is")
      case .in: mutate(.negateTest, test.operatorRange, "not in")
      case .notIn: mutate(.negateTest, test.operatorRange, "in")
      default: insert(.negateTest, "not ", at: test.range.start)
      }
    }
    if test.isAll {
      mutate(.flipQuantifier, SourceRange(test.range.start, test.subject.range.start))
    } else if schema?.isList == true, ![.has, .bare].contains(test.op), test.subject.name.text != "session" {
      insert(.flipQuantifier, "all ", at: test.range.start)
    }
    let swapped: [TestOperator: String] = [.less: "<=", .lessOrEqual: "<", .greater: ">=", .greaterOrEqual: ">"]
    if let other = swapped[test.op] {
      mutate(.shiftBound, test.operatorRange, other)
      if case .item(.integer(let value, let range)) = test.operand, value < .max {
        mutate(.shiftBound, range, String(value + 1))
      }
    }
    if test.ignoringCase, let end = test.operand?.range.end { mutate(.matchCase, SourceRange(end, test.range.end)) }
    switch test.operand {
    case .list(let items, _): add(items, fact: schema, isGlob: test.op == .like)
    case .item(let item):
      if test.op == .like { changeGlob(item, isPath: schema?.type == .path) }
      if schema?.fact == .group { changeGroup(item) }
    case nil: break
    }
  }

  // MARK: - Lists, globs and groups

  private mutating func add(_ items: [ListItem], fact: FactSchema?, isGlob: Bool) {
    dropElements(items)
    for item in items {
      if isGlob { changeGlob(item, isPath: fact?.type == .path || fact == nil && text(item.range).contains("/")) }
      if fact?.fact == .group, items.count == 1 { changeGroup(item) }
    }
  }

  private mutating func dropElements(_ items: [ListItem]) { drop(items.map(\.range), as: .dropElement) }

  private mutating func changeGroup(_ item: ListItem) {
    guard case .string(let literal) = item, literal.value != "nobody" else { return }
    mutate(.changeGroup, literal.range, "\"nobody\"")
  }

  private mutating func changeGlob(_ item: ListItem, isPath: Bool) {
    guard case .string(let literal) = item, let star = literal.value.firstIndex(of: "*") else { return }
    let quoted = text(literal.range)
    // The text between the quotes is edited as it is written, so that only what changes changes.
    guard quoted.utf8.count == literal.value.utf8.count + 2, let quote = quoted.first else { return }
    let glob = literal.value
    let everything = isPath ? "**" : "*"
    func mutation(_ operation: MutationOperator, _ glob: String) -> (MutationOperator, String) {
      (operation, "\(quote)\(glob)\(quote)")
    }
    var found: [(MutationOperator, String)] = []
    if glob != everything { found.append(mutation(.widenGlob, everything)) }
    let after = glob[star...].drop { $0 == "*" }
    let stars = glob[star...].count - after.count
    let before = glob[..<star]
    if isPath, stars == 1, glob != "*" { found.append(mutation(.widenGlob, before + "**" + after)) }
    if isPath, stars > 1 { found.append(mutation(.narrowGlob, before + "*" + after)) }
    if !(before.isEmpty && after.isEmpty) { found.append(mutation(.narrowGlob, String(before + after))) }
    for (operation, text) in found { mutate(operation, literal.range, text) }
  }
}

extension Mutant.Declaration {
  /// Nil for what no mutants are made of.
  fileprivate init?(_ declared: Declaration, in file: UInt32) {
    let parts: (Kind, String, SourceRange)
    switch declared {
    case .rule(let rule): parts = (.rule, rule.name.text, rule.range)
    case .define(let define): parts = (.define, define.name.text, define.range)
    case .list(let list): parts = (.list, list.name.text, list.range)
    case .setting(let setting):
      let keys: [DefaultDeclaration.Key: String] = [.unparsed: "unparsed", .record: "record"]
      let protocols = setting.protocols.map(\.text).joined(separator: ", ")
      let words = [keys[setting.key], setting.value.text, protocols.isEmpty ? nil : "for " + protocols]
      parts = (.setting, words.compactMap { $0 }.joined(separator: " "), setting.range)
    case .use, .detector, .decode, .test, .invariant: return nil
    }
    self.init(kind: parts.0, name: parts.1, span: SourceSpan(file: file, parts.2))
  }
}

/// Where the parentheses of a file stand: those of its language, not those in its strings, patterns and comments.
private struct Parentheses {
  /// In the order of the file.
  var offsets: [UInt32] = []
  var isOpening: [Bool] = []

  init(_ tree: SyntaxTree) {
    for token in tree.tokens where token.kind == .leftParenthesis || token.kind == .rightParenthesis {
      offsets.append(token.range.start)
      isOpening.append(token.kind == .leftParenthesis)
    }
  }

  /// The numbers of the first that stands in a range, and of the first after it.
  func range(_ range: SourceRange) -> (Int, Int) { (number(from: range.start), number(from: range.end)) }

  private func number(from offset: UInt32) -> Int {
    var (low, high) = (0, offsets.count)
    while low < high {
      let middle = (low + high) / 2
      if offsets[middle] < offset { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension [UInt8] {
  fileprivate subscript(range: SourceRange) -> ArraySlice<UInt8> { self[Int(range.start)..<Int(range.end)] }
}
