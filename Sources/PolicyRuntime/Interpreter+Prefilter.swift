import CTextScan
import PatternMatching
import PolicyBytecode

/// Operations of which a *prefilter* tells at once whether rules may speak of them, see ``ResidualSlot``.
extension Interpreter {
  /// Judges a request that is one operation of `batch`: ``begin(_:at:)`` and ``judge(_:of:in:_:)`` in one call, for a request of
  /// which nothing more is asked. Where no rule speaks of it, it is not even begun: its response cannot be judged, and
  /// ``hasAskedTime`` is not said.
  public mutating func judgeAlone(
    _ number: Int, of batch: borrowing OperationBatch, in session: Session, at moment: Moment
  ) -> OperationVerdict {
    let slot = session.slot(batch.operations[number].protocol, .request)
    guard let place = firstPlace(number, batch, slot, admitted: .max) else {
      begin(session, at: moment)
      return judge(number, quickly: batch, session, .request)
    }
    if place.found == 0 { return silentVerdict(batch.operations[number].protocol, 0) }
    begin(session, at: moment)
    return judge(number, batch, slot, from: place, isBound: true, admitted: .max)
  }

  /// Judges an operation where a prefilter tells of most that no rule speaks of them; nil: it cannot be told so.
  @inline(__always)
  mutating func judgeQuickly(
    _ number: Int, _ batch: borrowing OperationBatch, _ residual: UnsafePointer<ResidualSlot>, isBound: Bool,
    admitted: UInt64
  ) -> OperationVerdict? {
    guard let place = firstPlace(number, batch, residual, admitted: admitted) else { return nil }
    if place.found == 0 {
      return silentVerdict(batch.operations[number].protocol, UInt32(truncatingIfNeeded: fired.count))
    }
    return judge(number, batch, residual, from: place, isBound: isBound, admitted: admitted)
  }

  /// Where a prefilter has found something: the position of an entry, and how many places of its value.
  private struct Place: BitwiseCopyable {
    var position: Int
    var found: Int
  }

  /// The first value of an operation in which the prefilter finds something; with nothing found where there is none. Nil where it
  /// cannot be told so.
  @inline(__always)
  private mutating func firstPlace(
    _ number: Int, _ batch: borrowing OperationBatch, _ residual: UnsafePointer<ResidualSlot>, admitted: UInt64
  ) -> Place? {
    let operation = batch.operations[number]
    guard let few = ResidualSlot.few(residual), operation.unparsed == .none, batch.commonEnd == 0 else { return nil }
    // What a hit is confirmed with, should there be one: of a session that was not in use it is in no cache.
    text_scan_bring(residual.pointee.values)
    text_scan_bring(residual.pointee.view)
    return place(from: Int(operation.firstEntry), operation, batch, residual, few, admitted)
  }

  @inline(__always)
  private mutating func place(
    from first: Int, _ operation: Operation, _ batch: borrowing OperationBatch,
    _ residual: UnsafePointer<ResidualSlot>, _ few: UnsafePointer<text_scan_few>, _ admitted: UInt64
  ) -> Place? {
    let tag = residual.pointee.tag
    let end = Int(operation.endEntry)
    var position = first
    while true {
      while position < end, batch.facts.entries[position].tag != tag { position += 1 }
      if position >= end { return Place(position: end, found: 0) }
      let text = batch.facts.bytes(batch.facts.entries[position])
      guard text.count <= PatternIndex.longestGlance else { return nil }
      let found = text_scan_find_few_at_once(few, admitted, text.baseAddress, text.count, scratch.places)
      if found > 0 { return Place(position: position, found: found) }
      position += 1
    }
  }

  /// Judges an operation from the first value on in which the prefilter has found something.
  @inline(never)
  private mutating func judge(
    _ number: Int, _ batch: borrowing OperationBatch, _ residual: UnsafePointer<ResidualSlot>, from first: Place,
    isBound: Bool, admitted: UInt64
  ) -> OperationVerdict {
    let operation = batch.operations[number]
    guard let few = ResidualSlot.few(residual), let slot = residual.pointee.values, let view = residual.pointee.view
    else { preconditionFailure("there is no prefilter") }
    self.admitted = admitted
    nextEpoch()
    candidates.removeAll()
    var place = first
    while place.found > 0 {
      confirm(place.found, batch.facts.bytes(batch.facts.entries[place.position]), slot, view)
      guard let next = self.place(from: place.position + 1, operation, batch, residual, few, admitted) else {
        return judge(number, of: batch, residual, .request, admitted: admitted, isUndecided: false)
      }
      place = next
    }
    let firstFired = UInt32(truncatingIfNeeded: fired.count)
    if candidates.count == 0 { return silentVerdict(operation.protocol, firstFired) }
    if isBound, candidates.count == 1, candidates[0].isDirect {
      return directVerdict(defaults + Int(operation.protocol.rawValue), firstFired)
    }
    return verdict(of: operation, batch, residual, .request, isUndecided: false, firstFired: firstFired)
  }

  /// The verdict of a request's operation that was read and of which no rule speaks.
  @inline(__always)
  mutating func silentVerdict(_ wire: OperationProtocol, _ firstFired: UInt32) -> OperationVerdict {
    var verdict = defaults[Int(wire.rawValue)].verdict
    (verdict.firstFired, verdict.endFired) = (firstFired, firstFired)
    return verdict
  }

  /// The verdict of an operation that was read and of which one rule speaks, the direct candidate, that binding lets apply.
  @inline(never)
  private mutating func directVerdict(_ defaults: UnsafePointer<Defaults>, _ firstFired: UInt32) -> OperationVerdict {
    let rule = candidates[0]
    fired.append(rule.rule)
    return OperationVerdict(
      decision: rule.decision == 0 ? defaults.pointee.decision : rule.decision - 1,
      record: rule.record > defaults.pointee.record + 1 ? rule.record - 1 : defaults.pointee.record,
      isByRule: rule.decision != 0, firstFired: firstFired, endFired: firstFired + 1)
  }
}
