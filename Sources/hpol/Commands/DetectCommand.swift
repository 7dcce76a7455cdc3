import Detectors
import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyTestBench

let detectCommand = Command(
  name: "detect",
  summary: "show the personal data and secrets that the detectors find in a text",
  synopsis: "[FILE…]",
  description: """
    Looks into the files, or standard input: each is one text. With --jsonl each line is a record, and its
    member `text`, else `command`, is a text.
    Prints where each span stands, the detector and the first characters of what it found. A `mask` rule with that
    detector rewrites the same in running text; in JSON, YAML and tables it goes by the names of members and columns
    as well, so that below `password` all is masked: `hpol explain --returns` shows that.
    With --json, a line of JSON for each text: {"file", "line"?, "spans": [[START, END, DETECTOR], …]}, in
    characters from 0, END not included.
    """,
  options: [
    Option(
      name: "detector", letter: "d", value: "NAME", choices: BuiltinNames.detectors, isRepeatable: true,
      help: "only this detector; may be repeated"),
    Option(name: "jsonl", help: "each line is a JSON object with the member `text` or `command`"),
    Command.json,
  ],
  examples: [
    ("hpol detect notes.txt", "which personal data and secrets does this text hold?"),
    ("psql -c 'TABLE users' | hpol detect -d email -d phone", "does an answer hold addresses or numbers?"),
  ],
  run: { (arguments, console) throws(CommandError) in
    let chosen = Set(arguments.all("detector"))
    let names = BuiltinNames.detectors.filter { chosen.isEmpty || chosen.contains($0) }
    let detectors = DetectorSet(names.map { DetectorDefinition(name: $0) })
    var unusable = 0
    for path in arguments.positionals.isEmpty ? ["-"] : arguments.positionals {
      if arguments.has("jsonl") {
        unusable += try detectLines(path, detectors, arguments, console)
      } else {
        let text = try readFile(path, limit: DetectCommandLimits.textBytes)
        DetectedText(file: path, line: nil, text: text, detectors).print(arguments, console)
      }
    }
    guard unusable > 0 else { return .holds }
    console.error("\(counted(unusable, "line")) could not be used")
    return .doesNotHold
  })

enum DetectCommandLimits {
  /// Bytes of a file that is looked into as one text.
  static let textBytes = 256 << 20
  /// Characters of what was found that are shown.
  static let shownCharacters = 4
}

/// Looks into the text of each line's record; how many lines hold none.
private func detectLines(
  _ path: String, _ detectors: DetectorSet, _ arguments: Arguments, _ console: Console
) throws(CommandError) -> Int {
  var unusable = 0
  do throws(FileError) {
    var reader = try LineReader(path: path)
    while let line = try reader.next() {
      let value = reader.withBytes(of: line) { try? JSONValue(parsing: Array($0)) }
      guard let text = value?["text"]?.string ?? value?["command"]?.string else {
        unusable += 1
        console.error(
          LineFailure(
            file: reader.name, line: line.number, column: 1,
            reason: "expected an object with the member `text` or `command`"))
        continue
      }
      DetectedText(file: path, line: line.number, text: Array(text.utf8), detectors).print(arguments, console)
    }
  } catch {
    throw CommandError(error)
  }
  return unusable
}

/// A text and what was found in it.
private struct DetectedText {
  let file: String
  /// The line of the record; nil where the file is the text.
  let line: Int?
  let text: [UInt8]
  let spans: [DetectedSpan]
  let names: [String]

  init(file: String, line: Int?, text: [UInt8], _ detectors: DetectorSet) {
    self.file = file
    self.line = line
    self.text = text
    spans = text.withUnsafeBufferPointer { detectors.spans(in: $0) }
    names = detectors.names
  }

  func print(_ arguments: Arguments, _ console: Console) {
    guard arguments.has("json") else { return printLines(console) }
    var counter = CharacterCounter(text)
    // Ends are not in order; each is counted from its start.
    let ranges = spans.map { span in
      let start = counter.characters(upTo: span.start)
      return (start, start + CharacterCounter.count(text[span.start..<span.end]), names[span.detector])
    }
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("file")
      writer.string(file)
      if let line {
        writer.key("line")
        writer.integer(line)
      }
      writer.key("spans")
      writer.array { writer in
        for (start, end, name) in ranges {
          writer.array {
            $0.integer(start)
            $0.integer(end)
            $0.string(name)
          }
        }
      }
    }
    console.write(&writer)
    console.write("\n")
  }

  private func printLines(_ console: Console) {
    var counter = CharacterCounter(text)
    for span in spans {
      _ = counter.characters(upTo: span.start)
      let place = line.map { "\($0):\(counter.allCharacters + 1)" } ?? "\(counter.line):\(counter.column)"
      let found = text[span.start..<span.end]
      let count = CharacterCounter.count(found)
      let first = String(
        String(decoding: found, as: UTF8.self).unicodeScalars.prefix(
          min(DetectCommandLimits.shownCharacters, count / 2)))
      console.write(
        "\(printable(file)):\(place): \(console.style(.strong, names[span.detector])) \(printable(first))… (\(counted(count, "character")))\n"
      )
    }
  }
}

/// Counts characters, the code points of a text, going forward.
private struct CharacterCounter {
  private let text: [UInt8]
  private var offset = 0
  private(set) var allCharacters = 0
  private(set) var line = 1
  private(set) var column = 1

  init(_ text: [UInt8]) { self.text = text }

  /// The number of characters before a byte offset, which is not before the last one.
  mutating func characters(upTo end: Int) -> Int {
    while offset < end {
      let byte = text[offset]
      offset += 1
      guard byte & 0xC0 != 0x80 else { continue }
      allCharacters += 1
      column = byte == 0x0A ? 1 : column + 1
      if byte == 0x0A { line += 1 }
    }
    return allCharacters
  }

  static func count(_ text: ArraySlice<UInt8>) -> Int { text.count { $0 & 0xC0 != 0x80 } }
}
