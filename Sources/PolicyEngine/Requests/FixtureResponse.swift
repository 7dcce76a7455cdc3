import JSONText
import Responses

/// Responses in fixtures and tests: text; a table, `{"columns":[…],"rows":[[…],…]}`; an answer with a status,
/// `{"status","headers":[[name,value],…],"body"}`; or any other JSON, such as an MCP result.
extension Response {
  package init(_ value: JSONValue) {
    if case .string(let text) = value {
      self = .text([UInt8](text.utf8))
    } else if let table = Self.table(value) {
      self = table
    } else if let answer = Self.answer(value) {
      self = answer
    } else {
      self = .json(value)
    }
  }

  /// What is wrong with a response that has the members of an answer or of a table and is none, or nil: taken for any
  /// other JSON, its headers and columns would not be masked.
  package static func problem(in value: JSONValue) -> String? {
    guard case .object(let members) = value, !members.isEmpty else { return nil }
    if members.allSatisfy({ ["status", "headers", "body"].contains($0.key) }), answer(value) == nil {
      return "`status` of a response must be an integer, and `headers` an array of [name, value]"
    }
    if Set(members.map(\.key)) == ["columns", "rows"], table(value) == nil {
      return "`columns` of a response must be an array of strings, and `rows` an array of arrays"
    }
    return nil
  }

  private static func table(_ value: JSONValue) -> Response? {
    guard let columns = value["columns"]?.array, let rows = value["rows"]?.array else { return nil }
    let names = columns.compactMap(\.string)
    let cells = rows.compactMap(\.array)
    guard names.count == columns.count, cells.count == rows.count else { return nil }
    return .table(columns: names, rows: cells)
  }

  private static func answer(_ value: JSONValue) -> Response? {
    guard case .object(let members) = value, !members.isEmpty,
      members.allSatisfy({ ["status", "headers", "body"].contains($0.key) })
    else { return nil }
    var status: Int?
    if let stated = value["status"], stated != .null {
      guard case .number(let text) = stated, let number = Int(text) else { return nil }
      status = number
    }
    var headers: [[String]] = []
    if let headers = value["headers"], headers.array == nil, headers != .null { return nil }
    for header in value["headers"]?.array ?? [] {
      guard let pair = header.array?.compactMap(\.string), pair.count == 2 else { return nil }
      headers.append(pair)
    }
    let body: String
    switch value["body"] {
    case nil, .null: body = ""
    case .string(let text): body = text
    case let other?: body = other.text
    }
    return .http(status: status, headers: headers, body: [UInt8](body.utf8))
  }

  /// The response in the form that `original` has.
  package func value(like original: JSONValue) -> JSONValue {
    switch self {
    case .text(let bytes): return .string(String(decoding: bytes, as: UTF8.self))
    case .json(let value): return value
    case .table(let columns, let rows):
      guard case .object(let members) = original else { return .null }
      return .object(
        members.map { member in
          switch member.key {
          case "columns": .init(member.key, .array(columns.map { .string($0) }))
          case "rows": .init(member.key, .array(rows.map { .array($0) }))
          default: member
          }
        })
    case .http(_, let headers, let body):
      guard case .object(let members) = original else { return .null }
      return .object(
        members.map { member in
          switch member.key {
          case "headers": .init(member.key, .array(headers.map { .array($0.map { .string($0) }) }))
          case "body": .init(member.key, Self.body(body, like: member.value))
          default: member
          }
        })
    }
  }

  /// A body that was given as JSON stays JSON.
  private static func body(_ bytes: [UInt8], like original: JSONValue) -> JSONValue {
    if case .null = original { return .null }
    if case .string = original { return .string(String(decoding: bytes, as: UTF8.self)) }
    return (try? JSONValue(parsing: bytes)) ?? .string(String(decoding: bytes, as: UTF8.self))
  }
}
