import CTextScan
import PatternMatching
import PolicyBytecode

/// What tells of most operations at once that no rule speaks of them: where all rules of a residual wait for literals in values
/// of one fact, few enough to be sought together. Valid while the residual lives.
struct Prefilter: BitwiseCopyable {
  /// Nil where it is not so.
  var few: UnsafePointer<text_scan_few>?
  /// That of the fact's values, see ``FactEntry/tag``.
  var tag: UInt32

  static var none: Prefilter { Prefilter(few: nil, tag: 0) }

  private init(few: UnsafePointer<text_scan_few>?, tag: UInt32) {
    self.few = few
    self.tag = tag
  }

  init(_ index: FactIndexView, hasUnconditional: Bool) {
    let slot = index.slots
    guard !hasUnconditional, index.slotCount == 1, let few = slot.pointee.few,
      !Interpreter.momentFactSet.contains(rawValue: slot.pointee.fact)
    else {
      self = .none
      return
    }
    self.init(few: few, tag: FactEntry.textTag(slot.pointee.fact, slot.pointee.key))
  }
}

/// A residual as judging finds it, by protocol and phase.
struct ResidualSlot: BitwiseCopyable {
  /// Nil before it is bound.
  var view: UnsafePointer<ResidualView>?
  /// At hand without a look at the residual.
  var prefilter = Prefilter.none
}
