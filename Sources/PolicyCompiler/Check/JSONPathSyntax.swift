/// The paths into JSON that masks and decode declarations name: RFC 9535's `$`, `.name`, `..name`, `["name"]`, `[3]`
/// and `*` in the place of a name or an index. Filters and slices are no part of it.
enum JSONPathSyntax {
  /// What is wrong with a path, or nil.
  static func problem(in path: String) -> String? {
    var rest = Array(path.utf8)[...]
    guard rest.popFirst() == UInt8(ascii: "$") else {
      return "a path into JSON starts with `$`, as in `$.customer.name`"
    }
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "."):
        let isDescendant = rest.first == UInt8(ascii: ".")
        if isDescendant { rest = rest.dropFirst() }
        if rest.first == UInt8(ascii: "*") {
          rest = rest.dropFirst()
        } else if isDescendant, rest.first == UInt8(ascii: "[") {
          continue
        } else {
          let name = rest.prefix(while: isNameByte)
          guard !name.isEmpty else { return "a name is missing after `.` in `\(path)`" }
          rest = rest.dropFirst(name.count)
        }
      case UInt8(ascii: "["):
        guard let end = bracket(&rest) else {
          return "`[` in `\(path)` holds an index, `*` or a name in quotes, and `]` ends it"
        }
        rest = rest[end...]
      default: return "`\(path)` is no path into JSON; parts are written `.name` or `[0]`"
      }
    }
    return nil
  }

  /// The index past `]`, or nil.
  private static func bracket(_ rest: inout ArraySlice<UInt8>) -> Int? {
    var index = rest.startIndex
    guard let first = rest.first else { return nil }
    if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
      index += 1
      while index < rest.endIndex, rest[index] != first { index += rest[index] == UInt8(ascii: "\\") ? 2 : 1 }
      index += 1
    } else if first == UInt8(ascii: "*") {
      index += 1
    } else {
      while index < rest.endIndex, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(rest[index]) { index += 1 }
      guard (1...9).contains(index - rest.startIndex) else { return nil }
    }
    guard index < rest.endIndex, rest[index] == UInt8(ascii: "]") else { return nil }
    return index + 1
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), 0x80...0xFF:
      true
    default: false
    }
  }
}
