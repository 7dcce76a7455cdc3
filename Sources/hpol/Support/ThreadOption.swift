import PolicyTestBench

/// How many threads a command that reads recordings takes.
enum ThreadOption {
  static let option = Option(name: "threads", value: "N", help: "threads (default: one for each core)")
  /// More threads than any machine has use for.
  static let limit = 1024

  static func value(_ arguments: Arguments) throws(CommandError) -> Int {
    guard let text = arguments.value("threads") else { return availableCores() }
    guard let count = Int(text), (1...limit).contains(count) else {
      throw .usage("`--threads` is a number from 1 to \(limit)")
    }
    return count
  }
}
