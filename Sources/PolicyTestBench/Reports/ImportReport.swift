import JSONText
import PolicyEngine

/// What became of the records of an import.
public struct ImportReport: Sendable {
  public var format: ImportFormat
  public var counts: ImportCounts

  public init(format: ImportFormat, counts: ImportCounts) {
    self.format = format
    self.counts = counts
  }

  private var skipped: [(reason: SkipReason, count: Int)] {
    SkipReason.allCases.compactMap { reason in counts.skipped[reason].map { (reason, $0) } }
  }

  private var missing: [(part: MissingPart, count: Int)] {
    MissingPart.allCases.compactMap { part in counts.missing[part].map { (part, $0) } }
  }

  /// A line for the whole, one for each thing that became of records, and one for what the log does not say.
  public func text(_ style: TextStyle) -> String {
    var text = "\(format.name): \(counted(counts.records, "record")), "
    text += style(.strong, counted(counts.fixtures, "fixture")) + "\n"
    var table = TextTable([.right, .left], indent: 2)
    table.add([grouped(counts.made), counts.made == 1 ? "made a fixture" : "made fixtures"])
    if counts.joined > 0 { table.add([grouped(counts.joined), "joined with another record of the same request"]) }
    for (reason, count) in skipped { table.add([grouped(count), "no request: \(reason.phrase)"]) }
    if counts.unreadable > 0 { table.add([grouped(counts.unreadable), "unreadable, as said above"]) }
    text += table.text { _, _, cell in cell.hasPrefix("unreadable") ? style(.bad, cell) : cell }
    guard !missing.isEmpty else { return text }
    let parts = missing.map { "\($0.part.rawValue) (\(grouped($0.count)))" }.joined(separator: ", ")
    return text + style(.faint, "not in the log: \(parts)") + "\n"
  }

  /// As `grammar/import.schema.json` says.
  public func write(to writer: inout JSONWriter) {
    func integers(_ name: String, _ values: [(String, Int)], _ writer: inout JSONWriter) {
      writer.key(name)
      writer.object { writer in
        for (name, count) in values { writer.member(name, count) }
      }
    }
    writer.object { writer in
      writer.member("format", format.name)
      writer.member("records", counts.records)
      writer.member("fixtures", counts.fixtures)
      writer.member("made", counts.made)
      writer.member("joined", counts.joined)
      writer.member("unreadable", counts.unreadable)
      integers("skipped", skipped.map { ($0.reason.rawValue, $0.count) }, &writer)
      integers("missing", missing.map { ($0.part.rawValue, $0.count) }, &writer)
    }
    writer.newline()
  }
}
