/// Names in the order in which they were found, each once.
struct NameList {
  private(set) var names: [[UInt8]] = []
  private var seen: Set<[UInt8]> = []

  mutating func insert(_ name: [UInt8]) {
    if seen.insert(name).inserted { names.append(name) }
  }
}

extension ParseTree {
  /// The name of the relation at a `RangeVar`: `table` or `schema.table`; the database is left out, for no other can be
  /// reached.
  func relationName(_ node: Int) -> [UInt8] {
    let name = child(node, .relationName).map { text($0) } ?? []
    guard let schema = child(node, .schemaName) else { return Self.qualified([name]) }
    return Self.qualified([text(schema), name])
  }

  /// The last two of `parts`, joined by a dot.
  static func qualified(_ parts: some BidirectionalCollection<[UInt8]>) -> [UInt8] {
    Array(parts.suffix(2).map { Array(wholeCharacters($0)) }.joined(separator: [UInt8(ascii: ".")]))
  }
}

/// `name` without the bytes of a character that was cut at its end, as libpg_query, which knows no encoding, cuts names.
func wholeCharacters(_ name: [UInt8]) -> ArraySlice<UInt8> {
  var end = name.count
  while end > 0, name[end - 1] & 0xC0 == 0x80 { end -= 1 }
  guard end > 0, name[end - 1] >= 0xC0 else { return name[...] }
  let length = name[end - 1] >= 0xF0 ? 4 : name[end - 1] >= 0xE0 ? 3 : 2
  return end - 1 + length <= name.count ? name[...] : name[..<(end - 1)]
}
