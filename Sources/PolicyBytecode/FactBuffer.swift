/// One value of a fact: 16 trivial bytes.
///
/// Text, enumeration words and addresses stand in the buffer's arena; integers and booleans inline.
@frozen
public struct FactEntry: BitwiseCopyable, Sendable {
  /// `Fact.rawValue`.
  public var fact: UInt8
  /// Bit 0: the value is inline.
  public var flags: UInt8
  /// 0, or for a keyed fact one more than the position of its key in ``FactDemand/keys``.
  public var key: UInt16
  /// ``factHash(_:_:)`` of a text value.
  public var hash: UInt32
  /// Text: offset in the arena; inline: the low half of the value.
  public var start: UInt32
  /// Text: length in bytes; inline: the high half of the value.
  public var length: UInt32

  @inlinable @inline(__always)
  init(fact: UInt8, flags: UInt8, key: UInt16, hash: UInt32, start: UInt32, length: UInt32) {
    (self.fact, self.flags, self.key) = (fact, flags, key)
    (self.hash, self.start, self.length) = (hash, start, length)
  }

  @inlinable @inline(__always)
  public var isInline: Bool { flags & 1 != 0 }

  /// Fact, flags and key in one word: values are of the same fact and key, and both text, where it is equal.
  @inline(__always)
  public var tag: UInt32 { UInt32(fact) | UInt32(flags) << 8 | UInt32(key) << 16 }

  /// The tag of a text value.
  public static func textTag(_ fact: UInt8, _ key: UInt16) -> UInt32 { UInt32(fact) | UInt32(key) << 16 }

  /// The value of an inline entry.
  @inline(__always)
  public var integer: Int64 { Int64(bitPattern: UInt64(start) | UInt64(length) << 32) }
}

/// The hash by which equal values are found, over bytes. Part of the bundle format.
@inlinable @inline(__always)
public func factHash(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt32 {
  var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: count)
  let raw = UnsafeRawPointer(bytes)
  var offset = 0
  while offset + 8 <= count {
    hash = mixed(hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    offset += 8
  }
  // The bytes that are left, as the low ones of a word, in two loads at most.
  let left = count &- offset
  var tail: UInt64 = 0
  if left > 0 {
    if count >= 8 {
      tail = raw.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self) &>> UInt64(64 &- 8 &* left)
    } else if left >= 4 {
      let high = UInt64(raw.loadUnaligned(fromByteOffset: left &- 4, as: UInt32.self))
      tail = UInt64(raw.loadUnaligned(as: UInt32.self)) | high &<< UInt64(8 &* (left &- 4))
    } else {
      tail = UInt64(bytes[0]) | UInt64(bytes[left &>> 1]) &<< UInt64(8 &* (left &>> 1))
      tail |= UInt64(bytes[left &- 1]) &<< UInt64(8 &* (left &- 1))
    }
  }
  hash = mixed(hash ^ tail)
  return UInt32(truncatingIfNeeded: hash >> 32)
}

@inlinable @inline(__always)
func mixed(_ value: UInt64) -> UInt64 {
  let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
  return product.high ^ product.low
}

/// ``factHash(_:_:)`` of a string's UTF-8.
public func factHash(of text: String) -> UInt32 {
  var text = text
  return text.withUTF8 { bytes in
    guard let base = bytes.baseAddress else { return withUnsafePointer(to: 0) { factHash($0, 0) } }
    return factHash(base, bytes.count)
  }
}

/// Facts and their values, flat: an arena of bytes and a list of entries. Reused between requests.
///
/// What decoders do for each word of a payload is inlinable, as its buffers are.
@frozen
public struct FactBuffer: ~Copyable {
  @usableFromInline var storedArena: RawBuffer<UInt8>
  @usableFromInline var storedEntries: RawBuffer<FactEntry>

  /// The bytes of values.
  @inlinable
  public var arena: RawBuffer<UInt8> { @inline(__always) _read { yield storedArena } }

  @inlinable
  public var entries: RawBuffer<FactEntry> { @inline(__always) _read { yield storedEntries } }

  public init(arenaCapacity: Int = 4096, entryCapacity: Int = 128) {
    storedArena = RawBuffer(capacity: arenaCapacity)
    storedEntries = RawBuffer(capacity: entryCapacity)
  }

  /// A copy of what `other` holds, in no more memory than that takes, and what may be read behind its bytes.
  public init(copying other: borrowing FactBuffer) {
    self.init(arenaCapacity: other.arena.count, entryCapacity: other.entries.count)
    storedArena.append(contentsOf: other.arena.elements)
    storedEntries.append(contentsOf: other.entries.elements)
  }

  public mutating func removeAll() {
    storedArena.removeAll()
    storedEntries.removeAll()
  }

  /// Adds a text value of `fact`. A keyed fact's `key` is one more than the key's position in the demand.
  @inline(__always)
  public mutating func add(_ fact: Fact, key: UInt16 = 0, _ bytes: UnsafeBufferPointer<UInt8>) {
    let start = storedArena.count
    storedArena.append(contentsOf: bytes)
    let hash = factHash(UnsafePointer(storedArena.base + start), bytes.count)
    storedEntries.append(
      FactEntry(
        fact: fact.rawValue, flags: 0, key: key, hash: hash, start: UInt32(start), length: UInt32(bytes.count)))
  }

  /// Adds a text value of `fact` whose hash nobody will ask for.
  @inline(__always)
  public mutating func addUnhashed(_ fact: Fact, key: UInt16 = 0, _ bytes: UnsafeBufferPointer<UInt8>) {
    let start = storedArena.count
    storedArena.append(contentsOf: bytes)
    storedEntries.append(
      FactEntry(fact: fact.rawValue, flags: 0, key: key, hash: 0, start: UInt32(start), length: UInt32(bytes.count)))
  }

  /// Adds a text value of `fact`.
  public mutating func add(_ fact: Fact, key: UInt16 = 0, _ text: String) {
    var text = text
    text.withUTF8 { add(fact, key: key, $0) }
  }

  /// Adds a text value of `fact`.
  public mutating func add(_ fact: Fact, key: UInt16 = 0, _ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { add(fact, key: key, $0) }
  }

  /// Adds a text value of `fact`.
  public mutating func add(_ fact: Fact, key: UInt16 = 0, _ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBufferPointer { add(fact, key: key, $0) }
  }

  /// Adds a text value of `fact`, which `write` appends to what the buffer of bytes holds.
  @inline(__always)
  public mutating func add(_ fact: Fact, writing write: (inout RawBuffer<UInt8>) -> Void) {
    let start = storedArena.count
    write(&storedArena)
    let length = storedArena.count - start
    let hash = factHash(UnsafePointer(storedArena.base + start), length)
    storedEntries.append(
      FactEntry(fact: fact.rawValue, flags: 0, key: 0, hash: hash, start: UInt32(start), length: UInt32(length)))
  }

  /// Adds a text value of `fact`.
  @inline(__always)
  public mutating func add(_ fact: Fact, _ text: StaticString) {
    add(fact, UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  // MARK: - Values that share their bytes

  /// Makes room for `count` more bytes of values.
  @inlinable @inline(__always)
  public mutating func reserve(_ count: Int) { storedArena.reserve(count) }

  /// Appends bytes that are to be values, or parts of them; gives where they start.
  @inline(__always)
  public mutating func store(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    let start = storedArena.count
    storedArena.append(contentsOf: bytes)
    return start
  }

  /// Appends a byte that is to be part of a value.
  @inlinable @inline(__always)
  public mutating func store(_ byte: UInt8) { storedArena.append(byte) }

  /// Appends a copy of bytes that were stored before.
  @inline(__always)
  public mutating func store(copying range: Range<Int>) { storedArena.append(copying: range) }

  /// The hash of bytes that were stored before.
  @inlinable @inline(__always)
  public func hash(of range: Range<Int>) -> UInt32 {
    precondition(range.lowerBound >= 0 && range.upperBound <= storedArena.count, "range out of bounds")
    return factHash(UnsafePointer(storedArena.base + range.lowerBound), range.count)
  }

  /// Adds as a text value of `fact` bytes that were stored before, which other values may share.
  @inlinable @inline(__always)
  public mutating func add(_ fact: Fact, stored range: Range<Int>) {
    add(fact, stored: range, hash: hash(of: range))
  }

  /// The same where their hash is known.
  @inlinable @inline(__always)
  public mutating func add(_ fact: Fact, stored range: Range<Int>, hash: UInt32) {
    // Searches in values take entries at their word.
    precondition(range.upperBound <= storedArena.count, "range out of bounds")
    storedEntries.append(
      FactEntry(
        fact: fact.rawValue, flags: 0, key: 0, hash: hash, start: UInt32(truncatingIfNeeded: range.lowerBound),
        length: UInt32(truncatingIfNeeded: range.count)))
  }

  /// Forgets the entries and the bytes behind these.
  mutating func truncate(entries entryCount: Int, bytes byteCount: Int) {
    storedEntries.truncate(to: entryCount)
    storedArena.truncate(to: byteCount)
  }

  /// Adds an integer.
  @inlinable @inline(__always)
  public mutating func add(_ fact: Fact, key: UInt16 = 0, integer: Int64) {
    let bits = UInt64(bitPattern: integer)
    storedEntries.append(
      FactEntry(
        fact: fact.rawValue, flags: 1, key: key, hash: 0, start: UInt32(truncatingIfNeeded: bits),
        length: UInt32(truncatingIfNeeded: bits >> 32)))
  }

  /// Adds a boolean, as the integer 0 or 1.
  @inlinable @inline(__always)
  public mutating func add(_ fact: Fact, _ value: Bool) { add(fact, integer: value ? 1 : 0) }

  /// The bytes of a text entry; valid until the next mutation.
  @inlinable @inline(__always)
  public func bytes(_ entry: FactEntry) -> UnsafeBufferPointer<UInt8> {
    precondition(
      !entry.isInline && Int(entry.start) + Int(entry.length) <= storedArena.count, "not an entry of this buffer")
    return UnsafeBufferPointer(start: storedArena.base + Int(entry.start), count: Int(entry.length))
  }

  /// What the text entries' offsets count from; valid until the next mutation. ``RawBuffer/readableBeyond`` holds.
  @inlinable @inline(__always)
  public var textBase: UnsafePointer<UInt8> { UnsafePointer(storedArena.base) }

  /// The text of an entry.
  public func text(_ entry: FactEntry) -> String { String(decoding: bytes(entry), as: UTF8.self) }
}
