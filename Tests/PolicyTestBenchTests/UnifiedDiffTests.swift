import Foundation
import PolicyTestBench
import Testing

@Test func showsChangesWithTheirContext() {
  let old = (1...20).map { "line \($0)\n" }.joined()
  let cases: [(String, String, String)] = [
    ("a\n", "a\n", ""), ("", "", ""),
    ("", "a\n", "@@ -0,0 +1,1 @@\n+a\n"), ("a\n", "", "@@ -1,1 +0,0 @@\n-a\n"),
    ("a\n", "b\n", "@@ -1,1 +1,1 @@\n-a\n+b\n"),
    ("a", "a\n", "@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n"),
    (
      old, old.replacingOccurrences(of: "line 10\n", with: "ten\nand more\n"),
      "@@ -7,7 +7,8 @@\n line 7\n line 8\n line 9\n-line 10\n+ten\n+and more\n line 11\n line 12\n line 13\n"
    ),
    (
      old, old.replacingOccurrences(of: "line 2\n", with: "").replacingOccurrences(of: "line 19\n", with: "x\n"),
      "@@ -1,5 +1,4 @@\n line 1\n-line 2\n line 3\n line 4\n line 5\n"
        + "@@ -16,5 +15,5 @@\n line 16\n line 17\n line 18\n-line 19\n+x\n line 20\n"
    ),
  ]
  for (old, new, hunks) in cases {
    #expect(UnifiedDiff.text("f", old, new) == (hunks.isEmpty ? "" : "--- f\n+++ f\n" + hunks))
  }
}

/// `patch` would make the new text of the old one, for random texts and past the limit of edits.
@Test func theDifferenceLeadsFromTheOldTextToTheNew() {
  var generator = SystemRandomNumberGenerator()
  var pairs: [([Int], [Int])] = (0..<300).map { _ in
    let old = (0..<Int.random(in: 0..<30, using: &generator)).map { _ in Int.random(in: 0..<5, using: &generator) }
    let new = (0..<Int.random(in: 0..<30, using: &generator)).map { _ in Int.random(in: 0..<5, using: &generator) }
    return (old, new)
  }
  pairs.append((Array(0..<900), Array(1000..<1900)))
  for (old, new) in pairs {
    let (oldText, newText) = (old.map { "\($0)\n" }.joined(), new.map { "\($0)\n" }.joined())
    let diff = UnifiedDiff.text("f", oldText, newText)
    #expect(patched(old.map(String.init), diff) == new.map(String.init))
  }
}

/// Applies a unified difference to lines.
private func patched(_ old: [String], _ diff: String) -> [String] {
  var result: [String] = []
  var position = 0
  for line in diff.split(separator: "\n").dropFirst(2) {
    let text = String(line.dropFirst())
    switch line.first {
    case "@":
      let numbers = line.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
      let start = numbers[1] == 0 ? numbers[0] : numbers[0] - 1
      result += old[position..<start]
      position = start
    case "-": position += 1
    case "+": result.append(text)
    default:
      #expect(old[position] == text)
      result.append(text)
      position += 1
    }
  }
  return result + old[position...]
}
