import PolicyBytecode
import TestSupport
import Testing

@testable import Detectors

@Suite struct DetectorLimitTests {
  private func spans(_ names: [String], _ text: [UInt8]) -> [DetectedSpan] {
    let set = DetectorSet(names.map { DetectorDefinition(name: $0) })
    return text.withUnsafeBufferPointer { set.spans(in: $0) }
  }

  private func bytes(_ text: String, _ count: Int) -> [UInt8] { Array(String(repeating: text, count: count).utf8) }

  /// The union of spans, which touch.
  private func cover(_ spans: [DetectedSpan]) -> Range<Int>? {
    guard let first = spans.first else { return nil }
    var end = first.end
    for span in spans.dropFirst() {
      guard span.start <= end else { return nil }
      end = max(end, span.end)
    }
    return first.start..<end
  }

  @Test func longMatchesOfDeclaredPatternsAreCutAndCovered() {
    let set = DetectorSet([DetectorDefinition(name: "x", regex: "<[a-z]*>")])
    for (length, pieces) in [(4095, 1), (4096, 1), (4097, 2), (8192, 2), (8193, 3), (100_000, 25)] {
      let text = Array("..<".utf8) + bytes("a", length - 2) + Array(">..".utf8)
      let spans = text.withUnsafeBufferPointer { set.spans(in: $0) }
      #expect(spans.count == pieces, "\(length)")
      #expect(spans.allSatisfy { $0.end - $0.start <= DetectorLimits.matchBytes })
      #expect(cover(spans) == 2..<2 + length, "\(length)")
    }
  }

  @Test func longKeysAreCovered() {
    let begin = Array("-----BEGIN RSA PRIVATE KEY-----\n".utf8)
    let end = Array("-----END RSA PRIVATE KEY-----".utf8)
    for extra in [-1, 0, 1, 5000, 100_000] {
      let body = bytes("A", DetectorLimits.privateKeyBytes - begin.count - 1 + extra) + [0x0A]
      let spans = spans(["private_key"], begin + body + end + Array(" x".utf8))
      #expect(spans.first?.start == 0)
      // The END line is part of the block, or what is past the limit is covered up to it.
      let covered = cover(spans)?.upperBound ?? 0
      #expect(covered >= begin.count + body.count, "\(extra)")
      #expect(covered <= begin.count + body.count + end.count)
    }
  }

  @Test func longTokensAreCovered() {
    let head = Array("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.".utf8)
    for count in [4095, 4096, 4097, 20_000] {
      let spans = spans(["jwt"], head + bytes("a", count) + Array(" rest".utf8))
      #expect(cover(spans) == 0..<head.count + count, "\(count)")
    }
  }

  /// 64 octets before the `@`; of more the last 64 are taken.
  @Test func localPartsHaveALimit() {
    for (count, start) in [(63, 0), (64, 0), (65, 1)] {
      #expect(spans(["email"], bytes("a", count) + Array("@x.org".utf8)).map(\.start) == [start])
    }
  }

  @Test func contextHasALimit() {
    for (gap, isFound) in [(DetectorLimits.contextBytes - 5, true), (DetectorLimits.contextBytes - 4, false)] {
      let text = Array("phone".utf8) + bytes(" ", gap) + Array("5550187".utf8)
      #expect(spans(["phone"], text).isEmpty != isFound, "\(gap)")
    }
  }

  /// What is past the limit of a value is covered to its end, and no further.
  @Test func longValuesAreCovered() {
    let limit = DetectorLimits.valueBytes
    let forms: [(String, String, String)] = [
      ("password", "password=", " rest"), ("password", "password=", "&x=1"), ("password", "\"password\": \"", "\", 1"),
      ("password", "{\\\"password\\\": \\\"", "\\\", 1}"), ("secret", "access_token=", "\n"),
      ("password", "<password>", "</password>"),
      ("secret", "{\"access_token\":\"", "\"}"), ("password", "identified by '", "' x"),
      ("password", "curl -u a:", " x"),
    ]
    for (kind, before, after) in forms {
      for count in [600, limit - 1, limit, limit + 1, 10_000] {
        let value = bytes("aB3xK9qZtLmW", count).prefix(count)
        let found = spans([kind], Array(before.utf8) + value + Array(after.utf8))
        #expect(cover(found) == before.utf8.count..<before.utf8.count + count, "\(before), \(count)")
      }
    }
    // An escaped quote is part of it.
    let value = bytes("a\\\"b ", 2000)
    #expect(
      cover(spans(["password"], Array("password=\"".utf8) + value + [0x22, 0x20, 0x78])) == 10..<10 + value.count)
  }

  /// Inputs built to hurt: twice the size takes about twice the time, for one write and for many.
  @Test(arguments: [
    "1", "1 ", "12-", "1.", "@", "a@", "a@b.", "a", ":", "a:", "::", "-", "ab-", ".", "~", "password=", "password=\"",
    "token: ", "key=", "secret", "eyJ", "eyJ.", "eyJhbGciOiJIUzI1NiJ9.", "-----BEGIN ",
    "-----BEGIN RSA PRIVATE KEY-----",
    "-----BEGIN RSA PRIVATE KEY-----\n", "AKIA", "sk-", "xoxb-1", "passport ", "born ", "aB3+/9Zq", "curl -u a:",
    "https://a:", "Authorization: Bearer ", "4111 1111 ", "+1 ", "(1)", "<q", "SS", "q", "d.o.", "identified by '",
  ])
  func timeIsLinear(_ piece: String) {
    func seconds(_ size: Int) -> Double {
      let text = Array(bytes(piece, size / piece.utf8.count + 1).prefix(size))
      return (0..<2).map { _ in
        threadSeconds {
          var stream = DetectorStream(StreamTests.set)
          var spans: [DetectedSpan] = []
          text.withUnsafeBufferPointer { text in
            for offset in stride(from: 0, to: size, by: 512) {
              stream.write(UnsafeBufferPointer(rebasing: text[offset..<min(offset + 512, size)]), &spans)
              spans.removeAll(keepingCapacity: true)
            }
          }
          stream.finish(&spans)
        }
      }.min() ?? 0
    }
    let (small, large) = (seconds(4 << 10), seconds(16 << 10))
    // Four times as much; quadratic would be sixteen times.
    #expect(large < 9 * small + 0.01, "\(piece): \(small) s, \(large) s")
  }
}
