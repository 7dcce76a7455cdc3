import PolicyBytecode

/// Who asks, from where and of what target, of a request that comes without a session: what ``SessionFacts`` are to one
/// that is bound. Reused from request to request.
public struct Asker: ~Copyable {
  /// What is known but the groups that have numbers, and what is ``lent``.
  @usableFromInline var facts = FactBuffer(arenaCapacity: 256, entryCapacity: 8)
  /// Values that were not copied yet: most requests are judged without a look at them.
  @usableFromInline var lent = RawBuffer<LentValue>(capacity: 8)
  /// The numbers of the groups, as bits.
  @usableFromInline var members = RawBuffer<UInt64>(capacity: 1)
  /// The same folded into one word: ``anyone`` and ``bit(of:)`` of each; every bit where a group has no number.
  @usableFromInline var groups = Self.anyone

  /// Part of every gate, so that a group without a number, which could be any, is never ruled out.
  static let unnumbered: UInt64 = 1 << 63

  /// In no gate but that of a rule which asks for no group.
  @inlinable static var anyone: UInt64 { 1 << 62 }

  @inline(__always)
  static func bit(of number: Int) -> UInt64 { 1 << (UInt64(number) % 62) }

  @usableFromInline let known = FactSet(Fact.allCases.filter { $0.schema.phase == .bind && $0 != .protocol })

  init() {}

  /// Forgets who asked before, for a request that is judged by `whole`.
  @inlinable @inline(__always)
  public mutating func begin(_ whole: WholePolicy) {
    let wordCount = whole.wordCount
    if facts.entries.count > 0 { forgetFacts() }
    lent.removeAll()
    groups = Self.anyone
    if wordCount == 1, members.count == 1 { members.base[0] = 0 } else { renewMembers(wordCount) }
  }

  @usableFromInline @inline(never)
  mutating func forgetFacts() { facts.removeAll() }

  @usableFromInline @inline(never)
  mutating func renewMembers(_ wordCount: Int) {
    members.removeAll()
    for _ in 0..<wordCount { members.append(0) }
  }

  /// Adds the groups of 64 numbers that ``WholePolicy/number(ofGroup:)`` gave, from 64 times `index` on: bit n is the number n
  /// more. No others may have a bit.
  @inlinable @inline(__always)
  public mutating func add(groups word: UInt64, at index: Int) {
    members[index] |= word
    // What ``bit(of:)`` says of each: 64 numbers on are two bits on.
    let all: UInt64 = 1 << 62 - 1
    let folded = word & all | word >> 62
    let step = UInt64(index * 2 % 62)
    groups |= (folded << step | folded >> (62 - step)) & all
  }

  /// Adds the group of a number that ``WholePolicy/number(ofGroup:)`` gave.
  public mutating func add(group number: Int) {
    members[number >> 6] |= 1 << UInt64(number & 63)
    groups |= Self.bit(of: number)
  }

  /// Adds a value of a fact that is known of a principal or a connection (``FactPhase/bind``): the user, a label, a group
  /// that has no number. A keyed fact's `key` is one more than the key's position in ``LoadedPolicy/keys``.
  public mutating func add(_ fact: Fact, key: UInt16 = 0, _ bytes: UnsafeBufferPointer<UInt8>) {
    precondition(known.contains(fact), "not a fact of who asks")
    if fact == .group { groups = .max }
    facts.addUnhashed(fact, key: key, bytes)
  }

  /// Adds such a value without a copy: its bytes are to stay where they are until the request is judged.
  @inlinable @inline(__always)
  public mutating func add(_ fact: Fact, key: UInt16 = 0, lending bytes: UnsafeBufferPointer<UInt8>) {
    precondition(known.contains(fact), "not a fact of who asks")
    if fact == .group { groups = .max }
    lent.append(LentValue(fact: fact, key: key, bytes: bytes))
  }

  /// Copies what is lent, before ``facts`` is read.
  @inline(__always)
  mutating func takeLent() {
    if lent.count > 0 { copyLent() }
  }

  @inline(never)
  private mutating func copyLent() {
    for value in lent.elements { facts.addUnhashed(value.fact, key: value.key, value.bytes) }
    lent.removeAll()
  }

  /// Adds a value of a fact that is known of a principal or a connection.
  public mutating func add(_ fact: Fact, key: UInt16 = 0, _ text: String) {
    var text = text
    text.withUTF8 { add(fact, key: key, $0) }
  }
}

/// A value of a fact in somebody else's memory.
@usableFromInline
struct LentValue: BitwiseCopyable {
  @usableFromInline var fact: Fact
  @usableFromInline var key: UInt16
  @usableFromInline var bytes: UnsafeBufferPointer<UInt8>

  @inlinable
  init(fact: Fact, key: UInt16, bytes: UnsafeBufferPointer<UInt8>) {
    (self.fact, self.key, self.bytes) = (fact, key, bytes)
  }
}
