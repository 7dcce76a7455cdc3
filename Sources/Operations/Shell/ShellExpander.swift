import PolicyBytecode

/// Words to fields: POSIX 2.6, as far as values can be known from the line. Substitutions are walked on the way, so
/// what they run is emitted before the command they stand in.
extension ShellDecoder {
  /// The state of one word's expansion.
  private struct Expansion {
    var field = ShellField()
    var hasContent = false
    var openBracket = false
    /// Where in the text an unknown value with alternatives is spelled.
    var alternativesAt = 0..<0
    var alternatives: [[UInt8]] = []
    /// Where variables of which the line says nothing are spelled.
    var unset: [Range<Int>] = []
    /// Where in ``ShellDecoder/building`` the text of the field starts.
    let start: Int
    /// The word may become several fields.
    let splits: Bool

    init(start: Int, splits: Bool) {
      self.start = start
      self.splits = splits
    }

    /// Says what the value spelled at `range` may be, unless that is said of an earlier one.
    mutating func may(be values: [[UInt8]], at range: Range<Int>) {
      guard !values.isEmpty, alternatives.isEmpty else { return }
      alternatives = values
      alternativesAt = range
    }
  }

  /// Appends the fields of `word`.
  mutating func expand(_ word: ShellWord, _ context: inout DecodeContext) {
    let hasBraces = word.hasBrace && mayExpandBraces(word)
    if !hasBraces, word.first >= 0, let field = literal(reader.tree.parts[Int(word.first)]) {
      spend(field.value.count, &context)
      fields.append(field)
      return
    }
    let first = fields.count
    let logStart = log.count
    if hasBraces, let choices = braceExpansion(word) {
      for choice in choices { expand(parts: choice, splits: true, &context) }
    } else if hasBraces, isOverBraced(word) {
      // Too many: the word keeps its spelling.
      var field = field(reader.tree.source[word.spelling.range])
      field.isUnknown = true
      fields.append(field)
      substitutions(word.first, &context)
    } else {
      expand(parts: word.first, splits: true, &context)
    }
    if log.count > logStart {
      for index in first..<fields.count { fields[index].log = ByteRange(logStart, log.count) }
    }
  }

  /// The field of a word that is one literal and no more, as most are.
  private mutating func literal(_ part: ShellPart) -> ShellField? {
    guard part.kind == .literal, part.next < 0, part.isQuoted || part.spelling.count > 0 else { return nil }
    let isTilde = !part.isQuoted && reader.tree.source[Int(part.spelling.start)] == Ascii.tilde
    if isTilde, !variables.isEmpty { return nil }
    var field = ShellField(value: part.spelling)
    guard !part.isQuoted else { return field }
    var openBracket = false
    noteGlobs(part.spelling, &field, openBracket: &openBracket)
    if openBracket, field.hasGlob, arena.begins(with: "/", at: field.value) {
      let text = matchingClasses(Array(bytes(field.value)))
      if text.count < field.value.count {
        alternatives.append([text])
        field.reading = Int32(alternatives.count - 1)
      }
    }
    return field
  }

  /// The one field of a word that is neither split nor subject to globs: an assignment's value, a here-document.
  mutating func value(_ first: Int32, _ context: inout DecodeContext) -> ShellField {
    let count = fields.count
    let logStart = log.count
    expand(parts: first, splits: false, &context)
    var result = fields.count > count ? fields[count] : ShellField(value: store(EmptyCollection()))
    fields.truncate(to: count)
    if log.count > logStart { result.log = ByteRange(logStart, log.count) }
    return result
  }

  private mutating func finish(_ expansion: inout Expansion, _ context: inout DecodeContext) {
    let length = building.count - expansion.start
    if expansion.hasContent || length > 0 {
      let start = arena.count
      arena += building[expansion.start...]
      expansion.field.value = ByteRange(start, arena.count)
      if !expansion.alternatives.isEmpty {
        let prefix = building[expansion.start..<expansion.alternativesAt.lowerBound]
        let suffix = building[expansion.alternativesAt.upperBound...]
        spend(length * expansion.alternatives.count, &context)
        alternatives.append(expansion.alternatives.map { prefix + $0 + suffix })
        expansion.field.alternatives = Int32(alternatives.count - 1)
        expansion.field.reading = expansion.field.alternatives
      } else {
        expansion.field.reading = reading(of: expansion)
      }
      spend(length, &context)
      fields.append(expansion.field)
    }
    building.removeLast(length)
    expansion = Expansion(start: expansion.start, splits: expansion.splits)
  }

  /// What a word is likely to be where variables in it are not set, if they but cut its parts in two (`/e${x}tc`), and
  /// where classes of one byte match (`/etc/shado[w]`); -1 if that is the word. Where a whole part of a path or a value
  /// is not known, it is as good as any name, but for the first of an absolute path: there it more likely hides the rest.
  /// An absolute path of nothing else (`/${x}/`) may be the root.
  private mutating func reading(of expansion: Expansion) -> Int32 {
    let first = expansion.start
    let hasClass = expansion.openBracket && expansion.field.hasGlob && building[first...].first == Ascii.slash
    guard hasClass || !expansion.unset.isEmpty else { return -1 }
    let length = building.count - first
    for range in expansion.unset where length > range.count + 1 {
      let before = range.lowerBound > first ? building[range.lowerBound - 1] : Ascii.slash
      let after = range.upperBound < building.count ? building[range.upperBound] : Ascii.slash
      let isRoot =
        range.lowerBound == first + 1 && before == Ascii.slash && after == Ascii.slash
        && building[range.upperBound...].contains { $0 != Ascii.slash }
      if Self.partsWords(before), Self.partsWords(after), !isRoot {
        guard isRootWithoutUnset(expansion) else { return -1 }
        break
      }
    }
    var text: [UInt8] = []
    var index = first
    for range in expansion.unset {
      text += building[index..<range.lowerBound]
      index = range.upperBound
    }
    text += building[index...]
    if hasClass { text = matchingClasses(text) }
    guard !text.isEmpty, text.count < length, !text.contains(where: Ascii.isSpace) else { return -1 }
    alternatives.append([text])
    return Int32(alternatives.count - 1)
  }

  /// Whether a word is an absolute path in which slashes stand between variables that are not set, and nothing else.
  private func isRootWithoutUnset(_ expansion: Expansion) -> Bool {
    var index = expansion.start
    guard building[index] == Ascii.slash else { return false }
    for range in expansion.unset {
      guard building[index..<range.lowerBound].allSatisfy({ $0 == Ascii.slash }) else { return false }
      index = range.upperBound
    }
    return building[index...].allSatisfy { $0 == Ascii.slash }
  }

  static func partsWords(_ byte: UInt8) -> Bool {
    byte == Ascii.slash || byte == Ascii.equals || byte == Ascii.colon || byte == Ascii.at || byte == Ascii.comma
  }

  /// The text with each class of one byte as that byte.
  private mutating func matchingClasses(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    while index < text.count {
      if text[index] == Ascii.openBracket, index + 2 < text.count, text[index + 2] == Ascii.closeBracket {
        result.append(text[index + 1])
        index += 3
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }

  private mutating func expand(parts first: Int32, splits: Bool, _ context: inout DecodeContext) {
    var expansion = Expansion(start: building.count, splits: splits)
    var index = first
    while index >= 0, !isExhausted {
      let part = reader.tree.parts[Int(index)]
      let isQuoted = part.isQuoted || !splits
      switch part.kind {
      case .literal:
        if !part.isQuoted {
          appendUnquoted(part.spelling, &expansion, isLast: part.next < 0)
        } else {
          building += reader.tree.source[part.spelling.range]
          expansion.hasContent = true
        }
      case .parameter: parameter(part, isQuoted: isQuoted, &expansion, &context)
      case .command:
        substitution(part.child, &context)
        let start = building.count
        spell(part, &expansion)
        // Its output is a possible value only: the substitution is there to hide something, or is pointless.
        if let output = literalOutput(of: part.child, orLikely: true) {
          expansion.may(be: possible(output, isQuoted: isQuoted), at: start..<building.count)
        }
      case .processInput:
        substitution(part.child, &context)
        if building.count == expansion.start, part.next < 0 { expansion.field.processInput = part.child }
        spell(part, &expansion)
      case .processOutput:
        deferred.append(part.child)
        spell(part, &expansion)
      case .arithmetic:
        arithmetic(part, &context)
        spell(part, &expansion)
      case .array:
        let start = building.count
        let elements = elements(part, &context)
        spell(part, &expansion)
        expansion.may(be: elements.values, at: start..<building.count)
      }
      let length = building.count - expansion.start
      if length > ShellLimits.expandedBytes { spend(length, &context) }
      index = part.next
    }
    finish(&expansion, &context)
  }

  /// What a substitution that prints `output` may become: one value in quotes, else any of its words.
  private mutating func possible(_ output: ByteRange, isQuoted: Bool) -> [[UInt8]] {
    let text = bytes(output)
    if !isQuoted { return text.split(whereSeparator: Ascii.isSpace).prefix(ShellLimits.values).map { Array($0) } }
    var end = text.endIndex
    while end > text.startIndex, text[end - 1] == Ascii.newline { end -= 1 }
    return [Array(text[..<end])]
  }

  /// The elements of an array; as far as they may be known where not all are.
  mutating func elements(_ part: ShellPart, _ context: inout DecodeContext) -> (values: [[UInt8]], isKnown: Bool) {
    let base = fields.count
    var word = part.child
    while word >= 0, !isExhausted {
      expand(reader.tree.words[Int(word)], &context)
      word = reader.tree.words[Int(word)].next
    }
    var values: [[UInt8]] = []
    var isKnown = true
    for index in base..<fields.count {
      let field = fields[index]
      var text = bytes(field.value)
      if field.isUnknown || field.hasGlob { isKnown = false }
      if text.first == Ascii.openBracket, let close = text.firstIndex(of: Ascii.closeBracket),
        text[(close + 1)...].first == Ascii.equals
      {
        // `[KEY]=VALUE`: the order of the elements is another.
        isKnown = false
        text = text[(close + 2)...]
      }
      if !field.isUnknown { values.append(Array(text)) }
    }
    fields.truncate(to: base)
    return (isKnown ? values : Array(values.prefix(ShellLimits.values)), isKnown)
  }

  /// The expansion stands for itself: its value is not known.
  private mutating func spell(_ part: ShellPart, _ expansion: inout Expansion) {
    building += reader.tree.source[part.spelling.range]
    expansion.field.isUnknown = true
    expansion.hasContent = true
  }

  private mutating func appendUnquoted(_ range: ByteRange, _ expansion: inout Expansion, isLast: Bool) {
    var start = Int(range.start)
    let end = Int(range.end)
    if building.count == expansion.start, !expansion.hasContent, reader.tree.source[start] == Ascii.tilde {
      var stop = start + 1
      while stop < end, reader.tree.source[stop] != Ascii.slash { stop += 1 }
      if stop == start + 1, stop < end || isLast, let home = variables.lookup(Self.home, reader.census) {
        if home.isKnown, let value = home.values.first {
          building += value
          start = stop
        } else {
          expansion.field.isUnknown = true
        }
      }
    }
    noteGlobs(ByteRange(start, end), &expansion.field, openBracket: &expansion.openBracket)
    building += reader.tree.source[start..<end]
  }

  /// Looks for globs in a range of the source.
  private mutating func noteGlobs(_ range: ByteRange, _ field: inout ShellField, openBracket: inout Bool) {
    for index in range.range { Self.noteGlob(reader.tree.source[index], &field, openBracket: &openBracket) }
  }

  @inline(__always)
  private static func noteGlob(_ byte: UInt8, _ field: inout ShellField, openBracket: inout Bool) {
    switch byte {
    case Ascii.star, Ascii.question, Ascii.open: field.hasGlob = true
    case Ascii.openBracket: openBracket = true
    case Ascii.closeBracket: if openBracket { field.hasGlob = true }
    default: break
    }
  }

  static let home = Array("HOME".utf8)
  private static let separators = Array("IFS".utf8)

  // MARK: - Parameters

  private mutating func parameter(
    _ part: ShellPart, isQuoted: Bool, _ expansion: inout Expansion, _ context: inout DecodeContext
  ) {
    if part.op == .other {
      let name = Array(reader.tree.source[part.name.range])
      return transformed(part, name, isQuoted: isQuoted, &expansion, &context)
    }
    guard part.name.count > 0 else { return spell(part, &expansion) }
    let first = reader.tree.source[Int(part.name.start)]
    if !Ascii.isNameStart(first) {
      let name = Array(reader.tree.source[part.name.range])
      return special(part, first, name, isQuoted: isQuoted, &expansion, &context)
    }
    let separatorsAreSet = !variables.isEmpty && variables.lookup(Self.separators, reader.census) != nil
    if !separatorsAreSet, part.op == .none, reader.tree.source.has("IFS", at: part.name) {
      if isQuoted {
        building += [Ascii.space, Ascii.tab, Ascii.newline]
        expansion.hasContent = true
      } else {
        finish(&expansion, &context)
      }
      return
    }
    let known =
      variables.isEmpty ? nil : variables.lookup(Array(reader.tree.source[part.name.range]), reader.census)
    if let known, known.isKnown, let value = known.values.first,
      !value.isEmpty || part.op == .none || part.op == .ifUnset
    {
      substitutions(part.child, &context)
      if !isQuoted, separatorsAreSet { return spell(part, &expansion) }
      return append(value, isQuoted: isQuoted, &expansion, &context)
    }
    if known == nil, part.op == .none, directories.count == 1, directories[0].first == Ascii.slash,
      reader.tree.source.has("PWD", at: part.name)
    {
      return append(directories[0], isQuoted: isQuoted, &expansion, &context)
    }
    let start = building.count
    var possible = known?.values ?? []
    if part.op != .none {
      let operand = value(part.child, &context)
      if !operand.isUnknown { possible.append(Array(bytes(operand.value))) }
      if part.op == .assign {
        variables.set(Array(reader.tree.source[part.name.range]), possible, isKnown: false)
      }
    } else if known == nil, reader.tree.source.has("HOME", at: part.name) {
      // Not known, but spelled in one way: see `ShellPaths`.
      building += reader.tree.source[part.spelling.range]
      expansion.hasContent = true
      return
    }
    spell(part, &expansion)
    if known == nil, part.op == .none { expansion.unset.append(start..<building.count) }
    expansion.may(be: possible, at: start..<building.count)
  }

  /// `${NAME[@]}` of an array that is known; else a part or a transformation of a value, which may be the value itself.
  private mutating func transformed(
    _ part: ShellPart, _ name: [UInt8], isQuoted: Bool, _ expansion: inout Expansion, _ context: inout DecodeContext
  ) {
    substitutions(part.child, &context)
    let spelling = reader.tree.source[part.spelling.range]
    let isValue = part.name.start == part.spelling.start + 2
    let known = variables.isEmpty || !isValue ? nil : variables.lookup(name, reader.census)
    let behind = spelling.dropFirst(2 + name.count)
    let isWhole = behind.elementsEqual("[@]}".utf8) || behind.elementsEqual("[*]}".utf8)
    if let known, known.isKnown, isWhole, variables.lookup(Self.separators, reader.census) == nil {
      let isJoined = behind.dropFirst().first == Ascii.star
      return append(all: known.values[...], isJoined: isJoined, isQuoted: isQuoted, &expansion, &context)
    }
    let start = building.count
    spell(part, &expansion)
    expansion.may(be: known.map { Array($0.values.prefix(ShellLimits.values)) } ?? [], at: start..<building.count)
  }

  /// Appends the elements of an array or the positional parameters, each a field of its own but in `"$*"`.
  private mutating func append(
    all values: ArraySlice<[UInt8]>, isJoined: Bool, isQuoted: Bool, _ expansion: inout Expansion,
    _ context: inout DecodeContext
  ) {
    if isQuoted, isJoined || !expansion.splits {
      return append(Array(values.joined(separator: [Ascii.space])), isQuoted: true, &expansion, &context)
    }
    for (index, value) in values.enumerated() where !isExhausted {
      if index > 0 { finish(&expansion, &context) }
      // Many short elements cost more than their bytes.
      spend(32, &context)
      append(value, isQuoted: isQuoted, &expansion, &context)
    }
  }

  /// Positional and special parameters.
  private mutating func special(
    _ part: ShellPart, _ first: UInt8, _ name: [UInt8], isQuoted: Bool, _ expansion: inout Expansion,
    _ context: inout DecodeContext
  ) {
    var operand: ShellField?
    if part.op == .none || part.op == .other {
      substitutions(part.child, &context)
    } else {
      operand = value(part.child, &context)
    }
    guard part.op == .none, let positional = variables.lookup(ShellCensus.positional, reader.census),
      positional.isKnown, variables.lookup(Self.separators, reader.census) == nil
    else {
      let start = building.count
      spell(part, &expansion)
      if first == Ascii.at || first == Ascii.star || Ascii.isDigit(first) {
        var possible = variables.lookup(ShellCensus.positional, reader.census)?.values ?? []
        if let operand, !operand.isUnknown { possible.insert(Array(bytes(operand.value)), at: 0) }
        expansion.may(be: Array(possible.prefix(ShellLimits.values)), at: start..<building.count)
      }
      return
    }
    let values = positional.values
    switch first {
    case Ascii.at, Ascii.star:
      append(
        all: values.dropFirst(), isJoined: first == Ascii.star, isQuoted: isQuoted, &expansion, &context)
    case _ where Ascii.isDigit(first):
      let number = name.reduce(0) { min($0 * 10 + Int($1 - Ascii.zero), values.count) }
      // The name of the shell or script is not among what `set` sets.
      if number == 0, values.first?.isEmpty ?? true { return spell(part, &expansion) }
      append(number < values.count ? values[number] : [], isQuoted: isQuoted, &expansion, &context)
    default: spell(part, &expansion)
    }
  }

  /// Appends a known value: as it is in quotes, else split at blanks and subject to globs.
  private mutating func append(
    _ value: [UInt8], isQuoted: Bool, _ expansion: inout Expansion, _ context: inout DecodeContext
  ) {
    if isQuoted {
      building += value
      expansion.hasContent = true
      return
    }
    var start = 0
    while start < value.count {
      if Ascii.isSpace(value[start]) {
        finish(&expansion, &context)
        start += 1
        continue
      }
      var end = start
      while end < value.count, !Ascii.isSpace(value[end]) { end += 1 }
      for byte in value[start..<end] {
        Self.noteGlob(byte, &expansion.field, openBracket: &expansion.openBracket)
      }
      building += value[start..<end]
      start = end
    }
  }

  // MARK: - Substitutions

  /// Walks the commands of one substitution.
  private mutating func substitution(_ root: Int32, _ context: inout DecodeContext) {
    let saved = (deferred, output)
    deferred = []
    subshell(&context) { $0.list(root, &$1) }
    (deferred, output) = saved
  }

  /// Walks all substitutions in parts whose value does not matter.
  mutating func substitutions(_ first: Int32, _ context: inout DecodeContext) {
    var index = first
    while index >= 0 {
      let part = reader.tree.parts[Int(index)]
      switch part.kind {
      case .literal: break
      case .command, .processInput, .processOutput: substitution(part.child, &context)
      case .parameter: substitutions(part.child, &context)
      case .arithmetic: arithmetic(part, &context)
      case .array:
        var word = part.child
        while word >= 0 {
          substitutions(reader.tree.words[Int(word)].first, &context)
          word = reader.tree.words[Int(word)].next
        }
      }
      index = part.next
    }
  }

  /// Arithmetic may assign: its names are no longer known.
  private mutating func arithmetic(_ part: ShellPart, _ context: inout DecodeContext) {
    forget(arithmetic: part.spelling)
    substitutions(part.child, &context)
  }

  mutating func forget(arithmetic text: ByteRange) {
    guard !variables.isEmpty else { return }
    for name in ShellCensus.arithmeticNames(reader.tree.source[text.range])
    where variables.lookup(name, reader.census) != nil { variables.set(name, [], isKnown: false) }
  }
}
