import PolicyBytecode
import Testing

@testable import Operations

/// The word DELIMITER where it is the client's, and where it is a label.
private let labelCases: [(sql: String, facts: String)] = [
  (
    "BEGIN NOT ATOMIC SELECT 1; delimiter: BEGIN DROP TABLE u; END;\nEND",
    "begin table=u | select | drop table table=u"
  ),
  (
    "CREATE PROCEDURE p() BEGIN SELECT 1; delimiter: BEGIN DROP TABLE u; END;\nEND",
    "create procedure table=u | select | drop table table=u"
  ),
  ("BEGIN NOT ATOMIC SELECT 1; delimiter : BEGIN DROP TABLE u; END;\nEND", "!unsupported"),
  ("BEGIN NOT ATOMIC SELECT 1; delimiter /**/: BEGIN DROP TABLE u; END;\nEND", "!unsupported"),
  ("BEGIN NOT ATOMIC SELECT 1; delimiter x: BEGIN DROP TABLE u; END;\nEND", "!syntax"),
  ("SELECT 1; delimiter //\nSELECT 2; SELECT 3//", "select | select | select"),
  ("SELECT 1\n; DELIMITER\t$$\nDROP TABLE u$$", "select | drop table table=u"),
]

/// Modes after which literals end elsewhere, or NOT takes less.
private let modeCases: [(sql: String, facts: String)] = [
  (#"SET sql_mode='ANSI_QUOTES'; SELECT 1 AS "a\", load_file('/etc/passwd') AS x -- ""#, "!unsupported"),
  (#"SET sql_mode=ANSI; SELECT 1 AS "a\", load_file('/etc/passwd') AS x -- ""#, "!unsupported"),
  (#"SET sql_mode=4; SELECT 1 AS "a\", load_file('/etc/passwd') AS x -- ""#, "!unsupported"),
  (#"SET sql_mode=1048576; SELECT 'a\', load_file('/etc/passwd') AS x -- '"#, "!unsupported"),
  (#"SET sql_mode=0; SELECT 'it\'s'"#, "set | select"),
  (
    #"SELECT CONCAT('NO_BACKSLASH', '_ESCAPES') INTO @x; SET sql_mode=@x; SELECT 'a\', load_file(0x2f78) AS x -- '"#,
    "!unsupported"
  ),
  (
    #"EXECUTE IMMEDIATE CONCAT('SET sql_mode=NO_BACK', 'SLASH_ESCAPES'); SELECT 'a\', load_file(0x2f78) AS x -- '"#,
    "execute function=concat | !unsupported | select"
  ),
  (#"SET sql_mode=@x; SET @x=@@sql_mode; SELECT 'it\'s'"#, "!unsupported"),
  (#"SET @x=@@sql_mode; CALL p(); SET sql_mode=@x; SELECT 'it\'s'"#, "!unsupported"),
  (#"SET @x=@@sql_mode; SET sql_mode='TRADITIONAL'; SET sql_mode=@x; SELECT 'it\'s'"#, "set | set | set | select"),
  (#"SET PASSWORD = 'x', sql_mode = ANSI_QUOTES; SELECT 1 AS "a\", load_file('/x') -- ""#, "!unsupported"),
  (#"SET sql_mode=ORACLE; DROP TABLE u"#, "!unsupported"), (#"SET sql_mode=ORACLE"#, "set"),
  (#"SET sql_mode='HIGH_NOT_PRECEDENCE'; DELETE FROM t WHERE NOT id BETWEEN -1 AND 5"#, "!unsupported"),
  (
    #"SET sql_mode='HIGH_NOT_PRECEDENCE'; CREATE TABLE IF NOT EXISTS t (a INT NOT NULL)"#, "set | create table table=t"
  ),
]

/// Values that are rounded or compared by a collation: what depends on them is not known.
private let valueCases: [(sql: String, facts: String)] = [
  ("EXECUTE IMMEDIATE IF(0.1+0.2=0.3,'DROP TABLE u','SELECT 1')", "execute function=if | !unknown-code"),
  ("DELETE FROM t WHERE 0.1 + 0.2 = 0.3", "delete table=t writes=t where constant"),
  ("DELETE FROM t WHERE 18446744073709551615 <> 18446744073709551614", "delete table=t writes=t where constant"),
  ("DELETE FROM t WHERE 9007199254740993 <> 9007199254740992.0", "delete table=t writes=t where constant"),
  ("EXECUTE IMMEDIATE IF('a' || '1', 'SELECT 1', 'DROP TABLE u')", "execute function=if | !unknown-code"),
  ("DELETE FROM t WHERE 1.5 > 2", "delete table=t writes=t where"),
  (
    "EXECUTE IMMEDIATE CASE WHEN 18446744073709551615 > 18446744073709551614 THEN 'DROP TABLE u' ELSE 'SELECT 1' END",
    "execute | !unknown-code"
  ),
  ("DELETE FROM t WHERE 'a' = 'a\u{1}'", "delete table=t writes=t where constant"),
  ("EXECUTE IMMEDIATE IF('a' = 'a\u{1}', 'DROP TABLE u', 'SELECT 1')", "execute function=if | !unknown-code"),
]

/// Literals in character sets in which ASCII is not what it is elsewhere.
private let characterSetCases: [(sql: String, facts: String)] = [
  (
    "EXECUTE IMMEDIATE _swe7'SELECT 1 AS `, load_file(0x2f6574632f706173737764) AS `'", "execute | !unknown-code"
  ),
  ("EXECUTE IMMEDIATE _ucs2 0x0044", "execute | !unknown-code"),
  ("EXECUTE IMMEDIATE _gbk'SELECT \"你\\\\\", load_file(0x2f78)-- \"'", "execute | !unknown-code"),
  ("EXECUTE IMMEDIATE _utf8mb4'DROP TABLE u'", "execute | drop table table=u"),
  ("EXECUTE IMMEDIATE _latin1 0x44524f50205441424c452075", "execute | drop table table=u"),
  ("EXECUTE IMMEDIATE CHAR(68, 79, 32, 49 USING utf8)", "execute function=char | do"),
  ("EXECUTE IMMEDIATE CHAR(68, 79, 32, 49 USING swe7)", "execute function=char | !unknown-code"),
  ("SELECT load_file(_utf32'/x')", "select function=load_file"),
  ("DELETE FROM t WHERE _ucs2'\\0a' = 'a'", "delete table=t writes=t where constant"),
]

/// Functions of the database, which may set what a variable holds.
private let variableCases: [(sql: String, facts: String)] = [
  (
    "SET @s='SELECT 1'; SET @x = (f() = 1 OR 1); PREPARE q FROM @s; EXECUTE q",
    "set | set function=f | prepare | !unknown-code | execute"
  ),
  (
    "SET @s='SELECT 1'; PREPARE q FROM CONCAT(IF(f(),'',''),@s)",
    "set | prepare function=concat,if,f | !unknown-code"
  ),
  ("SET @s='DO 1'; SET @q=IF(f(),1,1); EXECUTE IMMEDIATE @s", "set | set function=if,f | execute | !unknown-code"),
  ("SET @s='DO 1', @q=CONCAT('a', 'b'); EXECUTE IMMEDIATE @s", "set function=concat | execute | do"),
  ("EXECUTE IMMEDIATE `coalesce`('DO 1', 'x')", "execute function=coalesce | !unknown-code"),
  ("SET sql_mode=(f()=1 OR 1); SELECT 'it\\'s'", "!unsupported"),
]

/// Conditions of handlers.
private let handlerCases: [(sql: String, facts: String)] = [
  (
    "BEGIN NOT ATOMIC DECLARE value CONDITION FOR 1051; DECLARE CONTINUE HANDLER FOR value DROP TABLE u; DROP TABLE v; END",
    "begin table=u,v | drop table table=u | drop table table=v"
  ),
  (
    "BEGIN NOT ATOMIC DECLARE EXIT HANDLER FOR SQLSTATE VALUE '42S02', NOT FOUND DROP TABLE u; END",
    "begin table=u | drop table table=u"
  ),
]

/// Routines that run their argument.
private let codeCases: [(sql: String, facts: String)] = [
  (
    "CALL sys.execute_prepared_stmt('DROP TABLE d.u')",
    "call function=execute_prepared_stmt | drop table table=d.u"
  ),
  ("CALL sys.execute_prepared_stmt(@s)", "call function=execute_prepared_stmt | !unknown-code"),
  (
    "SELECT spider_direct_sql('DROP TABLE u', 't', 'host \"h\"')",
    "select function=spider_direct_sql | drop table table=u"
  ),
  ("CALL p('DROP TABLE u')", "call function=p"),
]

/// Tables and files that definitions and settings name.
private let tableCases: [(sql: String, facts: String)] = [
  ("ALTER TABLE t CONVERT TABLE u TO PARTITION p VALUES LESS THAN (5)", "alter table table=t,u"),
  ("ALTER TABLE t CONVERT PARTITION p TO TABLE u", "alter table table=t,u"),
  ("ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4", "alter table table=t"),
  ("SET GLOBAL log_slow_query_file='/var/www/x.php'", "set file=/var/www/x.php"),
  ("SET GLOBAL ssl_capath='/x'", "set file=/x"),
]

/// Conditions that say nothing of the rows that are written.
private let joinCases: [(sql: String, facts: String)] = [
  ("DELETE t FROM t JOIN (SELECT 1 AS x) d WHERE d.x = 1", "delete table=t writes=t where constant joins=1"),
  ("DELETE FROM t USING t, u WHERE u.x = 1", "delete table=t,u reads=u writes=t where constant joins=1"),
  ("UPDATE t, u SET t.a = 1 WHERE u.x = 1", "update table=t,u reads=u writes=t where constant joins=1"),
  ("UPDATE t, u SET t.a = 1 WHERE u.x = t.x", "update table=t,u reads=u writes=t where joins=1"),
  ("DELETE t FROM t JOIN u ON t.a = u.a WHERE u.x = 1", "delete table=t,u reads=u writes=t where joins=1"),
]

@Suite struct MySQLEvasionTests {
  private static let cases =
    labelCases + modeCases + valueCases + characterSetCases + variableCases + handlerCases + codeCases + tableCases
    + joinCases

  @Test(arguments: cases)
  func statements(_ sql: String, _ facts: String) { #expect(decodedMySQL(sql).mysqlSummary == facts) }
}
