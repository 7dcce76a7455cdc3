import Foundation
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

  /// The table in docs/bundle.md has every section with its number, name, and bytes a record.
  @Test func documentationHasEverySection() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appendingPathComponent("docs/bundle.md"), encoding: .utf8)
    let sizes: [SectionKind: Int] = [
      .meta: 28, .strings: 1, .keys: 12, .atoms: 48, .matchers: 16, .links: 4, .patterns: 1, .patternLists: 4,
      .integers: 8, .networks: 24, .windows: 24, .transitions: 16, .rules: 80, .code: 8, .triggers: 4, .actions: 44,
      .textLists: 8, .detectors: 32, .decodes: 12, .sources: 8, .release: 56, .digests: 32,
    ]
    for kind in SectionKind.allCases {
      let size = try #require(sizes[kind])
      #expect(text.contains("\n| \(kind.rawValue) | `\(kind)` | \(size) | "), "\(kind)")
    }
    for limit in [
      "1,048,576": BundleFormat.maxRules, "32,768": BundleFormat.maxKeys, "65,534": BundleFormat.maxGraphWords,
    ] {
      #expect(text.contains("| \(limit.key) |") && limit.key.replacing(",", with: "") == String(limit.value))
    }
    #expect(text.contains("| 256 MiB |") && BundleFormat.maxBodyBytes == 256 << 20)
    #expect(text.contains("all but the last \(BundleSignature.byteCount) bytes"))
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
