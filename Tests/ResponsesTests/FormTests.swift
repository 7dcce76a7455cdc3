import JSONText
import PolicyRuntime
import Responses
import Testing

@Suite struct FormTests {
  @Test func tablesInTextAreMaskedByColumn() {
    let masks = [column("*_token"), path("$..secret", .with("-"))]
    let cases: [(String, String)] = [
      (
        " id | a_token | secret \n----+---------+--------\n  1 | abc     | x\n  2 | de      | y\n(2 rows)\n",
        " id | a_token | secret \n----+---------+--------\n  1 | [redacted] | -\n  2 | [redacted] | -\n(2 rows)\n"
      ),
      (" a_token \n---------\n abc\n", " a_token \n---------\n [redacted]\n"),
      ("id|a_token\n1|abc\n", "id|a_token\n1|[redacted]\n"),
      (
        "| id | a_token      |\n|----|--------------|\n| 1  | abc          |\n",
        "| id | a_token      |\n|----|--------------|\n| 1  | [redacted]   |\n"
      ),
      ("id,A_TOKEN\r\n1,abc\r\n2,\"d\"\"e\nf\"\r\n3,\r\n", "id,A_TOKEN\r\n1,[redacted]\r\n2,\"[redacted]\"\r\n3,\r\n"),
      ("id\ta_token\n1\tabc\n", "id\ta_token\n1\t[redacted]\n"),
      (
        "NAME  A_TOKEN  AGE\nx     abc      3d\ny y   -        4d\n",
        "NAME  A_TOKEN  AGE\nx     [redacted]  3d\ny y   [redacted]  4d\n"
      ),
      (
        "-[ RECORD 1 ]--\nid      | 1\na_token | abc\n-[ RECORD 2 ]--\nid      | 2\na_token | de\n",
        "-[ RECORD 1 ]--\nid      | 1\na_token | [redacted]\n-[ RECORD 2 ]--\nid      | 2\na_token | [redacted]\n"
      ),
      // A cell that holds the separator cannot be told apart: its line goes.
      (
        " id | a_token \n----+---------\n 1 | a|b\n 2 | c\n",
        " id | a_token \n----+---------\n[redacted]\n 2 | [redacted]\n"
      ),
      // No table.
      ("id, a_token and more\nnext, line\n", "id, a_token and more\nnext, line\n"),
      ("id,a_token\njust a line\n", "id,a_token\njust a line\n"),
    ]
    for (text, expected) in cases { #expect(masked(text, masks) == expected) }
  }

  @Test func aRowOfHyphensIsNoHeader() {
    let text = " id | a_token \n----+---------\n x | y\n - | -\n 3 | abc\n"
    let out = masked(text, [column("a_token")])
    #expect(!out.contains("abc") && !out.contains("| y"))
  }

  @Test func separatedValuesStayWhole() {
    let masks = [detector("email", .with("a \"b\", c"))]
    #expect(
      masked("id,mail\n1,ana@example.com\n2,\"x ana@example.com\"\n", masks)
        == "id,mail\n1,a  b   c\n2,\"x a \"\"b\"\", c\"\n")
    #expect(masked("id,t\n1,x\n", [column("t", .with("a \"b\", c"))]) == "id,t\n1,\"a \"\"b\"\", c\"\n")
  }

  @Test func anAliasedColumnIsSeenByDetectorsOnly() {
    let text = " x \n---\n ana@example.com\n"
    #expect(masked(text, [column("email"), detector("email")]) == " x \n---\n [email]\n")
    #expect(masked(text, [column("email")]) == text)
  }

  private let secret = "apiVersion: v1\ndata:\n  password: aHVudGVy\n  user: YW5h\nkind: Secret\n"

  @Test func yamlAndJSONMaskTheSameValues() throws {
    let masks = [path("$.data.*", .hash)]
    let json = #"{"kind":"Secret","data":{"password":"aHVudGVy","user":"YW5h"}}"#
    let yaml = try parseYAML(Array(masked(secret, masks).utf8))
    let same = try JSONValue(parsing: masked(json, masks))
    #expect(yaml.first?["data"] == same["data"])
    #expect(yaml.first?["kind"] == .string("Secret"))
    #expect(same["data"]?["user"]?.string?.hasPrefix("[hash:") == true)
  }

  @Test func yamlIsMaskedByPath() {
    let cases: [(String, [Mask], String)] = [
      (
        secret, [path("$.data.*")],
        "apiVersion: v1\ndata:\n  password: \"[redacted]\"\n  user: \"[redacted]\"\nkind: Secret\n"
      ),
      (secret, [path("$.data")], "apiVersion: v1\ndata: \"[redacted]\"\nkind: Secret\n"),
      (
        "items:\n- data: {p: q}\n  x: 1\n", [path("$.items[*].data.*")], "items:\n- data: {p: \"[redacted]\"}\n  x: 1\n"
      ),
      ("items:\n- data:\n    p: q\n- x\nz: 1\n", [path("$.items")], "items: \"[redacted]\"\nz: 1\n"),
      ("a: 1\nk: |\n  one\n  two\n\nb: 2\n", [path("$.k")], "a: 1\nk: \"[redacted]\"\n\nb: 2\n"),
      ("k: 'a''b' # c\nz: x\n", [path("$.k", .keepLast(1))], "k: \"**b\" # c\nz: x\n"),
      ("a: ana@example.com\nb: x\n", [detector("email")], "a: \"[email]\"\nb: x\n"),
      ("a: \"\\x61na@example.com\"\nb: x\n", [detector("email")], "a: \"[email]\"\nb: x\n"),
      (
        "a: >-\n  to\n  ana@example.com\nb: 4111111111111111\n",
        [detector("email"), detector("credit_card", .keepLast(4))],
        "a: \"to [email]\"\nb: \"************1111\"\n"
      ),
      (
        "a: 1 # to ana@example.com\n# ana@example.com\nb: x#y\n", [detector("email")],
        "a: 1 # to [email]\n# [email]\nb: x#y\n"
      ),
      ("k:\nb: ~\n", [path("$.k"), path("$.b")], "k:\nb: ~\n"),
      ("k: null\nb: !!str null\nc: 'null'\n", [column("*")], "k: null\nb: !!str \"[redacted]\"\nc: \"[redacted]\"\n"),
      // What is masked is no number any more, whatever its tag said.
      ("k: !!int \"4111111111111111\"\nb: 1\n", [detector("credit_card")], "k:  \"[credit_card]\"\nb: 1\n"),
      ("k: &a !!int '1'\nb: 1\n", [path("$.k")], "k: &a  \"[redacted]\"\nb: 1\n"),
      ("k: &a x\nb: *a\n", [path("$.b")], "k: &a x\nb: \"[redacted]\"\n"),
      ("k: x\n---\nk: [1, 2]\n...\n", [path("$.k")], "k: \"[redacted]\"\n---\nk: \"[redacted]\"\n...\n"),
      (
        "a.json: |\n  {\"secret\": 1}\nb: x\n", [path("$..secret")],
        "a.json: \"{\\\"secret\\\": \\\"[redacted]\\\"}\\n\"\nb: x\n"
      ),
      (
        "Password: x\nrows:\n- password: y\n", [column("password")],
        "Password: \"[redacted]\"\nrows:\n- password: \"[redacted]\"\n"
      ),
      ("ana@example.com: 1\nbob@example.com: 2\n", [detector("email")], "\"[email]\": 1\n\"[email]#2\": 2\n"),
    ]
    for (text, masks, expected) in cases {
      let out = masked(text, masks, format: .yaml)
      #expect(out == expected)
      #expect((try? parseYAML(Array(out.utf8))) != nil)
    }
  }

  @Test func whatIsNoYAMLIsText() {
    for text in ["error: cannot: read ana@example.com\n", "one\ntwo: x\n", "x: [\n", "Subject: hi\n\nText\n"] {
      #expect(masked(text, [detector("iban")]) == text)
    }
    #expect(masked("error: cannot: read ana@example.com\n", [detector("email")]) == "error: cannot: read [email]\n")
    // `kubectl describe` begins like YAML.
    let described = "Name:         db\nNamespace:    shop\nType:  Opaque\n\nData\n====\nuser:  5 bytes\nx:  1 byte\n"
    #expect(masked(described, [path("$.data.*")]) == described)
    #expect(masked("Name:  a\nb: [\n", [path("$.data.*")]) == "[redacted]\n")
    let secret = "apiVersion: v1\ndata:\n  user: "
    #expect(masked(described + secret + "YQ==\n", [path("$.data.*")]) == described + secret + "\"[redacted]\"\n")
    // Broken where paths would have to be followed.
    #expect(masked("a: 1\nsecret: x\nb: [\n", [path("$.secret")]) == "[redacted]\n")
  }

  @Test func headersAndBodies() {
    let response = Response.http(
      status: 200,
      headers: [
        ["Set-Cookie", "a=b"], ["X-Api-Token", "t"], ["Content-Type", "application/json"], ["From", "ana@example.com"],
        ["Content-Length", "24"],
      ],
      body: Array(#"{"mail":"a@b.example"}"#.utf8))
    let (out, report) = masked(
      response, by: maskPlan([header("set-cookie"), header("x-*-token", .with("a\r\nb")), detector("email")]))
    let expected = Response.http(
      status: 200,
      headers: [
        ["Set-Cookie", "[redacted]"], ["X-Api-Token", "a  b"], ["Content-Type", "application/json"],
        ["From", "[email]"], ["Content-Length", "18"],
      ],
      body: Array(#"{"mail":"[email]"}"#.utf8))
    #expect(out == expected)
    #expect(report.counts == ["header": 2, "email": 2] && !report.isWithheld)
  }

  @Test func encodedBodiesAreWithheld() {
    let response = Response.http(
      status: 200, headers: [["Content-Encoding", "gzip"], ["Content-Length", "3"]], body: [0x1F, 0x8B, 0x08])
    let (out, report) = masked(response, by: maskPlan([detector("email")]))
    #expect(out == .http(status: 200, headers: [["Content-Length", "10"]], body: Array("[redacted]".utf8)))
    #expect(report.isWithheld)
    // What says that it is JSON stays so.
    let json = Response.http(
      status: 200, headers: [["Content-Type", "application/json"], ["Content-Encoding", "gzip"]], body: [0x1F])
    let kept = masked(json, by: maskPlan([detector("email")])).response
    #expect(
      kept
        == .http(status: 200, headers: [["Content-Type", "application/json"]], body: Array("\"[redacted]\"".utf8)))
    #expect(masked(response, by: maskPlan([header("x")])).response == response)
    let plain = Response.http(
      status: nil, headers: [["content-encoding", "Identity"]], body: Array("a@b.example".utf8))
    #expect(masked(plain, by: maskPlan([detector("email")])).response != plain)
  }

  @Test func tablesAreMaskedByCell() {
    let response = Response.table(
      columns: ["id", "contact", "api_token", "card"],
      rows: [
        [.number("1"), .string("ana@example.com"), .string("x"), .number("4111111111111111")],
        [.number("2"), .null, .null, .string("4111 1111 1111 1112")], [.number("3"), .string("{\"secret\":1}")],
      ])
    let masks = [detector("email"), column("*_token", .hash), detector("credit_card", .keepLast(4)), path("$..secret")]
    let (out, report) = masked(response, by: maskPlan(masks))
    guard case .table(let columns, let rows) = out else { return #expect(Bool(false)) }
    #expect(columns == ["id", "contact", "api_token", "card"])
    #expect(rows[0][0] == .number("1") && rows[0][1] == .string("[email]") && rows[0][3] == .string("************1111"))
    #expect(rows[0][2].string?.hasPrefix("[hash:") == true)
    #expect(rows[1][1] == .null && rows[1][2] == .null && rows[1][3] == .string("4111 1111 1111 1112"))
    #expect(rows[2][1] == .string("{\"secret\":\"[redacted]\"}"))
    #expect(report.counts["column"] == 1 && report.counts["email"] == 1)
    #expect(masked(out, by: maskPlan(masks)).response == out)
  }

  @Test func aPathNamesAColumn() {
    let response = Response.table(columns: ["id", "secret"], rows: [[.number("1"), .string("x")]])
    for mask in [path("$[*].secret"), path("$..secret"), path("$.secret")] {
      #expect(
        masked(response, by: maskPlan([mask])).response
          == .table(columns: ["id", "secret"], rows: [[.number("1"), .string("[redacted]")]]))
    }
    #expect(masked(response, by: maskPlan([path("$.data.*")])).response == response)
  }
}

/// YAML that is less easily told from text.
@Suite struct HiddenYAMLTests {
  @Test(arguments: [
    // Behind other text.
    ("Reading config\napiVersion: v1\ndata:\n  p: x1\n", ["p: \"[redacted]\""]),
    ("Using ~/.kube/config\n---\ndata: {p: x1}\n", ["{p: \"[redacted]\"}"]),
    ("USER-SUPPLIED VALUES:\ndata:\n  p: x1\nother: y\n", ["  p: \"[redacted]\"\nother: y\n"]),
    (
      "walk.go:74: found symbolic link\nload took 3 ms\n# Source: a.yaml\ndata:\n  p: x1\n",
      ["# Source", "\"[redacted]\""]
    ),
    ("W0102 deprecated\r\ndata:\r\n  p: x1\r\n", ["p: \"[redacted]\"\r\n"]),
    ("note ana@example.com\nkind: Secret\ndata:\n  p: x1\n", ["note [email]\nkind: Secret", "\"[redacted]\""]),
    // In brackets.
    ("{data: {p: x1}, b: 2}\n", ["{data: {p: \"[redacted]\"}, b: 2}"]),
    ("{\n  kind: Secret,\n  data: {p: x1}\n}\n", ["data: {p: \"[redacted]\"}"]),
    ("{data: {p: x1}}", ["{data: {p: \"[redacted]\"}}"]),
    // Keys after `?`, tags, anchors.
    ("? data\n: p: x1\n", ["p: \"[redacted]\""]),
    ("? data\n: ? p\n  : x1\nb: 2\n", [": \"[redacted]\"", "b: 2"]),
    ("!!map\ndata:\n  p: x1\n", ["p: \"[redacted]\""]),
    ("--- !config\ndata:\n  p: !!str x1\n", ["p: !!str \"[redacted]\""]),
    ("--- &a\ndata: &b\n  p: &c x1\n", ["p: &c \"[redacted]\""]),
    ("!!str data:\n  !!str p: x1\nb: 2\n", ["p: \"[redacted]\""]),
    ("--- {data: {p: x1}}\n", ["p: \"[redacted]\""]),
  ])
  func pathsLeadIntoIt(text: String, parts: [String]) {
    let plan = maskPlan([path("$.data.*"), detector("email")])
    let result = masked(text, plan)
    #expect(!result.contains("x1"), "\(result)")
    for part in parts { #expect(result.contains(part), "\(result)") }
    for size in [1, 2, 3, 7, 20] {
      let pieces = masked(Array(text.utf8), plan, pieces: [size])
      #expect(String(decoding: pieces, as: UTF8.self) == result, "\(size)")
    }
    #expect(masked(result, plan) == result)
  }

  @Test(arguments: [
    "Dear all\nnote: this is text\nand goes on\n", "Dear all\nError: a\nError: b\n", "x\nerror: a\nerror: b\n",
    "{x} is a set\nand {y: too}\n", "{a: 1, b: 2} seen\nsecond: [line\n", "start\na: [1\nb: 2\nthe end, x: y: z\n",
    "--- a/file\n+++ b/file\n@@ -1 +1 @@\n-data: x\n+data: y\n", "text\n---\nmore text\n", "? what\nno idea\n",
    "line\nevent: a\ndata: b\n\n", "!!! error: x\nand so on\n",
  ])
  func textStays(text: String) {
    let plan = maskPlan([path("$.data.*"), detector("email")])
    for size in [Int.max, 1, 2, 5] {
      #expect(String(decoding: masked(Array(text.utf8), plan, pieces: [size]), as: UTF8.self) == text, "\(size)")
    }
  }

  /// What was no YAML after all is one text with what stands before it.
  @Test func detectorsSeeAcross() {
    let key =
      "-----BEGIN RSA PRIVATE KEY-----\nproc: 4,ENCRYPTED\ndek: x\n\nMIIEpAIBAAKCAQEA1c7+9z5Pad7OejecsQ0bu3aozN3tihPm\n"
      + "-----END RSA PRIVATE KEY-----\n"
    let masks = [detector("private_key"), path("$.data.*")]
    #expect(
      masked("see\n" + key + "end\n", masks).contains("MIIE")
        == masked("see\n" + key + "end\n", [masks[0]]).contains("MIIE"))
    let mail = "see\na: b\nc: [d\nto ana@example.com: x: y\n"
    #expect(masked(mail, [detector("email"), path("$.data.*")]) == mail.replacing("ana@example.com", with: "[email]"))
  }

  @Test func itIsSoughtNearTheBeginning() {
    let yaml = "data:\n  p: x1\n"
    let plan = maskPlan([path("$.data.*")])
    for (count, isMasked) in [(MaskLimits.headBytes - 1, true), (MaskLimits.headBytes, false)] {
      let text = String(repeating: "x", count: count - 1) + "\n" + yaml
      for size in [Int.max, 1, 100] {
        let result = String(decoding: masked(Array(text.utf8), plan, pieces: [size]), as: UTF8.self)
        #expect(result.contains("x1") != isMasked, "\(count), \(size)")
      }
    }
  }
}
