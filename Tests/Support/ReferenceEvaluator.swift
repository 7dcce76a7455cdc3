import Foundation
import PatternMatching
import PolicyBytecode
import PolicyCompiler

/// What a request gets, as the reference sees it.
public struct ReferenceVerdict: Equatable, Sendable {
  public var decision = Decision.allow
  /// Display names of the rules that decided, sorted.
  public var rules: [String] = []
  public var message: String?
  public var approvals: [Approval] = []
  /// In no particular order.
  public var masks: [MaskSubject: MaskHow] = [:]
  public var record = RecordLevel.none
  public var tags: Set<String> = []
  public var observed: [String] = []
  public var isWithheld = false

  public init() {}
}

/// The language, evaluated rule by rule with nothing but its text in mind: slow, obvious, and independent of the
/// compiler's lowering, of pattern tables and of the interpreter, which are tested against it.
public final class ReferenceEvaluator {
  private let policy: CheckedPolicy
  private let rules: [PreparedRule]
  private var zones: [String: TimeZone] = [:]

  private struct PreparedRule {
    let rule: CheckedRule
    let condition: PreparedCondition
  }

  /// A ``Condition`` whose patterns are read.
  private indirect enum PreparedCondition {
    case constant(Bool)
    case test(CheckedPredicate, [ReferencePattern])
    case not(PreparedCondition)
    case and([PreparedCondition])
    case or([PreparedCondition])
  }

  /// What a rule is judged by.
  private struct Circumstances {
    let principal: Principal
    let tags: Set<String>
    let time: Int64?
    let clock: Int64
    let operation: ReferenceOperation
    var facts: [Fact: [ReferenceFact]]
  }

  public init(_ policy: CheckedPolicy) throws(ReferencePatternError) {
    self.policy = policy
    var prepared: [PreparedRule] = []
    for rule in policy.rules {
      prepared.append(PreparedRule(rule: rule, condition: try Self.prepare(rule.condition)))
    }
    rules = prepared
  }

  private static func prepare(_ condition: Condition) throws(ReferencePatternError) -> PreparedCondition {
    switch condition {
    case .constant(let value): return .constant(value)
    case .not(let inner): return .not(try prepare(inner))
    case .and(let parts): return .and(try prepare(parts))
    case .or(let parts): return .or(try prepare(parts))
    case .test(let predicate):
      var patterns: [ReferencePattern] = []
      if case .matches(let sources) = predicate.test {
        for source in sources { patterns.append(try ReferencePattern(source)) }
      }
      return .test(predicate, patterns)
    }
  }

  private static func prepare(_ parts: [Condition]) throws(ReferencePatternError) -> [PreparedCondition] {
    var prepared: [PreparedCondition] = []
    for part in parts { prepared.append(try prepare(part)) }
    return prepared
  }

  // MARK: Requests

  /// The verdict of a request at `time` (nil: not known) while the clock says `clock`.
  public func judge(
    _ request: ReferenceRequest, by principal: Principal, tags: Set<String> = [], time: Int64?, clock: Int64
  ) -> ReferenceVerdict {
    var verdict = ReferenceVerdict()
    var applied: [CheckedRule] = []
    var observed: Set<String> = []
    var deciders: [(decision: Decision, rules: [CheckedRule])] = []
    var withholding: [CheckedRule] = []
    var answered: [CheckedRule] = []
    for operation in request.operations {
      var circumstances = Circumstances(
        principal: principal, tags: tags, time: time, clock: clock, operation: operation,
        facts: Dictionary(grouping: request.common + operation.facts, by: \.fact))
      if let response = request.response {
        circumstances.facts.merge(Dictionary(grouping: response, by: \.fact)) { $0 + $1 }
        let matching = rules.filter { $0.rule.onResponse && applies($0, circumstances) }.map(\.rule)
        observed.formUnion(matching.filter(\.isObserved).map(\.displayName))
        answered += matching.filter { !$0.isObserved }
        withholding += matching.filter { !$0.isObserved && $0.decision == .block }
        verdict.record = max(
          verdict.record, matching.filter { !$0.isObserved }.flatMap(\.recordLevels).max() ?? .none)
        for fact in response { circumstances.facts[fact.fact] = nil }
      }
      let matching = rules.filter { !$0.rule.onResponse && applies($0, circumstances) }.map(\.rule)
      observed.formUnion(matching.filter(\.isObserved).map(\.displayName))
      let enforced = matching.filter { !$0.isObserved }
      applied += enforced
      deciders.append(decide(operation, enforced))
      verdict.record = max(
        verdict.record, policy.defaults.recordByProtocol[operation.protocol] ?? policy.defaults.record,
        enforced.flatMap(\.recordLevels).max() ?? .none)
    }
    verdict.observed = observed.sorted()
    let decision = deciders.map(\.decision).max() ?? .allow
    verdict.isWithheld = decision != .block && !withholding.isEmpty
    verdict.decision = verdict.isWithheld ? .block : decision
    if decision != .block { applied += answered }

    let deciding = distinct(
      verdict.isWithheld ? withholding : deciders.filter { $0.decision == decision }.flatMap(\.rules))
    verdict.rules = deciding.map(\.displayName)
    let messages = deciding.flatMap { $0.messages(verdict.decision) }
    let distinctMessages = messages.enumerated().filter { !messages[..<$0.offset].contains($0.element) }
    if !messages.isEmpty { verdict.message = distinctMessages.map(\.element).joined(separator: "\n") }

    let all = distinct(applied)
    if verdict.decision == .approve {
      for case .approve(let approval) in all.flatMap(\.actions) where !verdict.approvals.contains(approval) {
        verdict.approvals.append(approval)
      }
    }
    if decision != .block {
      for case .tag(let name) in all.flatMap(\.actions) { verdict.tags.insert(name) }
      if !verdict.isWithheld { verdict.masks = masks(all.flatMap(\.actions)) }
    }
    return verdict
  }

  /// The rules, each once, sorted by name.
  private func distinct(_ rules: [CheckedRule]) -> [CheckedRule] {
    var seen: Set<String> = []
    return rules.filter { seen.insert($0.fullName).inserted }.sorted { $0.displayName < $1.displayName }
  }

  /// The strictest of the rules that match an operation, else the default.
  private func decide(
    _ operation: ReferenceOperation, _ enforced: [CheckedRule]
  ) -> (decision: Decision, rules: [CheckedRule]) {
    let defaults = policy.defaults
    let fallback =
      operation.unparsed
      ? defaults.unparsedByProtocol[operation.protocol] ?? defaults.unparsed
      : defaults.byProtocol[operation.protocol] ?? defaults.decision
    // Only an `allow` rule that asks for it lifts `default unparsed block`.
    let candidates = enforced.filter { rule in
      guard let decision = rule.decision else { return false }
      let lifts = decision != .allow || !operation.unparsed || fallback != .block || requiresUnparsed(rule.condition)
      return lifts
    }
    guard let strictest = candidates.compactMap(\.decision).max() else { return (fallback, []) }
    return (strictest, candidates.filter { $0.decision == strictest })
  }

  /// Whether every way for a condition to be true includes that `unparsed` is.
  private func requiresUnparsed(_ condition: Condition) -> Bool {
    waysToHold(condition, true).allSatisfy { $0.contains { $0.fact == .unparsed && $0.isPositive } }
  }

  private struct Literal: Hashable {
    let fact: Fact
    let text: String
    let isPositive: Bool
  }

  /// The disjunctive normal form of a condition, or of its negation, less what contradicts itself.
  private func waysToHold(_ condition: Condition, _ wanted: Bool) -> [Set<Literal>] {
    switch condition {
    case .constant(let value): return value == wanted ? [[]] : []
    case .test(let test):
      let text = "\(test.fact)\(test.key ?? "")\(test.isAll)\(test.test)"
      return [[Literal(fact: test.fact, text: text, isPositive: wanted)]]
    case .not(let inner): return waysToHold(inner, !wanted)
    case .and(let parts), .or(let parts):
      let isConjunction = if case .and = condition { wanted } else { !wanted }
      let ways = parts.map { waysToHold($0, wanted) }
      if !isConjunction { return ways.flatMap { $0 } }
      return ways.reduce([[]]) { result, next in
        result.flatMap { left in next.map { left.union($0) } }.filter { way in
          !way.contains { way.contains(Literal(fact: $0.fact, text: $0.text, isPositive: !$0.isPositive)) }
        }
      }
    }
  }

  /// What each subject gets: the strictest treatment; `redact` where two of one kind differ.
  private func masks(_ actions: [CheckedAction]) -> [MaskSubject: MaskHow] {
    var treatments: [MaskSubject: [MaskHow]] = [:]
    for case .mask(let subject, let how) in actions { treatments[subject, default: []].append(how) }
    return treatments.mapValues { all in
      for how in all where all.contains(where: { $0 != how && $0.strictness == how.strictness }) { return .redact }
      return all.max { $0.strictness < $1.strictness } ?? .redact
    }
  }

  // MARK: Conditions

  private func applies(_ rule: PreparedRule, _ circumstances: Circumstances) -> Bool {
    if let until = rule.rule.until, rule.rule.actions.contains(.allow),
      circumstances.time ?? circumstances.clock > until
    {
      return false
    }
    return holds(rule.condition, circumstances)
  }

  private func holds(_ condition: PreparedCondition, _ circumstances: Circumstances) -> Bool {
    switch condition {
    case .constant(let value): value
    case .not(let inner): !holds(inner, circumstances)
    case .and(let parts): parts.allSatisfy { holds($0, circumstances) }
    case .or(let parts): parts.contains { holds($0, circumstances) }
    case .test(let predicate, let patterns): holds(predicate, patterns, circumstances)
    }
  }

  private func holds(
    _ predicate: CheckedPredicate, _ patterns: [ReferencePattern], _ circumstances: Circumstances
  ) -> Bool {
    let values = values(of: predicate.fact, predicate.key, circumstances)
    if case .isPresent = predicate.test { return !values.isEmpty }
    let passes = { (value: ReferenceFact.Value) in self.passes(predicate.test, patterns, value) }
    return predicate.isAll ? !values.isEmpty && values.allSatisfy(passes) : values.contains(where: passes)
  }

  private func values(of fact: Fact, _ key: String?, _ circumstances: Circumstances) -> [ReferenceFact.Value] {
    let principal = circumstances.principal
    let texts: [String]
    switch fact {
    case .user: texts = [principal.user].compactMap(\.self)
    case .group: texts = principal.groups
    case .actor: texts = [principal.actor]
    case .client: texts = [principal.client].compactMap(\.self)
    case .claim: texts = principal.claims.filter { $0[0] == key }.map { $0[1] }
    case .target: texts = [principal.target].compactMap(\.self)
    case .label: texts = principal.labels.filter { $0[0] == key }.map { $0[1] }
    case .source: return principal.source.flatMap(addressBytes).map { [.address($0)] } ?? []
    case .time: return circumstances.time.map { [.integer($0)] } ?? []
    case .session: texts = Array(circumstances.tags)
    case .protocol: texts = [circumstances.operation.protocol.name]
    case .unparsed: return [.boolean(circumstances.operation.unparsed)]
    default:
      // A fact counts only for operations of the protocols it belongs to.
      guard fact.schema.protocols.contains(.init(circumstances.operation.protocol)) else { return [] }
      return circumstances.facts[fact, default: []].filter { $0.key == key }.map(\.value)
    }
    return texts.map { .text($0) }
  }

  private func passes(
    _ test: CheckedPredicate.Test, _ patterns: [ReferencePattern], _ value: ReferenceFact.Value
  ) -> Bool {
    switch (test, value) {
    case (.isPresent, _): true
    case (.isTrue, .boolean(let value)): value
    case (.matches, .text(let text)): patterns.contains { $0.matches(text) }
    case (.compare(.less, let limit), .integer(let value)): value < limit
    case (.compare(.lessOrEqual, let limit), .integer(let value)): value <= limit
    case (.compare(.greater, let limit), .integer(let value)): value > limit
    case (.compare(.greaterOrEqual, let limit), .integer(let value)): value >= limit
    case (.isOneOf(let values), .integer(let value)): values.contains(value)
    case (.withinNetworks(let networks), .address(let address)): networks.contains { isIn($0, address) }
    case (.withinTimes(let windows), .integer(let time)): windows.contains { isIn($0, time) }
    default: false
    }
  }

  private func isIn(_ network: Network, _ address: [UInt8]) -> Bool {
    let bit = { (bytes: [UInt8], index: Int) in bytes[index / 8] >> UInt8(7 - index % 8) & 1 }
    return (0..<Int(network.prefixLength)).allSatisfy { bit(network.address, $0) == bit(address, $0) }
  }

  private func isIn(_ window: TimeWindow, _ time: Int64) -> Bool {
    let zone = zones[window.zone] ?? TimeZone(identifier: window.zone)
    zones[window.zone] = zone
    guard let zone else { return false }
    let local = Int(time) + zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time)))
    let second = (local % 86_400 + 86_400) % 86_400
    // Day 0, 1970-01-01, is a Thursday: number 3 where Monday is 0.
    let day = (((local - second) / 86_400 + 3) % 7 + 7) % 7
    let isDay = { (day: Int) in window.days >> UInt8(day) & 1 == 1 }
    if window.start < window.end { return isDay(day) && second >= window.start && second < window.end }
    return isDay(day) && second >= window.start || isDay((day + 6) % 7) && second < window.end
  }
}

extension CheckedRule {
  /// The strictest of its decisions.
  fileprivate var decision: Decision? {
    actions.compactMap { action -> Decision? in
      switch action {
      case .block: .block
      case .approve: .approve
      case .allow: .allow
      case .mask, .record, .tag: nil
      }
    }.max()
  }

  fileprivate var recordLevels: [RecordLevel] {
    actions.compactMap { if case .record(let level) = $0 { level } else { nil } }
  }

  /// What it says when it blocks, or asks.
  fileprivate func messages(_ decision: Decision) -> [String] {
    actions.compactMap { action in
      switch action {
      case .block(let message) where decision == .block: message
      case .approve(let approval) where decision == .approve: approval.question
      default: nil
      }
    }
  }
}

extension MaskHow {
  fileprivate var strictness: Int {
    switch self {
    case .redact: 3
    case .hash: 2
    case .with: 1
    case .keepFirst, .keepLast: 0
    }
  }
}

/// The 16 bytes of an address, IPv4 mapped into IPv6, or nil.
public func addressBytes(_ text: String) -> [UInt8]? {
  if !text.contains(":") {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).compactMap { UInt8($0) }
    return parts.count == 4 ? [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] + parts : nil
  }
  let halves = text.components(separatedBy: "::")
  let groups = halves.map { half in half.split(separator: ":").compactMap { UInt16($0, radix: 16) } }
  let all: [UInt16]
  switch groups.count {
  case 1: all = groups[0]
  case 2 where groups[0].count + groups[1].count < 8:
    all = groups[0] + Array(repeating: 0, count: 8 - groups[0].count - groups[1].count) + groups[1]
  default: return nil
  }
  return all.count == 8 ? all.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } : nil
}
