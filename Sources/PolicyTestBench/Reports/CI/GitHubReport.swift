import PolicySyntax

extension RunReport {
  /// Workflow commands, which GitHub Actions shows beside the lines of a change, and the counts for the log.
  func gitHubCommands() -> String {
    findings.map { command($0) + "\n" }.joined() + counts(.plain)
  }

  private func command(_ finding: ReportFinding) -> String {
    let name =
      switch finding.severity {
      case .error: "error"
      case .warning: "warning"
      case .note: "notice"
      }
    let path = ReportPath(finding.file, folder: folder)
    var properties = [("file", path.relative ?? finding.file), ("line", String(finding.region.startLine))]
    properties.append(("endLine", String(finding.region.endLine)))
    if let column = finding.region.startColumn { properties.append(("col", String(column))) }
    // GitHub takes an end column of one line only.
    if let end = finding.region.endColumn, finding.region.endLine == finding.region.startLine {
      properties.append(("endColumn", String(end)))
    }
    properties.append(("title", "hpol \(finding.rule)"))
    var message = finding.message
    for note in finding.notes {
      let place = note.file.flatMap { file in note.region.map { ": \(file):\($0.startLine)" } } ?? ""
      message += "\nnote: \(note.message)\(place)"
    }
    if let fix = finding.fix { message += "\nfix: \(fix.title)" }
    let list = properties.map { "\($0)=\(escaped($1, isProperty: true))" }.joined(separator: ",")
    return "::\(name) \(list)::\(escaped(message, isProperty: false))"
  }

  /// As the toolkit of GitHub Actions escapes data and properties.
  private func escaped(_ text: String, isProperty: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "%": result += "%25"
      case "\r": result += "%0D"
      case "\n": result += "%0A"
      case ":" where isProperty: result += "%3A"
      case "," where isProperty: result += "%2C"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
