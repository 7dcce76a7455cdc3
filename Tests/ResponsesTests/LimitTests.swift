import JSONText
import PolicyRuntime
import Responses
import TestSupport
import Testing

private func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

@Suite struct LimitTests {
  @Test func strings() {
    let limit = MaskLimits.heldBytes
    let tail = " ana@example.com"
    let value = { (count: Int) in repeated("x", count - tail.utf8.count) + tail }
    // Hits are found on both sides of the limit; the whole of a value can be kept only up to it.
    for count in [limit, limit + 1] {
      let out = masked("{\"a\":\"\(value(count))\"}", [detector("email")])
      #expect(out == "{\"a\":\"\(value(count).dropLast(tail.utf8.count)) [email]\"}")
    }
    let keep = [path("$.a", .keepLast(4))]
    #expect(masked("{\"a\":\"\(repeated("x", limit))\",\"b\":1}", keep).hasSuffix("*xxxx\",\"b\":1}"))
    #expect(masked("{\"a\":\"\(repeated("x", limit + 1))\",\"b\":1}", keep) == "{\"a\":\"[redacted]\",\"b\":1}")
    // So can a document in it be read.
    let document = { (count: Int) in "{\\\"p\\\":\\\"" + repeated("x", count - 12) + "\\\"}" }
    let structure = [path("$.q")]
    #expect(masked("{\"a\":\"\(document(limit))\"}", structure) == "{\"a\":\"\(document(limit))\"}")
    #expect(masked("{\"a\":\"\(document(limit + 1))\"}", structure) == "{\"a\":\"[redacted]\"}")
    // A key that long is no key.
    let key = masked("{\"\(repeated("k", limit + 1))\":1}", structure)
    #expect(key.hasPrefix("{\"kkk") || key.contains("[redacted]"))
  }

  @Test func longStringsKeepTheirMeaning() throws {
    let unit = #"\u00e9\/\n\ud83d\ude00 \ud800x ana@example.com \\ "#
    let text = "{\"a\":\"" + repeated(unit, MaskLimits.heldBytes / unit.utf8.count + 10) + "\"}"
    let plan = maskPlan([detector("email")])
    let bytes = Array(text.utf8)
    let whole = masked(bytes, plan)
    var random = SplitMix64(seed: 3)
    let pieces = (0..<500).map { _ in 1 + random.below(5000) }
    #expect(masked(bytes, plan, pieces: pieces) == whole)
    let value = try JSONValue(parsing: whole)["a"]?.string
    #expect(value?.contains("example") == false && value?.contains("é/\n😀 \u{FFFD}x [email] \\ ") == true)
  }

  @Test func depth() {
    let nested = { (levels: Int) in repeated("[", levels) + "\"ana@example.com\"" + repeated("]", levels) }
    let limit = MaskLimits.jsonDepth
    let masks = [detector("email")]
    #expect(masked(nested(limit), masks) == repeated("[", limit) + "\"[email]\"" + repeated("]", limit))
    #expect(masked(nested(limit + 1), masks) == repeated("[", limit) + "\"[redacted]\"" + repeated("]", limit))
    let far = masked(nested(100_000) + "\n{\"a\":\"ana@example.com\"}", masks)
    #expect(far.hasSuffix("]\n{\"a\":\"[email]\"}") && far.utf8.count < 1000)
  }

  @Test func documentsInDocuments() {
    var text = "{\"secret\":\"x\",\"mail\":\"ana@example.com\"}"
    var inside: [String] = []
    for _ in 0..<MaskLimits.documentDepth + 2 {
      inside.append(masked(text, [path("$..secret"), detector("email")]))
      text = JSONValue.object([.init("t", .string(text))]).text
    }
    let limit = MaskLimits.documentDepth
    #expect(inside.allSatisfy { !$0.contains("ana@") })
    #expect(inside[limit].contains("secret") && inside[limit].contains("[email]"))
    #expect(!inside[limit + 1].contains("secret"))
  }

  @Test func yaml() {
    let head = "a: 1\nsecret: x\n"
    let text = { (count: Int) in head + "# " + repeated("y", count - head.utf8.count - 3) + "\n" }
    let limit = MaskLimits.yamlBytes
    let plan = maskPlan([path("$.secret")])
    #expect(masked(text(limit), plan).hasPrefix("a: 1\nsecret: \"[redacted]\"\n# y"))
    #expect(masked(text(limit + 1), plan) == "[redacted]")
    #expect(masked(text(limit + 1) + "b: ana@example.com", [detector("email")]).hasSuffix("b: [email]"))
  }

  @Test func records() {
    let head = "id,a_token\n1,x\n"
    let row = { (count: Int) in "2," + repeated("x", count - 3) + "\n" }
    let limit = MaskLimits.heldBytes
    let masks = [column("a_token", .keepLast(1))]
    #expect(masked(head + row(limit) + "3,ab\n", masks).hasSuffix("*x\n3,*b\n"))
    #expect(
      masked(head + row(limit + 1) + "3,ab\n", masks) == "id,a_token\n1,*\n[redacted]\n3,*b\n"
        || masked(head + row(limit + 1) + "3,ab\n", masks).hasSuffix("\n3,*b\n"))
    let bytes = Array((head + row(limit + 500) + "3,ab\n").utf8)
    #expect(masked(bytes, maskPlan(masks), pieces: [limit - 3, 7, 1, 90, .max]) == masked(bytes, maskPlan(masks)))
    // A quote that never ends.
    let open = masked(head + "2,\"" + repeated("secret\n", limit / 7 + 10), [column("a_token")])
    #expect(!open.contains("secret"))
  }

  @Test func headers() {
    let table = { (count: Int) in repeated("a,", (count - 6) / 2) + "secret\n" + repeated("v,", (count - 6) / 2) + "v\n"
    }
    let limit = MaskLimits.headerBytes
    #expect(masked(table(limit), [column("secret")]).hasSuffix(",v,[redacted]\n"))
    // What follows a header that is too long cannot be told apart.
    let head = table(limit + 2).prefix { $0 != "\n" }
    #expect(masked(table(limit + 2), [column("secret")]) == head + "\n[redacted]")
    #expect(masked(table(limit + 2), [detector("email")]) == table(limit + 2))
    let long = Array(table(limit + 2).utf8)
    #expect(
      masked(long, maskPlan([column("secret")]), pieces: [7, limit, 3, .max]) == Array("\(head)\n[redacted]".utf8))
    let ruled = repeated("a |", limit / 3 + 1) + " secret\n" + repeated("--+", limit / 3 + 1) + "---\nv\n"
    #expect(!masked(ruled, [column("secret")]).contains("v"))
    let endless =
      repeated("a,", MaskLimits.heldBytes / 2) + "secret\n" + repeated("v,", MaskLimits.heldBytes / 2) + "v\n"
    #expect(!masked(endless, [column("secret")]).contains("v"))
    let prose = repeated("a word, ", limit / 8 + 1) + "\nv\n"
    #expect(masked(prose, [column("secret")]) == prose)
    let name = { (count: Int) in "id," + repeated("n", count) + "\n1,v\n" }
    #expect(masked(name(MaskLimits.columnNameBytes), [column("n*")]).hasSuffix(",[redacted]\n"))
    #expect(masked(name(MaskLimits.columnNameBytes + 1), [column("x*")]).hasSuffix(",[redacted]\n"))
  }

  @Test func whatIsHeldIsBounded() {
    let plan = maskPlan([detector("email"), column("secret")])
    let units = ["word ", "{\"secret\":", "- a\n", "id,secret\n1,\"2\n"]
    for unit in units {
      var masker = ResponseMasker(plan)
      var out: [UInt8] = []
      let chunk = Array(repeated(unit, 100_000 / unit.utf8.count).utf8)
      var sent = 0
      // Past the limit of every form what comes in goes out, or is dropped.
      let limit = unit.hasPrefix("-") ? MaskLimits.yamlBytes + 200_000 : MaskLimits.heldBytes + 200_000
      while sent < limit {
        masker.write(chunk, into: &out)
        sent += chunk.count
      }
      let before = out.count
      masker.finish(into: &out)
      #expect(out.count - before <= MaskLimits.heldBytes * 2, "\(unit)")
    }
  }

  /// Time grows with the response, however it is made.
  @Test func timeIsLinear() {
    let units = [
      "a ", "ana@example.com ", "@", "a@", "{\"a\":1}\n", "{\"a\":", "[", "[[", "{\"\u{e9}\":\"\\u00e9\",", "\"\\n\\\"",
      "{\"a\":\"\\\"",
      "\\", "\\\\", "a,b\n", "\"a\",\"b\n", "a | b\n--+--\n", "+-+\n| a |\n", "A  B\n", "- a\n", "a: b\n", "a: |\n b\n",
      "? a\n", "&a ", "data: {\"a\":1}\n\n", "data: ", "[redacted]", "[", "]", "[hash:", "4111 1111 1111 1111 ", "\n\n",
      " ", "EMP-123456",
      "{\"secret\":[1,", "-[ RECORD 1 ]\na | b\n", "{\"t\":\"{\\\"t\\\":1}\"}\n",
    ]
    let plan = maskPlan(everyMask + [regex("a+b"), regex("(a|aa)+c")])
    for unit in units {
      for prefix in ["", "{\"x\":\"", "id,secret\n1,2\n"] {
        let isLinear = (0..<3).contains { _ in
          // Both past the beginning from which the format is found out.
          let times = [2, 8].map { $0 * MaskLimits.headBytes }.map { size in
            let bytes = Array((prefix + repeated(unit, size / unit.utf8.count)).utf8)
            return threadSeconds { _ = masked(bytes, plan, pieces: [512]) }
          }
          return times[1] < times[0] * 8 + 0.05
        }
        #expect(isLinear, "\(prefix)\(unit)…")
      }
    }
  }
}
