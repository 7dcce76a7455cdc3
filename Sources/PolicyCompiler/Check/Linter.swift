import PolicySyntax

/// Runs the passes that ask what the policies mean, once names and types are known.
struct Linter {
  let names: NameTable
  let bag: DiagnosticBag
  let sources: SourceSet
  /// The files that were given; those behind them were pulled in by `use`.
  let rootCount: Int
  /// How `shell.flag` has a word of a program's line; nil: not known.
  let flags: (_ program: String, _ word: String) -> [String]?

  /// - Parameter parts: the rules in the order of `policy.rules`.
  func lint(_ parts: [RuleParts], _ policy: CheckedPolicy) {
    let relations = PatternRelations()
    let satisfiability = Satisfiability(relations: relations)
    let meaning = MeaningLint(satisfiability: satisfiability, bag: bag, sources: sources)
    var candidates: [CoverageLint.Candidate] = []
    var patterns = PatternLint(relations: relations, bag: bag, sources: sources, flags: flags)
    for (rule, parts) in zip(policy.rules, parts) where parts.isSound {
      patterns.check(parts)
      if meaning.canApply(parts) {
        candidates.append(.init(rule: rule, nameSpan: parts.nameSpan))
      }
    }
    for invariant in policy.invariants {
      for claim in invariant.claims { meaning.check(claim, of: invariant) }
    }
    // Where a file could not be read to its end, rules seem wider than they are, and names unused.
    if !bag.diagnostics.contains(where: { $0.code.isSyntax }) {
      CoverageLint(satisfiability: satisfiability, bag: bag).check(candidates)
      if !bag.hasUnknownNames { reportUnused() }
    }
    if let first = policy.invariants.first {
      bag.report(
        .invariantsOnlyTested,
        "invariants are checked against tests and fixtures only, not proved", at: first.span)
    }
  }

  /// HP0301: what nothing in the set names. A shared file that is only used serves other sets too.
  private func reportUnused() {
    for (index, entry) in names.entries.enumerated()
    where entry.content.space == .value && entry.file < rootCount && !names.used.contains(index) {
      bag.report(.unusedDeclaration, "nothing uses the \(entry.content.noun) `\(entry.shortName)`", at: entry.nameSpan)
    }
  }
}
