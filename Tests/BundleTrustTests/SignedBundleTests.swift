import BundleTrust
import PolicyBytecode
import Testing

@Suite struct SignedBundleTests {
  private let now: Int64 = 1_800_000_000

  @Test func aSignedBundleOpensForWhoTrustsItsKey() throws {
    let key = try SigningKey.generate()
    let other = try SigningKey.generate()
    let plain = try bundle(revision: 3)
    let signed = try SignedBundle.sign(plain, with: key)
    // The signature stands after the body, which stays as it was; Ed25519 signs alike each time.
    #expect(signed.count == plain.count + BundleSignature.byteCount && signed.starts(with: plain))
    #expect(try SignedBundle.sign(plain, with: key) == signed)
    let trusted = TrustedKeys([other.publicKey, key.publicKey])
    let opened = try SignedBundle.open(signed, trusting: trusted, now: now, inForce: 3)
    #expect(opened.release.revision == 3 && opened.signature?.key == key.publicKey.bytes)
    // Signing again replaces the signature.
    let again = try SignedBundle.sign(signed, with: other)
    #expect(again.count == signed.count)
    #expect(try SignedBundle.open(again, trusting: trusted, now: now).signature?.key == other.publicKey.bytes)
  }

  @Test func everythingElseIsRefusedWithItsReason() throws {
    let key = try SigningKey.generate()
    let other = try SigningKey.generate()
    let trusted = TrustedKeys([key.publicKey])
    let plain = try bundle(revision: 3, expires: now)
    let signed = try SignedBundle.sign(plain, with: key)
    func refusal(_ bytes: [UInt8], now: Int64 = 0, inForce: UInt64? = nil) -> TrustError? {
      BundleTrustTests.refusal { () throws(TrustError) in
        _ = try SignedBundle.open(bytes, trusting: trusted, now: now, inForce: inForce)
      }
    }
    #expect(refusal(plain) == .unsigned)
    #expect(refusal(try SignedBundle.sign(plain, with: other)) == .unknownKey(id: other.publicKey.id))
    // A trusted key's name under another's signature.
    var forged = try SignedBundle.sign(plain, with: other)
    forged.replaceSubrange(plain.count + 8..<plain.count + 40, with: key.publicKey.bytes)
    #expect(refusal(forged) == .changed(keyID: key.publicKey.id))
    // A signature of another bundle.
    let foreign = try bundle(revision: 4) + signed[plain.count...]
    #expect(refusal(foreign) == .changed(keyID: key.publicKey.id))
    #expect(refusal(signed, now: now - 1) == nil)
    #expect(refusal(signed, now: now) == .expired(at: now))
    #expect(refusal(signed, inForce: 3) == nil)
    #expect(refusal(signed, inForce: 4) == .older(revision: 3, inForce: 4))
    #expect(
      BundleTrustTests.refusal { () throws(TrustError) in
        _ = try SignedBundle.open(signed, trusting: TrustedKeys([]), now: 0)
      } == .unknownKey(id: key.publicKey.id))
  }

  /// Under the point 0 as a key, R = 0 and S = 0 sign every text. Keys that were read are none such; nor is one that was not.
  @Test func whatAnyoneCanSignIsNotSigned() throws {
    let zero: [UInt8] = [1] + [UInt8](repeating: 0, count: 31)
    let forgery = BundleSignature(key: zero, value: zero + [UInt8](repeating: 0, count: 32))
    let forged = try bundle(revision: 3) + forgery.encoded
    let trusted = TrustedKeys([PublicKey(of: forgery)])
    let error = BundleTrustTests.refusal { () throws(TrustError) in
      _ = try SignedBundle.open(forged, trusting: trusted, now: now)
    }
    #expect(error == .changed(keyID: trusted.keys[0].id))
  }

  /// To sign what was changed would make it good.
  @Test func whatWasChangedIsNotSigned() throws {
    let key = try SigningKey.generate()
    var signed = try SignedBundle.sign(try bundle(revision: 1), with: key)
    signed[signed.count / 2] ^= 1
    let error = BundleTrustTests.refusal { () throws(TrustError) in _ = try SignedBundle.sign(signed, with: key) }
    #expect(error == .changed(keyID: key.publicKey.id))
  }

  /// No byte of a signed bundle can change, be it for who trusts the key or for who only looks.
  @Test func everyByteCounts() throws {
    let key = try SigningKey.generate()
    let trusted = TrustedKeys([key.publicKey])
    let signed = try SignedBundle.sign(try bundle(revision: 1), with: key)
    for position in signed.indices {
      for bit in [UInt8(1), 0x80] {
        var bytes = signed
        bytes[position] ^= bit
        let trusting = refusal { () throws(TrustError) in
          _ = try SignedBundle.open(bytes, trusting: trusted, now: now)
        }
        #expect(trusting != nil && trusting != .unsigned, "byte \(position) of \(signed.count)")
        let looking = refusal { () throws(TrustError) in _ = try SignedBundle.openUntrusted(bytes) }
        #expect(looking != nil, "byte \(position) of \(signed.count)")
      }
    }
    for count in 0..<signed.count {
      #expect(
        refusal { () throws(TrustError) in
          _ = try SignedBundle.open(Array(signed[..<count]), trusting: trusted, now: now)
        } != nil)
    }
    for extra in [[0], BundleSignature.magic, Array(signed.suffix(BundleSignature.byteCount))] {
      #expect(refusal { () throws(TrustError) in _ = try SignedBundle.openUntrusted(signed + extra) } != nil)
    }
  }

  @Test func unsignedAndOldBundlesCanBeLookedAt() throws {
    let plain = try bundle(expires: 1)
    #expect(try SignedBundle.openUntrusted(plain).signature == nil)
    #expect(try SignedBundle.openUntrusted(SignedBundle.sign(plain, with: .generate())).release.expires == 1)
  }

  @Test func onlyBundlesAreSigned() throws {
    let key = try SigningKey.generate()
    #expect(
      refusal { () throws(TrustError) in _ = try SignedBundle.sign(Array("hello".utf8), with: key) }
        == .unusable(BundleError("this is not an hpol bundle")))
  }
}
