import Detectors
import PatternMatching
import PolicyBytecode

/// What the decoders of one request share: the batch they fill, what is asked for, and the way in that led to the
/// payload at hand.
///
/// A decoder emits an operation with ``operation(_:_:)`` or ``unparsed(_:_:)``, and hands a payload inside its own to
/// ``nested(_:_:program:tool:)``.
public struct DecodeContext: ~Copyable {
  public var batch = OperationBatch()
  public let demand: FactDemand
  /// The depth of shell syntax around the payload at hand, so that layers of shell share one limit and one stack.
  var syntaxDepth = 0
  /// Protocols, tools and programs that carried the payload at hand, outermost first.
  private var via: [OperationProtocol] = []
  private var viaTools = NameStack()
  private var viaPrograms = NameStack()
  /// How many layers of SQL held as text (DO blocks, EXECUTE of a literal) are around the payload at hand, in all layers
  /// of carriers together: they bound the stack that decoding takes.
  var sqlNesting = 0

  /// The name of the connection's target, which `decode mcp server "…"` speaks of. Set before ``decode(_:_:)``.
  public var target: [UInt8] = []
  /// Payloads that the payload at hand carries in their own form, with their protocols, in the order in which they are met;
  /// kept where it is not nil.
  public var carriedPayloads: [(protocol: OperationProtocol, payload: [UInt8])]?
  /// Which side of an MCP connection sends the payload, where the embedder knows; else its method tells.
  public var isFromServer: Bool?
  /// What is known of the tools of an MCP connection. A context that serves several connections swaps it with ``target``.
  public var tools = MCPToolCatalog()
  /// What the policy declares that payloads hold.
  let decodes: DecodeTable
  /// What the policy asks of HTTP requests.
  var http: HTTPInterest
  /// The memory in which patterns of `decodes` match.
  var patternScratch = PatternScratch()
  /// The values of `mcp.argument["…"]` that are asked for.
  var mcpArguments: KeyedPaths
  /// The values of `k8s.body["…"]` that are asked for.
  var kubernetesBody: KeyedPaths
  /// The `decode` declarations that speak of the tools called so far.
  var mcpDeclarations = MCPDeclarations()

  /// The decoder of the last shell line, for its memory.
  var shellDecoder: ShellDecoderPlace?

  /// What decodes simple lines, for its memory.
  var quickShell: QuickShellPlace?
  /// That is in use: a line within another has to be decoded without it.
  var isInQuickShell = false
  /// What reads simple SQL, for its memory.
  var quickSQL: QuickSQLReader?
  /// Whether all SQL and all lines are parsed, for those who compare: what is quick says the same of what it reads.
  public var isThorough = false

  private let detectors: DetectorSet?

  public init(demand: FactDemand) {
    self.demand = demand
    decodes = DecodeTable.of(demand.decodes)
    mcpArguments = KeyedPaths(.mcpArgument, of: demand)
    kubernetesBody = KeyedPaths(.k8sBody, of: demand)
    http = HTTPInterest(demand, decodes)
    let asksForDetectors = demand.contains(.textDetector) && !demand.detectors.isEmpty
    detectors = asksForDetectors ? DetectorSet(demand.detectors) : nil
  }

  /// Decodes a whole request, replacing what the batch held.
  public mutating func decode(_ protocol: OperationProtocol, _ payload: [UInt8]) {
    begin(payload)
    dispatch(`protocol`, payload)
  }

  /// Empties the batch and adds the facts that all operations of `payload` share.
  mutating func begin(_ payload: [UInt8]) {
    batch.removeAll()
    syntaxDepth = 0
    if demand.contains(.text) { batch.facts.add(.text, payload) }
    if let detectors {
      for name in detectors.found(in: payload) { batch.facts.add(.textDetector, name) }
    }
    batch.endCommon()
    if !via.isEmpty { via.removeAll(keepingCapacity: true) }
    if !viaTools.isEmpty { viaTools.removeAll() }
    if !viaPrograms.isEmpty { viaPrograms.removeAll() }
  }

  /// Decodes `payload`, which the payload at hand carries: operations of the layer `carrier` that hold a `inner`
  /// payload. `program` and `tool` are what carries it there.
  public mutating func nested(
    _ inner: OperationProtocol, in carrier: OperationProtocol, _ payload: [UInt8], program: [UInt8]? = nil,
    tool: [UInt8]? = nil
  ) {
    carriedPayloads?.append((inner, payload))
    nested(inner, in: carrier, program: program, tool: tool) { $0.dispatch(inner, payload) }
  }

  /// Lets `emit` emit the operations of the protocol `inner` that the layer `carrier` holds in a form that is no
  /// payload, or of which parts are not known.
  mutating func nested(
    _ inner: OperationProtocol, in carrier: OperationProtocol, program: [UInt8]? = nil, tool: [UInt8]? = nil,
    _ emit: (inout DecodeContext) -> Void
  ) {
    guard via.count < DecodeLimits.nesting else { return unparsed(inner, .depth) }
    via.append(carrier)
    if let program { viaPrograms.push(program) }
    if let tool { viaTools.push(tool) }
    emit(&self)
    via.removeLast()
    if program != nil { viaPrograms.pop() }
    if tool != nil { viaTools.pop() }
  }

  /// Declares that `program` carries what is emitted from here to ``leaveProgram()``, within the layer at hand.
  mutating func enter(program: some Collection<UInt8>) { viaPrograms.push(program) }

  mutating func leaveProgram() { viaPrograms.pop() }

  private mutating func dispatch(_ protocol: OperationProtocol, _ payload: [UInt8]) {
    guard payload.count <= DecodeLimits.payloadBytes else { return unparsed(`protocol`, .oversized) }
    switch `protocol` {
    case .postgres: decodePostgres(payload, &self)
    case .shell: decodeShell(payload, &self)
    case .mysql: decodeMySQL(payload, &self)
    case .redis: decodeRedis(payload, &self)
    case .k8s: decodeKubernetes(payload, &self)
    case .ssh: decodeSSH(payload, &self)
    case .http: decodeHTTP(payload, &self)
    case .mcp: decodeMCP(payload, &self)
    }
  }

  /// Whether the limit of operations is reached: what else is decoded is not kept.
  var isFull: Bool { batch.count >= DecodeLimits.operations }

  /// Emits one operation: the common facts are added here, its own by `body`, asking `demand` before each dear one.
  public mutating func operation(_ protocol: OperationProtocol, _ body: (inout FactBuffer, FactDemand) -> Void) {
    guard begin(`protocol`) else { return }
    body(&batch.facts, demand)
    batch.facts.add(.unparsed, false)
    batch.end()
  }

  /// Emits an operation that could not be read.
  public mutating func unparsed(_ protocol: OperationProtocol, _ reason: UnparsedReason) {
    guard begin(`protocol`) else { return }
    batch.facts.add(.unparsed, true)
    batch.end(unparsed: reason)
  }

  /// Emits an operation of the payload that the layer `carrier` holds, but that is not there to be read.
  mutating func unparsed(
    _ protocol: OperationProtocol, in carrier: OperationProtocol, _ reason: UnparsedReason, tool: [UInt8]? = nil
  ) {
    via.append(carrier)
    if let tool { viaTools.push(tool) }
    unparsed(`protocol`, reason)
    via.removeLast()
    if tool != nil { viaTools.pop() }
  }

  /// Opens an operation, as ``operation(_:_:)`` does; false where there is no room for it. Its own facts are then added
  /// to ``batch``, and ``end()`` closes it.
  mutating func open(_ protocol: OperationProtocol) -> Bool { begin(`protocol`) }

  /// Closes the operation that ``open(_:)`` opened.
  mutating func end() {
    batch.facts.add(.unparsed, false)
    batch.end()
  }

  /// Opens an operation with the facts that all have. At the limit, one `unparsed` operation stands for the rest.
  private mutating func begin(_ protocol: OperationProtocol) -> Bool {
    guard !isFull else { return false }
    batch.begin(`protocol`)
    if !via.isEmpty {
      for layer in via { batch.facts.add(.via, layer.word) }
    }
    if !viaTools.isEmpty { viaTools.add(as: .viaTool, to: &batch.facts) }
    if !viaPrograms.isEmpty { viaPrograms.add(as: .viaProgram, to: &batch.facts) }
    if batch.count == DecodeLimits.operations {
      batch.facts.add(.unparsed, true)
      batch.end(unparsed: .count)
      return false
    }
    return true
  }
}

/// Names one inside the other, flat, so that entering and leaving one allocates nothing.
private struct NameStack {
  private var text: [UInt8] = []
  /// Where each name ends.
  private var ends: [Int] = []

  var isEmpty: Bool { ends.isEmpty }

  mutating func push(_ name: some Collection<UInt8>) {
    text += name
    ends.append(text.count)
  }

  mutating func pop() {
    ends.removeLast()
    text.removeLast(text.count - (ends.last ?? 0))
  }

  mutating func removeAll() {
    text.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  /// Adds each name as a value of `fact`.
  func add(as fact: Fact, to facts: inout FactBuffer) {
    var start = 0
    for end in ends {
      facts.add(fact, text[start..<end])
      start = end
    }
  }
}
