import PolicyEngine
import PolicySyntax

/// One thing that holds or does not, of those that JUnit and TAP list.
struct ReportEntry {
  enum Outcome {
    case holds
    /// It does not hold.
    case fails(Details)
    /// Whether it holds cannot be known.
    case isUnknown(Details)
  }

  struct Details {
    /// In a word or two.
    var kind: String
    var message: String
    var members: [(key: String, value: String)] = []
  }

  var name: String
  var line: Int?
  var seconds: Double?
  var outcome: Outcome
}

/// The entries about one file.
struct ReportSuite {
  var file: String
  var entries: [ReportEntry] = []
  var seconds = 0.0
  /// What is counted, and not listed.
  var properties: [(name: String, value: Int)] = []
  /// Entries that the suite has besides ``entries``, for which there was no room.
  var unlisted = 0
  var unlistedFailures = 0
  var unlistedErrors = 0
}

extension RunReport {
  /// Everything that holds or does not, by file.
  var suites: [ReportSuite] { findingSuites + (tests.log?.suites ?? []).map(suite) }

  /// Of a check an entry for each finding, and one for each file without; of a test for each that keeps it from holding.
  private var findingSuites: [ReportSuite] {
    var suites: [ReportSuite] = []
    let byFile = Dictionary(grouping: diagnostics) { $0.span.file }
    for number in sources.files.indices {
      let found = byFile[UInt32(number)] ?? []
      if found.isEmpty && verb == .test { continue }
      var suite = ReportSuite(file: sources.files[number].path, entries: found.map(entry))
      if found.isEmpty { suite.entries.append(ReportEntry(name: "no findings", outcome: .holds)) }
      suites.append(suite)
    }
    return suites
  }

  private func entry(_ diagnostic: Diagnostic) -> ReportEntry {
    let position = sources.position(diagnostic.span.range.start, in: diagnostic.span.file)
    let name = "\(diagnostic.code.text) \(position.line):\(position.column) \(diagnostic.message)"
    guard diagnostic.severity >= denied else {
      return ReportEntry(name: "\(diagnostic.severity.rawValue) \(name)", line: position.line, outcome: .holds)
    }
    var details = ReportEntry.Details(
      kind: "\(diagnostic.severity.rawValue) \(diagnostic.code.text)", message: diagnostic.message)
    for note in diagnostic.notes {
      let place = note.span.map { ": \(sources.path($0.file)):\(sources.position($0.range.start, in: $0.file).line)" }
      details.members.append(("note", note.message + (place ?? "")))
    }
    if let fix = diagnostic.fix { details.members.append(("fix", fix.title)) }
    return ReportEntry(name: name, line: position.line, outcome: .fails(details))
  }

  private func suite(_ log: TestLog.Suite) -> ReportSuite {
    var suite = ReportSuite(file: log.file, entries: log.cases.map(entry), seconds: log.seconds)
    for line in log.unreadable {
      let details = ReportEntry.Details(kind: "not replayable", message: line.message)
      suite.entries.append(
        ReportEntry(name: "line \(line.line): not replayable", line: line.line, outcome: .isUnknown(details)))
    }
    suite.unlisted = log.unlisted + log.unlistedUnreadable
    suite.unlistedFailures = log.unlistedFailures
    suite.unlistedErrors = log.unlistedUnreadable
    if log.isFixtures { suite.properties.append(("unpinned", log.unpinned)) }
    if suite.unlisted > 0 { suite.properties.append(("unlisted", suite.unlisted)) }
    return suite
  }

  private func entry(_ tested: TestLog.Case) -> ReportEntry {
    let name = "\(tested.name): line \(tested.line): \(tested.request)"
    guard let failure = tested.failure else {
      return ReportEntry(name: name, line: tested.line, seconds: tested.seconds, outcome: .holds)
    }
    let details = ReportEntry.Details(
      kind: failure.isEvaluable ? "does not hold" : "not evaluable",
      message: failure.sentence,
      members: [("expected", failure.expected), ("actual", failure.actual)]
        + failure.because.map { ("note", $0) })
    return ReportEntry(
      name: name, line: tested.line, seconds: tested.seconds,
      outcome: failure.isEvaluable ? .fails(details) : .isUnknown(details))
  }
}
