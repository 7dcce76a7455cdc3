import CPgQuery
import PolicyBytecode
import Testing

@testable import Operations

/// Payloads and the canonical texts of their operations.
private let canonicalCases: [(sql: String, commands: String)] = [

  ]

@Test func canonicalTexts() {
  for (sql, commands) in canonicalCases {
    #expect(
      decodedPostgres(sql).compactMap { $0.facts[.command]?.first }.joined(separator: " | ") == commands, "\(sql)")
  }
}

/// libpg_query's fingerprint, which leaves constants out; nil if `sql` does not parse.
private func fingerprint(_ sql: String) -> UInt64? {
  let result = pg_query_fingerprint(sql)
  defer { pg_query_free_fingerprint_result(result) }
  return result.error == nil ? result.fingerprint : nil
}

@Test func canonicalTextMeansTheSame() {
  // Here what a literal holds changes the fingerprint: the kind of a bit string, options, bodies of code.
  let literalMatters = ["B'1'", "dblink", "AS '", "N'x'"]
  for (sql, _) in statementCases where !literalMatters.contains(where: sql.contains) {
    let first = decodedPostgres(sql).first
    guard let expected = fingerprint(sql), first?.reason == UnparsedReason.none, let command = first?[.command],
      PostgresText(Array(sql.utf8)).tokens.allSatisfy({ $0.kind != .mark || sql.utf8[at: $0.start] != 0x3B })
    else { continue }
    #expect(fingerprint(command) == expected, "\(sql) as \(command)")
  }
}

@Test func canonicalTextIsStable() {
  for (sql, _) in statementCases {
    for operation in decodedPostgres(sql) where operation.reason == .none && operation.protocol == .postgres {
      let again = PostgresText(Array(operation[.command].utf8))
      #expect(again.canonical(again.tokens.indices) == Array(operation[.command].utf8), "\(operation[.command])")
    }
  }
}

extension String.UTF8View {
  fileprivate subscript(at offset: UInt32) -> UInt8 { self[index(startIndex, offsetBy: Int(offset))] }
}
