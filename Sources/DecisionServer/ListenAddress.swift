import Glibc

/// Where a server listens: on this machine only, for what it is told of identities it has to believe.
public enum ListenAddress: Hashable, Sendable {
  /// An address of the loopback interface, as text, and a port; 0 lets the system choose one.
  case loopback(String, UInt16)
  /// A Unix socket, which its owner and group may use.
  case socket(path: String)

  /// Connections that wait to be accepted.
  static let backlog: Int32 = 1024

  /// Reads `127.0.0.1:8181`, `[::1]:8181` or `localhost:8181`.
  public init(_ text: String) throws(ServerError) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
      throw ServerError("`\(text)` is no address; write one as 127.0.0.1:8181")
    }
    var host = String(text[..<colon])
    if host == "localhost" { host = "127.0.0.1" }
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    guard Self.isLoopback(host) else {
      throw ServerError("`\(host)` is not of this machine alone; listen on 127.0.0.1, [::1] or a Unix socket")
    }
    self = .loopback(host, port)
  }

  /// Whether a text is an address of the loopback interface.
  static func isLoopback(_ host: String) -> Bool {
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, host, &four) == 1 { return UInt32(bigEndian: four.s_addr) >> 24 == 127 }
    guard inet_pton(AF_INET6, host, &six) == 1 else { return false }
    return withUnsafeBytes(of: six) { $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1 }
  }

  /// As a client writes it.
  public var url: String {
    switch self {
    case .loopback(let host, let port): "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    case .socket(let path): "unix:\(path)"
    }
  }

  /// A socket that listens, and where it does.
  func listen() throws(ServerError) -> (descriptor: Int32, address: ListenAddress) {
    switch self {
    case .loopback(let host, let port):
      return host.contains(":") ? try listenV6(host, port) : try listenV4(host, port)
    case .socket(let path): return (try listen(on: path), self)
    }
  }

  private static func makeSocket(_ family: Int32) throws(ServerError) -> Int32 {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = Glibc.socket(family, kind, 0)
    guard descriptor >= 0 else { throw .system("cannot make a socket") }
    var yes: Int32 = 1
    if family != AF_UNIX {
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    }
    return descriptor
  }

  private func listenV4(_ host: String, _ port: UInt16) throws(ServerError) -> (Int32, ListenAddress) {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, host, &address.sin_addr)
    let descriptor = try Self.makeSocket(AF_INET)
    try start(descriptor, &address)
    return (descriptor, .loopback(host, UInt16(bigEndian: address.sin_port)))
  }

  private func listenV6(_ host: String, _ port: UInt16) throws(ServerError) -> (Int32, ListenAddress) {
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_port = port.bigEndian
    inet_pton(AF_INET6, host, &address.sin6_addr)
    let descriptor = try Self.makeSocket(AF_INET6)
    try start(descriptor, &address)
    return (descriptor, .loopback(host, UInt16(bigEndian: address.sin6_port)))
  }

  private func listen(on path: String) throws(ServerError) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard !path.isEmpty, path.utf8.count < room else {
      throw ServerError("the path of a Unix socket has 1 to \(room - 1) bytes: `\(path)`")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    try Self.removeStale(path, address)
    let descriptor = try Self.makeSocket(AF_UNIX)
    let mask = umask(0o117)
    defer { umask(mask) }
    try start(descriptor, &address)
    return descriptor
  }

  /// Removes the socket of a server that is gone.
  private static func removeStale(_ path: String, _ address: sockaddr_un) throws(ServerError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else { throw ServerError("`\(path)` is there and no socket") }
    var address = address
    let descriptor = try makeSocket(AF_UNIX)
    defer { _ = close(descriptor) }
    guard Self.call(connect, descriptor, &address) != 0 else {
      throw ServerError("another server listens on `\(path)`")
    }
    if errno == ECONNREFUSED { unlink(path) }
  }

  /// Binds a socket to an address, which becomes the one it got, and listens.
  private func start<Address>(_ descriptor: Int32, _ address: inout Address) throws(ServerError) {
    guard Self.call(bind, descriptor, &address) == 0, Glibc.listen(descriptor, Self.backlog) == 0 else {
      let error = ServerError.system("cannot listen on \(url)")
      close(descriptor)
      throw error
    }
    if case .socket = self { return }
    var length = socklen_t(MemoryLayout<Address>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
    }
  }

  private static func call<Address>(
    _ function: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32, _ descriptor: Int32, _ address: inout Address
  ) -> Int32 {
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        function(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
      }
    }
  }
}
