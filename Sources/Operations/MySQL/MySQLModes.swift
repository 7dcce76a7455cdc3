import PolicyBytecode

/// What SQL modes change in how later text is read.
///
/// Source: MySQL Reference Manual, "Server SQL Modes"; MariaDB Knowledge Base, "SQL_MODE".
struct MySQLModes: OptionSet {
  let rawValue: UInt8

  /// A backslash is a plain character of literals: NO_BACKSLASH_ESCAPES.
  static let plainBackslash = MySQLModes(rawValue: 1)
  /// Double quotes hold names, in which a backslash is a plain character: ANSI_QUOTES.
  static let quotedNames = MySQLModes(rawValue: 2)
  /// NOT binds as tightly as `!`: HIGH_NOT_PRECEDENCE.
  static let tightNot = MySQLModes(rawValue: 4)
  /// Another grammar: MariaDB's ORACLE.
  static let grammar = MySQLModes(rawValue: 8)
  /// Any mode but one of another grammar, in which blocks do not parse here.
  static let all: MySQLModes = [.plainBackslash, .quotedNames, .tightNot]

  static let setting = Array("sql_mode".utf8)

  static func isSetting(_ name: [UInt8]) -> Bool { name == setting }

  private static let words: [(word: String, modes: MySQLModes)] = [
    ("no_backslash_escapes", .plainBackslash), ("high_not_precedence", .tightNot), ("ansi", .quotedNames),
    ("mssql", .quotedNames), ("db2", .quotedNames), ("postgresql", .quotedNames), ("maxdb", .quotedNames),
    ("oracle", [.quotedNames, .grammar]),
  ]

  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The modes of a value of the setting.
  init(_ value: [UInt8]) {
    let value = String(decoding: value.map(lowered), as: UTF8.self)
    self = MySQLModes(Self.words.filter { value.contains($0.word) }.map(\.modes))
  }
}

extension MySQLReader {
  /// Notes the value of `sql_mode`.
  mutating func noteModes(_ value: MySQLValue) throws(MySQLFailure) {
    try leaveKnownModes(modes(value))
  }

  private mutating func modes(_ value: MySQLValue) -> MySQLModes {
    switch value.constant {
    case .text(let bytes): return MySQLModes(bytes)
    // Others are modes by their bits.
    case .integer(0): return []
    default: break
    }
    guard value.tokens.count == 1, let index = value.tokens.first else { return .all }
    switch text.tokens[index].kind {
    case .variable: return holdsSaved(savedModes, index) ? [] : .all
    case .word, .quotedName: return isInProgram ? .all : MySQLModes(text.name(index))
    default: return .all
    }
  }

  /// From here on what the modes change means who knows what; in a text that is run by another one, what that one has.
  mutating func leaveKnownModes(_ modes: MySQLModes) throws(MySQLFailure) {
    guard !modes.isEmpty else { return }
    if isEmbedded || (position..<text.tokens.count - 1).contains(where: { depends(on: modes, $0) }) {
      throw MySQLFailure(reason: .unsupported)
    }
  }

  private func depends(on modes: MySQLModes, _ index: Int) -> Bool {
    let token = text.tokens[index]
    switch token.kind {
    case .string, .doubleString, .variable:
      let slice = text.slice(index)
      let isQuoted = token.kind == .doubleString || token.kind == .variable && slice.contains(Ascii.doubleQuote)
      if modes.contains(.plainBackslash) || isQuoted && modes.contains(.quotedNames) {
        return slice.contains(Ascii.backslash)
      }
    case .end, .hardEnd: return false
    default: break
    }
    return modes.contains(.grammar) || modes.contains(.tightNot) && token.word == .not && takesOperand(index)
  }

  /// Whether the NOT at `index` stands before an operand, and so may take more or less of what follows it.
  private func takesOperand(_ index: Int) -> Bool {
    switch text.tokens[index + 1].word {
    case .null, .in, .like, .regexp, .rlike, .between, .found, .deterministic, .atomic: false
    case .exists: index == 0 || text.tokens[index - 1].word != .if
    case .true, .false, .unknown: index == 0 || text.tokens[index - 1].word != .is
    default: true
    }
  }
}

extension MySQLText {
  /// The variables that are given the system variable `setting` and nothing else, as dumps do to set it back, and where
  /// they first are.
  func savedVariables(of setting: [UInt8]) -> [[UInt8]: Int] {
    var saved: [[UInt8]: Int] = [:]
    var others: Set<[UInt8]> = []
    func isAssignment(_ index: Int) -> Bool {
      tokens.indices.contains(index) && (tokens[index].mark == .equal || tokens[index].mark == .assign)
    }
    func isAfter(_ index: Int) -> Bool {
      index >= tokens.count || tokens[index].kind == .end || tokens[index].kind == .hardEnd
        || tokens[index].mark == .comma
    }
    for index in tokens.indices where tokens[index].kind == .variable {
      if isAssignment(index - 1), isAfter(index + 1) { continue }
      let isSaved =
        isAssignment(index + 1) && index + 2 < tokens.count && tokens[index + 2].kind == .systemVariable
        && name(index + 2) == setting && isAfter(index + 3)
      if isSaved {
        saved[name(index)] = min(saved[name(index)] ?? index, index)
      } else {
        others.insert(name(index))
      }
    }
    return saved.filter { !others.contains($0.key) }
  }
}

extension MySQLReader {
  /// Whether the variable at `index` holds what was saved in it before, and no other code of the payload has run since.
  func holdsSaved(_ saved: [[UInt8]: Int], _ index: Int) -> Bool {
    saved[text.name(index)].map { $0 < index } == true && !hasRunCode
  }
}
