import PatternMatching
import PolicyBytecode

/// A table of patterns in memory of its own, for tests.
final class TestTable {
  private let memory: UnsafeMutableRawBufferPointer
  let table: PatternTable

  init(_ patterns: [Pattern]) throws {
    var builder = PatternTableBuilder()
    for pattern in patterns { _ = builder.add(try PatternCompiler().compile(pattern)) }
    memory = copy(builder.encode())
    table = try PatternTable(UnsafeRawBufferPointer(memory))
  }

  deinit { memory.deallocate() }

  /// What each pattern says of `text`, one by one.
  func results(_ text: [UInt8]) -> [MatchResult] {
    var scratch = PatternScratch()
    return text.withUnsafeBufferPointer { text in
      (0..<UInt32(table.count)).map { table.matches($0, text, scratch: &scratch) }
    }
  }
}

/// `bytes` in aligned memory that is as large as they are and no larger, for a sanitizer to guard.
func copy(_ bytes: [UInt8]) -> UnsafeMutableRawBufferPointer {
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
  memory.copyBytes(from: bytes)
  return memory
}

func matches(_ pattern: Pattern, _ text: String) throws -> Bool {
  try TestTable([pattern]).results(Array(text.utf8)) == [.matched]
}

/// A generator that gives the same numbers everywhere (SplitMix64, Steele et al. 2014).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
