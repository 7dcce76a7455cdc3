/// Why bytes are not a usable bundle.
public struct BundleError: Error, Hashable, Sendable {
  /// Lower case, no full stop.
  public var message: String
  public init(_ message: String) { self.message = message }
}

/// A verified bundle in memory.
///
/// Invariant: `base` points to `count` bytes, 8-byte aligned, that do not change and live as long as this object;
/// every section lies inside them, and ``verify()`` proved of the records what their declarations say. So readers use
/// the sections' pointers without further checks. `@unchecked Sendable`: the memory is immutable after `init`.
public final class Bundle: @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  /// The bytes of the bundle, its signature included.
  public let count: Int
  /// The format version.
  public let version: UInt32
  /// The signature, which this module does not verify.
  public let signature: BundleSignature?
  private let sections: [SectionKind: Range<Int>]

  public let meta: MetaRecord
  public let keys: UnsafeBufferPointer<KeyRecord>
  public let atoms: UnsafeBufferPointer<AtomRecord>
  public let matchers: UnsafeBufferPointer<MatcherRecord>
  public let links: UnsafeBufferPointer<UInt32>
  public let patternLists: UnsafeBufferPointer<UInt32>
  public let integers: UnsafeBufferPointer<Int64>
  public let networks: UnsafeBufferPointer<NetworkRecord>
  public let windows: UnsafeBufferPointer<WindowRecord>
  public let transitions: UnsafeBufferPointer<TransitionRecord>
  public let rules: UnsafeBufferPointer<RuleRecord>
  public let code: UnsafeBufferPointer<GraphWord>
  public let triggers: UnsafeBufferPointer<UInt32>
  public let actions: UnsafeBufferPointer<ActionRecord>
  public let textLists: UnsafeBufferPointer<TextRef>
  public let detectors: UnsafeBufferPointer<DetectorRecord>
  public let decodes: UnsafeBufferPointer<DecodeRecord>
  public let sources: UnsafeBufferPointer<SourceRecord>
  let releases: UnsafeBufferPointer<ReleaseRecord>
  /// One a source, or none.
  public let digests: UnsafeBufferPointer<DigestRecord>
  /// UTF-8 bytes.
  public let strings: UnsafeBufferPointer<UInt8>
  /// The pattern table, which `PatternMatching` reads and verifies.
  public let patterns: UnsafeRawBufferPointer

  /// Copies and verifies `bytes`.
  public init(_ bytes: [UInt8]) throws(BundleError) {
    let envelope = try BundleEnvelope(bytes)
    let table = try Bundle.sectionTable(bytes, envelope)
    let base = LargePages.allocate(byteCount: max(bytes.count, 8), alignment: 64)
    bytes.withUnsafeBytes { base.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(base), byteCount: $0.count) }
    self.base = base
    count = bytes.count
    version = envelope.version
    signature = envelope.signature
    sections = table

    let metas: UnsafeBufferPointer<MetaRecord> = Bundle.records(base, table, .meta)
    meta = metas.first ?? MetaRecord()
    keys = Bundle.records(base, table, .keys)
    atoms = Bundle.records(base, table, .atoms)
    matchers = Bundle.records(base, table, .matchers)
    links = Bundle.records(base, table, .links)
    patternLists = Bundle.records(base, table, .patternLists)
    integers = Bundle.records(base, table, .integers)
    networks = Bundle.records(base, table, .networks)
    windows = Bundle.records(base, table, .windows)
    transitions = Bundle.records(base, table, .transitions)
    rules = Bundle.records(base, table, .rules)
    code = Bundle.records(base, table, .code)
    triggers = Bundle.records(base, table, .triggers)
    actions = Bundle.records(base, table, .actions)
    textLists = Bundle.records(base, table, .textLists)
    detectors = Bundle.records(base, table, .detectors)
    decodes = Bundle.records(base, table, .decodes)
    sources = Bundle.records(base, table, .sources)
    releases = Bundle.records(base, table, .release)
    digests = Bundle.records(base, table, .digests)
    strings = Bundle.records(base, table, .strings)
    let patternBytes: UnsafeBufferPointer<UInt8> = Bundle.records(base, table, .patterns)
    patterns = UnsafeRawBufferPointer(patternBytes)
    guard metas.count == 1 else { throw BundleError("the section `meta` does not hold one record") }
    guard releases.count == (version == 1 ? 0 : 1) else {
      throw BundleError("the section `release` does not hold one record")
    }
    for (kind, stride) in Bundle.strides where (table[kind]?.count ?? 0) % stride != 0 {
      throw BundleError("the section `\(kind)` is not a whole number of records")
    }
    try verify()
  }

  deinit { base.deallocate() }

  /// The text of a verified reference.
  public func text(_ ref: TextRef) -> String {
    String(
      decoding: UnsafeBufferPointer(rebasing: strings[Int(ref.offset)..<Int(ref.offset) + Int(ref.length)]),
      as: UTF8.self)
  }

  /// The texts of a list in `textLists`.
  public func texts(_ range: RecordRange) -> [String] { range.indices.map { text(textLists[$0]) } }

  /// The length of a section in bytes.
  public func byteCount(of kind: SectionKind) -> Int { sections[kind]?.count ?? 0 }

  /// The whole bundle, as it was read.
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  private static let strides: [(SectionKind, Int)] = [
    (.meta, MemoryLayout<MetaRecord>.stride), (.keys, MemoryLayout<KeyRecord>.stride),
    (.atoms, MemoryLayout<AtomRecord>.stride), (.matchers, MemoryLayout<MatcherRecord>.stride), (.links, 4),
    (.patternLists, 4), (.integers, 8), (.networks, MemoryLayout<NetworkRecord>.stride),
    (.windows, MemoryLayout<WindowRecord>.stride), (.transitions, MemoryLayout<TransitionRecord>.stride),
    (.rules, MemoryLayout<RuleRecord>.stride), (.code, 8), (.triggers, 4),
    (.actions, MemoryLayout<ActionRecord>.stride), (.textLists, 8),
    (.detectors, MemoryLayout<DetectorRecord>.stride), (.decodes, MemoryLayout<DecodeRecord>.stride),
    (.sources, MemoryLayout<SourceRecord>.stride), (.release, MemoryLayout<ReleaseRecord>.stride),
    (.digests, MemoryLayout<DigestRecord>.stride),
  ]

  private static func records<Record: BitwiseCopyable>(
    _ base: UnsafeMutableRawPointer, _ table: [SectionKind: Range<Int>], _ kind: SectionKind
  ) -> UnsafeBufferPointer<Record> {
    guard let range = table[kind] else { return UnsafeBufferPointer(start: nil, count: 0) }
    let count = range.count / MemoryLayout<Record>.stride
    let start = (base + range.lowerBound).bindMemory(to: Record.self, capacity: count)
    return UnsafeBufferPointer(start: start, count: count)
  }

  /// Reads header and section table: every section once, in order, each right after the one before it.
  private static func sectionTable(
    _ bytes: [UInt8], _ envelope: BundleEnvelope
  ) throws(BundleError) -> [SectionKind: Range<Int>] {
    let kinds = SectionKind.all(in: envelope.version)
    let bodyCount = UInt64(envelope.bodyCount)
    guard bytes.integer(at: 24, bytes: 8) == 0 else { throw BundleError("a reserved field of the header is not zero") }
    var end = UInt64(BundleFormat.headerBytes + kinds.count * BundleFormat.tableEntryBytes)
    guard bytes.integer(at: 12, bytes: 4) == UInt64(kinds.count), end <= bodyCount else {
      throw BundleError("the section table is not complete")
    }
    var table: [SectionKind: Range<Int>] = [:]
    for (index, kind) in kinds.enumerated() {
      let entry = BundleFormat.headerBytes + index * BundleFormat.tableEntryBytes
      let offset = bytes.integer(at: entry + 8, bytes: 8)
      let length = bytes.integer(at: entry + 16, bytes: 8)
      guard bytes.integer(at: entry, bytes: 4) == UInt64(kind.rawValue), bytes.integer(at: entry + 4, bytes: 4) == 0
      else { throw BundleError("section \(index) is not `\(kind)`") }
      guard offset == (end + 7) & ~7, length <= bodyCount, offset + length <= bodyCount else {
        throw BundleError("the section `\(kind)` lies outside the bundle")
      }
      guard bytes[Int(end)..<Int(offset)].allSatisfy({ $0 == 0 }) else {
        throw BundleError("the bytes before the section `\(kind)` are not zero")
      }
      end = offset + length
      table[kind] = Int(offset)..<Int(end)
    }
    guard end == bodyCount else { throw BundleError("there are bytes after the last section") }
    return table
  }
}
