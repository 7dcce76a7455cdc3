import Foundation
import Testing

private let policy = """
  hpol 1
  default allow
  default unparsed block

  rule bounded-writes {
    when   sql.verb in [update, delete]
    unless sql.where and not sql.where-constant
    block
  }
  rule drops { when sql.verb is drop unless group in ["dba"] approve by "dba" count 2 }
  rule trial { when sql.verb is drop block }
  @mode(observe) rule watched { when sql.verb is select block }
  rule roots { when shell.program is "rm" and shell.path is "/" block }
  rule keys on response { when response contains private_key block }
  rule full { when sql.verb is grant and target like "prod-*" record full }

  test writes {
    as user "eve" on postgres "orders"
    "DELETE FROM orders"            => allow
    "DELETE FROM orders WHERE id=7" => block
    "DELETE FROM orders WHERE id=7" => block by bounded-writes, roots, keys, watched
    "SELECT 1"                      => block by watched
    "UPDATE t SET a = 1"            => block by drops
    "DROP TABLE t"                  => allow
    "DROP TABLE t"                  => block by drops
    "SELECT '"                      => allow
    "GRANT ALL ON t TO eve"         => allow, record full
    "SELECT 1"                      => approve by "dba"
    "SELECT 1"                      => tag "seen"
    as user "dan" group "dba" on postgres "orders"
    "UPDATE t SET a = 1 WHERE b = 2; DROP TABLE t" => block by drops, trial
  }

  """

/// A test that fails says what decided, where that stands, and what kept the rules from it that were to decide.
@Test func failingTestsSayWhy() throws {
  try withFolder(["a.hpol": policy]) { (folder: String) throws in
    let run = try hpol(["test", "a.hpol"], folder: folder)
    #expect(run.code == 1 && run.error.isEmpty, "\(run)")
    try expectGolden("test-reasons.txt", run.output)
  }
}
