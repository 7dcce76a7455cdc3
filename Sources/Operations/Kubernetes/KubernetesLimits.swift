/// The limits of decoding Kubernetes requests. Past one, the request or what is left of it is `unparsed`.
enum KubernetesLimits {
  /// Bytes of a request's first line.
  static let requestLineBytes = 16 << 10
  /// Headers of one request.
  static let headers = 256
  /// Words of a kubectl command line.
  static let words = 16 << 10
}
