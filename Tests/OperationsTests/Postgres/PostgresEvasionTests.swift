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
  (
    "DO $$DECLARE c refcursor; BEGIN MOVE RELATIVE length(set_config('my.x', 'y', false)) FROM c; END$$",
    "do | select function=length,set_config"
  ),
  (
    "DO $$BEGIN FETCH ABSOLUTE (SELECT count(*) FROM secrets)::int IN c INTO r; END$$",
    "do | select table=secrets reads=secrets function=count"
  ),
  ("DO $$BEGIN FETCH f(1) FROM c INTO r; MOVE FORWARD g(1) FROM c; END$$", "do | select function=f | select function=g"),
  (
    "DO $$BEGIN FETCH c INTO r; FETCH NEXT FROM c INTO r; MOVE ALL IN c; MOVE FORWARD ALL FROM c; MOVE 2 FROM c; END$$",
    "do"
  ),
  ("DO $$#nothing such\nBEGIN DROP TABLE u; END$$", "do | !syntax"),
]

/// Settings after which a backslash in a literal is none.
private let settingCases: [(sql: String, facts: String)] = [
  (
    #"set standard_conforming_strings=off; DO $d$BEGIN PERFORM 'a\' || ', set_config(1, 2, false); --'"; END$d$"#,
    "set | !unsupported | do | !truncated"
  ),
  (
    "DO $$BEGIN PERFORM set_config('standard_conforming_strings', 'off', false); END$$",
    "do | select function=set_config | !unsupported"
  ),
  (
    "DO $$BEGIN PERFORM set_config('Standard_' || x, 'off', false); END$$",
    "do | select function=set_config | !unsupported"
  ),
  (
    "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql SET standard_conforming_strings = off AS 'BEGIN NULL; END'",
    "create function | !unsupported"
  ),
  ("SET \"Standard_Conforming_Strings\" TO 0", "set | !unsupported"),
  ("SET standard_conforming_strings = on", "set"), ("SELECT set_config('a.b', x, true)", "select function=set_config"),
  ("SELECT set_config($1, $2, true)", "select function=set_config"), ("RESET standard_conforming_strings", "reset"),
]

/// Definitions of what is a table by other words, and programs by other names.
private let definitionCases: [(sql: String, facts: String)] = [
  ("ALTER INDEX orders RENAME TO gone", "alter index table=orders"),
  ("ALTER TYPE orders RENAME ATTRIBUTE id TO x", "alter type table=orders"),
  ("ALTER SEQUENCE s RENAME TO x", "alter sequence"), ("ALTER INDEX i SET (fillfactor = 50)", "alter index"),
  (
    "ALTER TABLE ft OPTIONS (DROP filename, ADD program 'id')", "alter table table=ft program=id | shell"
  ),
  ("ALTER TABLE t SET (fillfactor = 50)", "alter table table=t"),
  ("ALTER SYSTEM SET \"ARCHIVE_COMMAND\" = 'rm x'", "alter system program=rm x | shell"),
  ("SELECT * INTO n FROM a UNION SELECT * FROM b", "select table table=n,a,b reads=a,b"),
  ("(SELECT 1 INTO n) UNION (SELECT 2 UNION SELECT 3)", "select table table=n"),
]

@Suite struct PostgresEvasionTests {
  private static let cases = attributeCases + procedureCases + settingCases + definitionCases

  @Test(arguments: cases)
  func statements(_ sql: String, _ facts: String) { #expect(decodedPostgres(sql).map(\.statementSummary).joined(separator: " | ") == facts) }
}
