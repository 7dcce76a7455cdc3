import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyRuntime
import Responses

/// The masker of responses.
///
/// - Whatever the pieces that a response comes in, the same bytes come out.
/// - JSON that was masked is JSON, and has nothing left to mask.
///
/// The first byte of an input chooses the format, the second and third where the pieces end.
final class MaskFuzzing: FuzzTarget {
  private let plan: MaskPlan

  init() {
    let detectors = ["email", "credit_card", "us_ssn", "iban", "ip_address", "private_key", "password", "phone"]
    let treatments: [MaskObligation.Treatment] = [.redact, .keepLast(4), .hash, .redact, .with("***"), .redact]
    var masks = detectors.enumerated().map { index, name in
      MaskObligation(.detector(name), treatments[index % treatments.count])
    }
    masks.append(.init(.column(["*_token", "secret*"]), .redact))
    masks.append(.init(.json("$..secret"), .with("[removed]")))
    masks.append(.init(.regex(#"\bEMP-\d{6}\b"#), .keepFirst(4)))
    plan = MaskPlan(masks, detectors: { .init(name: $0) }, key: .bench)
  }

  func check(_ input: [UInt8]) {
    guard input.count >= 3 else { return }
    let formats: [ResponseFormat] = [.automatic, .text, .json, .yaml]
    let format = formats[Int(input[0] & 3)]
    let text = Array(input[3...])
    let whole = masked(text, format) { _ in text.count }
    require(masked(text, format) { _ in 1 } == whole, "a byte at a time, the same comes out")
    let (first, second) = (Int(input[1]) + 1, Int(input[2]) + 1)
    require(
      masked(text, format) { $0.isMultiple(of: 2) ? first : second } == whole, "in other pieces, the same comes out")
    // What breaks off or is broken is withheld from there on, and reads as something else the second time.
    guard format == .json, (try? JSONValue(parsing: text)) != nil else { return }
    require((try? JSONValue(parsing: whole)) != nil, "JSON that was masked is JSON")
    let again = masked(whole, format) { _ in whole.count }
    require(again == whole, "JSON that was masked has nothing left to mask")
  }

  private func masked(_ text: [UInt8], _ format: ResponseFormat, size: (Int) -> Int) -> [UInt8] {
    var masker = ResponseMasker(plan, format: format)
    var out: [UInt8] = []
    var start = 0
    var piece = 0
    while start < text.count {
      let end = min(text.count, start + max(size(piece), 1))
      masker.write(Array(text[start..<end]), into: &out)
      start = end
      piece += 1
    }
    masker.finish(into: &out)
    return out
  }
}

/// The reader of YAML: it takes a text or says where it stopped, and its values are those of JSON.
final class YAMLFuzzing: FuzzTarget {
  func check(_ input: [UInt8]) {
    let first = Result { () throws(JSONError) in try parseYAML(input) }
    let second = Result { () throws(JSONError) in try parseYAML(input) }
    switch (first, second) {
    case (.success(let values), .success(let again)):
      require(values == again, "reading again gives the same values")
      for value in values {
        var writer = JSONWriter()
        writer.value(value)
        require((try? JSONValue(parsing: writer.bytes)) == value, "values of YAML are those of JSON")
      }
    case (.failure(let error), .failure(let again)):
      require(error == again, "reading again gives the same error")
      require((0...input.count).contains(error.offset), "an error points into the text")
    default: fail("reading again comes out the same")
    }
    checkEvents(input)
  }

  private func checkEvents(_ input: [UInt8]) {
    guard var reader = try? YAMLReader(input) else { return }
    while let event = try? reader.next() {
      let range = event.source
      require(range.lowerBound >= 0 && range.upperBound <= input.count, "an event lies in the text")
    }
  }
}
