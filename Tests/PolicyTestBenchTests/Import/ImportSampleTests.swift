import Foundation
import JSONText
import PolicyTestBench
import TestSupport
import Testing

/// Importing each recorded log gives the fixtures beside it, byte for byte; `HPOL_REWRITE_GOLDEN=1` writes them.
@Test(arguments: ImportSample.all) func samplesGiveTheirFixtures(sample: ImportSample) throws {
  let imported = try sample.run()
  #expect(imported.failures.isEmpty, "\(imported.reasons)")
  #expect(imported.counts.isBalanced, "\(imported.counts)")
  #expect(imported.counts.fixtures == imported.fixtures.count && !imported.fixtures.isEmpty)
  if ProcessInfo.processInfo.environment["HPOL_REWRITE_GOLDEN"] == "1" {
    try Data(imported.lines.utf8).write(to: sample.fixtures)
  }
  let expected = try String(decoding: Data(contentsOf: sample.fixtures), as: UTF8.self)
  #expect(imported.lines == expected, "HPOL_REWRITE_GOLDEN=1 rewrites \(sample.log).jsonl")
}

@Test(arguments: ImportSample.all) func samplesAreRecognised(sample: ImportSample) throws {
  #expect(try ImportFormat.detect(sample.path) == [sample.format])
}

@Test func everyFormatHasASample() {
  #expect(Set(ImportSample.all.map(\.format)) == Set(ImportFormat.allCases))
}

/// Whatever becomes of a log's bytes, every record is accounted for, every fixture can be read, and a failure says where.
@Test(arguments: ImportSample.all) func damagedLogsAreAccountedFor(sample: ImportSample) throws {
  let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: sample.path)))
  var random = SplitMix64(seed: 17)
  for _ in 0..<40 {
    var damaged = bytes
    for _ in 0..<1 + random.below(6) { damage(&damaged, &random) }
    let imported = try withFile(damaged) { try sample.run($0) }
    expectSound(imported, sample.log)
  }
}

/// Logs of another format are unreadable, or some of it is no request; nothing is lost and nothing stops.
@Test func logsOfOtherFormatsAreAccountedFor() throws {
  for sample in ImportSample.all {
    for format in ImportFormat.allCases where format != sample.format {
      expectSound(try ImportedLog(format, sample.path), "\(sample.log) as \(format.name)")
    }
  }
}

func expectSound(_ imported: ImportedLog, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(imported.counts.isBalanced, "\(name): \(imported.counts)", sourceLocation: sourceLocation)
  #expect(imported.counts.fixtures == imported.fixtures.count, sourceLocation: sourceLocation)
  #expect(imported.failures.isEmpty == (imported.counts.unreadable == 0), sourceLocation: sourceLocation)
  for failure in imported.failures { #expect(failure.line > 0 && failure.column > 0 && !failure.reason.isEmpty) }
  var parser = FixtureParser()
  for fixture in imported.fixtures {
    let line = fixtureLine(fixture)
    do throws(JSONError) {
      let again = try Array(line.utf8).withUnsafeBufferPointer { (bytes) throws(JSONError) in
        try parser.fixture(bytes)
      }
      #expect(fixtureLine(again) == line, "\(name)", sourceLocation: sourceLocation)
    } catch {
      Issue.record("\(name): \(error.message) in \(line)", sourceLocation: sourceLocation)
    }
  }
}

/// Changes a few bytes: cuts, doubles, swaps, or puts in what is awkward.
private func damage(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
  guard bytes.count > 8 else { return }
  let start = random.below(bytes.count - 4)
  let end = min(bytes.count, start + 1 + random.below(40))
  let awkward: [[UInt8]] = [
    [0], [0xFF], [0x22], [0x27], [0x5C], [0x0A], [0x0D, 0x0A], [0x09], [0x1B], [0xC3], Array("[[[[[[".utf8),
    Array("\"},{\"".utf8), Array("null".utf8), Array("-1e999".utf8), Array("\u{1F600}".utf8), Array("$1".utf8),
    Array("\\ud800".utf8), Array(",,,".utf8),
  ]
  switch random.below(6) {
  case 0: bytes.removeSubrange(start..<end)
  case 1: bytes.insert(contentsOf: bytes[start..<end], at: end)
  case 2: bytes[start] = UInt8(random.below(256))
  case 3: bytes.removeSubrange(start...)
  case 4: bytes.swapAt(start, end - 1)
  default: bytes.insert(contentsOf: random.pick(awkward), at: start)
  }
}
