import PolicyBytecode
import TestSupport
import Testing

@testable import Operations

/// What the quick reader says of SQL is what the parser says; and it does read what applications send.
@Suite struct QuickSQLTests {
  /// What the quick reader says, or nil if it leaves the text to the parser.
  private func quick(_ sql: String, _ demand: FactDemand = .everything) -> [Decoded]? {
    var context = DecodeContext(demand: demand)
    context.begin(Array(sql.utf8))
    var reader = QuickSQLReader()
    let isRead = Array(sql.utf8).withUnsafeBufferPointer { reader.decode($0, &context) }
    return isRead ? decodedOperations(context) : nil
  }

  private func parsed(_ sql: String, _ demand: FactDemand = .everything) -> [Decoded] {
    var context = DecodeContext(demand: demand)
    context.isThorough = true
    context.decode(.postgres, Array(sql.utf8))
    return decodedOperations(context)
  }

  static let read = [
    "SELECT id, total FROM orders WHERE customer_id = 42 ORDER BY created_at DESC LIMIT 20",
    "INSERT INTO events (kind, payload) VALUES ('login', '{\"a\":1}'), (DEFAULT, now()) RETURNING id AS n",
    "UPDATE carts SET quantity = quantity + 1, updated_at = now() WHERE cart_id = 9 AND sku = 'A-1'",
    "DELETE FROM sessions WHERE expires_at < now() - interval '30 days'",
    "select c.name, sum(o.total) from customers c join orders o on o.customer_id = c.id group by c.name having "
      + "sum(o.total) > 100 -- all",
    "SELECT count(*) FROM \"Orders\" o WHERE created_at > now() - interval '1 day' OFFSET 5 LIMIT 10;",
    "BEGIN; UPDATE a SET b = $1 WHERE c IS NOT NULL; COMMIT", "SELECT 1", "ROLLBACK; END; abort",
    "select current_timestamp, current_date",
    "SELECT pg_size_pretty(pg_total_relation_size('orders')), t.schedules(1) FROM t",
    "DELETE/* x */FROM s.t USING u, v WHERE t.id = u.ref AND u.k IN ('a', 'b') AND NOT v.active",
    "SELECT DISTINCT lower(name) AS n, coalesce(a, b) || 'x' FROM t LEFT OUTER JOIN u USING (id) CROSS JOIN w",
    "UPDATE t x SET a = DEFAULT FROM u WHERE x.name LIKE 'a%' AND x.n NOT BETWEEN 1 AND -2 RETURNING *",
    "SELECT \"select\".a, \"plain\", t.* FROM \"select\", t WHERE a::text <> 'é'.b",
  ]

  @Test(arguments: read.dropLast()) func readsWhatApplicationsSend(_ sql: String) {
    #expect(quick(sql) == parsed(sql))
  }

  static let left = [
    // What it does not read.
    "", ";", "SELECT", "WITH a AS (SELECT 1) DELETE FROM t", "SELECT (SELECT 1)", "DROP TABLE t", "TRUNCATE t",
    "SELECT * FROM t FOR UPDATE", "SELECT a INTO b FROM t", "SELECT 1 UNION SELECT 2", "SELECT E'\\''", "SELECT $$x$$",
    "SELECT 'é'", "SELECT a FROM only t", "SELECT case when a then b end", "SELECT a FROM f(1)", "SELECT 1e5",
    "SELECT 1.", "SELECT a.not BETWEEN 1 AND 2",
    "SELECT a AND", "SELECT a = b = c", "SELECT a IS NULL IS NULL", "SELECT a IN (1) IN (2)", "SELECT a @> b",
    "SELECT a!b",
    "INSERT INTO t SELECT 1", "SELECT 'a' 'b'", "SELECT a FROM t WHERE b LIKE 'x' ESCAPE '!'", "SELECT \"\"",
    "SELECT sum(a) OVER (ORDER BY b) FROM t", "SELECT a[1]", "SELECT a::int[]", "UPDATE t SET (a, b) = (1, 2)",
    // Functions that do more than compute.
    "SELECT pg_read_file('/etc/passwd')", "SELECT dblink('c', 'DROP TABLE t')", "SELECT lo_import('/x')",
    "SELECT cron.schedule('a', 'b', 'c')", "SELECT t.pg_read_file FROM t", "SELECT s.t.\"pg_cancel_backend\" FROM s.t",
    // Conditions that may let all rows through.
    "DELETE FROM t WHERE true", "DELETE FROM t WHERE 1 = 1", "DELETE FROM t WHERE a = a", "DELETE FROM t WHERE a = t.a",
    "DELETE FROM t WHERE a OR b", "DELETE FROM t WHERE ctid IS NOT NULL", "DELETE FROM t WHERE a LIKE '%'",
    "DELETE FROM t WHERE NOT (a = 1 AND a = 2)", "DELETE FROM t WHERE a IN (1, a)", "DELETE FROM t WHERE f(a) > 0",
    "DELETE FROM t WHERE a BETWEEN a AND 1", "DELETE FROM t USING u WHERE u.a = 1",
    "DELETE FROM t WHERE a = +a", "DELETE FROM t WHERE a + 0 = a", "DELETE FROM t WHERE a = coalesce(a)",
    "DELETE FROM t WHERE a IN (1, +a)", "DELETE FROM t WHERE a NOT BETWEEN 5 AND 1",
    "UPDATE t AS x SET a = 1 FROM t WHERE t.a = 1",
  ]

  @Test(arguments: left) func leavesTheRestToTheParser(_ sql: String) {
    #expect(quick(sql) == nil)
  }

  /// Where nobody asks whether a condition is constant, it need not be known.
  @Test func conditionsNeedNotBeKnown() {
    var demand = FactDemand.everything
    demand.facts = FactSet([.command, .sqlVerb, .sqlTable, .sqlWhere])
    let sql = "DELETE FROM t WHERE a = a OR true"
    #expect(quick(sql, demand) == parsed(sql, demand))
  }

  /// Every name that a key word may be is one to PostgreSQL too.
  @Test func softNamesAreNames() {
    for name in QuickSQLWords.softNames.split(separator: " ") {
      for sql in [
        "SELECT \(name), t.\(name) AS \(name) FROM \(name) WHERE \(name) = 1", "SELECT \(name)(1), 1::\(name)",
        "UPDATE \(name) SET \(name) = 1", "INSERT INTO \(name) (\(name)) VALUES (1)", "DELETE FROM a AS \(name)",
        "SELECT \(name) '1' FROM s.\(name) JOIN u USING (\(name))",
      ] {
        #expect(quick(sql) == parsed(sql), "\(sql)")
      }
    }
  }

  @Test func limitsHold() {
    func nested(_ depth: Int) -> String {
      "SELECT " + String(repeating: "(", count: depth) + "1" + String(repeating: ")", count: depth)
    }
    #expect(quick(nested(QuickSQLReader.depth - 1)) != nil)
    #expect(quick(nested(QuickSQLReader.depth)) == nil)
    func tokens(_ count: Int) -> String { "SELECT 1" + String(repeating: " +1", count: (count - 2) / 2) }
    #expect(quick(tokens(QuickSQLTokens.most)) == parsed(tokens(QuickSQLTokens.most)))
    #expect(quick(tokens(QuickSQLTokens.most + 2)) == nil)
    func names(_ count: Int) -> String { "SELECT 1 FROM " + (0..<count).map { "t\($0)" }.joined(separator: ",") }
    #expect(quick(names(QuickSQLReader.mostNames)) == parsed(names(QuickSQLReader.mostNames)))
    #expect(quick(names(QuickSQLReader.mostNames + 1)) == nil)
    let name = String(repeating: "n", count: 63)
    #expect(quick("SELECT \(name) FROM \"\(name)\"") != nil)
    #expect(quick("SELECT \(name)n") == nil)
    #expect(quick("SELECT \"\(name)n\"") == nil)
  }

  /// Tokens in any order, and statements with one of them changed: what is read is what is parsed.
  @Test func agreesWithTheParserOnAnything() {
    var random = SplitMix64(seed: 5)
    let words =
      "select insert into update delete from where and or not in is null true like between set values default as on join "
      + "left outer cross inner using group by having order asc desc limit offset distinct returning begin commit a b t.a "
      + "s.t f(a) count(*) now() a.* ( ) , ; . :: = <> < >= != + - * / % || 1 2.5 $1 'x' '%' '' \"Q\" \"a\" \"from\" "
      + "t.pg_ls_dir t.dblink +a 0 coalesce(a) interval int text value name type current_date coalesce date --\u{1}x /*c*/ /* ! 1a =- @ [ ] : ' e' é $ natural "
      + "only with union for case when end all any some row array exists over filter collate at nulls first"
    let vocabulary = words.split(separator: " ").map { $0.replacing("\u{1}", with: "\n") }
    var read = 0
    for _ in 0..<20_000 {
      var tokens: [Substring]
      if random.chance(70) {
        tokens = random.pick(Self.read).split(separator: " ")
        for _ in 0..<random.below(3) {
          let place = random.below(tokens.count)
          if random.chance(40) {
            tokens.remove(at: place)
          } else {
            tokens.insert(random.pick(vocabulary)[...], at: place)
          }
          if tokens.isEmpty { break }
        }
      } else {
        tokens = (0..<(1 + random.below(14))).map { _ in random.pick(vocabulary)[...] }
      }
      let sql = tokens.joined(separator: random.chance(90) ? " " : "")
      guard let operations = quick(sql) else { continue }
      read += 1
      #expect(operations == parsed(sql), "\(sql)")
    }
    #expect(read > 2000)
  }
}
