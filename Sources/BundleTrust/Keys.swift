import COpenSSL
import PolicyBytecode

/// Why something is no usable key.
public struct KeyError: Error, Hashable, Sendable {
  /// Lower case, no full stop.
  public var message: String
  public init(_ message: String) { self.message = message }
}

/// The public half of an Ed25519 key: what a gateway trusts.
public struct PublicKey: Hashable, Sendable {
  public let bytes: [UInt8]

  /// Takes the 32 bytes of RFC 8032.
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The key that a signature names.
  public init(of signature: BundleSignature) { bytes = signature.key }

  /// Reads a file that holds one key.
  public init(pem: [UInt8]) throws(KeyError) {
    let keys = try TrustedKeys(pem: pem).keys
    guard keys.count == 1 else { throw KeyError("there are \(keys.count) public keys where one is expected") }
    self = keys[0]
  }

  /// Its name in messages: the first 8 bytes of its SHA-256, as 16 hexadecimal digits. People compare it; trust does not
  /// rest on it.
  public var id: String { Self.id(of: bytes) }

  static func id(of bytes: [UInt8]) -> String { hexadecimal(sha256(bytes)[..<8]) }

  /// As `SubjectPublicKeyInfo` (RFC 8410) in PEM.
  public var pem: [UInt8] {
    guard let key = openSSLKey() else { return [] }
    defer { EVP_PKEY_free(key) }
    return PEM.text { PEM_write_bio_PUBKEY($0, key) } ?? []
  }

  /// Whether `signature` is one of `text` by this key, and not one that anyone could make.
  func hasSigned(_ text: [UInt8], _ signature: [UInt8]) -> Bool {
    guard !SmallOrder.has(bytes), let key = openSSLKey(), let context = EVP_MD_CTX_new() else { return false }
    defer {
      EVP_MD_CTX_free(context)
      EVP_PKEY_free(key)
    }
    return EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
      && EVP_DigestVerify(context, signature, signature.count, text, text.count) == 1
  }

  private func openSSLKey() -> OpaquePointer? {
    EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count)
  }
}

/// The public keys whose bundles are accepted.
public struct TrustedKeys: Hashable, Sendable {
  public let keys: [PublicKey]

  public init(_ keys: [PublicKey]) { self.keys = keys }

  /// Reads a file of one or more keys in PEM.
  public init(pem: [UInt8]) throws(KeyError) {
    guard pem.count <= PEM.maxBytes else { throw KeyError("a file of keys has at most \(PEM.maxBytes) bytes") }
    let found = PEM.keys(pem) { PEM_read_bio_PUBKEY($0, nil, noPassphrase, nil) }
    defer { for key in found { EVP_PKEY_free(key) } }
    ERR_clear_error()
    guard !found.isEmpty || !PEM.mentions("PRIVATE KEY-----", pem) else {
      throw KeyError("this is a private key, which only who signs should have; give the public key that belongs to it")
    }
    // OpenSSL stops at the end and at what it cannot read alike; that is not passed over.
    guard !found.isEmpty, found.count == PEM.beginnings(pem) else {
      throw KeyError("expected public keys in PEM, as `hpol keygen` writes them; key \(found.count + 1) cannot be read")
    }
    var keys: [PublicKey] = []
    for key in found {
      var bytes = [UInt8](repeating: 0, count: BundleSignature.keyBytes)
      var count = bytes.count
      guard EVP_PKEY_get_id(key) == EVP_PKEY_ED25519, EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1,
        count == bytes.count
      else { throw KeyError("a key is not of Ed25519; make one with `hpol keygen`") }
      guard !SmallOrder.has(bytes) else {
        throw KeyError(
          "the key \(PublicKey.id(of: bytes)) is a point of small order, for which anyone can sign; "
            + "make one with `hpol keygen`")
      }
      keys.append(PublicKey(bytes))
    }
    self.keys = keys
  }
}

/// A whole Ed25519 key: what signs. Its bytes stay with OpenSSL, which wipes them at the end.
public struct SigningKey: ~Copyable {
  private let key: OpaquePointer
  public let publicKey: PublicKey

  /// A new key, from the system's randomness.
  public static func generate() throws(KeyError) -> SigningKey {
    let context = EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nil)
    defer { EVP_PKEY_CTX_free(context) }
    var made: OpaquePointer?
    guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_keygen(context, &made) == 1, let key = made else {
      throw KeyError("OpenSSL cannot make an Ed25519 key")
    }
    return try SigningKey(key)
  }

  /// Reads a private key in PEM that is not encrypted.
  public init(pem: [UInt8]) throws(KeyError) {
    let found = PEM.keys(pem) { PEM_read_bio_PrivateKey($0, nil, noPassphrase, nil) }
    ERR_clear_error()
    for key in found.dropFirst() { EVP_PKEY_free(key) }
    guard let key = found.first else {
      throw PEM.mentions("ENCRYPTED", pem)
        ? KeyError("the private key is encrypted; decrypt it with `openssl pkey` and hand it over by a pipe")
        : KeyError("expected a private key in PEM, as `hpol keygen` writes it")
    }
    guard found.count == 1 else {
      EVP_PKEY_free(key)
      throw KeyError("there are \(found.count) private keys where one is expected")
    }
    try self.init(key)
  }

  /// Takes over `key`.
  private init(_ key: OpaquePointer) throws(KeyError) {
    var bytes = [UInt8](repeating: 0, count: BundleSignature.keyBytes)
    var count = bytes.count
    guard EVP_PKEY_get_id(key) == EVP_PKEY_ED25519, EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1,
      count == bytes.count
    else {
      EVP_PKEY_free(key)
      throw KeyError("the key is not of Ed25519; make one with `hpol keygen`")
    }
    self.key = key
    publicKey = PublicKey(bytes)
  }

  deinit { EVP_PKEY_free(key) }

  /// As PKCS #8 (RFC 8410) in PEM, not encrypted.
  public var pem: [UInt8] {
    PEM.text { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) } ?? []
  }

  func sign(_ text: [UInt8]) -> [UInt8]? {
    guard let context = EVP_MD_CTX_new() else { return nil }
    defer { EVP_MD_CTX_free(context) }
    var signature = [UInt8](repeating: 0, count: BundleSignature.valueBytes)
    var count = signature.count
    guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
      EVP_DigestSign(context, &signature, &count, text, text.count) == 1, count == signature.count
    else { return nil }
    return signature
  }
}
