import CTextScan
import PatternMatching
import PolicyBytecode

/// A residual as judging finds it, by protocol and phase: a line of the cache, for the first look at a session that was not
/// in use for a while waits for each. Valid while the residual lives.
///
/// Of most operations a *prefilter* tells at once that no rule speaks of them: where all rules wait for literals in values of one
/// fact, few enough to be sought together.
struct ResidualSlot: BitwiseCopyable {
  /// What is sought; without a search where there is no prefilter. At the beginning, see ``few(_:)``.
  private(set) var few = text_scan_few()
  /// Nil before it is bound.
  private(set) var view: UnsafePointer<ResidualView>?
  /// That of the values in which it is sought, see ``FactEntry/tag``.
  private(set) var tag: UInt32 = 0
  /// The index of these values.
  private(set) var values: UnsafePointer<FactIndex.Slot>?

  init() {}

  /// `isFiltered`: an operation of which no rule speaks gets its default verdict.
  init(_ view: UnsafePointer<ResidualView>, isFiltered: Bool) {
    self.view = view
    let index = view.pointee.index
    guard isFiltered, view.pointee.alwaysCount == 0, index.slotCount == 1, let few = index.slots.pointee.few,
      !Interpreter.momentFactSet.contains(rawValue: index.slots.pointee.fact)
    else { return }
    self.few = few.pointee
    values = UnsafePointer(index.slots)
    tag = FactEntry.textTag(index.slots.pointee.fact, index.slots.pointee.key)
  }

  /// The same where nothing may pass.
  var unfiltered: ResidualSlot {
    var slot = self
    slot.few = text_scan_few()
    return slot
  }

  /// What a slot's prefilter seeks; nil if there is none.
  @inline(__always)
  static func few(_ slot: UnsafePointer<ResidualSlot>) -> UnsafePointer<text_scan_few>? {
    let few = UnsafeRawPointer(slot).assumingMemoryBound(to: text_scan_few.self)
    return few.pointee.find == nil ? nil : few
  }

  /// Memory for `count` slots, each in a line of its own, which `deallocate()` frees.
  static func allocate(_ count: Int) -> UnsafeMutablePointer<ResidualSlot> {
    precondition(MemoryLayout<ResidualSlot>.stride == 64, "a slot is a line of the cache")
    precondition(MemoryLayout<ResidualSlot>.offset(of: \.few) == 0, "what is sought comes first")
    let slots = UnsafeMutableRawPointer.allocate(byteCount: count * 64, alignment: 64)
      .bindMemory(to: ResidualSlot.self, capacity: count)
    slots.initialize(repeating: ResidualSlot(), count: count)
    return slots
  }
}
