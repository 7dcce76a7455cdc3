import Foundation
import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyTestBench
import Testing

/// A recorded log of `fixtures/import`, and how it is imported.
struct ImportSample: CustomTestStringConvertible, Sendable {
  var format: ImportFormat
  /// Its path below `fixtures/import`.
  var log: String
  var options: @Sendable () throws -> ImportOptions = { ImportOptions() }

  var testDescription: String { log }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("fixtures/import")

  var path: String { Self.folder.appendingPathComponent(log).path }
  /// The fixtures that the log gives.
  var fixtures: URL { Self.folder.appendingPathComponent(log + ".jsonl") }

  static let all: [ImportSample] = [
    ImportSample(format: .kubernetes, log: "kubernetes/audit.log", options: withIdentities),
    ImportSample(format: .postgresJSON, log: "postgres-json/server.log", options: withIdentities),
    ImportSample(format: .postgresCSV, log: "postgres-csv/server.csv"),
    ImportSample(format: .postgresText, log: "postgres-text/server.log"),
    ImportSample(format: .mariaDBAudit, log: "mariadb-audit/server_audit.log", options: inBerlin),
    ImportSample(format: .mySQLGeneral, log: "mysql-general/general.log"),
    ImportSample(format: .mySQLAudit, log: "mysql-audit/audit.json"),
    ImportSample(format: .mySQLAudit, log: "mysql-audit/percona.log"),
    ImportSample(format: .redisMonitor, log: "redis-monitor/monitor.log", options: ofTheCache),
    ImportSample(format: .har, log: "har/browser.har"),
    ImportSample(format: .accessLog, log: "access-log/nginx.log", options: withTenants),
    ImportSample(format: .accessLog, log: "access-log/envoy.log", options: withSubjects),
    ImportSample(format: .mcp, log: "mcp/stdio.log"),
    ImportSample(format: .mcp, log: "mcp/bare.log"),
    ImportSample(format: .teleport, log: "teleport/events.log"),
    ImportSample(format: .cloudTrail, log: "cloudtrail/records.json"),
    ImportSample(format: .auditd, log: "auditd/audit.log"),
    ImportSample(format: .asciicast, log: "asciicast/demo.cast"),
    ImportSample(format: .asciicast, log: "asciicast/v3.cast", options: overSSH),
    ImportSample(format: .hoop, log: "hoop/sessions.json"),
  ]

  /// What the import of a file gives.
  func run(_ file: String? = nil, recordLimit: Int = ImportLimits.recordBytes) throws -> ImportedLog {
    try ImportedLog(format, file ?? path, try options(), recordLimit: recordLimit)
  }
}

/// The fixtures, failures and counts of one import.
struct ImportedLog {
  var fixtures: [Fixture] = []
  var failures: [LineFailure] = []
  var counts: ImportCounts

  init(
    _ format: ImportFormat, _ file: String, _ options: ImportOptions = ImportOptions(),
    recordLimit: Int = ImportLimits.recordBytes
  ) throws {
    var logs = LogImport(format, options)
    var (fixtures, failures): ([Fixture], [LineFailure]) = ([], [])
    try logs.read(file, recordLimit: recordLimit) { (item) throws(FileError) in
      switch item {
      case .fixture(let fixture): fixtures.append(fixture)
      case .failure(let failure): failures.append(failure)
      }
    }
    (self.fixtures, self.failures, counts) = (fixtures, failures, logs.counts)
  }

  /// The import of a log that is given as text.
  init(
    _ format: ImportFormat, text: String, _ options: ImportOptions = ImportOptions(),
    recordLimit: Int = ImportLimits.recordBytes
  ) throws {
    self = try withFile(Array(text.utf8)) { try ImportedLog(format, $0, options, recordLimit: recordLimit) }
  }

  var requests: [String] { fixtures.map { String(decoding: $0.payload.bytes, as: UTF8.self) } }
  var lines: String { fixtures.map(fixtureLine).joined() }
  var reasons: [String] { failures.map { "\($0.line): \($0.reason)" } }
}

/// A fixture as a line of JSON.
func fixtureLine(_ fixture: Fixture) -> String {
  var writer = JSONWriter()
  fixture.write(to: &writer)
  return String(decoding: writer.bytes, as: UTF8.self)
}

@Sendable private func withIdentities() throws -> ImportOptions {
  var options = ImportOptions()
  let file = ImportSample.folder.appendingPathComponent("identities.json")
  options.identities = try IdentityTable(Array(Data(contentsOf: file)), path: "identities.json")
  return options
}

@Sendable private func inBerlin() throws -> ImportOptions {
  var options = ImportOptions()
  options.utcOffset = ImportOptions.utcOffset("+01:00")
  options.target = "prod-shop"
  return options
}

@Sendable private func ofTheCache() throws -> ImportOptions {
  var options = ImportOptions()
  (options.target, options.user) = ("prod-cache", "shop-app")
  return options
}

@Sendable private func withTenants() throws -> ImportOptions {
  var options = ImportOptions()
  try options.map("header.x-tenant", to: "tenant")
  return options
}

@Sendable private func withSubjects() throws -> ImportOptions {
  var options = try withIdentities()
  try options.map("user", to: "jwt.sub")
  return options
}

@Sendable private func overSSH() throws -> ImportOptions {
  var options = ImportOptions()
  options.protocol = .ssh
  return options
}
