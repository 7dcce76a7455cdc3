import PolicyBytecode

/// What a script of `sed` runs: GNU's command `e` and the flag of the same name (GNU sed 4.9, 3.8 and "The s Command").
struct ShellSed {
  /// The command lines behind `e`.
  private(set) var commands: [Range<Int>] = []
  /// It runs what it reads: `e` by itself, `s///e`. Or it is no script that is understood here.
  private(set) var runsText = false

  private let text: UnsafeBufferPointer<UInt8>
  private var at = 0

  /// Whether a script surely runs nothing.
  static func isInert(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let script = ShellSed(text)
    return script.commands.isEmpty && !script.runsText
  }

  init(_ text: UnsafeBufferPointer<UInt8>) {
    self.text = text
    guard text.contains(0x65) else { return }
    while at < text.count, !runsText { command() }
  }

  private var byte: UInt8 { at < text.count ? text[at] : 0 }

  private mutating func skipBlanks() { while Ascii.isBlank(byte) { at += 1 } }

  private mutating func skipLine() { while at < text.count, text[at] != Ascii.newline { at += 1 } }

  /// One command with its addresses, or what stands between commands.
  private mutating func command() {
    while Ascii.isSpace(byte) || byte == Ascii.semicolon || byte == Ascii.closeBrace { at += 1 }
    guard at < text.count else { return }
    if byte == Ascii.hash { return skipLine() }
    guard address() else { return runsText = true }
    skipBlanks()
    if byte == Ascii.comma {
      at += 1
      skipBlanks()
      if byte == Ascii.plus || byte == 0x7E { at += 1 }
      guard address() else { return runsText = true }
      skipBlanks()
    }
    while byte == Ascii.bang || Ascii.isBlank(byte) { at += 1 }
    let kind = byte
    at += 1
    switch kind {
    case Ascii.openBrace, Ascii.equals, 0x64, 0x44, 0x67, 0x47, 0x68, 0x48, 0x6E, 0x4E, 0x70, 0x50, 0x78, 0x7A, 0x46:
      break
    case 0x6C, 0x4C, 0x71, 0x51:
      skipBlanks()
      while Ascii.isDigit(byte) { at += 1 }
    case 0x61, 0x69, 0x63: appended()
    case Ascii.colon, 0x62, 0x74, 0x54, 0x76:
      while at < text.count, byte != Ascii.newline, byte != Ascii.semicolon { at += 1 }
    case 0x72, 0x52, 0x77, 0x57: skipLine()
    case 0x65:
      skipBlanks()
      let start = at
      skipLine()
      if start == at { runsText = true } else { commands.append(start..<at) }
    case 0x73: substitution(isTranslation: false)
    case 0x79: substitution(isTranslation: true)
    default: runsText = true
    }
  }

  /// A line number, `$`, `/…/`, `\c…c`, or none; false where it does not end.
  private mutating func address() -> Bool {
    if Ascii.isDigit(byte) {
      while Ascii.isDigit(byte) || byte == 0x7E { at += 1 }
      return true
    }
    if byte == Ascii.dollar {
      at += 1
      return true
    }
    guard byte == Ascii.slash || byte == Ascii.backslash else { return true }
    if byte == Ascii.backslash { at += 1 }
    let delimiter = byte
    at += 1
    guard pass(delimiter, inPattern: true) else { return false }
    while byte == 0x49 || byte == 0x4D { at += 1 }
    return true
  }

  /// Passes over what stands before a delimiter, and it.
  private mutating func pass(_ delimiter: UInt8, inPattern: Bool) -> Bool {
    var inBrackets = false
    while at < text.count {
      let byte = text[at]
      at += 1
      if byte == Ascii.backslash, !inBrackets {
        at += 1
      } else if byte == Ascii.openBracket, inPattern, !inBrackets, delimiter != Ascii.openBracket {
        // What stands first is no end.
        inBrackets = true
        if self.byte == 0x5E { at += 1 }
        if self.byte == Ascii.closeBracket { at += 1 }
      } else if byte == Ascii.openBracket, inBrackets, self.byte == Ascii.colon {
        // `[:alpha:]`
        while at < text.count, text[at] != Ascii.closeBracket { at += 1 }
        at += 1
      } else if byte == Ascii.closeBracket, inBrackets {
        inBrackets = false
      } else if byte == delimiter, !inBrackets {
        return true
      } else if byte == Ascii.newline, inPattern {
        return false
      }
    }
    return false
  }

  private mutating func substitution(isTranslation: Bool) {
    let delimiter = byte
    at += 1
    guard delimiter != Ascii.newline, delimiter != Ascii.backslash, pass(delimiter, inPattern: !isTranslation),
      pass(delimiter, inPattern: false)
    else { return runsText = true }
    if isTranslation { return }
    while at < text.count {
      switch text[at] {
      case 0x65: return runsText = true
      case 0x67, 0x70, 0x69, 0x49, 0x6D, 0x4D, Ascii.zero...Ascii.nine: at += 1
      case 0x77: return skipLine()
      default: return
      }
    }
  }

  /// The text of `a`, `i` and `c`, which goes on behind a backslash at the end of a line.
  private mutating func appended() {
    while at < text.count, text[at] != Ascii.newline { at += text[at] == Ascii.backslash ? 2 : 1 }
    at = min(at, text.count)
  }
}

extension ShellDecoder {
  /// `sed`: the commands of its scripts.
  mutating func sed(_ call: ShellCall, _ context: inout DecodeContext) {
    var scripts = call.arguments.options.filter { $0.letter == 0x65 }.compactMap(\.value)
    for option in call.arguments.options where option.letter == 0x66 {
      guard let file = option.value, isStandardInput(file) || isOpenElsewhere(file) || file.processInput >= 0 else {
        continue
      }
      if input.kind == .literal, isStandardInput(file) {
        scripts.append(ShellField(value: input.text))
      } else if input.kind == .unknown || !isStandardInput(file) {
        unknownCode(call, .process, &context)
      }
    }
    if !call.arguments.has(0x65), !call.arguments.has(0x66), let first = call.arguments.operands.first {
      scripts.append(fields[first])
    }
    for script in scripts {
      let text = Array(bytes(script.value))
      let read = text.withUnsafeBufferPointer { ShellSed($0) }
      for command in read.commands {
        let code = Array(text[command])
        carrying(call, &context) { $0.code(code, .process, &$1) }
      }
      // Of what is not known it is not known whether it is a script.
      if read.runsText, !script.isUnknown, !isSandboxed(call) { unknownCode(call, .process, &context) }
    }
  }

  private mutating func isSandboxed(_ call: ShellCall) -> Bool {
    call.arguments.options.contains { isNamed($0, "--sandbox") }
  }
}
