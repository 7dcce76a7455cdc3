/// The lines of a policy set's files that a change touched.
public struct ChangedLines: Sendable, Equatable {
  private var files: [UInt32: File] = [:]

  private struct File: Sendable, Equatable {
    /// Lines that are new or other than they were.
    var ranges: [ClosedRange<Int>] = []
    /// Lines after which others were taken out; 0: before the first.
    var seams: [Int] = []
  }

  public init() {}

  /// Every line of a file is new.
  public mutating func addWhole(_ file: UInt32) { files[file, default: File()].ranges.append(1...Int.max) }

  /// Reads the hunks of one file's difference as `git diff -U0` prints it; false if a head of one cannot be read.
  public mutating func add(_ file: UInt32, diff: [UInt8]) -> Bool {
    for line in diff.split(separator: UInt8(ascii: "\n")) where line.starts(with: Array("@@ ".utf8)) {
      let words = line.split(separator: UInt8(ascii: " "))
      guard words.count >= 4, words[3].elementsEqual("@@".utf8), words[2].first == UInt8(ascii: "+") else {
        return false
      }
      let numbers = words[2].dropFirst().split(separator: UInt8(ascii: ",")).map {
        Int(String(decoding: $0, as: UTF8.self))
      }
      guard (1...2).contains(numbers.count), let start = numbers[0], let count = numbers.count == 1 ? 1 : numbers[1],
        start >= 0, count >= 0, count < Int.max - start
      else { return false }
      if count == 0 {
        files[file, default: File()].seams.append(start)
      } else {
        files[file, default: File()].ranges.append(start...start + count - 1)
      }
    }
    return true
  }

  /// Whether a change touched some of `lines`; with `seams` also where it only took out lines between them.
  func touches(_ file: UInt32, _ lines: ClosedRange<Int>, seams: Bool) -> Bool {
    guard let changes = files[file] else { return false }
    return changes.ranges.contains { $0.overlaps(lines) }
      || seams && changes.seams.contains { lines.lowerBound <= $0 && $0 < lines.upperBound }
  }
}
