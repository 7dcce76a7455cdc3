import PolicyRuntime
import Responses
import TestSupport
import Testing

@Suite struct StreamTests {
  @Test func everyBoundaryGivesTheSameBytes() {
    let plan = maskPlan(everyMask)
    for sample in samples {
      let bytes = Array(sample.utf8)
      let whole = masked(bytes, plan)
      for boundary in 0..<bytes.count where boundary > 0 {
        #expect(masked(bytes, plan, pieces: [boundary, .max]) == whole, "\(boundary): \(sample)")
      }
      #expect(masked(bytes, plan, pieces: [1]) == whole, "\(sample)")
    }
  }

  @Test func randomPiecesGiveTheSameBytes() {
    var random = SplitMix64(seed: 20)
    let plan = maskPlan(everyMask)
    for _ in 0..<150 {
      let bytes = Array(random.some(samples, 1, 4).joined(separator: random.pick(["", "\n", " "])).utf8)
      let pieces = (0..<30).map { _ in 1 + random.below(random.pick([3, 20, 90])) }
      for format in [ResponseFormat.automatic, .text, .json, .yaml] {
        #expect(
          masked(bytes, plan, pieces: pieces, format: format) == masked(bytes, plan, format: format),
          "\(format) \(pieces): \(String(decoding: bytes, as: UTF8.self))")
      }
    }
  }

  @Test func aMaskedValueIsNeverSplitOpen() {
    let masks = [detector("email")]
    let plan = maskPlan(masks)
    let texts = [
      #"{"a":"ana@example.com"}"#, "1 | ana@example.com | x\n", "id,contact\n1,ana@example.com\n",
      #"{"a":"\u0061na\u0040example.com"}"#, "contact: ana@example.com\n", "ana@example.com",
    ]
    for text in texts {
      let bytes = Array(text.utf8)
      for first in 1..<bytes.count {
        for second in stride(from: 1, to: bytes.count - first, by: 3) {
          let out = String(decoding: masked(bytes, plan, pieces: [first, second, .max]), as: UTF8.self)
          #expect(out.contains("[email]") && !out.contains("example"), "\(first) \(second): \(out)")
        }
      }
    }
  }

  @Test func bytesThatAreNoTextPassThrough() {
    let bytes: [UInt8] = [0xFF, 0xFE, 0x20] + Array("ana@example.com".utf8) + [0x20, 0x80, 0x00, 0xC3]
    let out = masked(bytes, maskPlan([detector("email")]))
    #expect(out == [0xFF, 0xFE, 0x20] + Array("[email]".utf8) + [0x20, 0x80, 0x00, 0xC3])
    let json = Array("{\"a\":\"".utf8) + [0xFF] + Array(" ana@example.com\",\"b\":1}".utf8)
    let masked = masked(json, maskPlan([detector("email")]))
    #expect(masked == Array("{\"a\":\"".utf8) + [0xFF] + Array(" [email]\",\"b\":1}".utf8))
  }

  @Test func lineBreaksAfterADocumentAreNoText() {
    let text = "{\"a\":1}\r\n\r\nid x\r\n{\"b\":2}\r\n"
    let plan = maskPlan([regex(".+")])
    let whole = masked(Array(text.utf8), plan)
    for size in 1..<12 { #expect(masked(Array(text.utf8), plan, pieces: [size]) == whole, "\(size)") }
  }

  @Test func withoutMasksNothingChanges() {
    for sample in samples {
      #expect(masked(sample, [Mask]()) == sample)
      #expect(masked(sample, [header("x")]) == sample)
      #expect(masked(sample, [detector("iban"), column("nowhere"), path("$.no.where")]).isEmpty == sample.isEmpty)
    }
  }
}
