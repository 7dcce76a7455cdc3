import Glibc
import JSONText
import PolicySyntax
import PolicyTestBench

/// Standard output, buffered, and standard error; which of them are terminals, and whether they take colour.
final class Console {
  enum ColourChoice: String, CaseIterable { case auto, always, never }

  /// How to decorate standard output and standard error.
  private(set) var style: TextStyle
  private(set) var errorStyle: TextStyle
  let outputIsTerminal: Bool
  let errorIsTerminal: Bool
  private var buffer: [UInt8] = []

  private static let bufferBytes = 64 << 10

  init() {
    outputIsTerminal = isatty(1) == 1
    errorIsTerminal = isatty(2) == 1
    style = .plain
    errorStyle = .plain
    choose(.auto)
  }

  /// Follows `--color`; `auto` colours terminals unless `NO_COLOR` is set or the terminal is dumb.
  func choose(_ choice: ColourChoice) {
    func colours(_ descriptor: Int32) -> Bool {
      switch choice {
      case .always: return true
      case .never: return false
      case .auto:
        let noColour = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? false
        return isatty(descriptor) == 1 && !noColour && !isDumb
      }
    }
    style = TextStyle(usesColour: colours(1))
    errorStyle = TextStyle(usesColour: colours(2))
  }

  /// The lines of the terminal that standard output is; nil where it is none or does not say.
  var rows: Int? {
    var size = winsize()
    guard outputIsTerminal, ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return nil }
    return Int(size.ws_row)
  }

  func write(_ text: String) { write([UInt8](text.utf8)) }

  func write(_ bytes: [UInt8]) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.bufferBytes { flush() }
  }

  /// Hands on what a JSON writer holds, and empties it.
  func write(_ writer: inout JSONWriter) {
    write(writer.bytes)
    writer.removeAll()
  }

  /// Whether what nobody reads any more is left out, and not the end of the program.
  var outlivesReaders = false

  /// Sends what is buffered. If nobody reads any more, the program ends here as if the signal had ended it: nothing it could still
  /// do is wanted. It ends with an error where it cannot be written.
  func flush() {
    if !writeAll(1, buffer), !outlivesReaders {
      if errno == EPIPE { _exit(128 + SIGPIPE) }
      _ = writeAll(2, [UInt8]("hpol: error: cannot write standard output: \(systemReason())\n".utf8))
      _exit(ExitCode.failed.rawValue)
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Whether errors are lines of JSON, as `grammar/errors.schema.json` says.
  var writesErrorsAsJSON = false

  /// Prints `hpol: error: …` on standard error, after all that was written before; for people with a `hint`.
  func error(_ message: String, hint: String? = nil) {
    if writesErrorsAsJSON { return errorLine { writer in writer.object { $0.member("error", message) } } }
    note("hpol: \(errorStyle(.bad, "error")): \(message)\n" + (hint.map { "  \($0)\n" } ?? ""))
  }

  /// Prints why a line could not be used.
  func error(_ failure: LineFailure) {
    if writesErrorsAsJSON { return errorLine { failure.write(to: &$0) } }
    error(failure.message)
  }

  /// Prints findings about sources.
  func error(_ diagnostics: [Diagnostic], in sources: SourceSet) {
    let renderer = DiagnosticRenderer(sources: sources, isColored: errorStyle.usesColour)
    for diagnostic in diagnostics {
      if writesErrorsAsJSON {
        errorLine { DiagnosticJSON(sources).write(diagnostic, &$0) }
      } else {
        note(renderer.render(diagnostic))
      }
    }
  }

  private func errorLine(_ write: (inout JSONWriter) -> Void) {
    var writer = JSONWriter()
    write(&writer)
    writer.newline()
    note(String(decoding: writer.bytes, as: UTF8.self))
  }

  /// Prints text on standard error as it is.
  func note(_ text: String) {
    flush()
    _ = writeAll(2, [UInt8](text.utf8))
  }

  private func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        buffer.baseAddress.map { Glibc.write(descriptor, $0 + sent, bytes.count - sent) } ?? 0
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}

/// A line on a terminal's standard error that says how far a long command has come; nothing elsewhere.
struct Progress {
  private let console: Console
  private let label: String
  private var count = 0
  private var lastShown = 0

  init(_ label: String, _ console: Console) {
    self.label = label
    self.console = console
  }

  private static let step = 10_000

  mutating func advance() {
    count += 1
    guard console.errorIsTerminal, count - lastShown >= Self.step else { return }
    lastShown = count
    console.note("\r\(label) \(count)\u{1B}[K")
  }

  /// Takes the line away.
  func finish() { if lastShown > 0 { console.note("\r\u{1B}[K") } }
}
