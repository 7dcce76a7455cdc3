import PolicyBytecode

/// Who asks, from where and of what target, of a request that comes without a session: what ``SessionFacts`` are to one
/// that is bound. Reused from request to request.
public struct Asker: ~Copyable {
  /// What is known but the groups that have numbers.
  private(set) var facts = FactBuffer(arenaCapacity: 256, entryCapacity: 8)
  /// The numbers of the groups, as bits.
  private(set) var members = RawBuffer<UInt64>(capacity: 1)
  /// The same folded into one word: ``anyone`` and ``bit(of:)`` of each; every bit where a group has no number.
  private(set) var groups = Self.anyone

  /// Part of every gate, so that a group without a number, which could be any, is never ruled out.
  static let unnumbered: UInt64 = 1 << 63

  /// In no gate but that of a rule which asks for no group.
  static let anyone: UInt64 = 1 << 62

  @inline(__always)
  static func bit(of number: Int) -> UInt64 { 1 << (UInt64(number) % 62) }

  private static let known = FactSet(Fact.allCases.filter { $0.schema.phase == .bind && $0 != .protocol })

  init() {}

  /// Forgets all; room for `wordCount` words of groups.
  @inline(__always)
  mutating func begin(_ wordCount: Int) {
    facts.removeAll()
    members.removeAll()
    for _ in 0..<wordCount { members.append(0) }
    groups = Self.anyone
  }

  /// Adds the group of a number that ``WholePolicy/number(ofGroup:)`` gave.
  public mutating func add(group number: Int) {
    members[number >> 6] |= 1 << UInt64(number & 63)
    groups |= Self.bit(of: number)
  }

  /// Adds a value of a fact that is known of a principal or a connection (``FactPhase/bind``): the user, a label, a group
  /// that has no number. A keyed fact's `key` is one more than the key's position in ``LoadedPolicy/keys``.
  public mutating func add(_ fact: Fact, key: UInt16 = 0, _ bytes: UnsafeBufferPointer<UInt8>) {
    precondition(Self.known.contains(fact), "not a fact of who asks")
    if fact == .group { groups = .max }
    facts.addUnhashed(fact, key: key, bytes)
  }

  /// Adds a value of a fact that is known of a principal or a connection.
  public mutating func add(_ fact: Fact, key: UInt16 = 0, _ text: String) {
    var text = text
    text.withUTF8 { add(fact, key: key, $0) }
  }
}
