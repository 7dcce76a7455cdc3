/// A set of words of at most 15 bytes that answers without an array or a copy. It lives as long as the program.
struct WordSet {
  static let mostBytes = 15

  /// The bytes of a word, the first lowest, and its length in the highest byte; zero for none. In open addressing.
  private struct Slot: Equatable {
    var low: UInt64 = 0
    var high: UInt64 = 0

    init() {}

    init(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
      for index in 0..<min(count, 8) { low |= UInt64(bytes[index]) << UInt64(8 * index) }
      if count > 8 { for index in 8..<count { high |= UInt64(bytes[index]) << UInt64(8 * (index - 8)) } }
      high |= UInt64(count) << 56
    }

    var hash: Int { Int(truncatingIfNeeded: (low ^ high &* 0xD6E8_FEB8_6659_FD93) &* 0x9E37_79B9_7F4A_7C15 >> 40) }
  }

  private let slots: UnsafePointer<Slot>
  private let mask: Int
  /// The lengths there are, as bits.
  let counts: UInt16

  init(_ words: [String]) {
    var size = 8
    while size < 4 * words.count { size *= 2 }
    mask = size - 1
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: size)
    slots.initialize(repeating: Slot(), count: size)
    var counts: UInt16 = 0
    for word in words {
      let bytes = Array(word.utf8)
      precondition(!bytes.isEmpty && bytes.count <= WordSet.mostBytes)
      let slot = bytes.withUnsafeBufferPointer { Slot($0.baseAddress!, $0.count) }
      var index = slot.hash & mask
      while slots[index] != Slot(), slots[index] != slot { index = (index + 1) & mask }
      slots[index] = slot
      counts |= 1 << UInt16(bytes.count)
    }
    self.slots = UnsafePointer(slots)
    self.counts = counts
  }

  func contains(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    guard count >= 0, count <= WordSet.mostBytes, counts >> UInt16(count) & 1 != 0 else { return false }
    let slot = Slot(bytes, count)
    var index = slot.hash & mask
    while slots[index] != Slot() {
      if slots[index] == slot { return true }
      index = (index + 1) & mask
    }
    return false
  }

  /// Whether the last bytes are a word of the set.
  func containsSuffix(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    for length in 1...WordSet.mostBytes where length <= count && contains(bytes + (count - length), length) {
      return true
    }
    return false
  }
}
