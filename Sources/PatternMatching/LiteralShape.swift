/// Recognises patterns that are one literal with or without a wildcard at its ends.
enum LiteralShape {
  /// The form and the text; nil where there is more to the pattern.
  static func of(_ node: PatternNode, foldsCase: Bool) -> (CompiledPattern.Form, [UInt8])? {
    var parts: [PatternNode] = []
    flatten(node, into: &parts)
    var anchoredStart = true
    var anchoredEnd = true
    // Past a wildcard, `^` still means the text's start: no literal shape.
    while parts.first == .anything || anchoredStart && parts.first == .assertion(.textStart) {
      if parts.removeFirst() == .anything { anchoredStart = false }
    }
    while parts.last == .anything || anchoredEnd && parts.last == .assertion(.textEnd) {
      if parts.removeLast() == .anything { anchoredEnd = false }
    }
    var text: [UInt8] = []
    for part in parts {
      guard case .set(let set) = part, let codePoint = single(set, foldsCase: foldsCase) else { return nil }
      text += utf8(codePoint)
    }
    let form: CompiledPattern.Form =
      anchoredStart ? (anchoredEnd ? .equals : .prefix) : anchoredEnd ? .suffix : .contains
    return (form, text)
  }

  private static func flatten(_ node: PatternNode, into parts: inout [PatternNode]) {
    switch node {
    case .empty: break
    case .sequence(let inner): for part in inner { flatten(part, into: &parts) }
    default: parts.append(node)
    }
  }

  /// The one code point of a set; with case folded, the lower case of its two.
  private static func single(_ set: CodePointSet, foldsCase: Bool) -> UInt32? {
    guard let low = set.ranges.first?.lowerBound else { return nil }
    if set.count == 1 {
      // An unfolded letter among folded text, as `(?-i)` may leave it, is no literal.
      return !foldsCase || CodePointSet(low).foldingCase == set ? low : nil
    }
    return foldsCase && CodePointSet(low).foldingCase == set ? low + 32 : nil
  }
}
