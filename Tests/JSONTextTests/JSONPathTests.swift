import JSONText
import Testing

/// The spellings of all places in `value` to which `path` leads, in document order.
private func places(_ path: String, in value: String) throws -> [String] {
  var matcher = JSONPathMatcher([try JSONPath(path)])
  var found: [String] = []
  func walk(_ value: JSONValue, _ place: String) {
    if matcher.isMatched { found.append(place) }
    switch value {
    case .object(let members):
      for member in members {
        matcher.enter(member: Array(member.key.utf8))
        walk(member.value, place + "/" + member.key)
        matcher.leave()
      }
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        matcher.enter(index: index)
        walk(element, place + "/\(index)")
        matcher.leave()
      }
    default: break
    }
  }
  walk(try JSONValue(parsing: value), "")
  return found
}

@Test func pathsLeadWhereTheySay() throws {
  let document = #"{"a":{"b":[{"c":1},{"c":2,"a":{"c":3}}]},"c":4,"x.y":5}"#
  let cases: [(path: String, places: [String])] = [
    ("$", [""]), ("$.a", ["/a"]), ("$.c", ["/c"]), ("$.b", []), ("$['x.y']", ["/x.y"]), (#"$["x.y"]"#, ["/x.y"]),
    ("$.a.b[1].c", ["/a/b/1/c"]), ("$.a.b[*].c", ["/a/b/0/c", "/a/b/1/c"]), ("$.a.*", ["/a/b"]),
    ("$..c", ["/a/b/0/c", "/a/b/1/c", "/a/b/1/a/c", "/c"]), ("$..a..c", ["/a/b/0/c", "/a/b/1/c", "/a/b/1/a/c"]),
    ("$..[1]", ["/a/b/1"]), ("$.a.b[2]", []), ("$.*[*]", ["/a/b"]), ("$..b.c", []),
    ("$..*", ["/a", "/a/b", "/a/b/0", "/a/b/0/c", "/a/b/1", "/a/b/1/c", "/a/b/1/a", "/a/b/1/a/c", "/c", "/x.y"]),
  ]
  for (path, expected) in cases { #expect(try places(path, in: document) == expected, "\(path)") }
}

@Test func whatIsNoPathIsRefused() {
  for path in [
    "", "a", "$a", "$.", "$..", "$.a[", "$.a[x]", "$.a['b]", "$[1234567890]", "$.a b", "$[1:2]", "$[?(@.a)]",
  ] {
    #expect(throws: JSONError.self, "\(path)") { try JSONPath(path) }
  }
}

@Test func keysAreShortPaths() throws {
  #expect(JSONPath(key: "spec.containers[*].image") == (try JSONPath("$.spec.containers[*].image")))
  #expect(JSONPath(key: "$..image") == (try JSONPath("$..image")))
  #expect(JSONPath(key: "no path").steps == [.init(.member(Array("no path".utf8)))])
}

@Test func pathsHaveALimit() throws {
  _ = try JSONPath("$" + String(repeating: ".a", count: JSONPath.stepLimit))
  #expect(throws: JSONError.self) { try JSONPath("$" + String(repeating: ".a", count: JSONPath.stepLimit + 1)) }
}
