import PolicyBytecode
import Testing

/// A record's memory is its encoding, so it must not have padding.
@Suite struct RecordLayoutTests {
  @Test func recordsAreNothingButTheirFields() {
    let place = PlaceRecord(file: 0, line: 1, column: 1)
    expectNoPadding(TextRef(), 8)
    expectNoPadding(RecordRange(), 8)
    expectNoPadding(place, 12)
    expectNoPadding(MetaRecord(), 28)
    expectNoPadding(KeyRecord(fact: .label, key: TextRef()), 12)
    expectNoPadding(AtomRecord(kind: .isTrue, fact: .unparsed, key: 0, place: place), 48)
    expectNoPadding(MatcherRecord(fact: .user, key: 0, pattern: 0, atoms: RecordRange()), 16)
    expectNoPadding(NetworkRecord(high: 0, low: 0, prefixLength: 0), 24)
    expectNoPadding(WindowRecord(start: 0, end: 0, days: 0, zone: RecordRange()), 24)
    expectNoPadding(TransitionRecord(from: 0, offset: 0), 16)
    expectNoPadding(RuleRecord(place: place), 80)
    expectNoPadding(GraphWord(bits: 0), 8)
    expectNoPadding(ActionRecord(kind: .block), 44)
    expectNoPadding(DetectorRecord(name: TextRef(), regex: TextRef(), check: TextRef(), ignoringCase: false), 32)
    expectNoPadding(DecodeRecord(carrier: .mcp, inner: .shell, selectors: RecordRange()), 12)
    expectNoPadding(SourceRecord(path: TextRef()), 8)
    expectNoPadding(ReleaseRecord(), 56)
    expectNoPadding(DigestRecord([]), 32)
  }

  private func expectNoPadding<Record: BitwiseCopyable>(_ record: Record, _ bytes: Int) {
    #expect(fieldBytes(record) == bytes, "\(Record.self)")
    #expect(MemoryLayout<Record>.size == bytes, "\(Record.self)")
    #expect(MemoryLayout<Record>.stride == bytes, "\(Record.self)")
  }

  /// The sum of the sizes of all integers in `value`.
  private func fieldBytes(_ value: Any) -> Int {
    if let integer = value as? any FixedWidthInteger { return integer.bitWidth / 8 }
    return Mirror(reflecting: value).children.reduce(0) { $0 + fieldBytes($1.value) }
  }
}
