import PolicyBytecode

/// PostgreSQL's client programs that send statements of their own making (PostgreSQL documentation, "PostgreSQL Client
/// Applications").
extension ShellDecoder {
  /// `dropdb`, `createdb`, `dropuser` and `createuser`.
  mutating func postgresAdministration(_ call: ShellCall, _ context: inout DecodeContext) {
    emit(call, &context)
    guard !isDone(context), !asksForHelp(call) else { return }
    let program = String(decoding: bytes(call.name), as: UTF8.self)
    guard let operand = call.arguments.operands.first else {
      // What is created is then named like the user; nothing is dropped.
      if program.hasPrefix("create") { unreadable(.postgres, .unknownCode, call, &context) }
      return
    }
    guard !fields[operand].isUnknown else { return unreadable(.postgres, .unknownCode, call, &context) }
    let name = Self.quoted(bytes(fields[operand].value))
    var text = Array(Self.administrationOfPostgres[program]!.utf8) + name
    switch program {
    case "dropdb": if call.arguments.has(0x66) { text += Array(" WITH (FORCE)".utf8) }
    case "createuser":
      for option in call.arguments.options {
        guard let attribute = attribute(of: option) else { continue }
        text += Array(" \(attribute)".utf8)
      }
    default: break
    }
    statement(.postgres, text, call, &context)
  }

  /// `pg_dump -t TABLE`: it reads the tables that are named and no patterns; a dump of a schema reads no rows.
  mutating func postgresDump(_ call: ShellCall, _ context: inout DecodeContext) {
    emit(call, &context)
    guard !call.arguments.has(0x73), !asksForHelp(call) else { return }
    for option in call.arguments.options where option.letter == 0x74 && !isDone(context) {
      guard let value = option.value else { continue }
      guard !value.isUnknown else { return unreadable(.postgres, .unknownCode, call, &context) }
      let table = bytes(value.value)
      guard !table.isEmpty, table.allSatisfy(Self.isOfTableName) else { continue }
      statement(.postgres, Array("COPY ".utf8) + table + Array(" TO STDOUT".utf8), call, &context)
    }
  }

  private mutating func asksForHelp(_ call: ShellCall) -> Bool {
    call.arguments.options.contains { isNamed($0, "--help") || $0.letter == 0x56 }
  }

  /// What an option of `createuser` adds to CREATE ROLE.
  private mutating func attribute(of option: ShellArguments.Option) -> String? {
    switch option.letter {
    case 0x73: "SUPERUSER"
    case 0x64: "CREATEDB"
    case 0x72: "CREATEROLE"
    default: isNamed(option, "--replication") ? "REPLICATION" : isNamed(option, "--bypassrls") ? "BYPASSRLS" : nil
    }
  }

  private static let administrationOfPostgres = [
    "dropdb": "DROP DATABASE ", "createdb": "CREATE DATABASE ", "dropuser": "DROP ROLE ", "createuser": "CREATE ROLE ",
  ]

  /// A byte of a name that `pg_dump` reads as SQL would: anything but the signs of a pattern.
  private static func isOfTableName(_ byte: UInt8) -> Bool {
    Ascii.isName(byte) || byte >= 0x80 || byte == Ascii.dot || byte == Ascii.doubleQuote
  }

  private static func quoted(_ name: ArraySlice<UInt8>) -> [UInt8] {
    [Ascii.doubleQuote] + name.flatMap { $0 == Ascii.doubleQuote ? [$0, $0] : [$0] } + [Ascii.doubleQuote]
  }
}
