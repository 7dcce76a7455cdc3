import PolicySyntax

extension CoverageReport {
  /// The report as a tracefile of LCOV, which `genhtml` and most services read.
  ///
  /// A rule is a function, a condition a block of two branches (decides as true, as false), an alternative a block of
  /// one. A line is hit where what begins on it did something.
  public func lcov() -> String {
    var text = ""
    for file in files {
      text += "TN:\nSF:\(file.file.path)\n"
      let rules = file.lines.flatMap(\.rules)
      for rule in rules { text += "FN:\(rule.place.line),\(rule.name)\n" }
      for rule in rules { text += "FNDA:\(rule.applied),\(rule.name)\n" }
      text += "FNF:\(rules.count)\nFNH:\(rules.count { $0.applied > 0 })\n"
      var branches = Tally()
      for line in file.lines {
        for (block, outcomes) in line.branches.enumerated() {
          // What was never reached has no count.
          let isReached = outcomes.contains { $0.count > 0 }
          for (number, branch) in outcomes.enumerated() {
            text += "BRDA:\(line.line),\(block),\(number),\(isReached ? String(branch.count) : "-")\n"
            branches.add(branch.count > 0)
          }
        }
      }
      text += "BRF:\(branches.total)\nBRH:\(branches.covered)\n"
      for line in file.lines { text += "DA:\(line.line),\(line.hits)\n" }
      text += "LF:\(file.lines.count)\nLH:\(file.lines.count { $0.hits > 0 })\nend_of_record\n"
    }
    return text
  }
}
