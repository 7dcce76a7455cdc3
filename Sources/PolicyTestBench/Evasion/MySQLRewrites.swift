import PolicyBytecode

/// Rewrites that MySQL and MariaDB take.
enum MySQLRewrites {
  private static func ofStatement(
    _ name: String, when condition: String = Rewrite.always,
    _ apply: @escaping @Sendable (String, SQLTokens) -> [String]
  ) -> Rewrite {
    SQLRewrites.ofStatement(name, of: .init(.mysql), when: condition, apply)
  }

  /// Statements that the servers prepare.
  private static let prepared: Set<String> = [
    "select", "insert", "update", "delete", "replace", "drop", "truncate", "create", "alter", "grant", "revoke", "call",
    "show",
    "set", "flush", "kill", "rename",
  ]

  static let all: [Rewrite] = [
    ofStatement("in a comment with code", when: "the server's version is 5 or later") { statement, _ in
      guard !statement.contains("*/"), !statement.contains("/*") else { return [] }
      return ["/*!\(statement)*/", "/*! \(statement) */", "/*!50000 \(statement) */", "/*!50000\(statement)*/"]
    },
    SQLRewrites.ofTokens("a word in a comment with code", of: .init(.mysql), when: "the server's version is 5 or later")
    { tokens in
      guard let first = tokens.tokens.firstIndex(where: { $0.kind == .word }), !tokens.text.contains("/*") else {
        return []
      }
      return [
        tokens.text { $0 == first ? "/*!\($1.text)*/" : $1.text },
        tokens.text { $0 == first ? "/*!50000 \($1.text)*/" : $1.text },
      ]
    },
    ofStatement("in a comment with code for MariaDB", when: "the server is MariaDB") { statement, _ in
      statement.contains("/*") || statement.contains("*/")
        ? [] : ["/*M! \(statement) */", "/*M!100100 \(statement) */"]
    },
    ofStatement("prepared and executed", when: "the client may send several statements") { statement, tokens in
      guard prepared.contains(tokens.verb) else { return [] }
      let text = mysqlString(statement)
      return [
        "PREPARE _p FROM \(text); EXECUTE _p", "SET @s = \(text); PREPARE _p FROM @s; EXECUTE _p",
        "SET @s = concat(\(mysqlString(String(statement.prefix(3)))), \(mysqlString(String(statement.dropFirst(3))))); PREPARE _p FROM @s; EXECUTE _p",
        "SET @s = 0x\(hex(statement)); PREPARE _p FROM @s; EXECUTE _p",
      ]
    },
    ofStatement("executed as text", when: "the server is MariaDB") { statement, tokens in
      prepared.contains(tokens.verb)
        ? [
          "EXECUTE IMMEDIATE \(mysqlString(statement))",
          "EXECUTE IMMEDIATE concat(\(mysqlString(String(statement.prefix(2)))), \(mysqlString(String(statement.dropFirst(2)))))",
        ] : []
    },
    ofStatement("in a compound statement", when: "the server is MariaDB") { statement, tokens in
      ["delete", "insert", "update", "drop", "truncate", "create", "alter"].contains(tokens.verb)
        ? ["BEGIN NOT ATOMIC \(statement); END", "IF 1 THEN \(statement); END IF"] : []
    },
    ofStatement("run by `ANALYZE`", when: "the server is MariaDB") { statement, tokens in
      ["update", "delete"].contains(tokens.verb) ? ["ANALYZE \(statement)", "ANALYZE FORMAT=JSON \(statement)"] : []
    },
    SQLRewrites.ofTokens("string literals in other forms", of: .init(.mysql), when: "`ANSI_QUOTES` is off") { tokens in
      let isKnown: (SQLTokens.Token) -> Bool = {
        $0.kind == .string && $0.text.hasPrefix("'") && !$0.text.contains("\\")
          && !$0.text.dropFirst().dropLast().contains("'") && !$0.text.contains("\"") && $0.text.count > 2
      }
      // Where a file is named, only one literal may stand.
      guard tokens.tokens.contains(where: isKnown) else { return [] }
      return [tokens.text { isKnown($1) ? "\"\($1.text.dropFirst().dropLast())\"" : $1.text }]
    },
    ofStatement("modifiers", when: Rewrite.always) { statement, tokens in
      switch tokens.verb {
      case "delete": return [tokens.text { $1.folded == "delete" ? "DELETE LOW_PRIORITY QUICK IGNORE" : $1.text }]
      case "update": return [tokens.text { $1.folded == "update" ? "UPDATE LOW_PRIORITY IGNORE" : $1.text }]
      default: return []
      }
    },
  ]

  /// As a string literal that needs no escape; with a backslash none is known to be safe.
  private static func mysqlString(_ text: String) -> String {
    "'" + text.map { $0 == "'" ? "''" : $0 == "\\" ? "\\\\" : String($0) }.joined() + "'"
  }

  private static func hex(_ text: String) -> String {
    text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
