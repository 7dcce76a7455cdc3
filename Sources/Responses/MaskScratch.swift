import Detectors
import PatternMatching

/// What the maskers of one response work with, made once.
final class MaskScratch {
  var scanner: ValueScanner
  var pattern = PatternScratch()
  let hasher: MaskHasher
  /// Room for `NAME: VALUE`.
  var context: [UInt8] = []

  /// What names make of their values, for those that came last.
  private var namedValues: [(name: [UInt8], kind: NamedValue?)] = []
  private let looksAtNames: Bool
  private let detectors: DetectorSet
  private static let nameCount = 64

  init(_ plan: MaskPlan) {
    looksAtNames = plan.detectors.looksAtNames
    detectors = plan.detectors
    scanner = ValueScanner(plan.detectors)
    hasher = MaskHasher(plan.key)
  }

  /// What `name` by itself makes of its value: a password, a secret; nil: nothing.
  func namedValue(_ name: UnsafeBufferPointer<UInt8>) -> NamedValue? {
    guard looksAtNames, !name.isEmpty else { return nil }
    if namedValues.isEmpty { namedValues = Array(repeating: ([], nil), count: Self.nameCount) }
    var hash: UInt32 = 0
    for byte in name { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    let slot = Int((hash ^ hash >> 15) & UInt32(Self.nameCount - 1))
    if !namedValues[slot].name.elementsEqual(name) {
      namedValues[slot] = (Array(name), detectors.namedValue(name))
    }
    return namedValues[slot].kind
  }
}

/// Names of members in which nothing is masked: those of the records of a response are few, short, and come again and
/// again.
struct KnownNames {
  struct Name {
    /// Negative: none.
    var count = -1
    /// Whether it wakes no detector as what stands before a value.
    var isQuiet = false
    /// The masks of columns so named.
    var rules: [Int] = []
  }

  private var slots: [Name] = []
  private var bytes: [UInt8] = []

  /// Names that are remembered, and bytes of each.
  private static let slotCount = 128
  private static let nameBytes = 32

  private func slot(of name: UnsafeBufferPointer<UInt8>) -> Int {
    var hash: UInt32 = 0
    for byte in name { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return Int((hash ^ hash >> 15) & UInt32(Self.slotCount - 1))
  }

  /// The number of a name, nil if it is not known.
  func find(_ name: UnsafeBufferPointer<UInt8>) -> Int? {
    guard !slots.isEmpty, name.count <= Self.nameBytes else { return nil }
    let slot = slot(of: name)
    guard slots[slot].count == name.count else { return nil }
    let start = slot * Self.nameBytes
    for index in name.indices where bytes[start + index] != name[index] { return nil }
    return slot
  }

  subscript(number: Int) -> Name { _read { yield slots[number] } }

  mutating func add(_ name: UnsafeBufferPointer<UInt8>, isQuiet: Bool, rules: [Int]) {
    guard name.count <= Self.nameBytes else { return }
    if slots.isEmpty {
      slots = Array(repeating: Name(), count: Self.slotCount)
      bytes = Array(repeating: 0, count: Self.slotCount * Self.nameBytes)
    }
    let slot = slot(of: name)
    slots[slot] = Name(count: name.count, isQuiet: isQuiet, rules: rules)
    for index in name.indices { bytes[slot * Self.nameBytes + index] = name[index] }
  }
}
