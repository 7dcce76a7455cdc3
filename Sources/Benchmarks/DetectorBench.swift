import Detectors
import PolicyBytecode
import PolicyCompiler

/// What the built-in detectors, all together, cost on texts of several kinds, beside a plain pass over the same bytes.
enum DetectorBench {
  private static let size = 1 << 20

  /// Lower-case words, sentences, a few numbers; nothing to find.
  private static let prose = repeated(
    "The committee met again in the autumn to talk about the harbour, the road that leads down to it and the old mill. "
      + "Nobody had expected so many people; some stood outside, under the trees, and listened through the windows. "
      + "After 3 hours they had agreed on little more than that they would meet again. ")

  private static let logs = (0..<8000).map { number in
    "{\"time\":\"2026-11-20T10:\(10 + number % 50):\(10 + number % 49).\(100 + number % 900)Z\",\"level\":\"info\","
      + "\"status\":\(200 + number % 5),\"bytes\":\(number * 7919 % 65536),\"path\":\"/api/v1/orders/\(number)/items\","
      + "\"message\":\"request served from the cache\",\"duration_ms\":\(number % 97).\(number % 10)}\n"
  }.joined()

  private static let rows = (0..<9000).map { number in
    "\(number)|Customer \(number)|customer\(number)@example.com|212-555-\(1000 + number % 9000)|4111 1111 1111 1111\n"
  }.joined()

  /// Cells of one to four digits; now and then one looks like the beginning of something.
  private static let table = (0..<60_000).map { number in
    "\(number * 7919 % 9973) \(number % 89) \(number * 31 % 997)\(number % 8 == 7 ? "\n" : " ")"
  }.joined()

  private static let identifiers = (0..<24_000).map { number in
    let hash = String(UInt64(number + 1) &* 0x9E37_79B9_7F4A_7C15 | 1 << 63, radix: 16)
    return "\(hash.prefix(8))-\(hash.suffix(4))-4\(hash.prefix(3))-a\(hash.suffix(3))-\(hash.prefix(12))\n"
  }.joined()

  private static let stamps = (0..<20_000).map { number in
    "2026-11-\(10 + number % 20) 1\(number % 10):\(10 + number % 50):\(10 + number % 49) worker-\(number % 9) done\n"
  }.joined()

  private static let uuids = (0..<28_000).map { number in
    let (a, b) = (UInt64(number + 1) &* 0x9E37_79B9_7F4A_7C15, UInt64(number + 7) &* 0xC2B2_AE3D_27D4_EB4F)
    let digits = (hexadecimal(a) + hexadecimal(b)).map { String($0) }
    func group(_ range: Range<Int>) -> String { digits[range].joined() }
    return "\(group(0..<8))-\(group(8..<12))-4\(group(13..<16))-a\(group(17..<20))-\(group(20..<32))\n"
  }.joined()

  private static func hexadecimal(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }

  private static let decimals = (0..<30_000).map { number in
    "\(number),\(number * 7919 % 997).\(number % 97 + 100),-\(number % 89).\(number * 31 % 9000 + 1000),"
      + "0.\(number * 131 % 90_000 + 10_000)\n"
  }.joined()

  private static let epochs = (0..<30_000).map { number in
    "\(1_763_600_000 + number * 7),\(number),\(1_763_600_000_000 + number * 7919),\(number % 97)\n"
  }.joined()

  private static let records = (0..<20_000).map { number in
    "{\"id\":\(1_763_600_000_000 + number * 7919),\"at\":\(1_763_600_000 + number),\"n\":\(number % 97)}\n"
  }.joined()

  private static var base64: String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var state: UInt64 = 42
    let bytes = (0..<size).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return letters[Int(state >> 58)]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func repeated(_ text: String) -> String {
    String(repeating: text, count: size / text.utf8.count + 1)
  }

  /// Prints a line for each kind of text, or for those of `names`.
  static func run(_ names: [String] = []) {
    let set = DetectorSet(BuiltinNames.detectors.map { DetectorDefinition(name: $0) })
    print(
      "\n"
        + ["detectors", "MB/s", "found() MB/s", "stream MB/s", "plain pass", "ratio", "spans"].map { column($0, 14) }
        .joined())
    let texts = [
      ("prose", prose), ("JSON logs", logs), ("base64", base64), ("identifiers", identifiers),
      ("timestamps", stamps), ("UUIDs", uuids), ("CSV, decimals", decimals), ("CSV, epochs", epochs),
      ("JSON, epochs", records), ("rows of numbers", table), ("rows with hits", rows), ("digits", repeated("1")),
      ("numbers", repeated("1 22 333 ")), ("@", repeated("@")), ("a@", repeated("a@")), (":", repeated(":")),
      ("password=", repeated("password=")), ("eyJ", repeated("eyJ.")),
      ("-----BEGIN", repeated("-----BEGIN RSA PRIVATE KEY-----")),
    ]
    for (name, text) in texts where names.isEmpty || names.contains(name) {
      let bytes = Array(text.utf8.prefix(size))
      let megabytes = Double(bytes.count) / 1e6
      var spans = 0
      let whole = best(of: 7) { spans = bytes.withUnsafeBufferPointer { set.spans(in: $0).count } }
      let found = best(of: 7) { spans += set.found(in: bytes).count * 0 }
      let streamed = best(of: 3) {
        var stream = DetectorStream(set)
        var all: [DetectedSpan] = []
        bytes.withUnsafeBufferPointer { bytes in
          for start in stride(from: 0, to: bytes.count, by: 16 << 10) {
            stream.write(UnsafeBufferPointer(rebasing: bytes[start..<min(start + (16 << 10), bytes.count)]), &all)
          }
        }
        stream.finish(&all)
        precondition(all.count == spans)
      }
      var counts = [UInt32](repeating: 0, count: 256)
      let plain = best(of: 7) {
        counts.withUnsafeMutableBufferPointer { counts in for byte in bytes { counts[Int(byte)] &+= 1 } }
      }
      let cells = [
        name, fixed(megabytes / whole, 0), fixed(megabytes / found, 0), fixed(megabytes / streamed, 0),
        fixed(megabytes / plain, 0), fixed(whole / plain, 1), String(spans),
      ]
      print(cells.map { column($0, 14) }.joined())
    }
  }
}
