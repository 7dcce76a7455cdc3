import CTextScan
import Testing

@testable import PatternMatching

/// Among those tests for one after the other, for what the processor has is limited there.
extension TextScanTests {
  private static let canWalk = text_scan_can_walk() != 0

  private func withHeader(_ pattern: Pattern, _ body: (DFA, UnsafePointer<UInt32>) throws -> Void) throws {
    let dfa = try automaton(parse(pattern), pattern)
    try AutomatonLayout.words(dfa).withUnsafeBufferPointer { words in
      guard let header = words.baseAddress else { throw MissingAutomaton() }
      try body(dfa, header)
    }
  }

  private struct MissingAutomaton: Error {}

  @Test(.enabled(if: canWalk)) func shufflingEndsWhereWalkingDoes() throws {
    var random = SplitMix(13)
    for expression in AutomatonSkipTests.expressions {
      try withHeader(Pattern(.regex, expression)) { dfa, header in
        var shuffled = ShuffledAutomata([header, header])
        guard let skipping = shuffled.add(header, AutomatonSkip(header)), let plain = shuffled.add(header, .none)
        else { throw MissingAutomaton() }
        for count in 0..<200 {
          let text = (0..<count).map { _ in
            Array("drop tableé\u{1}x@4711-f".utf8).randomElement(using: &random)!
              ^ (Int.random(in: 0..<9, using: &random) == 0 ? 0x80 : 0)
          }
          let memory = copy(text)
          defer { memory.deallocate() }
          let base = memory.bindMemory(to: UInt8.self).baseAddress
          let isAccepted = dfa.accepts(text.reduce(dfa.start) { dfa.next($0, $1) })
          #expect((text_scan_walk(skipping, base, count, 0, count) != 0) == isAccepted, "\(expression)")
          #expect((text_scan_walk(plain, base, count, 0, count) != 0) == isAccepted, "\(expression)")
          // Where it is known that behind a place nothing begins that is accepted.
          let suffixes = count % 8 == 0 ? 0..<count : 0..<0
          let last = suffixes.last { dfa.accepts(text[$0...].reduce(dfa.start) { dfa.next($0, $1) }) }
          if let last {
            #expect((text_scan_walk(skipping, base, count, 0, last) != 0) == isAccepted, "\(expression), last \(last)")
          }
          // Up to any place where it is not yet accepted whatever follows.
          var state = dfa.start
          for place in 0..<count where state != DFA.all {
            state = dfa.next(state, text[place])
            if state == DFA.all { break }
            #expect(
              (text_scan_walk(skipping, base, count, place + 1, count) != 0) == isAccepted, "\(expression) at \(place)")
          }
        }
      }
    }
  }

  @Test(
    .enabled(if: canWalk),
    arguments: [
      // What stands before a digit that is not in the number matters no more, nor before what ends a match at once.
      (#"\bdrop\s+t-47\b"#, "0235689,=/x#", "d r\tp-47"), ("dr[o0]p", " tx-4dp", "ro0"),
      // From elsewhere than the beginning nothing matches, whatever follows.
      ("^drop", "", "drop x"), ("(?s)^.*x$", "x", ""),
    ])
  func resetsMakeAllStatesOne(expression: String, resets: String, others: String) throws {
    try withHeader(Pattern(.regex, expression)) { _, header in
      var shuffled = ShuffledAutomata([header])
      guard let automaton = shuffled.add(header, .none) else { throw MissingAutomaton() }
      withUnsafeBytes(of: automaton.pointee.resets) { low in
        func isReset(_ byte: UInt8) -> Bool { low[Int(byte & 15)] >> (byte >> 4) & 1 != 0 }
        #expect(resets.utf8.allSatisfy(isReset))
        #expect(!others.utf8.contains(where: isReset))
      }
    }
  }

  @Test(.enabled(if: canWalk)) func aRowHasRoomForSoManyStates() throws {
    // A state for each x, and those before and behind them.
    for (count, isShuffled) in [(61, true), (62, false)] {
      try withHeader(Pattern(.regex, "^x{\(count)}$")) { dfa, header in
        #expect(dfa.stateCount == (isShuffled ? 0 : 1) + ShuffledAutomata.mostStates)
        var shuffled = ShuffledAutomata([header])
        let automaton = shuffled.add(header, .none)
        #expect((automaton != nil) == isShuffled)
        guard let automaton else { return }
        for length in count - 1...count + 1 {
          let isAccepted =
            text_scan_walk(automaton, [UInt8](repeating: UInt8(ascii: "x"), count: length), length, 0, length) != 0
          #expect(isAccepted == (length == count))
        }
      }
    }
  }

  @Test(.enabled(if: canWalk)) func whatThereIsNoRoomForIsLeftOut() throws {
    try withHeader(Pattern(.regex, "ab|cd")) { _, header in
      let rows = Int(header[AutomatonLayout.classCount]) * ShuffledAutomata.mostStates
      let size = MemoryLayout<text_scan_automaton>.size + rows
      for (room, fits) in [(2 * size, true), (2 * size - 1, false)] {
        var shuffled = ShuffledAutomata([header, header], mostBytes: room)
        #expect(shuffled.add(header, .none) != nil)
        #expect((shuffled.add(header, .none) != nil) == fits)
      }
    }
  }
}
