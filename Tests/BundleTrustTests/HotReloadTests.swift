import BundleTrust
import Foundation
import Operations
import PolicyBytecode
import PolicyRuntime
import Synchronization
import Testing

/// Policies are swapped while threads judge under them. `make tsan` runs this under ThreadSanitizer.
@Suite struct HotReloadTests {
  /// What the readers saw.
  private struct Sightings {
    var decisions = 0
    var swaps = 0
    var failures: [String] = []
  }

  /// Every decision is that of one whole policy, none is older than one before it, and every bundle that comes in time is
  /// seen; nobody waits for a bundle that is being loaded.
  @Test func readersJudgeOnWhilePoliciesAreSwapped() throws {
    let key = try SigningKey.generate()
    let keys = TrustedKeys([key.publicKey])
    let revisions: UInt64 = 200
    let bundles = try (1...revisions).map { try SignedBundle.sign(bundle(revision: $0), with: key) }
    let slot = PolicySlot(try SignedBundle.policy(SignedBundle.open(bundles[0], trusting: keys, now: 0)))
    let isOver = Atomic(false)
    let sightings = Guarded(Sightings())
    let readers = DispatchGroup()
    for _ in 0..<4 {
      let thread = Thread {
        let seen = Self.judge(slot, until: isOver)
        sightings.withLock {
          $0.decisions += seen.decisions
          $0.swaps += seen.swaps
          $0.failures += seen.failures
        }
        readers.leave()
      }
      readers.enter()
      thread.start()
    }
    // Two writers race; what comes too late is older, and refused.
    let refused = Atomic(0)
    let writers = DispatchGroup()
    for parity in 0..<2 {
      writers.enter()
      Thread {
        for number in stride(from: 1 + parity, to: bundles.count, by: 2) {
          do throws(TrustError) {
            try slot.replace(with: bundles[number], trusting: keys, now: 0)
          } catch {
            if case .older = error { refused.add(1, ordering: .relaxed) } else { fatalError(error.message) }
          }
          // Refused bundles change nothing, however often they come.
          var broken = bundles[number]
          broken[broken.count / 2] ^= 1
          if (try? slot.replace(with: broken, trusting: keys, now: 0)) != nil {
            fatalError("a changed bundle is in force")
          }
        }
        writers.leave()
      }.start()
    }
    writers.wait()
    #expect(slot.generation + UInt64(refused.load(ordering: .relaxed)) == revisions - 1)
    // Let the readers see the last one.
    Thread.sleep(forTimeInterval: 0.1)
    isOver.store(true, ordering: .releasing)
    readers.wait()
    let seen = sightings.withLock { $0 }
    #expect(seen.failures == [])
    #expect(seen.decisions > 1000 && seen.swaps > 4, "\(seen)")
  }

  /// Judges until it is over, with everything made anew after each swap.
  private static func judge(_ slot: PolicySlot, until isOver: borrowing Atomic<Bool>) -> Sightings {
    var sightings = Sightings()
    var reader = PolicyReader(slot)
    var latest: UInt64 = 0
    repeat {
      let policy = reader.policy
      let revision = policy.bundle.release.revision
      if revision < latest { sightings.failures.append("revision \(revision) after \(latest)") }
      latest = revision
      var facts = SessionFacts()
      facts.user = "eve"
      let session = Session(policy, facts)
      var context = DecodeContext(demand: policy.demand)
      var interpreter = Interpreter(policy)
      repeat {
        context.decode(.postgres, Array("DROP TABLE t".utf8))
        let verdict = interpreter.judge(context.batch, in: session, at: Moment(clock: 0))
        sightings.decisions += 1
        if verdict.message != "revision \(revision)" {
          sightings.failures.append("\(verdict.message ?? "nothing") under revision \(revision)")
        }
        if isOver.load(ordering: .acquiring) {
          if !reader.refresh(), slot.revision != revision { sightings.failures.append("the last one was not seen") }
          return sightings
        }
      } while !reader.refresh()
      sightings.swaps += 1
    } while true
  }
}
