import Detectors
import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyTestBench

/// The reader of fixtures: it takes a line or says where it stopped, and says the same again.
final class FixtureFuzzing: FuzzTarget {
  private var parser = FixtureParser()

  func check(_ input: [UInt8]) {
    input.withUnsafeBufferPointer { line in
      let first = Result { () throws(JSONError) in try parser.fixture(line) }
      let second = Result { () throws(JSONError) in try parser.fixture(line) }
      switch (first, second) {
      case (.success(let fixture), .success(let again)):
        require(fixture.payload.bytes == again.payload.bytes, "reading again gives the same request")
        require(fixture.principal == again.principal, "reading again gives the same principal")
      case (.failure(let error), .failure(let again)):
        require(error == again, "reading again gives the same error")
        require((0...input.count).contains(error.offset), "an error points into the line")
      default: fail("reading again comes out the same")
      }
      _ = try? parser.decodeInput(line)
    }
  }
}

/// JSON: what is read is written, and read again as what it was.
final class JSONFuzzing: FuzzTarget {
  func check(_ input: [UInt8]) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: input)
    } catch {
      return require((0...input.count).contains(error.offset), "an error points into the text")
    }
    var writer = JSONWriter()
    writer.value(value)
    guard let again = try? JSONValue(parsing: writer.bytes) else { fail("what is written can be read") }
    require(again == value, "what is written reads as what it was")
  }
}

/// All built-in detectors and some of a policy: they find the same again, and in pieces.
final class DetectorFuzzing: FuzzTarget {
  private let detectors = DetectorSet(
    BuiltinNames.detectors.map { DetectorDefinition(name: $0) } + [
      DetectorDefinition(name: "employee", regex: #"\bEMP-\d{6}\b"#),
      DetectorDefinition(name: "mail", regex: #"\b[\w.+-]+@[\w.-]+\.[a-z]{2,}\b"#, ignoringCase: true),
      DetectorDefinition(name: "card", regex: #"\b\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b"#, check: "luhn"),
      DetectorDefinition(name: "word", regex: "[a-f]+$"),
    ])

  func check(_ input: [UInt8]) {
    require(detectors.found(in: input) == detectors.found(in: input), "looking again finds the same")
    var stream = DetectorStream(detectors)
    var spans: [DetectedSpan] = []
    input.withUnsafeBufferPointer { input in
      let size = 1 + input.count / 5
      for start in stride(from: 0, to: input.count, by: size) {
        stream.write(UnsafeBufferPointer(rebasing: input[start..<min(start + size, input.count)]), &spans)
      }
    }
    stream.finish(&spans)
    require(spans == input.withUnsafeBufferPointer { detectors.spans(in: $0) }, "pieces make no difference")
  }
}
