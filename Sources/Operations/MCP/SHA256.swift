import COpenSSL

/// SHA-256 (FIPS 180-4), for telling definitions apart: who writes them may want two that look the same.
enum SHA256 {
  typealias Digest = [UInt8]

  static func digest(_ bytes: [UInt8]) -> Digest {
    var digest = Digest(repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    // The one-shot function fails only where it is given no algorithm.
    precondition(EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil) == 1, "OpenSSL has no SHA-256")
    return digest
  }
}
