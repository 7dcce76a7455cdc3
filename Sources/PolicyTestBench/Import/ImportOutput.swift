import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

/// What the caller of an import says beside the log.
public struct ImportOptions: Sendable {
  /// The target's name, whatever the log says.
  public var target: String?
  /// Who asked, where the log does not say.
  public var user: String?
  /// The protocol, where the log does not say.
  public var `protocol`: OperationProtocol?
  /// Seconds east of UTC of times that name no zone; without it such times are missing.
  public var utcOffset: Int64?
  /// Names of members by what they hold, of logs whose names are the site's own.
  public var mapping: [String: String] = [:]
  public var identities = IdentityTable()

  public init() {}
}

/// Takes what an importer makes of records: fixtures, and what became of each record.
struct ImportOutput {
  let options: ImportOptions
  /// The log's name without its folders.
  var file = ""
  private(set) var counts = ImportCounts()
  private(set) var fixtures: [Fixture] = []
  private(set) var failures: [(line: Int, column: Int, reason: String)] = []

  init(_ options: ImportOptions) { self.options = options }

  mutating func countRecord() { counts.records += 1 }

  /// A record made a fixture.
  mutating func make(_ fixture: Fixture) {
    counts.made += 1
    emit(fixture)
  }

  /// A record made these fixtures.
  mutating func make(_ several: [Fixture]) {
    counts.made += 1
    for fixture in several { emit(fixture) }
  }

  /// Records are part of a fixture that another one makes.
  mutating func join(_ count: Int = 1) { counts.joined += count }

  mutating func skip(_ reason: SkipReason, _ count: Int = 1) {
    if count > 0 { counts.skipped[reason, default: 0] += count }
  }

  /// Records cannot be read, for one reason.
  mutating func fail(_ line: Int, column: Int = 1, _ reason: String, records: Int = 1) {
    counts.unreadable += records
    failures.append((line, column, reason))
  }

  mutating func removeAll() {
    fixtures.removeAll(keepingCapacity: true)
    failures.removeAll(keepingCapacity: true)
  }

  /// `LOG:LINE`, for records that have no name of their own.
  func id(_ line: Int, part: Int = 1) -> JSONValue { .string("\(file):\(line)" + (part > 1 ? ".\(part)" : "")) }

  /// Adds what the caller said, and marks what is lacking.
  private mutating func emit(_ fixture: Fixture) {
    var fixture = fixture
    if let target = options.target { fixture.principal.target = target }
    if fixture.principal.user == nil { fixture.principal.user = options.user }
    let hasGroups = options.identities.complete(&fixture.principal)
    if fixture.principal.user == nil { fixture.missing.insert(.user) }
    if fixture.principal.groups.isEmpty, !hasGroups { fixture.missing.insert(.groups) }
    if fixture.principal.time == nil { fixture.missing.insert(.time) }
    if fixture.principal.source == nil { fixture.missing.insert(.source) }
    counts.fixtures += 1
    for part in fixture.missing { counts.missing[part, default: 0] += 1 }
    fixtures.append(fixture)
  }
}

/// Why a field cannot be mapped.
public struct MappingError: Error {
  /// Lower case, no full stop.
  public var message: String
}

extension ImportOptions {
  /// Seconds east of UTC of a text such as `+01:00`.
  public static func utcOffset(_ text: String) -> Int64? { LogTime.offset(text) }

  /// Says which member of a log holds a field.
  public mutating func map(_ field: String, to name: String) throws(MappingError) {
    guard AccessLog.isField(field) else {
      let names = AccessLog.fields.map(\.name).joined(separator: ", ")
      throw MappingError(message: "`\(field)` is no field; there are \(names), and header.NAME")
    }
    guard mapping[field] == nil else { throw MappingError(message: "`\(field)` is mapped twice") }
    mapping[field] = name
  }
}
