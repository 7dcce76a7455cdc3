import PatternMatching
import PolicyBytecode

/// The facts of a principal and a connection, for ``Session``.
public struct SessionFacts: Sendable, Hashable {
  public var user: String?
  public var groups: [String] = []
  /// `human`, `service` or `agent`.
  public var actor = "human"
  public var client: String?
  /// A name may come again: a claim with several values.
  public var claims: [Pair] = []
  public var target: String?
  public var labels: [Pair] = []
  /// 16 bytes, IPv4 mapped into IPv6.
  public var source: [UInt8]?

  /// A key and its value.
  public struct Pair: Sendable, Hashable {
    public var key: String
    public var value: String
    public init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  public init() {}

  /// Adds all but the protocol to `facts`, keys numbered as in `keys`.
  fileprivate func write(to facts: inout FactBuffer, keys: [FactKey]) {
    if let user { facts.add(.user, user) }
    for group in groups { facts.add(.group, group) }
    facts.add(.actor, actor)
    if let client { facts.add(.client, client) }
    if let target { facts.add(.target, target) }
    if let source { facts.add(.source, source) }
    for (number, key) in keys.enumerated() {
      let pairs = key.fact == .claim ? claims : key.fact == .label ? labels : []
      for pair in pairs where pair.key.utf8.elementsEqual(key.key.utf8) {
        facts.add(key.fact, key: UInt16(number + 1), pair.value)
      }
    }
  }
}

/// One session bound to a policy: who, from where, to which target. Not shared between threads.
///
/// Binding evaluates every test on those facts once; a residual for each protocol whose operations the session's
/// requests hold is fetched on first use.
///
/// What changes stands behind pointers, so that judging reads it without checks of exclusive access. Invariant: `slots`
/// has two entries a protocol, see ``RulePhase``, whose pointers are nil or point into what `state` keeps alive.
public final class Session {
  private struct State {
    var tags: [String] = []
    var residuals: [Residual?]
  }

  // First what every judgment reads: it stands in one line of the cache with the object's own words.
  @usableFromInline let slots: UnsafeMutablePointer<ResidualSlot>
  /// Binding could not decide a PCRE pattern, so that nothing of this session may pass.
  let isUndecided: Bool
  /// Whether there are ``tags``.
  @exclusivity(unchecked) private(set) var hasTags = false

  public let policy: LoadedPolicy
  private let facts: SessionFacts
  /// The outcomes of the bind atoms but those on `protocol`.
  private let outcomes: BindOutcomes
  private let state: UnsafeMutablePointer<State>

  private static let slotCount = 2 * OperationProtocol.allCases.count

  public init(_ policy: LoadedPolicy, _ facts: SessionFacts) {
    self.policy = policy
    self.facts = facts
    outcomes = BindOutcomes(policy, facts)
    isUndecided = outcomes.isUndecided
    state = .allocate(capacity: 1)
    state.initialize(to: State(residuals: Array(repeating: nil, count: Self.slotCount)))
    slots = ResidualSlot.allocate(Self.slotCount)
  }

  deinit {
    slots.deallocate()
    state.deinitialize(count: 1)
    state.deallocate()
  }

  /// The session's tags, without duplicates. Whoever keeps the session adds those of an `allow`ed request's verdict.
  public var tags: [String] {
    get { state.pointee.tags }
    set {
      state.pointee.tags = newValue
      hasTags = !newValue.isEmpty
    }
  }

  /// The rules that can still apply to operations of `protocol`.
  public func liveRules(_ protocol: OperationProtocol, _ phase: RulePhase = .request) -> [Int] {
    _ = residual(`protocol`, phase)
    return state.pointee.residuals[Self.slot(`protocol`, phase)]?.rules.map(Int.init) ?? []
  }

  /// Whether there are any of these; without a list of them.
  public func hasLiveRules(_ protocol: OperationProtocol, _ phase: RulePhase) -> Bool {
    _ = residual(`protocol`, phase)
    return state.pointee.residuals[Self.slot(`protocol`, phase)]?.rules.isEmpty == false
  }

  @inlinable @inline(__always)
  static func slot(_ protocol: OperationProtocol, _ phase: RulePhase) -> Int {
    Int(`protocol`.rawValue) << 1 | Int(phase.rawValue)
  }

  @inline(__always)
  func residual(_ protocol: OperationProtocol, _ phase: RulePhase) -> UnsafePointer<ResidualSlot> {
    let slot = slot(`protocol`, phase)
    if slot.pointee.view == nil { bind(`protocol`, phase) }
    return slot
  }

  /// The same before it is bound.
  @inlinable @inline(__always)
  func slot(_ protocol: OperationProtocol, _ phase: RulePhase) -> UnsafePointer<ResidualSlot> {
    UnsafePointer(slots + Self.slot(`protocol`, phase))
  }

  @inline(never)
  private func bind(_ protocol: OperationProtocol, _ phase: RulePhase) {
    let residual = policy.residual(outcomes(`protocol`), `protocol`, phase)
    state.pointee.residuals[Self.slot(`protocol`, phase)] = residual
    slots[Self.slot(`protocol`, phase)] = isUndecided ? residual.slot.unfiltered : residual.slot
  }

  /// The values of a fact that binding or the session knows, for explanations.
  func values(of fact: Fact, key: UInt16, operation: OperationProtocol) -> [String] {
    let name = key == 0 ? "" : policy.keys[Int(key) - 1].key
    switch fact {
    case .user: return facts.user.map { [$0] } ?? []
    case .group: return facts.groups
    case .actor: return [facts.actor]
    case .client: return facts.client.map { [$0] } ?? []
    case .claim: return facts.claims.filter { $0.key == name }.map(\.value)
    case .label: return facts.labels.filter { $0.key == name }.map(\.value)
    case .target: return facts.target.map { [$0] } ?? []
    case .protocol: return [operation.name]
    case .session: return tags.sorted()
    default: return []
    }
  }

  /// The facts that binding knows for operations of `protocol`.
  func boundFacts(_ protocol: OperationProtocol) -> FactBuffer {
    var buffer = FactBuffer(arenaCapacity: 512, entryCapacity: 32)
    facts.write(to: &buffer, keys: policy.keys)
    buffer.add(.protocol, `protocol`.name)
    return buffer
  }

  /// The outcomes of the bind atoms for operations of `protocol`, for explanations.
  func outcomes(_ protocol: OperationProtocol) -> [UInt64] { outcomes.adding(`protocol`, policy).bits }
}

/// What binding has decided.
struct BindOutcomes {
  /// A bit a bind atom.
  var bits: [UInt64]
  /// A PCRE pattern could not be decided: no operation of the session may pass.
  var isUndecided = false

  /// The outcomes of all bind atoms but those on `protocol`.
  init(_ policy: LoadedPolicy, _ session: SessionFacts) {
    bits = [UInt64](repeating: 0, count: (Int(policy.bundle.meta.bindAtoms) + 63) / 64)
    var facts = FactBuffer(arenaCapacity: 512, entryCapacity: 32)
    session.write(to: &facts, keys: policy.keys)
    evaluate(policy, facts) { $0 != Fact.protocol.rawValue }
  }

  /// Adds the outcomes of the atoms on `protocol`.
  func adding(_ protocol: OperationProtocol, _ policy: LoadedPolicy) -> BindOutcomes {
    var outcomes = self
    var facts = FactBuffer(arenaCapacity: 16, entryCapacity: 1)
    facts.add(.protocol, `protocol`.name)
    outcomes.evaluate(policy, facts) { $0 == Fact.protocol.rawValue }
    return outcomes
  }

  /// Evaluates the atoms on `facts`; those that no scan finds, if `isAsked` says so of their fact.
  private mutating func evaluate(
    _ policy: LoadedPolicy, _ facts: borrowing FactBuffer, _ isAsked: (UInt8) -> Bool
  ) {
    let bundle = policy.bundle
    var hits = RawBuffer<UInt32>()
    var scratch = PatternScratch()
    for entry in facts.entries.elements {
      guard let first = policy.bindIndex.view.scan(entry, in: facts, hits: &hits, scratch: &scratch) else { continue }
      for hit in hits.elements {
        let matcher = bundle.matchers[Int(policy.bindMatchers[first + Int(hit)])]
        for link in matcher.atoms.indices { set(bundle.links[link]) }
      }
    }
    if policy.lazyBindAtoms.isEmpty { return }
    var evaluator = AtomEvaluator(bundle, policy.table, moment: Moment())
    for atom in policy.lazyBindAtoms where isAsked(bundle.atoms[Int(atom)].fact) {
      let record = bundle.atoms[Int(atom)]
      if evaluator.holds(record, facts, shared: 0..<0, own: 0..<facts.entries.count, scratch: &scratch) { set(atom) }
    }
    if evaluator.isUndecided { isUndecided = true }
  }

  private mutating func set(_ atom: UInt32) { bits[Int(atom >> 6)] |= 1 << UInt64(atom & 63) }
}
