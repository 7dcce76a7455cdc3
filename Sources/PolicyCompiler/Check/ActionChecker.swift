import JSONText
import PatternMatching
import PolicyBytecode
import PolicySyntax

/// Checks the actions of rules: each alone, and what may stand together.
struct ActionChecker {
  let conditions: ConditionChecker
  let bag: DiagnosticBag

  /// The actions of a rule; nil in the place of what is reported.
  func check(_ rule: RuleDeclaration, in file: UInt32) -> [CheckedAction?] {
    checkCombination(rule, file)
    return rule.actions.flatMap { action -> [CheckedAction?] in
      let span = SourceSpan(file: file, action.range)
      switch action {
      case .block(let message, _): return [.block(message: message?.value)]
      case .allow:
        return [rule.onResponse ? wrongPhase("allow", span) : .allow]
      case .approve(let approve):
        if rule.onResponse { return [wrongPhase("approve", span)] }
        return [approval(approve, in: file).map(CheckedAction.approve)]
      case .record(let level, _): return [recordLevel(level, file).map(CheckedAction.record)]
      case .tag(let tag, _):
        if tag.value.isEmpty {
          bag.report(.wrongValueType, "a tag needs a name", at: SourceSpan(file: file, tag.range))
          return [nil]
        }
        return [.tag(tag.value)]
      case .mask(let items, let how, _):
        let treatment = treatment(how, at: span)
        return items.map { item in
          guard let subject = subject(item, file), let treatment else { return nil }
          return .mask(subject, treatment)
        }
      }
    }
  }

  private func wrongPhase(_ action: String, _ span: SourceSpan) -> CheckedAction? {
    bag.report(
      .actionInWrongPhase, "`\(action)` comes too late in an `on response` rule: the request has run already", at: span)
    return nil
  }

  /// At most one of block, allow and approve; block and record once.
  private func checkCombination(_ rule: RuleDeclaration, _ file: UInt32) {
    var decision: (word: String, span: SourceSpan)?
    var record: SourceSpan?
    for action in rule.actions {
      let span = SourceSpan(file: file, action.range)
      let word: String
      switch action {
      case .block: word = "block"
      case .allow: word = "allow"
      case .approve: word = "approve"
      case .record:
        if let first = record {
          bag.report(
            .conflictingActions, "a rule records at one level", at: span, notes: [.init("the other is here", at: first)]
          )
        }
        record = span
        continue
      case .mask, .tag: continue
      }
      guard let first = decision else {
        decision = (word, span)
        continue
      }
      // Several approvals are several requirements.
      if word == "approve", first.word == "approve" { continue }
      let message =
        word == first.word
        ? "a rule says `\(word)` once"
        : "a rule cannot both `\(first.word)` and `\(word)`: one of them would have no effect"
      bag.report(.conflictingActions, message, at: span, notes: [.init("the other is here", at: first.span)])
    }
  }

  private func recordLevel(_ level: Name, _ file: UInt32) -> RecordLevel? {
    let span = SourceSpan(file: file, level.range)
    switch RecordLevel(word: level.text) {
    case .some(.none):
      bag.report(.unknownValue, "rules only add to what is recorded; `none` is for `default record`", at: span)
      return nil
    case .some(let found): return found
    case nil:
      bag.report(.unknownValue, "`\(level.text)` is no level of recording; write `commands` or `full`", at: span)
      return nil
    }
  }

  /// The requirement that an `approve` states, in a rule, or where it `isExpected`, in a test.
  func approval(_ action: ApproveAction, in file: UInt32, isExpected: Bool = false) -> Approval? {
    let span = SourceSpan(file: file, action.range)
    var isSound = true
    func fail(_ message: String, _ span: SourceSpan) {
      bag.report(.badApproval, message, at: span)
      isSound = false
    }
    var groups: Set<String> = []
    let values = conditions.lists.expand(action.groups, in: file, isInline: true, valueWords: [])
    for value in values ?? [] {
      switch value.content {
      case .string(let group) where !group.isEmpty: groups.insert(group)
      case .word(let word) where value.isInline && !conditions.names.look(word, in: .rule, from: file).isUnknown:
        bag.report(
          .badApproval,
          "`\(word)` is a rule, and `approve by` names the groups that are asked"
            + (isExpected ? "; write `approve` for whoever they are" : ""),
          at: value.span, fix: isExpected ? .init("write `approve`", span, "approve") : nil)
        isSound = false
      case .word(let word):
        let fix = value.isInline ? Diagnostic.Fix("quote it", value.span, literalText(word)) : nil
        bag.report(
          .badApproval, "there is no list `\(word)`; a group is written in quotes",
          at: value.isInline ? value.span : span, fix: fix)
        isSound = false
      default: fail("`\(value.text)` is no name of a group", value.isInline ? value.span : span)
      }
    }
    if values == nil { isSound = false }
    if isSound, groups.isEmpty { fail("nobody could approve: there is no group", span) }
    let count = action.count ?? 1
    if !(1...CheckLimits.approvalCount).contains(count) {
      fail("an approval asks for 1 to \(CheckLimits.approvalCount) people, not \(count)", span)
    }
    if let within = action.within, !(1...CheckLimits.approvalSeconds).contains(within) {
      fail("an approval is waited for from 1s to \(CheckLimits.approvalSeconds / 86_400)d", span)
    }
    guard isSound else { return nil }
    return Approval(
      groups: groups.sorted(), count: UInt32(count), within: action.within.map(UInt32.init),
      question: action.question?.value)
  }

  private func treatment(_ how: MaskTreatment, at span: SourceSpan) -> MaskHow? {
    switch how {
    case .redact: return .redact
    case .hash: return .hash
    case .with(let text): return .with(text.value)
    case .keepFirst(let count): return kept(count, span).map(MaskHow.keepFirst)
    case .keepLast(let count): return kept(count, span).map(MaskHow.keepLast)
    }
  }

  private func kept(_ count: Int, _ span: SourceSpan) -> UInt32? {
    guard (1...CheckLimits.maskKeep).contains(count) else {
      bag.report(.badMask, "a mask keeps 1 to \(CheckLimits.maskKeep) characters, not \(count)", at: span)
      return nil
    }
    return UInt32(count)
  }

  private func subject(_ item: MaskItem, _ file: UInt32) -> MaskSubject? {
    switch item {
    case .detector(let name): return conditions.detector(name, file).map(MaskSubject.detector)
    case .column(let items, let range): return globs(items, SourceSpan(file: file, range), file).map(MaskSubject.column)
    case .header(let items, let range): return globs(items, SourceSpan(file: file, range), file).map(MaskSubject.header)
    case .json(let path, _):
      let span = SourceSpan(file: file, path.range)
      do throws(JSONError) {
        _ = try JSONPath(path.value)
        return .json(path.value)
      } catch {
        bag.report(.badMask, error.message, at: span)
        return nil
      }
    case .regex(let regex):
      let span = SourceSpan(file: file, regex.range)
      guard !regex.isPCRE else {
        bag.report(.badMask, "a mask takes a regular expression, not a PCRE pattern", at: span)
        return nil
      }
      return isPattern(Pattern(.regex, regex.source), span) ? .regex(regex.source) : nil
    }
  }

  private func globs(_ items: [ListItem], _ span: SourceSpan, _ file: UInt32) -> [String]? {
    guard let values = conditions.lists.expand(items, in: file, isInline: true, valueWords: []) else { return nil }
    var globs: [String] = []
    var isSound = true
    for value in values {
      let place = value.isInline ? value.span : span
      guard case .string(let text) = value.content else {
        bag.report(.badMask, "`\(value.text)` is no glob of names in quotes", at: place)
        isSound = false
        continue
      }
      if isPattern(Pattern(.glob, text), place) { globs.append(text) } else { isSound = false }
    }
    if isSound, globs.isEmpty {
      bag.report(.badMask, "there is no name to mask", at: span)
      return nil
    }
    return isSound ? globs.distinct : nil
  }

  private func isPattern(_ pattern: Pattern, _ span: SourceSpan) -> Bool {
    do throws(PatternError) {
      try checkPattern(pattern)
      return true
    } catch {
      bag.report(.badPattern, error.message, at: span)
      return false
    }
  }
}
