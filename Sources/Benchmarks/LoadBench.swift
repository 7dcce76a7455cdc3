import BundleTrust
import Glibc
import PolicyBytecode
import PolicyRuntime

/// `hpol-bench load`: what it costs to put a signed bundle in force, and to notice that it is.
enum LoadBench {
  static func run(_ sizes: [Int]) {
    let headers = [
      "rules", "bundle KiB", "resident KiB", "signature ms", "proofs ms", "tables ms", "in all ms", "current ns",
      "refresh ns",
    ]
    print("\n" + headers.map { column($0, 14) }.joined())
    for ruleCount in sizes {
      do {
        print(try cells(ruleCount).map { column($0, 14) }.joined())
      } catch {
        fatalError("\(error)")
      }
    }
  }

  private static func cells(_ ruleCount: Int) throws -> [String] {
    let key = try SigningKey.generate()
    let keys = TrustedKeys([key.publicKey])
    let signed = try SignedBundle.sign(buildInMemory(Workload(ruleCount: ruleCount).source), with: key)
    let bundle = try Bundle(signed)
    let slot = PolicySlot(try LoadedPolicy(bundle))
    let opening = best(of: 25, processSeconds) { _ = try? SignedBundle.open(signed, trusting: keys, now: 0) }
    let proving = best(of: 25, processSeconds) { _ = try? Bundle(signed) }
    let tables = best(of: 25, processSeconds) { _ = try? LoadedPolicy(bundle) }
    let replacing = best(of: 25, processSeconds) { try? slot.replace(with: signed, trusting: keys, now: 0) }
    var reader = PolicyReader(slot)
    let rounds = 1_000_000
    var seen = 0
    let current = best(of: 5, processSeconds) { for _ in 0..<rounds where slot.current.bundle.count > 0 { seen += 1 } }
    let refresh = best(of: 5, processSeconds) { for _ in 0..<rounds where reader.refresh() { seen += 1 } }
    let resident = try residentBytes(ofEach: 4) { try LoadedPolicy(try Bundle(signed)) }
    guard seen > 0 else { fatalError("nothing was in force") }
    let milliseconds = [opening - proving, proving, tables, replacing].map { fixed(max($0, 0) * 1e3, 2) }
    let sizes = [String(ruleCount), fixed(Double(signed.count) / 1024, 0), fixed(Double(resident) / 1024, 0)]
    return sizes + milliseconds
      + [current, refresh].map { fixed($0 / Double(rounds) * 1e9, 1) }
  }

  /// The memory that each of `count` things takes from the system, its own copy of the bundle included.
  private static func residentBytes<Kept>(ofEach count: Int, _ make: () throws -> Kept) rethrows -> Int {
    let before = residentPages()
    let kept = try (0..<count).map { _ in try make() }
    return withExtendedLifetime(kept) { (residentPages() - before) * sysconf(Int32(_SC_PAGESIZE)) / count }
  }

  /// The second field of proc(5)'s `statm`.
  private static func residentPages() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, 128, file) != nil else { return 0 }
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  }
}
