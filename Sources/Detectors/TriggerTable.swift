/// What wakes a recogniser: single bytes, and the folded last four bytes of words, so that the scan over a text that holds
/// nothing of interest touches each byte once.
struct TriggerTable {
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
  /// A gram and its trigger plus one; zero for none.
  struct Slot {
    var gram: UInt32 = 0
    var trigger: UInt32 = 0
  }
  /// The grams themselves, in open addressing.
  private(set) var slots = [Slot](repeating: Slot(), count: Int(slotMask) + 1)
  static let slotMask: UInt32 = 0x1FFF

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
    var slot = Int(hash & TriggerTable.slotMask)
    while slots[slot].trigger != 0, slots[slot].gram != gram { slot = (slot + 1) & Int(TriggerTable.slotMask) }
    if slots[slot].trigger == 0 { slots[slot] = Slot(gram: gram, trigger: UInt32(trigger + 1)) }
  }

  /// The trigger of a folded gram.
  func trigger(of gram: UInt32) -> Int? {
    var slot = Int(TriggerTable.hash(gram) & TriggerTable.slotMask)
    while slots[slot].trigger != 0 {
      if slots[slot].gram == gram { return Int(slots[slot].trigger) - 1 }
      slot = (slot + 1) & Int(TriggerTable.slotMask)
    }
    return nil
  }

  static func gram(_ bytes: some Sequence<UInt8>) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }
}
