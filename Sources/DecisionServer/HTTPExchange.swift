/// What is known of a request before its body is read.
struct HTTPHead {
  var method: String
  /// Without the query.
  var path: String
  var host: String?
  /// In lower case, without parameters.
  var contentType: String?
  /// Of the body, as far as it is said.
  var contentLength: Int?
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
