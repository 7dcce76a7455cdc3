import PolicyBytecode
import Testing

@testable import Operations

/// Shell lines, and what PostgreSQL's programs of administration do beside being run.
private let cases: [(line: String, operations: [String])] = [
  ("dropdb shop", ["postgres: drop database shop"]),
  ("sudo -u postgres dropdb --if-exists -h db -f Shop", ["postgres: drop database \"Shop\" with ( force)"]),
  ("dropdb", []),
  ("dropdb --help", []),
  ("dropdb $x", ["postgres: ?unknown-code"]),
  ("createdb -O ana 'a\"b' 'for reports'", ["postgres: create database \"a\"\"b\""]),
  ("createdb", ["postgres: ?unknown-code"]),
  ("dropuser -e eve", ["postgres: drop role eve"]),
  ("createuser -sP --replication eve", ["postgres: create role eve superuser replication"]),
  ("createuser --interactive", ["postgres: ?unknown-code"]),
  (
    "pg_dump -t users -t public.orders shop",
    ["postgres: copy users to stdout", "postgres: copy public.orders to stdout"]
  ),
  ("pg_dump --table='\"Users\"' -Fc -f x.dump", ["postgres: copy \"Users\" to stdout"]),
  ("pg_dump -t 'cust*' shop", []),
  ("pg_dump -s -t users shop", []),
  ("pg_dump shop", []),
  ("pg_dump -t \"$x\"", ["postgres: ?unknown-code"]),
]

@Test func postgresToolsOnShellLines() {
  for (line, expected) in cases {
    let operations = decodeShell(line).filter { $0.protocol == .postgres }
    #expect(operations.map(\.summary) == expected, "\(line)")
    #expect(operations.allSatisfy { $0.texts(.via) == ["shell"] })
  }
  #expect(decodeShell("pg_dump -t users").last?.texts(.sqlReads) == ["users"])
  #expect(decodeShell("pg_dump -ft.sql shop").first?.texts(.shellWrites) == ["t.sql"])
}
