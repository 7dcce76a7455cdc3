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
  public let count: Int
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
  /// UTF-8 bytes.
  public let strings: UnsafeBufferPointer<UInt8>
  /// The pattern table, which `PatternMatching` reads and verifies.
  public let patterns: UnsafeRawBufferPointer

  /// Copies and verifies `bytes`.
  public init(_ bytes: [UInt8]) throws(BundleError) {
    guard bytes.count <= BundleFormat.maxBytes else { throw BundleError("the bundle is larger than 256 MiB") }
    let table = try Bundle.sectionTable(bytes)
    let base = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 8), alignment: 64)
    bytes.withUnsafeBytes { base.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(base), byteCount: $0.count) }
    self.base = base
    count = bytes.count
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
    strings = Bundle.records(base, table, .strings)
    let patternBytes: UnsafeBufferPointer<UInt8> = Bundle.records(base, table, .patterns)
    patterns = UnsafeRawBufferPointer(patternBytes)
    guard metas.count == 1 else { throw BundleError("the section `meta` does not hold one record") }
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
    (.sources, MemoryLayout<SourceRecord>.stride),
  ]

  private static func records<Record: BitwiseCopyable>(
    _ base: UnsafeMutableRawPointer, _ table: [SectionKind: Range<Int>], _ kind: SectionKind
  ) -> UnsafeBufferPointer<Record> {
    guard let range = table[kind] else { return UnsafeBufferPointer(start: nil, count: 0) }
    let count = range.count / MemoryLayout<Record>.stride
    let start = (base + range.lowerBound).bindMemory(to: Record.self, capacity: count)
    return UnsafeBufferPointer(start: start, count: count)
  }

  /// Reads header and section table: every section once, aligned, in order, inside the bytes.
  private static func sectionTable(_ bytes: [UInt8]) throws(BundleError) -> [SectionKind: Range<Int>] {
    func number(_ offset: Int, _ width: Int) -> UInt64 {
      (0..<width).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
    }
    guard bytes.count >= BundleFormat.headerBytes, Array(bytes[0..<8]) == BundleFormat.magic else {
      throw BundleError("this is not an hpol bundle")
    }
    let version = number(8, 4)
    guard version == UInt64(BundleFormat.version) else {
      throw BundleError("the bundle has format version \(version); this program reads version \(BundleFormat.version)")
    }
    let sectionCount = Int(number(12, 4))
    guard number(16, 8) == UInt64(bytes.count) else {
      throw BundleError("the bundle says it is \(number(16, 8)) bytes long, but it is \(bytes.count)")
    }
    guard number(24, 8) == 0 else { throw BundleError("a reserved field of the header is not zero") }
    guard sectionCount == SectionKind.allCases.count,
      bytes.count >= BundleFormat.headerBytes + sectionCount * BundleFormat.tableEntryBytes
    else { throw BundleError("the section table is not complete") }
    var table: [SectionKind: Range<Int>] = [:]
    var end = UInt64(BundleFormat.headerBytes + sectionCount * BundleFormat.tableEntryBytes)
    for (index, kind) in SectionKind.allCases.enumerated() {
      let entry = BundleFormat.headerBytes + index * BundleFormat.tableEntryBytes
      let offset = number(entry + 8, 8)
      let length = number(entry + 16, 8)
      guard number(entry, 4) == UInt64(kind.rawValue), number(entry + 4, 4) == 0 else {
        throw BundleError("section \(index) is not `\(kind)`")
      }
      guard offset == (end + 7) & ~7, length <= UInt64(bytes.count), offset + length <= UInt64(bytes.count) else {
        throw BundleError("the section `\(kind)` lies outside the bundle")
      }
      end = offset + length
      table[kind] = Int(offset)..<Int(end)
    }
    guard end == UInt64(bytes.count) else { throw BundleError("there are bytes after the last section") }
    return table
  }
}
