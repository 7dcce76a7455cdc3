// The bundle format, version 2.
//
//   bundle    = body [signature]
//   body      = header section-table section…
//   header    = magic:8 version:u32 section-count:u32 body-length:u64 reserved:u64
//   table     = (kind:u32 reserved:u32 offset:u64 length:u64)…        one entry a section, by kind, each once
//   section   = bytes, at the first offset that is a multiple of 8
//   signature = magic:8 public-key:32 signature:64                    Ed25519, see ``BundleSignature``
//
// Version 1 has no signature, and no sections after `sources`.
//
// All integers are little-endian. Sections are arrays of the fixed-width records below, so that a bundle is mapped and
// used as it stands; `strings` and `patterns` are bytes. Offsets into `strings` are `TextRef`s; everything else refers
// to records by index. Each record's fields are documented where it is declared.

/// The constants of the bundle format.
public enum BundleFormat {
  /// The first bytes of every bundle.
  public static let magic: [UInt8] = Array("HPOLBNDL".utf8)
  /// The version that is written.
  public static let version: UInt32 = 2
  /// The oldest version that is read.
  public static let oldestVersion: UInt32 = 1
  public static let headerBytes = 32
  public static let tableEntryBytes = 24
  /// The size of a body past which a bundle is refused.
  public static let maxBodyBytes = 256 << 20
  /// The size past which a file is no bundle.
  public static let maxBytes = maxBodyBytes + BundleSignature.byteCount
  /// The bytes of a commit's name.
  public static let maxCommitBytes = 128
  /// The rules past which a policy set is refused.
  public static let maxRules = 1 << 20
  /// The keys past which a policy set is refused: indexes number them, and the facts, in 16 bits.
  public static let maxKeys = 1 << 15
  /// Detectors that are declared, and those that are asked for.
  public static let maxDetectors = 1 << 10
  /// The words of one rule's decision graph: what a jump can span, less the two terminals.
  public static let maxGraphWords = 0xFFFE
}

/// The sections of a bundle.
public enum SectionKind: UInt32, CaseIterable, Sendable {
  /// One ``MetaRecord``.
  case meta = 1
  /// UTF-8 bytes.
  case strings
  /// ``KeyRecord``: the keyed facts that conditions ask for.
  case keys
  /// ``AtomRecord``: the distinct tests; those on facts of the bind phase first.
  case atoms
  /// ``MatcherRecord``: the patterns, each on one fact.
  case matchers
  /// `u32` atoms, which ``MatcherRecord`` point into.
  case links
  /// A table of `PatternMatching`.
  case patterns
  /// `u32` patterns, the operands of atoms that match lazily.
  case patternLists
  /// `i64` operands of ``AtomKind/isOneOf``.
  case integers
  /// ``NetworkRecord``.
  case networks
  /// ``WindowRecord``.
  case windows
  /// ``TransitionRecord``.
  case transitions
  /// ``RuleRecord``, sorted by full name.
  case rules
  /// ``GraphWord``.
  case code
  /// `u32` atoms, which ``RuleRecord`` point into.
  case triggers
  /// ``ActionRecord``.
  case actions
  /// ``TextRef`` lists of actions, detectors and decodes.
  case textLists
  /// ``DetectorRecord``.
  case detectors
  /// ``DecodeRecord``.
  case decodes
  /// ``SourceRecord``.
  case sources
  /// One ``ReleaseRecord``.
  case release
  /// ``DigestRecord``: one a source, or none at all.
  case digests

  /// The sections of a version of the format, in order.
  static func all(in version: UInt32) -> ArraySlice<SectionKind> { version == 1 ? allCases[..<20] : allCases[...] }
}

/// Text in the `strings` section.
public struct TextRef: BitwiseCopyable, Hashable, Sendable {
  public var offset: UInt32
  public var length: UInt32

  public init(offset: UInt32 = 0, length: UInt32 = 0) {
    self.offset = offset
    self.length = length
  }
}

/// A half-open range of records in another section.
public struct RecordRange: BitwiseCopyable, Hashable, Sendable {
  public var start: UInt32
  public var count: UInt32

  public init(start: UInt32 = 0, count: UInt32 = 0) {
    self.start = start
    self.count = count
  }

  @inline(__always)
  public var indices: Range<Int> { Int(start)..<Int(start) + Int(count) }
}

/// Where something stands in the policy's source: a file of the `sources` section, and a line and column from 1.
public struct PlaceRecord: BitwiseCopyable, Hashable, Sendable {
  public var file: UInt32
  public var line: UInt32
  public var column: UInt32

  public init(file: UInt32, line: UInt32, column: UInt32) {
    self.file = file
    self.line = line
    self.column = column
  }
}

/// What holds for the bundle as a whole.
public struct MetaRecord: BitwiseCopyable, Sendable {
  /// Atoms on facts of the bind phase: the first ones.
  public var bindAtoms: UInt32 = 0
  /// Two bits a protocol, at twice its raw value: the default ``Decision``.
  public var decisions: UInt16 = 0
  /// Likewise for what is `unparsed`.
  public var unparsed: UInt16 = 0
  /// Likewise the default ``RecordLevel``.
  public var records: UInt16 = 0
  public var languageVersion: UInt16 = 1
  public var toolVersion = TextRef()
  /// In `textLists`: the detectors that conditions ask for in the payload or the response.
  public var textDetectors = RecordRange()

  public init() {}

  public func decision(_ protocol: OperationProtocol) -> UInt8 { Self.pair(decisions, `protocol`) }
  public func unparsedDecision(_ protocol: OperationProtocol) -> UInt8 { Self.pair(unparsed, `protocol`) }
  public func record(_ protocol: OperationProtocol) -> UInt8 { Self.pair(records, `protocol`) }

  @inline(__always)
  private static func pair(_ bits: UInt16, _ protocol: OperationProtocol) -> UInt8 {
    UInt8(truncatingIfNeeded: bits >> (2 * UInt16(`protocol`.rawValue))) & 3
  }
}

/// A keyed fact that conditions ask for.
public struct KeyRecord: BitwiseCopyable, Sendable {
  public var fact: UInt32
  public var key: TextRef

  public init(fact: Fact, key: TextRef) {
    self.fact = UInt32(fact.rawValue)
    self.key = key
  }
}

/// How an atom gets its truth.
public enum AtomKind: UInt8, CaseIterable, Sendable {
  /// Any value matches any of the patterns that link to the atom; found by the scan before the graph is walked.
  case matched
  /// Any value matches any of the patterns of `operands` in `patternLists`; tested when asked (PCRE).
  case matchesLazily
  /// Every value matches one of the patterns of `operands`, and there is a value.
  case allMatch
  case isTrue
  case isPresent
  /// The integer compares with `value` as `comparison` (`less`, `lessOrEqual`, `greater`, `greaterOrEqual`) says.
  case compare
  /// The integer is one of `operands` in `integers`.
  case isOneOf
  /// The address is in one of `operands` in `networks`.
  case inNetworks
  /// The moment is in one of `operands` in `windows`.
  case inWindows
  /// The moment, or the clock where the request has none, is not after `value`.
  case notAfter
}

/// One distinct test of a fact.
public struct AtomRecord: BitwiseCopyable, Sendable {
  /// ``AtomKind``.
  public var kind: UInt8
  public var fact: UInt8
  /// One more than the position in `keys`, or 0.
  public var key: UInt16
  /// 0 less, 1 less or equal, 2 greater, 3 greater or equal.
  public var comparison: UInt32 = 0
  /// Every element must pass (``AtomKind/compare`` and its kin on lists).
  public var operands = RecordRange()
  public var value: Int64 = 0
  /// The test as an author would write it.
  public var text = TextRef()
  public var place: PlaceRecord
  public var reserved: UInt32 = 0

  public init(kind: AtomKind, fact: Fact, key: UInt16, place: PlaceRecord) {
    self.kind = kind.rawValue
    self.fact = fact.rawValue
    self.key = key
    self.place = place
  }
}

/// A pattern on a fact, and the atoms that hold when a value matches it.
public struct MatcherRecord: BitwiseCopyable, Sendable {
  public var fact: UInt16
  public var key: UInt16
  public var pattern: UInt32
  /// In `links`.
  public var atoms: RecordRange

  public init(fact: Fact, key: UInt16, pattern: UInt32, atoms: RecordRange) {
    self.fact = UInt16(fact.rawValue)
    self.key = key
    self.pattern = pattern
    self.atoms = atoms
  }
}

/// A CIDR block.
public struct NetworkRecord: BitwiseCopyable, Sendable {
  /// The address, most significant half first, in host order; bits past the prefix are zero.
  public var high: UInt64
  public var low: UInt64
  public var prefixLength: UInt64

  public init(high: UInt64, low: UInt64, prefixLength: UInt64) {
    self.high = high
    self.low = low
    self.prefixLength = prefixLength
  }
}

/// Hours of days in a zone.
public struct WindowRecord: BitwiseCopyable, Sendable {
  /// Seconds of the local day. An end that is not after the start is in the next day.
  public var start: UInt32
  public var end: UInt32
  /// Bit 0 is Monday.
  public var days: UInt32
  public var reserved: UInt32 = 0
  /// The zone's ``TransitionRecord``s; none: UTC.
  public var zone: RecordRange

  public init(start: UInt32, end: UInt32, days: UInt32, zone: RecordRange) {
    self.start = start
    self.end = end
    self.days = days
    self.zone = zone
  }
}

/// From `from` (seconds since 1970, UTC) on, local time is UTC plus `offset` seconds. Sorted; the first holds for all
/// time before it, too.
public struct TransitionRecord: BitwiseCopyable, Sendable {
  public var from: Int64
  public var offset: Int64

  public init(from: Int64, offset: Int64) {
    self.from = from
    self.offset = offset
  }
}

/// A rule: when it applies and what it does.
public struct RuleRecord: BitwiseCopyable, Sendable {
  public var fullName = TextRef()
  public var displayName = TextRef()
  public var title = TextRef()
  public var place: PlaceRecord
  /// Bit 0: observed, never enforced; bit 1: on the response; bit 2: an `allow` that tests `unparsed` positively.
  public var flags: UInt32 = 0
  /// ``ProtocolSet`` of operations it can apply to; empty: never.
  public var protocols: UInt32 = 0
  /// 0: none, else one more than the ``Decision``.
  public var decision: UInt8 = 0
  /// 0: none, else one more than the ``RecordLevel``.
  public var record: UInt8 = 0
  /// Bit 0: has masks; bit 1: has tags.
  public var obligations: UInt16 = 0
  /// In `code`: the graph of what binding decides, and of what is left for each operation. Empty: always true.
  public var bindGraph = RecordRange()
  public var judgeGraph = RecordRange()
  /// In `triggers`: atoms of which one must hold for the judge graph to be true. Empty: no such set is known.
  public var triggers = RecordRange()
  /// In `actions`.
  public var actions = RecordRange()

  public init(place: PlaceRecord) { self.place = place }

  @inline(__always)
  public var isObserved: Bool { flags & 1 != 0 }
  @inline(__always)
  public var isOnResponse: Bool { flags & 2 != 0 }
  @inline(__always)
  public var testsUnparsed: Bool { flags & 4 != 0 }
}

/// One node of a rule's decision graph.
///
///     bits  0…27 atom    28…31 operation    32…47 step if it holds    48…63 step if it does not
///
/// A step is the distance to the next node, forward and within the rule's graph, or ``no`` or ``yes``.
public struct GraphWord: BitwiseCopyable, Hashable, Sendable {
  public var bits: UInt64

  /// The step that ends with "does not apply".
  public static let no: UInt16 = 0
  /// The step that ends with "applies".
  public static let yes: UInt16 = 0xFFFF

  /// How the atom is tested.
  public enum Operation: UInt8, Sendable {
    /// Its truth was found by the scan.
    case scanned = 0
    /// It is computed once, when asked for.
    case lazy = 1
    /// Its truth was fixed by binding.
    case bound = 2
  }

  @inline(__always)
  public init(bits: UInt64) { self.bits = bits }

  public init(_ operation: Operation, atom: UInt32, whenTrue: UInt16, whenFalse: UInt16) {
    bits =
      UInt64(atom & 0x0FFF_FFFF) | UInt64(operation.rawValue) << 28 | UInt64(whenTrue) << 32 | UInt64(whenFalse) << 48
  }

  @inline(__always)
  public var atom: Int { Int(bits & 0x0FFF_FFFF) }
  @inline(__always)
  public var operation: UInt8 { UInt8(truncatingIfNeeded: bits >> 28) & 15 }
  @inline(__always)
  public var whenTrue: UInt16 { UInt16(truncatingIfNeeded: bits >> 32) }
  @inline(__always)
  public var whenFalse: UInt16 { UInt16(truncatingIfNeeded: bits >> 48) }
}

/// What an action is; the raw value is part of the format.
public enum ActionKind: UInt32, CaseIterable, Sendable {
  case block, allow, approve, record, tag
  case maskDetector, maskColumn, maskJSON, maskHeader, maskRegex
}

/// How a mask rewrites; the raw value is part of the format.
public enum MaskMethod: UInt32, CaseIterable, Sendable { case redact, hash, with, keepFirst, keepLast }

/// One action of a rule.
public struct ActionRecord: BitwiseCopyable, Sendable {
  /// ``ActionKind``.
  public var kind: UInt32
  /// Message, question, tag, detector, JSON path or regex.
  public var text = TextRef()
  /// In `textLists`: groups of an approval, globs of a mask.
  public var list = RecordRange()
  /// People an approval needs; characters a mask keeps; the ``RecordLevel``.
  public var count: UInt32 = 0
  /// Seconds an approval may take, 0: no limit.
  public var within: UInt32 = 0
  /// ``MaskMethod``.
  public var method: UInt32 = 0
  /// The text a mask puts in place.
  public var replacement = TextRef()
  /// Whether `text` was given.
  public var hasText: UInt32 = 0

  public init(kind: ActionKind) { self.kind = kind.rawValue }
}

/// A detector that the policy declares.
public struct DetectorRecord: BitwiseCopyable, Sendable {
  public var name: TextRef
  public var regex: TextRef
  public var check: TextRef
  public var ignoringCase: UInt32
  public var reserved: UInt32 = 0

  public init(name: TextRef, regex: TextRef, check: TextRef, ignoringCase: Bool) {
    self.name = name
    self.regex = regex
    self.check = check
    self.ignoringCase = ignoringCase ? 1 : 0
  }
}

/// A `decode` declaration: what a part of a carrier's payload holds.
public struct DecodeRecord: BitwiseCopyable, Sendable {
  /// ``OperationProtocol`` raw values.
  public var carrier: UInt16
  public var inner: UInt16
  /// In `textLists`: selector words and values in turn.
  public var selectors: RecordRange

  public init(carrier: OperationProtocol, inner: OperationProtocol, selectors: RecordRange) {
    self.carrier = UInt16(carrier.rawValue)
    self.inner = UInt16(inner.rawValue)
    self.selectors = selectors
  }
}

/// A source file of the policy set.
public struct SourceRecord: BitwiseCopyable, Sendable {
  public var path: TextRef

  public init(path: TextRef) { self.path = path }
}

/// When the bundle was released, and what is known of its making. What it says is in ``Release``.
public struct ReleaseRecord: BitwiseCopyable, Sendable {
  public var revision: UInt64 = 0
  /// Seconds since 1970, UTC; 0: never.
  public var expires: Int64 = 0
  public var commit = TextRef()
  /// Whether the tests were run; the counts below are 0 if not.
  public var isTested: UInt32 = 0
  public var tests: UInt32 = 0
  public var requests: UInt32 = 0
  public var fixtures: UInt32 = 0
  public var invariants: UInt32 = 0
  public var covered: UInt32 = 0
  public var coverable: UInt32 = 0
  public var reserved: UInt32 = 0

  public init() {}
}

/// The SHA-256 of a source, as four words of its bytes in their order.
public struct DigestRecord: BitwiseCopyable, Sendable {
  public var words: (UInt64, UInt64, UInt64, UInt64)

  /// Of 32 bytes; others are cut, or filled up with zeros.
  public init(_ digest: [UInt8]) {
    func word(_ at: Int) -> UInt64 {
      (at..<at + 8).reduce(0) { $0 | UInt64($1 < digest.count ? digest[$1] : 0) << UInt64(8 * ($1 - at)) }
    }
    words = (word(0), word(8), word(16), word(24))
  }

  public var bytes: [UInt8] {
    [words.0, words.1, words.2, words.3].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
  }
}
