import PolicyBytecode

@testable import Operations

/// Decodes `payload` as MySQL with every fact asked for.
func decodedMySQL(_ payload: [UInt8], _ demand: FactDemand = .everything) -> [DecodedOperation] {
  var context = DecodeContext(demand: demand)
  context.decode(.mysql, payload)
  return (0..<context.batch.count).map { index in
    let operation = context.batch.operations[index]
    var decoded = DecodedOperation(protocol: operation.protocol, unparsed: operation.unparsed)
    for position in Int(operation.firstEntry)..<Int(operation.endEntry) {
      let entry = context.batch.facts.entries[position]
      let value = entry.isInline ? String(entry.integer) : context.batch.facts.text(entry)
      if let fact = Fact(rawValue: entry.fact) { decoded.facts[fact, default: []].append(value) }
    }
    return decoded
  }
}

func decodedMySQL(_ payload: String) -> [DecodedOperation] { decodedMySQL(Array(payload.utf8)) }

/// All statements of the tables.
let mysqlCases = mysqlQueryCases + mysqlWriteCases + mysqlDefinitionCases + mysqlOtherCases + mysqlTrickCases

extension DecodedOperation {
  /// Its verb and object and the facts that it has; its protocol and command where it is none of MySQL's.
  var mysqlSummary: String {
    if `protocol` != .mysql { return "\(`protocol`.name):\(self[.command])" }
    if unparsed != .none { return "!" + unparsed.word }
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

extension Array where Element == DecodedOperation {
  var mysqlSummary: String { map(\.mysqlSummary).joined(separator: " | ") }
}
