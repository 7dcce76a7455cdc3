import Operations
import PolicyBytecode
import PolicyRuntime

/// The decoder of one protocol.
///
/// - Decoding the same payload again gives the same batch.
/// - There is at least one operation, and at most ``DecodeLimits/operations``.
/// - What could not be read has a reason and no facts but those of the way in; what was read has one `command`.
/// - Every fact belongs to the operation's protocol, is of its type, and comes once unless it is a list; enumerations
///   hold only words of the schema.
/// - With fewer facts asked for, there are the same operations, and the same values of those that are.
/// - SQL and lines that are read quickly give what they give when they are parsed.
/// - The batch can be judged, and the verdicts do not depend on what else was computed.
final class DecoderFuzzing: FuzzTarget {
  private let name: OperationProtocol
  private let session: Session
  private var full: DecodeContext
  private var asked: DecodeContext
  /// Parses all SQL and all lines.
  private var thorough: DecodeContext
  private var interpreter: Interpreter
  /// The words of each enumeration, by the fact's raw value.
  private let words: [Set<[UInt8]>?]

  init(_ name: OperationProtocol) {
    self.name = name
    let policy = loadedFuzzPolicy()
    var facts = SessionFacts()
    facts.user = "eve"
    facts.target = "prod-1"
    session = Session(policy, facts)
    var demand = policy.demand
    asked = DecodeContext(demand: demand)
    demand.facts = .all
    full = DecodeContext(demand: demand)
    thorough = DecodeContext(demand: demand)
    thorough.isThorough = true
    interpreter = Interpreter(policy)
    words = Fact.allCases.map { fact in
      guard case .enumeration(let words) = fact.schema.type else { return nil }
      return Set(words.map { Array($0.utf8) })
    }
  }

  func check(_ input: [UInt8]) {
    full.decode(name, input)
    let first = Snapshot(full.batch)
    checkOperations()
    full.decode(name, input)
    require(Snapshot(full.batch) == first, "decoding again gives the same batch")
    asked.decode(name, input)
    checkDemand()
    if name == .shell || name == .postgres || name == .ssh { checkQuickReading(input) }
    let verdicts = judge(full.batch)
    require(judge(asked.batch) == verdicts, "verdicts do not depend on the facts that no rule asks for")
  }

  private func checkOperations() {
    let count = full.batch.count
    require(count >= 1, "a payload has at least one operation")
    require(count <= DecodeLimits.operations, "operations stay within their limit")
    for number in 0..<count {
      let operation = full.batch.operations[number]
      var seen: Set<UInt32> = []
      var hasCommand = false
      for position in Int(operation.firstEntry)..<Int(operation.endEntry) {
        let entry = full.batch.facts.entries[position]
        guard let fact = Fact(rawValue: entry.fact) else { fail("an entry is of a fact") }
        let schema = fact.schema
        checkValue(entry, schema)
        require(schema.protocols.contains(.init(operation.protocol)), "`\(schema.name)` belongs to the protocol")
        require(schema.isKeyed == (entry.key != 0), "`\(schema.name)` has a key if it is keyed")
        require(Int(entry.key) <= full.demand.keys.count, "`\(schema.name)` has a key that was asked for")
        if !schema.isList {
          let isNew = seen.insert(UInt32(entry.fact) << 16 | UInt32(entry.key)).inserted
          require(isNew, "`\(schema.name)` has one value")
        }
        switch fact {
        case .via, .viaTool, .viaProgram: break
        case .unparsed:
          require((entry.integer == 1) == (operation.unparsed != .none), "what is unparsed has a reason")
        default: require(operation.unparsed == .none, "what is unparsed has no `\(schema.name)`")
        }
        if fact == .command { hasCommand = true }
      }
      require(hasCommand == (operation.unparsed == .none), "what is read has a command")
    }
  }

  private func checkValue(_ entry: FactEntry, _ schema: FactSchema) {
    switch schema.type {
    case .boolean: require(entry.isInline && (0...1).contains(entry.integer), "`\(schema.name)` is a boolean")
    case .integer: require(entry.isInline, "`\(schema.name)` is an integer")
    case .enumeration:
      require(!entry.isInline, "`\(schema.name)` is text")
      let word = Array(full.batch.facts.bytes(entry))
      require(
        words[Int(entry.fact)]?.contains(word) == true,
        "`\(schema.name)` is a word of its enumeration, not `\(String(decoding: word, as: UTF8.self))`")
    default:
      require(!entry.isInline, "`\(schema.name)` is text")
      // The precondition of `bytes` is that the entry lies in its buffer.
      _ = full.batch.facts.bytes(entry)
    }
  }

  /// The facts that the policy asks for are the same in both batches.
  private func checkDemand() {
    require(asked.batch.count == full.batch.count, "the operations do not depend on the facts asked for")
    for number in 0..<full.batch.count {
      let (wide, narrow) = (full.batch.operations[number], asked.batch.operations[number])
      require(
        wide.protocol == narrow.protocol && wide.unparsed == narrow.unparsed,
        "how an operation reads does not depend on the facts asked for")
      let expected = values(full.batch, wide)
      let found = values(asked.batch, narrow)
      require(found == expected, "values do not depend on the facts asked for:\n  \(found)\n  \(expected)")
    }
  }

  /// Where the values of a line that is read quickly stand is another place; all else is the same. SQL and `ssh` may hold
  /// lines.
  private func checkQuickReading(_ input: [UInt8]) {
    thorough.decode(name, input)
    require(thorough.batch.count == full.batch.count, "what is read quickly has as many operations")
    for number in 0..<full.batch.count {
      let (quick, parsed) = (full.batch.operations[number], thorough.batch.operations[number])
      require(
        quick.protocol == parsed.protocol && quick.unparsed == parsed.unparsed,
        "what is read quickly reads as what is parsed")
      let (found, expected) = (entries(full.batch, quick), entries(thorough.batch, parsed))
      require(found == expected, "what is read quickly is what is parsed:\n  \(found)\n  \(expected)")
    }
  }

  /// All that an operation's entries say.
  private func entries(_ batch: borrowing OperationBatch, _ operation: Operation) -> [Value] {
    (Int(operation.firstEntry)..<Int(operation.endEntry)).map { position in
      let entry = batch.facts.entries[position]
      let text = entry.isInline ? "" : String(decoding: batch.facts.bytes(entry), as: UTF8.self)
      return Value(
        fact: entry.fact, key: entry.key, text: entry.isInline ? String(entry.integer) : "\(entry.hash) \(text)")
    }
  }

  /// The values of an operation's facts that the policy asks for.
  private func values(_ batch: borrowing OperationBatch, _ operation: Operation) -> [Value] {
    (Int(operation.firstEntry)..<Int(operation.endEntry)).compactMap { position in
      let entry = batch.facts.entries[position]
      guard asked.demand.facts.contains(rawValue: entry.fact) else { return nil }
      return Value(
        fact: entry.fact, key: entry.key,
        text: entry.isInline ? String(entry.integer) : String(decoding: batch.facts.bytes(entry), as: UTF8.self))
    }
  }

  private func judge(_ batch: borrowing OperationBatch) -> RequestVerdict {
    interpreter.judge(batch, in: session, at: Moment(time: 1_800_000_000, clock: 1_800_000_000))
  }
}

/// One value of a fact.
private struct Value: Equatable {
  var fact: UInt8
  var key: UInt16
  var text: String
}

/// A batch as it was.
private struct Snapshot: Equatable {
  private var arena: [UInt8]
  private var operations: [UInt64]
  private var entries: [UInt64]

  init(_ batch: borrowing OperationBatch) {
    arena = Array(batch.facts.arena.elements)
    operations = batch.operations.elements.map {
      UInt64($0.protocol.rawValue) << 8 | UInt64($0.unparsed.rawValue) | UInt64($0.endEntry) << 16
    }
    entries = batch.facts.entries.elements.flatMap {
      [UInt64($0.fact) << 32 | UInt64($0.key) << 8 | UInt64($0.flags), UInt64($0.start) | UInt64($0.length) << 32]
    }
  }
}
