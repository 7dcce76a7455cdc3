import PolicyBytecode

/// The parameters of a query, or of a body that is `application/x-www-form-urlencoded`.
enum HTTPParameters {
  /// Calls `body` with the name and the still encoded value of each parameter, in order.
  ///
  /// Parameters are parted by `&`. Some servers part them at `;` as well, so one that has a `;` is given as it is, and
  /// then each of its pieces.
  static func forEach(
    _ bytes: ArraySlice<UInt8>, _ body: (_ name: [UInt8], _ value: ArraySlice<UInt8>) throws(HTTPError) -> Void
  ) throws(HTTPError) {
    var count = 0
    func give(_ piece: ArraySlice<UInt8>) throws(HTTPError) {
      guard !piece.isEmpty else { return }
      count += 1
      guard count <= HTTPLimits.parameters else { throw HTTPError(.count) }
      let equals = piece.firstIndex(of: Ascii.equals) ?? piece.endIndex
      try body(try decoded(piece[..<equals]), piece[min(equals + 1, piece.endIndex)...])
    }
    var start = bytes.startIndex
    while start < bytes.endIndex {
      let end = bytes[start...].firstIndex(of: Ascii.ampersand) ?? bytes.endIndex
      let parameter = bytes[start..<end]
      try give(parameter)
      if parameter.contains(Ascii.semicolon) {
        for piece in parameter.split(separator: Ascii.semicolon) { try give(piece) }
      }
      start = end + 1
    }
  }

  /// A name or value with `+` and escapes decoded. Escapes that are none, NUL and invalid UTF-8 are errors: servers
  /// make different things of them.
  static func decoded(_ bytes: ArraySlice<UInt8>) throws(HTTPError) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      var byte = bytes[index]
      index += 1
      if byte == Ascii.plus {
        byte = Ascii.space
      } else if byte == Ascii.percent {
        guard index + 1 < bytes.endIndex, let first = Ascii.hex(bytes[index]), let second = Ascii.hex(bytes[index + 1])
        else { throw HTTPError(.encoding) }
        byte = UInt8(first << 4 | second)
        index += 2
      }
      result.append(byte)
    }
    guard HTTPBytes.isText(result[...]) else { throw HTTPError(.encoding) }
    return result
  }
}
