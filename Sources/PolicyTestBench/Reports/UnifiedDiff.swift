/// The difference of two texts in the unified format of `diff -u`; empty if they are the same.
///
/// The shortest script of edits is found as in Myers, "An O(ND) Difference Algorithm and Its Variations" (1986). Past
/// ``UnifiedDiff/editLimit`` edits the lines that differ are shown as replaced as a whole.
public struct UnifiedDiff {
  /// Lines shown around a change.
  static let context = 3
  static let editLimit = 1000

  private enum Step { case keep, remove, insert }

  private let old: [Substring]
  private let new: [Substring]

  /// The difference with `name` in its head.
  public static func text(_ name: String, _ old: String, _ new: String) -> String {
    guard old != new else { return "" }
    let diff = UnifiedDiff(old: lines(old), new: lines(new))
    return "--- \(name)\n+++ \(name)\n" + diff.hunks()
  }

  /// The lines, each with its end, so that a missing last one is a difference.
  private static func lines(_ text: String) -> [Substring] {
    var lines: [Substring] = []
    var start = text.startIndex
    for index in text.indices where text[index].isNewline && text[index].utf8.last == 0x0A {
      let end = text.index(after: index)
      lines.append(text[start..<end])
      start = end
    }
    if start < text.endIndex { lines.append(text[start...]) }
    return lines
  }

  private func hunks() -> String {
    let steps = script()
    let changes = steps.indices.filter { steps[$0] != .keep }
    var text = ""
    var index = 0
    while index < changes.count {
      let start = max(0, changes[index] - Self.context)
      // Changes whose contexts touch share a hunk.
      while index + 1 < changes.count, changes[index + 1] - changes[index] <= 2 * Self.context + 1 { index += 1 }
      text += hunk(steps, start..<min(steps.count, changes[index] + Self.context + 1))
      index += 1
    }
    return text
  }

  private func hunk(_ steps: [Step], _ range: Range<Int>) -> String {
    var oldLine = steps[..<range.lowerBound].count { $0 != .insert }
    var newLine = steps[..<range.lowerBound].count { $0 != .remove }
    let counts = (steps[range].count { $0 != .insert }, steps[range].count { $0 != .remove })
    var text = "@@ -\(place(oldLine, counts.0)) +\(place(newLine, counts.1)) @@\n"
    for step in steps[range] {
      switch step {
      case .keep: text += line(" ", old[oldLine])
      case .remove: text += line("-", old[oldLine])
      case .insert: text += line("+", new[newLine])
      }
      if step != .insert { oldLine += 1 }
      if step != .remove { newLine += 1 }
    }
    return text
  }

  private func place(_ start: Int, _ count: Int) -> String { "\(count == 0 ? start : start + 1),\(count)" }

  private func line(_ mark: String, _ line: Substring) -> String {
    line.utf8.last == 0x0A ? mark + line : mark + line + "\n\\ No newline at end of file\n"
  }

  /// What becomes of the lines, in order.
  private func script() -> [Step] {
    var head = 0
    while head < min(old.count, new.count), old[head] == new[head] { head += 1 }
    var tail = 0
    while tail < min(old.count, new.count) - head, old[old.count - 1 - tail] == new[new.count - 1 - tail] { tail += 1 }
    let middle = shortest(Array(old[head..<old.count - tail]), Array(new[head..<new.count - tail]))
    return repeatElement(.keep, count: head) + middle + repeatElement(.keep, count: tail)
  }

  private func shortest(_ old: [Substring], _ new: [Substring]) -> [Step] {
    let whole = [Step](repeating: .remove, count: old.count) + [Step](repeating: .insert, count: new.count)
    let limit = min(old.count + new.count, Self.editLimit)
    // furthest[k + limit + 1]: how far in `old` a path on the diagonal k reaches.
    var furthest = [Int](repeating: 0, count: 2 * limit + 3)
    var rounds: [[Int]] = []
    for edits in 0...limit {
      rounds.append(furthest)
      for diagonal in stride(from: -edits, through: edits, by: 2) {
        let slot = diagonal + limit + 1
        let isDown = diagonal == -edits || diagonal != edits && furthest[slot - 1] < furthest[slot + 1]
        var x = isDown ? furthest[slot + 1] : furthest[slot - 1] + 1
        while x < old.count, x - diagonal < new.count, x - diagonal >= 0, old[x] == new[x - diagonal] { x += 1 }
        furthest[slot] = x
        if x >= old.count, x - diagonal >= new.count { return backtrack(rounds, limit, old.count, new.count) }
      }
    }
    return whole
  }

  private func backtrack(_ rounds: [[Int]], _ limit: Int, _ oldCount: Int, _ newCount: Int) -> [Step] {
    var steps: [Step] = []
    var (x, y) = (oldCount, newCount)
    for edits in stride(from: rounds.count - 1, through: 0, by: -1) {
      let furthest = rounds[edits]
      let diagonal = x - y
      let slot = diagonal + limit + 1
      let isDown = diagonal == -edits || diagonal != edits && furthest[slot - 1] < furthest[slot + 1]
      let previousX = edits == 0 ? 0 : isDown ? furthest[slot + 1] : furthest[slot - 1]
      let previousY = edits == 0 ? 0 : previousX - (isDown ? diagonal + 1 : diagonal - 1)
      while x > previousX, y > previousY {
        steps.append(.keep)
        (x, y) = (x - 1, y - 1)
      }
      if edits > 0 { steps.append(isDown ? .insert : .remove) }
      (x, y) = (previousX, previousY)
    }
    return steps.reversed()
  }
}
