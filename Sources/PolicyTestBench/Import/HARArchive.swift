import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

/// HTTP archives (HAR 1.2), as browsers and proxies write them: `log.entries`.
struct HARArchive: LogImporter {
  mutating func take(_ record: LogRecord, _ output: inout ImportOutput) {
    output.attempt(record) { output throws(ImportError) in
      let entry = try record.object()
      guard let request = entry["request"], let method = request["method"]?.word, let url = request["url"]?.word else {
        throw ImportError("it has no `request` with `method` and `url`")
      }
      guard let (host, path) = HTTPRecord.parts(url) else { return output.skip(.dialect) }
      let headers = Self.headers(request["headers"])
      let spoken = output.options.protocol ?? .http
      var fixture = Fixture(
        protocol: spoken,
        payload: .http(
          method: method, path: path, headers: HTTPRecord.headers(headers, host: host), body: nil))
      if let posted = request["postData"], posted != .null {
        if let body = Self.body(posted) {
          fixture.payload = .http(
            method: method, path: path, headers: HTTPRecord.headers(headers, host: host), body: body)
        } else {
          fixture.missing.insert(.body)
        }
      } else if case .number(let size)? = request["bodySize"], Int(size) ?? 0 > 0 {
        fixture.missing.insert(.body)
      }
      fixture.id = output.id(record.line)
      fixture.principal.time = entry["startedDateTime"]?.string.flatMap { LogTime.seconds($0, utcOffset: nil) }
      fixture.principal.target = host
      fixture.principal.client = headers.first { $0[0].lowercased() == "user-agent" }?[1]
      fixture.response = Self.answer(entry["response"])
      if fixture.response == nil { fixture.missing.insert(.response) }
      output.make(fixture)
    }
  }

  private static func headers(_ value: JSONValue?) -> [[String]] {
    (value?.array ?? []).compactMap { header in
      guard let name = header["name"]?.string, let value = header["value"]?.string else { return nil }
      return [name, value]
    }
  }

  /// What was posted; nil if the archive does not have it as text.
  private static func body(_ posted: JSONValue) -> String? {
    if let text = posted["text"]?.string {
      guard posted["encoding"]?.string == "base64" else { return text }
      return Base64.bytes(text).flatMap { String(validating: $0, as: UTF8.self) }
    }
    guard let fields = posted["params"]?.array, !fields.isEmpty else { return nil }
    var pairs: [String] = []
    for field in fields {
      guard let name = field["name"]?.string, field["fileName"] == nil else { return nil }
      pairs.append(formEncoded(name) + "=" + formEncoded(field["value"]?.string ?? ""))
    }
    return pairs.joined(separator: "&")
  }

  /// What came back; nil if its body is not in the archive as text.
  private static func answer(_ response: JSONValue?) -> JSONValue? {
    guard let response, case .number(let code)? = response["status"], let status = Int(code), status > 0 else {
      return nil
    }
    let content = response["content"]
    var body = content?["text"]?.string ?? ""
    if content?["text"] == nil, case .number(let size)? = content?["size"], Int(size) ?? 0 > 0 { return nil }
    if content?["encoding"]?.string == "base64" {
      guard let text = Base64.bytes(body).flatMap({ String(validating: $0, as: UTF8.self) }) else { return nil }
      body = text
    }
    return HTTPRecord.answer(status: status, headers: headers(response["headers"]), body: body)
  }
}

/// A text as a field of a form has it (`application/x-www-form-urlencoded`).
func formEncoded(_ text: String) -> String {
  let digits = Array("0123456789ABCDEF".utf8)
  var bytes: [UInt8] = []
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "*"):
      bytes.append(byte)
    case 0x20: bytes.append(UInt8(ascii: "+"))
    default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}
