import Glibc

/// Addresses as logs write them.
enum LogAddress {
  /// The IP address of `10.0.0.1`, `10.0.0.1:5432`, `[::1]:80`, `10.0.0.1(5432)`; nil for anything else, such as a host's name.
  static func address(_ text: some StringProtocol) -> String? {
    let text = String(text)
    if isAddress(text) { return text }
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      let inner = String(text[text.index(after: text.startIndex)..<end])
      return isAddress(inner) ? inner : nil
    }
    let host = text.lastIndex(where: { $0 == ":" || $0 == "(" }).map { String(text[..<$0]) } ?? ""
    return isAddress(host) ? host : nil
  }

  private static func isAddress(_ text: String) -> Bool {
    var network = in6_addr()
    return inet_pton(AF_INET, text, &network) == 1 || inet_pton(AF_INET6, text, &network) == 1
  }
}
