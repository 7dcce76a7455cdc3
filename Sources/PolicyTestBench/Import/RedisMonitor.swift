import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

/// What Redis' `MONITOR` prints: `1795193817.246140 [0 127.0.0.1:42794] "set" "k" "v"`, words being quoted as an
/// inline command may quote them.
struct RedisMonitor: LogImporter {
  mutating func take(_ record: LogRecord, _ output: inout ImportOutput) {
    output.attempt(record) { output throws(ImportError) in
      let text = try record.text()
      guard text != "OK" && text != "+OK" else { return output.skip(.header) }
      guard let line = Self.split(text) else {
        throw ImportError("it is not of the form `TIME [DATABASE ADDRESS] \"COMMAND\" …`")
      }
      guard line.client != "lua" else { return output.skip(.script) }
      var fixture = Fixture(protocol: .redis, payload: .text(Array(Self.plain(line.words).utf8)))
      fixture.id = output.id(record.line)
      fixture.session = line.client
      fixture.principal.time = line.time
      fixture.principal.source = LogAddress.address(line.client)
      fixture.principal.labels = [["database", line.database]]
      fixture.missing = line.words.contains("\"(redacted)\"") ? [.response, .literals] : [.response]
      output.make(fixture)
    }
  }

  /// The parts of a line; its words keep their quotes.
  static func split(_ text: String) -> (time: Int64, database: String, client: String, words: [String])? {
    let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    // The bracket before a blank: an address of IPv6 has brackets of its own.
    guard parts.count == 3, let time = LogTime.epoch(parts[0]), parts[1].first == "[",
      let close = parts[2].utf8.indices.first(where: { parts[2].utf8[$0...].starts(with: "] ".utf8) })
    else { return nil }
    let client = String(parts[2][..<close])
    guard let words = words(parts[2].utf8[parts[2].utf8.index(after: close)...]), !words.isEmpty else { return nil }
    return (time, String(parts[1].dropFirst()), client, words)
  }

  private static func words(_ bytes: Substring.UTF8View) -> [String]? {
    var words: [String] = []
    var rest = bytes
    while !rest.isEmpty {
      guard rest.removeFirst() == 0x20, rest.first == UInt8(ascii: "\"") else { return nil }
      var end = rest.index(after: rest.startIndex)
      while end < rest.endIndex, rest[end] != UInt8(ascii: "\"") {
        end = rest.index(after: end)
        if rest[rest.index(before: end)] == UInt8(ascii: "\\"), end < rest.endIndex { end = rest.index(after: end) }
      }
      guard end < rest.endIndex else { return nil }
      end = rest.index(after: end)
      words.append(String(Substring(rest[..<end])))
      rest = rest[end...]
    }
    return words
  }

  /// The command on one line, without the quotes that it does not need.
  private static func plain(_ words: [String]) -> String {
    words.map { word in
      let inner = word.dropFirst().dropLast()
      let isPlain = !inner.isEmpty && inner.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"'\\".utf8.contains($0) }
      return isPlain ? String(inner) : word
    }.joined(separator: " ")
  }
}
