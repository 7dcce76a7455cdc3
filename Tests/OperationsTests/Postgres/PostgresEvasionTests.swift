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
  (
    "DO $$BEGIN FETCH f(1) FROM c INTO r; MOVE FORWARD g(1) FROM c; END$$", "do | select function=f | select function=g"
  ),
  (
    "DO $$BEGIN FETCH c INTO r; FETCH NEXT FROM c INTO r; MOVE ALL IN c; MOVE FORWARD ALL FROM c; MOVE 2 FROM c; END$$",
    "do"
  ),
  ("DO $$BEGIN a[f(1)].i := 2; r.pg_x := 3; END$$", "do | select function=f"),
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
  (
    "UPDATE pg_settings SET setting = 'off' WHERE name = 'standard_conforming_strings'",
    "update table=pg_settings writes=pg_settings where | !unsupported"
  ),
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

/// Conditions that say nothing of the rows that are written.
private let joinCases: [(sql: String, facts: String)] = [
  (
    "DELETE FROM t USING (VALUES (1)) v(x) WHERE v.x = 1", "delete table=t writes=t where constant joins=1"
  ),
  ("UPDATE t SET a=1 FROM (SELECT 1 AS x) v WHERE v.x=1", "update table=t writes=t where constant joins=1"),
  (
    "MERGE INTO t USING (VALUES (1)) s(x) ON s.x = 1 WHEN MATCHED THEN DELETE",
    "merge table=t writes=t where constant joins=1"
  ),
  ("DELETE FROM t USING u WHERE u.a = 1", "delete table=t,u reads=u writes=t where constant joins=1"),
  ("DELETE FROM t USING u WHERE t.id = u.a OR u.b", "delete table=t,u reads=u writes=t where constant joins=1"),
  ("DELETE FROM t USING u WHERE t.id = u.id AND u.a = 1", "delete table=t,u reads=u writes=t where joins=1"),
  ("DELETE FROM t USING u WHERE id = 1", "delete table=t,u reads=u writes=t where joins=1"),
  ("DELETE FROM s.t USING u.t WHERE t.a = 1", "delete table=s.t,u.t reads=u.t writes=s.t where joins=1"),
  ("UPDATE t AS x SET a = 1 FROM t WHERE t.a = 1", "update table=t reads=t writes=t where constant joins=1"),
  ("SELECT * FROM t ORDER BY a FETCH FIRST 5 ROWS WITH TIES", "select table=t reads=t"),
  ("SELECT * FROM t FETCH FIRST 5 ROWS ONLY", "select table=t reads=t limit=5"),
]

/// Arguments of functions that name tables and files, or are code.
private let argumentCases: [(sql: String, facts: String)] = [
  (
    "SELECT table_to_xml('s.secrets'::regclass, true, false, '')",
    "select table=s.secrets reads=s.secrets function=table_to_xml"
  ),
  (
    "SELECT table_to_xml(nulls => true, tbl => CAST('secrets' AS regclass), tableforest => false, targetns => 'x')",
    "select table=secrets reads=secrets function=table_to_xml"
  ),
  ("SELECT pg_stat_file(missing_ok => true, filename => '/x')", "select function=pg_stat_file file=/x"),
  ("SELECT get_raw_page('secrets', 0)", "select table=secrets reads=secrets function=get_raw_page"),
  (
    "SELECT * FROM connectby('secrets', 'a', 'b', 'c', 0) AS t(a int)",
    "select table=secrets reads=secrets function=connectby"
  ),
  (
    "SELECT * FROM xpath_table('id', 'x', 'secrets', '/a', 'true') AS t(a int)",
    "select table=secrets reads=secrets function=xpath_table"
  ),
  (
    "SELECT aws_s3.query_export_to_s3('SELECT * FROM u', 'b')",
    "select function=query_export_to_s3 | select table=u reads=u"
  ),
  (
    "SELECT pglogical.replicate_ddl_command('DROP TABLE u')",
    "select function=replicate_ddl_command | drop table table=u"
  ),
  ("SELECT cron.alter_job(1, command := 'DROP TABLE u')", "select function=alter_job | drop table table=u"),
  ("SELECT cron.alter_job(1, active := false)", "select function=alter_job"),
  (
    "SELECT query_to_xml(nulls => true, query => 'SELECT * FROM u')",
    "select function=query_to_xml | select table=u reads=u"
  ),
  ("SELECT run_command_on_shards('t', 'DROP TABLE u')", "select function=run_command_on_shards | drop table table=u"),
  (
    "CREATE FUNCTION f(text) RETURNS text LANGUAGE internal AS 'pg_read_file_all'",
    "create function function=pg_read_file_all"
  ),
]

@Suite struct PostgresEvasionTests {
  private static let cases =
    attributeCases + procedureCases + settingCases + definitionCases + joinCases + argumentCases

  @Test(arguments: cases)
  func statements(_ sql: String, _ facts: String) {
    #expect(decodedPostgres(sql).map(\.statementSummary).joined(separator: " | ") == facts)
  }
}
