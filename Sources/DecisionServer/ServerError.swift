import Glibc

/// Why a server cannot do what it is asked for.
public struct ServerError: Error, Hashable, Sendable {
  /// Lower case, no full stop.
  public var message: String

  public init(_ message: String) { self.message = message }

  /// With what the system says.
  static func system(_ what: String) -> ServerError {
    ServerError("\(what): \(String(cString: strerror(errno)).lowercased())")
  }
}
