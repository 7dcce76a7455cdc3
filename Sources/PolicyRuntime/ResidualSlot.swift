import CTextScan
import PatternMatching
import PolicyBytecode

/// A residual as judging finds it, by protocol and phase: a line of the cache, for the first look at a session that was not
/// in use for a while waits for each. Valid while the residual lives.
///
/// Of most operations a *prefilter* tells at once that no rule speaks of them: where all rules wait for literals in values of one
/// fact, few enough to be sought together.
@usableFromInline
struct ResidualSlot: BitwiseCopyable {
  /// What is sought, and in which values; without a search where there is no prefilter. At the beginning, see ``few(_:)``.
  @usableFromInline private(set) var few = text_scan_few()
  /// Nil before it is bound.
  private(set) var view: UnsafePointer<ResidualView>?
  /// By ``LiteralPattern/number(at:in:of:)``, the rules that wait for the literals; nil where these are many.
  private(set) var literals: UnsafePointer<LiteralRule>?

  var hasPrefilter: Bool { few.search != nil }

  init() {}

  /// `isFiltered`: an operation of which no rule speaks gets its default verdict.
  init(_ view: UnsafePointer<ResidualView>, isFiltered: Bool) {
    self.view = view
    let index = view.pointee.index
    guard isFiltered, view.pointee.alwaysCount == 0, index.slotCount == 1, let few = index.slots.pointee.few,
      !Interpreter.momentFactSet.contains(rawValue: index.slots.pointee.fact)
    else { return }
    self.few = few.pointee
    self.few.tag = FactEntry.textTag(index.slots.pointee.fact, index.slots.pointee.key)
  }

  /// The same with the rules of its literals at hand.
  init(_ slot: ResidualSlot, _ literals: UnsafePointer<LiteralRule>) {
    self = slot
    self.literals = literals
  }

  /// The same where nothing may pass.
  var unfiltered: ResidualSlot {
    var slot = self
    slot.few = text_scan_few()
    return slot
  }

  /// What a slot's prefilter seeks.
  @inlinable @inline(__always)
  static func few(_ slot: UnsafePointer<ResidualSlot>) -> UnsafePointer<text_scan_few> {
    UnsafeRawPointer(slot).assumingMemoryBound(to: text_scan_few.self)
  }

  /// Memory for `count` slots, each in a line of its own, which `deallocate()` frees.
  static func allocate(_ count: Int) -> UnsafeMutablePointer<ResidualSlot> {
    precondition(MemoryLayout<ResidualSlot>.offset(of: \.few) == 0, "what is sought comes first")
    precondition(
      MemoryLayout<FactEntry>.stride == MemoryLayout<text_scan_value>.stride
        && MemoryLayout<FactEntry>.offset(of: \.start) == MemoryLayout<text_scan_value>.offset(of: \.start)
        && MemoryLayout<FactEntry>.offset(of: \.length) == MemoryLayout<text_scan_value>.offset(of: \.length),
      "an entry is what a search in values takes for one")
    precondition(RawBuffer<UInt8>.readableBeyond >= text_scan_reads_beyond, "a search in values may read so far")
    precondition(MemoryLayout<ResidualSlot>.stride == TableMemory.lineSize, "a slot is a line of the cache")
    let slots = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * TableMemory.lineSize, alignment: TableMemory.lineSize
    ).bindMemory(to: ResidualSlot.self, capacity: max(count, 1))
    slots.initialize(repeating: ResidualSlot(), count: count)
    return slots
  }
}

/// A rule that waits for a literal: a line of the cache.
struct LiteralRule: BitwiseCopyable {
  /// At the beginning, see ``pattern(_:)``.
  private let pattern: LiteralPattern
  let rule: UInt32
  /// Where it applies; of no place in ``Interpreter/fired``.
  let verdict: OperationVerdict
  /// Whether that is all it waits for, and no other waits for the same.
  let isDirect: Bool

  init(_ pattern: LiteralPattern, _ direct: UnsafePointer<Candidate>, _ defaults: Interpreter.Defaults) {
    self.pattern = pattern
    let candidate = pattern.position.map { direct[$0] } ?? .none
    isDirect = candidate.isDirect
    rule = candidate.rule
    verdict = defaults.verdict(where: candidate)
  }

  @inline(__always)
  static func pattern(_ rule: UnsafePointer<LiteralRule>) -> UnsafePointer<LiteralPattern> {
    UnsafeRawPointer(rule).assumingMemoryBound(to: LiteralPattern.self)
  }
}
