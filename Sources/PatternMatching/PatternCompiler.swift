/// Checks a pattern's syntax and the limits it must keep; compiles it and throws the result away.
///
/// Positions of errors are UTF-8 offsets in the pattern's source; an error about the whole spans all of it.
public func checkPattern(_ pattern: Pattern) throws(PatternError) {
  _ = try PatternCompiler().compile(pattern)
}

/// Compiles patterns: literals stay literals, globs and regexes become minimal automata, PCRE is checked only.
public struct PatternCompiler: Sendable {
  public init() {}

  /// The compiled form of one pattern. Deterministic. Throws on a syntax error or past a limit of ``PatternLimits``.
  public func compile(_ pattern: Pattern) throws(PatternError) -> CompiledPattern {
    let whole = pattern.source.utf8.count
    guard whole <= PatternLimits.sourceLength else {
      throw PatternError("a pattern is at most \(PatternLimits.sourceLength) bytes long", 0, whole)
    }
    return try compiledPatterns.of(pattern) { () throws(PatternError) in
      if pattern.kind == .pcre { return try compilePCRE(pattern) }
      let node = try parse(pattern)
      do throws(PatternError) {
        return try compile(node, pattern)
      } catch {
        // What is too large is so as a whole.
        throw PatternError(error.message, 0, whole, hint: error.hint)
      }
    }
  }

  private func compilePCRE(_ pattern: Pattern) throws(PatternError) -> CompiledPattern {
    _ = try PCREPattern(pattern.source, foldsCase: pattern.ignoringCase)
    return CompiledPattern(
      form: .pcre, foldsCase: pattern.ignoringCase, isQualifiedName: pattern.isQualifiedName,
      text: Array(pattern.source.utf8), filter: PatternFilter(.none), minimumLength: 0)
  }

  private func compile(_ node: PatternNode, _ pattern: Pattern) throws(PatternError) -> CompiledPattern {
    if let literal = literalForm(node, pattern) { return literal }
    let dfa = try automaton(node, pattern)
    return CompiledPattern(
      form: .automaton, foldsCase: pattern.ignoringCase, isQualifiedName: pattern.isQualifiedName,
      automaton: AutomatonLayout.words(dfa),
      filter: RequiredLiterals.filter(of: node, isQualifiedName: pattern.isQualifiedName),
      minimumLength: UInt32(dfa.minimumLength ?? Int(UInt32.max)))
  }

  /// The pattern as literals, where it is no more than that: `*drop*` is `contains "drop"`.
  private func literalForm(_ node: PatternNode, _ pattern: Pattern) -> CompiledPattern? {
    guard let shape = LiteralShape(node, foldsCase: pattern.ignoringCase) else { return nil }
    let text = shape.pieces[0]
    let form: CompiledPattern.Form =
      switch (shape.pieces.count, shape.isAnchoredAtStart, shape.isAnchoredAtEnd) {
      case (1, true, true): .equals
      case (1, true, false): .prefix
      case (1, false, true): .suffix
      case (1, false, false): .contains
      default: .pieces
      }
    // Literals may be sought in linear time with memmem; folded, or in parts of a name, an automaton does it.
    let isSearch = form == .contains || form == .pieces
    if pattern.isQualifiedName && form != .equals || pattern.ignoringCase && isSearch { return nil }

    let folded = text.map(asciiLowercased)
    let longest = RequiredLiterals.longestLiteral
    var filter: PatternFilter
    switch form {
    case .equals:
      filter = PatternFilter(.equals, [folded])
      if pattern.isQualifiedName, let part = unqualifiedPart(folded) { filter.literals.append(part) }
    case .prefix: filter = PatternFilter(.prefix, [Array(folded.prefix(longest))])
    case .suffix: filter = PatternFilter(.suffix, [Array(folded.suffix(longest))])
    case .contains:
      let start = CommandText.bestWindow(folded, width: longest).start
      filter = PatternFilter(.contains, [Array(folded[start...].prefix(longest))])
    case .pieces, .automaton, .pcre:
      guard shape.pieces.count <= PiecesLayout.mostPieces else { return nil }
      return CompiledPattern(
        form: form, foldsCase: false, isQualifiedName: false, text: PiecesLayout.bytes(shape),
        filter: RequiredLiterals.filter(of: node, isQualifiedName: false),
        minimumLength: UInt32(shape.pieces.joined().count))
    }
    if text.isEmpty, form != .equals { filter = PatternFilter(.none) }
    // The unqualified use of a name is shorter than the name.
    let shortest = form == .equals ? filter.literals.map(\.count).min() ?? 0 : text.count
    return CompiledPattern(
      form: form, foldsCase: pattern.ignoringCase, isQualifiedName: pattern.isQualifiedName,
      text: pattern.ignoringCase ? folded : text, filter: filter, minimumLength: UInt32(shortest))
  }
}

/// `t` of `s.t`: what may stand for it where the search path finds the schema; nil where there is no schema.
func unqualifiedPart(_ name: [UInt8]) -> [UInt8]? {
  let parts = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
  guard parts.count > 1, parts.dropLast().allSatisfy({ !$0.isEmpty }), let last = parts.last else { return nil }
  return Array(last)
}

/// The lower case of an ASCII letter, and any other byte itself.
@inline(__always)
func asciiLowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

/// The syntax tree of any pattern but a PCRE one, with the loops of what is unanchored.
func parse(_ pattern: Pattern) throws(PatternError) -> PatternNode {
  let fold = pattern.ignoringCase
  switch pattern.kind {
  case .equals: return .literal(pattern.source, foldingCase: fold)
  case .prefix: return .sequence([.literal(pattern.source, foldingCase: fold), .anything])
  case .suffix: return .sequence([.anything, .literal(pattern.source, foldingCase: fold)])
  case .contains: return .sequence([.anything, .literal(pattern.source, foldingCase: fold), .anything])
  case .glob, .pathGlob:
    return try GlobParser.parse(pattern.source, isPath: pattern.kind == .pathGlob, foldsCase: fold)
  case .regex, .pcre:
    let node = try RegexParser.parse(pattern.source, foldsCase: fold)
    // A loop before `^` or after `$` could only be passed by without reading.
    return .sequence(
      (node.beginsAtTextStart ? [] : [.anything]) + [node] + (node.stopsAtTextEnd ? [] : [.anything]))
  }
}

/// The minimal automaton of a parsed pattern.
func automaton(_ node: PatternNode, _ pattern: Pattern) throws(PatternError) -> DFA {
  try automata.of(pattern) { () throws(PatternError) in
    pattern.isQualifiedName ? try QualifiedName.automaton(node) : try SubsetConstruction.run(try NFA(node))
  }
}
