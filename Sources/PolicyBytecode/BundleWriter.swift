/// The records of a bundle while it is put together, and their encoding. Equal records give equal bytes.
public struct BundleWriter {
  public var meta = MetaRecord()
  public var keys: [KeyRecord] = []
  public var atoms: [AtomRecord] = []
  public var matchers: [MatcherRecord] = []
  public var links: [UInt32] = []
  public var patterns: [UInt8] = []
  public var patternLists: [UInt32] = []
  public var integers: [Int64] = []
  public var networks: [NetworkRecord] = []
  public var windows: [WindowRecord] = []
  public var transitions: [TransitionRecord] = []
  public var rules: [RuleRecord] = []
  public var code: [GraphWord] = []
  public var triggers: [UInt32] = []
  public var actions: [ActionRecord] = []
  public var textLists: [TextRef] = []
  public var detectors: [DetectorRecord] = []
  public var decodes: [DecodeRecord] = []
  public var sources: [SourceRecord] = []
  public var release = ReleaseRecord()
  public var digests: [DigestRecord] = []
  private var strings: [UInt8] = []
  /// By bytes: `String` would equate canonically equivalent spellings.
  private var interned: [[UInt8]: TextRef] = [:]

  public init() {}

  /// The place of `text` in `strings`; equal texts share it.
  public mutating func intern(_ text: String) -> TextRef {
    if text.isEmpty { return TextRef() }
    let bytes = Array(text.utf8)
    if let known = interned[bytes] { return known }
    let start = UInt32(strings.count)
    strings += bytes
    let ref = TextRef(offset: start, length: UInt32(strings.count) - start)
    interned[bytes] = ref
    return ref
  }

  /// Appends a list of texts to `textLists`.
  public mutating func internList(_ texts: [String]) -> RecordRange {
    let start = UInt32(textLists.count)
    for text in texts { textLists.append(intern(text)) }
    return RecordRange(start: start, count: UInt32(texts.count))
  }

  /// The bundle's bytes, not signed.
  public func encode() -> [UInt8] {
    let bodies: [(SectionKind, [UInt8])] = SectionKind.allCases.map { ($0, body($0)) }
    var offset = BundleFormat.headerBytes + BundleFormat.tableEntryBytes * bodies.count
    var table: [UInt8] = []
    for (kind, bytes) in bodies {
      offset = (offset + 7) & ~7
      append(kind.rawValue, to: &table)
      append(UInt32(0), to: &table)
      append(UInt64(offset), to: &table)
      append(UInt64(bytes.count), to: &table)
      offset += bytes.count
    }
    var out: [UInt8] = []
    out.reserveCapacity(offset)
    out += BundleFormat.magic
    append(BundleFormat.version, to: &out)
    append(UInt32(bodies.count), to: &out)
    append(UInt64(offset), to: &out)
    append(UInt64(0), to: &out)
    out += table
    for (_, bytes) in bodies {
      while out.count & 7 != 0 { out.append(0) }
      out += bytes
    }
    return out
  }

  private func body(_ kind: SectionKind) -> [UInt8] {
    switch kind {
    case .meta: recordBytes([meta])
    case .strings: strings
    case .keys: recordBytes(keys)
    case .atoms: recordBytes(atoms)
    case .matchers: recordBytes(matchers)
    case .links: recordBytes(links)
    case .patterns: patterns
    case .patternLists: recordBytes(patternLists)
    case .integers: recordBytes(integers)
    case .networks: recordBytes(networks)
    case .windows: recordBytes(windows)
    case .transitions: recordBytes(transitions)
    case .rules: recordBytes(rules)
    case .code: recordBytes(code)
    case .triggers: recordBytes(triggers)
    case .actions: recordBytes(actions)
    case .textLists: recordBytes(textLists)
    case .detectors: recordBytes(detectors)
    case .decodes: recordBytes(decodes)
    case .sources: recordBytes(sources)
    case .release: recordBytes([release])
    case .digests: recordBytes(digests)
    }
  }

  private func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
}

/// The memory of `records`, record after record.
///
/// Every record is made of integers only, laid out without padding (a test compares size and stride with the sum of
/// the fields), so its memory on a little-endian machine is its encoding.
private func recordBytes<Record: BitwiseCopyable>(_ records: [Record]) -> [UInt8] {
  records.withUnsafeBytes { Array($0) }
}
