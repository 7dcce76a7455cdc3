import COpenSSL

/// The SHA-256 (FIPS 180-4) of `bytes`: 32 of them.
public func sha256(_ bytes: [UInt8]) -> [UInt8] { sha256(bytes[...]) }

/// The SHA-256 of `bytes`, which are not copied.
public func sha256(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
  var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
  let isDone = bytes.withUnsafeBytes {
    EVP_Digest($0.baseAddress, $0.count, &digest, nil, EVP_sha256(), nil) == 1
  }
  // The one-shot function fails only where it is given no algorithm.
  precondition(isDone, "OpenSSL has no SHA-256")
  return digest
}

/// Two lower-case hexadecimal digits a byte.
public func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
