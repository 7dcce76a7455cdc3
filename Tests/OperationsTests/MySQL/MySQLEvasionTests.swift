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

@Suite struct MySQLEvasionTests {
  @Test(arguments: labelCases)
  func statements(_ sql: String, _ facts: String) { #expect(decodedMySQL(sql).mysqlSummary == facts) }
}
