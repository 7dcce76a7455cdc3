import Detectors
import JSONText
import PolicyBytecode
import Responses
import Testing

@Suite struct FactTests {
  private let detectors = DetectorSet(["us_ssn", "email", "iban"].map { DetectorDefinition(name: $0) })

  @Test func factsOfEachForm() {
    let cases: [(Response, ResponseFacts)] = [
      (.text(Array("ana@example.com".utf8)), .init(bytes: 15, detectors: ["email"])),
      (
        .text(Array(#"{"a":"\u0061na@example.com","b":"123-45-6789"}"#.utf8)),
        .init(bytes: 46, detectors: ["email", "us_ssn"])
      ),
      (.table(columns: ["a"], rows: [[.string("x")], [.number("12")]]), .init(rows: 2, bytes: 3)),
      (
        .http(status: 404, headers: [["From", "ana@example.com"]], body: Array("[1,2,3]".utf8)),
        .init(rows: 3, bytes: 7, status: 404, detectors: ["email"])
      ),
      (
        .json(.object([.init("items", .array([.null, .string("a@b.example")]))])),
        .init(rows: 2, bytes: 30, detectors: ["email"])
      ),
      (.json(.object([.init("ana@example.com", .null)])), .init(bytes: 24, detectors: ["email"])),
      (.text([]), .init()),
    ]
    for (response, facts) in cases { #expect(responseFacts(response, detectors: detectors) == facts) }
    #expect(responseFacts(cases[0].0, detectors: nil).detectors.isEmpty)
  }

  @Test func whatCannotBeSeenMayHoldAnything() {
    let encoded = Response.http(status: 200, headers: [["Content-Encoding", "br"]], body: [1, 2, 3])
    #expect(responseFacts(encoded, detectors: detectors).detectors == ["email", "iban", "us_ssn"])
  }

  @Test func overlappingHitsAllCount() {
    let both = DetectorSet([
      DetectorDefinition(name: "email"), DetectorDefinition(name: "long", regex: "to .* now"),
    ])
    #expect(responseFacts(.text(Array("to ana@example.com now".utf8)), detectors: both).detectors == ["email", "long"])
  }
}
