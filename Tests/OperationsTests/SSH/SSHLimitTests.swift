import PolicyBytecode
import TestSupport
import Testing

@testable import Operations

@Suite struct SSHLimitTests {
  @Test func payloads() {
    let limit = DecodeLimits.payloadBytes
    let command = { (count: Int) in "a " + String(repeating: "b", count: count - 2) }
    var context = DecodeContext(demand: .everything)
    context.decode(.exec(Array(command(limit).utf8)))
    #expect(context.batch.operations[0].unparsed == .none && context.batch.count == 2)
    context.decode(.exec(Array(command(limit + 1).utf8)))
    #expect(context.outline == ["ssh ?oversized"])
    #expect(outline(.ssh, command(limit + 1)) == ["ssh ?oversized"])
  }

  @Test func paths() {
    let request = { (count: Int) in
      #"{"channel":"sftp","operation":"read","path":"/\#(String(repeating: "p", count: count - 1))"}"#
    }
    #expect(outline(.ssh, request(SSHLimits.path)).first?.hasPrefix("ssh sftp read /p") == true)
    #expect(outline(.ssh, request(SSHLimits.path + 1)) == ["ssh ?oversized"])
  }

  private static let pieces = [
    "{", "}", "\"channel\":", "\"shell\"", "\"input\":", "\"sftp\"", "\"operation\":\"remove\"", "\"path\":", "\"/x\"",
    ",",
    "scp ", "-t ", "-f ", "/x", "'", "\"", "\\", "$(", ")", "\n", "\r", "\u{1B}[A", "!", "^", " ", ";",
    "ssh -L 1:a:2 h ",
    "-R ", "-J ", "-o LocalForward=", ":", "[", "]", "@", "sftp -b - h <<E\n", "put ", "E\n", "é", "\0",
    "psql\n", "exit\n", "\u{4}\n", "rsync --server ", "--sender ", "-e.x ", "sftp-server ", "-ft ", "-l", "op run ",
    "tsh ssh ", "k3s kubectl ", "-- ", "-o RemoteCommand=", "0x7f", "::1", ".:",
  ]

  @Test func nothingCrashes() {
    var random = SplitMix64(seed: 0x22)
    for _ in 0..<3_000 {
      let text = (0..<random.below(16) + 1).map { _ in random.pick(Self.pieces) }.joined()
      for payload in [text, #"{"channel":"shell","input":"#, "scp -t " + text, "ssh -L " + text + " h"] {
        let first = outline(.ssh, payload)
        #expect(!first.isEmpty && first == outline(.ssh, payload))
      }
      var context = DecodeContext(demand: .everything)
      context.decode(.shellInput(Array(text.utf8)))
      #expect(context.batch.count > 0)
    }
  }

  /// Four times the input takes about four times the time.
  @Test func timeIsLinear() {
    let shapes: [(String, String, String)] = [
      ("", "scp -t x ", ""), ("scp -f ", "'a' ", ""), ("scp -t ", "a/../", ""),
      (#"{"channel":"shell","input":""#, #"ls\n"#, #""}"#), (#"{"channel":"shell","input":"(\n"#, #"ls\n"#, #""}"#),
      (#"{"channel":"shell","input":""#, #"\u0008\n"#, #""}"#), ("ssh ", "-L 1:a:2 ", "h"), ("ssh -J ", "a,", "b h"),
      ("sftp h <<E\n", "cd a\n", "E\n"), ("sftp h <<E\n", "put a\n", "E\n"), ("scp ", "h:a ", "b"),
      ("", "op run ", ""), ("chamber exec ", "a ", "-- id"), ("", "tsh ssh h ", ""), ("ssh -W ", "::1", ":22 h"),
      ("ssh -W ", "0x1.", ":22 h"), ("rsync --server --sender . ", "a ", ""), ("scp ", "-ft ", "a"),
      (#"{"channel":"shell","input":""#, #"psql\nexit\n"#, #""}"#),
      (#"{"channel":"shell","input":"psql\n"#, #"ls\n"#, #""}"#),
    ]
    for (prefix, unit, suffix) in shapes {
      let isLinear = (0..<3).contains { _ in
        let times = [4_096, 16_384].map { size in
          let payload = Array((prefix + String(repeating: unit, count: size / unit.utf8.count) + suffix).utf8)
          var context = DecodeContext(demand: .everything)
          return threadSeconds { context.decode(.ssh, payload) }
        }
        return times[1] < times[0] * 9 + 0.04
      }
      #expect(isLinear, "\(prefix)\(unit)…")
    }
  }
}
