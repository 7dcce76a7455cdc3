/// What wakes a recogniser: single bytes, and the folded last four bytes of words, so that the scan over a text that holds
/// nothing of interest touches each byte once.
struct TriggerTable: Sendable {
  /// What a single byte may stand in.
  static let digit: UInt8 = 1
  static let at: UInt8 = 2
  static let colon: UInt8 = 4
  static let hyphen: UInt8 = 8
  static let dot: UInt8 = 16
  static let tilde: UInt8 = 32

  /// The bits above for each byte.
  private(set) var bytes = [UInt8](repeating: 0, count: 256)
  /// A bit for each hash of a four-byte gram that is sought; others may share it.
  private(set) var filter = [UInt32](repeating: 0, count: 1 << 11)
  /// The grams themselves, in open addressing: the number of the trigger plus one, or zero.
  private(set) var slots = [UInt16](repeating: 0, count: 1 << 13)
  private(set) var grams = [UInt32](repeating: 0, count: 1 << 13)

  static let fold: UInt32 = 0x2020_2020
  /// The three bytes before a text, folded: spaces.
  static let beforeText: UInt32 = 0x2020_2020

  @inline(__always)
  static func hash(_ gram: UInt32) -> UInt32 { (gram &* 0x9E37_79B1) >> 16 }

  mutating func wake(on byte: UInt8, _ bit: UInt8) { bytes[Int(byte)] |= bit }

  /// Wakes `trigger` on four bytes, whatever their case. One gram has one trigger.
  mutating func wake(onGram gram: UInt32, _ trigger: Int) {
    let gram = gram | TriggerTable.fold
    let hash = TriggerTable.hash(gram)
    filter[Int(hash >> 5)] |= 1 << (hash & 31)
    var slot = Int(hash & 0x1FFF)
    while slots[slot] != 0, grams[slot] != gram { slot = (slot + 1) & 0x1FFF }
    if slots[slot] == 0 {
      slots[slot] = UInt16(trigger + 1)
      grams[slot] = gram
    }
  }

  /// The trigger of a folded gram that the filter let through.
  @inline(__always)
  func trigger(of gram: UInt32) -> Int? {
    var slot = Int(TriggerTable.hash(gram) & 0x1FFF)
    while slots[slot] != 0 {
      if grams[slot] == gram { return Int(slots[slot]) - 1 }
      slot = (slot + 1) & 0x1FFF
    }
    return nil
  }

  static func gram(_ bytes: some Sequence<UInt8>) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }
}
