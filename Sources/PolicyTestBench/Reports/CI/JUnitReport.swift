import JSONText
import PolicyEngine

extension RunReport {
  /// JUnit XML, as Jenkins, GitLab and their kin read it: a suite each file, a test case each thing that holds or not.
  func junit() -> String {
    let suites = suites
    var xml = XMLWriter()
    let totals = suites.map(JUnitCounts.init).reduce(JUnitCounts(), +)
    xml.element("testsuites", [("name", "hpol \(verb.rawValue)")] + totals.attributes + [time(seconds)]) {
      for suite in suites { write(suite, &$0) }
    }
    return xml.text
  }

  private func write(_ suite: ReportSuite, _ xml: inout XMLWriter) {
    xml.element("testsuite", [("name", suite.file)] + JUnitCounts(suite).attributes + [time(suite.seconds)]) {
      if !suite.properties.isEmpty {
        $0.element("properties") {
          for (name, value) in suite.properties { $0.element("property", [("name", name), ("value", String(value))]) }
        }
      }
      for entry in suite.entries { write(entry, suite.file, &$0) }
    }
  }

  private func write(_ entry: ReportEntry, _ file: String, _ xml: inout XMLWriter) {
    var attributes = [("classname", file), ("name", entry.name), ("file", file)]
    if let line = entry.line { attributes.append(("line", String(line))) }
    attributes.append(time(entry.seconds ?? 0))
    switch entry.outcome {
    case .holds: xml.element("testcase", attributes)
    case .fails(let details): xml.element("testcase", attributes) { write("failure", details, &$0) }
    case .isUnknown(let details): xml.element("testcase", attributes) { write("error", details, &$0) }
    }
  }

  private func write(_ element: String, _ details: ReportEntry.Details, _ xml: inout XMLWriter) {
    let width = details.members.map(\.key.count).max() ?? 0
    let lines = details.members.map { key, value in
      key + String(repeating: " ", count: width - key.count + 1) + value
    }
    let text = lines.isEmpty ? details.message : lines.joined(separator: "\n")
    xml.element(element, [("message", details.message), ("type", details.kind)], text: text)
  }

  private func time(_ seconds: Double) -> (String, String) { ("time", decimalText(seconds, digits: 6)) }
}

/// The counts of a suite, those included that it does not list.
private struct JUnitCounts {
  var tests = 0
  var failures = 0
  var errors = 0

  init() {}

  init(_ suite: ReportSuite) {
    tests = suite.entries.count + suite.unlisted
    failures = suite.unlistedFailures
    errors = suite.unlistedErrors
    for entry in suite.entries {
      switch entry.outcome {
      case .holds: break
      case .fails: failures += 1
      case .isUnknown: errors += 1
      }
    }
  }

  static func + (a: JUnitCounts, b: JUnitCounts) -> JUnitCounts {
    var sum = a
    sum.tests += b.tests
    sum.failures += b.failures
    sum.errors += b.errors
    return sum
  }

  var attributes: [(String, String)] {
    [("tests", String(tests)), ("failures", String(failures)), ("errors", String(errors)), ("skipped", "0")]
  }
}
