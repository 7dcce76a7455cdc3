import PolicySyntax

/// What coverage says of one line of a file: what begins there.
struct LineCoverage: Sendable {
  enum State: Sendable { case covered, partial, missed }

  /// One way that a condition may decide, or an alternative may match.
  struct Branch: Sendable {
    /// As an author reads it: `sql.verb is drop` is true.
    var text: String
    var count: Int
  }

  var line: Int
  var rules: [CoverageReport.Rule] = []
  /// Those of a condition stand together, true first.
  var branches: [[Branch]] = []
  /// The conditions of defines that a rule names here, which count where they stand.
  var uses: [CoverageReport.Condition] = []
  var gaps: [CoverageGap] = []

  /// How often the line did something: a rule applied, a condition decided, an alternative matched.
  var hits: Int {
    let applied = rules.map(\.applied)
    let decided =
      branches.map { $0.reduce(0) { $0 + $1.count } } + uses.map { $0.outcomes.decidesTrue + $0.outcomes.decidesFalse }
    return (applied + decided).max() ?? 0
  }

  var tally: CoverageReport.Tally {
    var tally = CoverageReport.Tally()
    for rule in rules { tally.add(rule.applied > 0) }
    for branch in branches.joined() { tally.add(branch.count > 0) }
    return tally
  }

  var state: State {
    var all = tally
    for isCovered in uses.flatMap(\.decided) { all.add(isCovered) }
    return all.isComplete ? .covered : all.covered == 0 ? .missed : .partial
  }
}

/// What coverage says of one file.
struct FileCoverage: Sendable {
  var index: UInt32
  var file: SourceFile
  /// Those where something counts, in order.
  var lines: [LineCoverage]

  var tally: CoverageReport.Tally { lines.reduce(CoverageReport.Tally()) { $0 + $1.tally } }
}

extension CoverageReport {
  /// The files in which something counts, in the order of their paths.
  var files: [FileCoverage] {
    var lines: [UInt32: [Int: LineCoverage]] = [:]
    func add(_ place: Place, _ body: (inout LineCoverage) -> Void) {
      body(&lines[place.file, default: [:]][place.line, default: LineCoverage(line: place.line)])
    }
    for rule in rules where rule.isCounted { add(rule.place) { $0.rules.append(rule) } }
    // Two rules may name one define: the line of its body has the branches of both.
    for condition in conditions where condition.isCounted {
      let outcomes = [
        (condition.canDecideTrue, "true", condition.outcomes.decidesTrue),
        (condition.canDecideFalse, "false", condition.outcomes.decidesFalse),
      ].filter(\.0)
      if outcomes.isEmpty { continue }
      add(condition.place) {
        $0.branches.append(outcomes.map { .init(text: "`\(condition.text)` is \($0.1)", count: $0.2) })
      }
    }
    for condition in conditions where condition.isCounted && condition.isInDefine && rules[condition.rule].isCounted {
      add(condition.site) { $0.uses.append(condition) }
    }
    for alternative in alternatives where alternative.isCounted {
      add(alternative.place) {
        $0.branches.append([.init(text: "`\(alternative.text)` matches", count: alternative.matched)])
      }
    }
    for gap in gaps { add(gap.place) { $0.gaps.append(gap) } }
    return lines.compactMap { index, lines in
      sources.file(index).map {
        FileCoverage(index: index, file: $0, lines: lines.values.sorted { $0.line < $1.line })
      }
    }.sorted { $0.file.path < $1.file.path }
  }
}
