import JSONText
import PolicyRuntime
import Responses
import Testing

@Suite struct JSONMaskTests {
  @Test func valuesAreMaskedAndTheRestStays() {
    let cases: [(String, [Mask], String)] = [
      (
        #"{ "a" : "x\u00e9\/ ana@example.com \n" , "b":1.50 }"#, [detector("email")],
        #"{ "a" : "x\u00e9\/ [email] \n" , "b":1.50 }"#
      ),
      (#"{"a":"\u0061n\u0061@example.com"}"#, [detector("email")], #"{"a":"[email]"}"#),
      (
        #"{"a":4111111111111111,"b":4111111111111112}"#, [detector("credit_card")],
        #"{"a":"[credit_card]","b":4111111111111112}"#
      ),
      (#"{"a":4111111111111111}"#, [detector("credit_card", .keepLast(4))], #"{"a":"************1111"}"#),
      (
        #"{"s":"a","n":12,"t":true,"z":null,"l":[1,"x"],"o":{"p":1}}"#, [path("$.*")],
        #"{"s":"[redacted]","n":"[redacted]","t":"[redacted]","z":null,"l":"[redacted]","o":"[redacted]"}"#
      ),
      (
        #"{"a":{"secret":"x","b":[{"secret":{"c":1}}]},"secret":2}"#, [path("$..secret", .with("[removed]"))],
        #"{"a":{"secret":"[removed]","b":[{"secret":"[removed]"}]},"secret":"[removed]"}"#
      ),
      (#"[{"id":1,"t":"a"},{"id":2,"t":"b"}]"#, [path("$[1].t")], #"[{"id":1,"t":"a"},{"id":2,"t":"[redacted]"}]"#),
      (#"[{"Password_1":"x","id":3}]"#, [column("password*")], #"[{"Password_1":"[redacted]","id":3}]"#),
      (#"{"a":"q\"uote"}"#, [path("$.a", .with("say \"no\"\n"))], #"{"a":"say \"no\"\n"}"#),
      (#"{"a":{"b":"ana@example.com"}}"#, [path("$.a", .with("x")), detector("email")], #"{"a":"[email]"}"#),
      (#"{"a":[1,2,3]}"#, [path("$.a", .keepLast(2))], #"{"a":"[redacted]"}"#),
      (
        #"{"password":"hunter22","x":"hunter22"}"#, [detector("password")],
        #"{"password":"[password]","x":"hunter22"}"#
      ),
      (#"{"a":""}"#, [path("$.a")], #"{"a":""}"#),
      (#""ana@example.com""#, [detector("email")], #""[email]""#),
      (#"{"a":NaN,"b":-Infinity,"key":NaN}"#, [path("$.key")], #"{"a":NaN,"b":-Infinity,"key":"[redacted]"}"#),
    ]
    for (text, masks, expected) in cases { #expect(masked(text, masks) == expected) }
  }

  @Test func keysStayDifferent() {
    let text = #"{"ana@example.com":1,"x":2,"bob@example.com":3,"u eve@example.com":{"a@b.example":4}}"#
    let expected = #"{"[email]":1,"x":2,"[email]#2":3,"u [email]#3":{"[email]":4}}"#
    #expect(masked(text, [detector("email")]) == expected)
    // So do those that were sent as if they were masked.
    let sent: [(String, String)] = [
      (#"{"[email]":1,"ana@example.com":2}"#, #"{"[email]":1,"[email]#2":2}"#),
      (#"{"ana@example.com":1,"[email]":2}"#, #"{"[email]":1,"[email]#2":2}"#),
      (#"{"[email]#7":1,"ana@example.com":2,"x[0]":3}"#, #"{"[email]#7":1,"[email]#8":2,"x[0]":3}"#),
      (#"{"ana@example.com":1,"[email]#2":2,"bob@example.com":3}"#, #"{"[email]":1,"[email]#2":2,"[email]#3":3}"#),
    ]
    for (text, expected) in sent {
      #expect(masked(text, [detector("email")]) == expected)
      #expect(masked(expected, [detector("email")]) == expected)
    }
    // Paths and columns go by the names that were sent.
    #expect(masked(#"{"ana@example.com":5}"#, [detector("email"), path("$.*")]) == #"{"[email]":"[redacted]"}"#)
  }

  @Test func nullStaysNull() {
    #expect(masked(#"{"a":null,"b":[null]}"#, [path("$.a"), path("$.b[0]")]) == #"{"a":null,"b":[null]}"#)
    #expect(masked("[null,1]", [regex(".+")]) == #"[null,"[redacted]"]"#)
    for text in ["null", "[null]\n"] { #expect(masked(text, [regex(".+"), column("*")], format: .json) == text) }
    #expect(masked("{\"a\":null ,\"b\":\"null\"}\n", [column("*")]) == "{\"a\":null ,\"b\":\"[redacted]\"}\n")
  }

  /// A name in front of a value may find something in it, or keep a detector from it; names that come again too.
  @Test func valuesAreSeenWithTheirNamesOnly() {
    let masks = [detector("password"), detector("phone"), detector("us_ssn"), detector("credit_card")]
    let line =
      #"{"phone":"5550123","id":"5550123","ssn":"123456789","x":123456789,"card":["30569309025904"],"#
      + #""n":{"password":"hunter22","z":"hunter22"},"l":["30569309025904"]}"#
    let expected =
      #"{"phone":"[phone]","id":"5550123","ssn":"[us_ssn]","x":123456789,"card":["[credit_card]"],"#
      + #""n":{"password":"[password]","z":"hunter22"},"l":["[credit_card]"]}"#
    #expect(masked("\(line)\n\(line)\n\(line)\n", masks) == "\(expected)\n\(expected)\n\(expected)\n")
  }

  @Test func documentsInStringsAreLookedInto() {
    let inner = #"{"secret":"x","mail":"ana@example.com","data":{"p":"q"}}"#
    let masks = [detector("email"), path("$.data.*"), path("$..secret", .with("-"))]
    let twice = JSONValue.object([.init("text", .string(inner))]).text
    let thrice = JSONValue.object([.init("content", .array([.object([.init("text", .string(twice))])]))]).text
    for text in [twice, thrice] {
      let out = masked(text, masks)
      #expect(!out.contains("ana@") && !out.contains("secret\\\":\\\"x") && out.contains("[email]"))
      #expect((try? JSONValue(parsing: out)) != nil)
    }
    let row = JSONValue.object([.init("text", .string("rows:\n id | a_token\n----+-----\n 1 | abc\n"))]).text
    #expect(!masked(row, [column("*_token")]).contains("abc"))
    let yaml = JSONValue.object([.init("text", .string("kind: Secret\ndata:\n  p: cQ==\n"))]).text
    #expect(!masked(yaml, [path("$.data.*")]).contains("cQ=="))
    // An annotation of the last applied object holds it again.
    let object = #"{"metadata":{"annotations":{"last":"{\"data\":{\"p\":\"cQ==\"}}\n"}},"data":{"p":"cQ=="}}"#
    #expect(!masked(object, [path("$.data.*")]).contains("cQ=="))
  }

  @Test func linesAndEventsAreDocuments() {
    let masks = [path("$.secret"), detector("email")]
    #expect(
      masked("{\"secret\":1}\n{\"secret\":[\n2]}\nana@example.com {\"secret\":3}\n", masks)
        == "{\"secret\":\"[redacted]\"}\n{\"secret\":\"[redacted]\"}\n[email] {\"secret\":3}\n")
    let events = "id: 1\ndata: {\"secret\":1}\n\ndata:{\"secret\":2}\n\n"
    #expect(masked(events, masks) == "id: 1\ndata: {\"secret\":\"[redacted]\"}\n\ndata:{\"secret\":\"[redacted]\"}\n\n")
  }

  @Test func brokenDocumentsAreWithheldWherePathsMatter() {
    let masks = [path("$.secret")]
    #expect(masked("{\"a\":1, oops \"secret\":2}\nnext\n", masks) == "{\"a\":1, [redacted]\nnext\n")
    #expect(masked("{\n\"a\":1, oops\n\"secret\":2}\n", masks) == "{\n\"a\":1, [redacted]")
    #expect(masked(#"{"a":1,"secret":"cut"#, masks) == #"{"a":1,"secret":"[redacted]""#)
    #expect(masked(#"{"a":1,"secret":{"b":"cut"#, masks) == #"{"a":1,"secret":"[redacted]""#)
    #expect(masked("[INFO] 1\n[1-2] x\n{oops}\n", masks) == "[INFO] 1\n[1-2] x\n{oops}\n")
    // Detectors need no form.
    let text = "{\"a\":1, oops ana@example.com}\n"
    #expect(masked(text, [detector("email")]) == "{\"a\":1, oops [email]}\n")
  }

  @Test func hashesOfObjectsIgnoreSpace() {
    let masks = [path("$.a", .hash)]
    let tight = masked(#"{"a":{"b":[1,2]}}"#, masks)
    #expect(masked("{\"a\":{ \"b\" :\n[1, 2] }}", masks) == tight && tight.contains("[hash:"))
    #expect(masked(#"{"a":{"b":[1,3]}}"#, masks) != tight)
  }
}
