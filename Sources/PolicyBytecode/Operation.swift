/// Why an operation could not be read. The words are part of the output formats.
public enum UnparsedReason: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  /// The operation was read.
  case none
  /// The payload does not follow its language.
  case syntax
  /// It ends inside a literal, a comment, a word or a block.
  case truncated
  /// It is larger than the decoder's limit.
  case oversized
  /// NUL or invalid UTF-8.
  case encoding
  /// More nesting than the limit.
  case depth
  /// More operations, words or elements than the limit.
  case count
  /// The program that runs cannot be known from the line.
  case unknownProgram
  /// What an interpreter or an `EXECUTE` would run cannot be known from the payload.
  case unknownCode
  /// A form the decoder does not know.
  case unsupported

  /// The word for it in `hpol decode --json`; empty for ``none``.
  public var word: String {
    switch self {
    case .none: ""
    case .syntax: "syntax"
    case .truncated: "truncated"
    case .oversized: "oversized"
    case .encoding: "encoding"
    case .depth: "depth"
    case .count: "count"
    case .unknownProgram: "unknown-program"
    case .unknownCode: "unknown-code"
    case .unsupported: "unsupported"
    }
  }
}

/// One operation of a request: its protocol, and where its facts stand in the batch.
@frozen
public struct Operation: BitwiseCopyable, Sendable {
  public var `protocol`: OperationProtocol
  public var unparsed: UnparsedReason
  /// Its entries in ``OperationBatch/facts``, a half-open range.
  public var firstEntry: UInt32
  public var endEntry: UInt32

  @inlinable @inline(__always)
  init(protocol: OperationProtocol, unparsed: UnparsedReason, firstEntry: UInt32, endEntry: UInt32) {
    (self.protocol, self.unparsed) = (`protocol`, unparsed)
    (self.firstEntry, self.endEntry) = (firstEntry, endEntry)
  }
}

/// The operations of one request, in the order in which they are found, with their facts.
///
/// The first ``commonEnd`` entries hold the facts that all operations of the request share (`text`); then come those of
/// each operation, contiguous. `via`, `command` and `unparsed` are facts like the others. Reused between requests.
@frozen
public struct OperationBatch: ~Copyable {
  public var facts = FactBuffer()
  @usableFromInline var storedOperations = RawBuffer<Operation>(capacity: 16)
  @usableFromInline var storedCommonEnd = 0
  @usableFromInline var isOpen = false

  @inlinable
  public var operations: RawBuffer<Operation> { @inline(__always) _read { yield storedOperations } }

  /// The number of leading entries that belong to every operation.
  @inlinable @inline(__always)
  public var commonEnd: Int { storedCommonEnd }

  public init() {}

  /// A copy of what `other` holds, in no more memory than ``byteCount`` says.
  public init(copying other: borrowing OperationBatch) {
    facts = FactBuffer(copying: other.facts)
    storedOperations = RawBuffer(capacity: other.operations.count)
    storedOperations.append(contentsOf: other.operations.elements)
    storedCommonEnd = other.commonEnd
  }

  @inlinable @inline(__always)
  public var count: Int { storedOperations.count }

  /// Bytes that a copy takes.
  public var byteCount: Int {
    facts.arena.count + RawBuffer<UInt8>.readableBeyond + facts.entries.count * MemoryLayout<FactEntry>.stride
      + storedOperations.count * MemoryLayout<Operation>.stride
  }

  public mutating func removeAll() {
    facts.removeAll()
    storedOperations.removeAll()
    storedCommonEnd = 0
    isOpen = false
  }

  /// A place to which ``truncate(to:)`` goes back.
  public struct Mark: BitwiseCopyable, Sendable {
    fileprivate var operations: Int
    fileprivate var entries: Int
    fileprivate var bytes: Int
  }

  /// The end of what was added so far.
  public var mark: Mark {
    Mark(operations: storedOperations.count, entries: facts.entries.count, bytes: facts.arena.count)
  }

  /// Forgets all that was added since `mark`, an operation that is open included.
  public mutating func truncate(to mark: Mark) {
    storedOperations.truncate(to: mark.operations)
    facts.truncate(entries: mark.entries, bytes: mark.bytes)
    isOpen = false
  }

  /// Declares that the facts added so far belong to every operation. Before the first ``begin(_:)``.
  public mutating func endCommon() {
    precondition(storedOperations.count == 0, "common facts come first")
    storedCommonEnd = facts.entries.count
  }

  /// Opens an operation; facts added from here to ``end(unparsed:)`` are its own.
  @inlinable @inline(__always)
  public mutating func begin(_ protocol: OperationProtocol) {
    precondition(!isOpen, "operations do not nest")
    isOpen = true
    let first = UInt32(facts.entries.count)
    storedOperations.append(Operation(protocol: `protocol`, unparsed: .none, firstEntry: first, endEntry: first))
  }

  /// Closes the operation that is open.
  @inlinable @inline(__always)
  public mutating func end(unparsed: UnparsedReason = .none) {
    precondition(isOpen, "no operation is open")
    isOpen = false
    storedOperations[storedOperations.count - 1].unparsed = unparsed
    storedOperations[storedOperations.count - 1].endEntry = UInt32(facts.entries.count)
  }
}

/// What a decoder is asked for: it computes no other fact.
public struct FactDemand: Sendable {
  public var facts: FactSet
  /// The keys of keyed facts that are asked for; an entry's `key` is one more than the position here.
  public var keys: [FactKey]
  /// Detectors asked for by `text contains D` or `response contains D`.
  public var detectors: [DetectorDefinition]
  /// What the policy declares that payloads hold.
  public var decodes: [DecodeDefinition]

  public init(
    facts: FactSet, keys: [FactKey] = [], detectors: [DetectorDefinition] = [], decodes: [DecodeDefinition] = []
  ) {
    self.facts = facts
    self.keys = keys
    self.detectors = detectors
    self.decodes = decodes
  }

  /// Every fact; of keyed ones, those with the given keys.
  public static let everything = FactDemand(facts: .all)

  @inline(__always)
  public func contains(_ fact: Fact) -> Bool { facts.contains(fact) }

  /// This demand and all that another one asks for, whose keys come after its own: payloads are decoded into the same
  /// operations as for the other.
  public func joined(with other: FactDemand) -> FactDemand {
    var joined = self
    joined.facts = facts.union(other.facts)
    joined.keys += other.keys.filter { !keys.contains($0) }
    return joined
  }
}

/// A `decode` declaration: what a part of a carrier's payload holds.
public struct DecodeDefinition: Hashable, Sendable {
  /// A word such as `tool` or `body`, and a glob, a name or a path.
  public struct Selector: Hashable, Sendable {
    public var word: String
    public var value: String

    public init(_ word: String, _ value: String) {
      self.word = word
      self.value = value
    }
  }

  public var carrier: OperationProtocol
  public var inner: OperationProtocol
  public var selectors: [Selector]

  public init(carrier: OperationProtocol, inner: OperationProtocol, selectors: [Selector]) {
    self.carrier = carrier
    self.inner = inner
    self.selectors = selectors
  }
}

/// A detector by its name; one that the policy declares also by its pattern.
public struct DetectorDefinition: Hashable, Sendable {
  public var name: String
  /// Nil: a built-in one.
  public var regex: String?
  public var ignoringCase: Bool
  /// The check that what the pattern matches must pass.
  public var check: String?

  public init(name: String, regex: String? = nil, ignoringCase: Bool = false, check: String? = nil) {
    self.name = name
    self.regex = regex
    self.ignoringCase = ignoringCase
    self.check = check
  }
}

/// A keyed fact and its key: `claim["team"]`.
public struct FactKey: Hashable, Sendable {
  public var fact: Fact
  public var key: String
  public init(fact: Fact, key: String) {
    self.fact = fact
    self.key = key
  }

  /// Keys are equal only if their bytes are; `String` would equate canonically equivalent spellings.
  public static func == (a: FactKey, b: FactKey) -> Bool { a.fact == b.fact && a.key.utf8.elementsEqual(b.key.utf8) }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(fact)
    for byte in key.utf8 { hasher.combine(byte) }
  }
}
