import PolicyBytecode
import Testing

@testable import Detectors

@Suite struct DetectorTests {
  /// The card numbers are the issuers' published test numbers; the others are made up to pass their checks.
  @Test func findsWhatItIsNamedFor() {
    let cases: [(name: String, found: [String], passedOver: [String])] = [
      (
        "credit_card", ["card 4111 1111 1111 1111.", "5500-0055-5555-5559", "VALUES ('378282246310005')"],
        ["4111 1111 1111 1112", "0000 0000 0000 0000", "order 12345678", "x4111111111111111"]
      ),
      ("email", ["mail ana@example.com now", "a.b+c@sub.example.co.uk"], ["ana@", "@example.com", "user@localhost"]),
      (
        "us_ssn", ["SSN 536-90-4399", "536 90 4399"],
        ["000-12-3456", "666-12-3456", "536-90-0000", "536-90 4399", "1536-90-4399"]
      ),
      ("iban", ["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000"], ["GB83 WEST 1234 5698 7654 32", "DE8937"]),
      (
        "ip_address", ["from 10.0.0.7 to", "2001:db8::1", "::1", "fe80::1:2:3"],
        ["1.2.3", "256.1.1.1", "10:30:15", "1.2.3.4.5"]
      ),
      ("mac_address", ["00:1a:2B:3c:4d:5e", "00-1a-2b-3c-4d-5e"], ["00:1a-2b:3c:4d:5e", "00:1a:2b:3c:4d"]),
      ("phone", ["+49 30 901820 12", "call (212) 555-0187", "020 7946 0958"], ["2026-11", "12 34", "12345678"]),
      ("date_of_birth", ["DOB: 1980-02-29", "born on 1/2/1990"], ["1980-02-29", "due 2026-01-01"]),
      ("cpf", ["111.444.777-35", "11144477735"], ["111.444.777-36", "111.111.111-11"]),
      ("nhs_number", ["943 476 5919", "9434765919"], ["943 476 5918"]),
      ("passport", ["passport no. AB1234567", "Passport: 123456789"], ["AB1234567", "passport please"]),
      ("jwt", ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_"], ["eyJhbGciOiJIUzI1NiJ9"]),
      (
        "private_key", ["-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----"],
        ["-----BEGIN PUBLIC KEY-----"]
      ),
      ("aws_access_key", ["AKIAIOSFODNN7EXAMPLE"], ["AKIAIOSFODNN7", "XAKIAIOSFODNN7EXAMPLE"]),
      ("aws_secret_key", ["aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"], ["wJalrXUtnFEMI"]),
      ("gcp_api_key", ["key=AIza" + String(repeating: "a1B", count: 11) + "xy"], ["AIza123"]),
      ("azure_key", ["AccountKey=" + String(repeating: "a", count: 86) + "=="], ["AccountKey=abc"]),
      ("github_token", ["ghp_" + String(repeating: "aB3", count: 12)], ["ghp_abc"]),
      ("gitlab_token", ["glpat-" + String(repeating: "x", count: 20)], ["glpat-abc"]),
      ("slack_token", ["xoxb-1234567890-abc"], ["xoxb-1"]),
      ("stripe_key", ["sk_live_" + "0123456789abcdef"], ["sk_live_1"]),
      (
        "password", ["PGPASSWORD=hunter22 psql", "postgres://app:s3cret@db/x", "\"password\": \"abcd\""],
        ["password reset", "postgres://db/x"]
      ),
      ("secret", ["api_key = 9f8Gh2kLq0ZxV7bN3mT5"], ["token = aaaaaaaaaaaaaaaaaaaaaaaa", "secret santa"]),
    ]
    #expect(cases.map(\.name).sorted() == BuiltinDetector.table.map(\.name))
    for (name, found, passedOver) in cases {
      let set = DetectorSet([DetectorDefinition(name: name)])
      for text in found { #expect(set.found(in: Array(text.utf8)) == [name], "\(name): \(text)") }
      for text in passedOver { #expect(set.found(in: Array(text.utf8)).isEmpty, "\(name): \(text)") }
    }
  }

  @Test func declaredDetectorsUseTheirCheck() {
    let plain = DetectorDefinition(name: "employee", regex: #"\bEMP-\d{6}\b"#)
    let checked = DetectorDefinition(name: "card", regex: #"\d{16}"#, check: "luhn")
    let folded = DetectorDefinition(name: "é", regex: #"\u{e9}tude"#, ignoringCase: true)
    let set = DetectorSet([plain, checked, folded])
    let cases: [(String, [String])] = [
      ("EMP-123456", ["employee"]), ("EMP-12345", []), ("4111111111111111", ["card"]), ("4111111111111112", []),
      // The first match fails the check, the second passes.
      ("1111111111111112 4111111111111111", ["card"]), ("ÉTUDE", ["é"]), ("", []),
    ]
    for (text, names) in cases { #expect(set.found(in: Array(text.utf8)) == names, "\(text)") }
  }

  /// A detector that cannot decide, or text that is not UTF-8, lets nothing slip by.
  @Test func doubtCountsAsFound() {
    let broken = DetectorSet([DetectorDefinition(name: "broken", regex: "(")])
    #expect(broken.found(in: [0x61]) == ["broken"])
    let costly = DetectorSet([DetectorDefinition(name: "costly", regex: "^(a+)+$")])
    #expect(costly.found(in: Array(repeating: UInt8(ascii: "a"), count: 100) + [UInt8(ascii: "!")]) == ["costly"])
    let email = DetectorSet([DetectorDefinition(name: "email")])
    #expect(email.found(in: [0xFF] + Array("ana@example.com".utf8)) == ["email"])
  }
}
