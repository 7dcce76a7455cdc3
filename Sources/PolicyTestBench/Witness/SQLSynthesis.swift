import PolicyBytecode

/// Writes SQL statements whose facts a goal asks for.
struct SQLSynthesis {
  let goal: RequestGoal

  /// Statements, the likeliest first.
  var statements: [String] {
    let tables = distinct(goal.values(.sqlTable) + goal.values(.sqlWrites) + goal.values(.sqlReads))
    let table = tables.first ?? "t"
    let object = (goal.value(.sqlObject) ?? "table").split(separator: "-").joined(separator: " ").uppercased()
    let verb = goal.value(.sqlVerb) ?? [likelyVerb, "update", "delete", "drop"].first(where: isAllowed) ?? likelyVerb
    let end = condition
    if let statement = ofObject(verb, table) { return statement }
    let all = tables.isEmpty ? table : tables.joined(separator: ", ")
    let others = tables.dropFirst().joined(separator: ", ")
    switch verb {
    case "select": return [query(tables) + end + limit]
    case "delete":
      return (others.isEmpty ? [] : ["DELETE FROM \(table) USING \(others)\(end)"]) + [
        "DELETE FROM \(table)\(end)\(limit)"
      ]
    case "update":
      return (others.isEmpty ? [] : ["UPDATE \(table) SET a = 1 FROM \(others)\(end)"])
        + ["UPDATE \(table) SET a = 1\(end)\(limit)"]
    case "insert", "replace":
      let source = goal.values(.sqlReads).first.map { "SELECT * FROM \($0)\(end)" } ?? "VALUES (1)"
      let into = goal.values(.sqlWrites).first ?? table
      return ["\(verb.uppercased()) INTO \(into) \(source)"]
    case "truncate": return ["TRUNCATE TABLE \(all)"]
    case "drop":
      return (others.isEmpty ? [] : ["DROP \(object) \(all)"]) + [
        "DROP \(object) \(table)", "DROP \(object) \(table) ON t", "DROP \(object) IF EXISTS \(table)",
      ]
    case "alter":
      return [
        "ALTER \(object) \(table) ADD COLUMN a int", "ALTER \(object) \(table) RENAME TO x", "ALTER \(object) \(table)",
      ]
    case "create":
      return [
        "CREATE \(object) \(table) (a int)", "CREATE \(object) \(table)", "CREATE \(object) \(table) AS SELECT 1",
        "CREATE \(object) \(table)() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE \(object) x ON \(table) (a)",
      ]
    case "grant": return ["GRANT SELECT ON \(table) TO reporting", "GRANT admin TO reporting", "GRANT PROXY ON a TO b"]
    case "revoke": return ["REVOKE SELECT ON \(table) FROM reporting", "REVOKE admin FROM reporting"]
    case "copy":
      if let program = goal.value(.sqlProgram) { return ["COPY \(table) TO PROGRAM '\(program)'"] }
      if let file = goal.value(.sqlFile) { return ["COPY \(table) TO '\(file)'", "COPY \(table) FROM '\(file)'"] }
      return ["COPY \(table) TO STDOUT", "COPY \(table) FROM STDIN"]
    case "load":
      return ["LOAD DATA INFILE '\(goal.value(.sqlFile) ?? "/tmp/x")' INTO TABLE \(table)", "LOAD 'x'"]
    case "set", "reset", "show": return ["\(verb.uppercased()) x" + (verb == "set" ? " = 1" : "")]
    case "call": return ["CALL \(goal.value(.sqlFunction) ?? "p")()"]
    case "lock": return ["LOCK TABLE \(table)", "LOCK INSTANCE FOR BACKUP", "LOCK TABLES \(table) READ"]
    case "rename", "repair", "optimize", "check":
      return ["\(verb.uppercased()) TABLE \(table)" + (verb == "rename" ? " TO x" : "")]
    case "import":
      return ["IMPORT FOREIGN SCHEMA \(table) FROM SERVER s INTO x", "IMPORT TABLE FROM '/tmp/\(table).sdi'"]
    case "declare": return ["DECLARE c CURSOR FOR " + query(tables) + end]
    case "security": return ["SECURITY LABEL ON TABLE \(table) IS 'x'"]
    case "reassign": return ["REASSIGN OWNED BY a TO b"]
    case "binlog": return ["BINLOG 'x'"]
    case "do": return ["DO $$ BEGIN NULL; END $$"]
    case "explain": return ["EXPLAIN " + query(tables) + end]
    default: return [verb.uppercased() + " " + table, verb.uppercased()]
    }
  }

  /// Statements on objects that are not named as tables are.
  private func ofObject(_ verb: String, _ name: String) -> [String]? {
    let word = verb.uppercased()
    switch (verb, goal.value(.sqlObject)) {
    case ("create", "user-mapping"), ("drop", "user-mapping"), ("alter", "user-mapping"):
      let options = verb == "alter" ? " OPTIONS (SET user 'a')" : ""
      return ["\(word) USER MAPPING FOR ana SERVER s\(options)"]
    case ("create", "access-method"): return ["CREATE ACCESS METHOD \(name) TYPE INDEX HANDLER f"]
    case ("create", "transform"):
      return ["CREATE TRANSFORM FOR int LANGUAGE \(name) (FROM SQL WITH FUNCTION f(internal))"]
    case ("drop", "transform"): return ["DROP TRANSFORM FOR int LANGUAGE \(name)"]
    case ("create", "policy"), ("drop", "policy"), ("alter", "policy"): return ["\(word) POLICY p ON \(name)"]
    case ("alter", "default-privileges"): return ["ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC"]
    case ("alter", "system"): return ["ALTER SYSTEM SET x = 1"]
    case ("alter", "instance"): return ["ALTER INSTANCE ROTATE INNODB MASTER KEY"]
    case ("lock", "instance"): return ["LOCK INSTANCE FOR BACKUP"]
    default: return nil
    }
  }

  private func isAllowed(_ verb: String) -> Bool { !goal.forbids(verb, of: .sqlVerb) }

  private var likelyVerb: String {
    if goal.asks(for: .sqlProgram) || goal.asks(for: .sqlFile) { return "copy" }
    return goal.asks(for: .sqlWrites) ? "delete" : "select"
  }

  private func query(_ tables: [String]) -> String {
    let columns = goal.values(.sqlFunction).map { $0 + "()" }
    var text = "SELECT " + (columns.isEmpty ? tables.isEmpty ? "1" : "*" : columns.joined(separator: ", "))
    let wanted = Int(goal.number(.sqlJoins) ?? 0)
    guard let first = tables.first ?? (wanted > 0 ? "t" : nil) else { return text }
    text += " FROM " + first
    let joined = Array(tables.dropFirst())
    for number in 0..<max(min(wanted, 32), joined.count) {
      let table = number < joined.count ? joined[number] : "t\(number)"
      text += " JOIN \(table) j\(number) ON j\(number).id = \(first).id"
    }
    return text
  }

  private var condition: String {
    if goal.flag(.sqlWhereConstant) == true { return " WHERE 1 = 1" }
    return goal.flag(.sqlWhere) == true || goal.flag(.sqlWhereConstant) == false && goal.flag(.sqlWhere) != false
      ? " WHERE id = 7" : ""
  }

  private var limit: String { goal.number(.sqlLimit).map { " LIMIT \($0)" } ?? "" }
}
