import PolicyBytecode
import PolicyEngine
import PolicyRuntime

extension ExplainedRequest {
  /// The report of `hpol explain` for people. In under a screen: the verdict, then the operations that decided it with
  /// their deciding rules, every test of these and the fact's value; then what else decides something and what nearly
  /// did; masks and records by the names of their rules. `isFull` asks for all rules with their tests, and what fits on
  /// a screen is shown so anyway. `rows` are the screen's lines, where that is known; only on a screen are lines broken.
  public func text(_ style: TextStyle, isFull: Bool = false, onScreen: Bool = false, rows: Int? = nil) -> String {
    var whole = ExplainPage(self, style, isFull: true, onScreen: onScreen, rows: rows)
    whole.add()
    if isFull || whole.lines <= ExplainPage.screen { return whole.text + responseText(style) }
    var brief = ExplainPage(self, style, isFull: false, onScreen: onScreen, rows: rows)
    brief.add()
    return brief.text + responseText(style)
  }

  private func responseText(_ style: TextStyle) -> String {
    outcome.responseText.map { "\n" + style(.faint, "passed on") + "\n" + $0 + "\n" } ?? ""
  }
}

/// The text of an explanation as it is made, line by line.
private struct ExplainPage {
  /// Lines on which everything is shown where it fits, and the columns that lines are made for.
  static let screen = 24
  static let columns = 100
  /// Lines past which an operation with deciding rules is only named, where no screen is known, and how many lines the
  /// rest takes, mostly, where one is.
  private static let operationLines = 34
  private static let otherLines = 20
  /// Near misses that are shown with their tests: of an operation that a rule decided, and of others.
  private static let shownMisses = (besides: 1, alone: 3)
  /// The commands that stand for operations that are only named, and the ways to be decided that have a line each.
  private static let shownCommands = 4
  private static let shownWays = 6
  /// Where tests begin below their rule.
  private static let indent = 11
  /// The columns that the values of tests have at least, if they need them.
  private static let valueColumns = 28

  private let request: ExplainedRequest
  private let style: TextStyle
  private let isFull: Bool
  private let onScreen: Bool
  private let operationLines: Int
  private(set) var text = ""
  /// Breaks that were left out of ``text``, since there is no screen.
  private var unbroken = 0
  /// The rules whose tests stand above, by their names.
  private var known: [String: [Explanation.Step]] = [:]

  init(_ request: ExplainedRequest, _ style: TextStyle, isFull: Bool, onScreen: Bool, rows: Int?) {
    self.onScreen = onScreen
    operationLines = rows.map { $0 - Self.otherLines } ?? Self.operationLines
    self.request = request
    self.style = style
    self.isFull = isFull
  }

  /// Lines that it takes on a screen: what is shown does not hang on where it goes.
  var lines: Int { text.utf8.count { $0 == 0x0A } + unbroken }

  mutating func add() {
    for line in request.outcome.text(style).split(separator: "\n") { addLine(String(line), indent: 2) }
    let ordered = request.strictestFirst
    var others: [ExplainedOperation] = []
    for (number, explained) in ordered.enumerated() {
      if number == 0 || isShown(explained) {
        addOperation(explained, isFirst: number == 0)
      } else {
        others.append(explained)
      }
    }
    addOthers(others)
    if !isFull { addObligations() }
    for hint in request.hints {
      text += "\n"
      addLine(style(.faint, "→") + " \(hint)", indent: 2)
    }
  }

  /// Whether an operation has its own paragraph. In brief it is one of those that the verdict rests on.
  private func isShown(_ explained: ExplainedOperation) -> Bool {
    if isFull { return !explained.applied.isEmpty || !explained.isEvaluable }
    let isDeciding = explained.decision == request.outcome.decision && !explained.deciding.isEmpty
    return (isDeciding || !explained.isEvaluable) && lines < operationLines
  }

  private mutating func addLine(_ line: String, indent: Int) {
    let broken = wrapped(line, columns: Self.columns, indent: indent)
    if !onScreen { unbroken += broken.utf8.count { $0 == 0x0A } - line.utf8.count { $0 == 0x0A } }
    text += (onScreen ? broken : line) + "\n"
  }

  // MARK: Operations

  private mutating func addOperation(_ explained: ExplainedOperation, isFirst: Bool) {
    let operation = explained.operation
    let carried = operation.via.isEmpty ? "" : " in " + operation.via.joined(separator: " in ")
    let margin = operation.protocol.name.count + carried.count + 2
    var head = style(.name, operation.protocol.name) + style(.faint, carried) + "  "
    var carets = ""
    switch operation.command {
    case nil: head += style(.strong, "unparsed")
    case ""?: head += style(.faint, "nothing to run")
    case let command?:
      let room = max(Self.columns - margin - 2, Self.columns / 3)
      let marked = MarkedText(command, explained.commandMatches, columns: room)
      head += marked.text(style)
      if !style.usesColour, let line = marked.carets { carets = String(repeating: " ", count: margin) + line + "\n" }
    }
    text += "\n" + head + (operation.unparsed == .none ? "" : " (\(operation.unparsed.word))") + "\n" + carets
    text += "  " + decisionText(explained) + "\n"
    let deciding = explained.deciding
    let names = Set(deciding.map(\.name))
    let others = explained.applied.filter { !names.contains($0.name) }
    for rule in deciding { addRule(rule, as: style(.bad, "decides"), deciding: explained.decision) }
    for rule in others where rule.decision != nil {
      addRule(rule, as: style(.good, "applies"), onlyHead: !isFull && explained.isEvaluable)
    }
    if isFull { for rule in others where rule.decision == nil { addRule(rule, as: style(.good, "applies")) } }
    let misses = deciding.isEmpty ? Self.shownMisses.alone : Self.shownMisses.besides
    for rule in explained.missed.prefix(misses) {
      addRule(rule, as: style(.warning, "nearly "), onlyMissing: !isFull && !isFirst)
    }
  }

  private func decisionText(_ explained: ExplainedOperation) -> String {
    guard explained.isEvaluable else { return style(.warning, "not evaluable") }
    let decision = style(explained.decision.role, explained.decision.word)
    if explained.limitReached { return decision + " because a PCRE pattern reached its match limit" }
    return decision + (explained.isByRule ? "" : " by default")
  }

  /// The operations that have no paragraph of their own, a line for those that were decided alike.
  private mutating func addOthers(_ others: [ExplainedOperation]) {
    var alike: [(reason: String, operations: [ExplainedOperation])] = []
    for explained in others {
      let rules = explained.deciding.map { style(.name, $0.name) }
      let reason =
        style(explained.decision.role, explained.decision.word) + " by "
        + (rules.isEmpty ? "default" : rules.joined(separator: ", "))
      if let number = alike.firstIndex(where: { $0.reason == reason }) {
        alike[number].operations.append(explained)
      } else {
        alike.append((reason, [explained]))
      }
    }
    for (reason, operations) in isFull ? alike[...] : alike.prefix(Self.shownWays) {
      var commands = operations.prefix(Self.shownCommands).map { explained in
        explained.operation.command.map { $0.isEmpty ? "nothing to run" : String(printable($0).prefix(40)) }
          ?? "unparsed (\(explained.operation.unparsed.word))"
      }
      if operations.count > commands.count { commands.append("…") }
      text += "\n"
      addLine(
        "\(reason): \(counted(operations.count, "operation")): " + style(.faint, commands.joined(separator: " · ")),
        indent: 2)
    }
    if !isFull, alike.count > Self.shownWays {
      let rest = alike.dropFirst(Self.shownWays).reduce(0) { $0 + $1.operations.count }
      text += "\n" + style(.faint, "and \(counted(rest, "operation")) decided in other ways") + "\n"
    }
  }

  // MARK: Rules

  /// A rule with its place and, where they are wanted, its tests.
  private mutating func addRule(
    _ rule: Explanation.Rule, as head: String, deciding: Decision? = nil, onlyHead: Bool = false,
    onlyMissing: Bool = false
  ) {
    let observed = rule.isObserved ? ", only observed" : ""
    let isKnown = known[rule.name] == rule.path && rule.outcome == .applied
    let note = isKnown ? "as above" : "\(rule.file):\(rule.line)"
    addLine(
      "  \(head)  \(style(.name, rule.name)): \(rule.effects)\(observed)  \(style(.faint, note))", indent: Self.indent)
    if isKnown || onlyHead { return }
    known[rule.name] = rule.path
    let steps = onlyMissing ? Array(rule.shownSteps.filter { !$0.passes }.suffix(1)) : rule.shownSteps
    let room = Self.columns - Self.indent - 5
    let values = steps.map(\.valueText)
    let wanted = min(values.map(\.count).max() ?? 0, Self.valueColumns)
    let tests = steps.map { $0.markedText(room - wanted - 3) }
    let valueRoom = room - (tests.map(\.count).max() ?? 0)
    var table = TextTable([.left, .left, .left], indent: Self.indent)
    for (step, (test, value)) in zip(steps, zip(tests, values)) {
      table.add([step.mark, test, cut(value, to: max(valueRoom, 1))])
    }
    text += table.text { row, column, cell in
      switch column {
      case 0: style(steps[row].source == .unknown ? .warning : steps[row].passes ? .good : .bad, cell)
      case 2: style(.faint, cell)
      default: cell
      }
    }
    let others = rule.path.count - rule.shownSteps.count
    if others > 0, !onlyMissing {
      text +=
        String(repeating: " ", count: Self.indent) + style(.faint, "✗  and \(counted(others, "alternative"))") + "\n"
    }
  }

  // MARK: Obligations

  /// What becomes of the request besides its decision, with the rules that ask for it.
  private mutating func addObligations() {
    let rules = request.operations.flatMap(\.applied).filter { !$0.isObserved && $0.decision == nil }
    guard !rules.isEmpty else { return }
    var named: [(text: String, rules: [String])] = []
    var masks: Set<String> = []
    var maskRules: [String] = []
    for rule in rules {
      for action in rule.actions {
        if action.kind == .mask {
          masks.insert(action.text)
          if !maskRules.contains(rule.name) { maskRules.append(rule.name) }
        } else if let number = named.firstIndex(where: { $0.text == action.text }) {
          if !named[number].rules.contains(rule.name) { named[number].rules.append(rule.name) }
        } else {
          named.append((action.text, [rule.name]))
        }
      }
    }
    if let mask = masks.first {
      named.append((masks.count == 1 ? mask : counted(masks.count, "mask"), maskRules))
    }
    text += "\n" + style(.faint, "besides; -v shows why") + "\n"
    for entry in named {
      let names = entry.rules.map { style(.name, $0) }.joined(separator: ", ")
      addLine("  \(entry.text) by \(names)", indent: 4)
    }
  }
}

extension ExplainedOperation {
  /// What of the command made rules apply; where none does, what made them nearly.
  fileprivate var commandMatches: [Range<Int>] {
    func matches(_ rules: [Explanation.Rule]) -> [Range<Int>] {
      rules.flatMap(\.path).filter { $0.fact == .command }.flatMap(\.matches).map(\.range)
    }
    let found = [deciding, applied].map(matches).first { !$0.isEmpty }
    return found ?? matches(missed)
  }
}

extension Explanation.Rule {
  /// The failed tests of one rule that are shown; the others are counted.
  private static let shownFailures = 3

  /// The tests that held, and of the others the last ones: the rule lacked the very last, or what stands for it.
  fileprivate var shownSteps: [Explanation.Step] {
    let failures = path.indices.filter { !path[$0].passes }
    let hidden = Set(failures.dropLast(Self.shownFailures))
    return path.indices.filter { !hidden.contains($0) }.map { path[$0] }
  }
}

extension Explanation.Step {
  fileprivate var mark: String { source == .unknown ? "?" : passes ? "✓" : "✗" }

  /// The test as it stands behind its mark. One that holds and was not to is called what it does: `✗ not …` could be read
  /// both ways.
  fileprivate func markedText(_ characters: Int) -> String {
    guard !passes, source != .unknown, text.hasPrefix("not ") else { return shownText(characters) }
    let exception = "excepted: "
    return exception + shownText(characters - exception.count + 4).dropFirst(4)
  }
}

/// The line broken at spaces so that no part takes more columns, those after the first indented. Colours take none.
func wrapped(_ line: String, columns: Int, indent: Int) -> String {
  var result = ""
  var width = 0
  for (number, word) in line.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
    let own = visibleColumns(word)
    if number > 0, own > 0, width + 1 + own > columns, width > indent {
      while result.last == " " { result.removeLast() }
      result += "\n" + String(repeating: " ", count: indent)
      width = indent
    } else if number > 0 {
      result += " "
      width += 1
    }
    result += word
    width += own
  }
  return result
}

/// The columns of a text, without what sets colours.
private func visibleColumns(_ text: Substring) -> Int {
  var columns = 0
  var isControl = false
  for character in text {
    if character == "\u{1B}" {
      isControl = true
    } else if isControl {
      isControl = character != "m"
    } else {
      columns += 1
    }
  }
  return columns
}
