import Detectors
import PolicyBytecode
import PolicyRuntime
import Responses

/// What masking costs, in MB/s: on text without hits and beside the detectors alone, on JSON, YAML and CSV.
enum MaskBench {
  private static let names = [
    "credit_card", "email", "iban", "ip_address", "phone", "us_ssn", "jwt", "private_key", "password", "secret",
  ]

  private static func repeated(_ line: String, _ bytes: Int) -> [UInt8] {
    Array(String(repeating: line, count: bytes / line.utf8.count).utf8)
  }

  private static func plan(_ masks: [MaskObligation]) -> MaskPlan {
    MaskPlan(masks, detectors: { DetectorDefinition(name: $0) }, key: .bench)
  }

  private static func speed(_ bytes: [UInt8], _ body: ([UInt8]) -> Void) -> Double {
    Double(bytes.count) / best(of: 5) { body(bytes) } / 1e6
  }

  private static func masked(_ plan: MaskPlan) -> ([UInt8]) -> Void {
    { bytes in
      var masker = ResponseMasker(plan)
      var out: [UInt8] = []
      bytes.withUnsafeBufferPointer { bytes in
        var index = 0
        while index < bytes.count {
          let end = min(bytes.count, index + 16_384)
          masker.write(UnsafeBufferPointer(rebasing: bytes[index..<end]), into: &out)
          out.removeAll(keepingCapacity: true)
          index = end
        }
      }
      masker.finish(into: &out)
    }
  }

  static func run() {
    let detectors = names.map { MaskObligation(.detector($0), .redact) }
    let all = plan(detectors)
    let structured = plan(
      detectors + [MaskObligation(.column(["*_token"]), .hash), MaskObligation(.json("$..secret"), .redact)])
    let set = DetectorSet(names.map { DetectorDefinition(name: $0) })
    let prose = repeated(
      "The quick brown fox jumps over the lazy dog, and the build went on for some time.\n", 4_000_000)
    let hits = repeated("mail from ana@example.com about card 4111 1111 1111 1111 to 10.1.2.3\n", 1_000_000)
    let json = repeated(
      "{\"id\":1842,\"name\":\"Ana Lopez\",\"city\":\"Lisbon\",\"note\":\"nothing to see here\",\"ok\":true}\n",
      2_000_000)
    let csv = Array("id,name,api_token\n".utf8) + repeated("1842,Ana Lopez,abcdefgh\n", 1_000_000)
    let distinct = (0..<40_000).map { "\($0),Ana Lopez,abc\($0 &* 7919)x\n" }.joined()
    let export = Array("id,name,api_token\n".utf8) + Array(distinct.utf8)
    let records = repeated(
      "{\"id\":1842,\"mail\":\"ana@example.com\",\"card\":\"4111 1111 1111 1111\",\"api_token\":\"abc\"}\n", 1_000_000)
    let yaml = repeated("- id: 1842\n  name: Ana Lopez\n  secret: abcdefgh\n", 1_000_000)
    print("\n" + ["masking", "MB/s"].map { column($0, 32) }.joined())
    let results: [(String, Double)] = [
      ("detectors alone, prose", speed(prose) { bytes in bytes.withUnsafeBufferPointer { _ = set.spans(in: $0) } }),
      ("prose without hits", speed(prose, masked(all))),
      ("prose, columns and paths too", speed(prose, masked(structured))),
      ("three hits a line", speed(hits, masked(all))),
      ("JSON lines without hits", speed(json, masked(all))),
      ("JSON lines, columns and paths", speed(json, masked(structured))),
      ("JSON lines, three masked values", speed(records, masked(structured))),
      ("CSV with a masked column", speed(csv, masked(structured))),
      ("CSV, each masked value new", speed(export, masked(structured))),
      ("YAML with a masked path", speed(yaml, masked(structured))),
    ]
    for (name, speed) in results { print(column(name, 32) + column(fixed(speed, 1), 32)) }
  }
}
