import JSONText
import PolicyTestBench

/// The part of JSON Schema 2020-12 that the project's schemas use; enough to hold output against them.
struct JSONSchema {
  private let root: JSONValue

  init(_ root: JSONValue) { self.root = root }

  /// Where and why a value does not conform, or nil.
  func violation(_ value: JSONValue) -> String? { violation(value, root, "$") }

  private func violation(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> String? {
    guard case .object(let keywords) = schema else { return schema == .boolean(false) ? "\(path): not allowed" : nil }
    for keyword in keywords {
      if let found = check(keyword.key, keyword.value, value, schema, path) { return found }
    }
    return nil
  }

  private func check(
    _ keyword: String, _ argument: JSONValue, _ value: JSONValue, _ schema: JSONValue, _ path: String
  ) -> String? {
    let members: [JSONValue.Member]
    if case .object(let found) = value { members = found } else { members = [] }
    switch keyword {
    case "title", "description": return argument.string == nil ? "\(path): the schema's \(keyword) is no text" : nil
    case "$schema", "$defs", "then", "format", "pattern": return nil
    case "$ref": return violation(value, resolve(argument.string ?? ""), path)
    case "type":
      let types = argument.array?.compactMap(\.string) ?? [argument.string ?? ""]
      return types.contains { matches(value, $0) } ? nil : "\(path): \(value.text) is not \(types)"
    case "enum":
      return argument.array?.contains(value) == true ? nil : "\(path): \(value.text) is not in the enumeration"
    case "const": return argument == value ? nil : "\(path): \(value.text) is not \(argument.text)"
    case "minimum":
      guard case .number(let text) = value, case .number(let minimum) = argument else { return nil }
      return (Double(text) ?? 0) >= (Double(minimum) ?? 0) ? nil : "\(path): \(text) is below \(minimum)"
    case "properties":
      for member in members {
        if let sub = argument[member.key], let found = violation(member.value, sub, path + "." + member.key) {
          return found
        }
      }
      return nil
    case "additionalProperties":
      if argument == .boolean(true) { return nil }
      let extra = members.filter { schema["properties"]?[$0.key] == nil }
      if case .object = argument {
        return extra.lazy.compactMap { violation($0.value, argument, path + "." + $0.key) }.first
      }
      return extra.first.map { "\(path): unexpected `\($0.key)`" }
    case "required":
      guard case .object = value else { return nil }
      let missing = argument.array?.first { name in value[name.string ?? ""] == nil }
      return missing.map { "\(path): \($0.text) is missing" }
    case "dependentRequired":
      guard case .object(let rules) = argument else { return "\(path): bad schema" }
      for rule in rules where value[rule.key] != nil {
        if let found = check("required", rule.value, value, schema, path) { return found }
      }
      return nil
    case "items":
      for (index, element) in (value.array ?? []).enumerated() {
        if let found = violation(element, argument, "\(path)[\(index)]") { return found }
      }
      return nil
    case "minItems", "maxItems":
      guard let count = value.array?.count, case .number(let text) = argument, let limit = Int(text) else { return nil }
      return (keyword == "minItems" ? count >= limit : count <= limit) ? nil : "\(path): \(keyword) \(limit)"
    case "uniqueItems":
      let elements = value.array ?? []
      return Set(elements).count == elements.count ? nil : "\(path): an element comes twice"
    case "oneOf":
      let found = (argument.array ?? []).map { violation(value, $0, path) }
      return found.count { $0 == nil } == 1 ? nil : "\(path): not exactly one of \(found)"
    case "allOf": return (argument.array ?? []).lazy.compactMap { violation(value, $0, path) }.first
    case "if":
      guard violation(value, argument, path) == nil, let consequence = schema["then"] else { return nil }
      return violation(value, consequence, path)
    default: return "\(path): the schema uses `\(keyword)`, which is not checked"
    }
  }

  private func resolve(_ reference: String) -> JSONValue {
    reference.split(separator: "/").dropFirst().reduce(root) { $0[String($1)] ?? .boolean(false) }
  }

  private func matches(_ value: JSONValue, _ type: String) -> Bool {
    switch (type, value) {
    case ("null", .null), ("boolean", .boolean), ("number", .number), ("string", .string), ("array", .array),
      ("object", .object):
      true
    case ("integer", .number(let text)): Int64(text) != nil
    default: false
    }
  }
}
