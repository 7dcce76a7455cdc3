import PolicyBytecode

/// CIDR blocks. A bare address is a block of one host.
extension AddressParser {
  struct Problem: Error {
    var message: String
    /// What to write instead, if that is clear.
    var replacement: String?
  }

  static func network(_ text: String) throws(Problem) -> Network {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = parts.first, let address = address(String(first)) else {
      throw Problem(message: "`\(text)` is no IP address or CIDR block")
    }
    let isVersion4 = !first.contains(":")
    guard parts.count == 2 else { return Network(address: address, prefixLength: 128) }
    let width = isVersion4 ? 32 : 128
    guard let length = decimal(parts[1], atMost: width) else {
      throw Problem(message: "`/\(parts[1])` is no prefix length; it is at most \(width) here")
    }
    let prefix = isVersion4 ? length + 96 : length
    let masked = mask(address, prefix)
    guard masked == address else {
      let start = isVersion4 ? masked[12...].map(String.init).joined(separator: ".") + "/\(length)" : nil
      throw Problem(
        message: "`\(text)` has bits set past its prefix" + (start.map { "; the block is `\($0)`" } ?? ""),
        replacement: start)
    }
    return Network(address: address, prefixLength: UInt8(prefix))
  }

  private static func mask(_ address: [UInt8], _ length: Int) -> [UInt8] {
    address.indices.map { index in
      let bits = min(max(length - index * 8, 0), 8)
      return bits == 0 ? 0 : address[index] & (0xFF << UInt8(8 - bits))
    }
  }
}
