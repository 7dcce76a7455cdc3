import JSONText
import PolicyRuntime
import Responses
import TestSupport
import Testing

@Suite struct FuzzTests {
  private static let pieces = [
    "{", "}", "[", "]", "\"", "\\", "\\u0061", "\\ud83d", ":", ",", "\n", "\r\n", " ", "\t", "|", "+--+--+\n",
    "---+---\n", "- ", "key: ",
    "\"key\":", "secret", "id,secret\n", "ana@example.com", "4111111111111111", "123-45-6789", "[redacted]", "[email]",
    "#2", "data: ",
    "data:", "null", "1e5", "---\n", "|\n  ", "&a ", "*a", "? ", "'", "EMP-123456", "password=", "é", "\u{FEFF}",
    "(1 row)\n",
    "A_TOKEN  B\n", "-[ RECORD 1 ]--\n",
  ]

  private func mutated(_ random: inout SplitMix64) -> [UInt8] {
    var bytes = Array(random.some(samples, 1, 2).joined().utf8)
    for _ in 0..<1 + random.below(6) {
      let at = random.below(bytes.count + 1)
      switch random.below(4) {
      case 0: bytes.insert(contentsOf: random.pick(Self.pieces).utf8, at: at)
      case 1: if at < bytes.count { bytes[at] = UInt8(random.below(256)) }
      case 2: bytes.removeSubrange(at..<min(bytes.count, at + random.below(8)))
      default: bytes.removeSubrange(at...)
      }
    }
    return bytes
  }

  @Test func mutationsAreMaskedAlikeInAnyPieces() {
    var random = SplitMix64(seed: 99)
    let plan = maskPlan(everyMask)
    for _ in 0..<1_500 {
      let bytes = mutated(&random)
      let format = random.pick([ResponseFormat.automatic, .automatic, .text, .json, .yaml])
      let whole = masked(bytes, plan, format: format)
      let pieces = (0..<20).map { _ in 1 + random.below(random.pick([2, 9, 60])) }
      #expect(
        masked(bytes, plan, pieces: pieces, format: format) == whole,
        "\(format) \(pieces) \(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }
  }

  @Test func piecesOfSyntaxNeverCrash() {
    var random = SplitMix64(seed: 5)
    let plan = maskPlan(everyMask)
    for _ in 0..<3_000 {
      let bytes = Array(random.some(Self.pieces, 1, 25).joined().utf8)
      let whole = masked(bytes, plan)
      #expect(
        masked(bytes, plan, pieces: [1 + random.below(5)]) == whole,
        "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }
  }

  /// What begins like JSON and is none, before, between and after tables.
  @Test func brokenDocumentsBesideTablesAreMaskedAlikeInAnyPieces() {
    var random = SplitMix64(seed: 17)
    let plans = [
      maskPlan([detector("email"), detector("password"), column("*_token"), column("*password*", .hash)]),
      maskPlan([detector("email"), detector("secret"), path("$.a")]), maskPlan([column("user_token")]),
    ]
    let pieces = [
      "bob@example.org", "{\"a\":\"b\"}", "{\"a\" x", "{\"a\" b", "{\"a\":1,", "\n", "\n", "\n", "a: b\n", " | ", "\t",
      "xx",
      "password", "user_token", "hunter2x", "---", "--", "-", "----------\n", "+---+\n", "| a |", ",", "\"",
      "id,user_token\n1,abc\n", " id | user_token\n----+-----------\n  1 | abc\n(1 row)\n",
      "NAME   READY\nweb-1  1/1\n",
      "- a\n", "  b: c\n", "key:\n", "INFO x ", "log ", ": ", "{", "}", "[", "]", "abcdef", "true", "nul", "1e",
      "data:",
    ]
    for round in 0..<6_000 {
      let bytes = Array(random.some(pieces, 2, 14).joined().utf8)
      let plan = plans[round % plans.count]
      let whole = masked(bytes, plan)
      for sizes in [[1], [2], [1, 2], [1 + random.below(9), 1 + random.below(9), 3]] {
        #expect(
          masked(bytes, plan, pieces: sizes) == whole,
          "\(sizes) \(String(decoding: bytes, as: UTF8.self).debugDescription)")
      }
    }
  }

  @Test func noEmailIsLeft() {
    var random = SplitMix64(seed: 8)
    let plan = maskPlan([detector("email"), path("$.x"), column("y")])
    for _ in 0..<1_000 {
      let text = random.some(Self.pieces + [" ana@example.com "], 1, 20).joined(separator: " ")
      let out = masked(text, plan)
      #expect(!out.contains(" ana@example.com "), "\(text.debugDescription)")
    }
  }

  /// What could be read before can be read after.
  @Test func formsStayValid() {
    var random = SplitMix64(seed: 21)
    let plan = maskPlan(everyMask)
    func value(_ depth: Int) -> JSONValue {
      switch random.below(depth > 3 ? 4 : 6) {
      case 0: .number(random.pick(["1", "-2.5e3", "4111111111111111", "0"]))
      case 1:
        .string(
          random.some(["ana@example.com", " \"q\" ", "é\n", "EMP-123456", "\\", "{\"key\":1}", "x"], 0, 3).joined())
      case 2: .boolean(true)
      case 3: .null
      case 4: .array((0..<random.below(4)).map { _ in value(depth + 1) })
      default:
        .object(
          (0..<random.below(4)).map { index in
            .init(
              random.pick(["key", "a", "b@example.com", "u c@example.com", "a_token", "secret"])
                + (index > 0 ? "\(index)" : ""), value(depth + 1))
          })
      }
    }
    for _ in 0..<400 {
      let text = value(0).text
      let out = masked(text, plan, format: .json)
      #expect((try? JSONValue(parsing: out)) != nil, "\(text)\n\(out)")
      // JSON is YAML.
      if case .object(let members) = try? JSONValue(parsing: text), !members.isEmpty {
        let yaml = "a: 1\nb: " + text + "\n"
        if (try? parseYAML(Array(yaml.utf8))) != nil {
          let out = masked(yaml, plan, format: .yaml)
          #expect((try? parseYAML(Array(out.utf8))) != nil, "\(yaml)\n\(out)")
        }
      }
    }
  }
}
