import PolicyBytecode
import Testing

@testable import Operations

/// Shell lines, and what their clients of MySQL do beside being run.
private let clientCases: [(line: String, operations: [String])] = [
  ("mysql -h db -e 'DROP TABLE x'", ["mysql: drop table x"]),
  ("mysql -uroot -psecret shop -Nse 'select 1'", ["mysql: select 1"]),
  ("mariadb --execute='DELETE FROM t' shop", ["mysql: delete from t"]),
  ("mysql -e 'SELECT 1' -e 'SELECT 2'", ["mysql: select 1", "mysql: select 2"]),
  ("mysql --init-command='SET NAMES x' -e 'SELECT 1'", ["mysql: set names x", "mysql: select 1"]),
  ("echo 'DROP TABLE x' | mysql shop", ["echo 'DROP TABLE x'", "mysql: drop table x"]),
  ("mysql <<< 'SELECT 1'", ["mysql: select 1"]),
  ("mysql shop <<'E'\nSELECT 1;\nDROP TABLE x\nE", ["mysql: select 1", "mysql: drop table x"]),
  (
    "mysql <<'E'\nDELIMITER //\nCREATE PROCEDURE p() BEGIN DELETE FROM t; END//\nDELIMITER ;\nSELECT 1\\G\nE",
    ["mysql: create procedure p () begin delete from t; end", "mysql: delete from t", "mysql: select 1"]
  ),
  ("mysql --delimiter=// -e 'SELECT 1//DROP TABLE x//'", ["mysql: select 1", "mysql: drop table x"]),
  ("mysql -e \"SELECT $x\"", ["mysql: ?unknown-code"]),
  ("cat x | mysql", ["cat x", "mysql: ?unknown-code"]),
  ("mysql < x.sql", []),
  ("mysql --help", []),
  ("mysql -e 'source x.sql'", ["mysql: ?unknown-code"]),
  ("mysql -e '\\. x.sql'", ["mysql: ?unknown-code"]),
  ("mysql -e 'system id'", ["id"]),
  ("mysql -e '\\! rm -rf /x'", ["rm -rf /x"]),
  ("mysql -e 'SELECT 1; \\! id'", ["mysql: select 1", "id"]),
  ("mysql -e 'pager sh'", ["sh"]),
  ("mysql -e \"SELECT 'system id'\"", ["mysql: select '?'"]),
  ("mysql -e '-- system id'", ["mysql: "]),
  ("mysql -e 'DROP TABLE x \\c'", ["mysql: ?syntax"]),
  ("mysql -e \"SELECT 'a\"", ["mysql: ?truncated"]),
  ("mysqladmin -u root drop shop", ["mysql: drop database shop"]),
  ("mysqladmin create 'a`b'", ["mysql: create database `a``b`"]),
  ("mysqladmin kill 5,6 shutdown", ["mysql: kill 5", "mysql: kill 6", "mysql: shutdown"]),
  ("mysqladmin drop $x", ["mysql: ?unknown-code"]),
  ("mysqladmin status", []),
  ("mysqldump shop users orders", ["mysql: select * from shop.users", "mysql: select * from shop.orders"]),
  ("mysqldump --where='id < 9' shop users", ["mysql: select * from shop.users where id < 9"]),
  ("mysqldump --databases shop users", []),
  ("mysqldump shop", []),
  (
    "sudo sh -c \"mysql -e 'drop database x'\"",
    ["sh -c 'mysql -e '\\''drop database x'\\'''", "mysql -e 'drop database x'", "mysql: drop database x"]
  ),
]

@Test func mysqlClientsOnShellLines() {
  for (line, expected) in clientCases {
    let operations = decodeShell(line)
    let isClient: (Decoded) -> Bool = {
      $0.protocol == .shell && $0.texts(.viaProgram).isEmpty && !$0.summary.hasPrefix("echo")
        && !$0.summary.hasPrefix("cat")
    }
    #expect(operations.filter { !isClient($0) }.map(\.summary) == expected, "\(line)")
  }
  let nested = decodeShell("sudo mysql -e 'DROP TABLE x'").last
  #expect(nested?.texts(.via) == ["shell"] && nested?.texts(.viaProgram) == ["sudo", "mysql"])
}
