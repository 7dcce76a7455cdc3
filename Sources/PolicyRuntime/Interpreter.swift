import CTextScan
import PatternMatching
import PolicyBytecode

/// Judges operations: the bytecode's interpreter. One for each thread, reused.
///
/// A scan of the operation's facts finds the atoms that hold and wakes the rules that wait for them; the graphs of the
/// woken rules are walked. State is two arrays of stamps, so nothing is cleared between operations and nothing is
/// allocated once the buffers have grown.
///
/// Invariant: `memo` has an entry an atom and `stamps` one a rule; `memo[a] >> 1 == epoch` says that atom `a` was
/// evaluated for the operation at hand and bit 0 how. The verifier has proved that the walk stays inside its tables.
public struct Interpreter: ~Copyable {
  public let policy: LoadedPolicy
  /// Rules that applied to the operations judged since ``begin(_:at:)``; with ``limitMark`` those that could not be
  /// decided.
  public internal(set) var fired = RawBuffer<UInt32>()
  /// In ``fired``: a PCRE pattern of the rule reached its limit, which blocks whatever its action.
  public static let limitMark: UInt32 = 1 << 31

  let memo: UnsafeMutablePointer<UInt32>
  private let stamps: UnsafeMutablePointer<UInt32>
  /// Not private, so that a test can begin just before it wraps.
  var epoch: UInt32 = 0
  private var hits = RawBuffer<UInt32>(capacity: 256)
  @usableFromInline var scratch: PatternScratch
  private let cache = ScanCache()
  /// Whether what was judged since ``begin(_:at:)`` may come out otherwise at another time.
  public private(set) var hasAskedTime = false
  var candidates = RawBuffer<Candidate>(capacity: 256)
  var evaluator: AtomEvaluator
  /// Atoms of the operation at hand that could not be decided: every rule that asks for one is to know.
  private(set) var undecided = RawBuffer<UInt32>(capacity: 4)
  /// What the facts that all operations of the request share have hit, found once a request and protocol: ordinals of
  /// the residual's index, a range for each protocol in ``sharedProtocols``.
  private var sharedHits = RawBuffer<UInt32>(capacity: 16)
  private let sharedRanges: UnsafeMutablePointer<RecordRange>
  private var sharedProtocols: ProtocolSet = []
  /// Outcomes of lazy patterns on those facts: a quarter of it is ``request`` where the outcome, its two low bits, is of
  /// the request at hand: 0 no, 1 yes, 2 undecided.
  private let sharedMemo: UnsafeMutablePointer<UInt32>
  private var request: UInt32 = 0
  /// The session's tags, and what is known of the response, as facts.
  private(set) var momentFacts = FactBuffer(arenaCapacity: 256, entryCapacity: 16)
  /// The facts that stand there rather than in a batch.
  static let momentFactSet = FactSet(Fact.allCases.filter { $0 == .session || $0.schema.phase == .response })

  /// Who asks, where nothing is bound; see ``begin(_:at:)-(WholePolicy,_)``.
  public var asker = Asker()
  /// ``Asker/groups`` of whom the operation at hand is judged for; every bit where a session is bound.
  var admitted: UInt64 = .max
  /// ``WholePolicy/sets`` of the policy in use, while an operation is judged under it.
  var sets: UnsafePointer<UInt64>?

  // The bundle's tables, at hand without reference counting.
  private let rules: UnsafePointer<RuleRecord>
  private let code: UnsafePointer<GraphWord>
  let atoms: UnsafePointer<AtomRecord>
  /// By protocol.
  @usableFromInline let defaults: UnsafeMutablePointer<Defaults>

  /// What ``MetaRecord`` says of a protocol.
  @usableFromInline
  struct Defaults: BitwiseCopyable {
    let decision: UInt8
    let unparsed: UInt8
    let record: UInt8
    /// Of a request's operation that was read and of which no rule speaks.
    @usableFromInline let verdict: OperationVerdict

    init(_ meta: MetaRecord, _ wire: OperationProtocol) {
      decision = meta.decision(wire)
      unparsed = meta.unparsedDecision(wire)
      record = meta.record(wire)
      verdict = OperationVerdict(decision: decision, record: record)
    }

    /// The same where one rule does, a direct one that binding lets apply.
    func verdict(where rule: Candidate) -> OperationVerdict {
      OperationVerdict(
        decision: rule.decision == 0 ? decision : rule.decision - 1,
        record: rule.record > record + 1 ? rule.record - 1 : record, isByRule: rule.decision != 0)
    }
  }

  public init(_ policy: LoadedPolicy) {
    let bundle = policy.bundle
    self.policy = policy
    memo = .allocate(capacity: max(bundle.atoms.count, 1))
    memo.initialize(repeating: 0, count: bundle.atoms.count)
    stamps = .allocate(capacity: max(bundle.rules.count, 1))
    stamps.initialize(repeating: 0, count: bundle.rules.count)
    sharedMemo = .allocate(capacity: max(bundle.atoms.count, 1))
    sharedMemo.initialize(repeating: 0, count: bundle.atoms.count)
    sharedRanges = .allocate(capacity: OperationProtocol.allCases.count)
    sharedRanges.initialize(repeating: RecordRange(), count: OperationProtocol.allCases.count)
    scratch = PatternScratch()
    evaluator = AtomEvaluator(bundle, policy.table, moment: Moment())
    rules = Self.base(bundle.rules)
    code = Self.base(bundle.code)
    atoms = Self.base(bundle.atoms)
    let meta = bundle.meta
    defaults = .allocate(capacity: OperationProtocol.allCases.count)
    for wire in OperationProtocol.allCases {
      (defaults + Int(wire.rawValue)).initialize(to: Defaults(meta, wire))
    }
  }

  deinit {
    memo.deallocate()
    stamps.deallocate()
    sharedMemo.deallocate()
    sharedRanges.deallocate()
    defaults.deallocate()
  }

  /// The start of a table; of an empty one an address that is never read.
  private static func base<Record>(_ table: UnsafeBufferPointer<Record>) -> UnsafePointer<Record> {
    table.baseAddress ?? UnsafePointer(bitPattern: 64)!
  }

  /// Begins a request of `session`: what has fired is forgotten, tags and time are those of now. The operations judged
  /// from here on share the common facts of one batch.
  @inline(__always)
  public mutating func begin(_ session: Session, at moment: Moment) {
    begin(at: moment)
    if session.hasTags { addTags(session.tags) }
  }

  @inline(__always)
  mutating func begin(at moment: Moment) {
    fired.removeAll()
    hasAskedTime = false
    evaluator.moment = moment
    momentFacts.removeAll()
    beginBatch()
  }

  @inline(never)
  mutating func addTags(_ tags: [String]) {
    for tag in tags { momentFacts.add(.session, tag) }
  }

  /// Begins another batch of operations of the request at hand, such as those that its answer carries: what has fired
  /// is kept.
  public mutating func beginBatch() {
    sharedHits.removeAll()
    sharedProtocols = []
    request += 1
    if request == 1 << 30 { resetSharedMemo() }
  }

  @inline(never)
  private mutating func resetSharedMemo() {
    sharedMemo.update(repeating: 0, count: policy.bundle.atoms.count)
    request = 1
  }

  /// Begins the response to the request at hand: `addFacts` adds what is known of it. The operations, those of the
  /// request, are then judged again, in the phase ``RulePhase/response``.
  public mutating func beginResponse(_ addFacts: (inout FactBuffer) -> Void) {
    addFacts(&momentFacts)
    sharedHits.removeAll()
    sharedProtocols = []
  }

  /// Judges one operation of `batch`. After ``begin(_:at:)`` of its request. No default speaks of responses: what no
  /// rule withholds is passed on.
  public mutating func judge(
    _ number: Int, of batch: borrowing OperationBatch, in session: Session, _ phase: RulePhase = .request
  ) -> OperationVerdict {
    judge(number, quickly: batch, session, phase)
  }

  @inline(__always)
  mutating func judge(
    _ number: Int, quickly batch: borrowing OperationBatch, _ session: Session, _ phase: RulePhase
  ) -> OperationVerdict {
    let slot = session.slot(batch.operations[number].protocol, phase)
    if let verdict = judgeQuickly(number, batch, slot, isBound: true, admitted: .max) { return verdict }
    let residual = session.residual(batch.operations[number].protocol, phase)
    return judge(number, of: batch, residual, phase, admitted: .max, isUndecided: session.isUndecided)
  }

  /// Judges an operation; `isUndecided`: it must not pass, whatever its rules say.
  @inline(never)
  mutating func judge(
    _ number: Int, of batch: borrowing OperationBatch, _ residual: UnsafePointer<ResidualSlot>, _ phase: RulePhase,
    admitted: UInt64, isUndecided: Bool
  ) -> OperationVerdict {
    let operation = batch.operations[number]
    self.admitted = admitted
    nextEpoch()
    candidates.removeAll()
    if let view = residual.pointee.view { look(at: operation, batch, view) }
    let firstFired = UInt32(truncatingIfNeeded: fired.count)
    if candidates.count == 0, operation.unparsed == .none, !isUndecided, phase == .request {
      return silentVerdict(operation.protocol, firstFired)
    }
    return verdict(of: operation, batch, residual, phase, isUndecided: isUndecided, firstFired: firstFired)
  }

  /// Wakes what an operation's facts hit.
  @inline(__always)
  private mutating func look(
    at operation: Operation, _ batch: borrowing OperationBatch, _ view: UnsafePointer<ResidualView>
  ) {
    // Where no rule is open to who asks, there is nothing to look for.
    guard view.pointee.anyGate & admitted != 0 else { return }
    for index in 0..<view.pointee.alwaysCount { candidates.append(Candidate(view.pointee.always[index])) }
    if batch.commonEnd > 0 { wakeShared(batch, operation.protocol, view) }
    for position in Int(operation.firstEntry)..<Int(operation.endEntry) {
      let entry = batch.facts.entries[position]
      guard let slot = view.pointee.index.slot(of: entry) else { continue }
      guard let few = slot.pointee.few, Int(entry.length) <= PatternIndex.longestGlance else {
        scan(entry, batch.facts, view)
        continue
      }
      let text = batch.facts.bytes(entry)
      let found = text_scan_find_few_at_once(few, admitted, text.baseAddress, text.count, scratch.places)
      if found > 0 { confirm(found, text, slot, view) }
    }
    for position in 0..<momentFacts.entries.count { scanMoment(position, view) }
  }

  /// Wakes what a text hits in which `found` places may hold one of few literals.
  @inline(__always)
  mutating func confirm(
    _ found: Int, _ text: UnsafeBufferPointer<UInt8>, _ slot: UnsafePointer<FactIndex.Slot>,
    _ view: UnsafePointer<ResidualView>
  ) {
    let direct = UnsafeRawPointer(view.pointee.direct + Int(slot.pointee.firstOrdinal))
    if found == 1,
      let position = slot.pointee.index.match(
        text, at: scratch.places[0], admitted: admitted, asking: direct, scratch: &scratch)
    {
      if position >= 0 { wake(ordinal: Int(slot.pointee.firstOrdinal) + position, view) }
      return
    }
    hits.removeAll()
    slot.pointee.index.scan(text, found: found, admitted: admitted, scratch: &scratch, hits: &hits)
    for position in 0..<hits.count { wake(ordinal: Int(slot.pointee.firstOrdinal + hits[position]), view) }
  }

  /// The verdict of an operation of which rules speak, or that is not an ordinary one.
  @inline(never)
  mutating func verdict(
    of operation: Operation, _ batch: borrowing OperationBatch, _ residual: UnsafePointer<ResidualSlot>,
    _ phase: RulePhase, isUndecided: Bool, firstFired: UInt32
  ) -> OperationVerdict {
    let defaults = self.defaults[Int(operation.protocol.rawValue)]
    let isUnparsed = operation.unparsed != .none
    var found = Findings(
      record: phase == .request ? defaults.record : RecordLevel.none.rawValue, limitReached: isUndecided,
      needsUnparsedTest: isUnparsed && defaults.unparsed != Decision.allow.rawValue && phase == .request)
    if candidates.count > 0, let view = residual.pointee.view {
      apply(batch, Int(operation.firstEntry)..<Int(operation.endEntry), view, &found)
    }
    if found.limitReached { found.decision = 1 + Decision.block.rawValue }
    let fallback =
      phase == .response ? Decision.allow.rawValue : isUnparsed ? defaults.unparsed : defaults.decision
    return OperationVerdict(
      decision: found.decision == 0 ? fallback : found.decision - 1, record: found.record,
      isByRule: found.decision != 0, limitReached: found.limitReached, needsUnparsedTest: found.needsUnparsedTest,
      firstFired: firstFired, endFired: UInt32(truncatingIfNeeded: fired.count))
  }

  /// What the rules say of an operation.
  private struct Findings {
    /// 0: none decided, else one more than the decision.
    var decision: UInt8 = 0
    var record: UInt8
    var limitReached: Bool
    let needsUnparsedTest: Bool
  }

  /// Walks the graphs of the candidates.
  @inline(__always)
  private mutating func apply(
    _ batch: borrowing OperationBatch, _ own: Range<Int>, _ view: UnsafePointer<ResidualView>, _ found: inout Findings
  ) {
    for index in 0..<candidates.count {
      let candidate = candidates[index]
      let number = candidate.rule
      let rule = rules + Int(number)
      if let gates = view.pointee.gates {
        // Nothing is bound: who asks is looked at now.
        guard gates[Int(number)] & admitted != 0, walk(rule.pointee.bindGraph, batch, own, view) else { continue }
      }
      if candidate.isDirect, !found.needsUnparsedTest {
        fired.append(number)
        if candidate.record > found.record + 1 { found.record = candidate.record - 1 }
        found.decision = max(found.decision, candidate.decision)
        continue
      }
      let applies = candidate.isDirect || walk(rule.pointee.judgeGraph, batch, own, view)
      if evaluator.isUndecided {
        evaluator.isUndecided = false
        if !rule.pointee.isObserved {
          found.limitReached = true
          fired.append(number | Self.limitMark)
          continue
        }
      }
      guard applies else { continue }
      fired.append(number)
      if rule.pointee.isObserved { continue }
      if rule.pointee.record > found.record + 1 { found.record = rule.pointee.record - 1 }
      // Only an `allow` that speaks of what is unparsed lifts a block of it.
      if found.needsUnparsedTest, rule.pointee.decision == 1 + Decision.allow.rawValue, !rule.pointee.testsUnparsed {
        continue
      }
      found.decision = max(found.decision, rule.pointee.decision)
    }
  }

  @inline(__always)
  mutating func nextEpoch() {
    epoch += 1
    undecided.removeAll()
    if epoch == 1 << 31 { resetStamps() }
  }

  @inline(never)
  private mutating func resetStamps() {
    memo.update(repeating: 0, count: policy.bundle.atoms.count)
    stamps.update(repeating: 0, count: policy.bundle.rules.count)
    epoch = 1
  }

  @inline(never)
  private mutating func scan(
    _ entry: FactEntry, _ facts: borrowing FactBuffer, _ view: UnsafePointer<ResidualView>
  ) {
    let first = view.pointee.index.scan(
      entry, in: facts, admitted: admitted, hits: &hits, cache: cache, scratch: &scratch)
    guard let first else { return }
    for position in 0..<hits.count { wake(ordinal: first + Int(hits[position]), view) }
  }

  /// Wakes what the shared facts hit, which are scanned for the first operation of each protocol only: a long payload
  /// of many operations would else be scanned for each of them.
  private mutating func wakeShared(
    _ batch: borrowing OperationBatch, _ protocol: OperationProtocol, _ view: UnsafePointer<ResidualView>
  ) {
    if !sharedProtocols.contains(.init(`protocol`)) {
      let start = sharedHits.count
      for position in 0..<batch.commonEnd {
        let first = view.pointee.index.scan(
          batch.facts.entries[position], in: batch.facts, admitted: admitted, hits: &hits, cache: cache,
          scratch: &scratch)
        guard let first else { continue }
        for index in 0..<hits.count { sharedHits.append(UInt32(first) + hits[index]) }
      }
      sharedRanges[Int(`protocol`.rawValue)] = RecordRange(
        start: UInt32(start), count: UInt32(sharedHits.count - start))
      sharedProtocols.insert(.init(`protocol`))
    }
    for index in sharedRanges[Int(`protocol`.rawValue)].indices { wake(ordinal: Int(sharedHits[index]), view) }
  }

  @inline(never)
  private mutating func scanMoment(_ position: Int, _ view: UnsafePointer<ResidualView>) {
    let first = view.pointee.index.scan(
      momentFacts.entries[position], in: momentFacts, admitted: admitted, hits: &hits, cache: cache, scratch: &scratch)
    guard let first else { return }
    for position in 0..<hits.count { wake(ordinal: first + Int(hits[position]), view) }
  }

  /// Sets the atoms of a pattern that has matched and collects the rules that wait for them.
  @inline(__always)
  private mutating func wake(ordinal: Int, _ view: UnsafePointer<ResidualView>) {
    let direct = view.pointee.direct[ordinal]
    if direct.isDirect {
      if stamps[Int(direct.rule)] == epoch { return }
      stamps[Int(direct.rule)] = epoch
      candidates.append(direct)
      return
    }
    for event in Int(view.pointee.eventStarts[ordinal])..<Int(view.pointee.eventStarts[ordinal + 1]) {
      let event = view.pointee.events[event]
      if memo[Int(event.atom)] >> 1 == epoch { continue }
      memo[Int(event.atom)] = epoch << 1 | 1
      for index in Int(event.firstRule)..<Int(event.firstRule) + Int(event.ruleCount) {
        let rule = view.pointee.woken[index]
        if stamps[Int(rule)] == epoch { continue }
        stamps[Int(rule)] = epoch
        candidates.append(Candidate(rule))
      }
    }
  }

  /// Walks a graph to yes or no.
  @inline(__always)
  private mutating func walk(
    _ graph: RecordRange, _ batch: borrowing OperationBatch, _ own: Range<Int>, _ view: UnsafePointer<ResidualView>
  ) -> Bool {
    if graph.count == 0 { return true }
    var position = Int(graph.start)
    while true {
      let word = code[position]
      let atom = word.atom
      let isTrue: Bool
      switch word.operation {
      case GraphWord.Operation.scanned.rawValue: isTrue = memo[atom] == epoch << 1 | 1
      case GraphWord.Operation.bound.rawValue:
        isTrue =
          view.pointee.gates == nil ? view.pointee.bindBits[atom >> 6] >> UInt64(atom & 63) & 1 != 0 : holds(atom, view)
      default: isTrue = evaluate(atom, batch, own)
      }
      let step = isTrue ? word.whenTrue : word.whenFalse
      if step == GraphWord.no { return false }
      if step == GraphWord.yes { return true }
      position += Int(step)
    }
  }

  /// Evaluates an atom, once for each operation.
  @inline(never)
  mutating func evaluate(_ atom: Int, _ batch: borrowing OperationBatch, _ own: Range<Int>) -> Bool {
    if memo[atom] >> 1 == epoch {
      if undecided.count > 0, undecided.elements.contains(UInt32(atom)) { evaluator.isUndecided = true }
      return memo[atom] & 1 != 0
    }
    let wasUndecided = evaluator.isUndecided
    evaluator.isUndecided = false
    if atoms[atom].fact == Fact.time.rawValue { hasAskedTime = true }
    let isTrue: Bool
    if Self.momentFactSet.contains(rawValue: atoms[atom].fact) {
      isTrue = evaluator.holds(
        atoms[atom], momentFacts, shared: 0..<0, own: 0..<momentFacts.entries.count, scratch: &scratch)
    } else if atoms[atom].kind == AtomKind.matchesLazily.rawValue {
      let holdsForAll = holdsOfShared(atom, batch)
      isTrue =
        evaluator.holds(atoms[atom], batch.facts, shared: 0..<0, own: own, scratch: &scratch) || holdsForAll
    } else {
      isTrue = evaluator.holds(atoms[atom], batch.facts, shared: 0..<batch.commonEnd, own: own, scratch: &scratch)
    }
    memo[atom] = epoch << 1 | (isTrue ? 1 : 0)
    if evaluator.isUndecided { undecided.append(UInt32(atom)) }
    evaluator.isUndecided = evaluator.isUndecided || wasUndecided
    return isTrue
  }

  /// Whether a lazy pattern matches a fact that all operations share, tried once a request.
  private mutating func holdsOfShared(_ atom: Int, _ batch: borrowing OperationBatch) -> Bool {
    if sharedMemo[atom] >> 2 != request {
      let isTrue = evaluator.holds(
        atoms[atom], batch.facts, shared: 0..<0, own: 0..<batch.commonEnd, scratch: &scratch)
      sharedMemo[atom] = request << 2 | (evaluator.isUndecided ? 2 : isTrue ? 1 : 0)
    }
    if sharedMemo[atom] & 3 == 2 { evaluator.isUndecided = true }
    return sharedMemo[atom] & 3 == 1
  }
}
