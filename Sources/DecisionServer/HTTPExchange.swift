/// What is known of a request before its body is read.
struct HTTPHead {
  var method: String
  /// Without the query, decoded; nil where it is none that is taken.
  var path: String?
  var host: String?
  /// In lower case, without parameters.
  var contentType: String?
  /// Of the body, as far as it is said.
  var contentLength: Int?
}

extension HTTPHead {
  /// The path that is percent-encoded in `sent`; nil where it is no UTF-8, or holds a control character, which would make
  /// another of it wherever texts end with a NUL.
  static func path(_ sent: [UInt8]) -> String? {
    var bytes: [UInt8] = []
    var rest = sent[...]
    while var byte = rest.popFirst() {
      if byte == UInt8(ascii: "%") {
        guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
        byte = high << 4 | low
      }
      guard byte >= 0x20, byte != 0x7F else { return nil }
      bytes.append(byte)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
  }
}

/// What is answered.
struct HTTPReply {
  var status: UInt32
  var contentType = "application/json"
  var body: [UInt8]
  var headers: [(String, String)] = []
}

/// What answers requests, on several threads.
protocol HTTPResponder: AnyObject, Sendable {
  /// The answer to a request of which the body is not worth reading, or nil.
  func refusal(of head: HTTPHead) -> HTTPReply?
  /// The answer to a request whose body has come to its end.
  func reply(to head: HTTPHead, body: [UInt8]) -> HTTPReply
  /// The answer to a request whose body is longer than allowed.
  func replyToTooLarge() -> HTTPReply
}
