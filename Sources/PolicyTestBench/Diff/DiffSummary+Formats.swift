import JSONText
import PolicyBytecode

extension DiffSummary {
  /// The report of `hpol diff --format json`: one object, whose schema is `grammar/diff.schema.json`.
  public func write(to writer: inout JSONWriter) {
    writer.object {
      $0.member("old", oldName)
      $0.member("new", newName)
      $0.member("fixtures", report.fixtures)
      for change in DiffReport.Change.allCases { $0.member(change.key, report.counts[change] ?? 0) }
      $0.member("notReplayable", report.notReplayable)
      $0.key("clusters")
      $0.array {
        for (_, clusters) in changes {
          for (key, cluster) in clusters { write(key, cluster, to: &$0) }
        }
      }
      $0.key("failures")
      $0.array { for failure in report.failures { $0.string(failure.message) } }
    }
    writer.newline()
  }

  private func write(_ key: DiffReport.ClusterKey, _ cluster: DiffReport.Cluster, to writer: inout JSONWriter) {
    writer.object {
      $0.member("change", key.change.key)
      $0.member("count", cluster.count)
      for (side, decision, rules) in [("old", key.old, key.oldRules), ("new", key.new, key.newRules)] {
        $0.key(side)
        $0.object {
          $0.key("decision")
          if let decision { $0.string(decision.word) } else { $0.null() }
          $0.key("rules")
          $0.strings(rules)
        }
      }
      $0.key("details")
      $0.strings(key.details)
      $0.member("example", cluster.example.text)
      $0.member("at", describe(cluster.example.place))
      $0.key("places")
      $0.array {
        for place in places(key) {
          $0.object {
            $0.member("policy", place.isOld ? "old" : "new")
            $0.member("rule", place.rule)
            $0.member("at", place.place)
            $0.member("note", place.note)
          }
        }
      }
    }
  }

  /// Rows of a change that a page or a comment shows.
  private static let pageRows = 1000
  private static let commentRows = 20

  /// The report for a pull request: what must be seen first, the rest folded away.
  public var markdown: String {
    var text = "### Policy change: "
    let weakened = report.counts[.weakened] ?? 0
    let total = DiffReport.Change.allCases.filter { $0 != .unchanged }.reduce(0) { $0 + (report.counts[$1] ?? 0) }
    text +=
      total == 0
      ? "no verdict changes\n\n" : weakened > 0 ? "⚠️ \(grouped(weakened)) weakened\n\n" : "nothing weakened\n\n"
    text += "\(grouped(report.fixtures)) recorded requests, `\(Self.code(oldName))` → `\(Self.code(newName))`\n\n"
    text += "| | requests | |\n|---|---:|---:|\n"
    for change in DiffReport.Change.allCases {
      let count = report.counts[change] ?? 0
      if change == .notEvaluable, count == 0 { continue }
      text += "| \(change.word) | \(grouped(count)) | \(share(count, of: report.fixtures)) |\n"
    }
    if report.notReplayable > 0 { text += "| **not replayable** | \(grouped(report.notReplayable)) | |\n" }
    for (change, clusters) in changes where !clusters.isEmpty {
      let isOpen = change == .weakened
      text +=
        "\n<details\(isOpen ? " open" : "")><summary><b>\(change.word)</b>: \(counted(clusters.count, "kind"))</summary>\n\n"
      text += "| requests | verdict | shortest example | lines |\n|---:|---|---|---|\n"
      for (key, cluster) in clusters.prefix(Self.commentRows) {
        let lines = places(key).map {
          "\($0.isOld ? "old" : "new") `\(Self.code($0.place))` \(Self.cell($0.rule)) \($0.note)"
        }
        let verdict = ([Self.headline(key)] + key.details).map(Self.cell).joined(separator: "<br>")
        text +=
          "| \(grouped(cluster.count)) | \(verdict) | `\(Self.code(cluster.example.text))` | \(lines.joined(separator: "<br>")) |\n"
      }
      if clusters.count > Self.commentRows {
        text += "\nand \(counted(clusters.count - Self.commentRows, "more kind"))\n"
      }
      text += "\n</details>\n"
    }
    return text
  }

  /// Text as a cell of a table shows it, whatever marks it holds.
  private static func cell(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "|", "\\", "*", "_", "`", "[", "]", "#", "~": result += "\\\(character)"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "@": result += "@\u{200B}"
      default: result.append(character)
      }
    }
    return result
  }

  /// Text inside backticks in a cell: a table's bar still ends it, and a backtick would.
  private static func code(_ text: String) -> String {
    text.replacing("|", with: "\\|").replacing("`", with: "ˋ")
  }

  /// The report as one web page.
  public var html: String {
    var page = HTMLPage(
      title: "Policy change", subtitle: "\(grouped(report.fixtures)) recorded requests, \(oldName) → \(newName)")
    page.add(
      .tiles(
        DiffReport.Change.allCases.filter { $0 != .notEvaluable || (report.counts[$0] ?? 0) > 0 }.map {
          let count = report.counts[$0] ?? 0
          return (grouped(count), "\($0.word), \(share(count, of: report.fixtures))", count > 0 ? $0.role : nil)
        } + (report.notReplayable > 0 ? [(grouped(report.notReplayable), "not replayable", .bad)] : [])))
    page.add(.split(DiffReport.Change.allCases.map { (report.counts[$0] ?? 0, $0.word, $0.role) }))
    for (change, clusters) in changes where !clusters.isEmpty {
      let rows: [[HTMLFragment.Cell]] = clusters.prefix(Self.pageRows).map { key, cluster in
        let lines = places(key).map { "\($0.isOld ? "old" : "new") \($0.place) \($0.rule) \($0.note)" }
        return [
          .number(cluster.count), .text(Self.headline(key), change.role),
          .text(key.details.joined(separator: "; ")), .code(cluster.example.text),
          .place(describe(cluster.example.place)),
          .lines(lines, .faint),
        ]
      }
      page.add(
        .section(
          change.word.prefix(1).uppercased() + change.word.dropFirst(),
          .table(
            [
              .init("requests", isNumber: true), .init("verdict"), .init("besides"), .init("shortest example"),
              .init("at"),
              .init("lines"),
            ], rows, isSearchable: true)))
    }
    if !report.failures.isEmpty {
      page.add(.section("Not replayable", .table([.init("line")], report.failures.map { [.code($0.message)] })))
    }
    return page.html
  }
}

extension DiffReport.Change {
  /// Its name in JSON.
  fileprivate var key: String { self == .notEvaluable ? "notEvaluable" : rawValue }
}
