import Glibc
import PolicyBytecode
import PolicyRuntime
import PolicyTestBench

/// Fixtures a second on one core, parsing included: 480 statements of 800 identities again and again, and shell commands
/// of which no two are the same. The seconds are those of the processor, so that other work beside does not count.
enum ReplayBench {
  private static let repeatedLines = 2_000_000
  private static let distinctLines = 200_000

  /// All, or those of `names`.
  static func run(_ policy: LoadedPolicy, _ names: [String] = []) {
    print(
      "\n"
        + ["replay, one core", "lines", "bytes a line", "fixtures/s", "MB/s", "peak MB"].map { column($0, 18) }.joined()
    )
    let statements = DecodingWorkload.postgres.map(escaped)
    func isAsked(_ name: String) -> Bool { names.isEmpty || names.contains(name) }
    if isAsked("repeated") {
      measure("repeated", policy, repeatedLines) { number in
        let statement = statements[number % statements.count]
        return line(number, "postgres", "prod-orders-\(number / 7 % 20)", "\(statement) -- \(number / 12 % 40)")
      }
    }
    guard isAsked("distinct shell") else { return }
    let commands = DecodingWorkload.shell.map(escaped)
    measure("distinct shell", policy, distinctLines) { number in
      line(number, "shell", "dev-box-\(number / 5 % 20)", "\(commands[number % commands.count]) # \(number)")
    }
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
  }

  /// `request` is escaped already.
  private static func line(_ number: Int, _ wire: String, _ target: String, _ request: String) -> String {
    """
    {"id":"s-\(number / 50)/\(number % 50)","time":"2026-11-20T10:\(10 + number % 50):05Z",\
    "principal":{"user":"u\(number % 40)","groups":["developers","team-\(number % 8)"],"actor":"human"},\
    "protocol":"\(wire)","target":"\(target)","session":"s-\(number / 50)","request":"\(request)"}

    """
  }

  private static func measure(_ name: String, _ policy: LoadedPolicy, _ lines: Int, _ make: (Int) -> String) {
    let path = "/tmp/hpol-replay-bench-\(getpid()).jsonl"
    defer { unlink(path) }
    var bytes = 0
    do throws(FileError) {
      let sink = try ByteSink(path: path)
      for number in 0..<lines {
        let text = Array(make(number).utf8)
        bytes += text.count
        try sink.write(text)
      }
      try sink.finish()
      var failed: FileError?
      var fixtures = 0
      let seconds = best(of: 3, processSeconds) {
        do throws(FileError) {
          fixtures = try Replay.run(policy, on: [path], clock: 0, threads: 1).fixtures
        } catch { failed = error }
      }
      if let failed { throw failed }
      guard fixtures == lines else { fatalError("\(fixtures) of \(lines) fixtures came out of the replay") }
      var usage = rusage()
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      print(
        [
          name, String(lines), String(bytes / lines), fixed(Double(lines) / seconds, 0),
          fixed(Double(bytes) / seconds / 1e6, 0), String(usage.ru_maxrss / 1024),
        ].map { column($0, 18) }.joined())
    } catch { fatalError(error.message) }
  }
}
