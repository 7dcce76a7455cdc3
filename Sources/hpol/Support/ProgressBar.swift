import Glibc
import PolicyTestBench

/// A bar on a terminal's standard error that fills as files are read; nothing elsewhere.
///
/// Whoever reads tells it how far it is, one thread at a time.
final class ProgressBar: @unchecked Sendable {
  private let console: Console
  private let label: String
  /// Bytes of all files on disk; nil where one has no size.
  private let total: Int?
  private let start = ContinuousClock.now
  private var lastShown: ContinuousClock.Instant?

  private static let width = 30
  private static let interval = Duration.milliseconds(100)

  init(_ label: String, _ paths: [String], _ console: Console) {
    self.label = label
    self.console = console
    var sum: Int? = 0
    for path in paths {
      var status = stat()
      let isFile = path != "-" && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      sum = isFile ? sum.map { $0 + Int(status.st_size) } : nil
    }
    total = sum
  }

  func show(_ bytes: Int) {
    guard console.errorIsTerminal else { return }
    let now = ContinuousClock.now
    if let lastShown, now - lastShown < Self.interval { return }
    // What is done at once needs no bar.
    if lastShown == nil, now - start < Self.interval { return }
    lastShown = now
    let seconds = max((now - start) / .seconds(1), 0.001)
    let rate = "\(Int(Double(bytes) / seconds / 1e6)) MB/s"
    var line = "\r\(label) "
    if let total, total > 0 {
      let share = min(Double(bytes) / Double(total), 1)
      let filled = Int(share * Double(Self.width))
      line += String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
      line += " \(Int(share * 100)) %  \(rate)"
      if share > 0.01 { line += ", \(Int((seconds / share - seconds).rounded(.up))) s left" }
    } else {
      line += "\(bytes / 1_000_000) MB  \(rate)"
    }
    console.note(line + "\u{1B}[K")
  }

  /// Takes the bar away.
  func finish() { if lastShown != nil { console.note("\r\u{1B}[K") } }
}
