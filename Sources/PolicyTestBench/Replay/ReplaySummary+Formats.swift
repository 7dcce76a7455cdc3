import JSONText
import PolicyBytecode

extension ReplaySummary {
  /// The report of `hpol replay --json`: one object, whose schema is `grammar/replay.schema.json`.
  public func write(to writer: inout JSONWriter) {
    writer.object {
      $0.member("fixtures", report.fixtures)
      $0.member("operations", report.operations)
      $0.member("notReplayable", report.notReplayable)
      $0.key("verdicts")
      write(report.verdicts, to: &$0)
      $0.key("byDefault")
      write(report.byDefault, to: &$0)
      $0.member("masked", report.masked)
      $0.member("lackResponse", report.lackResponse)
      $0.member("recordedInFull", report.recordedInFull)
      $0.key("rules")
      $0.array {
        for rule in rules {
          $0.object {
            $0.member("name", rule.name)
            $0.member("place", rule.place)
            $0.member("effects", rule.effects)
            $0.key("observed")
            $0.boolean(rule.isObserved)
            $0.member("applied", rule.counts.applied)
            $0.member("decided", rule.counts.decided)
          }
        }
      }
      for (key, entries) in [
        ("protocols", sortedProtocols), ("groups", sorted(report.groups)), ("targets", sorted(report.targets)),
      ] {
        $0.key(key)
        $0.array {
          for entry in entries {
            $0.object {
              $0.member("name", entry.name)
              $0.key("verdicts")
              write(entry.counts, to: &$0)
            }
          }
        }
      }
      $0.key("openTests")
      $0.array {
        for test in sortedOpenTests {
          $0.object {
            $0.member("test", test.name)
            $0.member("count", test.count)
          }
        }
      }
      $0.key("requests")
      $0.array {
        for entry in sortedRows {
          $0.object {
            $0.member("verdict", entry.row.verdict.word)
            $0.key("rules")
            $0.strings(entry.row.rules)
            $0.member("protocol", entry.row.protocol.name)
            $0.member("target", entry.row.target)
            $0.member("count", entry.count)
            write(entry.example, to: &$0)
          }
        }
      }
      $0.key("recorded")
      $0.object {
        $0.member("stated", report.withRecorded)
        $0.key("different")
        $0.array {
          for entry in sortedDifferences {
            $0.object {
              $0.member("recorded", entry.difference.recorded.word)
              $0.member("verdict", entry.difference.verdict.word)
              $0.member("count", entry.count)
              write(entry.example, to: &$0)
            }
          }
        }
      }
      $0.key("slowest")
      $0.array {
        for slow in report.slowest {
          $0.object {
            $0.member("nanoseconds", slow.nanoseconds)
            write(slow.example, to: &$0)
          }
        }
      }
      $0.key("failures")
      $0.array { for failure in report.failures { $0.string(failure.message) } }
    }
    writer.newline()
  }

  private func write(_ counts: VerdictCounts, to writer: inout JSONWriter) {
    writer.object {
      for verdict in VerdictCounts.Verdict.allCases { $0.member(verdict.key, counts[verdict]) }
    }
  }

  private func write(_ example: RequestExample, to writer: inout JSONWriter) {
    writer.member("example", example.text)
    writer.member("at", describe(example.place))
  }
}

extension VerdictCounts.Verdict {
  /// Its name in JSON.
  var key: String { self == .notEvaluable ? "notEvaluable" : word }
}

extension ReplaySummary {
  /// Rows of a table in the page: enough to search, little enough to open.
  private static let pageRows = 2000

  /// The report as one web page.
  public var html: String {
    var page = HTMLPage(
      title: "Replay",
      subtitle: "\(counted(report.fixtures, "request")) from \(paths.count == 1 ? paths[0] : "\(paths.count) files")")
    page.add(
      .tiles(
        shownVerdicts.map {
          (grouped(report.verdicts[$0]), "\($0.word), \(share(report.verdicts[$0], of: report.fixtures))", $0.role)
        } + [
          (grouped(report.masked), "with masks", nil), (grouped(report.recordedInFull), "recorded in full", nil),
          (grouped(report.notReplayable), "not replayable", report.notReplayable > 0 ? .bad : nil),
        ]))
    page.add(.split(VerdictCounts.Verdict.allCases.map { (report.verdicts[$0], $0.word, $0.role) }))
    let most = busy.map(\.counts.applied).max() ?? 0
    page.add(
      .section(
        "Rules that applied",
        .table(
          [
            .init("rule"), .init("effect"), .init("applied", isNumber: true), .bars,
            .init("decided", isNumber: true), .init("source"),
          ],
          busy.prefix(Self.pageRows).map {
            [
              .text($0.name, .name), .text($0.shownEffects, .faint), .number($0.counts.applied),
              .bar($0.counts.applied, of: most, $0.role), .number($0.counts.decided), .place($0.place),
            ]
          }, isSearchable: true)))
    for (title, entries) in [
      ("By protocol", sortedProtocols), ("By group", sorted(report.groups)), ("By target", sorted(report.targets)),
    ] where !entries.isEmpty {
      page.add(.section(title, countTable(entries)))
    }
    if !report.openTests.isEmpty {
      page.add(
        .section(
          "Tests that could not be evaluated",
          .table(
            [.init("requests", isNumber: true), .init("test")],
            sortedOpenTests.prefix(Self.pageRows).map { [.number($0.count), .code($0.name)] })))
    }
    if report.withRecorded > 0 {
      page.add(
        .section(
          "Against what was recorded",
          .table(
            [.init("recorded"), .init("verdict"), .init("requests", isNumber: true), .init("first"), .init("at")],
            sortedDifferences.map {
              [
                .text($0.difference.recorded.word), .text($0.difference.verdict.word, $0.difference.verdict.role),
                .number($0.count), .code($0.example.text), .place(describe($0.example.place)),
              ]
            })))
    }
    if !neverApplied.isEmpty {
      page.add(
        .folded(
          "Rules that never applied (\(neverApplied.count) of \(rules.count))",
          .table(
            [.init("rule"), .init("effect"), .init("source")],
            neverApplied.prefix(Self.pageRows).map {
              [.text($0.name, .warning), .text($0.effects, .faint), .place($0.place)]
            }, isSearchable: true)))
    }
    page.add(
      .section(
        "Slowest to decode and judge",
        .table(
          [.init("ns", isNumber: true), .init("request"), .init("at")],
          report.slowest.map {
            [.number($0.nanoseconds), .code($0.example.text), .place(describe($0.example.place))]
          })))
    page.add(
      .section(
        "Requests, by verdict, rules, protocol and target",
        .table(
          [
            .init("verdict"), .init("rules"), .init("protocol"), .init("target"), .init("requests", isNumber: true),
            .init("first"), .init("at"),
          ],
          sortedRows.prefix(Self.pageRows).map {
            [
              .text($0.row.verdict.word, $0.row.verdict.role),
              .text($0.row.rules.isEmpty ? "(default)" : $0.row.rules.joined(separator: ", "), .name),
              .text($0.row.protocol.name), .text($0.row.target), .number($0.count), .code($0.example.text),
              .place(describe($0.example.place)),
            ]
          }, isSearchable: true)))
    if !report.failures.isEmpty {
      page.add(
        .section("Not replayable", .table([.init("line")], report.failures.map { [.code($0.message)] })))
    }
    return page.html
  }

  private func countTable(_ entries: [(name: String, counts: VerdictCounts)]) -> HTMLFragment {
    let most = entries.first?.counts.total ?? 0
    let verdicts = shownVerdicts
    return .table(
      [.init("name"), .init("requests", isNumber: true), .bars] + verdicts.map { .init($0.word, isNumber: true) },
      entries.prefix(Self.pageRows).map { entry in
        [
          .text(entry.name.isEmpty ? "(none)" : entry.name), .number(entry.counts.total),
          .bar(entry.counts.total, of: most),
        ] + verdicts.map { .number(entry.counts[$0]) }
      })
  }
}
