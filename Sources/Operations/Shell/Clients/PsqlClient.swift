import PolicyBytecode

/// `psql` on a shell line.
extension ShellDecoder {
  /// `psql`: the statements of `-c`, else of its standard input.
  mutating func psql(_ call: ShellCall, _ context: inout DecodeContext) {
    emit(call, &context)
    guard !isDone(context) else { return }
    // Without code on the command line, standard input is a script; `-f -` makes it one in any case.
    var readsInput = true
    var isFile = false
    for option in call.arguments.options {
      switch option.letter {
      case 0x63:
        readsInput = false
        if let value = option.value { sql(value, call, &context) }
      case 0x66:
        readsInput = false
        guard let file = option.value else { break }
        if isStandardInput(file) {
          isFile = true
        } else if file.processInput >= 0 {
          if let text = literalOutput(of: file.processInput) {
            sql(ShellField(value: text), call, &context)
          } else {
            unreadable(.postgres, .unknownCode, call, &context)
          }
        }
      case 0x6F:
        // `-o '|COMMAND'`
        if var code = option.value, bytes(code.value).first == Ascii.pipe {
          code.value.start += 1
          codeArgument([code], call, &context)
        }
      case 0x6C: readsInput = false
      default: if isNamed(option, "--help") || isNamed(option, "--version") { readsInput = false }
      }
    }
    guard readsInput || isFile else { return }
    switch input.kind {
    case .inherited, .file: break
    case .unknown: unreadable(.postgres, .unknownCode, call, &context)
    case .literal: sql(ShellField(value: input.text), call, &context)
    }
  }

  /// Statements and psql's own commands.
  private mutating func sql(_ text: ShellField, _ call: ShellCall, _ context: inout DecodeContext) {
    guard !text.isUnknown else { return unreadable(.postgres, .unknownCode, call, &context) }
    var script = PsqlScript(Array(bytes(text.value)))
    script.read()
    if script.statements.contains(where: { !Ascii.isSpace($0) }) {
      statement(.postgres, script.statements, call, &context)
    }
    if script.isUnknown { unreadable(.postgres, .unknownCode, call, &context) }
    for code in script.commands { carrying(call, &context) { $0.code(code, .process, &$1) } }
  }
}

/// A script for psql, taken apart into what goes to the server and what psql does itself: backslash commands outside
/// of quotes and comments (PostgreSQL documentation, psql, "Meta-Commands").
struct PsqlScript {
  private let text: [UInt8]
  private var index = 0
  /// The SQL.
  private(set) var statements: [UInt8] = []
  /// Shell code that psql runs.
  private(set) var commands: [[UInt8]] = []
  /// It runs statements that are not in the script.
  private(set) var isUnknown = false

  init(_ text: [UInt8]) { self.text = text }

  private func at(_ ahead: Int) -> UInt8 { index + ahead < text.count ? text[index + ahead] : 0 }

  private mutating func keep(_ count: Int) {
    let end = min(index + count, text.count)
    statements += text[index..<end]
    index = end
  }

  mutating func read() {
    while index < text.count {
      switch text[index] {
      case Ascii.quote:
        // In E'…' a backslash escapes.
        let previous = statements.last ?? 0
        let beforePrevious = statements.dropLast().last ?? 0
        quoted(Ascii.quote, escapes: previous | 0x20 == 0x65 && !Ascii.isName(beforePrevious))
      case Ascii.doubleQuote: quoted(Ascii.doubleQuote, escapes: false)
      case Ascii.dash where at(1) == Ascii.dash:
        while index < text.count, text[index] != Ascii.newline { keep(1) }
      case Ascii.slash where at(1) == Ascii.star: comment()
      case Ascii.dollar: dollarQuoted()
      case Ascii.backslash: meta()
      default: keep(1)
      }
    }
  }

  private mutating func quoted(_ quote: UInt8, escapes: Bool) {
    keep(1)
    while index < text.count {
      let byte = text[index]
      keep(byte == Ascii.backslash && escapes ? 2 : 1)
      if byte == quote { return }
    }
  }

  private mutating func comment() {
    var nesting = 0
    repeat {
      if at(0) == Ascii.slash, at(1) == Ascii.star {
        nesting += 1
        keep(2)
      } else if at(0) == Ascii.star, at(1) == Ascii.slash {
        nesting -= 1
        keep(2)
      } else {
        keep(1)
      }
    } while nesting > 0 && index < text.count
  }

  private mutating func dollarQuoted() {
    var end = index + 1
    if end < text.count, !Ascii.isDigit(text[end]) {
      while end < text.count, Ascii.isName(text[end]) || text[end] >= 0x80 { end += 1 }
    }
    guard end < text.count, text[end] == Ascii.dollar, !Ascii.isName(statements.last ?? 0) else { return keep(1) }
    let tag = text[index...end]
    keep(tag.count)
    while index < text.count {
      if text[index] == Ascii.dollar, text[index...].starts(with: tag) { return keep(tag.count) }
      keep(1)
    }
  }

  private mutating func meta() {
    index += 1
    let start = index
    if at(0) == Ascii.bang || at(0) == Ascii.question || at(0) == Ascii.backslash {
      index += 1
    } else {
      while index < text.count, Ascii.isName(text[index]) { index += 1 }
      if at(0) == Ascii.plus { index += 1 }
    }
    let name = String(decoding: text[start..<index], as: UTF8.self)
    let argumentsStart = index
    while index < text.count, text[index] != Ascii.newline {
      // Another command may follow on the line, but `\!` and `\copy` take all of it.
      if text[index] == Ascii.backslash, name != "!", name != "copy" { break }
      index += 1
    }
    let arguments = text[argumentsStart..<index]
    switch name {
    case "!":
      commands.append(Array(arguments))
      return
    case "copy":
      // The statement itself, a program in it included: that this runs here rather than on the server changes nothing.
      statements += Array(";COPY".utf8) + arguments + [Ascii.semicolon]
      return
    case "g", "gx", "gset", "gdesc", "watch", "crosstabview", "bind_named", "o", "out", "w", "write":
      if name.first == "g" || name == "watch" || name == "crosstabview" { statements.append(Ascii.semicolon) }
      let argument = arguments.drop(while: Ascii.isBlank)
      if argument.first == Ascii.pipe { commands.append(Array(argument.dropFirst())) }
    case "gexec", "i", "ir", "include", "include_relative", "e", "edit", "ef", "ev":
      statements.append(Ascii.semicolon)
      isUnknown = true
    case "\\": break
    default: if !Self.harmless.contains(where: { name == $0 }) && name.first != "d" { isUnknown = true }
    }
    backquoted(arguments)
  }

  /// Commands that send nothing of their own making that a policy could judge, beside those that start with `d`.
  private static let harmless = [
    "?", "a", "C", "c", "cd", "connect", "conninfo", "copyright", "echo", "elif", "else", "encoding", "endif",
    "errverbose", "f", "getenv", "h", "help", "H", "html", "if", "l", "l+", "list", "p", "password", "print", "prompt",
    "pset", "q", "qecho", "quit", "r", "reset", "s", "set", "setenv", "sf", "sf+", "sv", "sv+", "t", "T", "timing",
    "unset", "warn", "x", "z",
  ]

  /// What back quotes in arguments run.
  private mutating func backquoted(_ arguments: ArraySlice<UInt8>) {
    let pieces = arguments.split(separator: Ascii.backquote, omittingEmptySubsequences: false)
    for position in stride(from: 1, to: pieces.count, by: 2) { commands.append(Array(pieces[position])) }
  }
}
