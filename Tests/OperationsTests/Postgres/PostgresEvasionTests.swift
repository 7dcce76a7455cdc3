import PolicyBytecode
import Testing

@testable import Operations

/// Functions that are called as if they were fields or columns.
private let attributeCases: [(sql: String, facts: String)] = [
  ("SELECT ('/etc/passwd'::text).pg_read_file", "select function=pg_read_file file=/etc/passwd"),
  ("SELECT ('DROP TABLE u'::text).dblink_exec", "select function=dblink_exec | drop table table=u"),
  ("SELECT (a).pg_read_file FROM t", "select table=t reads=t function=pg_read_file"),
  ("SELECT (123456).pg_cancel_backend", "select function=pg_cancel_backend"),
  ("SELECT (ARRAY['/x'])[1].pg_read_file", "select function=pg_read_file"),
  ("SELECT (a).dblink_exec FROM t", "select table=t reads=t function=dblink_exec | !unknown-code"),
  (
    "SELECT x.pg_read_file FROM unnest(ARRAY['/etc/passwd']) x", "select function=pg_read_file,unnest"
  ),
  ("SELECT t.name, pg_class.relname, t.* FROM t, pg_class", "select table=t,pg_class reads=t,pg_class joins=1"),
]

/// What runs in a body where it looks like an option or a direction.
private let procedureCases: [(sql: String, facts: String)] = [
  (
    "DO $$#variable_conflict use_column DECLARE x text := set_config('my.x', 'y', false);\nBEGIN NULL; END$$",
    "do | select function=set_config"
  ),
  ("DO $$# print_strict_params on #option dump\nBEGIN DROP TABLE u; END$$", "do | drop table table=u"),
  ("DO $$#nothing such\nBEGIN DROP TABLE u; END$$", "do | !syntax"),
]

@Suite struct PostgresEvasionTests {
  private static let cases = attributeCases + procedureCases

  @Test(arguments: cases)
  func statements(_ sql: String, _ facts: String) { #expect(decodedPostgres(sql).postgresSummary == facts) }
}
