/// What the bytes of a response are said to hold.
public enum ResponseFormat: Hashable, Sendable {
  /// To be found out from how it begins; a text that looks like YAML is held until its end.
  case automatic
  /// Text that goes on for as long as it likes, a terminal's say: nothing waits for more than a line. JSON documents
  /// that begin on a line of their own, and tables, are still found.
  case text
  case json
  case yaml

  /// Whether a `Content-Type` names records in a binary form, whose members are not seen.
  static func isBinary(contentType: String) -> Bool {
    let type = contentType.utf8.prefix { $0 != UInt8(ascii: ";") }
    let name = String(decoding: type, as: UTF8.self).lowercased().filter { $0 != " " }
    guard name.hasPrefix("application/"), !name.hasSuffix("+json") else { return false }
    return ["octet-stream", "protobuf", "grpc", "cbor", "msgpack", "bson", "avro", "parquet", "arrow"].contains {
      name.contains($0)
    }
  }

  /// The format that a `Content-Type` header names (RFC 9110, section 8.3).
  public init(contentType: String) {
    let type = contentType.utf8.prefix { $0 != UInt8(ascii: ";") }
    let name = String(decoding: type, as: UTF8.self).lowercased().filter { $0 != " " }
    if name == "application/json" || name.hasSuffix("+json") {
      self = .json
    } else if name.hasSuffix("/yaml") || name.hasSuffix("/x-yaml") || name.hasSuffix("+yaml") {
      self = .yaml
    } else if name == "text/event-stream" {
      self = .text
    } else {
      self = .automatic
    }
  }
}
