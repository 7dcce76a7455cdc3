import PolicyBytecode
import Testing

@testable import Operations

/// Statements and what is made of them: one part an operation, its verb and object and the facts that it has.
let statementCases: [(sql: String, facts: String)] = [
  (
    #"SELECT * FROM dblink('c', 'DELETE FROM x') AS t (a int)"#,
    #"select function=dblink | delete table=x writes=x"#
  ),
  (#"SELECT dblink_exec('DROP TABLE x', false)"#, #"select function=dblink_exec | drop table table=x"#),
  (#"SELECT dblink_exec(sql => 'DROP TABLE x')"#, #"select function=dblink_exec | !unknown-code"#),
  (
    #"SELECT * FROM crosstab('SELECT 1 FROM a', 'SELECT 2 FROM b')"#,
    #"select function=crosstab | select table=a reads=a | select table=b reads=b"#
  ),
  (
    #"MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED BY TARGET THEN INSERT VALUES (1) WHEN NOT MATCHED BY SOURCE THEN DELETE"#,
    #"merge table=t,u reads=u writes=t where constant joins=1"#
  ),
  // libpg_query puts a constant without a position at -1.
  (#"SELECT interval(3) '1', 'a'::interval(3)"#, #"select"#),
  (#"DELETE FROM t WHERE 1=1"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE true"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE 'a'='a'"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE NOT false"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE 1<2"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE 2=2 OR id=3"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE id=id"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE t.id = id"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE x IS NOT DISTINCT FROM x"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE (id = 3) OR true"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE 1 IN (1,2)"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE 1 BETWEEN 0 AND 2"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE COALESCE(true, false)"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE id IS NOT NULL OR id IS NULL"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE true AND 1=1"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE 1::int = 1"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE 'x' = 'x'::text"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE EXISTS (SELECT 1)"#, #"delete table=t writes=t where constant"#),
  (
    #"DELETE FROM t WHERE NOT EXISTS (SELECT 1 WHERE false) OR id = 1 OR EXISTS (SELECT 1)"#,
    #"delete table=t writes=t where constant"#
  ),
  (#"DELETE FROM t WHERE length('a')=1"#, #"delete table=t writes=t function=length where constant"#),
  (#"DELETE FROM t WHERE id LIKE '%'"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE id ILIKE '%%'"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE id ~ ''"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE id ~ '.*'"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE id >= id"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE id > 0 OR id <= 0"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE id = 1 OR NOT (id = 1)"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE 't'"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE '1' = 1"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE 1 <> 2"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE NOT (1 = 2)"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE NOT NOT true"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE 1 + 1 = 2"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE 'a' || 'b' = 'ab'"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE CASE WHEN id = 1 THEN true ELSE true END"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE 1"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE $1"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE now() > '2000-01-01'"#, #"delete table=t writes=t function=now where constant"#),
  (#"DELETE FROM t WHERE id = ANY (ARRAY[id])"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE id BETWEEN id AND id"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE (1,2) = (1,2)"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE (SELECT true)"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE lower(name) = lower(name)"#, #"delete table=t writes=t function=lower where constant"#),
  (#"DELETE FROM t WHERE id NOT IN (1) OR true"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE 0x1F = 31"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE true IS TRUE"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE NULL IS NULL"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE current_user = 'x'"#, #"delete table=t writes=t function=current_user where constant"#),
  (#"DELETE FROM t WHERE 1 = 1 AND (2 = 2 OR id = 1)"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE x SIMILAR TO '%'"#, #"delete table=t writes=t function=similar_to_escape where constant"#),
  (#"DELETE FROM t WHERE id::text LIKE '%'"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE (id) = (id)"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE "id" = ID"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE -1 < 0"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE 1.5 > 1"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE -1 = -1"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE - 1 < 5"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE -1 <> -2"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE id = 1 OR 1 = 1 -- x"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE E'\x61' = 'a'"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE 'a' < 'b'"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE true = true"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE id IN (1, id)"#, #"delete table=t writes=t where constant"#),
  (#"DELETE FROM t WHERE id=1"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE false"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE 1=0"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE id = 1 AND true"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE id = id2"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE id IS NOT NULL"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE NOT (id = 1)"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE id LIKE 'a%'"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE id NOT LIKE '%'"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE id ~ '^a'"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE random() < 0.1"#, #"delete table=t writes=t function=random where"#),
  (#"DELETE FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.id = t.id)"#, #"delete table=t,u reads=u writes=t where"#),
  (#"DELETE FROM t WHERE id IN (SELECT id FROM u)"#, #"delete table=t,u reads=u writes=t where"#),
  (#"DELETE FROM t WHERE id = $1"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE id BETWEEN 1 AND 2"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE id = 1 OR id = 2"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE id = 1 OR false"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE NULL"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE a.id = b.id"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE id <> id"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE 1 = 2 OR id = 3"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE id = COALESCE(NULL, 1)"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE CASE WHEN id = 1 THEN true ELSE false END"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE random() = random()"#, #"delete table=t writes=t function=random where"#),
  (#"DELETE FROM t WHERE id IS DISTINCT FROM id"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE id NOT IN (1,2)"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE CURRENT OF c"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE id = 1 AND (1=1 OR 2=3)"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE lower(a) = 'x'"#, #"delete table=t writes=t function=lower where"#),
  (#"DELETE FROM t WHERE 1 NOT IN (1)"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE NOT true"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE -1 = 0"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE -1 = 1"#, #"delete table=t writes=t where"#),
  (#"DELETE FROM t WHERE -5 > 3"#, #"delete table=t writes=t where"#),
]

@Test func statementsAndTheirFacts() {
  for (sql, facts) in statementCases {
    #expect(decodedPostgres(sql).map(\.statementSummary).joined(separator: " | ") == facts, "\(sql)")
  }
}

@Test func wordsAreThoseOfTheSchema() {
  for operation in statementCases.flatMap({ decodedPostgres($0.sql) }) where operation.protocol == .postgres {
    #expect(operation.facts[.sqlVerb, default: []].allSatisfy(FactSchema.sqlVerbs.contains))
    #expect(operation.facts[.sqlObject, default: []].allSatisfy(FactSchema.sqlObjects.contains))
  }
}

@Test func onlyFactsAskedForAreComputed() {
  let demand = FactDemand(facts: FactSet([.sqlVerb, .sqlWrites]))
  let operations = decodedPostgres(Array("DELETE FROM a USING b WHERE true".utf8), demand)
  #expect(operations.map { Set($0.facts.keys) } == [[.sqlVerb, .sqlWrites, .unparsed]])
}

@Test func textThatIsNotSQLText() {
  let cases: [(bytes: [UInt8], reason: UnparsedReason)] = [
    (Array("SELECT 1".utf8) + [0], .encoding), (Array("SELECT '".utf8) + [0xFF, 0x27], .encoding),
    (Array("SELECT 'é".utf8.dropLast()), .encoding), ([0xC0, 0x80], .encoding), ([0xEF, 0xBB, 0xBF], .syntax),
  ]
  for (bytes, reason) in cases { #expect(decodedPostgres(bytes).map(\.reason) == [reason]) }
}

extension Decoded {
  var statementSummary: String {
    if `protocol` != .postgres { return `protocol`.name }
    if reason != .none { return "!" + reason.word }
    var parts = [facts[.sqlVerb]?.first ?? "nothing"] + facts[.sqlObject, default: []]
    for (name, fact) in [
      ("table", Fact.sqlTable), ("reads", .sqlReads), ("writes", .sqlWrites), ("function", .sqlFunction),
      ("program", .sqlProgram), ("file", .sqlFile),
    ] {
      if let values = facts[fact] { parts.append("\(name)=\(values.joined(separator: ","))") }
    }
    if self[.sqlWhere] == "1" { parts.append("where") }
    if self[.sqlWhereConstant] == "1" { parts.append("constant") }
    if self[.sqlJoins] != "0", !self[.sqlJoins].isEmpty { parts.append("joins=\(self[.sqlJoins])") }
    if let limit = facts[.sqlLimit]?.first { parts.append("limit=\(limit)") }
    return parts.joined(separator: " ")
  }
}
