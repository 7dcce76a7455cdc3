import Glibc
import JSONText
import PolicyBytecode

/// Typed reading of the members of JSON objects, with errors that name the field.
extension JSONScanner {
  package mutating func expect(_ wanted: JSONKind, _ field: String) throws(JSONError) {
    let found = try kind()
    guard found == wanted else {
      throw JSONError("`\(field)` must be \(wanted.phrase), not \(found.phrase)", at: position)
    }
  }

  package mutating func string(_ field: String) throws(JSONError) -> String {
    try expect(.string, field)
    return text(try string())
  }

  package mutating func strings(_ field: String) throws(JSONError) -> [String] {
    try expect(.array, field)
    var values: [String] = []
    try beginArray()
    while try nextElement() { values.append(try string("\(field)[]")) }
    return values
  }

  /// One string or several.
  package mutating func stringOrStrings(_ field: String) throws(JSONError) -> [String] {
    switch try kind() {
    case .string: return [text(try string())]
    case .array: return try strings(field)
    case let found:
      throw JSONError("`\(field)` must be a string or an array of strings, not \(found.phrase)", at: position)
    }
  }

  /// A string or a number, kept as it is.
  package mutating func identifier(_ field: String) throws(JSONError) -> JSONValue? {
    switch try kind() {
    case .string, .number: return try JSONValue(&self)
    case .null:
      try null()
      return nil
    case let found: throw JSONError("`\(field)` must be a string or a number, not \(found.phrase)", at: position)
    }
  }

  /// One of `words`, which `value` makes something of.
  package mutating func word<Value>(
    _ field: String, of words: [String], _ value: (String) -> Value?
  ) throws(JSONError) -> Value {
    try expect(.string, field)
    let start = position
    let word = text(try string())
    if let value = value(word) { return value }
    throw JSONError("`\(field)` is `\(word)`, not one of \(words.joined(separator: ", "))", at: start)
  }

  package mutating func operationProtocol(_ field: String) throws(JSONError) -> OperationProtocol {
    try word(field, of: OperationProtocol.allCases.map(\.name)) { OperationProtocol(name: $0) }
  }

  package mutating func decision(_ field: String) throws(JSONError) -> Decision {
    try word(field, of: Decision.allCases.map(\.word)) { word in Decision.allCases.first { $0.word == word } }
  }

  package mutating func time(_ field: String) throws(JSONError) -> Int64 {
    try expect(.string, field)
    let start = position
    let text = text(try string())
    guard let seconds = Timestamp.seconds(text) else {
      throw JSONError("`\(field)` is `\(text)`, not a time such as 2026-11-20T10:04:05Z (RFC 3339)", at: start)
    }
    return seconds
  }

  package mutating func address(_ field: String) throws(JSONError) -> String {
    try expect(.string, field)
    let start = position
    let text = text(try string())
    var network = in6_addr()
    guard inet_pton(AF_INET, text, &network) == 1 || inet_pton(AF_INET6, text, &network) == 1 else {
      throw JSONError("`\(field)` is `\(text)`, not an IP address", at: start)
    }
    return text
  }

  /// Names and values as pairs, an array giving a pair each; an object's value is its JSON text.
  package mutating func pairs(_ field: String) throws(JSONError) -> [[String]] {
    try expect(.object, field)
    var pairs: [[String]] = []
    try beginObject()
    while let key = try nextKey() {
      let name = text(key)
      switch try JSONValue(&self) {
      case .null: continue
      case .array(let elements): for element in elements { pairs.append([name, element.string ?? element.text]) }
      case let value: pairs.append([name, value.string ?? value.text])
      }
    }
    return pairs
  }

  /// Demands an object all of whose members `read` takes; it gives false for a key it does not know.
  package mutating func members(
    _ field: String, known: [String], _ read: (inout JSONScanner, String) throws(JSONError) -> Bool
  ) throws(JSONError) {
    try expect(.object, field)
    try beginObject()
    while let key = try nextKey() {
      let name = text(key)
      guard try read(&self, name) else {
        throw JSONError("`\(field)` has no `\(name)`, only \(known.joined(separator: ", "))", at: key.start)
      }
    }
  }

  /// What is said of a principal; of anything else, a slip would change a verdict unseen.
  package mutating func principal(_ principal: inout Principal) throws(JSONError) {
    guard case .enumeration(let actors) = Fact.actor.schema.type else { return }
    var result = principal
    let known = ["user", "groups", "actor", "client", "claims"]
    try members("principal", known: known) { (scanner, name) throws(JSONError) in
      guard known.contains(name) else { return false }
      if try scanner.kind() == .null {
        try scanner.null()
        return true
      }
      switch name {
      case "user": result.user = try scanner.string("user")
      case "groups": result.groups = try scanner.strings("groups")
      case "actor": result.actor = try scanner.word("actor", of: actors) { actors.contains($0) ? $0 : nil }
      case "client": result.client = try scanner.string("client")
      default: result.claims = try scanner.pairs("claims")
      }
      return true
    }
    principal = result
  }
}
