import CMicroHTTPD
import Glibc
import Synchronization

/// An HTTP/1.1 server: GNU libmicrohttpd with a pool of threads, each with an epoll loop of its own.
///
/// Invariant of the unsafe code: the library is given an unretained pointer to the daemon, which lives until `stop` has
/// ended all its threads, and a retained exchange a request, which `completed` releases once.
final class HTTPDaemon: @unchecked Sendable {
  let address: ListenAddress
  private let responder: any HTTPResponder
  private let limits: ServerLimits
  private let descriptor: Int32
  private var daemon: OpaquePointer?
  private let underWay = Atomic<Int>(0)
  private let isDraining = Atomic<Bool>(false)

  /// A request whose body is being read.
  private final class Exchange {
    let head: HTTPHead
    let refusal: HTTPReply?
    var body: [UInt8] = []
    var isTooLarge = false
    /// Bytes that came after it was too large.
    var dropped = 0

    init(_ head: HTTPHead, _ refusal: HTTPReply?) {
      self.head = head
      self.refusal = refusal
    }
  }

  init(
    _ responder: any HTTPResponder, on address: ListenAddress, threads: Int, limits: ServerLimits
  ) throws(ServerError) {
    self.responder = responder
    self.limits = limits
    (descriptor, self.address) = try address.listen()
    // The library demands that each of its threads may have a connection.
    let threads = max(1, min(threads, limits.connections))
    daemon = http_daemon_start(
      descriptor, UInt32(threads), UInt32(limits.connections), UInt32(limits.idleSeconds), limits.connectionBytes,
      { context, connection, url, method, _, data, size, state in
        guard let context, let connection, let size, let state else { return http_no }
        return Unmanaged<HTTPDaemon>.fromOpaque(context).takeUnretainedValue()
          .access(connection, url, method, data, size, state)
      },
      { context, _, state, _ in
        guard let context, let state, let exchange = state.pointee else { return }
        state.pointee = nil
        Unmanaged<Exchange>.fromOpaque(exchange).release()
        Unmanaged<HTTPDaemon>.fromOpaque(context).takeUnretainedValue().underWay.subtract(1, ordering: .relaxed)
      }, Unmanaged.passUnretained(self).toOpaque())
    guard daemon != nil else {
      let error = ServerError.system("cannot serve \(self.address.url)")
      close(descriptor)
      throw error
    }
  }

  deinit { stop() }

  /// Takes no more connections, waits for the requests under way, and ends.
  func stop() {
    guard let daemon else { return }
    isDraining.store(true, ordering: .relaxed)
    MHD_quiesce_daemon(daemon)
    if case .socket(let path) = address { unlink(path) }
    for _ in 0..<limits.drainSeconds * 100 where underWay.load(ordering: .relaxed) > 0 { usleep(10_000) }
    MHD_stop_daemon(daemon)
    close(descriptor)
    self.daemon = nil
  }

  private func access(
    _ connection: OpaquePointer, _ url: UnsafePointer<CChar>?, _ method: UnsafePointer<CChar>?,
    _ data: UnsafePointer<CChar>?, _ size: UnsafeMutablePointer<Int>,
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  ) -> MHD_Result {
    guard let known = state.pointee else {
      let head = head(connection, url, method)
      var refusal = responder.refusal(of: head)
      if refusal == nil, let length = head.contentLength, length > limits.bodyBytes {
        refusal = responder.replyToTooLarge()
      }
      state.pointee = Unmanaged.passRetained(Exchange(head, refusal)).toOpaque()
      underWay.add(1, ordering: .relaxed)
      // A body that nobody wants is not waited for.
      if let refusal, head.contentLength != nil { return send(refusal, connection) }
      return http_yes
    }
    let exchange = Unmanaged<Exchange>.fromOpaque(known).takeUnretainedValue()
    guard size.pointee > 0 else { return send(reply(to: exchange), connection) }
    let count = size.pointee
    size.pointee = 0
    if exchange.isTooLarge || exchange.refusal != nil || exchange.body.count + count > limits.bodyBytes {
      exchange.isTooLarge = true
      exchange.body = []
      exchange.dropped += count
      return exchange.dropped > limits.droppedBytes ? http_no : http_yes
    }
    if exchange.body.isEmpty, let length = exchange.head.contentLength { exchange.body.reserveCapacity(length) }
    UnsafeRawBufferPointer(start: data, count: count).withMemoryRebound(to: UInt8.self) { exchange.body += $0 }
    return http_yes
  }

  private func reply(to exchange: Exchange) -> HTTPReply {
    if let refusal = exchange.refusal { return refusal }
    if exchange.isTooLarge { return responder.replyToTooLarge() }
    return responder.reply(to: exchange.head, body: exchange.body)
  }

  private func head(
    _ connection: OpaquePointer, _ url: UnsafePointer<CChar>?, _ method: UnsafePointer<CChar>?
  ) -> HTTPHead {
    func header(_ name: String) -> String? {
      http_header(connection, name).map { String(cString: $0) }
    }
    let type = header("Content-Type").map { $0.prefix { $0 != ";" && $0 != " " }.lowercased() }
    let isChunked = header("Transfer-Encoding") != nil
    return HTTPHead(
      method: method.map { String(cString: $0) } ?? "",
      path: url.flatMap { HTTPHead.path(Array(UnsafeRawBufferPointer(start: $0, count: strlen($0)))) },
      host: header("Host"), contentType: type,
      contentLength: isChunked ? nil : header("Content-Length").flatMap { Int($0) })
  }

  private func send(_ reply: HTTPReply, _ connection: OpaquePointer) -> MHD_Result {
    guard let response = reply.body.withUnsafeBytes({ http_response($0.baseAddress, $0.count) }) else { return http_no }
    defer { MHD_destroy_response(response) }
    _ = MHD_add_response_header(response, "Content-Type", reply.contentType)
    _ = MHD_add_response_header(response, "Cache-Control", "no-store")
    if isDraining.load(ordering: .relaxed) { _ = MHD_add_response_header(response, "Connection", "close") }
    for (name, value) in reply.headers { _ = MHD_add_response_header(response, name, value) }
    return MHD_queue_response(connection, reply.status, response)
  }
}
