import JSONText
import PolicyBytecode
import PolicyEngine

/// What logs of HTTP have in common.
enum HTTPRecord {
  /// Headers that speak of the bytes on the wire, which a log does not have.
  private static let framing: Set<String> = ["content-length", "transfer-encoding", "connection", "content-encoding"]

  /// Headers as a fixture has them: those that still hold, `Host` in the place of `:authority`, no other pseudo-header.
  static func headers(_ headers: [[String]], host: String?) -> [[String]] {
    var kept: [[String]] = []
    var authority = host
    for header in headers where header.count == 2 {
      if header[0] == ":authority" { authority = header[1] }
      guard !header[0].hasPrefix(":"), !header[0].isEmpty, !framing.contains(header[0].lowercased()) else { continue }
      kept.append(header)
    }
    if let authority, !kept.contains(where: { $0[0].lowercased() == "host" }) {
      kept.insert(["Host", authority], at: 0)
    }
    return kept
  }

  /// The host and the path with its query of a URL, or nil if it is none of HTTP.
  static func parts(_ url: String) -> (host: String, path: String)? {
    let schemes = ["http://", "https://", "ws://", "wss://"]
    guard let scheme = schemes.first(where: { url.lowercased().hasPrefix($0) }) else { return nil }
    let rest = url.dropFirst(scheme.count).prefix { $0 != "#" }
    let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    let host = rest[..<end].split(separator: "@").last.map(String.init) ?? ""
    guard !host.isEmpty else { return nil }
    let path = String(rest[end...])
    return (host, path.hasPrefix("/") ? path : "/" + path)
  }

  /// An answer as a fixture has it.
  static func answer(status: Int?, headers: [[String]], body: String) -> JSONValue {
    var members: [JSONValue.Member] = []
    if let status { members.append(.init("status", .number(String(status)))) }
    let kept = Self.headers(headers, host: nil)
    if !kept.isEmpty { members.append(.init("headers", .array(kept.map { .array($0.map { .string($0) }) }))) }
    members.append(.init("body", .string(body)))
    return .object(members)
  }
}

/// Base64 (RFC 4648, 4), as logs hold bytes that may be no text.
enum Base64 {
  /// The bytes of a text; nil if it is none. Line ends are passed over, and what pads it may be missing.
  static func bytes(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    var isPadded = false
    for byte in text.utf8 where byte != 0x0A && byte != 0x0D {
      if byte == UInt8(ascii: "=") {
        isPadded = true
        continue
      }
      guard !isPadded, let value = value(byte) else { return nil }
      bits = bits << 6 | value
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
    }
    return count == 6 ? nil : bytes
  }

  private static func value(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - 0x41)
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - 0x61 + 26)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - 0x30 + 52)
    case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
    case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
