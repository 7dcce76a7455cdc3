import Detectors
import PatternMatching

/// What the maskers of one response work with, made once: a scanner, room for texts, and what is known of names that
/// come again and again.
final class MaskScratch {
  var scanner: ValueScanner
  var pattern = PatternScratch()
  let hasher: MaskHasher
  /// Room for `NAME: VALUE`.
  var context: [UInt8] = []
  /// Room for a string without its escapes.
  var content: [UInt8] = []
  private var slots: [KnownName] = []
  private var names: [UInt8] = []

  /// A name in which nothing is masked.
  struct KnownName {
    /// Negative: none.
    var count = -1
    /// Whether it wakes no detector as what stands before a value.
    var isQuiet = false
    /// The masks of columns so named.
    var rules: [Int] = []
  }

  /// Names that are remembered, and their bytes: members of the records of a response are few and short.
  private static let slotCount = 128
  static let nameBytes = 32

  init(_ plan: MaskPlan) {
    scanner = ValueScanner(plan.detectors)
    hasher = MaskHasher(plan.key)
  }

  private func slot(of name: UnsafeBufferPointer<UInt8>) -> Int {
    var hash: UInt32 = 0
    for byte in name { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return Int((hash ^ hash >> 15) & UInt32(Self.slotCount - 1))
  }

  func known(_ name: UnsafeBufferPointer<UInt8>) -> KnownName? {
    guard !slots.isEmpty, name.count <= Self.nameBytes else { return nil }
    let slot = slot(of: name)
    guard slots[slot].count == name.count else { return nil }
    let start = slot * Self.nameBytes
    for index in name.indices where names[start + index] != name[index] { return nil }
    return slots[slot]
  }

  func remember(_ name: UnsafeBufferPointer<UInt8>, isQuiet: Bool, rules: [Int]) {
    guard name.count <= Self.nameBytes else { return }
    if slots.isEmpty {
      slots = Array(repeating: KnownName(), count: Self.slotCount)
      names = Array(repeating: 0, count: Self.slotCount * Self.nameBytes)
    }
    let slot = slot(of: name)
    slots[slot] = KnownName(count: name.count, isQuiet: isQuiet, rules: rules)
    for index in name.indices { names[slot * Self.nameBytes + index] = name[index] }
  }
}
