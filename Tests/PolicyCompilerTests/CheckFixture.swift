import Foundation
import PolicyCompiler
import PolicySyntax

/// The moment at which fixtures and pages are checked: 2026-11-20T10:00:00Z.
let checkMoment: Int64 = 1_795_168_800

/// Checks a policy set of files in memory, from its first file.
func checkInMemory(_ files: [(path: String, text: [UInt8])], roots: [String]? = nil) -> CheckResult {
  let reader = SourceReader.inMemory(Dictionary(files.map { ($0.path, $0.text) }, uniquingKeysWith: { a, _ in a }))
  return checkPolicySet(
    roots: roots ?? [files[0].path], reader: reader, now: checkMoment,
    zoneExists: { ["UTC", "Europe/Berlin", "America/New_York"].contains($0) },
    flags: { program, word in
      // What the decoder of shell lines says of the flags in fixtures and pages.
      switch (program, word) {
      case ("rm", "--recursive"), ("rm", "-R"): ["-r"]
      case ("rm", "--force"), ("git", "--force"): ["-f"]
      case ("tool", _): [word]
      default: nil
      }
    })
}

/// Checks one file of text.
func check(_ text: String) -> CheckResult { checkInMemory([("main.hpol", Array(text.utf8))]) }

/// A file of cases with the expected diagnostics under the lines they point to:
///
///     #### case a name
///     rule r { when sql.vreb is drop  block }
///     #             ^ HP0109 there is no fact `sql.vreb`; did you mean `sql.verb`?
///
/// `^` stands under the first column of the span, `#<` is one that begins in the first two columns. `#### file PATH`
/// begins another file of the case; the first is `main.hpol`.
struct CheckFixture {
  struct Case {
    var header: [String]
    var files: [(path: String, separator: String?, lines: [String])]
  }

  let cases: [Case]

  init(_ text: String) {
    var cases = [Case(header: [], files: [("main.hpol", nil, [])])]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("#### case ") {
        cases.append(Case(header: [line], files: [("main.hpol", nil, [])]))
      } else if line.hasPrefix("#### file ") {
        cases[cases.count - 1].files.append((String(line.dropFirst(10)), line, []))
      } else if !Self.isMarker(line) {
        let last = cases[cases.count - 1].files.count - 1
        cases[cases.count - 1].files[last].lines.append(line)
      }
    }
    self.cases = cases
  }

  private static func isMarker(_ line: String) -> Bool {
    guard line.hasPrefix("#") else { return false }
    let rest = line.dropFirst().drop { $0 == " " }
    return rest.hasPrefix("^ HP") || line.hasPrefix("#< HP")
  }

  /// The same text, with the diagnostics that checking gives.
  func rendered() -> String {
    var lines: [String] = []
    for `case` in cases {
      let result = checkInMemory(`case`.files.map { ($0.path, Array($0.lines.joined(separator: "\n").utf8)) })
      lines += `case`.header
      for file in `case`.files {
        if let separator = file.separator { lines.append(separator) }
        let found = result.diagnostics.filter { result.sources.file($0.span.file)?.path == file.path }
        lines += Self.annotated(file.lines, found, result.sources)
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func annotated(_ lines: [String], _ found: [Diagnostic], _ sources: SourceSet) -> [String] {
    var markers: [Int: [String]] = [:]
    for diagnostic in found {
      guard let file = sources.file(diagnostic.span.file) else { continue }
      let position = file.position(of: diagnostic.span.range.start)
      let pointer = position.column < 3 ? "#<" : "#" + String(repeating: " ", count: position.column - 2) + "^"
      markers[position.line, default: []].append("\(pointer) \(diagnostic.code.text) \(diagnostic.message)")
    }
    return lines.enumerated().flatMap { [$0.element] + (markers[$0.offset + 1] ?? []) }
  }
}

let compilerTestFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
let projectFolder = compilerTestFolder.deletingLastPathComponent().deletingLastPathComponent()
