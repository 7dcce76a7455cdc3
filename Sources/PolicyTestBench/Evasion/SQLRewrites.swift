import PolicyBytecode

/// Rewrites of SQL that both dialects take, and those of each.
enum SQLRewrites {
  static var all: [Rewrite] { shared + PostgresRewrites.all + MySQLRewrites.all }

  static func ofTokens(
    _ name: String, of dialects: ProtocolSet = .sql, when condition: String = Rewrite.always,
    _ apply: @escaping @Sendable (SQLTokens) -> [String]
  ) -> Rewrite {
    Rewrite(name, when: condition) { spelling in
      guard dialects.contains(.init(spelling.protocol)), let text = spelling.text,
        let tokens = SQLTokens(text, spelling.protocol)
      else { return [] }
      return apply(tokens).filter { $0 != text }.map { Spelling(spelling.protocol, $0) }
    }
  }

  /// A rewrite of a text that is one statement, handed on without what ends it.
  static func ofStatement(
    _ name: String, of dialects: ProtocolSet = .sql, when condition: String = Rewrite.always,
    _ apply: @escaping @Sendable (_ statement: String, _ tokens: SQLTokens) -> [String]
  ) -> Rewrite {
    ofTokens(name, of: dialects, when: condition) { tokens in
      guard let statement = tokens.single else { return [] }
      return apply(statement, tokens)
    }
  }

  private static func between(
    _ name: String, of dialects: ProtocolSet = .sql, when condition: String = Rewrite.always, _ blank: String
  ) -> Rewrite {
    ofTokens(name, of: dialects, when: condition) { tokens in
      // Where a literal follows a literal, a line end between them makes them one.
      let solid = tokens.tokens.filter { $0.kind != .blank }
      guard !zip(solid, solid.dropFirst()).contains(where: { $0.kind == .string && $1.kind == .string }) else {
        return []
      }
      return [tokens.text { $1.kind == .blank ? blank : $1.text }]
    }
  }

  private static func folded(_ name: String, _ change: @escaping @Sendable (String) -> String) -> Rewrite {
    ofTokens(name) { tokens in
      // MySQL's names of tables may depend on their case; its keywords do not.
      [
        tokens.text {
          $1.kind == .word && (tokens.dialect == .postgres && isASCII($1.text) || SQLWords.keywords.contains($1.folded))
            ? change($1.text) : $1.text
        }
      ]
    }
  }

  private static func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }

  private static let shared: [Rewrite] = [
    folded("in capitals") { $0.uppercased() }, folded("in lower case") { $0.lowercased() },
    folded("in mixed case") {
      String(
        $0.enumerated().map {
          $0.offset % 2 == 0 ? Character($0.element.lowercased()) : Character($0.element.uppercased())
        })
    },
    between("more blanks", "  "), between("line ends between words", "\n"), between("tabs", "\t"),
    between("form feeds between words", "\u{C}"), between("carriage returns", "\r\n"),
    between("empty comments between words", "/**/"), between("comments between words", " /* x; ' */ "),
    between("comments of a line between words", " -- x '\n"),
    between("hash comments between words", of: .init(.mysql), " # x '\n"),
    between("comments in comments between words", of: .init(.postgres), "/* a /* ' */ b */"),
    ofTokens("a comment before it") { ["/* x */ " + $0.text, "-- x\n" + $0.text] },
    ofTokens("a comment after it") {
      $0.tokens.last?.kind == .comment ? [] : [$0.text + " -- x", $0.text + "/* x */", $0.text + "\n"]
    },
    ofStatement("a semicolon after it") { statement, _ in [statement + ";", statement + " ;\n"] },
    ofStatement("empty statements around it", of: .init(.postgres)) { statement, _ in
      [";" + statement, ";; " + statement + ";;"]
    },
    ofStatement("in a batch", when: "the client may send several statements") { statement, tokens in
      guard standsInBatch(tokens) else { return [] }
      let batches = ["SELECT 1; " + statement, statement + "; SELECT 1"]
      return tokens.dialect == .mysql ? batches + ["SET @a = 1; " + statement] : batches
    },
    ofStatement("in a transaction", when: "the client may send several statements") { statement, tokens in
      guard standsInTransaction(tokens) else { return [] }
      return ["BEGIN; \(statement); COMMIT", "START TRANSACTION; \(statement); COMMIT;"]
    },
    ofTokens("quotes around names of tables", when: "names are quoted as the server's modes have it") { tokens in
      let mark = tokens.dialect == .mysql ? "`" : "\""
      let quoted = tokens.text { index, token in
        // What is not quoted is folded first.
        tokens.isTable(index) ? mark + (tokens.dialect == .postgres ? token.folded : token.text) + mark : token.text
      }
      return [quoted]
    },
    ofStatement("a condition that always holds") { statement, tokens in
      guard ["delete", "update"].contains(tokens.verb),
        !tokens.solid.contains(where: {
          ["where", "returning", "limit", "order", "join", "using", ","].contains($0.folded)
        })
      else { return [] }
      return ["WHERE 1=1", "WHERE true", "WHERE 'a' = 'a'", "WHERE NOT false"].map { statement + " " + $0 }
    },
    ofStatement("`IF EXISTS`", when: "what it names exists") { statement, tokens in
      guard tokens.verb == "drop", let object = tokens.words.dropFirst().first,
        ["table", "view", "schema", "database"].contains(object),
        !tokens.words.contains("if"), !tokens.words.contains("concurrently")
      else { return [] }
      return [tokens.text { $1.folded == object ? $1.text + " IF EXISTS" : $1.text }]
    },
    ofStatement("`TABLE` after `TRUNCATE`") { statement, tokens in
      guard tokens.verb == "truncate" else { return [] }
      if tokens.words.dropFirst().first == "table" {
        return [tokens.text { $1.folded == "table" ? "" : $1.text }]
      }
      return [tokens.text { $1.folded == "truncate" ? "TRUNCATE TABLE" : $1.text }]
    },
    ofStatement("a query in parentheses") { statement, tokens in
      tokens.verb == "select" && !tokens.solid.contains { $0.folded == "into" }
        ? ["(\(statement))", "((\(statement)))"] : []
    },
    ofStatement("behind an unused `WITH`", when: "the server's version takes it for this statement") {
      statement, tokens in
      let verbs = tokens.dialect == .postgres ? ["select", "insert", "update", "delete"] : ["select"]
      guard verbs.contains(tokens.verb),
        !tokens.solid.contains(where: { $0.folded == "into" && tokens.verb == "select" })
      else { return [] }
      return ["WITH _x AS (SELECT 1) " + statement]
    },
    ofStatement("a query in a query") { statement, tokens in
      guard tokens.verb == "select", tokens.solid.contains(where: { $0.folded == "from" }),
        !tokens.solid.contains(where: { ["into", "for", "lock", "procedure"].contains($0.folded) }),
        !tokens.solid.contains(where: { $0.text == "," || $0.folded == "join" })
      else { return [] }
      return ["SELECT * FROM (\(statement)) AS _x"]
    },
  ]

  /// Whether a statement may stand beside others: the server runs them as one transaction.
  static func standsInTransaction(_ tokens: SQLTokens) -> Bool {
    let verb = tokens.verb
    let object = tokens.words.dropFirst().first ?? ""
    guard
      [
        "select", "insert", "update", "delete", "truncate", "drop", "create", "alter", "grant", "revoke", "merge",
        "table", "values", "do", "call", "replace", "lock",
      ].contains(verb)
    else { return false }
    return !["database", "tablespace", "system", "subscription"].contains(object)
      && !tokens.words.contains("concurrently")
  }

  /// Whether a statement may stand in a batch.
  static func standsInBatch(_ tokens: SQLTokens) -> Bool {
    tokens.dialect == .mysql
      ? tokens.verb != "delimiter" && !tokens.words.isEmpty
      : standsInTransaction(tokens) || ["copy", "set", "show", "explain", "reset"].contains(tokens.verb)
  }
}
