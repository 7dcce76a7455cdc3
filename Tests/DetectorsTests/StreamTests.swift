import PolicyBytecode
import TestSupport
import Testing

@testable import Detectors

/// What a stream says to `text` written in pieces of the given sizes, the last of which repeats.
private func streamed(_ set: DetectorSet, _ text: [UInt8], sizes: [Int]) -> [DetectedSpan] {
  var stream = DetectorStream(set)
  var spans: [DetectedSpan] = []
  var offset = 0
  var number = 0
  text.withUnsafeBufferPointer { text in
    while offset < text.count {
      let count = min(sizes[min(number, sizes.count - 1)], text.count - offset)
      let settled = stream.settled
      stream.write(UnsafeBufferPointer(rebasing: text[offset..<offset + count]), &spans)
      #expect(stream.settled >= settled && stream.settled <= offset + count)
      #expect(stream.heldCount <= DetectorLimits.heldBytes)
      offset += count
      number += 1
    }
  }
  let before = spans.count
  let settled = stream.settled
  stream.finish(&spans)
  #expect(spans[before...].allSatisfy { $0.start >= settled })
  #expect(stream.settled == text.count)
  return spans
}

private func whole(_ set: DetectorSet, _ text: [UInt8]) -> [DetectedSpan] {
  text.withUnsafeBufferPointer { set.spans(in: $0) }
}

@Suite struct StreamTests {
  /// All that are built in, and patterns of each engine.
  static let set = DetectorSet(
    BuiltinDetector.names.map { DetectorDefinition(name: $0) } + [
      DetectorDefinition(name: "employee", regex: #"\bEMP-\d{6}\b"#),
      DetectorDefinition(name: "word", regex: #"S+é*X|SS"#, ignoringCase: true),
      DetectorDefinition(name: "line", regex: #"^begin|end$|q.*r"#),
      DetectorDefinition(name: "luhn", regex: #"\d{8,16}"#, check: "luhn"),
      DetectorDefinition(name: "twice", regex: #"(\d\d)\1"#),
    ])

  static let texts: [String] =
    DetectorTests.cases.flatMap { test in test.found.map(\.0) + test.passedOver }
    + (AssignmentTests.pairs + AssignmentTests.signs + AssignmentTests.forms).map(\.text)
    + NearMissTests.passedOver.map(\.1) + NearMissTests.kept.map(\.1) + [
      "begin EMP-123456 q ssss éx r r 1212 ana@example.com end", "q 4111111111111111 r", "",
      "a@b.co c@d.co;212-555-0187;password=x@y.example;10.0.0.7 e@f.co",
      // What goes on being covered ends with the text, right after its beginning was found.
      "eyJhbGciOiJIUzI1NiJ9.a.b.c.d.", "eyJhbGciOiJIUzI1NiJ9.aa.bb.cc.dd ",
      // Numbers in rows: a card begins at any cell; most cells begin nothing.
      "1 22 333 4111 1111 1111 1111 5 66 777", "7 4111 1111 1111 1111 4111 1111 1111 1112 3782 822463 10005 1 2 3 4",
      "5 5 0 0 0 0 5 5 5 5 5 5 5 5 5 9", "12 212-555-0187 536-90-4399 11144477735 123.456 789.012 345.678",
      // What identifiers, hashes and escapes end in before a number.
      "nGB82WEST12345698765432 \\nGB82WEST12345698765432 %0AGB82WEST12345698765432 a1GB82WEST12345698765432",
      "ab4111111111111111 \\n4111111111111111 %3D4111111111111111 _4111111111111111 ff00-4111111111111111",
      "10:30:15 00:1a:2b:3c:4d:5e x00:1a:2b:3c:4d:5e 1:2:3:4:5:6:10.0.0.1 a:b:c:d::1 key:aa:1 2026-11-20 10:30",
      // Separators beyond ASCII, and what begins like one.
      "4111\u{A0}1111\u{202F}1111 1111 ab \u{2013} 536\u{2011}90\u{2011}4399 \u{2013}2\u{2019} +49\u{A0}30\u{2009}901820\u{A0}\u{20AC}",
      "GB82\u{A0}WEST\u{A0}1234 5698\u{A0}7654\u{A0}32", "1\u{A0}2\u{2013}3\u{2007}4\u{20AC}5\u{A0}6\u{E2}7\u{A0}8",
      // Values that overlap, and what their names say.
      "password=password=password=x1 password=;key=key=token=Ab3dEf6hIj9k",
      "{\"x\": 1, \"client-secret\": \"Zq9-8xWv7\"}",
      "primary_key=aB3dE6fH9jK2mN5pQ8sT1vW4yZ7bC0dF --token 'aB3dE6fH9j' token 'aB3dE6fH9j' api_token 'aB3dE6fH9j'",
    ]

  @Test func anySplitInTwoGivesTheSameSpans() {
    for text in Self.texts {
      let bytes = Array(text.utf8)
      let spans = whole(Self.set, bytes)
      for cut in 0...bytes.count {
        #expect(streamed(Self.set, bytes, sizes: [max(cut, 1), .max]) == spans, "\(text), cut at \(cut)")
      }
      #expect(streamed(Self.set, bytes, sizes: [1]) == spans, "\(text)")
    }
  }

  @Test func anyPiecesGiveTheSameSpans() {
    var random = SplitMix64(seed: 0xDE7EC7)
    let pieces =
      Self.texts + [
        "password=", "-----BEGIN RSA PRIVATE KEY-----\n", "-----END RSA PRIVATE KEY-----", "eyJ", "AKIA", "@", ":",
        "::",
        "\n", " ", " ", "+", "(", ")", "token: ", "q", "r", "\\n", "\u{0}", "é", "1", "4111", "curl -u a:", "://",
        "...",
        String(repeating: "aB3", count: 60),
      ]
    for round in 0..<300 {
      var text: [UInt8] = []
      for piece in random.some(pieces, 1, 40) {
        text += Array(piece.utf8)
        if random.chance(30) { text.append(UInt8(ascii: " ")) }
      }
      // A few bytes of anything.
      for _ in 0..<random.below(4) where !text.isEmpty { text[random.below(text.count)] = UInt8(random.below(256)) }
      let spans = whole(Self.set, text)
      #expect(spans.allSatisfy { $0.start >= 0 && $0.start < $0.end && $0.end <= text.count })
      let sizes = (0..<20).map { _ in 1 + random.below(random.chance(50) ? 4 : 300) }
      #expect(streamed(Self.set, text, sizes: sizes) == spans, "round \(round)")
    }
  }

  /// Numbers with all that may stand between and around them, and the ends of texts within escapes.
  @Test func anyNumbersAreRead() {
    var random = SplitMix64(seed: 11)
    let signs = Array("0011223456789 --..()+/:x,@\\\"'=kKeE".utf8)
    for _ in 0..<2000 {
      let start = random.pick(["", "", "password=\"", "phone ", "card ", "+", "(", "GB82", "ssn "])
      let text = Array(start.utf8) + random.some(signs, 1, 40)
      let spans = whole(Self.set, text)
      #expect(spans.allSatisfy { $0.start < $0.end && $0.end <= text.count }, "\(text)")
      #expect(streamed(Self.set, text, sizes: [1 + random.below(9)]) == spans, "\(text)")
    }
  }

  @Test func anyBytesAreRead() {
    var random = SplitMix64(seed: 7)
    for _ in 0..<500 {
      let text = (0..<random.below(400)).map { _ in
        random.chance(50) ? UInt8(random.below(256)) : UInt8(0x20 + random.below(95))
      }
      #expect(streamed(Self.set, text, sizes: [1 + random.below(50)]) == whole(Self.set, text))
    }
  }

  /// Values longer than their limit, cut anywhere near it and within escapes.
  @Test func longValuesAreTheSameInPieces() {
    let forms = [
      ("password=\"", "\" x"), ("token: ", ", x"), ("{\\\"password\\\": \\\"", "\\\", 1}"), ("curl -u a:", " x"),
    ]
    for (before, after) in forms {
      let value = String(repeating: "aB3x\\\\K9", count: 300)
      let text = Array((before + value + after).utf8)
      let spans = whole(Self.set, text)
      for sizes in [[1], [7], [2047, 1], [2050, 3], [2059, 1, 2], [100, 64]] {
        #expect(streamed(Self.set, text, sizes: sizes) == spans, "\(before), \(sizes)")
      }
    }
  }

  /// `found` says what `spans` says.
  @Test func foundNamesWhatHasSpans() {
    for text in Self.texts {
      let bytes = Array(text.utf8)
      let indices = Set(whole(Self.set, bytes).map(\.detector))
      #expect(Self.set.found(in: bytes) == indices.sorted().map { Self.set.names[$0] }, "\(text)")
    }
  }

  /// Nothing is held back of text that is over.
  @Test func ordinaryTextIsSettledToItsLastWord() {
    let set = DetectorSet(BuiltinDetector.names.map { DetectorDefinition(name: $0) })
    var stream = DetectorStream(set)
    var spans: [DetectedSpan] = []
    let text = Array("write to ana@example.com today\n".utf8)
    text.withUnsafeBufferPointer { stream.write($0, &spans) }
    #expect(stream.settled == text.count)
    #expect(spans.map { set.names[$0.detector] } == ["email"])
  }
}
