/// What becomes of an operation, from the weakest to the strictest.
public enum Decision: UInt8, BitwiseCopyable, Sendable, Comparable, CaseIterable {
  case allow, approve, block

  public static func < (a: Decision, b: Decision) -> Bool { a.rawValue < b.rawValue }

  /// The word for it in policies and reports.
  public var word: String {
    switch self {
    case .allow: "allow"
    case .approve: "approve"
    case .block: "block"
    }
  }
}

/// How much of a session is recorded, from the least to the fullest.
public enum RecordLevel: UInt8, BitwiseCopyable, Sendable, Comparable, CaseIterable {
  case none, commands, full

  public static func < (a: RecordLevel, b: RecordLevel) -> Bool { a.rawValue < b.rawValue }

  /// The word for it in policies and reports.
  public var word: String {
    switch self {
    case .none: "none"
    case .commands: "commands"
    case .full: "full"
    }
  }

  public init?(word: String) {
    guard let match = Self.allCases.first(where: { $0.word == word }) else { return nil }
    self = match
  }
}
