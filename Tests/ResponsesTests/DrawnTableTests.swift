import PolicyRuntime
import Responses
import TestSupport
import Testing

/// Tables as more tools draw them.
@Suite struct DrawnTableTests {
  @Test(arguments: [
    (" id │ secret \n────┼────────\n  1 │ abc    \n(1 row)\n", "abc", "(1 row)"),
    ("┌────┬────────┐\n│ id │ secret │\n├────┼────────┤\n│  1 │ abc    │\n└────┴────────┘\n", "abc", "│  1 │"),
    ("┏━━━━┳━━━━━━━━┓\n┃ id ┃ secret ┃\n┡━━━━╇━━━━━━━━┩\n│  1 │ abc    │\n└────┴────────┘\n", "abc", "│  1 │"),
    ("╔════╦════════╗\n║ id ║ secret ║\n╠════╬════════╣\n║  1 ║ abc    ║\n╚════╩════════╝\n", "abc", "║  1 ║"),
    ("┌─id─┬─secret─┐\n│  1 │ abc    │\n└────┴────────┘\n", "abc", "│  1 │"),
    ("\u{FEFF}secret,id\nabc,1\n", "abc", ",1"),
    ("id, secret\n1, abc\n", "abc", "1,"),
    ("id | secret\n---|---\n1 | abc\n", "abc", "1 |"),
    ("id | secret\n:--|--:\n1 | abc\n", "abc", "1 |"),
    (" secret \n--------\n abc\n(1 row)\n", "abc", "(1 row)"),
    ("+--------+\n| secret |\n+--------+\n| abc    |\n+--------+\n1 row in set\n", "abc", "1 row in set"),
  ])
  func columnsAreFound(text: String, hidden: String, kept: String) {
    let plan = maskPlan([column("secret")])
    let result = masked(text, plan)
    #expect(!result.contains(hidden) && result.contains("[redacted]") && result.contains(kept), "\(result)")
    for size in 1..<9 {
      let pieces = masked(Array(text.utf8), plan, pieces: [size])
      #expect(String(decoding: pieces, as: UTF8.self) == result, "\(size)")
    }
    #expect(masked(text, [column("other")]) == text)
  }

  @Test(arguments: [
    "Hello, world\nplease, go\n", "a │ b, no table\n", "─────\n", "└── file\n", "see: x\n|\n",
  ])
  func textStays(text: String) { #expect(masked(text, [column("secret")]) == text) }

  @Test func binaryBodiesAreWithheldWhereNamesAreMasked() {
    let body = Array("k8s\u{0}\u{0A}abc".utf8)
    for type in ["application/vnd.kubernetes.protobuf", "application/octet-stream; x=y"] {
      let response = Response.http(status: 200, headers: [["Content-Type", type]], body: body)
      for (mask, isWithheld) in [(path("$.data.*"), true), (column("secret"), true), (detector("email"), false)] {
        let (result, report) = Responses.masked(response, by: maskPlan([mask]))
        guard case .http(_, _, let out) = result else { continue }
        #expect((out == Array("[redacted]".utf8)) == isWithheld && report.isWithheld == isWithheld, "\(type)")
      }
    }
  }

  @Test func rowsOfTextAreCounted() {
    #expect(responseFacts(.text(Array("[1,2,3]".utf8)), detectors: nil).rows == 3)
    #expect(responseFacts(.text(Array(#"{"items":[1,2]}"#.utf8)), detectors: nil).rows == 2)
    #expect(responseFacts(.text(Array("plain".utf8)), detectors: nil).rows == nil)
  }

  @Test(arguments: [
    "data: {p: x}\nkind: Secret\n", "kind : Secret\ndata :\n  p : x\n", "a@b: 1\ndata:\n  p: x\n",
  ])
  func moreIsKnownToBeYAML(text: String) {
    let result = masked(text, [path("$.data.*")])
    #expect(result == text.replacing(" x", with: " \"[redacted]\""))
  }
}
