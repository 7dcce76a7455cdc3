/// A file's path as reports name it: from the folder of the run, where the file is below it.
struct ReportPath {
  /// From the folder, without dot segments; nil if it is not below.
  var relative: String?
  var absolute: String

  init(_ path: String, folder: String) {
    var parts: [Substring] = path.hasPrefix("/") ? [] : folder.split(separator: "/")
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    let base = folder.split(separator: "/")
    absolute = "/" + parts.joined(separator: "/")
    if parts.starts(with: base), parts.count > base.count {
      relative = parts.dropFirst(base.count).joined(separator: "/")
    }
  }

  /// A URI, relative to the folder or with the scheme `file`; what may not stand in a path is percent-encoded.
  var uri: String { relative.map(Self.encoded) ?? "file://" + Self.encoded(absolute) }

  private static func encoded(_ path: String) -> String {
    var result = ""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"), UInt8(ascii: "/"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return result
  }
}
