import PolicyBytecode
import Testing

@testable import Operations

/// Conditions of a DELETE FROM t that let every row through.
private let unrestricting = [
  #"1=1"#,
  #"true"#,
  #"'a'='a'"#,
  #"NOT false"#,
  #"1<2"#,
  #"2=2 OR id=3"#,
  #"id=id"#,
  #"t.id = id"#,
  #"x IS NOT DISTINCT FROM x"#,
  #"(id = 3) OR true"#,
  #"1 IN (1,2)"#,
  #"1 BETWEEN 0 AND 2"#,
  #"COALESCE(true, false)"#,
  #"id IS NOT NULL OR id IS NULL"#,
  #"true AND 1=1"#,
  #"1::int = 1"#,
  #"'x' = 'x'::text"#,
  #"EXISTS (SELECT 1)"#,
  #"NOT EXISTS (SELECT 1 WHERE false) OR id = 1 OR EXISTS (SELECT 1)"#,
  #"length('a')=1"#,
  #"id LIKE '%'"#,
  #"id ILIKE '%%'"#,
  #"id ~ ''"#,
  #"id ~ '.*'"#,
  #"id >= id"#,
  #"id > 0 OR id <= 0"#,
  #"id = 1 OR NOT (id = 1)"#,
  #"'t'"#,
  #"'1' = 1"#,
  #"1 <> 2"#,
  #"NOT (1 = 2)"#,
  #"NOT NOT true"#,
  #"1 + 1 = 2"#,
  #"'a' || 'b' = 'ab'"#,
  #"CASE WHEN id = 1 THEN true ELSE true END"#,
  #"1"#,
  #"$1"#,
  #"now() > '2000-01-01'"#,
  #"id = ANY (ARRAY[id])"#,
  #"id BETWEEN id AND id"#,
  #"(1,2) = (1,2)"#,
  #"(SELECT true)"#,
  #"lower(name) = lower(name)"#,
  #"id NOT IN (1) OR true"#,
  #"0x1F = 31"#,
  #"true IS TRUE"#,
  #"NULL IS NULL"#,
  #"current_user = 'x'"#,
  #"1 = 1 AND (2 = 2 OR id = 1)"#,
  #"x SIMILAR TO '%'"#,
  #"id::text LIKE '%'"#,
  #"(id) = (id)"#,
  #""id" = ID"#,
  #"-1 < 0"#,
  #"1.5 > 1"#,
  #"-1 = -1"#,
  #"- 1 < 5"#,
  #"-1 <> -2"#,
  #"id = 1 OR 1 = 1 -- x"#,
  #"E'\x61' = 'a'"#,
  #"'a' < 'b'"#,
  #"true = true"#,
  #"id IN (1, id)"#,
]

/// Conditions that do not, or of which that cannot be said.
private let restricting = [
  #"id=1"#,
  #"false"#,
  #"1=0"#,
  #"id = 1 AND true"#,
  #"id = id2"#,
  #"id IS NOT NULL"#,
  #"NOT (id = 1)"#,
  #"id LIKE 'a%'"#,
  #"id NOT LIKE '%'"#,
  #"id ~ '^a'"#,
  #"random() < 0.1"#,
  #"EXISTS (SELECT 1 FROM u WHERE u.id = t.id)"#,
  #"id IN (SELECT id FROM u)"#,
  #"id = $1"#,
  #"id BETWEEN 1 AND 2"#,
  #"id = 1 OR id = 2"#,
  #"id = 1 OR false"#,
  #"NULL"#,
  #"a.id = b.id"#,
  #"id <> id"#,
  #"1 = 2 OR id = 3"#,
  #"id = COALESCE(NULL, 1)"#,
  #"CASE WHEN id = 1 THEN true ELSE false END"#,
  #"random() = random()"#,
  #"id IS DISTINCT FROM id"#,
  #"id NOT IN (1,2)"#,
  #"CURRENT OF c"#,
  #"id = 1 AND (1=1 OR 2=3)"#,
  #"lower(a) = 'x'"#,
  #"1 NOT IN (1)"#,
  #"NOT true"#,
  #"-1 = 0"#,
  #"-1 = 1"#,
  #"-5 > 3"#,
]

@Test func conditionsThatDoNotRestrict() {
  for (conditions, isConstant) in [(unrestricting, "1"), (restricting, "0")] {
    for condition in conditions {
      let operations = decodedPostgres("DELETE FROM t WHERE \(condition)")
      #expect(operations.map { $0[.sqlWhere] } == ["1"], "\(condition)")
      #expect(operations.map { $0[.sqlWhereConstant] } == [isConstant], "\(condition)")
    }
  }
}

@Test func conditionsOfOtherStatements() {
  let cases: [(sql: String, hasWhere: String, isConstant: String)] = [
    ("UPDATE t SET a = 1", "0", "0"),
    ("UPDATE t SET a = 1 WHERE true", "1", "1"),
    ("SELECT * FROM t", "0", "0"),
    ("SELECT * FROM t WHERE 1=1", "1", "1"),
    ("SELECT a FROM t WHERE a = 1 UNION SELECT a FROM u", "0", "0"),
    ("SELECT a FROM t WHERE a = 1 UNION SELECT a FROM u WHERE true", "1", "1"),
    ("INSERT INTO t SELECT * FROM u WHERE a = 1", "1", "0"),
    ("INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 1 WHERE true", "0", "0"),
    ("CREATE TABLE n AS SELECT * FROM t WHERE a = 1", "1", "0"),
    ("DELETE FROM t USING (SELECT * FROM u WHERE a = 1) x", "0", "0"),
    ("MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE", "1", "0"),
    ("TRUNCATE t", "0", "0"),
  ]
  for (sql, hasWhere, isConstant) in cases {
    let operations = decodedPostgres(sql)
    #expect(operations.map { $0[.sqlWhere] } == [hasWhere], "\(sql)")
    #expect(operations.map { $0[.sqlWhereConstant] } == [isConstant], "\(sql)")
  }
}
