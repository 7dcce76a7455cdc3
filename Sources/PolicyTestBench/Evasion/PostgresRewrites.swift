import PolicyBytecode

/// Rewrites that PostgreSQL takes.
enum PostgresRewrites {
  private static let writes: Set<String> = ["insert", "update", "delete"]
  private static let planned: Set<String> = ["select", "insert", "update", "delete"]

  private static func ofStatement(
    _ name: String, when condition: String = Rewrite.always,
    _ apply: @escaping @Sendable (String, SQLTokens) -> [String]
  ) -> Rewrite {
    SQLRewrites.ofStatement(name, of: .init(.postgres), when: condition, apply)
  }

  /// `text` as a dollar-quoted string whose tag it does not have.
  private static func dollars(_ text: String, _ tag: String) -> String { "$\(tag)$\(text)$\(tag)$" }

  private static func canQuote(_ text: String) -> Bool { !text.contains("$") && !text.hasSuffix("$") }

  /// Whether it may run within a function, and does all it does there.
  private static func runsInFunction(_ tokens: SQLTokens) -> Bool {
    SQLRewrites.standsInTransaction(tokens) && !["select", "values", "table", "do", "call"].contains(tokens.verb)
  }

  static let all: [Rewrite] = [
    SQLRewrites.ofTokens("names in Unicode escapes", of: .init(.postgres)) { tokens in
      [
        tokens.text { index, token in
          guard tokens.isTable(index), let first = token.folded.utf8.first else { return token.text }
          return "U&\"\\00\(String(first, radix: 16))\(token.folded.dropFirst())\""
        }
      ]
    },
    SQLRewrites.ofTokens(
      "names with their schema", of: .init(.postgres),
      when: "the table is in `public`, and no name of the statement hides it"
    ) { tokens in
      tokens.solid.contains { $0.folded == "with" }
        ? []
        : [
          tokens.text { tokens.isTable($0) ? "public." + $1.text : $1.text },
          tokens.text { tokens.isTable($0) ? "\"public\" . \"\($1.folded)\"" : $1.text },
        ]
    },
    SQLRewrites.ofTokens(
      "string literals in other forms", of: .init(.postgres), when: "`standard_conforming_strings` is on"
    ) { tokens in
      let isKnown: (SQLTokens.Token) -> Bool = {
        $0.kind == .string && $0.text.hasPrefix("'") && !$0.text.contains("\\") && !$0.text.contains("$")
          && $0.text.count > 2
      }
      guard tokens.tokens.contains(where: isKnown) else { return [] }
      return [
        tokens.text { isKnown($1) ? " E" + $1.text : $1.text },
        tokens.text { isKnown($1) ? " " + dollars(unquoted($1.text), "q") : $1.text },
        tokens.text { isKnown($1) ? " U&" + $1.text : $1.text },
        tokens.text {
          isKnown($1) && $1.text.utf8.allSatisfy { $0 < 0x80 }
            ? " E'" + unquoted($1.text).utf8.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "'"
            : $1.text
        },
        tokens.text {
          isKnown($1) && !$1.text.dropFirst().dropLast().contains("'")
            ? "\($1.text.prefix(2))'\n'\($1.text.dropFirst(2))" : $1.text
        },
      ]
    },
    ofStatement("in a `WITH` of another query") { statement, tokens in
      guard writes.contains(tokens.verb), !tokens.solid.contains(where: { $0.folded == "returning" }) else { return [] }
      return [
        "WITH _x AS (\(statement) RETURNING 1) SELECT * FROM _x", "WITH _x AS (\(statement) RETURNING 1) SELECT 1",
        "WITH _y AS (SELECT 1), _x AS MATERIALIZED (\(statement) RETURNING 1) TABLE _x",
      ]
    },
    ofStatement("run by `EXPLAIN ANALYZE`") { statement, tokens in
      guard writes.contains(tokens.verb) else { return [] }
      return [
        "EXPLAIN ANALYZE \(statement)", "EXPLAIN (ANALYZE, BUFFERS off) \(statement)",
        "EXPLAIN (ANALYZE true) \(statement)", "EXPLAIN ANALYZE VERBOSE \(statement)",
      ]
    },
    ofStatement("run by `COPY`") { statement, tokens in
      if tokens.verb == "select", !tokens.solid.contains(where: { $0.folded == "into" }) {
        return ["COPY (\(statement)) TO STDOUT"]
      }
      guard writes.contains(tokens.verb), !tokens.solid.contains(where: { $0.folded == "returning" }) else { return [] }
      return ["COPY (\(statement) RETURNING 1) TO STDOUT"]
    },
    ofStatement("prepared and executed", when: "the client may send several statements") { statement, tokens in
      planned.contains(tokens.verb) && !tokens.solid.contains { $0.folded == "into" && tokens.verb == "select" }
        ? ["PREPARE _p AS \(statement); EXECUTE _p"] : []
    },
    ofStatement("through a cursor", when: "the client may send several statements") { statement, tokens in
      tokens.verb == "select" && !tokens.solid.contains { ["into", "for"].contains($0.folded) }
        ? ["BEGIN; DECLARE _c CURSOR FOR \(statement); FETCH ALL FROM _c; COMMIT"] : []
    },
    ofStatement("in a `DO` block", when: "PL/pgSQL is there, as it is by default") { statement, tokens in
      guard runsInFunction(tokens), canQuote(statement) else { return [] }
      return [
        "DO $$ BEGIN \(statement); END $$", "DO LANGUAGE plpgsql $a$ BEGIN \(statement); END; $a$",
        "DO $$ BEGIN IF true THEN \(statement); END IF; END $$",
        "DO $$ DECLARE x int; BEGIN FOR x IN 1..1 LOOP \(statement); END LOOP; END $$",
        "DO $$ BEGIN BEGIN \(statement); EXCEPTION WHEN division_by_zero THEN NULL; END; END $$",
      ]
    },
    ofStatement("executed as text in a `DO` block", when: "PL/pgSQL is there, as it is by default") {
      statement, tokens in
      guard runsInFunction(tokens), canQuote(statement) else { return [] }
      let text = sqlString(statement)
      let half = statement.index(statement.startIndex, offsetBy: min(3, statement.count))
      return [
        "DO $$ BEGIN EXECUTE \(text); END $$",
        "DO $$ BEGIN EXECUTE \(sqlString(String(statement[..<half]))) || \(sqlString(String(statement[half...]))); END $$",
        "DO $$ BEGIN EXECUTE format('%s', \(text)); END $$", "DO $$ BEGIN EXECUTE $q$\(statement)$q$; END $$",
        "DO $$ DECLARE s text := \(text); BEGIN EXECUTE s; END $$",
        "DO $$ BEGIN EXECUTE convert_from(decode('\(hex(statement))', 'hex'), 'UTF8'); END $$",
        "DO $$ BEGIN EXECUTE reverse(\(sqlString(String(statement.reversed())))); END $$",
        "DO $$ BEGIN EXECUTE concat(\(sqlString(String(statement[..<half]))), \(sqlString(String(statement[half...])))); END $$",
      ]
    },
    ofStatement("in a function that is called", when: "the role may create functions") { statement, tokens in
      guard runsInFunction(tokens), canQuote(statement) else { return [] }
      return [
        "CREATE FUNCTION pg_temp._f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN \(statement); END $$; SELECT pg_temp._f()",
        "CREATE FUNCTION pg_temp._f() RETURNS void LANGUAGE sql AS $$ \(statement) $$; SELECT pg_temp._f()",
        "CREATE PROCEDURE pg_temp._f() LANGUAGE plpgsql AS \(sqlString("BEGIN \(statement); END")); CALL pg_temp._f()",
      ]
    },
    ofStatement("`TABLE` for `SELECT *`") { statement, tokens in
      let solid = tokens.solid
      guard solid.count == 4, solid[0].folded == "select", solid[1].text == "*", solid[2].folded == "from",
        solid[3].kind == .word
      else { return [] }
      return ["TABLE \(solid[3].text)"]
    },
    ofStatement("another name for the table") { statement, tokens in
      guard tokens.verb == "delete", tokens.solid.count == 3, tokens.solid[2].kind == .word else { return [] }
      return [statement + " AS _t", statement + " _t WHERE _t.ctid = _t.ctid"]
    },
  ]

  private static func unquoted(_ literal: String) -> String {
    literal.dropFirst().dropLast().split(separator: "''", omittingEmptySubsequences: false).joined(separator: "'")
  }

  private static func sqlString(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }

  private static func hex(_ text: String) -> String {
    text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
