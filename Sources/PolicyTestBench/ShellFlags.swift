import Operations
import PatternMatching
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

/// How `shell.flag` has a word of a program's line, as the decoder of such lines says: `-f` for git's `--force`. Nil for
/// words that the decoder would not read as what they are here.
func shellFlags(of program: String, for word: String) -> [String]? {
  guard [program, word].allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isPlain) }), !program.hasPrefix("-") else {
    return nil
  }
  var context = DecodeContext(demand: FactDemand(facts: FactSet([.shellProgram, .shellFlag] as [Fact])))
  context.decode(.shell, Array("\(program) \(word)".utf8))
  for operation in DecodedOperation.all(in: context.batch) {
    guard operation.facts.contains(where: { $0.fact == .shellProgram && $0.value == .text(program) }) else { continue }
    for case (.shellFlag, .list(let flags)) in operation.facts { return flags }
  }
  return nil
}

/// Whether a byte stands for itself in a shell's word.
private func isPlain(_ byte: UInt8) -> Bool {
  byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || "-_.+".utf8.contains(byte)
}

extension [SignedTest] {
  /// Whether one of the tests asks for a flag that no line has: the decoder gives another for it, or cuts its value off.
  var askForUnseenFlag: Bool {
    let exact = filter { $0.predicate.fact == .shellProgram && !$0.isNegated }.compactMap(\.predicate.exactTexts)
    let excluded = filter { $0.predicate.fact == .shellProgram && $0.isNegated }.compactMap(\.predicate.exactTexts)
      .joined()
    let programs = exact.first.map { first in
      first.filter { program in exact.allSatisfy { $0.contains(program) } && !excluded.contains(program) }
    }
    let flags = filter { $0.predicate.fact == .shellFlag }
    let forbidden = flags.filter { $0.isNegated && !$0.predicate.isAll }.flatMap(\.predicate.patterns)
    return flags.contains { test in
      if test.isNegated { return false }
      let left = test.predicate.patterns.filter { !forbidden.contains($0) }
      return !left.isEmpty && left.allSatisfy { $0.isUnseenFlag(of: programs ?? []) }
    }
  }
}

extension CheckedPredicate {
  /// The patterns that a value is held against.
  fileprivate var patterns: [Pattern] {
    if case .matches(let patterns) = test { patterns } else { [] }
  }

  /// The texts that pass, where the test is for nothing but these.
  fileprivate var exactTexts: [String]? {
    let isExact = !patterns.isEmpty && patterns.allSatisfy { $0.kind == .equals && !$0.ignoringCase }
    return isExact ? patterns.map(\.source) : nil
  }
}

extension Pattern {
  /// Whether it matches no flag of these programs.
  fileprivate func isUnseenFlag(of programs: [String]) -> Bool {
    switch kind {
    case .equals where !ignoringCase && !programs.isEmpty && !source.contains("="):
      programs.allSatisfy { shellFlags(of: $0, for: source).map { !$0.contains(source) } ?? false }
    // What stands behind `=` is no part of a flag.
    case .equals, .prefix, .contains, .suffix: source.contains("=")
    case .glob: source.contains("=") && !source.contains("[")
    case .pathGlob, .regex, .pcre: false
    }
  }
}
