/// What was typed on a terminal, put together to lines as a shell's line editor does it.
struct TerminalLine {
  /// What became of a line.
  enum Result: Equatable {
    case line(String)
    /// It was given up (`^C`), or depends on what the input does not tell: history, completion.
    case lost
  }

  private var scalars: [Unicode.Scalar] = []
  private var cursor = 0
  private var isLost = false
  /// An escape sequence that has begun.
  private var escape: [Unicode.Scalar] = []
  /// What is pasted is text, but for the end of the paste.
  private var isPasting = false

  /// Characters of a line; what is longer is lost.
  static let lengthLimit = 1 << 20

  /// Takes what was typed; the lines that ended in it.
  mutating func take(_ text: String) -> [Result] {
    var results: [Result] = []
    for scalar in text.unicodeScalars {
      if let result = take(scalar) { results.append(result) }
    }
    return results
  }

  /// Whether something was typed that no line end followed.
  var isOpen: Bool { !scalars.isEmpty || isLost }

  private mutating func take(_ scalar: Unicode.Scalar) -> Result? {
    if !escape.isEmpty {
      continueEscape(scalar)
      return nil
    }
    switch scalar.value {
    case 0x0D, 0x0A: return isPasting && scalar.value == 0x0A ? insertNewline() : end()
    case 0x1B: escape = [scalar]
    case _ where isPasting: insert(scalar)
    case 0x03:
      let hadText = isOpen
      clear()
      return hadText ? .lost : nil
    case 0x04: if cursor < scalars.count { scalars.remove(at: cursor) }
    case 0x7F, 0x08: erase(cursor - 1)
    case 0x15: erase(0)
    case 0x17: erase(startOfWord())
    case 0x0B: scalars.removeSubrange(cursor...)
    case 0x01: cursor = 0
    case 0x05: cursor = scalars.count
    case 0x02: cursor = max(0, cursor - 1)
    case 0x06: cursor = min(scalars.count, cursor + 1)
    case 0x0C: break
    case 0x00..<0x20: isLost = true
    default: insert(scalar)
    }
    return nil
  }

  private mutating func insertNewline() -> Result? {
    insert("\n")
    return nil
  }

  private mutating func end() -> Result? {
    defer { clear() }
    if isLost { return .lost }
    var line = String.UnicodeScalarView()
    line.append(contentsOf: scalars)
    return line.isEmpty ? nil : .line(String(line))
  }

  private mutating func clear() {
    scalars.removeAll(keepingCapacity: true)
    (cursor, isLost) = (0, false)
  }

  private mutating func insert(_ scalar: Unicode.Scalar) {
    guard scalars.count < Self.lengthLimit else {
      isLost = true
      return
    }
    scalars.insert(scalar, at: cursor)
    cursor += 1
  }

  private mutating func erase(_ start: Int) {
    guard start >= 0 else { return }
    scalars.removeSubrange(start..<cursor)
    cursor = start
  }

  /// Where the word before the cursor begins, as `^W` has it: at the blank before it.
  private func startOfWord() -> Int {
    var start = cursor
    while start > 0, scalars[start - 1] == " " || scalars[start - 1] == "\t" { start -= 1 }
    while start > 0, scalars[start - 1] != " ", scalars[start - 1] != "\t" { start -= 1 }
    return start
  }

  /// Takes one more character of an escape sequence (ECMA-48), and carries it out when it is whole.
  private mutating func continueEscape(_ scalar: Unicode.Scalar) {
    escape.append(scalar)
    if escape.count == 2 {
      if scalar == "[" || scalar == "O" { return }
    } else if escape[1] == "[", (0x20..<0x40).contains(scalar.value), escape.count < 32 {
      return
    }
    var sequence = ""
    sequence.unicodeScalars.append(contentsOf: escape.dropFirst())
    escape.removeAll(keepingCapacity: true)
    switch sequence {
    case "[200~": isPasting = true
    case "[201~": isPasting = false
    case "[D", "OD": cursor = max(0, cursor - 1)
    case "[C", "OC": cursor = min(scalars.count, cursor + 1)
    case "[H", "OH", "[1~": cursor = 0
    case "[F", "OF", "[4~": cursor = scalars.count
    case "[3~": if cursor < scalars.count { scalars.remove(at: cursor) }
    // The window was entered or left, or the terminal answered.
    case "[I", "[O": break
    case _ where sequence.hasSuffix("R") || sequence.hasSuffix("c"): break
    default: isLost = true
    }
  }
}
