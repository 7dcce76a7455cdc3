import PolicyBytecode

/// Brace expansion (`{a,b}`, `{1..3}`), which happens before all other expansion and is purely textual.
extension ShellDecoder {
  /// The words that `word` expands to, each as its first part; nil where no brace expands or there would be more than
  /// ``ShellLimits/braceWords``.
  mutating func braceExpansion(_ word: ShellWord) -> [Int32]? {
    var braces = BraceExpander(tree: reader.tree, first: word.first)
    guard braces.hasGroups, let words = braces.expand() else { return nil }
    let generated = braces.takeGenerated()
    reader.tree.source += generated
    reader.tree.readBytes += generated.count
    var firsts: [Int32] = []
    firsts.reserveCapacity(words.ends.count)
    var start = 0
    for number in 0..<words.ends.count {
      var chain = ShellReader.PartChain()
      for index in start..<Int(words.ends[number]) { chain.append(words.parts[index], to: &reader.tree) }
      start = Int(words.ends[number])
      firsts.append(chain.first)
    }
    return firsts
  }

  /// Whether there is more in a word with a brace than `{}`: only commas and `..` make braces expand.
  mutating func mayExpandBraces(_ word: ShellWord) -> Bool {
    var previous: UInt8 = 0
    for index in word.spelling.range {
      let byte = arena[index]
      if byte == Ascii.comma || byte == Ascii.dot && previous == Ascii.dot { return true }
      previous = byte
    }
    return false
  }

  /// Whether braces that do expand were too many.
  mutating func isOverBraced(_ word: ShellWord) -> Bool {
    BraceExpander(tree: reader.tree, first: word.first).hasGroups
  }
}

/// Words, their parts one behind the other.
private struct BracedWords: ~Copyable {
  var parts = RawBuffer<ShellPart>(capacity: 16)
  /// Where the parts of each word end.
  var ends = RawBuffer<Int32>(capacity: 4)

  /// Ends the word whose parts were appended last.
  mutating func end() { ends.append(Int32(truncatingIfNeeded: parts.count)) }

  /// Appends the words of `others`.
  mutating func append(_ others: borrowing BracedWords) {
    let start = Int32(truncatingIfNeeded: parts.count)
    parts.append(contentsOf: others.parts.elements)
    for number in 0..<others.ends.count { ends.append(start + others.ends[number]) }
  }

  /// Each of these words with each of `choices` behind it.
  borrowing func joined(with choices: borrowing BracedWords) -> BracedWords {
    var product = BracedWords()
    var start = 0
    for number in 0..<ends.count {
      let end = Int(ends[number])
      var choiceStart = 0
      for choice in 0..<choices.ends.count {
        for index in start..<end { product.parts.append(parts[index]) }
        let choiceEnd = Int(choices.ends[choice])
        for index in choiceStart..<choiceEnd { product.parts.append(choices.parts[index]) }
        choiceStart = choiceEnd
        product.end()
      }
      start = end
    }
    return product
  }
}

/// The brace expansion of one word, over its parts: unquoted braces, commas and dots stand apart.
private struct BraceExpander: ~Copyable {
  private var parts: [ShellPart] = []
  /// For each part the index of its closing brace, 0 if it opens no group.
  private var closing: [Int] = []
  private let source: [UInt8]
  /// Words of sequences; their parts point behind the end of the source, where it is to be appended.
  private var generated: [UInt8] = []
  /// The words of the sequences, a part each.
  private var sequences = RawBuffer<ShellPart>(capacity: 16)
  /// For each part that opens a sequence which of them are its words.
  private var sequenceWords: [Range<Int>] = []
  private(set) var hasGroups = false
  private var total = 0

  init(tree: borrowing ShellTree, first: Int32) {
    source = tree.source
    var index = first
    while index >= 0 {
      var part = tree.parts[Int(index)]
      index = part.next
      part.next = ShellTree.none
      guard part.kind == .literal, !part.isQuoted else {
        parts.append(part)
        continue
      }
      var start = part.spelling.range.lowerBound
      for at in part.spelling.range {
        switch source[at] {
        case Ascii.openBrace, Ascii.closeBrace, Ascii.comma:
          if start < at { parts.append(Self.literal(start, at)) }
          parts.append(Self.literal(at, at + 1))
          start = at + 1
        default: break
        }
      }
      if start < part.spelling.range.upperBound { parts.append(Self.literal(start, part.spelling.range.upperBound)) }
    }
    closing = [Int](repeating: 0, count: parts.count)
    sequenceWords = [Range<Int>](repeating: 0..<0, count: parts.count)
    var open: [(index: Int, hasComma: Bool)] = []
    for index in parts.indices {
      switch mark(index) {
      case Ascii.openBrace: open.append((index, false))
      case Ascii.comma: if !open.isEmpty { open[open.count - 1].hasComma = true }
      case Ascii.closeBrace:
        guard let group = open.popLast() else { continue }
        if group.hasComma {
          closing[group.index] = index
        } else if let words = sequence(group.index, index) {
          closing[group.index] = index
          sequenceWords[group.index] = words
        } else {
          continue
        }
        hasGroups = true
      default: break
      }
    }
  }

  private static func literal(_ start: Int, _ end: Int) -> ShellPart {
    ShellPart(kind: .literal, isQuoted: false, spelling: ByteRange(start, end))
  }

  /// The brace or comma that a part is, else 0.
  private func mark(_ index: Int) -> UInt8 {
    let part = parts[index]
    guard part.kind == .literal, !part.isQuoted, part.spelling.count == 1 else { return 0 }
    let byte = source[Int(part.spelling.start)]
    return byte == Ascii.openBrace || byte == Ascii.closeBrace || byte == Ascii.comma ? byte : 0
  }

  /// The words of the sequences.
  mutating func takeGenerated() -> [UInt8] {
    defer { generated = [] }
    return generated
  }

  mutating func expand() -> BracedWords? { expand(0, parts.count, depth: 0) }

  private var isOver: Bool { total > 64 * ShellLimits.braceWords + 2 * parts.count }

  /// All words of a range of parts, or nil past the limit.
  private mutating func expand(_ start: Int, _ end: Int, depth: Int) -> BracedWords? {
    guard depth < 32 else { return nil }
    var words = BracedWords()
    words.end()
    var index = start
    while index < end {
      var choices = BracedWords()
      if closing[index] > 0, closing[index] < end {
        let close = closing[index]
        guard choose(index, close, depth: depth, &choices) else { return nil }
        guard words.ends.count * choices.ends.count <= ShellLimits.braceWords else { return nil }
        total += choices.ends.count * words.parts.count + words.ends.count * choices.parts.count
        index = close + 1
      } else {
        while index < end, closing[index] == 0 || closing[index] >= end {
          choices.parts.append(parts[index])
          index += 1
          total += words.ends.count
          if isOver { return nil }
        }
        choices.end()
      }
      if isOver { return nil }
      words = words.parts.count == 0 && words.ends.count == 1 ? choices : words.joined(with: choices)
    }
    return words
  }

  /// Appends the words that stand for the group between two braces; false past the limit.
  private mutating func choose(_ open: Int, _ close: Int, depth: Int, _ choices: inout BracedWords) -> Bool {
    for index in sequenceWords[open] {
      choices.parts.append(sequences[index])
      choices.end()
    }
    if !sequenceWords[open].isEmpty { return true }
    var from = open + 1
    var at = from
    while at <= close {
      if at == close || mark(at) == Ascii.comma {
        guard let more = expand(from, at, depth: depth + 1) else { return false }
        choices.append(more)
        guard choices.ends.count <= ShellLimits.braceWords else { return false }
        from = at + 1
        at += 1
      } else {
        at = closing[at] > 0 ? closing[at] + 1 : at + 1
      }
    }
    return true
  }

  /// `{x..y}` or `{x..y..step}` between two braces: its words; nil where it is no sequence or too long.
  private mutating func sequence(_ open: Int, _ close: Int) -> Range<Int>? {
    guard close == open + 2, parts[open + 1].kind == .literal, !parts[open + 1].isQuoted else { return nil }
    let pieces = Self.pieces(source[parts[open + 1].spelling.range])
    guard pieces.count == 2 || pieces.count == 3 else { return nil }
    var step = 1
    if pieces.count == 3 {
      guard let given = Self.number(pieces[2]) else { return nil }
      step = max(1, abs(given))
    }
    let from: Int
    let to: Int
    var width = 0
    let isLetters: Bool
    if let first = Self.number(pieces[0]), let last = Self.number(pieces[1]) {
      (from, to, isLetters) = (first, last, false)
      if pieces[0].first == Ascii.zero || pieces[1].first == Ascii.zero {
        width = max(pieces[0].count, pieces[1].count)
      }
    } else if pieces[0].count == 1, pieces[1].count == 1, let first = pieces[0].first, let last = pieces[1].first,
      Ascii.isNameStart(first), Ascii.isNameStart(last)
    {
      (from, to, isLetters) = (Int(first), Int(last), true)
    } else {
      return nil
    }
    guard abs(to - from) / step < ShellLimits.braceWords, width < 32 else { return nil }
    let first = sequences.count
    for value in stride(from: from, through: to, by: from <= to ? step : -step) {
      let start = source.count + generated.count
      if isLetters { generated.append(UInt8(value)) } else { generate(value, width: width) }
      sequences.append(Self.literal(start, source.count + generated.count))
    }
    return first..<sequences.count
  }

  /// Appends a number, with zeros before it up to a width.
  private mutating func generate(_ value: Int, width: Int) {
    if value < 0 { generated.append(Ascii.dash) }
    var scale = 1
    var digits = 1
    while scale <= abs(value) / 10 {
      scale *= 10
      digits += 1
    }
    for _ in 0..<max(0, width - digits - (value < 0 ? 1 : 0)) { generated.append(Ascii.zero) }
    while scale > 0 {
      generated.append(Ascii.zero + UInt8(abs(value) / scale % 10))
      scale /= 10
    }
  }

  /// The text split at `..`.
  private static func pieces(_ text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var start = text.startIndex
    var index = start
    while index + 1 < text.endIndex, pieces.count < 4 {
      if text[index] == Ascii.dot, text[index + 1] == Ascii.dot {
        pieces.append(text[start..<index])
        index += 2
        start = index
      } else {
        index += 1
      }
    }
    pieces.append(text[start...])
    return pieces
  }

  private static func number(_ text: ArraySlice<UInt8>) -> Int? {
    let digits = text.first == Ascii.dash ? text.dropFirst() : text
    guard !digits.isEmpty, digits.count < 10, digits.allSatisfy(Ascii.isDigit) else { return nil }
    let value = digits.reduce(0) { $0 * 10 + Int($1 - Ascii.zero) }
    return digits.count == text.count ? value : -value
  }
}
