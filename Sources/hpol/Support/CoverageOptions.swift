import PolicyRuntime
import PolicySyntax
import PolicyTestBench

/// The options that say what counts as covered and how much must be; of every command that can report coverage.
struct CoverageOptions {
  static let coverage = Option(
    name: "coverage", help: "say how much of the rules is exercised; `hpol coverage` says what is not")
  static let bounds: [Option] = [
    Option(
      name: "fail-under", value: "PERCENT", help: "coverage below that does not hold: exit code 1"),
    Option(
      name: "changed-since", value: "REV", help: "count only what stands on lines changed since a git revision"),
  ]

  /// Files for other tools, and the page that a person reads.
  static func files(html: String = "html", formerly formerName: String? = nil) -> [Option] {
    [
      Option(name: "lcov", value: "FILE", help: "write an LCOV tracefile"),
      Option(name: "cobertura", value: "FILE", help: "write Cobertura XML"),
      Option(
        name: html, formerName: formerName, value: "FILE",
        help: "write one page with the source, marked with what is covered"),
    ]
  }
  /// What the page is called where `--html` is the command's own report.
  static let page = "coverage-html"

  private let lcov: String?
  private let cobertura: String?
  private let html: String?
  private let isAsked: Bool
  private let failUnder: Double?
  private let revision: String?

  /// `isAsked` where the command is about coverage; elsewhere the options ask for it.
  init(_ arguments: Arguments, isAsked: Bool = false, page: String = "html") throws(CommandError) {
    lcov = arguments.value("lcov")
    cobertura = arguments.value("cobertura")
    html = arguments.value(page)
    failUnder = try arguments.value("fail-under").map(Self.percent)
    revision = arguments.value("changed-since")
    let files = [lcov, cobertura, html].compactMap { $0 }
    self.isAsked = isAsked || arguments.has("coverage") || failUnder != nil || revision != nil || !files.isEmpty
  }

  private static func percent(_ text: String) throws(CommandError) -> Double {
    let digits = text.hasSuffix("%") ? String(text.dropLast()) : text
    let isPlain = digits.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
    guard isPlain, let percent = Double(digits), percent <= 100 else {
      throw .usage("`--fail-under` takes a number from 0 to 100, not `\(text)`")
    }
    return percent
  }

  /// What there is to cover in `policy`, which was made of `build`; nil if coverage is not asked for.
  func map(_ build: PolicyBuild?, _ policy: LoadedPolicy) throws(CommandError) -> CoverageMap? {
    guard isAsked else { return nil }
    guard let checked = build?.policy, let layout = build?.layout else {
      throw .usage("coverage is of `.hpol` files, not of a bundle")
    }
    return CoverageMap(checked, layout, of: policy.bundle)
  }

  /// The report on what was counted.
  func report(
    _ map: CoverageMap, _ counts: CoverageCounts, _ sources: SourceSet
  ) throws(CommandError) -> CoverageReport {
    var changed: ChangedLines?
    if let revision { changed = try ChangedLines(since: revision, in: sources) }
    return CoverageReport(map, counts, sources, changed: changed)
  }

  /// Writes the files that were asked for.
  func writeFiles(_ report: CoverageReport) throws(CommandError) {
    if let lcov { try writeFile(lcov, [UInt8](report.lcov().utf8)) }
    if let cobertura {
      let xml = report.cobertura(time: now(), toolVersion: CommandLineTool.version)
      try writeFile(cobertura, [UInt8](xml.utf8))
    }
    if let html { try writeFile(html, [UInt8](report.html().utf8)) }
  }

  /// Prints the sum of what was counted, if coverage was asked for; whether that is enough.
  func report(
    _ map: CoverageMap?, _ counts: CoverageCounts?, _ build: PolicyBuild?, _ console: Console, onError: Bool
  ) throws(CommandError) -> Bool {
    guard let map, let counts, let build else { return true }
    let report = try report(map, counts, build.sources)
    if onError {
      console.note(report.summary(console.errorStyle))
    } else {
      console.write(report.summary(console.style))
    }
    try writeFiles(report)
    return holds(report, console)
  }

  /// Whether as much is covered as was asked for; if not, that is printed.
  func holds(_ report: CoverageReport, _ console: Console) -> Bool {
    guard let failUnder, report.total.isBelow(failUnder) else { return true }
    let tally = report.total
    console.error(
      "coverage is below \(formatted(failUnder)) %: \(grouped(tally.covered)) of \(grouped(tally.total)) are covered")
    return false
  }

  private func formatted(_ percent: Double) -> String {
    percent == percent.rounded() ? String(Int(percent)) : String(percent)
  }
}
