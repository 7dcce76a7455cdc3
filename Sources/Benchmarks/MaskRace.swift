import CAllocationCounter
import JSONText
import Operations
import PolicyBytecode
import PolicyRuntime
import Responses

#if HPOL_PEERS
  import CPeers

  /// Masking with patterns that a policy declares, beside one alternation of the same patterns in RE2 with the same
  /// checks: on the same texts, in the same run, and the same bytes must come out.
  ///
  /// The peer has each text as a whole and writes into memory that is there; the masker gets it in pieces, as a gateway
  /// does, and hands on what is certain after each.
  enum MaskRace {
    private static let size = 8 << 20
    private static let pieceBytes = 16 << 10
    private static let rounds = 15

    private struct Result {
      let share: Double
      let values: Int
      /// Seconds, sorted, of each contender.
      let peer: [Double]
      let masker: [Double]
      let isSame: Bool
      let allocations: UInt64

      /// How many times the peer's speed, best round against best round.
      var ratio: Double { peer[0] / masker[0] }
    }

    static func run() {
      let plan = plan()
      let peer = Peer(MaskingWorkload.detectors)
      print("\nmasking beside RE2, one alternation of \(MaskingWorkload.detectors.count) patterns, \(size >> 20) MB")
      print(
        ["personal data", "values", "RE2 MB/s", "median", "hpol MB/s", "median", "ratio", "output", "allocations"]
          .map { column($0, 14) }.joined())
      let results = [0.001, 0.05].map { share in
        let result = race(MaskingWorkload(size: size, share: share), plan, peer)
        let cells =
          [fixed(result.share * 100, 2) + " %", String(result.values)]
          + [result.peer, result.masker].flatMap { [speed($0[0]), speed($0[rounds / 2])] }
          + [fixed(result.ratio, 2), result.isSame ? "same" : "DIFFERS", String(result.allocations)]
        print(cells.map { column($0, 14) }.joined())
        return result
      }
      write(results)
    }

    private static func speed(_ seconds: Double) -> String { fixed(Double(size) / seconds / 1e6, 0) }

    /// The plan of the masks that the policy asks for.
    private static func plan() -> MaskPlan {
      guard let bundle = try? Bundle(buildInMemory(MaskingWorkload.policy)), let policy = try? LoadedPolicy(bundle)
      else {
        fatalError("the bundle was refused")
      }
      var facts = SessionFacts()
      facts.user = "bench"
      let session = Session(policy, facts)
      var context = DecodeContext(demand: policy.demand)
      context.decode(.http, Array("GET /notes".utf8))
      var interpreter = Interpreter(policy)
      interpreter.begin(session, at: Moment())
      let verdict = interpreter.combine([interpreter.judge(0, of: context.batch, in: session)])
      precondition(verdict.masks.count == MaskingWorkload.detectors.count)
      return MaskPlan(verdict.masks, detectors: policy.detector, key: .bench)
    }

    private static func race(_ workload: MaskingWorkload, _ plan: MaskPlan, _ peer: Peer) -> Result {
      let text = workload.text
      var expected = [UInt8](repeating: 0, count: 2 * text.count)
      var out: [UInt8] = []
      out.reserveCapacity(2 * text.count)
      var (times, peerTimes) = ([Double](), [Double]())
      var count = 0
      var allocations = UInt64.max
      for _ in 0..<rounds {
        var mark = seconds()
        count = peer.mask(text, into: &expected)
        peerTimes.append(seconds() - mark)
        out.removeAll(keepingCapacity: true)
        let before = allocation_count()
        mark = seconds()
        mask(text, plan, &out)
        times.append(seconds() - mark)
        allocations = min(allocations, allocation_count() - before)
      }
      return Result(
        share: Double(workload.valueBytes) / Double(text.count), values: workload.valueCount, peer: peerTimes.sorted(),
        masker: times.sorted(), isSame: out[...] == expected[..<count], allocations: allocations)
    }

    private static func mask(_ text: [UInt8], _ plan: MaskPlan, _ out: inout [UInt8]) {
      var masker = ResponseMasker(plan)
      text.withUnsafeBufferPointer { text in
        for start in stride(from: 0, to: text.count, by: pieceBytes) {
          let piece = text[start..<min(start + pieceBytes, text.count)]
          masker.write(UnsafeBufferPointer(rebasing: piece), into: &out)
        }
      }
      masker.finish(into: &out)
    }

    private static func write(_ results: [Result]) {
      MachineReport.write("masking", libraries: "RE2 as packaged by the distribution") { writer in
        writer.key("texts")
        writer.lines(results) { result, writer in
          writer.object { writer in
            writer.key("bytes")
            writer.integer(size)
            writer.key("personal_data_percent")
            writer.decimal(result.share * 100, digits: 2)
            writer.key("values")
            writer.integer(result.values)
            for (key, times) in [("re2", result.peer), ("hpol", result.masker)] {
              writer.key("\(key)_mb_per_second")
              writer.decimal(Double(size) / times[0] / 1e6, digits: 1)
              writer.key("\(key)_median_mb_per_second")
              writer.decimal(Double(size) / times[rounds / 2] / 1e6, digits: 1)
            }
            writer.key("ratio")
            writer.decimal(result.ratio, digits: 2)
            writer.key("output_is_same")
            writer.boolean(result.isSame)
          }
        }
      }
    }
  }

  /// RE2 with the patterns.
  private final class Peer {
    private let pointer: OpaquePointer

    init(_ detectors: [MaskingWorkload.Detector]) {
      func copy(_ text: String) -> UnsafeMutablePointer<CChar> {
        let bytes = UnsafeMutablePointer<CChar>.allocate(capacity: text.utf8.count + 1)
        for (index, byte) in text.utf8.enumerated() { bytes[index] = CChar(bitPattern: byte) }
        bytes[text.utf8.count] = 0
        return bytes
      }
      let names = detectors.map { copy($0.name) }
      let expressions = detectors.map { copy($0.regex) }
      let records = detectors.indices.map { index in
        let check =
          switch detectors[index].check {
          case "luhn": peer_check_luhn
          case "mod97": peer_check_mod97
          default: peer_check_none
          }
        return peer_detector(name: names[index], regex: expressions[index], check: check)
      }
      guard let pointer = peer_masker_create(records, records.count) else { fatalError("RE2 refused a pattern") }
      self.pointer = pointer
      (names + expressions).forEach { $0.deallocate() }
    }

    deinit { peer_masker_destroy(pointer) }

    func mask(_ text: [UInt8], into out: inout [UInt8]) -> Int {
      text.withUnsafeBufferPointer { text in
        out.withUnsafeMutableBufferPointer { out in
          peer_masker_mask(pointer, text.baseAddress, text.count, out.baseAddress)
        }
      }
    }
  }
#else
  /// Without the peer there is nothing to compare with.
  enum MaskRace {
    static func run() { print("\nmasking beside RE2: built by `make bench`, which installs it") }
  }
#endif
