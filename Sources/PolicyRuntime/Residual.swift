import PatternMatching
import PolicyBytecode

/// When rules are asked: those `on response` once the target has answered, the others before it is asked.
public enum RulePhase: UInt8, Hashable, Sendable { case request, response }

/// What is left of a policy for one protocol once the principal and the connection are known: the rules that can still
/// apply, and an index of just the patterns they ask for.
///
/// Immutable after `init`, shared by every session with the same outcomes. Invariant: all that `slot` points to stands in the memory
/// of `index`, which lives as long as this object; `eventStarts` has one more entry than the index has ordinals.
///
/// With `gates`, those of ``WholePolicy``, it is of all rules instead, whoever asks: their bind graphs are walked when they are woken.
final class Residual: @unchecked Sendable {
  /// Rules whose bind graph holds, sorted.
  let rules: [UInt32]
  private let index: FactIndex
  /// What judging reads.
  let slot: ResidualSlot

  init(
    _ policy: LoadedPolicy, bits: [UInt64], protocol: OperationProtocol, phase: RulePhase,
    gates: UnsafePointer<UInt64>? = nil
  ) {
    let bundle = policy.bundle
    // In the order in which judging reads them: the view, the index, and what its hits lead to.
    let memory = TableMemory()
    let view = memory.allocate(ResidualView.self, 1, alignment: TableMemory.lineSize)
    let bindBits = memory.copy(bits)
    let mask = UInt32(ProtocolSet(`protocol`).rawValue)

    var live: [UInt32] = []
    var unconditional: [UInt32] = []
    var wokenBy: [(atom: UInt32, rule: UInt32)] = []
    /// By atom, the rules that ask for it.
    var uses = [UInt32](repeating: 0, count: bundle.atoms.count)
    var needed: [UInt32] = []
    var anyGate: UInt64 = 0
    var atomGates = [UInt64](repeating: 0, count: gates == nil ? 0 : bundle.atoms.count)
    for (number, rule) in bundle.rules.enumerated()
    where rule.protocols & mask != 0 && rule.isOnResponse == (phase == .response) {
      if let gates {
        guard Self.canHold(rule.bindGraph, bundle, bindBits) else { continue }
        anyGate |= gates[number]
      } else if !Self.holds(rule.bindGraph, bundle.code, bindBits) {
        continue
      }
      live.append(UInt32(number))
      if rule.triggers.count == 0 { unconditional.append(UInt32(number)) }
      for trigger in rule.triggers.indices { wokenBy.append((bundle.triggers[trigger], UInt32(number))) }
      for position in rule.judgeGraph.indices {
        let word = bundle.code[position]
        guard word.operation == GraphWord.Operation.scanned.rawValue else { continue }
        if let gates { atomGates[word.atom] |= gates[number] }
        if uses[word.atom] == 0 { needed.append(UInt32(word.atom)) }
        uses[word.atom] += 1
      }
    }
    rules = live

    // A stable order of atoms makes the lists of rules contiguous.
    wokenBy.sort { ($0.atom, $0.rule) < ($1.atom, $1.rule) }
    var wokenRange: [UInt32: Range<UInt32>] = [:]
    for (position, pair) in wokenBy.enumerated() {
      let start = wokenRange[pair.atom]?.lowerBound ?? UInt32(position)
      wokenRange[pair.atom] = start..<UInt32(position) + 1
    }

    var selected: Set<UInt32> = []
    for atom in needed {
      let range = Int(policy.matcherStarts[Int(atom)])..<Int(policy.matcherStarts[Int(atom) + 1])
      selected.formUnion(policy.matcherNumbers[range])
    }
    let matchers = selected.sorted()
    let matcherGates = gates.map { _ in
      matchers.map { matcher in
        bundle.matchers[Int(matcher)].atoms.indices.reduce(0) { $0 | atomGates[Int(bundle.links[$1])] }
      }
    }
    index = FactIndex(matchers, of: bundle, table: policy.table, gates: matcherGates, in: memory)
    precondition(MemoryLayout<Candidate>.stride == 8, "`PatternIndex.match` asks for the candidate of a position")
    let direct = memory.allocate(Candidate.self, matchers.count)
    let woken = memory.copy(wokenBy.map(\.rule))
    var eventList: [ResidualEvent] = []
    let eventStarts = memory.allocate(UInt32.self, matchers.count + 1)
    for (ordinal, matcher) in matchers.enumerated() {
      eventStarts[ordinal] = UInt32(eventList.count)
      for link in bundle.matchers[Int(matcher)].atoms.indices {
        let atom = bundle.links[link]
        guard uses[Int(atom)] > 0 else { continue }
        let range = wokenRange[atom] ?? 0..<0
        eventList.append(ResidualEvent(atom: atom, firstRule: range.lowerBound, ruleCount: UInt32(range.count)))
      }
    }
    eventStarts[matchers.count] = UInt32(eventList.count)
    for ordinal in matchers.indices {
      let events = eventList[Int(eventStarts[ordinal])..<Int(eventStarts[ordinal + 1])]
      (direct + ordinal).initialize(to: Self.directRule(events, woken, uses, bundle))
    }

    view.initialize(
      to: ResidualView(
        direct: direct, index: index.view, eventStarts: eventStarts, events: memory.copy(eventList), woken: woken,
        always: memory.copy(unconditional), alwaysCount: unconditional.count, bindBits: bindBits, gates: gates,
        anyGate: gates == nil ? .max : anyGate))
    let slot = ResidualSlot(view, isFiltered: phase == .request)
    let patterns = slot.hasPrefilter && gates == nil ? index.view.slots.pointee.index.literalPatterns : []
    precondition(MemoryLayout<LiteralRule>.stride == TableMemory.lineSize, "a rule is a line of the cache")
    let literals = memory.allocate(LiteralRule.self, patterns.count, alignment: TableMemory.lineSize)
    let defaults = Interpreter.Defaults(bundle.meta, `protocol`)
    for (number, pattern) in patterns.enumerated() {
      (literals + number).initialize(to: LiteralRule(pattern, direct, defaults))
    }
    self.slot = patterns.isEmpty ? slot : ResidualSlot(slot, literals)
  }

  /// The rule that applies where a pattern is hit with these events, if that is all there is to it: one rule waits for it, which
  /// asks for nothing else, and no other asks for the same.
  private static func directRule(
    _ events: ArraySlice<ResidualEvent>, _ woken: UnsafePointer<UInt32>, _ uses: [UInt32], _ bundle: Bundle
  ) -> Candidate {
    guard events.count == 1, let event = events.first, event.ruleCount == 1, uses[Int(event.atom)] == 1 else {
      return .none
    }
    let number = woken[Int(event.firstRule)]
    let rule = bundle.rules[Int(number)]
    guard rule.judgeGraph.count == 1, !rule.isObserved else { return .none }
    let word = bundle.code[Int(rule.judgeGraph.start)]
    guard word.operation == GraphWord.Operation.scanned.rawValue, word.atom == Int(event.atom),
      word.whenTrue == GraphWord.yes, word.whenFalse == GraphWord.no
    else { return .none }
    return Candidate(number, decision: rule.decision, record: rule.record)
  }

  /// Whether a graph of bind atoms can hold when only those on `protocol` are known.
  private static func canHold(_ graph: RecordRange, _ bundle: Bundle, _ bits: UnsafePointer<UInt64>) -> Bool {
    if graph.count == 0 { return true }
    var isReached = [Bool](repeating: false, count: Int(graph.count))
    isReached[0] = true
    // Edges go forward only.
    for node in 0..<Int(graph.count) where isReached[node] {
      let word = bundle.code[Int(graph.start) + node]
      var steps = [word.whenTrue, word.whenFalse]
      if bundle.atoms[word.atom].fact == Fact.protocol.rawValue {
        steps = [bits[word.atom >> 6] >> UInt64(word.atom & 63) & 1 != 0 ? word.whenTrue : word.whenFalse]
      }
      for step in steps where step != GraphWord.no {
        if step == GraphWord.yes { return true }
        isReached[node + Int(step)] = true
      }
    }
    return false
  }

  /// Walks a graph that tests only bind atoms.
  static func holds(
    _ graph: RecordRange, _ code: UnsafeBufferPointer<GraphWord>, _ bits: UnsafePointer<UInt64>
  ) -> Bool {
    if graph.count == 0 { return true }
    var position = Int(graph.start)
    while true {
      let word = code[position]
      let isTrue = bits[word.atom >> 6] >> UInt64(word.atom & 63) & 1 != 0
      let step = isTrue ? word.whenTrue : word.whenFalse
      if step == GraphWord.no { return false }
      if step == GraphWord.yes { return true }
      position += Int(step)
    }
  }
}

/// An atom becomes true, and these rules (a range of ``ResidualView/woken``) may now apply.
struct ResidualEvent: BitwiseCopyable {
  let atom: UInt32
  let firstRule: UInt32
  let ruleCount: UInt32
}

/// A rule that may apply, or a *direct* one, that surely does where binding lets it: with what it says, so that nothing else of
/// it is looked at.
struct Candidate: BitwiseCopyable {
  let rule: UInt32
  /// Of a direct rule as in ``RuleRecord``.
  let decision: UInt8
  let record: UInt8
  let isDirect: Bool

  /// No rule.
  static var none: Candidate { Candidate(.max) }

  @inline(__always)
  init(_ rule: UInt32) { (self.rule, decision, record, isDirect) = (rule, 0, 0, false) }

  init(_ rule: UInt32, decision: UInt8, record: UInt8) {
    (self.rule, self.decision, self.record, isDirect) = (rule, decision, record, true)
  }
}

/// The pointers of a ``Residual``, for the hot path; valid while the residual lives.
struct ResidualView {
  /// By ordinals, the rule that a hit makes apply, if that is all that it does.
  let direct: UnsafePointer<Candidate>
  let index: FactIndexView
  /// By the index's ordinals.
  let eventStarts: UnsafePointer<UInt32>
  let events: UnsafePointer<ResidualEvent>
  let woken: UnsafePointer<UInt32>
  /// Rules that no single atom must wake.
  let always: UnsafePointer<UInt32>
  let alwaysCount: Int
  /// Of a residual of all rules only those of atoms on `protocol`.
  let bindBits: UnsafePointer<UInt64>
  /// Where nothing is bound, by the rules' numbers: the groups without one of which a rule cannot apply.
  let gates: UnsafePointer<UInt64>?
  /// Those of all rules here together; every bit where who asks is bound.
  let anyGate: UInt64
}
