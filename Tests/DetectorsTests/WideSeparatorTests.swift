import PolicyBytecode
import Testing

@testable import Detectors

/// Numbers whose groups typography separates: what is found with ASCII between them is found with these.
@Suite struct WideSeparatorTests {
  private static let names = ["credit_card", "us_ssn", "iban", "phone", "nhs_number", "cpf", "ip_address"]

  static let texts = [
    "card 4111 1111 1111 1111.", "5500-0055-5555-5559", "3782 822463 10005 12/27", "536-90-4399", "SSN 536 90 4399",
    "GB82 WEST 1234 5698 7654 32", "DE89 3704 0044 0532 0130 00", "(NL91-ABNA-0417-1643-00)", "+49 30 901820",
    "(212) 555-0187", "212-555-0187 ext. 12", "+1 (212) 555 0187", "call 030 901820", "943 476 5919", "123.456.789-09",
    // None, with either.
    "4111 1111 1111 1112", "1536-90-4399", "536-90-4399-1", "GB83 WEST 1234 5698 7654 32", "1990-2000", "10 000 000 €",
    "2026-11-20 10:30", "550e8400-e29b-41d4-a716-446655440000", "10.0.0.1-10.0.0.9", "12 345 678 901 234",
  ]

  @Test(arguments: texts) func separatorsBeyondASCIIReadAsTheirs(text: String) {
    let plain = found(Self.names, in: text)
    for space in ["\u{A0}", "\u{2007}", "\u{2009}", "\u{202F}", " "] {
      for hyphen in ["\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2212}", "-"] {
        func wide(_ text: String) -> String {
          text.replacing(" ", with: space).replacing("-", with: hyphen)
        }
        #expect(found(Self.names, in: wide(text)) == plain.map(wide), "\(wide(text))")
      }
    }
  }

  @Test func oneOfSeveralSeparatorsIsEnough() {
    #expect(found(["credit_card"], in: "4111 1111 1111\u{A0}1111") == ["credit_card:4111 1111 1111\u{A0}1111"])
    #expect(found(["iban"], in: "GB82 WEST 1234\u{202F}5698 7654 32") == ["iban:GB82 WEST 1234\u{202F}5698 7654 32"])
    #expect(found(["phone"], in: "+1\u{A0}(212) 555-0187") == ["phone:+1\u{A0}(212) 555-0187"])
  }

  @Test func otherSignsSeparateNothing() {
    for sign in ["\u{200B}", "\u{2016}", "\u{2019}", "\u{A1}", "\u{B7}", "\u{2022}"] {
      #expect(found(["credit_card"], in: "4111\(sign)1111\(sign)1111\(sign)1111").isEmpty)
    }
  }

  /// What was learnt of one value says nothing of the next.
  @Test func valuesAreLookedThroughOnTheirOwn() {
    let values = [
      "password=abcdefghijklmnopqrstuv", "password=hunter22 then more words", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
      "4 111 1111", "4111\u{A0}1111", "4111\u{A0}1111\u{A0}1111\u{A0}1111", "{${}} token=${abcdefghijkl}",
      "token=Ab3dEf6hIj9kLm2nO",
    ]
    let set = DetectorSet(BuiltinDetector.names.map { DetectorDefinition(name: $0) })
    for first in values {
      for second in values {
        var scanner = ValueScanner(set)
        for value in [first, second] {
          Array(value.utf8).withUnsafeBufferPointer { bytes in
            #expect(scanner.spans(in: bytes) == set.spans(in: bytes), "\(first), then \(value)")
          }
        }
      }
    }
  }
}
