/// Reads every document of a YAML text as the JSON it stands for, in order; an empty document is null, a text without
/// documents gives none.
///
/// Scalars are resolved as YAML 1.1 does it. Aliases are resolved, merge keys (`<<`) merged. Refused are: keys that come
/// twice in one mapping, keys that are collections, a key before a merge that has it with another value (Go's readers take
/// what comes last), an alias inside the node it names, tags beyond those of JSON, and aliases that repeat more than
/// ``YAMLLimits/aliasCost``.
public func parseYAML(_ bytes: [UInt8]) throws(JSONError) -> [JSONValue] {
  var builder = try YAMLTreeBuilder(bytes)
  var documents: [JSONValue] = []
  while let document = try builder.document() { documents.append(document) }
  return documents
}

private struct YAMLTreeBuilder: ~Copyable {
  private var reader: YAMLReader
  private var anchors: [String: Anchor] = [:]
  /// Counts nodes with anchors, so that a name given anew is told from the one before.
  private var registered = 0
  private var aliasCost = 0
  /// The cost of what was built so far, of which an anchored node's own is a difference.
  private var built = 0
  /// The deepest level that the node being read has reached, levels behind aliases included.
  private var deepest = 0

  private struct Anchor {
    var number: Int
    /// Nil while the node is being read.
    var value: JSONValue?
    var cost = 0
    /// Levels of collections in it.
    var height = 0
  }

  init(_ bytes: [UInt8]) throws(JSONError) { reader = try YAMLReader(bytes) }

  mutating func document() throws(JSONError) -> JSONValue? {
    var value: JSONValue?
    while let event = try reader.next() {
      switch event.kind {
      case .documentStart: anchors.removeAll()
      case .documentEnd: return value ?? .null
      default: value = try node(event)
      }
    }
    return value
  }

  private mutating func node(_ event: YAMLEvent) throws(JSONError) -> JSONValue {
    if event.kind == .alias { return try alias(event) }
    guard let name = event.anchor else { return try content(event) }
    registered += 1
    let number = registered
    anchors[name] = Anchor(number: number)
    let before = built
    let outer = deepest
    deepest = event.depth
    let value = try content(event)
    if anchors[name]?.number == number {
      anchors[name] = Anchor(number: number, value: value, cost: built - before, height: deepest - event.depth)
    }
    deepest = max(deepest, outer)
    return value
  }

  private mutating func alias(_ event: YAMLEvent) throws(JSONError) -> JSONValue {
    let name = String(decoding: event.value, as: UTF8.self)
    guard let anchor = anchors[name] else {
      throw JSONError("no anchor `\(name)` stands before this alias", at: event.source.lowerBound)
    }
    guard let value = anchor.value else {
      throw JSONError("the alias `\(name)` stands inside what it names", at: event.source.lowerBound)
    }
    guard event.depth + anchor.height <= YAMLLimits.depth else {
      throw JSONError("more than \(YAMLLimits.depth) levels of nesting", at: event.source.lowerBound)
    }
    deepest = max(deepest, event.depth + anchor.height)
    aliasCost += anchor.cost
    built += anchor.cost
    guard aliasCost <= YAMLLimits.aliasCost else {
      throw JSONError("aliases repeat too much", at: event.source.lowerBound)
    }
    return value
  }

  private mutating func content(_ event: YAMLEvent) throws(JSONError) -> JSONValue {
    built += 16 + event.value.count
    if event.kind != .scalar { deepest = max(deepest, event.depth + 1) }
    switch event.kind {
    case .scalar:
      guard let value = YAMLScalar.value(event) else { throw tagError(event) }
      return value
    case .sequenceStart:
      guard event.tag == nil || event.tag == "!" || event.tag == "tag:yaml.org,2002:seq" else { throw tagError(event) }
      var elements: [JSONValue] = []
      while let next = try reader.next(), next.kind != .sequenceEnd { elements.append(try node(next)) }
      return .array(elements)
    case .mappingStart:
      guard event.tag == nil || event.tag == "!" || event.tag == "tag:yaml.org,2002:map" else { throw tagError(event) }
      return try mapping()
    default: throw JSONError("expected a value", at: event.source.lowerBound)
    }
  }

  private func tagError(_ event: YAMLEvent) -> JSONError {
    JSONError("the tag `\(event.tag ?? "")` has no value in JSON here", at: event.source.lowerBound)
  }

  private mutating func mapping() throws(JSONError) -> JSONValue {
    var members: [JSONValue.Member] = []
    // Where the member of each key stands: what is merged may have as many.
    var places: [[UInt8]: Int] = [:]
    var merged: [JSONValue.Member] = []
    var mergedPlaces: [[UInt8]: Int] = [:]
    while let event = try reader.next(), event.kind != .mappingEnd {
      let isMerge =
        event.kind == .scalar && event.style == .plain && event.tag == nil && event.value.elementsEqual("<<".utf8)
      let key = try node(event)
      guard let next = try reader.next() else { break }
      let value = try node(next)
      if isMerge {
        let new = try mergedMembers(of: value, at: next.source.lowerBound)
        for member in new {
          let key = Array(member.key.utf8)
          let before = [places[key].map { members[$0].value }, mergedPlaces[key].map { merged[$0].value }]
          if before.contains(where: { $0 != nil && $0 != member.value }) {
            throw JSONError("`<<` has another `\(member.key)` than stands before it", at: event.source.lowerBound)
          }
        }
        // What stands first in a list of mappings counts.
        for member in new where mergedPlaces[Array(member.key.utf8)] == nil {
          mergedPlaces[Array(member.key.utf8)] = merged.count
          merged.append(member)
        }
        continue
      }
      let name: String
      switch key {
      case .string(let text), .number(let text): name = text
      case .boolean(let flag): name = flag ? "true" : "false"
      case .null: name = "null"
      case .array, .object:
        throw JSONError("a key that is a collection", at: event.source.lowerBound)
      }
      guard places.updateValue(members.count, forKey: Array(name.utf8)) == nil else {
        throw JSONError("the key `\(name)` comes twice", at: event.source.lowerBound)
      }
      members.append(.init(name, value))
    }
    return .object(members + merged.filter { places[Array($0.key.utf8)] == nil })
  }

  private func mergedMembers(of value: JSONValue, at offset: Int) throws(JSONError) -> [JSONValue.Member] {
    switch value {
    case .object(let members): return members
    case .array(let elements):
      var all: [JSONValue.Member] = []
      for element in elements {
        guard case .object(let members) = element else { throw JSONError("`<<` takes mappings", at: offset) }
        all += members
      }
      return all
    default: throw JSONError("`<<` takes a mapping", at: offset)
    }
  }
}
