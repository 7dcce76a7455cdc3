import PolicyBytecode

@testable import Operations

/// Decodes `payload` as MySQL with every fact asked for.
func decodedMySQL(_ payload: [UInt8], _ demand: FactDemand = .everything) -> [Decoded] {
  decodeOperations(.mysql, payload, demand)
}

func decodedMySQL(_ payload: String) -> [Decoded] { decodedMySQL(Array(payload.utf8)) }

/// All statements of the tables.
let mysqlCases = mysqlQueryCases + mysqlWriteCases + mysqlDefinitionCases + mysqlOtherCases + mysqlTrickCases

extension Decoded {
  /// Its verb and object and the facts that it has; its protocol and command where it is none of MySQL's.
  var mysqlSummary: String {
    if `protocol` != .mysql { return "\(`protocol`.name):\(self[.command])" }
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

extension Array where Element == Decoded {
  var mysqlSummary: String { map(\.mysqlSummary).joined(separator: " | ") }
}
