import PolicyBytecode

/// What is typed into a shell, as far as it can be known from the keys: best effort, a line at a time.
///
/// A terminal edits the line before the shell reads it, and the shell completes, recalls and expands history. So a line
/// with control characters other than its end, or with `!` where history would be expanded, is `unparsed`, and so is
/// what is typed into an interactive program that a line before has started.
extension DecodeContext {
  mutating func shellInput(_ input: [UInt8]) {
    let lines = SSHShellLines.split(input)
    guard !lines.isEmpty else { return }
    // Constructs that span lines make sense together only.
    let startsProgram = lines.contains(where: SSHInteractivePrograms.isStarted)
    if lines.count > 1, !startsProgram, !lines.contains(where: SSHShellLines.isEdited) {
      let text = Array(lines.joined(separator: [Ascii.newline]))
      var reader = ShellReader()
      reader.depth = syntaxDepth
      if (try? reader.read(text)) != nil { return nested(.shell, in: .ssh, text) }
    }
    var isInProgram = false
    for line in SSHShellLines.split(input, keepsEnd: startsProgram) {
      guard !isFull else { return }
      if isInProgram {
        // What is typed into another program is no shell code.
        isInProgram = !SSHInteractivePrograms.isLeft(by: line)
        if isInProgram { unparsed(.shell, in: .ssh, .unknownCode) }
        continue
      }
      if line.allSatisfy({ Ascii.isBlank($0) || $0 == 0x03 || $0 == 0x04 }) { continue }
      isInProgram = SSHInteractivePrograms.isStarted(by: line)
      if SSHShellLines.isEdited(line) {
        unparsed(.shell, in: .ssh, .unknownCode)
      } else {
        nested(.shell, in: .ssh, line)
      }
    }
  }
}

enum SSHShellLines {
  /// The lines that say something: Return ends one, interrupting or ending the input alone is none.
  static func split(_ input: [UInt8], keepsEnd: Bool = false) -> [[UInt8]] {
    input.split { $0 == Ascii.newline || $0 == carriageReturn }.map(Array.init)
      .filter { line in
        !line.allSatisfy { Ascii.isBlank($0) || $0 == interrupt || $0 == endOfInput }
          || keepsEnd && line.contains(endOfInput)
      }
  }

  /// Whether the shell reads something else than what was typed.
  static func isEdited(_ line: [UInt8]) -> Bool {
    var isQuoted = false
    var index = 0
    while index < line.count {
      let byte = line[index]
      index += 1
      if byte < 0x20 || byte == 0x7F { return true }
      if byte == Ascii.quote { isQuoted.toggle() }
      guard !isQuoted else { continue }
      if byte == Ascii.backslash {
        if index < line.count, line[index] >= 0x20 { index += 1 }
      } else if byte == Ascii.bang, index < line.count {
        // Not history: `!` before a blank, `=`, `(`, or the closing quote. After `$` it is a parameter.
        let next = line[index]
        let isHistory = next > 0x20 && next != Ascii.equals && next != Ascii.open && next != Ascii.doubleQuote
        if isHistory, index < 2 || line[index - 2] != Ascii.dollar && line[index - 2] != Ascii.openBracket {
          return true
        }
      } else if byte == 0x5E, index == 1 {
        // `^old^new^`
        return true
      }
    }
    return false
  }

  private static let carriageReturn: UInt8 = 0x0D
  private static let interrupt: UInt8 = 0x03
  private static let endOfInput: UInt8 = 0x04
}
