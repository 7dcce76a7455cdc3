/// A fact that a condition can test. The raw value is part of the bundle format: append, never reorder.
public enum Fact: UInt8, BitwiseCopyable, CaseIterable, Sendable {
  // The principal.
  case user, group, actor, client, claim
  // The connection and the moment.
  case target, label, source, time, session
  // Every operation.
  case `protocol`, via, viaTool, viaProgram, command, text, unparsed
  // SQL.
  case sqlVerb, sqlObject, sqlTable, sqlReads, sqlWrites, sqlFunction, sqlWhere, sqlWhereConstant, sqlJoins, sqlLimit
  case sqlProgram, sqlFile
  // Shell.
  case shellProgram, shellFlag, shellArgument, shellPath, shellPrivileged, shellInputFrom, shellWrites, shellUnknown
  // SSH.
  case sshChannel, sshFileOperation, sshPath, sshForwardTo
  // Kubernetes.
  case k8sVerb, k8sGroup, k8sResource, k8sSubresource, k8sNamespace, k8sName, k8sBody
  // HTTP.
  case httpMethod, httpHost, httpPath, httpQuery, httpHeader, httpBody
  // Redis.
  case redisCommand, redisKey
  // MCP.
  case mcpMethod, mcpFrom, mcpTool, mcpArgument, mcpResource, mcpPrompt, mcpDestructive, mcpChanged
  // The response.
  case responseRows, responseBytes, responseStatus
  // Names of the detectors that found something: what `text contains D` and `response contains D` test.
  case textDetector, responseDetector
  // Redis, since format 1 was first written.
  case redisFlag
  case shellAssigns

  /// What the schema says of this fact.
  public var schema: FactSchema { FactSchema.table[Int(rawValue)] }
}

/// A set of facts, as two words.
@frozen
public struct FactSet: Hashable, Sendable {
  public var low: UInt64
  public var high: UInt64

  public init(low: UInt64 = 0, high: UInt64 = 0) {
    self.low = low
    self.high = high
  }

  public init(_ facts: some Sequence<Fact>) {
    self.init()
    for fact in facts { insert(fact) }
  }

  /// Every fact there is.
  public static let all = FactSet(low: .max, high: .max)

  public var isEmpty: Bool { low | high == 0 }

  @inlinable @inline(__always)
  public func contains(_ fact: Fact) -> Bool { contains(rawValue: fact.rawValue) }

  @inlinable @inline(__always)
  public func contains(rawValue: UInt8) -> Bool {
    rawValue < 64 ? low >> UInt64(rawValue) & 1 != 0 : high >> UInt64(rawValue & 63) & 1 != 0
  }

  public mutating func insert(_ fact: Fact) {
    if fact.rawValue < 64 { low |= 1 << UInt64(fact.rawValue) } else { high |= 1 << UInt64(fact.rawValue & 63) }
  }

  public func union(_ other: FactSet) -> FactSet { FactSet(low: low | other.low, high: high | other.high) }
}

/// The value's type of a fact, which decides the operators a test may use.
public enum FactType: Sendable, Equatable {
  /// One of a closed set of bare words; also accepted as quoted strings.
  case enumeration([String])
  /// Any UTF-8 text.
  case string
  /// A name of a SQL table, perhaps qualified: `"customers"` matches it in any schema, `"public.customers"` also an
  /// unqualified use.
  case qualifiedName
  /// Text where `*` of a glob stops at `/`.
  case path
  case integer
  case boolean
  /// An IP address; in a ``FactBuffer`` 16 bytes, IPv4 mapped into IPv6.
  case address
  /// Seconds since 1970-01-01T00:00:00Z.
  case time

  /// Whether its values are text that patterns can be matched with.
  public var isText: Bool {
    switch self {
    case .enumeration, .string, .qualifiedName, .path: true
    case .integer, .boolean, .address, .time: false
    }
  }
}

/// When a fact is known.
public enum FactPhase: UInt8, Sendable, Comparable {
  /// Fixed for a session: the principal and the connection. Bound once.
  case bind
  /// Known at each request, but not a property of its payload: the moment and the session's tags.
  case moment
  /// Decoded from the payload.
  case operation
  /// Known once the target has answered.
  case response

  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// How dear a fact is to compute.
public enum FactCost: UInt8, Sendable {
  /// At hand without decoding.
  case free
  /// A linear pass of the decoder over the payload.
  case scan
  /// A full parse of the payload.
  case parse
}
