import JSONText
import PolicyBytecode

/// The keys of one keyed fact that a policy asks for, as paths into JSON: `mcp.argument["path"]`, `k8s.body["path"]`,
/// `http.body["path"]`.
///
/// Of a string its text is the value; whole numbers in plain digits, others, booleans and null as JSON writes them; an
/// array gives a value for each of its elements that is none, an object its JSON text.
///
/// Values that a path only leads to where the case of letters does not matter are marked, but those of Kubernetes: its
/// server minds the case.
struct KeyedPaths {
  /// For each path one more than the position of its key in ``FactDemand/keys``.
  let numbers: [UInt16]
  let names: [String]
  private var matcher: FoldedPaths

  init(_ fact: Fact, of demand: FactDemand) {
    var numbers: [UInt16] = []
    var names: [String] = []
    for (index, key) in demand.keys.enumerated() where key.fact == fact {
      numbers.append(UInt16(index + 1))
      names.append(key.key)
    }
    self.numbers = numbers
    self.names = names
    matcher = FoldedPaths(names.map { JSONPath(key: $0) }, ignoringCase: fact != .k8sBody)
  }

  var isEmpty: Bool { numbers.isEmpty }

  struct Value {
    var key: UInt16
    var bytes: [UInt8]
    /// The path only leads here where the case of letters does not matter.
    var isFolded = false
  }

  /// Whether the document last read has a member that leads on along a path only so.
  var hasOtherCase: Bool { matcher.hasOtherCase }

  /// The values that the paths lead to in a document, which the scanner stands before and is read over.
  mutating func values(in scanner: inout JSONScanner) throws(JSONError) -> [Value] {
    matcher.restart()
    var values: [Value] = []
    try walk(&scanner, &values)
    return values
  }

  /// The values that the paths lead to in a text of JSON.
  mutating func values(of text: UnsafeBufferPointer<UInt8>) throws(JSONError) -> [Value] {
    var scanner = JSONScanner(text)
    return try values(in: &scanner)
  }

  /// The values that the paths lead to in `document`.
  mutating func values(in document: JSONValue) -> [Value] {
    matcher.restart()
    var values: [Value] = []
    walk(document, &values)
    return values
  }

  private mutating func walk(_ scanner: inout JSONScanner, _ values: inout [Value]) throws(JSONError) {
    guard matcher.isLive else { return try scanner.skip() }
    // What is asked for is small; the rest of the document is never built.
    if matcher.isMatched { return walk(try JSONValue(&scanner), &values) }
    switch try scanner.kind() {
    case .object:
      try scanner.beginObject()
      while let key = try scanner.nextKey() {
        scanner.withUTF8(key) { matcher.enter(member: $0) }
        try walk(&scanner, &values)
        matcher.leave()
      }
    case .array:
      try scanner.beginArray()
      var index = 0
      while try scanner.nextElement() {
        matcher.enter(index: index)
        try walk(&scanner, &values)
        matcher.leave()
        index += 1
      }
    case .string, .number, .boolean, .null: try scanner.skip()
    }
  }

  private mutating func walk(_ value: JSONValue, _ values: inout [Value]) {
    guard matcher.isLive else { return }
    matcher.forEachMatch { Self.add(value, numbers[$0], isFolded: $1, &values) }
    switch value {
    case .object(let members):
      for member in members {
        var name = member.key
        name.withUTF8 { matcher.enter(member: $0) }
        walk(member.value, &values)
        matcher.leave()
      }
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        matcher.enter(index: index)
        walk(element, &values)
        matcher.leave()
      }
    case .string, .number, .boolean, .null: break
    }
  }

  private static func add(_ value: JSONValue, _ key: UInt16, isFolded: Bool, _ values: inout [Value]) {
    switch value {
    case .string(let text): values.append(Value(key: key, bytes: Array(text.utf8), isFolded: isFolded))
    case .array(let elements):
      for element in elements {
        if case .array = element { continue }
        add(element, key, isFolded: isFolded, &values)
      }
    case .null, .boolean, .number, .object:
      let text = WholeNumbers.folding(value).text
      values.append(Value(key: key, bytes: Array(text.utf8), isFolded: isFolded))
    }
  }
}
