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

  /// The bits above for each byte, and its kind in the two bits above them.
  private(set) var bytes: [UInt16] = ByteClass.table.enumerated().map { place, classes in
    if classes & ByteClass.letter.rawValue != 0 { return letter << 8 }
    if classes & ByteClass.digit.rawValue != 0 { return number << 8 }
    return place == 0x25 || place == 0x5C ? escape << 8 : 0
  }
  /// Kinds of bytes: letters, digits, and `\` and `%`, with which escapes begin. Others are 0.
  private static let letter: UInt16 = 1
  private static let number: UInt16 = 2
  private static let escape: UInt16 = 3
  /// For the kinds of the last bytes, what may be woken after them: most digits and hyphens in identifiers, hashes and
  /// encoded bytes are of no interest, and passed over without a branch.
  static let contexts: [UInt8] = (0..<(1 << (2 * recentBytes + 2))).map { (kinds: Int) -> UInt8 in
    func kind(_ back: Int) -> UInt16 { UInt16(kinds >> (2 * back) & 3) }
    func isWord(_ back: Int) -> Bool { kind(back) == letter || kind(back) == number }
    var woken = ~(digit | hyphen | dot)
    // The first digit of a run. After a letter: of an account number or after an escape.
    let isAccount =
      kind(2) == letter && (!isWord(3) || kind(4) == escape || kind(5) == escape)
    let isAfterEscape = kind(2) == escape || kind(3) == escape
    if kind(1) != number, kind(1) != letter || isAccount || isAfterEscape { woken |= digit }
    if isWord(1), isWord(2), !isWord(3) { woken |= hyphen }
    // Every fourth byte of the number before it is a letter.
    if (1...4).contains(where: { kind($0) == letter }) { woken |= dot }
    return woken
  }
  /// How many bytes before one tell what it may wake.
  static let recentBytes = 5

  /// The kinds of the last bytes, after one more.
  @inline(__always)
  static func recent(_ kinds: UInt32, _ entry: UInt16) -> UInt32 { (kinds << 2 | UInt32(entry >> 8)) & 0xFFF }

  /// Whether eight bytes are digits.
  @inline(__always)
  static func areDigits(_ bytes: UnsafePointer<UInt8>) -> Bool {
    let bytes = UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self)
    let (threes, sixes): (UInt64, UInt64) = (0x3030_3030_3030_3030, 0x0606_0606_0606_0606)
    // The upper half of each byte is that of a digit, and stays so with six more.
    return (bytes | (bytes &+ sixes)) & (0xF0F0_F0F0_F0F0_F0F0 as UInt64) == threes
  }

  /// Whether the byte before the last is a letter.
  @inline(__always)
  static func isAfterLetter(_ kinds: UInt32) -> Bool { kinds >> 2 & 3 == UInt32(letter) }

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

  mutating func wake(on byte: UInt8, _ bit: UInt8) { bytes[Int(byte)] |= UInt16(bit) }

  /// Wakes `trigger` on four bytes, whatever their case. One gram has one trigger.
  mutating func wake(onGram gram: UInt32, _ trigger: Int) {
    let gram = gram | TriggerTable.fold
    precondition(!TriggerTable.endsInDigits(gram), "the scan passes over digits that no letter precedes")
    let hash = TriggerTable.hash(gram)
    filter[Int(hash >> 5)] |= 1 << (hash & 31)
    var slot = Int(hash & TriggerTable.slotMask)
    while slots[slot].trigger != 0, slots[slot].gram != gram { slot = (slot + 1) & Int(TriggerTable.slotMask) }
    if slots[slot].trigger == 0 { slots[slot] = Slot(gram: gram, trigger: UInt32(trigger + 1)) }
  }

  /// Whether a gram's last two bytes are digits and the one before them is no letter.
  private static func endsInDigits(_ gram: UInt32) -> Bool {
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: gram >> UInt32(8 * $0)) }
    return bytes[0] &- 0x30 < 10 && bytes[1] &- 0x30 < 10 && bytes[2] &- 0x61 >= 26
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
