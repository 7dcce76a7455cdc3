import PolicyBytecode
import PolicyRuntime

/// Who asks, through which connection, bound to whatever policy is in force; and the tags that verdicts set. One thread
/// at a time may use it; what changes is not checked for exclusive access while running.
public final class BoundSession: @unchecked Sendable {
  /// Without a time.
  public let principal: Principal
  /// Tells sessions of a decision point apart; nil once there are no numbers left, and nothing is remembered of it.
  let number: Int?
  @exclusivity(unchecked) public private(set) var tags: [String] = []
  private let facts: SessionFacts
  @exclusivity(unchecked) private var bound: (generation: UInt64, session: Session)?

  init(_ principal: Principal, number: Int?) {
    var principal = principal
    principal.time = nil
    self.principal = principal
    self.number = number
    facts = SessionFacts(principal)
  }

  /// The session under a policy: binding is done anew after another policy has taken its place.
  @inline(__always)
  func session(under generation: PolicyGeneration) -> Session {
    if let bound, bound.generation == generation.number { return bound.session }
    return bind(to: generation)
  }

  private func bind(to generation: PolicyGeneration) -> Session {
    let session = Session(generation.policy, facts)
    session.tags = tags
    bound = (generation.number, session)
    return session
  }

  /// Makes `new` the session's tags.
  func setTags(_ new: [String]) {
    if tags.isEmpty && new.isEmpty { return }
    tags = new
    bound?.session.tags = new
  }

  /// Adds the tags that a verdict sets.
  @inline(__always)
  public func add(_ new: [String]) { if !new.isEmpty { merge(new) } }

  private func merge(_ new: [String]) {
    tags.merge(new)
    bound?.session.tags = tags
  }
}
