import PolicyBytecode

/// `mysql`, `mariadb` and their companions on a shell line.
extension ShellDecoder {
  /// `mysql`: the statements of `-e`, else of its standard input.
  mutating func mysql(_ call: ShellCall, _ context: inout DecodeContext) {
    emit(call, &context)
    guard !isDone(context) else { return }
    var session = MySQLSession()
    var readsInput = true
    for option in call.arguments.options {
      if option.letter == 0x65 {
        readsInput = false
        if let value = option.value { known(value, call, &context).map { session.texts.append($0) } }
      } else if isNamed(option, "--init-command") || isNamed(option, "--init-command-add") {
        if let value = option.value { known(value, call, &context).map { session.first.append($0) } }
      } else if isNamed(option, "--delimiter") {
        guard let value = option.value else { continue }
        guard let delimiter = known(value, call, &context) else { return }
        session.delimiter = delimiter
      } else if isNamed(option, "--default-character-set") {
        guard let value = option.value, !value.isUnknown else {
          session.isPlain = false
          continue
        }
        session.isPlain = MySQLCharacterSet.isPlain(bytes(value.value))
      } else if isNamed(option, "--help") || isNamed(option, "--version") || option.letter == 0x56 {
        readsInput = false
      }
    }
    if readsInput {
      switch input.kind {
      case .inherited, .file: break
      case .unknown: unreadable(.mysql, .unknownCode, call, &context)
      case .literal: known(ShellField(value: input.text), call, &context).map { session.texts.append($0) }
      }
    }
    run(session, call, &context)
  }

  /// The text of a field; nil, and what stands for it emitted, if it is not known.
  private mutating func known(
    _ field: ShellField, _ call: ShellCall, _ context: inout DecodeContext
  ) -> [UInt8]? {
    guard field.isUnknown else { return Array(bytes(field.value)) }
    unreadable(.mysql, .unknownCode, call, &context)
    return nil
  }

  /// `mysqladmin COMMAND…`: the statements that it sends.
  mutating func mysqladmin(_ call: ShellCall, _ context: inout DecodeContext) {
    emit(call, &context)
    var operands = call.arguments.operands[...]
    while let first = operands.popFirst(), !isDone(context) {
      guard !fields[first].isUnknown else { return unreadable(.mysql, .unknownCode, call, &context) }
      let command = String(decoding: bytes(fields[first].value), as: UTF8.self)
      if let code = Self.administration[command] {
        statement(.mysql, Array(code.utf8), call, &context)
        continue
      }
      guard let prefix = Self.administrationOfOne[command], let argument = operands.popFirst() else { continue }
      guard !fields[argument].isUnknown else { return unreadable(.mysql, .unknownCode, call, &context) }
      let value = Array(bytes(fields[argument].value))
      switch command {
      case "create", "drop": statement(.mysql, Array(prefix.utf8) + Self.quoted(value), call, &context)
      case "kill":
        for id in value.split(separator: Ascii.comma) { statement(.mysql, Array(prefix.utf8) + id, call, &context) }
      default: statement(.mysql, Array(prefix.utf8), call, &context)
      }
    }
  }

  /// `mysqldump DATABASE TABLE…`: it reads the tables that it names.
  mutating func mysqldump(_ call: ShellCall, _ context: inout DecodeContext) {
    emit(call, &context)
    let isOfDatabases = call.arguments.options.contains {
      $0.letter == 0x42 || $0.letter == 0x41 || isNamed($0, "--databases") || isNamed($0, "--all-databases")
    }
    let operands = call.arguments.operands
    guard !isOfDatabases, operands.count > 1 else { return }
    let database = fields[operands[0]]
    for operand in operands.dropFirst() where !isDone(context) {
      guard !fields[operand].isUnknown, !database.isUnknown else {
        return unreadable(.mysql, .unknownCode, call, &context)
      }
      let name =
        Self.quoted(Array(bytes(database.value))) + [Ascii.dot] + Self.quoted(Array(bytes(fields[operand].value)))
      var query = Array("SELECT * FROM ".utf8) + name
      if let condition = call.arguments.value(0x77) {
        guard !condition.isUnknown else { return unreadable(.mysql, .unknownCode, call, &context) }
        query += Array(" WHERE ".utf8) + bytes(condition.value)
      }
      statement(.mysql, query, call, &context)
    }
  }

  private static let administration = [
    "shutdown": "SHUTDOWN", "reload": "FLUSH PRIVILEGES", "refresh": "FLUSH TABLES", "processlist": "SHOW PROCESSLIST",
    "flush-privileges": "FLUSH PRIVILEGES", "flush-tables": "FLUSH TABLES", "flush-logs": "FLUSH LOGS",
    "flush-binary-log": "FLUSH BINARY LOGS", "flush-hosts": "FLUSH HOSTS", "flush-status": "FLUSH STATUS",
    "start-slave": "START SLAVE", "stop-slave": "STOP SLAVE", "start-replica": "START REPLICA",
    "stop-replica": "STOP REPLICA", "variables": "SHOW VARIABLES", "extended-status": "SHOW GLOBAL STATUS",
  ]

  private static let administrationOfOne = [
    "create": "CREATE DATABASE ", "drop": "DROP DATABASE ", "kill": "KILL ", "password": "SET PASSWORD = ''",
    "old-password": "SET PASSWORD = ''",
  ]

  private static func quoted(_ name: [UInt8]) -> [UInt8] {
    [Ascii.backquote] + name.flatMap { $0 == Ascii.backquote ? [$0, $0] : [$0] } + [Ascii.backquote]
  }

  /// Statements, and the client's own commands.
  private mutating func run(_ session: MySQLSession, _ call: ShellCall, _ context: inout DecodeContext) {
    var script = MySQLScript(session.script)
    script.read()
    let statements = session.statements(of: script)
    if statements.contains(where: { !Ascii.isSpace($0) && $0 != Ascii.semicolon }) {
      if session.isPlain && script.isPlain || !statements.contains(where: { $0 >= 0x80 }) {
        statement(.mysql, statements, call, &context)
      } else {
        unreadable(.mysql, .unsupported, call, &context)
      }
    }
    if script.isUnknown { unreadable(.mysql, .unknownCode, call, &context) }
    for code in script.commands { carrying(call, &context) { $0.code(code, .process, &$1) } }
  }
}

/// What one run of the client sends over its connection, on which a statement may change how later ones are read.
private struct MySQLSession {
  /// What the client sends as it connects.
  var first: [[UInt8]] = []
  var texts: [[UInt8]] = []
  var delimiter: [UInt8] = []
  /// Whether the character set of the connection is known to hide no quotes.
  var isPlain = true

  /// A line of its own, so that it stands in no comment of a line and adds nothing to a DELIMITER.
  private static let separator = Array("\n;\n".utf8)

  var script: [UInt8] { Array(texts.joined(separator: Self.separator)) }

  /// The SQL of it all, where `script` was taken apart.
  func statements(of script: MySQLScript) -> [UInt8] {
    var statements: [UInt8] = []
    for text in first { statements += text + Self.separator }
    guard script.statements.contains(where: { !Ascii.isSpace($0) }) else { return statements }
    if !delimiter.isEmpty { statements += Array("DELIMITER ".utf8) + delimiter + [Ascii.newline] }
    return statements + script.statements
  }
}

/// A script for the mysql client, taken apart into what goes to the server and what the client does itself (MySQL
/// Reference Manual, "mysql Client Commands"). DELIMITER is left in it: the decoder knows it.
struct MySQLScript {
  private let text: [UInt8]
  private var index = 0
  /// Whether a statement would start here.
  private var isAtStart = true
  /// The SQL.
  private(set) var statements: [UInt8] = []
  /// Shell code that the client runs.
  private(set) var commands: [[UInt8]] = []
  /// It runs statements that are not in the script.
  private(set) var isUnknown = false
  /// Whether no command sets a character set that may hide quotes.
  private(set) var isPlain = true

  init(_ text: [UInt8]) { self.text = text }

  private func at(_ ahead: Int) -> UInt8 { index + ahead < text.count ? text[index + ahead] : 0 }

  private mutating func keep(_ count: Int) {
    let end = min(index + count, text.count)
    statements += text[index..<end]
    index = end
  }

  mutating func read() {
    while index < text.count {
      let byte = text[index]
      switch byte {
      case Ascii.quote, Ascii.doubleQuote, Ascii.backquote: quoted(byte)
      case Ascii.hash: line()
      case Ascii.dash where at(1) == Ascii.dash && (at(2) <= Ascii.space || at(2) == 0x7F): line()
      case Ascii.slash where at(1) == Ascii.star && at(2) != Ascii.bang: comment()
      case Ascii.backslash: command()
      case Ascii.semicolon:
        keep(1)
        isAtStart = true
      default:
        if isAtStart, Ascii.isNameStart(byte) {
          namedCommand()
        } else {
          if !Ascii.isSpace(byte), byte != 0x0D { isAtStart = false }
          keep(1)
        }
      }
    }
  }

  private mutating func quoted(_ quote: UInt8) {
    isAtStart = false
    keep(1)
    while index < text.count {
      let byte = text[index]
      keep(byte == Ascii.backslash && quote != Ascii.backquote ? 2 : 1)
      if byte == quote { return }
    }
  }

  private mutating func line() {
    while index < text.count, text[index] != Ascii.newline { keep(1) }
  }

  private mutating func comment() {
    keep(2)
    while index < text.count {
      if text[index] == Ascii.star, at(1) == Ascii.slash { return keep(2) }
      keep(1)
    }
  }

  /// What is left of the line, without blanks and the delimiter around it.
  private mutating func argument() -> [UInt8] {
    let start = index
    while index < text.count, text[index] != Ascii.newline { index += 1 }
    var slice = text[start..<index].drop(while: Ascii.isBlank)
    while let last = slice.last, Ascii.isBlank(last) || last == Ascii.semicolon { slice.removeLast() }
    return Array(slice)
  }

  private mutating func command() {
    switch at(1) {
    case Ascii.bang:
      index += 2
      commands.append(argument())
    case Ascii.dot:
      index += 2
      _ = argument()
      isUnknown = true
    case 0x50:  // \P: a pager
      index += 2
      let pager = argument()
      if !pager.isEmpty { commands.append(pager) }
    case 0x65:  // \e: an editor
      index += 2
      isUnknown = true
    case 0x64:  // \d: DELIMITER
      index += 2
      statements += Array("\nDELIMITER ".utf8) + argument()
    case 0x67, 0x47:
      keep(2)
      isAtStart = true
    case 0x70, 0x71, 0x73, 0x74, 0x6E, 0x77, 0x57, 0x68, 0x3F:  // they send nothing
      index += 2
    default: keep(2)
    }
  }

  private static let silent = [
    "connect", "ego", "exit", "go", "nopager", "notee", "nowarning", "print", "prompt", "quit", "rehash",
    "resetconnection", "status", "tee", "warnings",
  ]

  /// A command of the client by its name, at the start of a statement.
  private mutating func namedCommand() {
    let start = index
    var end = index
    while end < text.count, Ascii.isName(text[end]) { end += 1 }
    let name = String(decoding: text[start..<end], as: UTF8.self).lowercased()
    isAtStart = false
    switch name {
    case "system":
      index = end
      commands.append(argument())
    case "pager":
      index = end
      let pager = argument()
      if !pager.isEmpty { commands.append(pager) }
    case "source", "edit":
      index = end
      _ = argument()
      isUnknown = true
    case "delimiter":
      line()
    case "charset":
      index = end
      if !MySQLCharacterSet.isPlain(argument()) { isPlain = false }
    case _ where Self.silent.contains(name):
      index = end
      _ = argument()
    default: return keep(end - start)
    }
    isAtStart = true
  }
}
