/// The limits of reading HTTP. Past one, the request is `unparsed`.
enum HTTPLimits {
  /// Bytes of the request line and the header, line ends included.
  static let headBytes = 64 << 10
  /// Lines of the header; of a trailer section; of a part's header.
  static let fields = 256
  /// Chunks of a chunked body.
  static let chunks = 4096
  /// Bytes of a chunk's size line, extensions included.
  static let chunkLineBytes = 256
  /// Parameters of a query or of a form, if their values are asked for.
  static let parameters = 2048
  /// Parts of a multipart body, if their values are asked for.
  static let parts = 256
  /// Bytes of a boundary (RFC 2046, 5.1.1).
  static let boundaryBytes = 70
  /// Bytes of a body without a length that are searched for the end of what may be a request line.
  static let requestLineBytes = 8 << 10
  /// Requests that one command line of a client stands for.
  static let clientRequests = 256
}
