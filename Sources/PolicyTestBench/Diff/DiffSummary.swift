import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine
import PolicySyntax

/// A comparison with the lines of both policies in it, for people and for machines.
public struct DiffSummary: Sendable {
  let report: DiffReport
  let paths: [String]
  /// One of the two policies.
  public struct Side {
    /// What it is called.
    let name: String
    let bundle: Bundle
    /// Its sources, unless it came as a bundle, which does not say where defaults are declared.
    let build: PolicyBuild?

    public init(name: String, bundle: Bundle, build: PolicyBuild?) {
      (self.name, self.bundle, self.build) = (name, bundle, build)
    }

    /// `file:line` of the defaults that decide so.
    func defaults(_ decision: Decision) -> [String] {
      guard let build, let policy = build.policy else { return [] }
      let places = policy.defaults.declarations.filter { $0.decision == decision }.compactMap { declaration in
        build.sources.file(declaration.span.file).map { file in
          "\(file.path):\(file.position(of: declaration.span.range.start).line)"
        }
      }
      return distinct(places)
    }
  }

  /// What the two policies are called.
  let oldName: String
  let newName: String
  /// `file:line` of the defaults by what they decide.
  private let oldDefaults: [Decision: [String]]
  private let newDefaults: [Decision: [String]]
  /// `file:line` of rules, by the names that reports use.
  private let oldPlaces: [String: String]
  private let newPlaces: [String: String]

  public init(_ report: DiffReport, old: Side, new: Side, _ paths: [String]) {
    self.report = report
    self.paths = paths.map { $0 == "-" ? "<stdin>" : $0 }
    (oldName, newName) = (old.name, new.name)
    oldPlaces = Self.places(old.bundle)
    newPlaces = Self.places(new.bundle)
    func defaults(_ side: Side) -> [Decision: [String]] {
      Dictionary(uniqueKeysWithValues: [Decision.allow, .block].map { ($0, side.defaults($0)) })
    }
    oldDefaults = defaults(old)
    newDefaults = defaults(new)
  }

  /// The declarations that make a decision by default; the policy's name where none does, or none is known.
  private func defaultPlaces(_ decision: Decision, isOld: Bool) -> [Place] {
    let known = (isOld ? oldDefaults : newDefaults)[decision] ?? []
    return (known.isEmpty ? [isOld ? oldName : newName] : Array(known.prefix(Self.shownDefaults))).map {
      Place(isOld: isOld, rule: "(default)", place: $0, note: isOld ? "decided" : "decides")
    }
  }

  /// Declarations of defaults that are shown: which of several decided depends on the request.
  private static let shownDefaults = 3

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
    if let decision = key.old, key.oldRules.isEmpty { places += defaultPlaces(decision, isOld: true) }
    for rule in key.newRules {
      if let place = newPlaces[rule] { places.append(Place(isOld: false, rule: rule, place: place, note: "decides")) }
    }
    if let decision = key.new, key.newRules.isEmpty { places += defaultPlaces(decision, isOld: false) }
    return places
  }

  /// `block by no-drop → allow by default`.
  static func headline(_ key: DiffReport.ClusterKey) -> String {
    func side(_ decision: Decision?, _ rules: [String]) -> String {
      guard let decision else { return "not evaluable" }
      return decision.word + " by " + (rules.isEmpty ? "default" : rules.joined(separator: ", "))
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
    var text = "\(counted(report.fixtures, "request")), \(oldName) → \(newName)\n\n"
    var table = TextTable([.left, .right, .right], indent: 2)
    let listed = DiffReport.Change.allCases.filter { $0 != .notEvaluable || (report.counts[$0] ?? 0) > 0 }
    for change in listed {
      let count = report.counts[change] ?? 0
      table.add([change.word, grouped(count), share(count, of: report.fixtures)])
    }
    if report.notReplayable > 0 { table.add(["not replayable", grouped(report.notReplayable), ""]) }
    text += table.text { row, column, cell in
      guard column == 0 else { return cell }
      return row < listed.count ? style(listed[row].role, cell) : style(.bad, cell)
    }
    for (change, clusters) in changes where !clusters.isEmpty {
      text += "\n" + style(change.role, change.word) + "\n"
      for (key, cluster) in clusters.prefix(Self.shown) { text += self.text(key, cluster, style) }
      if clusters.count > Self.shown {
        text += style(.faint, "  and \(counted(clusters.count - Self.shown, "more kind"))\n")
      }
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
