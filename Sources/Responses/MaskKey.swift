import COpenSSL

/// The key of `with hash`: HMAC-SHA-256 (RFC 2104, FIPS 180-4). Equal values stay equal under one key.
public struct MaskKey: Sendable {
  fileprivate let bytes: [UInt8]

  /// Bytes that a mask prints of the code, as hexadecimal digits: enough that values of one response do not meet.
  static let printedBytes = 6

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The key of the bench, which is no secret: the same values give the same hashes on every machine, and whoever knows
  /// the policy can try values. An embedder that masks for real gives its own.
  public static let bench = MaskKey(Array("hpol bench".utf8))
}

/// Hashes values under one key, which is set up once. What it wrote for short values it remembers: in a table the same
/// ones come again and again.
final class MaskHasher {
  private let key: MaskKey
  private var mac: OpaquePointer?
  private var isReady = false
  private var code = [UInt8](repeating: 0, count: 64)
  private var slots: [(value: [UInt8], token: [UInt8])] = []

  private static let slotCount = 64
  private static let rememberedBytes = 64

  init(_ key: MaskKey) { self.key = key }

  deinit { EVP_MAC_CTX_free(mac) }

  /// `[hash:1a2b3c4d5e6f]`, or `[redacted]` should the code not be had.
  func token(for value: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    guard value.count <= Self.rememberedBytes else { return made(value) }
    if slots.isEmpty { slots = Array(repeating: ([], []), count: Self.slotCount) }
    var hash: UInt32 = 0
    for byte in value { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    let slot = Int((hash ^ hash >> 15) & UInt32(Self.slotCount - 1))
    if !slots[slot].token.isEmpty, slots[slot].value.elementsEqual(value) { return slots[slot].token }
    let token = made(value)
    slots[slot] = (Array(value), token)
    return token
  }

  private func begin() -> Bool {
    if isReady { return EVP_MAC_init(mac, nil, 0, nil) == 1 }
    guard let method = EVP_MAC_fetch(nil, "HMAC", nil) else { return false }
    defer { EVP_MAC_free(method) }
    if mac == nil { mac = EVP_MAC_CTX_new(method) }
    var digest = Array("SHA256".utf8CString)
    // An empty key has no address; the function wants one.
    let bytes = key.bytes.isEmpty ? [0] : key.bytes
    isReady = digest.withUnsafeMutableBufferPointer { digest in
      let parameters = [
        OSSL_PARAM_construct_utf8_string("digest", digest.baseAddress, 0), OSSL_PARAM_construct_end(),
      ]
      return EVP_MAC_init(mac, bytes, key.bytes.count, parameters) == 1
    }
    return isReady
  }

  private func made(_ value: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var count = 0
    guard begin(), value.isEmpty || EVP_MAC_update(mac, value.baseAddress, value.count) == 1,
      EVP_MAC_final(mac, &code, &count, code.count) == 1, count >= MaskKey.printedBytes
    else { return Array("[redacted]".utf8) }
    var text = Array("[hash:".utf8)
    text.reserveCapacity(text.count + 2 * MaskKey.printedBytes + 1)
    for byte in code[..<MaskKey.printedBytes] {
      text.append(Self.digits[Int(byte >> 4)])
      text.append(Self.digits[Int(byte & 0xF)])
    }
    text.append(UInt8(ascii: "]"))
    return text
  }

  private static let digits = Array("0123456789abcdef".utf8)
}
