import PolicyBytecode
import Testing

@testable import Operations

/// Statements after which the bytes of later ones are read in another way, and what is made of the whole.
private let characterSetCases: [(sql: String, facts: String)] = [
  (#"SET NAMES gbk; SELECT '你\'; DROP TABLE x; -- '"#, "!unsupported"),
  (#"SET NAMES 'gbk' COLLATE gbk_bin; SELECT '你'"#, "!unsupported"),
  (#"set character_set_client=gbk; SELECT '你'"#, "!unsupported"),
  (#"SET SESSION character_set_client = 'big5'; SELECT '你'"#, "!unsupported"),
  (#"SET @@session.character_set_client := 28; SELECT '你'"#, "!unsupported"),
  (#"SET @@GLOBAL.character_set_client = cp932; SELECT '你'"#, "!unsupported"),
  (#"SET CHARACTER SET gb18030; SELECT '你'"#, "!unsupported"),
  (#"SET CHARSET sjis; SELECT '你'"#, "!unsupported"),
  (#"SET autocommit = 0, NAMES sjis; SELECT '你'"#, "!unsupported"),
  (#"SET PASSWORD = 'x', NAMES sjis; SELECT '你'"#, "!unsupported"),
  (#"SET ROLE a, character_set_client = sjis; SELECT '你'"#, "!unsupported"),
  (#"SET character_set_client = CONCAT('g', 'bk'); SELECT '你'"#, "!unsupported"),
  (#"SET @c = 'gbk'; SET character_set_client = @c; SELECT '你'"#, "!unsupported"),
  (
    #"SET @c = @@character_set_client; SELECT 'gbk' INTO @c; SET character_set_client = @c; SELECT '你'"#, "!unsupported"
  ),
  (#"SET STATEMENT character_set_client = gbk FOR SELECT '你'"#, "!unsupported"),
  (#"/*!40101 SET NAMES gbk */; SELECT 你"#, "!unsupported"),
  (
    #"PREPARE s FROM 'SET NAMES gbk'; EXECUTE s; SELECT '你\'; DROP TABLE x; -- '"#,
    "prepare | !unsupported | execute | select"
  ),
  (#"SET NAMES gbk; SELECT 'a\'b'"#, "set | select"),
  (#"SELECT '你'; SET NAMES gbk; SELECT 1"#, "select | set | select"),
  (#"SET NAMES utf8mb4, time_zone = 'x'; SELECT '你'"#, "set | select"),
  (#"SET NAMES 'UTF8'; SELECT '你'"#, "set | select"), (#"SET NAMES DEFAULT; SELECT '你'"#, "set | select"),
  (#"SET NAMES latin1; SELECT '你'"#, "set | select"), (#"SET NAMES binary; SELECT '你'"#, "set | select"),
  (#"SET character_set_client = utf8mb3; SELECT '你'"#, "set | select"),
  (
    #"""
    /*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
    /*!40101 SET character_set_client = utf8mb4 */;
    /*!40101 SET character_set_client = @OLD_CHARACTER_SET_CLIENT */;
    INSERT INTO t VALUES ('你');
    """#, "set | set | set | insert table=t writes=t"
  ),
]

/// Scripts with the client's DELIMITER, which ends words, numbers and variables too.
private let delimiterCases: [(sql: String, facts: String)] = [
  ("DELIMITER $\nSELECT 1 FROM t$TRUNCATE y$", "select table=t reads=t | truncate table table=y writes=y"),
  (
    "DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END$$\nDELIMITER ;\nDROP TABLE x",
    "create procedure | select | drop table table=x"
  ),
  ("DELIMITER go\nSELECT 1 FROM tgo TRUNCATE ygo", "select table=t reads=t | truncate table table=y writes=y"),
  ("DELIMITER $\nSELECT 1$TRUNCATE y$", "select | truncate table table=y writes=y"),
  ("DELIMITER $\nSELECT 1e5$TRUNCATE y$", "select | truncate table table=y writes=y"),
  ("DELIMITER $\nSELECT 0x41$TRUNCATE y$", "select | truncate table table=y writes=y"),
  ("DELIMITER $\nSELECT @a$TRUNCATE y$", "select | truncate table table=y writes=y"),
  ("DELIMITER $\nSELECT @@a$TRUNCATE y$", "select | truncate table table=y writes=y"),
  ("DELIMITER $\nSELECT 'a$b' FROM `c$d`$", "select table=c$d reads=c$d"),
  ("DELIMITER =\nSELECT 1 FROM t WHERE a >= 2=", "!unsupported"),
  ("DELIMITER e\nDELIMITER ;\nSELECT 1 FROM t; TRUNCATE y", "select table=t reads=t | truncate table table=y writes=y"),
  ("SELECT 1 FROM t$TRUNCATE", "select table=t$truncate reads=t$truncate"),
]

/// Shell lines whose arguments share a connection.
private let lineCases: [(line: String, operations: [String])] = [
  (#"mysql --default-character-set=gbk -e "SELECT '你\\'; DROP TABLE x; -- '""#, ["mysql: ?unsupported"]),
  (#"mysql --default-char=sjis -e "SELECT '你'""#, ["mysql: ?unsupported"]),
  (#"mysql --default-character-set=$c -e "SELECT '你'""#, ["mysql: ?unsupported"]),
  (#"mysql --default-character-set=gbk -e "SELECT 'a'""#, ["mysql: select '?'"]),
  (#"mysql --default-character-set=utf8mb4 -e "SELECT '你'""#, ["mysql: select '?'"]),
  ("mysql <<'E'\ncharset gbk\nSELECT '你';\nE", ["mysql: ?unsupported"]),
  ("mysql <<'E'\ncharset utf8mb4\nSELECT '你';\nE", ["mysql: select '?'"]),
  (
    #"mysql --init-command="SET sql_mode=NO_BACKSLASH_ESCAPES" -e "SELECT '\\'; DROP TABLE x; -- '""#,
    ["mysql: ?unsupported"]
  ),
  (
    #"mysql -e "SET sql_mode=NO_BACKSLASH_ESCAPES" -e "SELECT '\\'; DROP TABLE x; -- '""#, ["mysql: ?unsupported"]
  ),
  (
    "mysql --init-command='SET sql_mode=NO_BACKSLASH_ESCAPES' <<'E'\nSELECT '\\'; DROP TABLE x; -- '\nE",
    ["mysql: ?unsupported"]
  ),
  (#"mysql --init-command="SET NAMES gbk" -e "SELECT '你'""#, ["mysql: ?unsupported"]),
  (
    #"mysql -e "SET @q = 'DROP TABLE x'" -e "EXECUTE IMMEDIATE @q""#,
    ["mysql: set @q = '?'", "mysql: execute immediate @q", "mysql: drop table x"]
  ),
  ("mysql -e 'SELECT 1 -- a' -e 'DROP TABLE x'", ["mysql: select 1", "mysql: drop table x"]),
  (
    "mysql --init-command='SET NAMES utf8; SELECT 1' --delimiter=// -e 'SELECT 2//DROP TABLE x//'",
    ["mysql: set names utf8", "mysql: select 1", "mysql: select 2", "mysql: drop table x"]
  ),
  ("mysql -e 'DELIMITER $' -e 'SELECT 1 FROM t$DROP TABLE x$'", ["mysql: select 1 from t", "mysql: drop table x"]),
  ("mysql -e \"$a\" -e 'DROP TABLE x'", ["mysql: ?unknown-code", "mysql: drop table x"]),
]

@Suite struct MySQLSessionTests {
  @Test(arguments: characterSetCases + delimiterCases)
  func statements(_ sql: String, _ facts: String) { #expect(decodedMySQL(sql).mysqlSummary == facts) }

  @Test(arguments: lineCases)
  func lines(_ line: String, _ expected: [String]) {
    #expect(decodeShell(line).filter { $0.protocol == .mysql }.map(\.summary) == expected)
  }

  @Test func delimitersAreLimited() {
    func run(_ count: Int) -> String {
      let delimiter = String(repeating: "$", count: count)
      return decodedMySQL("DELIMITER \(delimiter)\nSELECT 1 FROM t\(delimiter)TRUNCATE y").mysqlSummary
    }
    #expect(run(MySQLLimits.delimiter) == "select table=t reads=t | truncate table table=y writes=y")
    #expect(run(MySQLLimits.delimiter + 1) == "!unsupported")
  }

  @Test func filesOfTables() {
    #expect(
      decodedMySQL("CREATE TABLE t (a INT) ENGINE=CONNECT TABLE_TYPE=CSV FILE_NAME='/etc/passwd'").mysqlSummary
        == "create table table=t file=/etc/passwd")
    #expect(decodedMySQL("ALTER TABLE t File_Name = '/x'").mysqlSummary == "alter table table=t file=/x")
    #expect(decodedMySQL("CREATE TABLE t (file_name TEXT DEFAULT 'a')").mysqlSummary == "create table table=t")
  }
}
