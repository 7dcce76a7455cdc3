/// Regular expressions in the syntax that PCRE, RE2 and Rust's regex share, without what is not regular.
///
/// `\w \d \s \b`, POSIX classes and case folding are ASCII; `.` is any code point but newline; `^` and `$` stand for
/// the text's start and end. Greedy and lazy quantifiers are alike: only whether a text matches is asked.
struct RegexParser {
  private var cursor: PatternCursor
  private var flags: Flags
  private var depth = 0
  /// Where the branches of each alternation stand.
  private var alternations: [[Range<Int>]] = []
  /// A `(?i)` stands elsewhere than at the beginning: what follows it depends on it.
  private var hasInnerFlags = false

  private struct Flags {
    var foldsCase: Bool
    var dotTakesNewline = false
  }

  private static let pcreHint = "write `matches pcre /…/` for what needs PCRE"

  /// Parses the whole of `source`.
  static func parse(_ source: String, foldsCase: Bool) throws(PatternError) -> PatternNode {
    var parser = RegexParser(cursor: PatternCursor(source), flags: Flags(foldsCase: foldsCase))
    let node = try parser.parseAlternation()
    guard parser.cursor.isAtEnd else {
      throw parser.cursor.error(
        "`)` without its `(`", from: parser.cursor.offset, hint: "write `\\)` for a parenthesis")
    }
    return node
  }

  /// For each alternation of `source`, where its branches stand in it; none if it is no regular expression, or if its
  /// branches cannot be taken apart.
  static func alternations(of source: String) -> [[Range<Int>]] {
    var parser = RegexParser(cursor: PatternCursor(source), flags: Flags(foldsCase: false))
    guard (try? parser.parseAlternation()) != nil, parser.cursor.isAtEnd, !parser.hasInnerFlags else { return [] }
    return parser.alternations
  }

  private mutating func parseAlternation() throws(PatternError) -> PatternNode {
    var start = cursor.offset
    var branches = [try parseSequence()]
    var ranges = [start..<cursor.offset]
    while cursor.take("|") {
      start = cursor.offset
      branches.append(try parseSequence())
      ranges.append(start..<cursor.offset)
    }
    if branches.count > 1 { alternations.append(ranges) }
    return branches.count == 1 ? branches[0] : .alternation(branches)
  }

  private mutating func parseSequence() throws(PatternError) -> PatternNode {
    var parts: [PatternNode] = []
    while let next = cursor.peek, next != UInt8(ascii: "|"), next != UInt8(ascii: ")") {
      let start = cursor.offset
      guard let atom = try parseAtom() else { continue }
      parts.append(try parseQuantifiers(of: atom, from: start))
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  // MARK: Quantifiers

  private mutating func parseQuantifiers(of atom: PatternNode, from start: Int) throws(PatternError) -> PatternNode {
    let quantifierStart = cursor.offset
    guard let (minimum, maximum) = try parseQuantifier() else { return atom }
    if case .assertion = atom, source(start) != UInt8(ascii: "(") {
      throw cursor.error("an assertion cannot be repeated", from: start, hint: "leave the quantifier out")
    }
    if cursor.take("+") {
      throw cursor.error("possessive quantifiers are not regular", from: quantifierStart, hint: Self.pcreHint)
    }
    _ = cursor.take("?")
    let secondStart = cursor.offset
    if try parseQuantifier() != nil {
      throw cursor.error(
        "nothing to repeat before `\(cursor.text(secondStart, cursor.offset))`", from: secondStart,
        hint: "put what is repeated in `(?:…)`")
    }
    return .repeated(atom, minimum: minimum, maximum: maximum)
  }

  /// Reads `*`, `+`, `?`, `{m}`, `{m,}` or `{m,n}`; other braces stand for themselves.
  private mutating func parseQuantifier() throws(PatternError) -> (minimum: Int, maximum: Int?)? {
    if cursor.take("*") { return (0, nil) }
    if cursor.take("+") { return (1, nil) }
    if cursor.take("?") { return (0, 1) }
    let start = cursor.offset
    guard cursor.take("{"), let minimum = parseCount() else {
      cursor.offset = start
      return nil
    }
    var maximum: Int? = minimum
    if cursor.take(",") { maximum = parseCount() }
    guard cursor.take("}") else {
      cursor.offset = start
      return nil
    }
    if max(minimum, maximum ?? 0) > PatternLimits.repeatCount {
      throw cursor.error("a repeat count is at most \(PatternLimits.repeatCount)", from: start, hint: Self.pcreHint)
    }
    if let maximum, maximum < minimum {
      throw cursor.error(
        "the counts of `\(cursor.text(start, cursor.offset))` run backwards", from: start,
        hint: "write `{\(maximum),\(minimum)}`")
    }
    return (minimum, maximum)
  }

  /// Digits, or nil where there are none; stops growing once past every limit.
  private mutating func parseCount() -> Int? {
    var value: Int?
    while let byte = cursor.peek, byte >= 0x30, byte <= 0x39 {
      value = min((value ?? 0) * 10 + Int(byte - 0x30), PatternLimits.repeatCount + 1)
      cursor.offset += 1
    }
    return value
  }

  // MARK: Atoms

  /// Reads one atom; nil for what stands for nothing, such as `(?i)`.
  private mutating func parseAtom() throws(PatternError) -> PatternNode? {
    let start = cursor.offset
    switch cursor.peek {
    case UInt8(ascii: "("):
      cursor.offset += 1
      return try parseGroup(from: start)
    case UInt8(ascii: "["):
      cursor.offset += 1
      return .set(try parseClass(from: start))
    case UInt8(ascii: "."):
      cursor.offset += 1
      return .set(flags.dotTakesNewline ? .all : CodePointSet.newline.inverted)
    case UInt8(ascii: "^"):
      cursor.offset += 1
      return .assertion(.textStart)
    case UInt8(ascii: "$"):
      cursor.offset += 1
      return .assertion(.textEnd)
    case UInt8(ascii: "\\"):
      cursor.offset += 1
      return try parseEscape(from: start)
    case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"):
      let sign = cursor.text(start, start + 1)
      throw cursor.error(
        "nothing to repeat before `\(sign)`", from: start, hint: "write `\\\(sign)` for the sign itself")
    case UInt8(ascii: "{"):
      if try parseQuantifier() != nil {
        throw cursor.error("nothing to repeat before `{`", from: start, hint: "write `\\{` for a brace")
      }
      cursor.offset = start + 1
      return .set(CodePointSet(UInt32(UInt8(ascii: "{"))))
    default:
      return .set(folded(CodePointSet(cursor.takeCodePoint())))
    }
  }

  private func folded(_ set: CodePointSet) -> CodePointSet { flags.foldsCase ? set.foldingCase : set }

  private mutating func parseGroup(from start: Int) throws(PatternError) -> PatternNode? {
    let outerFlags = flags
    if cursor.take("?") {
      if cursor.take("=") || cursor.take("!") || cursor.take("<=") || cursor.take("<!") {
        throw cursor.error("look-around is not regular", from: start, hint: Self.pcreHint)
      } else if cursor.take("P<") || cursor.take("<") || cursor.take("'") {
        try skipGroupName(from: start)
      } else if cursor.take(">") || cursor.take("|") || cursor.take("(") || cursor.take("R") || cursor.take("&") {
        throw cursor.error("this kind of group is not regular", from: start, hint: Self.pcreHint)
      } else if cursor.take("#") {
        while let byte = cursor.peek, byte != UInt8(ascii: ")") { cursor.offset += 1 }
        guard cursor.take(")") else { throw unclosedGroup(start) }
        return nil
      } else if try parseFlags(from: start) {
        if start > 0 { hasInnerFlags = true }
        return nil
      }
    } else if cursor.peek == UInt8(ascii: "*"), let next = cursor.peek(1), next >= 0x41, next <= 0x5A {
      throw cursor.error("verbs are not regular", from: start, hint: Self.pcreHint)
    }
    depth += 1
    guard depth <= PatternLimits.nesting else {
      throw cursor.error("groups nest at most \(PatternLimits.nesting) deep", from: start)
    }
    let node = try parseAlternation()
    depth -= 1
    guard cursor.take(")") else { throw unclosedGroup(start) }
    flags = outerFlags
    return node
  }

  private func unclosedGroup(_ start: Int) -> PatternError {
    PatternError("`(` is never closed", start, start + 1, hint: "write `\\(` for a parenthesis")
  }

  private mutating func skipGroupName(from start: Int) throws(PatternError) {
    while let byte = cursor.peek, byte != UInt8(ascii: ">"), byte != UInt8(ascii: "'") {
      guard CodePointSet.word.ranges.contains(where: { $0.contains(UInt32(byte)) }) else {
        throw cursor.error("a group's name is letters, digits and `_`", from: start)
      }
      cursor.offset += 1
    }
    guard !cursor.isAtEnd else { throw unclosedGroup(start) }
    cursor.offset += 1
  }

  /// Reads `i-s:` and the like. True when it was `(?i)`, which holds to the end of the group around it.
  private mutating func parseFlags(from start: Int) throws(PatternError) -> Bool {
    var isOn = true
    while let byte = cursor.peek {
      cursor.offset += 1
      switch byte {
      case UInt8(ascii: "i"): flags.foldsCase = isOn
      case UInt8(ascii: "s"): flags.dotTakesNewline = isOn
      case UInt8(ascii: "-"): isOn = false
      case UInt8(ascii: ":"): return false
      case UInt8(ascii: ")"): return true
      default:
        cursor.offset -= 1
        _ = cursor.takeCodePoint()
        throw cursor.error(
          "`\(cursor.text(start, cursor.offset))` is no group", from: start, hint: "the flags are `i` and `s`")
      }
    }
    throw unclosedGroup(start)
  }

  // MARK: Escapes

  private mutating func parseEscape(from start: Int) throws(PatternError) -> PatternNode {
    switch cursor.peek {
    case UInt8(ascii: "b"):
      cursor.offset += 1
      return .assertion(.wordBoundary)
    case UInt8(ascii: "B"):
      cursor.offset += 1
      return .assertion(.notWordBoundary)
    case UInt8(ascii: "A"):
      cursor.offset += 1
      return .assertion(.textStart)
    case UInt8(ascii: "z"):
      cursor.offset += 1
      return .assertion(.textEnd)
    case UInt8(ascii: "Z"):
      cursor.offset += 1
      throw cursor.error("`\\Z` is not known", from: start, hint: "write `\\z`, or `\\n?\\z`")
    default:
      switch try parseSetEscape(from: start) {
      case .codePoint(let value): return .set(folded(CodePointSet(value)))
      case .set(let set): return .set(set)
      }
    }
  }

  private enum SetEscape {
    case codePoint(UInt32)
    case set(CodePointSet)
  }

  /// Reads an escape that stands for one code point or a class, from after the `\`.
  private mutating func parseSetEscape(from start: Int) throws(PatternError) -> SetEscape {
    guard !cursor.isAtEnd else {
      throw cursor.error("nothing follows `\\`", from: start, hint: "write `\\\\` for a backslash")
    }
    let value = cursor.takeCodePoint()
    guard value < 0x80, CodePointSet.posix("alnum")?.ranges.contains(where: { $0.contains(value) }) == true else {
      return .codePoint(value)
    }
    switch UInt8(truncatingIfNeeded: value) {
    case UInt8(ascii: "d"): return .set(.digits)
    case UInt8(ascii: "D"): return .set(CodePointSet.digits.inverted)
    case UInt8(ascii: "w"): return .set(.word)
    case UInt8(ascii: "W"): return .set(CodePointSet.word.inverted)
    case UInt8(ascii: "s"): return .set(.space)
    case UInt8(ascii: "S"): return .set(CodePointSet.space.inverted)
    case UInt8(ascii: "t"): return .codePoint(0x09)
    case UInt8(ascii: "n"): return .codePoint(0x0A)
    case UInt8(ascii: "v"): return .codePoint(0x0B)
    case UInt8(ascii: "f"): return .codePoint(0x0C)
    case UInt8(ascii: "r"): return .codePoint(0x0D)
    case UInt8(ascii: "0"): return .codePoint(0)
    case UInt8(ascii: "x"), UInt8(ascii: "u"): return .codePoint(try parseHexadecimal(from: start))
    case UInt8(ascii: "1")...UInt8(ascii: "9"), UInt8(ascii: "g"), UInt8(ascii: "k"):
      throw cursor.error("back-references are not regular", from: start, hint: Self.pcreHint)
    case UInt8(ascii: "p"), UInt8(ascii: "P"):
      throw cursor.error("Unicode properties are not supported", from: start, hint: Self.pcreHint)
    default:
      throw cursor.error(
        "`\(cursor.text(start, cursor.offset))` is not known", from: start, hint: "a letter needs no `\\`")
    }
  }

  /// Reads `41` or `{1F600}` from after `\x` or `\u`.
  private mutating func parseHexadecimal(from start: Int) throws(PatternError) -> UInt32 {
    let isBraced = cursor.take("{")
    let mostDigits = isBraced ? 6 : source(start + 1) == UInt8(ascii: "u") ? 4 : 2
    var value: UInt32 = 0
    var digits = 0
    while digits < mostDigits, let byte = cursor.peek, let digit = hexadecimal(byte) {
      value = value << 4 | digit
      digits += 1
      cursor.offset += 1
    }
    guard digits > 0, isBraced ? cursor.take("}") : digits == mostDigits, Unicode.Scalar(value) != nil else {
      throw cursor.error(
        "`\(cursor.text(start, cursor.offset))` is no code point", from: start, hint: "write `\\x41` or `\\u{1F600}`")
    }
    return value
  }

  private func source(_ offset: Int) -> UInt8? { offset < cursor.source.count ? cursor.source[offset] : nil }

  // MARK: Classes

  /// Reads a class from after its `[`. A `]` right at the beginning is a member.
  private mutating func parseClass(from start: Int) throws(PatternError) -> CodePointSet {
    let isNegated = cursor.take("^")
    var set = CodePointSet([])
    var isFirst = true
    while isFirst || cursor.peek != UInt8(ascii: "]") {
      isFirst = false
      let memberStart = cursor.offset
      guard case .codePoint(let low) = try parseMember(of: start, into: &set) else { continue }
      guard cursor.peek == UInt8(ascii: "-"), let after = cursor.peek(1), after != UInt8(ascii: "]") else {
        set = set.union(CodePointSet(low))
        continue
      }
      cursor.offset += 1
      guard case .codePoint(let high) = try parseMember(of: start, into: &set), low <= high else {
        let range = cursor.text(memberStart, cursor.offset)
        throw cursor.error(
          "`\(range)` is no range", from: memberStart, hint: "put the lower end first, or write `\\-` for a hyphen")
      }
      set = set.union(CodePointSet([low...high]))
    }
    cursor.offset += 1
    set = folded(set)
    return isNegated ? set.inverted : set
  }

  /// Reads one member; a class such as `\d` or `[:alpha:]` goes into `set` at once.
  private mutating func parseMember(of start: Int, into set: inout CodePointSet) throws(PatternError) -> SetEscape {
    guard !cursor.isAtEnd else {
      throw PatternError("`[` is never closed", start, start + 1, hint: "write `\\[` for a bracket")
    }
    let memberStart = cursor.offset
    var member: SetEscape
    if cursor.take("\\") {
      member = cursor.take("b") ? .codePoint(0x08) : try parseSetEscape(from: memberStart)
    } else if let named = try parseNamedClass() {
      member = .set(named)
    } else {
      member = .codePoint(cursor.takeCodePoint())
    }
    if case .set(let other) = member { set = set.union(other) }
    return member
  }

  /// Reads `[:alpha:]` or `[:^alpha:]`; nil where there is none.
  private mutating func parseNamedClass() throws(PatternError) -> CodePointSet? {
    let start = cursor.offset
    guard cursor.take("[:") else { return nil }
    let isNegated = cursor.take("^")
    let nameStart = cursor.offset
    while let byte = cursor.peek, byte >= 0x61, byte <= 0x7A { cursor.offset += 1 }
    let name = cursor.text(nameStart, cursor.offset)
    guard cursor.take(":]") else {
      cursor.offset = start
      return nil
    }
    guard let set = CodePointSet.posix(name) else {
      throw cursor.error("`\(name)` is no class", from: start, hint: "such as `[:alpha:]`, `[:digit:]`, `[:space:]`")
    }
    return isNegated ? set.inverted : set
  }
}
