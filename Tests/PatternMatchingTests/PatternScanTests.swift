import Testing

@testable import PatternMatching

/// What a scan finds of `patterns` in `text`, which comes in pieces of the given sizes, the last of which repeats. Of what
/// has come it is given no more than it says it needs.
private func scanned(
  _ patterns: SoughtPatterns, _ text: [UInt8], sizes: [Int], matchLimit: Int
) -> [[PatternMatch]] {
  var scan = PatternScan(patterns, matchLimit: matchLimit)
  var matches = [[PatternMatch]](repeating: [], count: patterns.programs.count)
  var (end, number, isFinal) = (0, 0, false)
  while !isFinal {
    let kept = max(0, scan.settled - 1)
    let settled = scan.settled
    end = min(end + sizes[min(number, sizes.count - 1)], text.count)
    number += 1
    isFinal = end == text.count
    var found: [FoundPattern] = []
    // Memory of its own, so that nothing outside of it can be looked at unseen.
    Array(text[kept..<end]).withUnsafeBufferPointer { scan.scan($0, origin: kept, isFinal: isFinal, &found) }
    for found in found {
      #expect(found.match.start >= settled)
      matches[found.pattern].append(found.match)
    }
    #expect(scan.settled >= settled && scan.settled <= end)
    #expect(end - scan.settled <= 2 * matchLimit + 8, "too much is held back")
  }
  return matches
}

/// What a search for each of `patterns` alone finds.
private func searched(_ patterns: SoughtPatterns, _ text: [UInt8], matchLimit: Int) -> [[PatternMatch]] {
  patterns.programs.map { program in
    var search = PatternSearch(program, matchLimit: matchLimit)
    var matches: [PatternMatch] = []
    text.withUnsafeBufferPointer { search.write($0, &matches) }
    search.finish(&matches)
    return matches
  }
}

@Suite struct PatternScanTests {
  /// Patterns as people declare them, with texts that hold them, nearly hold them, and much of what they begin with.
  private static let declared = [
    #"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b"#, #"\b\d{3}-\d{2}-\d{4}\b"#,
    #"\b\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b"#, #"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b"#,
    #"(?:\+\d{1,3}[ .-])?\(?\b\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b"#, #"\b(?:\d{1,3}\.){3}\d{1,3}\b"#,
    #"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"#, #"\beyJ[\w-]+\.[\w-]+\.[\w-]+"#, #"<[a-z]*>"#, #"[^@]*@[^@]*@"#, #"\S+@\S+"#,
    #"^begin|end$|q.*r"#, #"é+@"#, #"\w+"#, #"(?:ab)*c@"#, #"@$"#, #"^@"#, #"\B-\B"#, #"x@?\b"#, #"[0-9]+(?:@|$)"#,
    #"1?2?3?@"#, #"(?:\d{2}){2}@|@@"#, #"(?:a|b@)+@"#,
  ]
  private static let pieces = [
    "ana@example.com", "a@b", "@", "@@", "@@@", "123-45-6789", "1123-45-6789", "12-", "-", "4111 1111 1111 1111",
    "4111-",
    "DE89370400440532013000", "DE89", "+1 212-555-0187", "(212) 555-0187", "10.0.0.7", "1.2.3.4.5.6.7", ".", "1.",
    "AKIAABCDEFGHIJKLMNOP", "AKIA", "eyJhbGciOi.eyJz.c2", "<abc>", "<<", ">", "begin", "end", "q", "r", "é", "éé@", " ",
    " ",
    "\n", "abababab", "c", "aaaaaaaaaaaaaaaaaaaaaaaaa", "11111111111111111111", "2026-11-20T10:14", "_", "x",
    "\u{1F600}",
  ]

  private func programs(_ sources: [String], mostChance: Double) throws -> SoughtPatterns {
    SoughtPatterns(try sources.map { try PatternProgram($0, foldsCase: false, mostChance: mostChance) })
  }

  private func compare(_ patterns: SoughtPatterns, _ text: [UInt8], _ sizes: [Int], _ limit: Int, _ what: String = "") {
    let expected = searched(patterns, text, matchLimit: limit)
    let found = scanned(patterns, text, sizes: sizes, matchLimit: limit)
    if found != expected {
      let number = found.indices.first { found[$0] != expected[$0] } ?? 0
      Issue.record(
        "pattern \(number) \(what) in \(String(decoding: text, as: UTF8.self).debugDescription), pieces \(sizes), limit \(limit): \(found[number]) instead of \(expected[number])"
      )
    }
  }

  @Test func declaredPatternsHaveProbes() throws {
    let patterns = try programs(Array(Self.declared[..<9]), mostChance: PatternProbe.mostChance)
    #expect(patterns.groupedCount == 9)
    let mail = try #require(patterns.programs[0].probe)
    #expect(mail.most == nil && mail.least == 1 && mail.classes[0x40] & 2 != 0 && mail.classes[0x41] & 2 == 0)
    let number = try #require(patterns.programs[1].probe)
    #expect(number.least == number.most && (0...7).contains(number.least))
    #expect(try programs([#"\w+"#, ".*x?"], mostChance: PatternProbe.mostChance).groupedCount == 0)
  }

  @Test func scansFindWhatSearchesFind() throws {
    var source = TreeSource(31)
    let common = try programs(Self.declared, mostChance: 1)
    let usual = try programs(Self.declared, mostChance: PatternProbe.mostChance)
    for round in 0..<500 {
      var text: [UInt8] = []
      for _ in 0..<source.number(0..<30) { text += Self.pieces[source.number(0..<Self.pieces.count)].utf8 }
      for _ in 0..<source.number(0..<4) where !text.isEmpty {
        text[source.number(0..<text.count)] = UInt8(source.number(0..<256))
      }
      let limit = [9, 16, 33, 100, 4096][source.number(0..<5)]
      let sizes =
        source.chance(4) ? [.max / 2] : (0..<8).map { _ in 1 + source.number(0..<(source.chance(2) ? 4 : 60)) }
      compare(round % 2 == 0 ? usual : common, text, sizes, limit)
    }
  }

  @Test func drawnPatternsAreFoundAsSearchesFindThem() throws {
    var source = TreeSource(32)
    for _ in 0..<200 {
      let sources = (0..<source.number(1..<12)).map { _ in source.regex(3).regex }
      // What can never match may be under way for a byte longer in one than in the other: no `^` and `$` within.
      let patterns = try programs(sources.filter { !$0.contains("^") && !$0.contains("$") }, mostChance: 1)
      for _ in 0..<6 {
        let text = Array(String((0..<source.number(1..<6)).flatMap { _ in source.text() }).utf8)
        let limit = [9, 12, 4096][source.number(0..<3)]
        compare(patterns, text, [1 + source.number(0..<20), 1 + source.number(0..<5)], limit, "of \(sources)")
      }
    }
  }

  /// Runs that are as long as the limit, and longer, begin what never comes.
  @Test func longRunsAreFoundInPieces() throws {
    let patterns = try programs(Self.declared, mostChance: PatternProbe.mostChance)
    for count in [30, 31, 32, 33, 63, 64, 65, 200] {
      for piece in ["a", "1", "1.", "ab", "é", "@a", "a "] {
        let run = Array((" " + String(repeating: piece, count: count)).utf8)
        for end in ["", " ", "@b.co ", "@"] {
          for sizes in [[1], [31], [32], [33], [.max / 2], [5, 64]] { compare(patterns, run + end.utf8, sizes, 32) }
        }
      }
    }
  }

  /// Where each place would be walked from to the end again and again, a search takes over.
  @Test func whatIsLookedAtOftenIsLeftToASearch() throws {
    let patterns = try programs([#"[a-z]+@[a-z]+1"#, #"-(?:.*x)?-y"#], mostChance: PatternProbe.mostChance)
    let hostile =
      String(repeating: "a", count: 900) + String(repeating: "@", count: 3) + String(repeating: "-", count: 2000)
    compare(patterns, Array(String(repeating: hostile, count: 6).utf8), [.max / 2], 4096)
  }

  @Test func aScanBeginsAgain() throws {
    let patterns = try programs([#"\b\d{3}-\d{2}-\d{4}\b"#, #"\w+"#], mostChance: PatternProbe.mostChance)
    var scan = PatternScan(patterns, matchLimit: 100)
    for text in ["123-45-6789", "1", "x 123-45-6789 123-45-6780", ""] {
      var found: [FoundPattern] = []
      Array(text.utf8).withUnsafeBufferPointer { scan.scan($0, origin: 0, isFinal: true, &found) }
      let expected = searched(patterns, Array(text.utf8), matchLimit: 100)
      for pattern in 0..<2 {
        #expect(found.filter { $0.pattern == pattern }.map(\.match) == expected[pattern], "\(text)")
      }
      scan.restart()
    }
  }

  /// More patterns than one pass finds, of which the last are as good as the first.
  @Test func manyPatternsAreFoundTogether() throws {
    let sources = (0..<21).map { "\\bK\($0 + 10)-[a-z]+\\b" }
    let patterns = try programs(sources, mostChance: PatternProbe.mostChance)
    #expect(patterns.groupCount == 3)
    let text = (0..<21).map { "K\(30 - $0)-abc, " }.joined()
    compare(patterns, Array(text.utf8), [7], 64)
    #expect(scanned(patterns, Array(text.utf8), sizes: [11], matchLimit: 64).allSatisfy { $0.count == 1 })
  }
}
