import JSONText

/// Follows a walk through JSON along paths, also where members lead on only if the case of letters does not matter:
/// servers in Go and .NET read `{"Query":…}` as `{"query":…}`.
struct FoldedPaths {
  /// Nil where the case of letters matters.
  private var exact: JSONPathMatcher?
  private var folded: JSONPathMatcher
  /// Memory for a name.
  private var name: [UInt8] = []
  /// Whether the document has a member, so far, that leads on only so.
  private(set) var hasOtherCase = false

  init(_ paths: [JSONPath], ignoringCase: Bool = true) {
    guard ignoringCase else {
      folded = JSONPathMatcher(paths)
      return
    }
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

  var isLive: Bool { folded.isLive }

  var isMatched: Bool { folded.isMatched }

  mutating func restart() {
    exact?.restart()
    folded.restart()
    hasOtherCase = false
  }

  mutating func enter(member name: UnsafeBufferPointer<UInt8>) {
    guard exact != nil else { return folded.enter(member: name) }
    exact?.enter(member: name)
    Self.fold(name, into: &self.name)
    folded.enter(member: self.name)
    if exact?.stateCount != folded.stateCount { hasOtherCase = true }
  }

  mutating func enter(index: Int) {
    exact?.enter(index: index)
    folded.enter(index: index)
  }

  mutating func leave() {
    exact?.leave()
    folded.leave()
  }

  /// Calls `body` with the positions of the paths that lead here, and whether only because the case of letters does not
  /// matter.
  func forEachMatch(_ body: (_ path: Int, _ isFolded: Bool) -> Void) {
    folded.forEachMatch { path in
      var isFolded = exact != nil
      exact?.forEachMatch { if $0 == path { isFolded = false } }
      body(path, isFolded)
    }
  }

  /// Whether an object in one of some texts of JSON has two members whose names differ in the case of letters only:
  /// which of them counts is not the same for all servers. What is no JSON has none.
  static func hasTwins(in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var scanner = JSONScanner(bytes)
    do throws(JSONError) {
      while !scanner.isAtEnd() {
        if try hasTwins(&scanner) { return true }
      }
    } catch {}
    return false
  }

  private static func hasTwins(_ scanner: inout JSONScanner) throws(JSONError) -> Bool {
    switch try scanner.kind() {
    case .object:
      var names: Set<[UInt8]> = []
      try scanner.beginObject()
      while let key = try scanner.nextKey() {
        guard names.insert(folded(scanner.utf8(key))).inserted else { return true }
        if try hasTwins(&scanner) { return true }
      }
    case .array:
      try scanner.beginArray()
      while try scanner.nextElement() {
        if try hasTwins(&scanner) { return true }
      }
    case .string, .number, .boolean, .null: try scanner.skip()
    }
    return false
  }

  /// A name as these servers compare it: in lower case, and with the letters outside of ASCII whose capitals are in it,
  /// the long s and the sign of kelvin.
  static func folded(_ name: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    name.withUnsafeBufferPointer { fold($0, into: &result) }
    return result
  }

  private static func fold(_ name: UnsafeBufferPointer<UInt8>, into result: inout [UInt8]) {
    result.removeAll(keepingCapacity: true)
    result.reserveCapacity(name.count)
    var index = 0
    while index < name.count {
      let byte = name[index]
      if byte == 0xC5, index + 1 < name.count, name[index + 1] == 0xBF {
        result.append(UInt8(ascii: "s"))
        index += 2
      } else if byte == 0xE2, index + 2 < name.count, name[index + 1] == 0x84, name[index + 2] == 0xAA {
        result.append(UInt8(ascii: "k"))
        index += 3
      } else {
        result.append(lowered(byte))
        index += 1
      }
    }
  }
}
