import Foundation
import PolicySyntax
import Testing

/// The examples of a page: the info string after `hpol`, and the text.
private func examples(_ page: String) -> [(info: [Substring], text: String)] {
  var examples: [(info: [Substring], text: String)] = []
  var lines: [Substring] = []
  var info: [Substring]?
  for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
    if line.hasPrefix("```") {
      if let open = info { examples.append((open, lines.joined(separator: "\n") + "\n")) }
      info = info == nil ? line.dropFirst(3).split(separator: " ") : nil
      lines = []
    } else {
      lines.append(line)
    }
  }
  return examples
}

/// The bytes of an example, with what its info string asks for.
private func bytes(_ example: (info: [Substring], text: String)) -> [UInt8] {
  var bytes = Array(example.text.utf8)
  for word in example.info {
    if word == "invalid-utf8" { bytes = bytes.map { $0 == UInt8(ascii: "?") ? 0xFF : $0 } }
    if word.hasPrefix("repeat="), let count = Int(word.dropFirst(7)) {
      bytes = Array(repeatElement(bytes, count: count).joined())
    }
  }
  return bytes
}

@Test func pagesHaveExamplesThatHold() throws {
  for code in DiagnosticCode.allCases where code.rawValue < 100 {
    let file = rootFolder.appendingPathComponent("grammar/diagnostics/\(code.text).md")
    let page = try String(contentsOf: file, encoding: .utf8)
    #expect(page.hasPrefix("# \(code.text): "), "\(code.text)")
    let examples = examples(page)
    for kind in ["wrong", "right"] {
      #expect(
        examples.contains { $0.info.starts(with: ["hpol", Substring(kind)]) }, "\(code.text) has no \(kind) example")
    }
    for example in examples {
      let diagnostics = parsePolicy(bytes(example), file: 0).diagnostics
      if example.info.contains("wrong") {
        #expect(diagnostics.contains { $0.code == code }, "\(code.text): \(example.text.prefix(500))")
      } else {
        #expect(diagnostics.map(\.message) == [], "\(code.text): \(example.text)")
      }
    }
  }
}
