import PolicyBytecode
import PolicyCompiler
import PolicySyntax
import TestSupport
import Testing

@testable import PolicyTestBench

/// A condition over tests that are numbered by the place where they stand.
private func condition(_ random: inout SplitMix64, depth: Int, next: inout UInt32) -> Condition {
  switch depth == 0 ? 0 : random.below(8) {
  case 0...2:
    next += 1
    return .test(
      CheckedPredicate(fact: .sqlWhere, test: .isTrue, span: SourceSpan(file: 0, SourceRange(next - 1, next))))
  case 3: return .not(condition(&random, depth: depth - 1, next: &next))
  case 4: return .constant(random.chance(50))
  case 5...6: return .and((0..<1 + random.below(3)).map { _ in condition(&random, depth: depth - 1, next: &next) })
  default: return .or((0..<1 + random.below(3)).map { _ in condition(&random, depth: depth - 1, next: &next) })
  }
}

private func value(_ condition: Condition, _ truth: (Int) -> Bool) -> Bool {
  switch condition {
  case .constant(let value): value
  case .test(let predicate): truth(Int(predicate.span.range.start))
  case .not(let inner): !value(inner, truth)
  case .and(let parts): parts.allSatisfy { value($0, truth) }
  case .or(let parts): parts.contains { value($0, truth) }
  }
}

/// A test decides where, and only where, turning it alone turns the outcome.
@Test func whatDecidesIsWhatTurnsTheOutcome() {
  var random = SplitMix64(seed: 7)
  var scratch = DecisionTree.Scratch()
  var decisive = 0
  for _ in 0..<2000 {
    var count: UInt32 = 0
    let condition = condition(&random, depth: 4, next: &count)
    let tree = DecisionTree(condition) { Int($0.span.range.start) }
    for _ in 0..<8 {
      let truths = (0..<Int(count)).map { _ in random.chance(50) }
      let outcome = tree.evaluate(&scratch) { truths[$0] }
      #expect(outcome == value(condition) { truths[$0] })
      var met: [Int] = []
      tree.forEachTest(&scratch) { test, isTrue, decides in
        met.append(test)
        #expect(isTrue == truths[test])
        let turned = value(condition) { $0 == test ? !truths[$0] : truths[$0] }
        #expect(decides == (turned != outcome), "\(condition) \(truths) \(test)")
        if decides { decisive += 1 }
      }
      #expect(met == Array(0..<Int(count)))
    }
  }
  #expect(decisive > 1000)
}
