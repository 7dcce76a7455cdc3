/// A fixed set of names with a value each, found without allocation: open addressing by the FNV-1a hash (Fowler, Noll,
/// Vo) of a name's bytes.
struct ShellNames<Value: Sendable>: Sendable {
  private struct Entry: Sendable {
    var name: ByteRange
    var value: Value
  }

  /// Indices of entries, or -1; at most half of the slots are taken.
  private var slots: [Int16]
  private var text: [UInt8] = []
  private var entries: [Entry] = []

  /// - Parameter pairs: at most 8,191; of two with one name the later counts.
  init(_ pairs: [(name: [UInt8], value: Value)]) {
    var capacity = 16
    while capacity < 2 * pairs.count { capacity *= 2 }
    slots = [Int16](repeating: -1, count: capacity)
    for (name, value) in pairs {
      let slot = slot(name, ByteRange(0, name.count))
      if slots[slot] >= 0 {
        entries[Int(slots[slot])].value = value
        continue
      }
      slots[slot] = Int16(truncatingIfNeeded: entries.count)
      entries.append(Entry(name: ByteRange(text.count, text.count + name.count), value: value))
      text += name
    }
  }

  func value(_ name: ArraySlice<UInt8>) -> Value? { value(Array(name), ByteRange(0, name.count)) }

  /// The value of the name that stands in `source` at `range`.
  func value(_ source: [UInt8], _ range: ByteRange) -> Value? {
    let index = slots[slot(source, range)]
    return index >= 0 ? entries[Int(index)].value : nil
  }

  /// The slot that holds a name, or the one where it would stand.
  @inline(__always)
  private func slot(_ source: [UInt8], _ range: ByteRange) -> Int {
    var hash: UInt32 = 0x811C_9DC5
    for index in range.range { hash = (hash ^ UInt32(source[index])) &* 0x0100_0193 }
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] >= 0, !isEqual(entries[Int(slots[slot])].name, source, range) {
      slot = (slot + 1) & (slots.count - 1)
    }
    return slot
  }

  private func isEqual(_ name: ByteRange, _ source: [UInt8], _ range: ByteRange) -> Bool {
    guard name.count == range.count else { return false }
    let offset = Int(range.start) - Int(name.start)
    for index in name.range where text[index] != source[index + offset] { return false }
    return true
  }
}

extension ShellNames where Value == Bool {
  /// A set of names.
  init(_ names: [String]) { self.init(names.map { (Array($0.utf8), true) }) }

  func contains(_ source: [UInt8], _ range: ByteRange) -> Bool { value(source, range) != nil }
}
