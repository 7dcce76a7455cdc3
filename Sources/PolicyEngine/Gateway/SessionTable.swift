import PolicyBytecode
import Synchronization

/// The tags of sessions that are known by name. It holds only those that have one.
///
/// A tag that was forgotten would let through what it is to stop. So where the table is full a further session is refused
/// its verdict; only sessions that were idle for long are forgotten.
public final class SessionTable: Sendable {
  /// Sessions with tags that are kept.
  public static let sessionLimit = 1 << 16
  /// Bytes of a session's name.
  public static let nameBytes = 1024

  struct Tags {
    var certain: [String] = []
    /// Those that the session may have besides, since a request of its is not evaluable.
    var possible: [String] = []
    fileprivate var lastUse: Int64 = 0
  }

  /// Seconds after which a session that asked nothing is forgotten.
  private let idleSeconds: Int64
  private let limit: Int
  private let tags = Mutex<[ExactText: Tags]>([:])

  public init(limit: Int = sessionLimit, idleSeconds: Int64 = 86_400) {
    self.limit = limit
    self.idleSeconds = idleSeconds
  }

  public var count: Int { tags.withLock { $0.count } }

  /// Forgets a session that has ended, if it is known.
  public func end(_ name: String) { tags.withLock { $0[ExactText(name)] = nil } }

  /// The tags of a session that asks at `now`.
  func tags(of name: String, at now: Int64) -> Tags {
    let name = ExactText(name)
    return tags.withLock {
      $0[name]?.lastUse = now
      return $0[name] ?? Tags()
    }
  }

  /// Adds the tags that an outcome sets; false if there is no room for another session.
  func add(_ outcome: Outcome, to name: String, at now: Int64) -> Bool {
    let name = ExactText(name)
    return tags.withLock { tags in
      guard tags[name] != nil || !outcome.tags.isEmpty || !outcome.possibleTags.isEmpty else { return true }
      if tags[name] == nil, tags.count >= limit {
        tags = tags.filter { now - $0.value.lastUse <= idleSeconds }
        if tags.count >= limit { return false }
      }
      var known = tags[name] ?? Tags()
      known.lastUse = now
      known.certain.merge(outcome.tags)
      known.possible.removeAll { known.certain.has($0) }
      known.possible.merge(outcome.possibleTags.filter { !known.certain.has($0) })
      tags[name] = known
      return true
    }
  }
}
