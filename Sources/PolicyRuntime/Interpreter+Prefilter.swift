import CTextScan
import PatternMatching
import PolicyBytecode

/// Operations of which a *prefilter* tells at once whether rules may speak of them, see ``ResidualSlot``.
extension Interpreter {
  /// Judges a request that is one operation of `batch`: ``begin(_:at:)`` and ``judge(_:of:in:_:)`` in one call, for a request of
  /// which nothing more is asked. Where it need not it does not even begin one: its response cannot be judged, and
  /// ``hasAskedTime`` is not said.
  ///
  /// Inlined up to where something is found, which in most requests nothing is: what a call saves and brings back would take as long.
  @inlinable @inline(__always)
  public mutating func judgeAlone(
    _ number: Int, of batch: borrowing OperationBatch, in session: Session, at moment: Moment
  ) -> OperationVerdict {
    let wire = batch.operations[number].protocol
    let slot = session.slot(wire, .request)
    guard let hits = Self.hits(batch.operations[number], batch, slot, admitted: .max, scratch.places) else {
      return judgeAlone(number, in: session, at: moment, batch)
    }
    if hits.count == 0 { return defaults[Int(wire.rawValue)].verdict }
    return judgeAlone(number, in: session, at: moment, batch, from: hits, slot)
  }

  @usableFromInline @inline(never)
  mutating func judgeAlone(
    _ number: Int, in session: Session, at moment: Moment, _ batch: borrowing OperationBatch
  ) -> OperationVerdict {
    begin(session, at: moment)
    return judge(number, quickly: batch, session, .request)
  }

  @usableFromInline @inline(never)
  mutating func judgeAlone(
    _ number: Int, in session: Session, at moment: Moment, _ batch: borrowing OperationBatch,
    from hits: text_scan_hits, _ slot: UnsafePointer<ResidualSlot>
  ) -> OperationVerdict {
    fired.removeAll()
    if let verdict = verdictOfLiteral(batch.operations[number], batch, hits, slot) { return verdict }
    return judgeAloneInFull(number, in: session, at: moment, batch, from: hits, slot)
  }

  @inline(never)
  private mutating func judgeAloneInFull(
    _ number: Int, in session: Session, at moment: Moment, _ batch: borrowing OperationBatch,
    from hits: text_scan_hits, _ slot: UnsafePointer<ResidualSlot>
  ) -> OperationVerdict {
    begin(session, at: moment)
    return judge(number, batch, slot, from: hits, isBound: true, admitted: .max)
  }

  /// Judges an operation where a prefilter tells of most that no rule speaks of them; nil: it cannot be told so.
  @inline(__always)
  mutating func judgeQuickly(
    _ number: Int, _ batch: borrowing OperationBatch, _ slot: UnsafePointer<ResidualSlot>, isBound: Bool,
    admitted: UInt64
  ) -> OperationVerdict? {
    guard let hits = Self.hits(batch.operations[number], batch, slot, admitted: admitted, scratch.places) else {
      return nil
    }
    if hits.count == 0 {
      return silentVerdict(batch.operations[number].protocol, UInt32(truncatingIfNeeded: fired.count))
    }
    if let verdict = verdictOfLiteral(batch.operations[number], batch, hits, slot) { return verdict }
    return judge(number, batch, slot, from: hits, isBound: isBound, admitted: admitted)
  }

  /// See `text_scan_few`.
  @usableFromInline
  typealias Search =
    @convention(c) (
      UnsafePointer<text_scan_few>?, UInt64, UnsafePointer<text_scan_value>?, UnsafePointer<text_scan_value>?,
      UnsafePointer<UInt8>?, UnsafeMutablePointer<UInt64>?
    ) -> text_scan_hits

  /// What the prefilter finds in an operation; nil where there is none that can tell. Static: `self` would be copied to the stack.
  @inlinable @inline(__always)
  static func hits(
    _ operation: Operation, _ batch: borrowing OperationBatch, _ slot: UnsafePointer<ResidualSlot>, admitted: UInt64,
    _ places: UnsafeMutablePointer<UInt64>
  ) -> text_scan_hits? {
    guard let search = slot.pointee.few.search, operation.unparsed == .none, batch.commonEnd == 0 else { return nil }
    return hits(search, from: Int(operation.firstEntry), operation, batch, slot, admitted, places)
  }

  /// The same from an entry on.
  @inlinable @inline(__always)
  static func hits(
    _ search: Search, from first: Int, _ operation: Operation, _ batch: borrowing OperationBatch,
    _ slot: UnsafePointer<ResidualSlot>, _ admitted: UInt64, _ places: UnsafeMutablePointer<UInt64>
  ) -> text_scan_hits? {
    let end = Int(operation.endEntry)
    precondition(end <= batch.facts.entries.count, "not an operation of this batch")
    let values = values(batch.facts)
    let hits = search(ResidualSlot.few(slot), admitted, values + first, values + end, batch.facts.textBase, places)
    return hits.count < 0 ? nil : hits
  }

  /// The entries, as a search in values takes them.
  @inlinable @inline(__always)
  static func values(_ facts: borrowing FactBuffer) -> UnsafePointer<text_scan_value> {
    UnsafeRawPointer(facts.entries.base).assumingMemoryBound(to: text_scan_value.self)
  }

  /// The value in which something was found.
  @inline(__always)
  private static func text(_ hits: text_scan_hits, _ facts: borrowing FactBuffer) -> UnsafeBufferPointer<UInt8> {
    facts.bytes(facts.entries[hits.value - values(facts)])
  }

  /// The verdict where one literal stands at one place of the operation, and whether its rule applies is all there is to ask; nil
  /// where it is not, which is to be judged in full.
  @inline(__always)
  private mutating func verdictOfLiteral(
    _ operation: Operation, _ batch: borrowing OperationBatch, _ hits: text_scan_hits,
    _ slot: UnsafePointer<ResidualSlot>
  ) -> OperationVerdict? {
    guard hits.count == 1 else { return nil }
    guard let literals = slot.pointee.literals, slot.pointee.few.has_literals != 0 else {
      return verdictOfMatch(operation, batch, hits, slot)
    }
    let found = scratch.places[0]
    let bits = found & 0xFF
    guard bits & (bits &- 1) == 0 else { return nil }
    let literal = literals + bits.trailingZeroBitCount
    return verdict(of: literal, operation, batch, hits, slot)
  }

  /// The same where the search does not tell which literal it is: its entry knows, or where they are many the index.
  @inline(never)
  private mutating func verdictOfMatch(
    _ operation: Operation, _ batch: borrowing OperationBatch, _ hits: text_scan_hits,
    _ slot: UnsafePointer<ResidualSlot>
  ) -> OperationVerdict? {
    guard let view = slot.pointee.view, view.pointee.gates == nil else { return nil }
    let text = Self.text(hits, batch.facts)
    if let literals = slot.pointee.literals {
      guard let number = LiteralPattern.number(at: scratch.places[0], in: text, of: ResidualSlot.few(slot)) else {
        return nil
      }
      if number >= 0 { LiteralPattern.ask(for: LiteralRule.pattern(literals + number)) }
      return verdict(of: number < 0 ? nil : literals + number, operation, batch, hits, slot)
    }
    let index = view.pointee.index.slots
    let direct = view.pointee.direct + Int(index.pointee.firstOrdinal)
    let position = index.pointee.index.match(
      text, at: scratch.places[0], admitted: .max, asking: UnsafeRawPointer(direct), scratch: &scratch)
    guard let position, position < 0 || direct[position].isDirect, isLast(hits, operation, batch, slot) else {
      return nil
    }
    let firstFired = UInt32(truncatingIfNeeded: fired.count)
    if position < 0 { return silentVerdict(operation.protocol, firstFired) }
    let verdict = defaults[Int(operation.protocol.rawValue)].verdict(where: direct[position])
    return self.verdict(verdict, of: direct[position].rule, firstFired)
  }

  /// The same where a literal was found, or none.
  @inline(__always)
  private mutating func verdict(
    of literal: UnsafePointer<LiteralRule>?, _ operation: Operation, _ batch: borrowing OperationBatch,
    _ hits: text_scan_hits, _ slot: UnsafePointer<ResidualSlot>
  ) -> OperationVerdict? {
    var applies = false
    if let literal {
      guard literal.pointee.isDirect else { return nil }
      applies = LiteralPattern.matches(
        LiteralRule.pattern(literal), Self.text(hits, batch.facts), at: Int(truncatingIfNeeded: scratch.places[0] >> 8))
    }
    // One literal's rule has no need of other values once it applies.
    guard applies && slot.pointee.few.window_count == 1 || isLast(hits, operation, batch, slot) else { return nil }
    let firstFired = UInt32(truncatingIfNeeded: fired.count)
    guard applies, let literal else { return silentVerdict(operation.protocol, firstFired) }
    return verdict(literal.pointee.verdict, of: literal.pointee.rule, firstFired)
  }

  /// Notes the one rule that applies.
  @inline(__always)
  private mutating func verdict(_ verdict: OperationVerdict, of rule: UInt32, _ firstFired: UInt32) -> OperationVerdict
  {
    var verdict = verdict
    (verdict.firstFired, verdict.endFired) = (firstFired, firstFired &+ 1)
    fired.append(rule)
    return verdict
  }

  /// Whether no other literal stands in the values behind that of `hits`, which is of one place.
  @inline(__always)
  private mutating func isLast(
    _ hits: text_scan_hits, _ operation: Operation, _ batch: borrowing OperationBatch,
    _ slot: UnsafePointer<ResidualSlot>
  ) -> Bool {
    guard let search = slot.pointee.few.search else { return false }
    let found = scratch.places[0]
    let next = hits.value - Self.values(batch.facts) + 1
    if Self.hits(search, from: next, operation, batch, slot, .max, scratch.places)?.count == 0 { return true }
    scratch.places[0] = found
    return false
  }

  /// Judges an operation from the first value on in which the prefilter has found something.
  @inline(never)
  private mutating func judge(
    _ number: Int, _ batch: borrowing OperationBatch, _ residual: UnsafePointer<ResidualSlot>,
    from first: text_scan_hits, isBound: Bool, admitted: UInt64
  ) -> OperationVerdict {
    let operation = batch.operations[number]
    guard let view = residual.pointee.view, let search = residual.pointee.few.search else {
      preconditionFailure("there is no prefilter")
    }
    self.admitted = admitted
    nextEpoch()
    candidates.removeAll()
    var hits = first
    while hits.count > 0 {
      confirm(hits.count, Self.text(hits, batch.facts), view.pointee.index.slots, view)
      let next = hits.value - Self.values(batch.facts) + 1
      guard let others = Self.hits(search, from: next, operation, batch, residual, admitted, scratch.places) else {
        return judge(number, of: batch, residual, .request, admitted: admitted, isUndecided: false)
      }
      hits = others
    }
    let firstFired = UInt32(truncatingIfNeeded: fired.count)
    if candidates.count == 0 { return silentVerdict(operation.protocol, firstFired) }
    if isBound, candidates.count == 1, candidates[0].isDirect {
      let verdict = defaults[Int(operation.protocol.rawValue)].verdict(where: candidates[0])
      return self.verdict(verdict, of: candidates[0].rule, firstFired)
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
}
