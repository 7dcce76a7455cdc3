import Glibc
import JSONText
import PolicyBytecode

/// Tells a file that was taken for one of fixtures, or of commands to decode, from one that has lines which hold none.
public enum StrangeFile {
  /// What the lines of a file are to hold.
  public enum Content: String, Sendable { case fixtures, commands }

  /// Lines that are looked at, and how many of these tell, where none holds a fixture.
  private static let linesLookedAt = 20
  private static let tellingLines = 4

  /// Why the file holds none of what it is to, in words that follow its name; nil: it holds some, or nothing, or it is for whoever
  /// reads all of it to say.
  public static func objection(to path: String, as content: Content = .fixtures) -> String? {
    var status = stat()
    // What can be read only once is left to whoever judges it.
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, let failures = firstFailures(path, content),
      let first = failures.first
    else { return nil }
    if let kind = kind(path, hasLines: failures.count > 1) { return "holds no \(content): \(kind)" }
    guard failures.count >= tellingLines else { return nil }
    return "holds no \(content), which are a JSON object a line: \(first.line):\(first.column): \(first.reason)"
  }

  /// What the first lines lack; nil if one of them lacks nothing.
  private static func firstFailures(_ path: String, _ content: Content) -> [LineFailure]? {
    guard var reader = try? FixtureReader(path: path) else { return nil }
    var failures: [LineFailure] = []
    while failures.count < linesLookedAt {
      let found: LineFailure?
      switch content {
      case .fixtures:
        guard let line = try? reader.nextFixture() else { return failures }
        found = line.failure
      case .commands:
        guard let line = try? reader.nextDecodeInput() else { return failures }
        found = line.failure
      }
      guard let found else { return nil }
      failures.append(found)
    }
    return failures
  }

  /// What the file is instead, if that is seen.
  private static func kind(_ path: String, hasLines: Bool) -> String? {
    guard let line = try? firstLine(path) else { return nil }
    if line.starts(with: BundleFormat.magic) { return "it is a bundle" }
    if path.hasSuffix(".hpol") || line.starts(with: "hpol 1".utf8) { return "it is a policy" }
    if let formats = try? ImportFormat.detect(path), formats.count == 1 {
      return "it is a log; `hpol import \(formats[0].name) \(path)` makes fixtures of it"
    }
    // JSON that goes on in the next line.
    guard hasLines, (try? JSONValue(parsing: line)) == nil else { return nil }
    switch line.first(where: { $0 > 0x20 }) {
    case UInt8(ascii: "["): return "it is one JSON array; `jq -c '.[]' \(path)` gives a line for each element"
    case UInt8(ascii: "{"): return "it is JSON over several lines; `jq -c . \(path)` gives a line for each object"
    default: return nil
    }
  }

  private static func firstLine(_ path: String) throws(FileError) -> [UInt8] {
    var lines = try LineReader(path: path)
    guard let line = try lines.next() else { return [] }
    return lines.withBytes(of: line) { Array($0) }
  }
}
