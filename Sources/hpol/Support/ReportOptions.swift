import Glibc
import PolicySyntax
import PolicyTestBench

/// In which forms a command reports: one on standard output, others into files.
struct ReportOptions {
  private static let formats = ReportFormat.allCases.map(\.rawValue)

  static let all: [Option] = [
    Option(
      name: "format", value: "FORMAT", choices: formats,
      help: "how to report: \(formats.joined(separator: ", "))"),
    Option(
      name: "report", value: "FORMAT=FILE", isRepeatable: true,
      help: "report into a file besides; may be repeated"),
    Option(name: "json", help: "the same as --format json"),
  ]

  let format: ReportFormat
  private let files: [(format: ReportFormat, path: String)]

  init(_ arguments: Arguments) throws(CommandError) {
    try arguments.allowOnlyOne(of: ["format", "json"])
    format = arguments.has("json") ? .json : arguments.value("format").flatMap(ReportFormat.init(rawValue:)) ?? .text
    var files: [(format: ReportFormat, path: String)] = []
    for text in arguments.all("report") {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw .usage("`--report` takes FORMAT=FILE, not `\(text)`") }
      guard let format = ReportFormat(rawValue: parts[0]) else {
        throw .usage("the form of a report is one of \(Self.formats.joined(separator: ", ")), not `\(parts[0])`")
      }
      files.append((format, parts[1]))
    }
    self.files = files
  }

  /// The files that are written.
  var paths: [String] { files.map(\.path) }

  /// Whether a form is wanted that lists what holds as well.
  var needsLog: Bool { ([format] + files.map(\.format)).contains { $0 != .text && $0 != .json } }

  /// Writes the files, then standard output.
  func write(_ report: RunReport, _ console: Console) throws(CommandError) {
    try writeFiles(report)
    console.write(report.rendered(format, console.style))
  }

  /// Writes the reports that are wanted besides.
  func writeFiles(_ report: RunReport) throws(CommandError) {
    for (format, path) in files { try writeFile(path, report.rendered(format)) }
  }
}

extension RunReport {
  /// The report of a run of this program that began at `start`.
  init(
    _ verb: Verb, _ sources: SourceSet, _ diagnostics: [Diagnostic], _ tests: TestReport, denied: Severity = .error,
    since start: ContinuousClock.Instant
  ) {
    self.init(
      verb, sources: sources, diagnostics: diagnostics, tests: tests, denied: denied,
      seconds: (ContinuousClock.now - start) / .seconds(1), toolVersion: CommandLineTool.version,
      folder: workingFolder())
  }
}

/// The folder that relative paths start from.
func workingFolder() -> String {
  guard let path = getcwd(nil, 0) else { return "/" }
  defer { free(path) }
  return String(cString: path)
}
