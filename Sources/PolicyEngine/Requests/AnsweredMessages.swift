import JSONText
import Responses

/// The JSON-RPC messages in what an MCP server answered: the answer itself, or those in the body of an HTTP response or
/// in text, as JSON or as events of a stream (MCP 2025-11-25, "Streamable HTTP").
enum AnsweredMessages {
  /// The message, or an array of them.
  static func all(in answer: JSONValue) -> JSONValue {
    switch Response(answer) {
    case .text(let bytes), .http(_, _, let bytes):
      var messages: [JSONValue] = []
      _ = rewriting(bytes) { message in
        messages.append(message)
        return message
      }
      return messages.count == 1 ? messages[0] : messages.isEmpty ? answer : .array(messages)
    case .json, .table: return answer
    }
  }

  /// The answer with each message changed.
  static func rewriting(_ answer: JSONValue, _ change: (JSONValue) -> JSONValue) -> JSONValue {
    switch Response(answer) {
    case .text(let bytes): return Response.text(rewriting(bytes, change)).value(like: answer)
    case .http(let status, let headers, let body):
      let written = rewriting(body, change)
      let fitting = headers.map { header in
        header.first?.lowercased() == "content-length" && written != body ? [header[0], String(written.count)] : header
      }
      return Response.http(status: status, headers: fitting, body: written).value(like: answer)
    case .json, .table: return change(answer)
    }
  }

  private static func rewriting(_ text: [UInt8], _ change: (JSONValue) -> JSONValue) -> [UInt8] {
    if let message = try? JSONValue(parsing: text) {
      let changed = change(message)
      return changed == message ? text : Array(changed.text.utf8)
    }
    let field = Array("data:".utf8)
    var result: [UInt8] = []
    for line in text.split(separator: 0x0A, omittingEmptySubsequences: false) {
      if !result.isEmpty || line.startIndex > text.startIndex { result.append(0x0A) }
      guard line.starts(with: field), let message = try? JSONValue(parsing: Array(line.dropFirst(field.count))) else {
        result += line
        continue
      }
      let changed = change(message)
      result += changed == message ? Array(line) : field + [0x20] + Array(changed.text.utf8)
    }
    return result
  }
}
