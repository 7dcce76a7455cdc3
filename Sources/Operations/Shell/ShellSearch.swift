import PolicyBytecode

/// `find`, `xargs` and `parallel`: commands that run once for each of many words.
extension ShellDecoder {
  /// What is known of a primary of `find`.
  struct Primary: OptionSet, Sendable {
    let rawValue: UInt8
    /// It takes no argument.
    static let bare = Primary(rawValue: 1)
    /// It does not narrow down what is found by much.
    static let unrestrictive = Primary(rawValue: 2)
    /// It runs the words behind it.
    static let executing = Primary(rawValue: 4)
    /// It writes to the file that it names.
    static let writing = Primary(rawValue: 8)
    /// It has an argument, or two, whatever they start with.
    static let takingWord = Primary(rawValue: 16)
    static let takingTwo = Primary(rawValue: 32)

    /// In words.
    var length: Int { contains(.takingTwo) ? 3 : contains(.takingWord) ? 2 : 1 }
  }

  /// The primaries that are known.
  static let primaryNames: [(name: [UInt8], value: Primary)] = {
    let groups: [(Primary, String)] = [
      (
        [.bare, .unrestrictive],
        "-delete -depth -d -daystart -follow -xdev -x -mount -noleaf -warn -nowarn -readable -writable -true -print "
          + "-print0 -ls -and -or -a -o -H -L -P"
      ),
      (
        .bare,
        "-X -E -s -empty -executable -nouser -nogroup -false -prune -quit -not -help --help -version --version "
          + "-ignore_readdir_race -noignore_readdir_race"
      ),
      ([.unrestrictive, .takingWord], "-type -mindepth -maxdepth -printf"),
      ([.unrestrictive, .executing], "-exec -execdir -ok -okdir"),
      ([.unrestrictive, .writing, .takingWord], "-fprint -fprint0 -fls"),
      ([.writing, .takingWord, .takingTwo], "-fprintf"),
      (
        .takingWord,
        "-name -iname -path -ipath -wholename -iwholename -regex -iregex -lname -ilname -user -group -newer -samefile "
          + "-fstype -perm -size -xtype"
      ),
    ]
    return groups.flatMap { kind, names in names.split(separator: " ").map { (Array($0.utf8), kind) } }
  }()
  private static let primaries = ShellNames(primaryNames)

  private mutating func primary(_ text: ByteRange) -> Primary { Self.primaries.value(arena, text) ?? [] }

  /// `find`'s starting points are its operands; every primary is a flag. The command behind `-exec`
  /// is neither.
  mutating func takeFind(_ argv: Range<Int>, _ result: inout ShellArguments) {
    var isExpression = false
    var index = argv.lowerBound + 1
    while index < argv.upperBound {
      let text = fields[index].value
      index += 1
      let first = text.count > 0 ? arena[Int(text.start)] : 0
      guard text.count > 1, first == Ascii.dash else {
        let isOperator =
          text.count == 1
          && (first == Ascii.bang || first == Ascii.open || first == Ascii.close || first == Ascii.comma)
        isExpression = isExpression || isOperator
        if !isExpression { result.operands.append(index - 1) }
        continue
      }
      let second = arena[Int(text.start) + 1]
      if second == 0x4F {
        result.options.append(.init(letter: 0, name: text))
        continue
      }
      // `-H`, `-L` and `-P` stand before the starting points.
      let isSetting = text.count == 2 && (second == 0x48 || second == 0x4C || second == 0x50)
      isExpression = isExpression || !isSetting
      let primary = primary(text)
      if primary.contains(.bare) {
        result.options.append(.init(letter: 0, name: text))
        continue
      }
      let isCommand = primary.contains(.executing)
      let value = index < argv.upperBound && !isCommand ? fields[index] : nil
      result.options.append(
        .init(letter: 0, name: text, value: value, use: primary.contains(.writing) ? .write : .none))
      index += 1
      if isCommand { index = commandEnd(index - 1, argv.upperBound) + 1 }
    }
  }

  /// Where the command of an `-exec` that starts at `start` ends: at `;`, or at a `+` behind `{}`.
  private mutating func commandEnd(_ start: Int, _ end: Int) -> Int {
    var index = start
    while index < end {
      if text(index, is: ";") || index > start && text(index, is: "+") && text(index - 1, is: "{}") { return index }
      index += 1
    }
    return end
  }

  mutating func writesFound(_ call: ShellCall) -> Bool { call.arguments.options.contains { isNamed($0, "-delete") } }

  mutating func find(_ call: ShellCall, _ context: inout DecodeContext) {
    // Without a test that narrows it down, what is found may be a starting point.
    var points: Int32 = -1
    let isRestricted = call.arguments.options.contains { option in
      !primary(option.name).contains(.unrestrictive)
        && !(isNamed(option, "-name") && option.hasValue && arena.has("*", at: option.field.value))
    }
    if !isRestricted {
      alternatives.append(
        call.arguments.operands.prefix(ShellLimits.candidates).filter { !fields[$0].isUnknown }.map {
          Array(bytes(fields[$0].value))
        })
      points = Int32(alternatives.count - 1)
    }
    var index = call.argv.lowerBound + 1
    while index < call.argv.upperBound {
      let word = primary(fields[index].value)
      guard word.contains(.executing) else {
        index += word.length
        continue
      }
      let end = commandEnd(index + 1, call.argv.upperBound)
      inserting(call, index + 1..<end, Self.braces, alternatives: points, &context)
      index = end + 1
    }
  }

  private static let braces = [Ascii.openBrace, Ascii.closeBrace]

  /// Runs words in which each occurrence of `mark` stands for something that is not known.
  private mutating func inserting(
    _ call: ShellCall, _ argv: Range<Int>, _ mark: [UInt8], alternatives: Int32 = -1, _ context: inout DecodeContext
  ) {
    let base = fields.count
    fields.append(copying: argv)
    for index in base..<fields.count {
      let count = fields[index].value.count
      let mayContain = arena.firstIndex(of: mark[0], in: fields[index].value) != nil
      guard mayContain, contains(bytes(fields[index].value), mark) else { continue }
      fields[index].isUnknown = true
      guard count == mark.count else { continue }
      fields[index].alternatives = alternatives
      if call.program.role != .find { fields[index].reading = alternatives }
    }
    carry(call, base..<fields.count, &context)
    fields.truncate(to: base)
  }

  /// Whether a mark of at most 64 bytes stands in a text.
  mutating func contains(_ text: ArraySlice<UInt8>, _ mark: [UInt8]) -> Bool {
    guard let first = mark.first, text.count >= mark.count, mark.count <= 64 else { return false }
    for index in text.startIndex...(text.endIndex - mark.count)
    where text[index] == first && text[index..<index + mark.count].elementsEqual(mark) { return true }
    return false
  }

  mutating func xargs(_ call: ShellCall, _ context: inout DecodeContext) {
    guard let first = call.arguments.operands.first else { return }
    let argv = first..<call.argv.upperBound
    let outer = input
    defer { input = outer }
    // The command's own input is not xargs's.
    input.kind = .file
    var items = outer.kind == .literal && !call.arguments.has(0x61) ? items(call, bytes(outer.text)) : nil
    var likely = items == nil && outer.likely.count > 0 ? self.items(call, bytes(outer.likely)) : nil
    // Once, with all words: then it prints what its command does.
    let splitting = call.arguments.options.filter { [0x4C, 0x6C, 0x6E, 0x73, 0x45, 0x65].contains($0.letter) }
    if items == nil || !splitting.isEmpty || call.arguments.options.contains(where: { $0.letter | 0x20 == 0x69 }) {
      printers += 1
    }
    // In turns, of which it is told how many words each has, or not.
    var turn = Int.max
    if let option = splitting.last {
      let count = option.value.flatMap { Int(String(decoding: bytes($0.value), as: UTF8.self)) } ?? 0
      if splitting.count == 1, option.letter == 0x6E, count > 0,
        items.map({ $0.count / count <= ShellLimits.values }) ?? false
      {
        turn = count
      } else if items != nil {
        (items, likely) = (nil, items)
      }
    }
    let inserted = call.arguments.options.lastIndex { $0.letter | 0x20 == 0x69 }
    let lastSplit = call.arguments.options.lastIndex { [0x4C, 0x6C, 0x6E].contains($0.letter) }
    if let inserted, inserted > lastSplit ?? -1 {
      let option = call.arguments.options[inserted]
      let mark = option.value.map { Array(bytes($0.value)) } ?? []
      var possible: Int32 = -1
      if let items = items ?? likely {
        alternatives.append(Array(items.prefix(ShellLimits.values)))
        possible = Int32(alternatives.count - 1)
      }
      return inserting(
        call, argv, mark.isEmpty ? Self.braces : mark, alternatives: possible, &context)
    }
    if let words = items, turn < words.count {
      for start in stride(from: 0, to: words.count, by: turn) where !isDone(context) {
        let base = fields.count
        fields.append(copying: argv)
        for word in words[start..<min(start + turn, words.count)] {
          let field = field(word)
          fields.append(field)
        }
        carry(call, base..<fields.count, &context)
        fields.truncate(to: base)
      }
      return
    }
    if let words = items ?? likely {
      let base = fields.count
      fields.append(copying: argv)
      for word in words {
        var field = field(word)
        if items == nil {
          // The words are not known; what they are likely to be is.
          alternatives.append([word])
          field.isUnknown = true
          field.reading = Int32(alternatives.count - 1)
        }
        fields.append(field)
      }
      carry(call, base..<fields.count, &context)
      fields.truncate(to: base)
      return
    }
    let trailing = hasTrailing
    hasTrailing = true
    carry(call, argv, &context)
    hasTrailing = trailing
  }

  /// The words that xargs makes of its input; nil where that is not known.
  private mutating func items(_ call: ShellCall, _ text: ArraySlice<UInt8>) -> [[UInt8]]? {
    if call.arguments.has(0x30) { return text.split(separator: 0).map { Array($0) } }
    if let delimiter = call.arguments.value(0x64) {
      let mark = ShellEscapes.decode(bytes(delimiter.value), .echo)
      guard mark.count == 1 else { return nil }
      return text.split(separator: mark[0]).map { Array($0) }
    }
    if call.arguments.options.contains(where: { $0.letter | 0x20 == 0x69 }) {
      return text.split(separator: Ascii.newline).map { Array($0.drop(while: Ascii.isBlank)) }
    }
    return splitWords(text)
  }

  /// GNU parallel: the words before `:::` are a line of shell, to which each word behind is added.
  mutating func parallel(_ call: ShellCall, _ context: inout DecodeContext) {
    let operands = call.arguments.operands
    let separator = operands.firstIndex { bytes(fields[$0].value).starts(with: ":::".utf8) } ?? operands.count
    let line = operands[..<separator].map { fields[$0] }
    let inputs = operands[separator...].filter { !bytes(fields[$0].value).starts(with: ":::".utf8) }.map { fields[$0] }
    let outer = input
    input.kind = .file
    defer { input = outer }
    if line.isEmpty {
      // The words themselves, or the lines of the input, are commands.
      for command in inputs { codeArgument([command], call, &context) }
      guard inputs.isEmpty else { return }
      input = outer
      standardInput(call, &context)
      return
    }
    var items = inputs.map { Array(bytes($0.value)) }
    if inputs.isEmpty, outer.kind == .literal {
      items = bytes(outer.text).split(separator: Ascii.newline).map { Array($0) }
    }
    let code = Array(line.map { bytes($0.value) }.joined(separator: [Ascii.space]))
    let mark = Array("{}".utf8)
    let isKnown = !(line + inputs).contains { $0.isUnknown }
    guard isKnown, !items.isEmpty, !code.contains(Ascii.openBrace) || contains(code[...], mark) else {
      return codeArgument(line + inputs, call, &context)
    }
    for item in items where !isDone(context) {
      let command = field(contains(code[...], mark) ? code.replacing(mark, with: item) : code + [Ascii.space] + item)
      codeArgument([command], call, &context)
    }
  }

  /// Splits text as xargs and `env -S` do: at blanks, with quotes and backslashes; nil where a quote is not closed.
  mutating func splitWords(_ text: ArraySlice<UInt8>) -> [[UInt8]]? {
    var words: [[UInt8]] = []
    var word: [UInt8] = []
    var hasWord = false
    var quote: UInt8 = 0
    var index = text.startIndex
    while index < text.endIndex {
      let byte = text[index]
      index += 1
      if quote != 0 {
        if byte == quote { quote = 0 } else { word.append(byte) }
        continue
      }
      switch byte {
      case Ascii.space, Ascii.tab, Ascii.newline:
        if hasWord { words.append(word) }
        word = []
        hasWord = false
        continue
      case Ascii.quote, Ascii.doubleQuote: quote = byte
      case Ascii.backslash where index < text.endIndex:
        word.append(text[index])
        index += 1
      default: word.append(byte)
      }
      hasWord = true
    }
    if hasWord { words.append(word) }
    return quote == 0 ? words : nil
  }
}
