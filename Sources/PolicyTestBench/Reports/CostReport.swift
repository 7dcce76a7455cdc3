import JSONText
import PolicyRuntime

/// What decisions cost on given requests, in nanoseconds; the best of the rounds.
public struct CostReport: Sendable {
  public struct Entry: Sendable {
    public var request: String
    public var decodeNanoseconds: Double
    public var judgeNanoseconds: Double

    var total: Double { decodeNanoseconds + judgeNanoseconds }
  }

  /// One a request, the dearest first.
  public var entries: [Entry]

  public static let shownSlowest = 5

  /// The report for people.
  public func text(_ style: TextStyle) -> String {
    var table = TextTable([.left, .right, .right, .right, .right], indent: 2)
    table.add(["ns a request", "mean", "median", "p99", "most"])
    table.add(row("decode", entries.map(\.decodeNanoseconds)))
    table.add(row("judge", entries.map(\.judgeNanoseconds)))
    var text = counted(entries.count, "request") + "\n\n"
    text += table.text { row, _, cell in row == 0 ? style(.faint, cell) : cell }
    text += "\n\(style(.strong, "slowest"))\n"
    var slowest = TextTable([.right, .right, .left], indent: 2)
    slowest.add(["decode", "judge", ""])
    for entry in entries.prefix(Self.shownSlowest) {
      slowest.add([whole(entry.decodeNanoseconds), whole(entry.judgeNanoseconds), entry.request])
    }
    return text + slowest.text { row, _, cell in row == 0 ? style(.faint, cell) : cell }
  }

  public func write(to writer: inout JSONWriter) {
    writer.object {
      for (key, values) in [
        ("decode", entries.map(\.decodeNanoseconds)), ("judge", entries.map(\.judgeNanoseconds)),
      ] {
        let numbers = quantiles(values)
        $0.key(key)
        $0.object {
          for (name, value) in zip(["mean", "median", "p99", "most"], numbers) {
            $0.key(name)
            $0.integer(Int(value.rounded()))
          }
        }
      }
      $0.key("requests")
      $0.integer(entries.count)
    }
    writer.newline()
  }

  private func row(_ label: String, _ values: [Double]) -> [String] { [label] + quantiles(values).map(whole) }

  private func quantiles(_ values: [Double]) -> [Double] {
    let sorted = values.sorted()
    guard let most = sorted.last else { return [0, 0, 0, 0] }
    let mean = sorted.reduce(0, +) / Double(sorted.count)
    return [mean, sorted[sorted.count / 2], sorted[sorted.count * 99 / 100], most]
  }

  private func whole(_ value: Double) -> String { grouped(Int(value.rounded())) }
}
