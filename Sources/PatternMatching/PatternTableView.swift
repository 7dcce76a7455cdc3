import CPCRE2
import CTextScan
import Glibc
import PolicyBytecode

/// The words of a verified table, and how they are matched.
///
/// Invariant: `words` passed ``TableVerifier``: every place and count in them lies within the table, and every cell of an
/// automaton is the offset of a row in it. So nothing is checked here. `pcre` has a slot and `walks` an entry for each pattern.
struct PatternTableView: BitwiseCopyable {
  let words: UnsafePointer<UInt32>
  let pcre: UnsafePointer<PCRESlot>?
  /// By pattern; of what is no automaton they say nothing.
  let walks: UnsafePointer<AutomatonWalk>

  @inline(__always)
  var patternCount: UInt32 { words[2] }

  @inline(__always)
  var literalCount: UInt32 { words[4] }

  struct Record: BitwiseCopyable {
    var flags: UInt32
    var dataAt: Int
    var dataCount: Int
    var minimumLength: Int
    var firstReference: Int
    var referenceCount: Int

    @inline(__always)
    var form: UInt32 { flags & 0xFF }
    @inline(__always)
    var foldsCase: Bool { flags & TableLayout.foldsCase != 0 }
    @inline(__always)
    var isQualifiedName: Bool { flags & TableLayout.isQualifiedName != 0 }
    @inline(__always)
    var filterKind: UInt32 { flags >> 16 }
  }

  @inline(__always)
  func record(_ index: UInt32) -> Record {
    let at = words + (TableLayout.headerWords + Int(index) * TableLayout.recordWords)
    return Record(
      flags: at[0], dataAt: Int(at[1]), dataCount: Int(at[2]), minimumLength: Int(at[3]), firstReference: Int(at[4]),
      referenceCount: Int(at[5]))
  }

  /// The number of the literal that a reference names.
  @inline(__always)
  func literal(of reference: Int) -> UInt32 { words[Int(words[7]) + reference] }

  struct Literal: BitwiseCopyable {
    var bytes: UnsafeBufferPointer<UInt8>
    /// Where it is best looked for: below its count, whatever it may be.
    var window: Int
    var hash: UInt32
  }

  @inline(__always)
  func literal(_ number: UInt32) -> Literal {
    let at = words + (Int(words[5]) + Int(number) * TableLayout.literalWords)
    return Literal(bytes: bytes(Int(at[0]), Int(at[1])), window: Int(at[2]), hash: at[3])
  }

  @inline(__always)
  private func bytes(_ at: Int, _ count: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(
      start: UnsafeRawPointer(words + at).assumingMemoryBound(to: UInt8.self), count: count)
  }

  @inline(__always)
  func text(_ record: Record) -> UnsafeBufferPointer<UInt8> { bytes(record.dataAt, record.dataCount) }

  // MARK: Matching

  /// `refused`: so many of the first bytes are known not to match, whatever follows, nor fewer of them.
  // Not inlined: the loops that find candidates need the registers.
  @inline(never)
  func matches(
    _ index: UInt32, _ text: UnsafeBufferPointer<UInt8>, refused: Int = 0, _ scratch: inout PatternScratch
  ) -> MatchResult {
    let record = record(index)
    if text.count < record.minimumLength { return .notMatched }
    if record.form == CompiledPattern.Form.pcre.rawValue { return matchesPCRE(index, record, text, &scratch) }
    let isMatch =
      record.form == CompiledPattern.Form.automaton.rawValue
      ? automatonMatches(index, record.dataAt, text, refused) : literalMatches(record, text)
    return isMatch ? .matched : .notMatched
  }

  @inline(__always)
  private func automatonMatches(_ index: UInt32, _ at: Int, _ text: UnsafeBufferPointer<UInt8>, _ refused: Int) -> Bool
  {
    let walk = walks + Int(index)
    if let shuffled = walk.pointee.shuffled {
      text_scan_ask_for(shuffled)
      return text_scan_walk(shuffled, text.baseAddress, text.count, refused, text.count) != 0
    }
    let header = words + at
    let cells = UnsafeRawPointer(header + AutomatonLayout.cells)
    return header[AutomatonLayout.isWide] == 0
      ? self.walk(header, cells.assumingMemoryBound(to: UInt16.self), walk.pointee.skip, text)
      : self.walk(header, cells.assumingMemoryBound(to: UInt32.self), walk.pointee.skip, text)
  }

  /// Whether an automaton accepts a text.
  @inline(__always)
  private func walk<Cell: FixedWidthInteger>(
    _ header: UnsafePointer<UInt32>, _ table: UnsafePointer<Cell>, _ skip: AutomatonSkip,
    _ text: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    let classes = UnsafeRawPointer(header + AutomatonLayout.classes).assumingMemoryBound(to: UInt8.self)
    let all = Int(header[AutomatonLayout.classCount])
    let start = Int(header[AutomatonLayout.start])
    var state = start
    if !skip.isUseful {
      for byte in text {
        state = Int(table[state + Int(classes[Int(byte)])])
        if state <= all { return state == all }
      }
    } else if let base = text.baseAddress {
      var place = 0
      while place < text.count {
        if skip.isIdle(state) {
          let next = skip.next(in: base, from: place, text.count)
          if next > place { state = Int(table[start + Int(classes[Int(base[next - 1])])]) }
          if next == text.count { break }
          place = next
        }
        state = Int(table[state + Int(classes[Int(base[place])])])
        if state <= all { return state == all }
        place += 1
      }
    }
    return state == all || state >= Int(header[AutomatonLayout.firstAccepting])
  }

  @inline(__always)
  private func literalMatches(_ record: Record, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let literal = self.text(record)
    switch record.form {
    case CompiledPattern.Form.equals.rawValue:
      return record.isQualifiedName
        ? nameMatches(literal, text, foldingCase: record.foldsCase)
        : text.count == literal.count && isEqual(text, 0, literal, foldingCase: record.foldsCase)
    case CompiledPattern.Form.prefix.rawValue:
      return text.count >= literal.count && isEqual(text, 0, literal, foldingCase: record.foldsCase)
    case CompiledPattern.Form.suffix.rawValue:
      let start = text.count - literal.count
      return start >= 0 && isEqual(text, start, literal, foldingCase: record.foldsCase)
    case CompiledPattern.Form.pieces.rawValue: return piecesMatch(literal, text)
    default:
      guard let needle = literal.baseAddress, literal.count > 0 else { return true }
      guard let haystack = text.baseAddress else { return false }
      return text_scan_find_text(haystack, text.count, needle, literal.count) != nil
    }
  }

  private func piecesMatch(_ layout: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = text.baseAddress, let bytes = layout.baseAddress else { return false }
    let count = Int(bytes[1])
    func length(_ index: Int) -> Int { PiecesLayout.length(index, bytes) }
    var piece = bytes + (2 + count * 2)
    var place = 0
    var end = text.count
    var (first, last) = (0, count)
    if bytes[0] & PiecesLayout.anchoredAtStart != 0 {
      place = length(0)
      guard place <= end, memcmp(base, piece, place) == 0 else { return false }
      piece += place
      first = 1
    }
    if bytes[0] & PiecesLayout.anchoredAtEnd != 0 {
      last -= 1
      end -= length(last)
      guard end >= place, memcmp(base + end, bytes + (layout.count - length(last)), length(last)) == 0 else {
        return false
      }
    }
    return PiecesLayout.stand(first..<last, of: bytes, from: piece, in: base + place, end - place)
  }

  /// Whether `literal` stands in `text` at `start`, where there must be room for it.
  @inline(__always)
  private func isEqual(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ literal: UnsafeBufferPointer<UInt8>, foldingCase: Bool
  ) -> Bool {
    guard literal.count > 0, let base = text.baseAddress, let expected = literal.baseAddress else { return true }
    if !foldingCase { return memcmp(base + start, expected, literal.count) == 0 }
    for index in 0..<literal.count where asciiLowercased(base[start + index]) != expected[index] { return false }
    return true
  }

  /// A name equals the literal as ``QualifiedName`` says: after any schema, or as the literal's part after its own.
  private func nameMatches(
    _ literal: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>, foldingCase: Bool
  ) -> Bool {
    let dot = UInt8(ascii: ".")
    let start = text.count - literal.count
    if start >= 0, isEqual(text, start, literal, foldingCase: foldingCase),
      start == 0 || isSchema(text, upTo: start)
    {
      return true
    }
    // The unqualified use of a name that the pattern gives with its schema.
    let part = literal.count - text.count
    guard part > 0, isSchema(literal, upTo: part), !text.contains(dot) else { return false }
    return isEqual(
      text, 0, UnsafeBufferPointer(rebasing: literal[part...]), foldingCase: foldingCase)
  }

  /// Whether the first `end` bytes are one or more parts that are not empty, each with its dot.
  private func isSchema(_ text: UnsafeBufferPointer<UInt8>, upTo end: Int) -> Bool {
    var previous = UInt8(ascii: ".")
    for byte in text[..<end] {
      if byte == UInt8(ascii: "."), previous == byte { return false }
      previous = byte
    }
    return previous == UInt8(ascii: ".")
  }

  @inline(never)
  private func matchesPCRE(
    _ index: UInt32, _ record: Record, _ text: UnsafeBufferPointer<UInt8>, _ scratch: inout PatternScratch
  ) -> MatchResult {
    guard let slot = pcre?[Int(index)] else { return .undecided }
    guard isValidUTF8(text) else { return .undecided }
    var rest = text
    var isUndecided = false
    while true {
      switch scratch.match(slot, rest) {
      case .matched: return .matched
      case .notMatched: break
      case .limitReached, .failed: isUndecided = true
      }
      guard record.isQualifiedName, let dot = rest.firstIndex(of: UInt8(ascii: ".")), dot > 0 else { break }
      rest = UnsafeBufferPointer(rebasing: rest[(dot + 1)...])
    }
    return isUndecided ? .undecided : .notMatched
  }
}

/// Whether bytes are well-formed UTF-8 (Unicode 15, table 3-7).
func isValidUTF8(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
  var index = 0
  while index < text.count {
    let first = text[index]
    index += 1
    if first < 0x80 { continue }
    var low: UInt8 = 0x80
    var high: UInt8 = 0xBF
    let following: Int
    switch first {
    case 0xC2...0xDF: following = 1
    case 0xE0: (following, low) = (2, 0xA0)
    case 0xED: (following, high) = (2, 0x9F)
    case 0xE1...0xEF: following = 2
    case 0xF0: (following, low) = (3, 0x90)
    case 0xF4: (following, high) = (3, 0x8F)
    case 0xF1...0xF3: following = 3
    default: return false
    }
    guard index + following <= text.count, text[index] >= low, text[index] <= high else { return false }
    for next in (index + 1)..<max(index + following, index + 1) where text[next] & 0xC0 != 0x80 { return false }
    index += following
  }
  return true
}
