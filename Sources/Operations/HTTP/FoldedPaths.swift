import JSONText

/// Declared paths into JSON, for the members that only lead there where the case of letters does not matter: servers in
/// Go and .NET read `{"Query":…}` as `{"query":…}`.
struct FoldedPaths {
  private var exact: JSONPathMatcher
  private var folded: JSONPathMatcher
  private var found: Set<Int> = []

  init(_ paths: [JSONPath]) {
    exact = JSONPathMatcher(paths)
    folded = JSONPathMatcher(
      paths.map { path in
        JSONPath(
          steps: path.steps.map { step in
            guard case .member(let name) = step.selector else { return step }
            return JSONPath.Step(.member(Self.folded(name)), isDescendant: step.isDescendant)
          })
      })
  }

  var isEmpty: Bool { exact.isEmpty }

  /// The paths that lead to a value of the document only so. What is no JSON has none.
  mutating func paths(in bytes: UnsafeBufferPointer<UInt8>) -> Set<Int> {
    exact.restart()
    folded.restart()
    found.removeAll(keepingCapacity: true)
    var scanner = JSONScanner(bytes)
    do throws(JSONError) { try walk(&scanner) } catch { return [] }
    return found
  }

  private mutating func walk(_ scanner: inout JSONScanner) throws(JSONError) {
    guard folded.isLive else { return try scanner.skip() }
    if folded.isMatched {
      var same: [Int] = []
      exact.forEachMatch { same.append($0) }
      folded.forEachMatch { if !same.contains($0) { found.insert($0) } }
    }
    switch try scanner.kind() {
    case .object:
      try scanner.beginObject()
      while let key = try scanner.nextKey() {
        let name = Array(scanner.utf8(key))
        exact.enter(member: name)
        folded.enter(member: Self.folded(name))
        try walk(&scanner)
        exact.leave()
        folded.leave()
      }
    case .array:
      try scanner.beginArray()
      var index = 0
      while try scanner.nextElement() {
        exact.enter(index: index)
        folded.enter(index: index)
        try walk(&scanner)
        exact.leave()
        folded.leave()
        index += 1
      }
    case .string, .number, .boolean, .null: try scanner.skip()
    }
  }

  /// A name as these servers compare it: in lower case, and with the letters outside of ASCII whose capitals are in it,
  /// the long s and the sign of kelvin.
  static func folded(_ name: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(name.count)
    var index = 0
    while index < name.count {
      let rest = name[index...]
      if rest.starts(with: [0xC5, 0xBF]) {
        result.append(UInt8(ascii: "s"))
        index += 2
      } else if rest.starts(with: [0xE2, 0x84, 0xAA]) {
        result.append(UInt8(ascii: "k"))
        index += 3
      } else {
        result.append(lowered(name[index]))
        index += 1
      }
    }
    return result
  }
}
