import JSONText
import PolicyBytecode
import PolicyEngine

/// A comparison with the lines of both policies in it, for people and for machines.
public struct DiffSummary: Sendable {
  let report: DiffReport
  let paths: [String]
  /// What the two policies are called.
  let oldName: String
  let newName: String
  /// `file:line` of rules, by the names that reports use.
  private let oldPlaces: [String: String]
  private let newPlaces: [String: String]

  public init(
    _ report: DiffReport, old: (name: String, bundle: Bundle), new: (name: String, bundle: Bundle), _ paths: [String]
  ) {
    self.report = report
    self.paths = paths.map { $0 == "-" ? "<stdin>" : $0 }
    (oldName, newName) = (old.name, new.name)
    oldPlaces = Self.places(old.bundle)
    newPlaces = Self.places(new.bundle)
  }

  private static func places(_ bundle: Bundle) -> [String: String] {
    Dictionary(
      bundle.rules.map { rule in
        (
          bundle.text(rule.displayName),
          "\(bundle.text(bundle.sources[Int(rule.place.file)].path)):\(rule.place.line)"
        )
      }, uniquingKeysWith: { first, _ in first })
  }

  /// The changes in the order in which they matter, each with its clusters, the largest first.
  var changes: [(change: DiffReport.Change, clusters: [(key: DiffReport.ClusterKey, cluster: DiffReport.Cluster)])] {
    DiffReport.Change.allCases.filter { $0 != .unchanged }.map { change in
      let clusters = report.clusters.filter { $0.key.change == change }.map { ($0.key, $0.value) }
      return (
        change,
        clusters.sorted { a, b in
          if a.1.count != b.1.count { return a.1.count > b.1.count }
          return a.1.example.place < b.1.example.place
        }
      )
    }
  }

  func describe(_ place: LinePlace) -> String { "\(paths[place.file]):\(place.line)" }

  /// A line of a policy that a cluster speaks of.
  struct Place: Sendable {
    var isOld: Bool
    var rule: String
    /// `file:line`.
    var place: String
    /// What is to be said of it.
    var note: String
  }

  /// The lines of both policies that decided, or that no longer do.
  func places(_ key: DiffReport.ClusterKey) -> [Place] {
    var places: [Place] = []
    for rule in key.oldRules {
      if let place = oldPlaces[rule] { places.append(Place(isOld: true, rule: rule, place: place, note: "decided")) }
      guard !key.newRules.contains(rule) else { continue }
      if let place = newPlaces[rule] {
        places.append(Place(isOld: false, rule: rule, place: place, note: "no longer decides"))
      } else if oldPlaces[rule] != nil {
        places.append(Place(isOld: false, rule: rule, place: newName, note: "is not there"))
      }
    }
    if key.oldRules.isEmpty { places.append(Place(isOld: true, rule: "(default)", place: oldName, note: "decided")) }
    for rule in key.newRules {
      if let place = newPlaces[rule] { places.append(Place(isOld: false, rule: rule, place: place, note: "decides")) }
    }
    if key.newRules.isEmpty { places.append(Place(isOld: false, rule: "(default)", place: newName, note: "decides")) }
    return places
  }

  /// `block by no-drop → allow by default`.
  static func headline(_ key: DiffReport.ClusterKey) -> String {
    func side(_ decision: Decision, _ rules: [String]) -> String {
      decision.word + " by " + (rules.isEmpty ? "default" : rules.joined(separator: ", "))
    }
    let (old, new) = (side(key.old, key.oldRules), side(key.new, key.newRules))
    return old == new ? old : old + " → " + new
  }

  /// Whether the run holds where none of `changes` may occur.
  public func holds(failingOn changes: Set<DiffReport.Change>) -> Bool {
    report.notReplayable == 0 && changes.allSatisfy { (report.counts[$0] ?? 0) == 0 }
  }
}

extension DiffSummary {
  /// Clusters of a change that are shown.
  private static let shown = 12

  /// The report for people.
  public func text(_ style: TextStyle) -> String {
    var text = "\(grouped(report.fixtures)) requests, \(oldName) → \(newName)\n\n"
    var table = TextTable([.left, .right, .right], indent: 2)
    let counted = DiffReport.Change.allCases.filter { $0 != .notEvaluable || (report.counts[$0] ?? 0) > 0 }
    for change in counted {
      let count = report.counts[change] ?? 0
      table.add([change.word, grouped(count), share(count, of: report.fixtures)])
    }
    if report.notReplayable > 0 { table.add(["not replayable", grouped(report.notReplayable), ""]) }
    text += table.text { row, column, cell in
      guard column == 0 else { return cell }
      return row < counted.count ? style(counted[row].role, cell) : style(.bad, cell)
    }
    for (change, clusters) in changes where !clusters.isEmpty {
      text += "\n" + style(change.role, change.word) + "\n"
      for (key, cluster) in clusters.prefix(Self.shown) { text += self.text(key, cluster, style) }
      if clusters.count > Self.shown { text += style(.faint, "  and \(clusters.count - Self.shown) more kinds\n") }
    }
    return text
  }

  private func text(
    _ key: DiffReport.ClusterKey, _ cluster: DiffReport.Cluster, _ style: TextStyle
  ) -> String {
    var text = "  \(style(.strong, grouped(cluster.count)))  \(Self.headline(key))\n"
    text += "     \(cluster.example.text)  \(style(.faint, describe(cluster.example.place)))\n"
    for detail in key.details.prefix(Self.shown) { text += "     \(style(.warning, printable(detail)))\n" }
    guard key.change != .changed else { return text }
    var table = TextTable([.left, .left, .left, .left], indent: 5)
    for place in places(key) { table.add([place.isOld ? "old" : "new", place.rule, place.place, place.note]) }
    return text + table.text { _, column, cell in column == 1 ? style(.name, cell) : style(.faint, cell) }
  }
}
