/// A JSON value as a tree, for what is small or of no known shape. Members keep their order, numbers their spelling.
public enum JSONValue: Hashable, Sendable {
  case null
  case boolean(Bool)
  /// The number as it is written.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([Member])

  public struct Member: Hashable, Sendable {
    public var key: String
    public var value: JSONValue

    public init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// Reads the next value of a scanner.
  public init(_ scanner: inout JSONScanner) throws(JSONError) {
    switch try scanner.kind() {
    case .null:
      try scanner.null()
      self = .null
    case .boolean: self = .boolean(try scanner.boolean())
    case .number: self = .number(scanner.text(try scanner.number()))
    case .string: self = .string(scanner.text(try scanner.string()))
    case .array:
      var elements: [JSONValue] = []
      try scanner.beginArray()
      while try scanner.nextElement() { elements.append(try JSONValue(&scanner)) }
      self = .array(elements)
    case .object:
      var members: [Member] = []
      try scanner.beginObject()
      while let key = try scanner.nextKey() { members.append(Member(scanner.text(key), try JSONValue(&scanner))) }
      self = .object(members)
    }
  }

  /// Reads a text that is one value.
  public init(parsing bytes: [UInt8]) throws(JSONError) {
    self = try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) -> JSONValue in
      var scanner = JSONScanner(buffer)
      let value = try JSONValue(&scanner)
      try scanner.finish()
      return value
    }
  }

  /// Reads a text that is one value.
  public init(parsing text: String) throws(JSONError) { try self.init(parsing: [UInt8](text.utf8)) }

  /// The member of an object, or nil.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The text of a string, else nil.
  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The elements of an array, else nil.
  public var array: [JSONValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// Compact JSON text.
  public var text: String {
    var writer = JSONWriter()
    writer.value(self)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
