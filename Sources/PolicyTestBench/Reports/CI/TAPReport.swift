import JSONText
import PolicyEngine

extension RunReport {
  /// The Test Anything Protocol, version 13: a line each thing that holds or not, with YAML below those that do not.
  func tap() -> String {
    var lines: [String] = []
    var number = 0
    func point(_ isOK: Bool, _ description: String) {
      number += 1
      lines.append("\(isOK ? "ok" : "not ok") \(number) - \(escaped(description))")
    }
    for suite in suites {
      for entry in suite.entries {
        switch entry.outcome {
        case .holds: point(true, "\(suite.file): \(entry.name)")
        case .fails(let details), .isUnknown(let details):
          point(false, "\(suite.file): \(entry.name)")
          lines += diagnostics(details, suite.file, entry.line)
        }
      }
      let unlistedBad = suite.unlistedFailures + suite.unlistedErrors
      let unlistedGood = suite.unlisted - unlistedBad
      if unlistedBad > 0 {
        point(false, "\(suite.file): \(unlistedBad) more \(unlistedBad == 1 ? "does" : "do") not hold")
      }
      if unlistedGood > 0 { point(true, "\(suite.file): \(unlistedGood) more \(unlistedGood == 1 ? "holds" : "hold")") }
    }
    return (["TAP version 13", "1..\(number)"] + lines).joined(separator: "\n") + "\n"
  }

  /// A YAML block; its strings are JSON's, which YAML reads too.
  private func diagnostics(_ details: ReportEntry.Details, _ file: String, _ line: Int?) -> [String] {
    var members = [("message", details.message), ("severity", details.kind), ("file", file)]
    if let line { members.append(("line", String(line))) }
    var notes: [String] = []
    for (key, value) in details.members {
      if key == "note" { notes.append(value) } else { members.append((key, value)) }
    }
    var block = members.map { key, value in "  \(key): \(key == "line" ? value : quoted(value))" }
    if !notes.isEmpty { block.append("  notes:") }
    block += notes.map { "    - \(quoted($0))" }
    return ["  ---"] + block + ["  ..."]
  }

  private func quoted(_ text: String) -> String { JSONValue.string(text).text }

  /// `#` begins a directive in a description, and a line ends it.
  private func escaped(_ text: String) -> String {
    var result = ""
    for character in printable(text) {
      if character == "#" || character == "\\" { result.append("\\") }
      result.append(character)
    }
    return result
  }
}
