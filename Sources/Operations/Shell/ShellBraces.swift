import PolicyBytecode

/// Brace expansion (`{a,b}`, `{1..3}`), which happens before all other expansion and is purely textual.
extension ShellDecoder {
  /// The words that `word` expands to, each as its first part; nil where no brace expands or there would be more than
  /// ``ShellLimits/braceWords``.
  mutating func braceExpansion(_ word: ShellWord) -> [Int32]? {
    let words: [[ShellPart]]
    let generated: [UInt8]
    do {
      var braces = BraceExpander(tree: reader.tree, first: word.first)
      guard braces.hasGroups, let expanded = braces.expand() else { return nil }
      (words, generated) = (expanded, braces.generated)
    }
    reader.tree.source += generated
    reader.tree.readBytes += generated.count
    return words.map { parts in
      var chain = ShellReader.PartChain()
      for part in parts { chain.append(part, to: &reader.tree) }
      return chain.first
    }
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

/// The brace expansion of one word, over its parts: unquoted braces, commas and dots stand apart.
private struct BraceExpander {
  private var parts: [ShellPart] = []
  /// For each part the index of its closing brace, 0 if it opens no group.
  private var closing: [Int] = []
  private let source: [UInt8]
  /// Words of sequences; their parts point behind the end of the source, where it is to be appended.
  private(set) var generated: [UInt8] = []
  /// The words of the sequences, by the index of their opening brace.
  private var sequences: [Int: [[ShellPart]]] = [:]
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
          sequences[group.index] = words
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

  mutating func expand() -> [[ShellPart]]? { expand(0, parts.count, depth: 0) }

  /// All words of a range of parts, or nil past the limit.
  private mutating func expand(_ start: Int, _ end: Int, depth: Int) -> [[ShellPart]]? {
    guard depth < 32 else { return nil }
    var words: [[ShellPart]] = [[]]
    var index = start
    while index < end {
      guard closing[index] > 0, closing[index] < end else {
        for word in words.indices { words[word].append(parts[index]) }
        index += 1
        total += words.count
        guard total <= 64 * ShellLimits.braceWords + 2 * parts.count else { return nil }
        continue
      }
      let close = closing[index]
      var choices: [[ShellPart]] = []
      if let sequence = sequences[index] {
        choices = sequence
      } else {
        var from = index + 1
        var at = from
        while at <= close {
          if at == close || mark(at) == Ascii.comma {
            guard let more = expand(from, at, depth: depth + 1) else { return nil }
            choices += more
            guard choices.count <= ShellLimits.braceWords else { return nil }
            from = at + 1
            at += 1
          } else {
            at = closing[at] > 0 ? closing[at] + 1 : at + 1
          }
        }
      }
      guard words.count * choices.count <= ShellLimits.braceWords else { return nil }
      var product: [[ShellPart]] = []
      for word in words {
        for choice in choices {
          product.append(word + choice)
          total += word.count + choice.count
        }
      }
      guard total <= 64 * ShellLimits.braceWords + 2 * parts.count else { return nil }
      words = product
      index = close + 1
    }
    return words
  }

  /// `{x..y}` or `{x..y..step}` between two braces: its words; nil where it is no sequence or too long.
  private mutating func sequence(_ open: Int, _ close: Int) -> [[ShellPart]]? {
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
    return stride(from: from, through: to, by: from <= to ? step : -step).map { value in
      let start = source.count + generated.count
      if isLetters {
        generated.append(UInt8(value))
      } else {
        let digits = String(abs(value))
        if value < 0 { generated.append(Ascii.dash) }
        generated += [UInt8](repeating: Ascii.zero, count: max(0, width - digits.utf8.count - (value < 0 ? 1 : 0)))
        generated += digits.utf8
      }
      return [Self.literal(start, source.count + generated.count)]
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
