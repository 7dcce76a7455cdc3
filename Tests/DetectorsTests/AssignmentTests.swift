import Testing

@testable import Detectors

/// Ways to give a name a value, and texts that look like one.
@Suite struct AssignmentTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var text: String
    /// What is found, with the detector's name.
    var found: [String]
    var testDescription: String { text }
    init(_ text: String, _ found: String...) { (self.text, self.found) = (text, found) }
  }

  static let pairs: [Case] = [
    Case(#"x {"name":"DB_PASSWORD","value":"s3cr3tPwd9"} y"#, "password:s3cr3tPwd9"),
    Case("{\"name\": \"DB_PASSWORD\",\n    \"value\" : \"s3cr3tPwd9\"}", "password:s3cr3tPwd9"),
    Case(#"{\"name\":\"DB_PASSWORD\",\"value\":\"s3cr3tPwd9\"}"#, "password:s3cr3tPwd9"),
    Case(#"f("password", "s3cr3tPwd9")"#, "password:s3cr3tPwd9"),
    Case(#"{"kind":"password","label":"Your password"}"#),
    Case(#"{"name":"DB_PASSWORD","optional":true}"#), Case(#"{"name":"DB_PASSWORD","value":null}"#),
  ]

  @Test(arguments: pairs) func namesAndValuesOfPairs(_ test: Case) {
    #expect(found(["password", "secret"], in: test.text) == test.found)
  }
}
