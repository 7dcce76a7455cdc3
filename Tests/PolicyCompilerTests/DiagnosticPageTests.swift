import Foundation
import PolicyCompiler
import PolicySyntax
import Testing

/// A fence of a page: its info string and its text.
private struct Fence {
  var info: [String]
  var text: String
}

private func fences(_ page: String) -> [Fence] {
  var fences: [Fence] = []
  var open: (info: [String], lines: [String])?
  for line in page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
    if line.hasPrefix("```") {
      if let (info, lines) = open {
        fences.append(Fence(info: info, text: lines.joined(separator: "\n") + "\n"))
        open = nil
      } else {
        open = (line.dropFirst(3).split(separator: " ").map(String.init), [])
      }
    } else {
      open?.lines.append(line)
    }
  }
  return fences
}

/// What checking cannot find out alone: tests and invariants are run by the command line.
private let foundByRunning: Set<DiagnosticCode> = [.invariantFails]

@Test func pagesShowWhatTheirCodeMeans() throws {
  for code in DiagnosticCode.allCases where code.rawValue > 100 {
    let url = projectFolder.appendingPathComponent("grammar/diagnostics/\(code.text).md")
    guard let page = try? String(contentsOf: url, encoding: .utf8) else {
      Issue.record("\(code.text) has no page")
      continue
    }
    #expect(page.hasPrefix("# \(code.text): "))
    let fences = fences(page)
    let others = fences.compactMap { fence in
      fence.info.first { $0.hasPrefix("file=") }.map { (path: String($0.dropFirst(5)), text: Array(fence.text.utf8)) }
    }
    let wrong = fences.filter { $0.info == ["hpol", "wrong"] }
    let right = fences.filter { $0.info == ["hpol", "right"] }
    #expect(!wrong.isEmpty && !right.isEmpty, "\(code.text)")
    for fence in wrong {
      let found = checkInMemory([("main.hpol", Array(fence.text.utf8))] + others).diagnostics
      if !foundByRunning.contains(code) {
        #expect(found.contains { $0.code == code }, "\(code.text): \(found.map { $0.code.text + " " + $0.message })")
      }
    }
    for fence in right {
      let found = checkInMemory([("main.hpol", Array(fence.text.utf8))] + others).diagnostics
      let unwanted = found.filter { $0.code == code || $0.severity == .error }
      #expect(unwanted.map { $0.code.text + " " + $0.message } == [], "\(code.text)")
    }
  }
}
