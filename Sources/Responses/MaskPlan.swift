import Detectors
import JSONText
import PatternMatching
import PolicyBytecode
import PolicyRuntime

/// The masks of a verdict, compiled: made once, cached by the embedder, and used for many responses.
///
/// The order of the masks does not matter.
public final class MaskPlan: Sendable {
  /// One mask.
  struct Rule: Sendable {
    let treatment: MaskObligation.Treatment
    /// What `redact` prints between brackets, and what a report counts it as.
    let label: String
    /// `[label]`.
    let redacted: [UInt8]
    let kind: Kind
    enum Kind: Sendable { case detector, regex, column, json, header }
    /// Its replacement text, in which masks of this plan would find nothing.
    var replacement: [UInt8]
  }

  let rules: [Rule]
  /// Which of them are detectors.
  let isDetector: [Bool]
  /// Detectors and regexes; the index of one is the index of its rule.
  let detectors: DetectorSet
  let hasDetectors: Bool
  let paths: [JSONPath]
  /// The rule of each path.
  let pathRules: [Int]
  private let columns: GlobRules
  private let headers: GlobRules
  /// Names that paths end with, which are columns of tables too.
  private let pathColumns: [(name: [UInt8]?, rule: Int)]
  let key: MaskKey
  /// The words that stand in brackets where something was masked.
  let markers: Set<[UInt8]>
  /// How far around a hit ``Marker`` looks.
  let margin: Int

  /// Compiles `masks`; `detectors` gives what the policy says of a detector.
  public convenience init(_ masks: [MaskObligation], detectors: (String) -> DetectorDefinition, key: MaskKey) {
    var definitions: [DetectorDefinition] = []
    var found: [Rule] = []
    var others: [(MaskObligation, Rule)] = []
    for mask in masks {
      let rule = Rule(mask)
      switch mask.subject {
      case .detector(let name):
        definitions.append(detectors(name))
        found.append(rule)
      case .regex(let source):
        definitions.append(DetectorDefinition(name: "regex", regex: source))
        found.append(rule)
      case .column, .json, .header: others.append((mask, rule))
      }
    }
    self.init(DetectorSet(definitions), found, others, key)
  }

  /// A plan that redacts what `detectors` find.
  convenience init(redacting detectors: DetectorSet) {
    let rules = detectors.names.map { Rule(MaskObligation(.detector($0), .redact)) }
    self.init(detectors, rules, [], MaskKey.bench)
  }

  private init(_ set: DetectorSet, _ found: [Rule], _ others: [(MaskObligation, Rule)], _ key: MaskKey) {
    self.key = key
    detectors = set
    hasDetectors = !found.isEmpty
    var rules = found
    var paths: [JSONPath] = []
    var pathRules: [Int] = []
    var columns = GlobRules()
    var headers = GlobRules()
    for (mask, rule) in others {
      switch mask.subject {
      case .column(let globs): columns.add(globs, rules.count)
      case .header(let globs): headers.add(globs, rules.count)
      case .json(let text):
        // The compiler reports what is no path; should one come here, everything is behind it.
        paths.append((try? JSONPath(text)) ?? JSONPath(steps: []))
        pathRules.append(rules.count)
      case .detector, .regex: continue
      }
      rules.append(rule)
    }
    columns.compile()
    headers.compile()
    self.columns = columns
    self.headers = headers
    self.paths = paths
    self.pathRules = pathRules
    pathColumns = zip(paths, pathRules).compactMap { path, rule in
      switch path.steps.last?.selector {
      case .member(let name): (name, rule)
      case .any, .index, nil:
        // `$[*].*`, `$..*`, `$`: every value of a document without names is every cell.
        path.steps.allSatisfy { $0.selector == .any } ? (nil, rule) : nil
      }
    }
    markers = Set((["redacted"] + set.names).map { Array($0.utf8) })
    let longest = rules.map(\.replacement.count).filter { $0 <= MaskLimits.replacementBytes }.max() ?? 0
    margin = max(MaskLimits.markerBytes, longest)
    isDetector = rules.map { $0.kind == .detector }
    self.rules = Self.settled(rules, set)
  }

  /// Whether bodies are looked into at all.
  var looksIntoBodies: Bool { hasDetectors || hasStructure }
  /// Whether columns or paths are masked, so that the form of a response decides what is seen.
  var hasStructure: Bool { !columns.isEmpty || !paths.isEmpty }
  /// Whether tables in text are read for their columns.
  var namesColumns: Bool { !columns.isEmpty || !pathColumns.isEmpty }

  /// Whether the records of tables in text are held: to find columns, which are masked or say what their cells are, or to
  /// write replacements so that they fit.
  var readsTables: Bool {
    namesColumns || detectors.heedsNames
      || rules.contains { $0.replacement.contains { [0x22, 0x2C, 0x3B, 0x09, 0x0A, 0x7C].contains($0) } }
  }

  /// The masks of a column, or of the member of an object, by its name; ASCII case does not matter.
  func columnRules(_ name: UnsafeBufferPointer<UInt8>, into found: inout [Int], _ scratch: inout PatternScratch) {
    columns.find(name, &found, &scratch)
  }

  /// The masks of a column of a table: those of its name, and paths that end with it.
  func tableRules(_ name: UnsafeBufferPointer<UInt8>, into found: inout [Int], _ scratch: inout PatternScratch) {
    columns.find(name, &found, &scratch)
    for (wanted, rule) in pathColumns where wanted.map({ $0.elementsEqual(name) }) ?? true { found.append(rule) }
  }

  /// The masks of every column, for one whose name is too long to be looked at.
  var everyTableRule: [Int] {
    var found: [Int] = []
    for rule in columns.rules + pathColumns.map(\.rule) where !found.contains(rule) { found.append(rule) }
    return found
  }

  func headerRules(_ name: UnsafeBufferPointer<UInt8>, into found: inout [Int], _ scratch: inout PatternScratch) {
    headers.find(name, &found, &scratch)
  }

  /// Replacement texts in which other masks find something have that redacted: masking twice changes nothing.
  private static func settled(_ rules: [Rule], _ set: DetectorSet) -> [Rule] {
    guard !set.names.isEmpty, rules.contains(where: { !$0.replacement.isEmpty }) else { return rules }
    return rules.map { rule in
      guard !rule.replacement.isEmpty else { return rule }
      var rule = rule
      let spans = rule.replacement.withUnsafeBufferPointer { set.spans(in: $0) }
      var end = rule.replacement.count
      for span in spans.reversed() {
        let other = rules[span.detector]
        let treatment = MaskObligation.Treatment.combined([rule.treatment, other.treatment])
        guard treatment != rule.treatment, span.end <= end else { continue }
        rule.replacement.replaceSubrange(span.start..<span.end, with: "[\(other.label)]".utf8)
        end = span.start
      }
      return rule
    }
  }
}

extension MaskPlan.Rule {
  fileprivate init(_ mask: MaskObligation) {
    treatment = mask.treatment
    switch mask.subject {
    case .detector(let name): (label, kind) = (name, .detector)
    case .regex: (label, kind) = ("redacted", .regex)
    case .column: (label, kind) = ("redacted", .column)
    case .json: (label, kind) = ("redacted", .json)
    case .header: (label, kind) = ("redacted", .header)
    }
    redacted = Array("[\(label)]".utf8)
    if case .with(let text) = mask.treatment { replacement = Array(text.utf8) } else { replacement = [] }
  }

  /// What a report calls it.
  var name: String {
    switch kind {
    case .detector: label
    case .regex: "regex"
    case .column: "column"
    case .json: "json"
    case .header: "header"
    }
  }
}

/// Globs over names, each with its rule.
private struct GlobRules: Sendable {
  private var globs: [Pattern] = []
  private(set) var rules: [Int] = []
  private var list: PatternList?

  var isEmpty: Bool { globs.isEmpty }

  mutating func add(_ sources: [String], _ rule: Int) {
    for source in sources {
      globs.append(Pattern(.glob, source, ignoringCase: true))
      rules.append(rule)
    }
  }

  mutating func compile() { list = try? PatternList(globs) }

  /// Globs that cannot be compiled match every name.
  func find(_ name: UnsafeBufferPointer<UInt8>, _ found: inout [Int], _ scratch: inout PatternScratch) {
    for (index, rule) in rules.enumerated() where list?.matches(index, name, scratch: &scratch) ?? true {
      if !found.contains(rule) { found.append(rule) }
    }
  }
}
