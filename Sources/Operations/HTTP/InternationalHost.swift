import CIDN2

/// Names of hosts in letters beyond ASCII, as clients resolve them.
///
/// curl and wget hand them to libidn2, and so do we: it maps what looks alike (`ｅｘａｍｐｌｅ。com` is `example.com`), drops what
/// is not seen (U+200B, U+00AD) and writes the rest as RFC 5891 has it (`xn--…`). UTS #46, not transitional.
enum InternationalHost {
  /// Bytes of a name that is looked up; no name that is longer can be resolved, whatever is dropped of it.
  static let bytesLimit = 1024

  /// The name in ASCII; nil if it is none that can be resolved.
  static func ascii(_ name: some Collection<UInt8>) -> [UInt8]? {
    guard name.count <= bytesLimit, !name.contains(0) else { return nil }
    let text = Array(name) + [0]
    var found: UnsafeMutablePointer<UInt8>?
    let code = text.withUnsafeBufferPointer {
      idn2_lookup_u8($0.baseAddress, &found, Int32(IDN2_NFC_INPUT.rawValue | IDN2_NONTRANSITIONAL.rawValue))
    }
    guard code == IDN2_OK.rawValue, let found else { return nil }
    defer { idn2_free(found) }
    var result: [UInt8] = []
    var place = found
    while place.pointee != 0 {
      result.append(place.pointee)
      place += 1
    }
    // A full-width `／` is no end of the host: clients refuse such a name.
    return result.contains { "/?#\\:@".utf8.contains($0) } ? nil : result
  }
}
