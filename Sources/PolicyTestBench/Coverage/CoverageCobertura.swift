import JSONText
import PolicySyntax

extension CoverageReport {
  /// The report as Cobertura's XML (`coverage-04.dtd`): a package is a folder, a class a file, a method a rule.
  /// `time`: seconds since 1970, UTC.
  public func cobertura(time: Int64, toolVersion: String) -> String {
    let files = files
    var xml = XMLWriter(
      doctype: "coverage SYSTEM \"http://cobertura.sourceforge.net/xml/coverage-04.dtd\"")
    let all = Rates(files.flatMap(\.lines))
    xml.element(
      "coverage",
      all.attributes + [
        ("lines-covered", "\(all.lines.covered)"), ("lines-valid", "\(all.lines.total)"),
        ("branches-covered", "\(all.branches.covered)"), ("branches-valid", "\(all.branches.total)"),
        ("complexity", "0"), ("version", "hpol \(toolVersion)"), ("timestamp", "\(time)"),
      ]
    ) {
      $0.element("sources") { $0.element("source", text: ".") }
      $0.element("packages") {
        for (folder, members) in byFolder(files) {
          let rates = Rates(members.flatMap(\.lines)).attributes
          $0.element("package", [("name", folder)] + rates + [("complexity", "0")]) {
            $0.element("classes") { for file in members { write(file, &$0) } }
          }
        }
      }
    }
    return xml.text
  }

  private func byFolder(_ files: [FileCoverage]) -> [(folder: String, members: [FileCoverage])] {
    Dictionary(grouping: files) { file in
      file.file.path.lastIndex(of: "/").map { String(file.file.path[..<$0]) } ?? "."
    }.map { (folder: $0.key, members: $0.value) }.sorted { $0.folder < $1.folder }
  }

  private func write(_ file: FileCoverage, _ xml: inout XMLWriter) {
    let name = file.file.path.split(separator: "/").last.map(String.init) ?? file.file.path
    let attributes = [("name", name), ("filename", file.file.path)] + Rates(file.lines).attributes
    xml.element("class", attributes + [("complexity", "0")]) {
      $0.element("methods") {
        for line in file.lines {
          for rule in line.rules {
            let rate = rule.applied > 0 ? "1.0000" : "0.0000"
            let attributes = [("name", rule.name), ("signature", ""), ("line-rate", rate), ("branch-rate", rate)]
            $0.element("method", attributes + [("complexity", "0")]) {
              $0.element("lines") {
                $0.element("line", [("number", "\(line.line)"), ("hits", "\(rule.applied)"), ("branch", "false")])
              }
            }
          }
        }
      }
      $0.element("lines") { for line in file.lines { write(line, &$0) } }
    }
  }

  private func write(_ line: LineCoverage, _ xml: inout XMLWriter) {
    let attributes = [("number", "\(line.line)"), ("hits", "\(line.hits)")]
    guard !line.branches.isEmpty else {
      xml.element("line", attributes + [("branch", "false")])
      return
    }
    var all = Tally()
    for branch in line.branches.joined() { all.add(branch.count > 0) }
    let share = "\(all.covered * 100 / all.total)% (\(all.covered)/\(all.total))"
    xml.element("line", attributes + [("branch", "true"), ("condition-coverage", share)]) {
      $0.element("conditions") {
        for (number, outcomes) in line.branches.enumerated() {
          let covered = outcomes.count { $0.count > 0 }
          $0.element(
            "condition",
            [
              ("number", "\(number)"), ("type", "jump"), ("coverage", "\(covered * 100 / outcomes.count)%"),
            ])
        }
      }
    }
  }

  /// The shares that Cobertura gives for everything.
  private struct Rates {
    var lines = Tally()
    var branches = Tally()

    init(_ lines: [LineCoverage]) {
      for line in lines {
        self.lines.add(line.hits > 0)
        for branch in line.branches.joined() { branches.add(branch.count > 0) }
      }
    }

    var attributes: [(String, String)] { [("line-rate", rate(lines)), ("branch-rate", rate(branches))] }

    private func rate(_ tally: Tally) -> String {
      decimalText(tally.total == 0 ? 1 : Double(tally.covered) / Double(tally.total), digits: 4)
    }
  }
}
