import CAllocationCounter
import Glibc
import Operations
import PolicyBytecode
import PolicyRuntime
import PolicyTestBench

/// `hpol-bench decode [BUNDLE.hpolb] FILE.jsonl…`: what decoding and judging cost on recorded commands, lines
/// `{"protocol", "command"}`, each seen once a round: nothing that was decoded before helps.
enum DecodingBench {
  private static let rounds = 15
  /// Payloads that are measured together; the best time of each chunk counts, so that a pause of the machine spoils one
  /// chunk of one round only.
  private static let chunk = 100

  /// Prints a line for each protocol of each file. Without a bundle, under the policy of ``DecodingWorkload``.
  static func run(_ paths: [String]) {
    var bytes = buildInMemory(DecodingWorkload.policy)
    var files = paths[...]
    if let path = files.first, path.hasSuffix(".hpolb") {
      bytes = contents(of: path)
      files.removeFirst()
    }
    guard let bundle = try? Bundle(bytes), let policy = try? LoadedPolicy(bundle) else {
      fail("the bundle was refused")
    }
    let headers = ["", "payloads", "mean bytes", "decode ns", "judge ns", "both ns", "ns a byte", "allocations"]
    print(headers.map { column($0, 13) }.joined())
    for path in files {
      let payloads = commands(of: path)
      for wire in OperationProtocol.allCases {
        let own = payloads.filter { $0.protocol == wire }.map(\.bytes)
        if own.isEmpty { continue }
        print(cells(wire, own, policy).map { column($0, 13) }.joined())
      }
    }
  }

  private static func cells(_ wire: OperationProtocol, _ payloads: [[UInt8]], _ policy: LoadedPolicy) -> [String] {
    var facts = SessionFacts()
    facts.groups = ["developers"]
    facts.target = "prod-orders"
    let work = DecodingWork(policy, facts, wire, payloads)
    let chunks = stride(from: 0, to: payloads.count, by: chunk).map { $0..<min($0 + chunk, payloads.count) }
    let decoding = best(of: chunks, work.decode)
    let total = best(of: chunks, work.decodeAndJudge)
    let before = allocation_count()
    for chunk in chunks { work.decodeAndJudge(chunk) }
    let allocations = Double(allocation_count() - before) / Double(payloads.count)
    let byteCount = Double(payloads.reduce(0) { $0 + $1.count })
    let scale = 1e9 / Double(payloads.count)
    return [
      wire.name, String(payloads.count), fixed(byteCount / Double(payloads.count), 1), fixed(decoding * scale, 0),
      fixed((total - decoding) * scale, 0), fixed(total * scale, 0), fixed(total * 1e9 / byteCount, 1),
      fixed(allocations, 2),
    ]
  }

  private static func best(of chunks: [Range<Int>], _ body: (Range<Int>) -> Void) -> Double {
    var times = [Double](repeating: .infinity, count: chunks.count)
    for _ in 0..<rounds {
      for (number, chunk) in chunks.enumerated() {
        let mark = seconds()
        body(chunk)
        times[number] = min(times[number], seconds() - mark)
      }
    }
    return times.reduce(0, +)
  }

  private static func commands(of path: String) -> [(protocol: OperationProtocol, bytes: [UInt8])] {
    var result: [(protocol: OperationProtocol, bytes: [UInt8])] = []
    do throws(FileError) {
      var reader = try FixtureReader(path: path)
      while let line = try reader.nextDecodeInput() {
        if case .value(let input, _) = line { result.append((input.protocol, input.command)) }
      }
    } catch {
      fail(error.message)
    }
    return result
  }

  private static func contents(of path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { fail("cannot read `\(path)`") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return bytes
  }

  private static func fail(_ message: String) -> Never {
    let line = "hpol-bench: \(message)\n"
    _ = write(STDERR_FILENO, line, line.utf8.count)
    exit(2)
  }
}

/// What is measured. Its memory stands behind pointers: a variable that closures share, or a property of a class, is checked for
/// exclusive access at each use.
private final class DecodingWork {
  private let wire: OperationProtocol
  private let payloads: [[UInt8]]
  private let session: Session
  private let context: UnsafeMutablePointer<DecodeContext>
  private let interpreter: UnsafeMutablePointer<Interpreter>

  init(_ policy: LoadedPolicy, _ facts: SessionFacts, _ wire: OperationProtocol, _ payloads: [[UInt8]]) {
    (self.wire, self.payloads) = (wire, payloads)
    session = Session(policy, facts)
    context = .allocate(capacity: 1)
    context.initialize(to: DecodeContext(demand: policy.demand))
    interpreter = .allocate(capacity: 1)
    interpreter.initialize(to: Interpreter(policy))
  }

  deinit {
    context.deinitialize(count: 1)
    context.deallocate()
    interpreter.deinitialize(count: 1)
    interpreter.deallocate()
  }

  func decode(_ chunk: Range<Int>) {
    for number in chunk { context.pointee.decode(wire, payloads[number]) }
  }

  func decodeAndJudge(_ chunk: Range<Int>) {
    for number in chunk {
      context.pointee.decode(wire, payloads[number])
      interpreter.pointee.begin(session, at: Moment())
      for number in 0..<context.pointee.batch.count {
        _ = interpreter.pointee.judge(number, of: context.pointee.batch, in: session)
      }
    }
  }
}
