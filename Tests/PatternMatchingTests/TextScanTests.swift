import CTextScan
import Glibc
import Testing

/// The kernels find what is found a byte at a time, whatever the text's length and where they begin and end. One after the
/// other: which of them are in use is for the whole process, and all others may be, as they find the same.
@Suite(.serialized) struct TextScanTests {
  /// The levels of which the processor has the instructions.
  private static let levels = Array((Int32(0)...3).filter { text_scan_limit($0) == $0 })

  private static let alphabet = Array("aAbB01_-/ \u{7F}\u{0}é".utf8)

  /// Calls `body` with texts behind which nothing can be read, and a stretch of their places.
  private func onTexts(
    _ seed: UInt64, readableBeyond: Int = 0,
    _ body: (inout SplitMix, UnsafeMutablePointer<UInt8>, _ count: Int, _ places: Range<Int>) -> Void
  ) {
    var random = SplitMix(seed)
    let page = sysconf(Int32(_SC_PAGESIZE))
    guard let memory = mmap(nil, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      memory != MAP_FAILED, mprotect(memory + page, page, PROT_NONE) == 0
    else {
      Issue.record("no memory with an end")
      return
    }
    defer { munmap(memory, 2 * page) }
    for round in 0..<1500 {
      let count = round < 400 ? round / 2 : Int.random(in: 0..<500, using: &random)
      let text = (memory + page - readableBeyond - count).assumingMemoryBound(to: UInt8.self)
      for index in 0..<count + readableBeyond {
        text[index] = Self.alphabet[Int.random(in: 0..<Self.alphabet.count, using: &random)]
      }
      guard count > 3 else { continue }
      let from = Bool.random(using: &random) ? 0 : Int.random(in: 0..<count - 3, using: &random)
      let end = Bool.random(using: &random) ? count - 3 : Int.random(in: from..<count - 3, using: &random)
      body(&random, text, count, from..<end)
    }
  }

  private func four(_ random: inout SplitMix) -> UInt32 {
    (0..<4).reduce(0) { word, _ in word << 8 | UInt32(Self.alphabet[Int.random(in: 0..<6, using: &random)] | 0x20) }
  }

  /// Windows in sets, prepared at the level in use, with gates.
  private func few(_ windows: [UInt32], comparing: Bool, _ random: inout SplitMix, _ tables: inout text_scan_tables)
    -> text_scan_few
  {
    var few = text_scan_few()
    for (number, window) in windows.enumerated() {
      let gate = Bool.random(using: &random) ? UInt64.max : random.next() & random.next()
      text_scan_add_window(&few, &tables, Int32(number % 8), window, gate)
    }
    few.shortest = 4
    text_scan_prepare(&few, windows, comparing ? UInt32(windows.count) : 0)
    return few
  }

  /// What `few` finds is what is found a byte at a time, for all and for some.
  private func check(
    _ few: text_scan_few, _ text: UnsafeMutablePointer<UInt8>, _ places: Range<Int>, _ random: inout SplitMix
  ) {
    var few = few
    for admitted: UInt64 in [.max, random.next() & random.next() & random.next(), 0] {
      var (found, expected) = ([UInt64](repeating: 0, count: 600), [UInt64](repeating: 0, count: 600))
      let number = text_scan_find_few(&few, admitted, text, places.lowerBound, places.upperBound, &found)
      let all = text_scan_find_few_portably(&few, admitted, text + places.lowerBound, places.count, &expected)
      #expect(number == all)
      #expect(found[..<number].elementsEqual(expected[..<all].map { $0 + UInt64(places.lowerBound) << 8 }))
    }
  }

  @Test(arguments: levels) func setsOfFour(level: Int32) {
    #expect(text_scan_limit(level) == level)
    defer { _ = text_scan_limit(3) }
    onTexts(1) { random, text, _, places in
      let windows = (0..<Int.random(in: 1...20, using: &random)).map { _ in four(&random) }
      // Some stand in the text, too.
      text[places.lowerBound] = UInt8(truncatingIfNeeded: windows[0])
      for byte in 1..<4 { text[places.lowerBound + byte] = UInt8(truncatingIfNeeded: windows[0] >> (8 * byte)) }
      var tables = text_scan_tables()
      withUnsafeMutablePointer(to: &tables) { tables in
        check(few(windows, comparing: false, &random, &tables.pointee), text, places, &random)
      }
    }
  }

  @Test(arguments: levels) func classes(level: Int32) {
    #expect(text_scan_limit(level) == level)
    defer { _ = text_scan_limit(3) }
    onTexts(7) { random, text, count, _ in
      var classes = text_scan_classes()
      withUnsafeMutableBytes(of: &classes) { bytes in
        for index in bytes.indices { bytes[index] = UInt8.random(in: 0...255, using: &random) }
      }
      let words = (count + 63) / 64
      var (first, second) = ([UInt64](repeating: 7, count: words), [UInt64](repeating: 7, count: words))
      var (one, two) = (first, second)
      let seen = text_scan_classify(&classes, text, count, &first, &second)
      let all = text_scan_classify_portably(&classes, text, count, &one, &two)
      #expect(seen == all && first == one && second == two)
    }
  }

  @Test(arguments: levels) func windows(level: Int32) {
    #expect(text_scan_limit(level) == level)
    defer { _ = text_scan_limit(3) }
    onTexts(2) { random, text, _, places in
      let windows = (0..<Int.random(in: 1...3, using: &random)).map { _ in four(&random) }
      var tables = text_scan_tables()
      withUnsafeMutablePointer(to: &tables) { tables in
        check(few(windows, comparing: true, &random, &tables.pointee), text, places, &random)
      }
    }
  }

  /// What values are looked at, and where in them what is sought stands, a literal or one of several windows; around the lengths
  /// that are looked at in one go, and before memory that cannot be read.
  @Test(arguments: levels) func values(level: Int32) {
    #expect(text_scan_limit(level) == level)
    defer { _ = text_scan_limit(3) }
    let page = sysconf(Int32(_SC_PAGESIZE))
    guard let memory = mmap(nil, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      memory != MAP_FAILED, mprotect(memory + 2 * page, page, PROT_NONE) == 0
    else {
      Issue.record("no memory with an end")
      return
    }
    defer { munmap(memory, 3 * page) }
    var random = SplitMix(9)
    let edges = [0, 3, 4, 5, 64, 67, 68, 131, 195, 196, 197, 256, 259, 387, 388, 1026, 1027, 1028]
    var (literalCount, setCount, tooLong) = (0, 0, 0)
    for _ in 0..<6000 {
      let lengths = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        Bool.random(using: &random)
          ? Int.random(in: 0...210, using: &random) : edges[Int.random(in: 0..<edges.count, using: &random)]
      }
      let all = lengths.reduce(0, +)
      let bytes = (memory + 2 * page - Int(text_scan_reads_beyond) - all).assumingMemoryBound(to: UInt8.self)
      for index in 0..<all + Int(text_scan_reads_beyond) {
        bytes[index] = Self.alphabet[Int.random(in: 0..<Self.alphabet.count, using: &random)]
      }
      var start = 0
      let values = lengths.map { length in
        defer { start += length }
        return text_scan_value(
          tag: UInt32.random(in: 6...7, using: &random), hash: 0, start: UInt32(start), length: UInt32(length))
      }
      let isLiterals = Bool.random(using: &random)
      let literals = (0..<Int.random(in: 1...3, using: &random)).map { _ in
        (0..<Int.random(in: 4...Int(text_scan_longest_literal), using: &random)).map { _ in
          Self.alphabet[Int.random(in: 0..<Self.alphabet.count, using: &random)]
        }
      }
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        let literal = literals[Int.random(in: 0..<literals.count, using: &random)]
        guard all >= literal.count else { continue }
        let place = Int.random(in: 0...all - literal.count, using: &random)
        for (index, byte) in literal.enumerated() { bytes[place + index] = byte }
        // One that differs somewhere.
        if Int.random(in: 0..<4, using: &random) == 0 {
          bytes[place + Int.random(in: 0..<literal.count, using: &random)] ^= 0x21
        }
      }
      let windowsAt = literals.map { Int.random(in: 0...$0.count - 4, using: &random) }
      let windows = zip(literals, windowsAt).map { literal, at in
        (0..<4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32(literal[at + $1] | 0x20) }
      }
      let folded = literals.map { _ in UInt8(Bool.random(using: &random) ? 0x20 : 0) }
      var tables = text_scan_tables()
      var (found, expected) = ([UInt64](repeating: 0, count: 2100), [UInt64](repeating: 0, count: 2100))
      withUnsafeMutablePointer(to: &tables) { tables in
        var few = self.few(
          isLiterals ? windows : windows + (0..<8).map { _ in four(&random) }, comparing: isLiterals, &random,
          &tables.pointee)
        few.shortest = isLiterals ? UInt32(literals.map(\.count).min() ?? 0) : 4
        few.tag = 7
        if isLiterals {
          // Where literals are known no gate is closed.
          tables.pointee.gates = (.max, .max, .max, .max, .max, .max, .max, .max)
          for (number, literal) in literals.enumerated() {
            text_scan_add_literal(
              &few, tables, Int32(number), literal, UInt8(literal.count), UInt8(windowsAt[number]), folded[number])
          }
        }
        values.withUnsafeBufferPointer { values in
          guard let base = values.baseAddress else { return }
          let hits = few.search(&few, .max, base, base + values.count, bytes, &found)
          var count = 0
          let first = values.first { value in
            guard value.tag == 7, value.length >= few.shortest else { return false }
            count = -1
            if value.length > text_scan_longest_value { return true }
            let text = bytes + Int(value.start)
            let places = text_scan_find_few_portably(&few, .max, text, Int(value.length) - 3, &expected)
            let kept = expected[..<places].compactMap { place -> UInt64? in
              if !isLiterals { return place }
              let bits = (0..<literals.count).filter { number in
                let (literal, start) = (literals[number], Int(place >> 8) - windowsAt[number])
                return place >> number & 1 != 0 && start >= 0 && start + literal.count <= Int(value.length)
                  && literal.indices.allSatisfy { literal[$0] | folded[number] == text[start + $0] | folded[number] }
              }
              return bits.isEmpty ? nil : place & ~0xFF | bits.reduce(0) { $0 | 1 << UInt64($1) }
            }
            count = kept.count
            expected.replaceSubrange(0..<count, with: kept)
            return count > 0
          }
          guard let first else { return #expect(hits.count == 0) }
          #expect(hits.value.pointee.start == first.start && hits.value.pointee.length == first.length)
          if count == -1 {
            tooLong += 1
            #expect(hits.count < 0)
          } else {
            if isLiterals { literalCount += 1 } else { setCount += 1 }
            #expect(hits.count == count && found[..<count] == expected[..<count])
          }
        }
      }
    }
    #expect(literalCount > 500 && setCount > 500 && tooLong > 50, "\(literalCount), \(setCount), \(tooLong)")
  }

  @Test(arguments: levels) func texts(level: Int32) {
    #expect(text_scan_limit(level) == level)
    defer { _ = text_scan_limit(3) }
    onTexts(8) { random, text, count, _ in
      let length = Int.random(in: 0...min(count, Bool.random(using: &random) ? 6 : 80), using: &random)
      let start = Int.random(in: 0...count - length, using: &random)
      var sought = (0..<length).map { text[start + $0] }
      if length > 0, Bool.random(using: &random) { sought[Int.random(in: 0..<length, using: &random)] ^= 1 }
      let firstPlace = (0...count - length).first { place in (0..<length).allSatisfy { text[place + $0] == sought[$0] }
      }
      #expect(text_scan_find_text(text, count, sought, length).map { $0 - UnsafePointer(text) } == firstPlace)
      #expect(text_scan_find_text(text, length, sought + [0], length + 1) == nil)
    }
  }

  @Test(arguments: levels) func textsNearBy(level: Int32) {
    #expect(text_scan_limit(level) == level)
    defer { _ = text_scan_limit(3) }
    var standing = 0
    onTexts(8, readableBeyond: Int(text_scan_reads_beyond)) { random, text, count, _ in
      let length = Int.random(in: 1...min(count, Bool.random(using: &random) ? 6 : 80), using: &random)
      let start = Int.random(in: 0...count - length, using: &random)
      var last = (0..<length).map { text[start + $0] }
      if Bool.random(using: &random) { last[Int.random(in: 0..<length, using: &random)] ^= 1 }
      let other = Int.random(in: max(0, start - 80)...start, using: &random)
      let first = (0..<Int.random(in: 1...min(count - other, 70), using: &random)).map { text[other + $0] }
      let isEqual = last.indices.allSatisfy { text[start + $0] == last[$0] }
      let isNear = (0..<start).contains { place in
        place >= start - 64 && place + first.count <= start
          && first.indices.allSatisfy { text[place + $0] == first[$0] }
      }
      #expect((text_scan_stand_near(text, start, last, length, first, first.count) != 0) == (isEqual && isNear))
      if isEqual && isNear { standing += 1 }
    }
    #expect(standing > 100, "\(standing)")
  }

  @Test(arguments: levels) func landmarks(level: Int32) {
    #expect(text_scan_limit(level) == level)
    defer { _ = text_scan_limit(3) }
    onTexts(3) { random, text, count, places in
      var pairs = text_scan_pairs()
      withUnsafeMutableBytes(of: &pairs) { bytes in
        for index in bytes.indices { bytes[index] = UInt8.random(in: 0...255, using: &random) | 1 }
      }
      var bitmap = [UInt32](repeating: 0, count: 4)
      for _ in 0..<8 {
        let hash = text_scan_spread(four(&random))
        bitmap[Int(hash >> 40 & 3)] |= text_scan_cell_bits(hash)
      }
      var (found, expected) = ([UInt32](repeating: 0, count: 600), [UInt32](repeating: 0, count: 600))
      let number = text_scan_find_landmarks(
        &pairs, bitmap, 3, text, count, places.lowerBound, places.upperBound, &found)
      let all = text_scan_find_landmarks_portably(
        &pairs, bitmap, 3, text, places.lowerBound, places.upperBound, &expected)
      #expect(number == all && found[..<number] == expected[..<all])

      let windows = (0..<Int.random(in: 0...3, using: &random)).map { _ in four(&random) }
      var tables = text_scan_tables()
      var few = text_scan_few()
      withUnsafeMutablePointer(to: &tables) { tables in
        few = self.few(windows, comparing: true, &random, &tables.pointee)
        withUnsafePointer(to: &few) { few in
          var both = [UInt64](repeating: 0, count: 800)
          let seen = withUnsafePointer(to: &pairs) { pairs in
            bitmap.withUnsafeBufferPointer { bitmap in
              var sought = text_scan_landmarks(
                few: windows.isEmpty ? nil : few, pairs: pairs, bitmap: bitmap.baseAddress, cell_mask: 3, shortest: 5)
              var search = text_scan_few()
              text_scan_prepare_landmarks(&search, &sought)
              return text_scan_find_few(&search, .max, text, 0, count - 3, &both)
            }
          }
          var alone = [UInt64](repeating: 0, count: 600)
          let fewSeen = windows.isEmpty ? 0 : text_scan_find_few_portably(few, .max, text, count - 3, &alone)
          let landmarks = text_scan_find_landmarks_portably(&pairs, bitmap, 3, text, 0, count - 3, &expected)
          #expect(both[..<seen].elementsEqual(alone[..<fewSeen] + expected[..<landmarks].map { UInt64($0) << 8 }))
        }
      }
    }
  }

  @Test(arguments: levels) func probes(level: Int32) {
    #expect(text_scan_limit(level) == level)
    defer { _ = text_scan_limit(3) }
    onTexts(4) { random, text, count, places in
      var probes = text_scan_probes()
      for place in Int32(0)..<9 {
        for byte in UInt8.min...UInt8.max {
          text_scan_add(&probes, place, byte, UInt8.random(in: 0...255, using: &random) | 0x11)
        }
      }
      let from = max(places.lowerBound, 1)
      let end = min(places.upperBound, count - 7)
      guard from < end else { return }
      var (found, expected) = ([UInt64](repeating: 0, count: 600), [UInt64](repeating: 0, count: 600))
      let number = text_scan_find_probes(&probes, text, count, from, end, &found)
      let all = text_scan_find_probes_portably(&probes, text, from, end, &expected)
      #expect(number == all && found[..<number] == expected[..<all])
    }
  }

  @Test(arguments: levels) func lines(level: Int32) {
    #expect(text_scan_limit(level) == level)
    defer { _ = text_scan_limit(3) }
    let firsts = Array("abAB_// ".utf8)
    onTexts(5) { random, text, count, places in
      for index in 0..<count where Int.random(in: 0..<9, using: &random) == 0 { text[index] = 0x0A }
      var expected = places.lowerBound + 1
      while expected < count, text[expected - 1] != 0x0A || !firsts.contains(text[expected]) { expected += 1 }
      if expected == count, text[count - 1] != 0x0A { expected += 1 }
      #expect(text_scan_find_line(firsts, text, count, places.lowerBound) == expected)
    }
  }

  @Test(arguments: levels) func pairsOfBytes(level: Int32) {
    #expect(text_scan_limit(level) == level)
    defer { _ = text_scan_limit(3) }
    onTexts(6) { random, text, count, places in
      var first = bytes(&random, least: 1)
      var second = bytes(&random, least: 0)
      let found = text_scan_next(&first, &second, text, places.lowerBound, count)
      var expected = places.lowerBound
      while expected < count, !isPair(text, expected, count, first, second) { expected += 1 }
      #expect(found == expected)
      #expect(text_scan_next_portably(&first, &second, text, places.lowerBound, count) == expected)
    }
  }

  private func bytes(_ random: inout SplitMix, least: Int) -> text_scan_bytes {
    let chosen = (0..<Int.random(in: least...8, using: &random)).map { _ in
      Self.alphabet[Int.random(in: 0..<Self.alphabet.count, using: &random)]
    }
    var bytes = text_scan_bytes()
    withUnsafeMutableBytes(of: &bytes.bytes) { target in
      for index in target.indices { target[index] = index < chosen.count ? chosen[index] : chosen.first ?? 0 }
    }
    bytes.count = UInt8(chosen.count)
    return bytes
  }

  private func isPair(
    _ text: UnsafeMutablePointer<UInt8>, _ place: Int, _ count: Int, _ first: text_scan_bytes, _ second: text_scan_bytes
  ) -> Bool {
    func has(_ bytes: text_scan_bytes, _ byte: UInt8) -> Bool { withUnsafeBytes(of: bytes.bytes) { $0.contains(byte) } }
    return has(first, text[place]) && (second.count == 0 || place + 1 == count || has(second, text[place + 1]))
  }
}
