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
    #"SELECT CONCAT('NO_BACKSLASH', '_ESCAPES') INTO @x; SET sql_mode=@x; SELECT 'a\', load_file('/x') AS x -- '"#,
    "!unsupported"
  ),
  (
    #"EXECUTE IMMEDIATE CONCAT('SET sql_mode=NO_BACK', 'SLASH_ESCAPES'); SELECT 'a\', load_file('/x') AS x -- '"#,
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

@Suite struct MySQLEvasionTests {
  @Test(arguments: labelCases + modeCases)
  func statements(_ sql: String, _ facts: String) { #expect(decodedMySQL(sql).mysqlSummary == facts) }
}
