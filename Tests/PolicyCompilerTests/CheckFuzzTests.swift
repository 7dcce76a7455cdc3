import Foundation
import PolicyCompiler
import PolicySyntax
import Testing

/// The same numbers on every run.
private struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 33)
  }
}

/// Whatever stands in the files, checking ends, and spans lie in their files.
@Test func damagedPoliciesAreCheckedToTheEnd() throws {
  var random = Generator(state: 7)
  let folder = compilerTestFolder.appendingPathComponent("Fixtures")
  for name in ["language", "values", "traps", "actions", "meaning", "patterns", "names"] {
    let text = try String(contentsOf: folder.appendingPathComponent(name + ".hpol"), encoding: .utf8)
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { Array($0.utf8) }
    for _ in 0..<8 {
      var chosen = (0..<20).compactMap { _ in lines.randomElement(using: &random) }
      for _ in 0..<6 {
        guard let line = chosen.indices.randomElement(using: &random), !chosen[line].isEmpty else { continue }
        let place = Int.random(in: 0..<chosen[line].count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: chosen[line].remove(at: place)
        case 1: chosen[line].insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 2: chosen[line].removeSubrange(place...)
        default:
          guard let other = lines.randomElement(using: &random) else { continue }
          chosen[line].insert(contentsOf: other.prefix(12), at: place)
        }
      }
      let result = checkInMemory([("main.hpol", Array(chosen.joined(separator: [UInt8(ascii: "\n")])))])
      for diagnostic in result.diagnostics {
        let size = result.sources.file(diagnostic.span.file)?.bytes.count ?? -1
        #expect(diagnostic.span.range.start <= diagnostic.span.range.end && Int(diagnostic.span.range.end) <= size)
      }
    }
  }
}
