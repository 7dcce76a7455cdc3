import BundleTrust
import PolicyBytecode
import PolicyRuntime
import Testing

@Suite struct PolicySlotTests {
  private func policy(_ revision: UInt64) throws -> LoadedPolicy {
    try LoadedPolicy(Bundle(bundle(revision: revision)))
  }

  @Test func aPolicyIsReplacedByOneThatIsNotOlder() throws {
    let key = try SigningKey.generate()
    let keys = TrustedKeys([key.publicKey])
    let slot = PolicySlot(try policy(2))
    var reader = PolicyReader(slot)
    let first = reader.policy
    #expect(reader.refresh() == false && slot.revision == 2)

    func replace(_ revision: UInt64, allowingOlder: Bool = false) throws -> TrustError? {
      let bytes = try SignedBundle.sign(bundle(revision: revision), with: key)
      return refusal { () throws(TrustError) in
        try slot.replace(with: bytes, trusting: keys, now: 0, allowingOlder: allowingOlder)
      }
    }
    #expect(try replace(3) == nil && slot.revision == 3)
    // A reader goes on with what it has until it asks.
    #expect(reader.policy === first)
    #expect(reader.refresh() == true && reader.policy === slot.current)
    #expect(reader.refresh() == false)
    // The same revision again is no older one.
    #expect(try replace(3) == nil && reader.refresh() == true)
    #expect(try replace(2) == .older(revision: 2, inForce: 3))
    #expect(try replace(1, allowingOlder: true) == nil && slot.revision == 1)
    #expect(slot.generation == 3)
  }

  @Test func whatIsRefusedChangesNothing() throws {
    let key = try SigningKey.generate()
    let keys = TrustedKeys([key.publicKey])
    let slot = PolicySlot(try policy(2))
    let inForce = slot.current
    var broken = try SignedBundle.sign(bundle(revision: 5), with: key)
    broken[200] ^= 1
    for bytes in [broken, try bundle(revision: 5), []] {
      #expect(refusal { () throws(TrustError) in try slot.replace(with: bytes, trusting: keys, now: 0) } != nil)
    }
    let older = try policy(1)
    #expect(
      refusal { () throws(TrustError) in try slot.replace(with: older) } == .older(revision: 1, inForce: 2))
    #expect(slot.current === inForce && slot.generation == 0)
  }
}
