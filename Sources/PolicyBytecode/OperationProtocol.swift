/// The protocols whose operations a policy can judge. The raw value is part of the bundle format.
public enum OperationProtocol: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  case postgres, mysql, redis, k8s, ssh, shell, http, mcp

  /// The word for it in policies, fixtures and reports.
  public var word: StaticString {
    switch self {
    case .postgres: "postgres"
    case .mysql: "mysql"
    case .redis: "redis"
    case .k8s: "k8s"
    case .ssh: "ssh"
    case .shell: "shell"
    case .http: "http"
    case .mcp: "mcp"
    }
  }

  /// ``word`` as a string.
  public var name: String { word.description }

  /// The protocol that `name` stands for, or nil.
  public init?(name: String) {
    guard let match = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = match
  }
}

/// A set of ``OperationProtocol``.
public struct ProtocolSet: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// The set of one protocol.
  public init(_ member: OperationProtocol) { rawValue = 1 << member.rawValue }

  public static let all = ProtocolSet(rawValue: 0xFF)
  public static let sql: ProtocolSet = [.init(.postgres), .init(.mysql)]
  /// Protocols whose operations carry `shell.*` facts: `shell` and `ssh`, whose exec channels are decoded as shell.
  public static let shell: ProtocolSet = [.init(.shell), .init(.ssh)]

  /// The members, in the order of their raw values.
  public var members: [OperationProtocol] { OperationProtocol.allCases.filter { contains(.init($0)) } }
}
