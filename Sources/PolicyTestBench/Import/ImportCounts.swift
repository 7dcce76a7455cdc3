import PolicyEngine

/// Why a record of a log is no fixture, though it could be read.
public enum SkipReason: String, CaseIterable, Sendable {
  case connection, message, header, event, prepared, duration, table, script, text, dialect, call, answer, output,
    typing

  /// What such records are, in a few words.
  public var phrase: String {
    switch self {
    case .connection: "connections and disconnections"
    case .message: "messages of the server"
    case .header: "headers, comments and empty records"
    case .event: "events that are no request"
    case .prepared: "statements prepared or bound; their execution is a record of its own"
    case .duration: "durations of statements that are logged apart"
    case .table: "tables touched by a statement that is logged apart"
    case .script: "commands of a script; the script is a record of its own"
    case .text: "requests whose text was not logged"
    case .dialect: "requests of protocols that hpol does not read"
    case .call: "calls that the log does not hold as method and path"
    case .answer: "answers without their request"
    case .output: "output, marks and sizes of a terminal"
    case .typing: "lines given up, or typed with history or completion"
    }
  }
}

/// What became of the records of a log: each made fixtures, was joined with another, was skipped, or is unreadable.
public struct ImportCounts: Equatable, Sendable {
  /// Records handed to the importer.
  public internal(set) var records = 0
  /// Records that fixtures were made of.
  public internal(set) var made = 0
  /// Records that are part of a fixture which another record began.
  public internal(set) var joined = 0
  public internal(set) var skipped: [SkipReason: Int] = [:]
  public internal(set) var unreadable = 0
  /// A record may make several: an export of a whole session, say.
  public internal(set) var fixtures = 0
  /// Fixtures that lack a part.
  public internal(set) var missing: [MissingPart: Int] = [:]

  public init() {}

  /// Whether every record is accounted for.
  public var isBalanced: Bool { records == made + joined + skipped.values.reduce(0, +) + unreadable }
}
