import BundleTrust
import Testing

@Suite struct KeyTests {
  private func message(_ read: () throws(KeyError) -> Void) -> String? {
    do throws(KeyError) {
      try read()
      return nil
    } catch {
      return error.message
    }
  }

  @Test func keysSurvivePEM() throws {
    let key = try SigningKey.generate()
    let again = try SigningKey(pem: key.pem)
    #expect(again.publicKey == key.publicKey)
    #expect(try PublicKey(pem: key.publicKey.pem) == key.publicKey)
    #expect(String(decoding: key.pem, as: UTF8.self).hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
    #expect(String(decoding: key.publicKey.pem, as: UTF8.self).hasPrefix("-----BEGIN PUBLIC KEY-----\n"))
    #expect(key.publicKey.id.utf8.count == 16)
    let other = try SigningKey.generate()
    #expect(other.publicKey != key.publicKey && other.publicKey.id != key.publicKey.id)
  }

  @Test func aFileMayHoldSeveralPublicKeys() throws {
    let (first, second) = (try SigningKey.generate().publicKey, try SigningKey.generate().publicKey)
    let comment = Array("who signs in production\n".utf8)
    #expect(try TrustedKeys(pem: comment + first.pem + comment + second.pem + comment).keys == [first, second])
    #expect(
      message { () throws(KeyError) in _ = try PublicKey(pem: first.pem + second.pem) }?.contains("2 public") == true)
    // One that is cut off is not passed over.
    let cut = first.pem + second.pem.dropLast(30)
    #expect(message { () throws(KeyError) in _ = try TrustedKeys(pem: cut) }?.contains("key 2 cannot be read") == true)
  }

  @Test func whatIsNoKeyIsRefused() throws {
    let key = try SigningKey.generate()
    let rsa = """
      -----BEGIN PUBLIC KEY-----
      MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9
      q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==
      -----END PUBLIC KEY-----

      """
    let cases: [([UInt8], String)] = [
      ([], "expected public keys"), (Array("hello\n".utf8), "expected public keys"),
      (key.pem, "this is a private key"), (Array(rsa.utf8), "not of Ed25519"),
      ([UInt8](repeating: 10, count: 1 << 20 + 1), "at most"),
    ]
    for (pem, part) in cases {
      let text = message { () throws(KeyError) in _ = try TrustedKeys(pem: pem) }
      #expect(text?.contains(part) == true, "\(part): \(text ?? "accepted")")
    }
    let signing: [([UInt8], String)] = [
      ([], "expected a private key"), (key.publicKey.pem, "expected a private key"),
      (key.pem + key.pem, "there are 2 private keys"),
      (
        Array("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGb\n-----END ENCRYPTED PRIVATE KEY-----\n".utf8), "is encrypted"
      ),
    ]
    for (pem, part) in signing {
      let text = message { () throws(KeyError) in _ = try SigningKey(pem: pem) }
      #expect(text?.contains(part) == true, "\(part): \(text ?? "accepted")")
    }
  }

  /// The vector of FIPS 180-4.
  @Test func digests() {
    #expect(
      hexadecimal(sha256(Array("abc".utf8))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(sha256([]) == sha256([1, 2][..<0]))
    #expect(timestamp(0) == "1970-01-01T00:00:00Z" && timestamp(1_801_353_599) == "2027-01-30T23:59:59Z")
  }
}
