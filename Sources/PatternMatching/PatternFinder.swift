import CPCRE2
import PolicyBytecode

/// Finds where a PCRE pattern matches, one match after the other.
///
/// Not shared between threads: it owns the memory that PCRE2 matches in.
public final class PatternFinder {
  private let pattern: PCREPattern
  private let context = PCREContext()

  /// Compiles `source`; throws what PCRE2 has to say against it.
  public init(_ source: String, foldsCase: Bool) throws(PatternError) {
    pattern = try PCREPattern(source, foldsCase: foldsCase)
  }

  /// Finds matches of a pattern that others may use at the same time.
  public init(_ pattern: PCREPattern) { self.pattern = pattern }

  /// Calls `body` with the half-open range of each match, from left to right, until it returns false. Where the pattern
  /// has a group that took part, the range is that of the first. False: the match limit was reached, and what is right
  /// of the last match is not known.
  ///
  /// `text` must be valid UTF-8. Matches begin at `first` or after it; what is before it is context.
  public func forEachMatch(in text: [UInt8], from first: Int = 0, _ body: (Range<Int>) -> Bool) -> Bool {
    var start = first
    while start <= text.count {
      switch context.find(pattern, text, from: start) {
      case .none: return true
      case .undecided: return false
      case .found(let whole, let group):
        guard body(group ?? whole) else { return true }
        start = max(whole.upperBound, start)
        // After an empty match the next one begins a character later.
        if whole.isEmpty {
          start += 1
          while start < text.count, text[start] & 0xC0 == 0x80 { start += 1 }
        }
      }
    }
    return true
  }
}
