import COpenSSL

/// PEM (RFC 7468) in memory, read and written by OpenSSL.
///
/// Invariant: the `BIO` reads `bytes`, which it does not copy, only while they are borrowed; it is freed on every way out.
enum PEM {
  /// The size past which a file holds no keys.
  static let maxBytes = 1 << 20

  /// The keys in `bytes`, as far as `next` finds one. The caller frees them.
  static func keys(
    _ bytes: [UInt8], _ next: (OpaquePointer) -> OpaquePointer?
  ) -> [OpaquePointer] {
    guard !bytes.isEmpty, bytes.count <= maxBytes else { return [] }
    return bytes.withUnsafeBytes { buffer in
      guard let bio = BIO_new_mem_buf(buffer.baseAddress, Int32(buffer.count)) else { return [] }
      defer { BIO_free(bio) }
      var keys: [OpaquePointer] = []
      while let key = next(bio) { keys.append(key) }
      return keys
    }
  }

  /// How many blocks begin in `bytes`, whatever is in them.
  static func beginnings(_ bytes: [UInt8]) -> Int {
    bytes.split(separator: UInt8(ascii: "\n")).count { $0.starts(with: Array("-----BEGIN ".utf8)) }
  }

  static func mentions(_ words: String, _ bytes: [UInt8]) -> Bool {
    String(decoding: bytes, as: UTF8.self).contains(words)
  }

  /// What `write` writes.
  static func text(_ write: (OpaquePointer) -> Int32) -> [UInt8]? {
    guard let bio = BIO_new(BIO_s_mem()) else { return nil }
    defer { BIO_free(bio) }
    guard write(bio) == 1 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = BIO_read(bio, &bytes, Int32(bytes.count))
    return count > 0 && Int(count) < bytes.count ? Array(bytes[..<Int(count)]) : nil
  }
}

/// Makes OpenSSL give up on an encrypted key, where it would otherwise ask at the terminal.
func noPassphrase(
  _: UnsafeMutablePointer<CChar>?, _: Int32, _: Int32, _: UnsafeMutableRawPointer?
) -> Int32 { -1 }
