/// The limits of a decision server.
public struct ServerLimits: Sendable {
  /// Bytes of a request's body.
  public var bodyBytes = 16 << 20
  /// Requests in one batch.
  public var batchRequests = 10_000
  /// Bytes of a body that is longer which are still read, and dropped, so that who sends it hears why.
  public var droppedBytes = 1 << 20
  /// Connections that are open at a time; a further one waits.
  public var connections = 1024
  /// Seconds after which a connection on which nothing moves is closed.
  public var idleSeconds = 30
  /// Bytes that a connection keeps for a request's head and what is in transit.
  public var connectionBytes = 64 << 10
  /// Seconds that requests under way are waited for at the end.
  public var drainSeconds = 10

  public init() {}
}
