import PolicyBytecode
import Testing

@testable import Operations

@Test func mysqlStatementsAndTheirFacts() {
  for (sql, facts) in mysqlCases { #expect(decodedMySQL(sql).mysqlSummary == facts, "\(sql)") }
}

@Test func mysqlWordsAreThoseOfTheSchema() {
  for operation in mysqlCases.flatMap({ decodedMySQL($0.sql) }) where operation.protocol == .mysql {
    #expect(operation.facts[.sqlVerb, default: []].allSatisfy(FactSchema.sqlVerbs.contains))
    #expect(operation.facts[.sqlObject, default: []].allSatisfy(FactSchema.sqlObjects.contains))
  }
  for word in MySQLWord.allCases {
    let bytes = Array(word.rawValue.uppercased().utf8)
    #expect(MySQLWord.spelled(bytes, 0, bytes.count) == word)
    if let verb = word.verb { #expect(FactSchema.sqlVerbs.contains("\(verb)")) }
    if let object = word.object { #expect(FactSchema.sqlObjects.contains("\(object)")) }
  }
}

@Test func mysqlComputesOnlyFactsAskedFor() {
  let demand = FactDemand(facts: FactSet([.sqlVerb, .sqlWrites]))
  let operations = decodedMySQL(Array("DELETE a FROM a JOIN b WHERE true".utf8), demand)
  #expect(operations.map { Set($0.facts.keys) } == [[.sqlVerb, .sqlWrites, .unparsed]])
}

@Test func mysqlPayloadsWithoutAStatement() {
  for payload in ["", " \n", ";", "-- x", "/* x */ ; # y", "/*!999999 x */"] {
    let operations = decodedMySQL(payload)
    #expect(operations.count == 1 && operations[0].reason == .none && operations[0][.command] == "", "\(payload)")
  }
}

@Test func mysqlTextThatIsNotText() {
  let cases: [(bytes: [UInt8], reason: UnparsedReason)] = [
    (Array("SELECT 1".utf8) + [0], .encoding), (Array("SELECT '".utf8) + [0xFF, 0x27], .encoding),
    (Array("SELECT 'é".utf8.dropLast()), .encoding), ([0xC0, 0x80], .encoding), ([0xEF, 0xBB, 0xBF], .syntax),
  ]
  for (bytes, reason) in cases { #expect(decodedMySQL(bytes).map(\.reason) == [reason]) }
}

/// Texts that are no statements: the whole payload is one unparsed operation.
private let rejected: [(reason: UnparsedReason, texts: [String])] = [
  (
    .syntax,
    [
      #"SELEC 1"#,
      #"SELECT"#,
      #"SELECT FROM t"#,
      #"SELECT * FROM"#,
      #"SELECT * FROM t WHERE"#,
      #"SELECT * FROM t WHERE a ="#,
      #"SELECT * FROM t WHERE a = 1 AND"#,
      #"SELECT * FROM t WHERE a = 1)"#,
      #"SELECT a b c FROM t"#,
      #"SELECT * FROM t GROUP a"#,
      #"SELECT * FROM t ORDER a"#,
      #"SELECT * FROM t LIMIT"#,
      #"SELECT * FROM t LIMIT 'a'"#,
      #"SELECT * FROM t LIMIT 5 WHERE a = 1"#,
      #"SELECT * FROM t t2 t3"#,
      #"SELECT * FROM t JOIN"#,
      #"SELECT * FROM t LEFT JOIN u"#,
      #"SELECT * FROM t LEFT u"#,
      #"SELECT 1 +"#,
      #"SELECT * *"#,
      #"SELECT a,, b FROM t"#,
      #"SELECT , a FROM t"#,
      #"SELECT a, FROM t"#,
      #"SELECT count( FROM t"#,
      #"SELECT (1, FROM t"#,
      #"SELECT 1 UNION"#,
      #"SELECT 1 UNION SELECT"#,
      #"SELECT 1 UNION 2"#,
      #"SELECT 1 ORDER BY 1 UNION SELECT 2"#,
      #"SELECT 1 LIMIT 1 UNION SELECT 2"#,
      #"INSERT t"#,
      #"INSERT INTO VALUES (1)"#,
      #"INSERT INTO t VALUES"#,
      #"INSERT INTO t VALUES 1"#,
      #"INSERT INTO t (a VALUES (1)"#,
      #"INSERT INTO t SET"#,
      #"UPDATE t"#,
      #"UPDATE t SET"#,
      #"UPDATE t SET a"#,
      #"UPDATE t WHERE a = 1"#,
      #"UPDATE t SET a = 1 WHERE"#,
      #"UPDATE SET a = 1"#,
      #"DELETE t"#,
      #"DELETE t WHERE a = 1"#,
      #"DELETE FROM"#,
      #"DELETE FROM t WHERE"#,
      #"DELETE * FROM t"#,
      #"DELETE FROM t SET a = 1"#,
      #"DELETE FROM a, b WHERE a.id = 1"#,
      #"DROP t"#,
      #"DROP TABLE"#,
      #"DROP TABLE 1"#,
      #"DROP TABLE t u"#,
      #"dr/**/op TABLE x"#,
      #"DROP INDEX i"#,
      #"TRUNCATE"#,
      #"TRUNCATE TABLE"#,
      #"CREATE t"#,
      #"CREATE TABLE"#,
      #"CREATE TABLE t"#,
      #"CREATE VIEW v"#,
      #"CREATE VIEW v AS"#,
      #"CREATE INDEX i"#,
      #"CREATE INDEX i ON t"#,
      #"ALTER t"#,
      #"ALTER TABLE"#,
      #"RENAME TABLE t"#,
      #"RENAME TABLE t TO"#,
      #"GRANT"#,
      #"GRANT SELECT"#,
      #"GRANT SELECT ON t"#,
      #"REVOKE"#,
      #"LOAD DATA"#,
      #"LOAD DATA INFILE x INTO TABLE t"#,
      #"LOAD DATA INFILE 'x'"#,
      #"CALL"#,
      #"DO"#,
      #"EXPLAIN"#,
      #"EXPLAIN FOO BAR BAZ"#,
      #"PREPARE s"#,
      #"PREPARE FROM 'x'"#,
      #"EXECUTE"#,
      #"DEALLOCATE s"#,
      #"SET"#,
      #"SET a"#,
      #"SET a ="#,
      #"USE"#,
      #"KILL"#,
      #"LOCK TABLES t"#,
      #"LOCK TABLES"#,
      #"SHOW"#,
      #"CREATE PROCEDURE p"#,
      #"CREATE PROCEDURE p()"#,
      #"CREATE PROCEDURE p() IF 1 THEN SELECT 1; END"#,
      #"CREATE TRIGGER g ON t FOR EACH ROW SELECT 1"#,
      #"CREATE EVENT e DO SELECT 1"#,
      #"WITH c SELECT 1"#,
      #"WITH c AS SELECT 1"#,
      #"VALUES"#,
      #"VALUES 1"#,
      #"CASE"#,
      #"IF"#,
      #"END"#,
      #"WHERE a = 1"#,
      #"a"#,
      #"1"#,
      #"'x'"#,
      #"(1)"#,
      #"()"#,
      #")"#,
      #"SELECT a FROM t WHERE a NOT 1"#,
      #"SELECT a FROM t WHERE a IS 1"#,
      #"SELECT a FROM t WHERE a BETWEEN 1"#,
      #"SELECT a FROM t WHERE a BETWEEN 1 OR 2"#,
      #"SELECT a FROM t WHERE a IN 1"#,
      #"SELECT a FROM t WHERE a IN ()"#,
      #"SELECT a FROM t WHERE a LIKE"#,
      #"SELECT CASE END"#,
      #"SELECT CASE WHEN 1 THEN 2"#,
      #"SELECT CAST(a) FROM t"#,
      #"SELECT CAST(a AS) FROM t"#,
      #"SELECT EXISTS 1"#,
      #"SELECT NOT"#,
      #"SELECT a FROM t HAVING"#,
      #"SELECT a FROM t GROUP BY"#,
      #"SELECT a FROM t FOR"#,
      #"SELECT a INTO FROM t"#,
      #"SELECT a INTO OUTFILE FROM t"#,
      #"SELECT a FROM t INTO OUTFILE x"#,
      #"SELECT @@"#,
      #"SELECT a FROM t WHERE a == 1"#,
      #"SELECT a FROM t WHERE a =! = 1"#,
      #"SELECT [1]"#,
      #"SELECT a:b"#,
      #"SELECT {a}"#,
      #"SELECT 1 \ 2"#,
      #"DELIMITER"#,
      #"SELECT x'4'"#,
      #"SELECT b'2'"#,
    ]
  ),
  (
    .truncated,
    [
      #"SELECT * FROM t WHERE (a = 1"#,
      #"SELECT 'a"#,
      #"SELECT "a"#,
      #"SELECT `a"#,
      #"SELECT /* a"#,
      #"SELECT /*! a"#,
      #"CREATE TABLE t (a INT"#,
      #"CALL p("#,
      #"CREATE PROCEDURE p() BEGIN SELECT 1; "#,
      #"CREATE PROCEDURE p() BEGIN SELECT 1 END"#,
      #"SELECT 1 /*!80000 + 1"#,
      #"SELECT 1 /*!99999 x"#,
      #"SELECT @`a"#,
      #"CREATE PROCEDURE p() BEGIN IF a THEN"#,
      #"SELECT f(1"#,
    ]
  ),
]

@Test func mysqlTextsThatAreNotRead() {
  for (reason, texts) in rejected {
    for text in texts {
      #expect(decodedMySQL(text).map(\.reason) == [reason], "\(text)")
      // One statement that cannot be read spoils the others.
      #expect(decodedMySQL("SELECT 1; \(text)").map(\.reason) == [reason], "\(text)")
    }
  }
}

private let canonicalCases: [(sql: String, command: String)] = [
  (#"DROP/**/TABLE `Orders`"#, "drop table orders"),
  (#"SELECT count(*)FROM `t` WHERE n=N'x' -- y"#, "select count ( *) from t where n = '?'"),
  (#"DELETE FROM Shop . T WHERE id=?;"#, "delete from shop.t where id = ?"),
  (#"SELECT `select`, `a b`, `a``b`, `x`.`Y`"#, "select `select`, `a b`, `a``b`, x.y"),
  (#"SELECT 'a' "b" 'c', _utf8mb4'x', x'41', 0X41, b'1', .5, 1E5"#, "select '?', '?', '?', 0x41, '?', .5, 1e5"),
  (#"SELECT @A, @`b c`, @'d', @@GLOBAL.x, a->>'$.b'"#, "select @a, @`b c`, @d, @@global.x, a ->> '?'"),
  (#"SELECT /*!40001 SQL_NO_CACHE */ /*+ HINT() */ a # c"#, "select sql_no_cache a"),
  (#"GRANT ALL ON *.* TO 'u'@'%'"#, "grant all on *.* to '?' @`%`"),
  (#"SELECT 1\G"#, "select 1"),
  (#"SELECT \N"#, #"select \n"#),
  (#"SET GLOBAL x=1"#, "set global x = 1"),
  (#"SELECT `global`, `1`, `12`"#, "select `global`, `1`, `12`"),
]

@Test func mysqlCanonicalTexts() {
  for (sql, command) in canonicalCases { #expect(decodedMySQL(sql).first?[.command] == command, "\(sql)") }
}

@Test func mysqlCanonicalTextIsStable() {
  for (sql, _) in mysqlCases where !sql.contains("\\N") {
    for operation in decodedMySQL(sql) where operation.reason == .none && operation.protocol == .mysql {
      let command = operation[.command]
      let again = MySQLText(Array(command.utf8), server: nil)
      #expect(again.canonical(0..<(again.tokens.count - 1)) == Array(command.utf8), "\(command)")
    }
  }
}
