import BundleTrust
import Foundation
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

  /// The points whose order divides 8, in every encoding that some decoder takes for one, and a neighbour of each.
  @Test func keysForWhichAnyoneCanSignAreRefused() throws {
    let zeros = String(repeating: "00", count: 30)
    let ones = String(repeating: "ff", count: 30)
    let eighth = [
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03",
    ]
    let encodings = [
      "01\(zeros)00", "01\(zeros)80", "ec\(ones)7f", "ec\(ones)ff", "00\(zeros)00", "00\(zeros)80",
      eighth[0] + "05", eighth[0] + "85", eighth[1] + "7a", eighth[1] + "fa",
      "ed\(ones)7f", "ed\(ones)ff", "ee\(ones)7f", "ee\(ones)ff",
    ]
    #expect(Set(encodings).count == 14 && encodings.allSatisfy { $0.utf8.count == 64 })
    for encoding in encodings {
      let pem = pem(encoding)
      let text = message { () throws(KeyError) in _ = try TrustedKeys(pem: pem) }
      #expect(text?.contains("is a point of small order, for which anyone can sign") == true, "\(encoding)")
    }
    // Not alone either.
    let mixed = try SigningKey.generate().publicKey.pem + pem(encodings[0])
    #expect(message { () throws(KeyError) in _ = try TrustedKeys(pem: mixed) }?.contains("small order") == true)
    for other in ["02\(zeros)00", "eb\(ones)7f", "ef\(ones)7f", eighth[0] + "04", eighth[1] + "7b"] {
      #expect(try TrustedKeys(pem: pem(other)).keys.count == 1)
    }
  }

  /// A key's 32 bytes, in hexadecimal, as `SubjectPublicKeyInfo` in PEM.
  private func pem(_ key: String) -> [UInt8] {
    let digits = Array("302a300506032b6570032100\(key)")
    let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
    let text = Data(bytes).base64EncodedString()
    return Array("-----BEGIN PUBLIC KEY-----\n\(text)\n-----END PUBLIC KEY-----\n".utf8)
  }

  /// The vector of FIPS 180-4.
  @Test func digests() {
    #expect(
      hexadecimal(sha256(Array("abc".utf8))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(sha256([]) == sha256([1, 2][..<0]))
    #expect(timestamp(0) == "1970-01-01T00:00:00Z" && timestamp(1_801_353_599) == "2027-01-30T23:59:59Z")
  }
}
