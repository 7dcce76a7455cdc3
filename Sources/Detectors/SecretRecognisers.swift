/// Passwords, keys and tokens that are told by what stands before them: a name, a scheme, a flag.
extension DetectorScanner {
  // MARK: Assignments

  /// A name that holds a word such as `password` or `token`, and the value that it is given: in code, JSON, YAML, XML,
  /// a query, an environment or a command line.
  mutating func recogniseAssignment(_ word: Int) {
    // Each name is looked at once.
    guard word >= state.namesEnd else { return }
    let nameSet: ByteClass = [.word, .hyphen, .dot]
    let start = runBack(word, nameSet, limit: DetectorLimits.nameBytes)
    let end = run(word, nameSet, limit: DetectorLimits.nameBytes)
    state.namesEnd = end
    // `[password]`: what a mask wrote, not the index of `env[password]`.
    let isIndex = isIn(start - 2, .word) || at(start - 2) == UInt8(ascii: "]") || at(start - 2) == UInt8(ascii: ")")
    if at(start - 1) == UInt8(ascii: "["), at(end) == UInt8(ascii: "]"), !isIndex { return }
    let isFlag = at(start) == UInt8(ascii: "-")
    guard var sign = assignment(end, start, isFlag: isFlag), let name = SecretName.of(bytes(start, end)) else { return }
    if sign.followsWhole, !name.isWhole {
      guard isFlag else { return }
      sign.isPlain = true
    }
    var value = assignedValue(sign)
    if let lineEnd = lineValueEnd(sign, value, start) {
      value.end = lineEnd
      value.tailEnd = .line
    }
    // `PASS: TestAdd`, `first pass: 100ms`: `pass` alone is a password's name only where nothing else can be meant.
    if name.isWhole, !value.isQuoted, !value.isPlainAssignment, matches(end - 4, "pass") { return }
    judge(value, name, start)
  }

  /// The bytes from `start` to `end`, all of which have been seen.
  private mutating func bytes(_ start: Int, _ end: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: text + (start - origin), count: end - start)
  }

  /// A value, and whether it stands in quotes.
  struct AssignedValue {
    var start: Int
    var end: Int
    var isQuoted: Bool
    /// `=` rather than `:`, or a flag.
    var isPlainAssignment = false
    /// What ends the rest of a value that is longer than its limit.
    var tailEnd = TailEnd.value

    /// Longer than its limit.
    var isOpen: Bool { end - start >= DetectorLimits.valueBytes }
  }

  /// What stands between a name and its value.
  private struct Assignment {
    /// Where the name begins.
    var start: Int
    var end: Int
    /// `=` rather than `:`, or a flag.
    var isPlain: Bool
    /// The value is an element's of XML.
    var isElement: Bool
    /// Nothing but a space: it stands after a name that is no more than the word for a secret, or after a flag.
    var followsWhole = false
  }

  /// What gives a name that ends at `nameEnd` a value; nil where it is given none.
  private mutating func assignment(_ nameEnd: Int, _ nameStart: Int, isFlag: Bool) -> Assignment? {
    var offset = nameEnd
    let isElement = at(nameStart - 1) == UInt8(ascii: "<")
    // The name's own quotes and brackets.
    while offset - nameEnd < 4,
      isQuote(at(offset)) || at(offset) == UInt8(ascii: "]") || at(offset) == UInt8(ascii: "\\")
    {
      offset += 1
    }
    let spacesStart = offset
    // `<add key="ClearTextPassword" value="…"/>`
    if matches(offset, " value=") { offset += 6 }
    while offset - spacesStart < 16, at(offset) == UInt8(ascii: " ") || at(offset) == 0x09 { offset += 1 }
    let hadSpace = offset > spacesStart && at(offset - 1) <= 0x20
    var isPlain = false
    var followsWhole = false
    switch at(offset) {
    case UInt8(ascii: "="):
      offset += 1
      // A comparison says nothing of the value but what it is; `=>` and `:=` assign.
      if at(offset) == UInt8(ascii: "="), isQuote(at(offset + 1)) || at(offset + 1) == UInt8(ascii: " ") { offset += 1 }
      if at(offset) == UInt8(ascii: ">") { offset += 1 }
      isPlain = true
    case UInt8(ascii: ":"):
      offset += 1
      if at(offset) == UInt8(ascii: "=") {
        offset += 1
      } else if let typed = typedEnd(skipBlanks(offset)) {
        // `password: str = "x"`
        offset = typed
        isPlain = true
      }
    case UInt8(ascii: ">") where isElement: offset += 1
    case UInt8(ascii: "'") where hadSpace: followsWhole = true
    case UInt8(ascii: "("), UInt8(ascii: ","):
      // `setPassword("x")`, `("password", "x")`: only in quotes.
      let isPair = at(offset) == UInt8(ascii: ",")
      offset = skipBlanks(offset + 1)
      if at(offset) == UInt8(ascii: "\\") { offset += 1 }
      guard isQuote(at(offset)) else { return nil }
      if isPair, let value = pairValue(offset) {
        // `{"name": "password", "value": "x"}`
        offset = value
      } else if isKey(offset) {
        return nil
      }
    default:
      guard hadSpace else { return nil }
      isPlain = true
      if isFlag || isSetting(nameStart, nameEnd) { break }
      // `var password string = "x"`
      guard let typed = typedEnd(offset) else { return nil }
      offset = typed
    }
    return Assignment(start: nameStart, end: offset, isPlain: isPlain, isElement: isElement, followsWhole: followsWhole)
  }

  /// The end of white space, of which there is at most as much as a line's indentation.
  private mutating func skipBlanks(_ offset: Int) -> Int { run(offset, .space, limit: 40) }

  /// The end of `"value":` whose first quote is at `quote`; nil if there stands something else.
  private mutating func pairValue(_ quote: Int) -> Int? {
    guard matches(quote + 1, "value") else { return nil }
    var offset = quote + 6
    if at(offset) == UInt8(ascii: "\\") { offset += 1 }
    guard isQuote(at(offset)) else { return nil }
    offset = skipBlanks(offset + 1)
    return at(offset) == UInt8(ascii: ":") ? offset + 1 : nil
  }

  /// Whether what is in quotes from `quote` on is itself a name, with `:` after it.
  private mutating func isKey(_ quote: Int) -> Bool {
    var offset = run(quote + 1, [.word, .hyphen, .dot], limit: DetectorLimits.nameBytes)
    if at(offset) == UInt8(ascii: "\\") { offset += 1 }
    guard at(offset) == at(quote) else { return false }
    return at(skipBlanks(offset + 1)) == UInt8(ascii: ":")
  }

  /// The end of the value of a line of an environment file, `NAME=VALUE` and nothing else: what ends a value elsewhere is
  /// part of it. Nil where the line is none.
  private mutating func lineValueEnd(_ sign: Assignment, _ value: AssignedValue, _ nameStart: Int) -> Int? {
    guard sign.isPlain, !value.isQuoted, !value.isOpen, value.start == sign.end, at(value.end) > 0x20,
      nameStart == 0 || at(nameStart - 1) == 0x0A
        || matches(nameStart - 7, "export ") && (nameStart == 7 || at(nameStart - 8) == 0x0A)
    else { return nil }
    // `a=1&b=2` of a form, or a command line, is not written in capitals.
    let nameEnd = run(nameStart, [.upper, .digit, .underscore], limit: DetectorLimits.nameBytes)
    guard nameEnd + 1 == sign.end else { return nil }
    var end = value.end
    while end - value.start < DetectorLimits.valueBytes, at(end) > 0x20 { end += 1 }
    let lineEnd = run(end, .space, limit: 8)
    for offset in end..<lineEnd where at(offset) == 0x0A { return end }
    return end - value.start >= DetectorLimits.valueBytes || at(lineEnd) == 0 ? end : nil
  }

  /// The value after what assigns it.
  private mutating func assignedValue(_ sign: Assignment) -> AssignedValue {
    let (isPlain, isElement) = (sign.isPlain, sign.isElement)
    var offset = sign.end
    let valueStart = offset
    while offset - valueStart < 8, isIn(offset, .space), at(offset) != 0x0A { offset += 1 }
    if at(offset) == UInt8(ascii: "\\"), isQuote(at(offset + 1)) { offset += 1 }
    // `$'…'`, `@"…"`, `b"…"` and `r'…'` of various languages.
    let first = at(offset)
    if first == UInt8(ascii: "@") || first == UInt8(ascii: "b") || first == UInt8(ascii: "r"), isQuote(at(offset + 1)) {
      offset += 1
    }
    let quote = at(offset)
    if isQuote(quote) {
      let start = offset + 1
      offset = start
      while offset - start < DetectorLimits.valueBytes, at(offset) != quote, at(offset) != 0x0A, at(offset) != 0 {
        if at(offset) == UInt8(ascii: "\\") {
          if at(offset + 1) == quote, at(start - 2) == UInt8(ascii: "\\") { break }
          offset += 1
        }
        offset += 1
      }
      let closing = at(start - 2) == UInt8(ascii: "\\") ? UInt8(ascii: "\\") : quote
      return AssignedValue(
        start: start, end: offset, isQuoted: true, isPlainAssignment: isPlain, tailEnd: .quote(closing))
    }
    if quote == UInt8(ascii: "{"), let braced = bracedValue(offset, sign) { return braced }
    let start = offset
    offset = find(isElement ? .elementEnd : .valueEnd, start, start + DetectorLimits.valueBytes)
    while offset - start < DetectorLimits.valueBytes, !DetectorScanner.endsValue(at(offset), isElement) { offset += 1 }
    return AssignedValue(
      start: start, end: offset, isQuoted: false, isPlainAssignment: isPlain, tailEnd: isElement ? .element : .value)
  }

  /// `{value}` of a connection string of ODBC or of SQL Server's JDBC driver, from its brace on; nil where it is none, or
  /// names a variable.
  private mutating func bracedValue(_ brace: Int, _ sign: Assignment) -> AssignedValue? {
    guard sign.isPlain, at(sign.start - 1) == UInt8(ascii: ";") else { return nil }
    var offset = brace + 1
    while offset - brace < DetectorLimits.valueBytes, at(offset) > 0x20 {
      if at(offset) == UInt8(ascii: "}") {
        // Two of them stand for one.
        guard at(offset + 1) == UInt8(ascii: "}") else { break }
        offset += 1
      }
      offset += 1
    }
    guard at(offset) == UInt8(ascii: "}"), run(brace + 1, [.letter, .underscore, .dot], limit: offset - brace) < offset
    else { return nil }
    return AssignedValue(
      start: brace + 1, end: offset, isQuoted: true, isPlainAssignment: true, tailEnd: .quote(UInt8(ascii: "}")))
  }

  @inline(__always)
  func isQuote(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`")
  }

  static func endsValue(_ byte: UInt8, _ isElement: Bool) -> Bool {
    switch byte {
    case 0...0x20, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: "<"): true
    case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "\\"): !isElement
    case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ")"), UInt8(ascii: ">"): !isElement
    default: false
    }
  }

  private mutating func judge(_ value: AssignedValue, _ name: SecretName, _ nameStart: Int) {
    var value = value
    while value.end > value.start, !value.isQuoted, !value.isOpen,
      at(value.end - 1) == UInt8(ascii: ".") || at(value.end - 1) == UInt8(ascii: ":")
    {
      value.end -= 1
    }
    let count = value.end - value.start
    // Cut short by its author.
    if name.kind == .secret, matchesExactly(value.end, "...") { return }
    guard count >= 3, !isTemplate(value.start, value.end), !isMasked(value.start, value.end) else { return }
    // A whole of several words in quotes is prose, but for a passphrase.
    if value.isQuoted, name.kind != .password, hasSpace(value.start, value.end) { return }
    if !value.isQuoted, isCode(value.start, value.end) { return }
    switch name.kind {
    case .password:
      if name.isDirectory(at(value.start)) { return }
      guard count >= 4 || value.isPlainAssignment, !isWordOfSchema(value.start, value.end) else { return }
      emit(.password, value)
    case .secret:
      if asks(.awsSecretKey), count == 40, run(value.start, .base64, limit: 41) == value.end,
        name.speaksOfAWS || hasAWSBefore(nameStart), looksRandom(value.start, value.end, least: 3)
      {
        emit(.awsSecretKey, value.start, value.end)
      }
      if asks(.azureKey), name.speaksOfAzure ? (43...90).contains(count) : looksLikeAzureKey(value) {
        emit(.azureKey, value.start, value.end)
      }
      if name.isPrimaryKey { return }
      if name.isWeak, count < 32 { return }
      if isSecretValue(value) { emit(.secret, value) }
    }
  }

  /// Base64 of 32 or 64 bytes, its padding included: the form of Azure's keys, and of its services' two keys.
  private mutating func looksLikeAzureKey(_ value: AssignedValue) -> Bool {
    let count = value.end - value.start
    guard count == 44 || count == 88, at(value.end - 1) == UInt8(ascii: "=") else { return false }
    let textEnd = run(value.start, .base64, limit: count)
    return value.end - textEnd == (count == 44 ? 1 : 2) && looksRandom(value.start, value.end, least: 3.8)
  }

  /// Finds a value, and what is past its limit.
  private mutating func emit(_ kind: BuiltinDetector, _ value: AssignedValue) {
    if value.isOpen {
      emitOpen(kind, value.start, value.end, until: value.tailEnd)
    } else {
      emit(kind, value.start, value.end)
    }
  }

  /// Whether `aws` stands shortly before.
  private mutating func hasAWSBefore(_ start: Int) -> Bool {
    for offset in max(0, start - DetectorLimits.contextBytes)..<max(1, start) where matches(offset, "aws") {
      return true
    }
    return false
  }

  private mutating func hasSpace(_ start: Int, _ end: Int) -> Bool {
    for offset in start..<end where isIn(offset, .space) { return true }
    return false
  }

  /// `${X}`, `$X`, `<x>`, `{{x}}`, `%s`, `[x]`: stands for a value that comes later, or was masked.
  mutating func isTemplate(_ start: Int, _ end: Int) -> Bool {
    switch at(start) {
    case UInt8(ascii: "$"):
      return at(start + 1) == UInt8(ascii: "{") || at(start + 1) == UInt8(ascii: "(") || isIn(start + 1, .word)
    case UInt8(ascii: "<"), UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "("): return true
    case UInt8(ascii: "%"): return isIn(start + 1, .letter) || at(start + 1) == UInt8(ascii: "(")
    case UInt8(ascii: "#"): return at(start + 1) == UInt8(ascii: "{")
    case UInt8(ascii: ":"), UInt8(ascii: "?"): return isIn(start + 1, .word) || end - start == 1
    default: break
    }
    let brace = find(.brace, start, end)
    guard brace < end else { return false }
    for offset in brace..<end where at(offset) == UInt8(ascii: "{") {
      if at(offset + 1) == UInt8(ascii: "{") || at(offset - 1) == UInt8(ascii: "$") { return true }
    }
    return false
  }

  /// An expression rather than a value: a call, an index, a member of an object.
  private mutating func isCode(_ start: Int, _ end: Int) -> Bool {
    var isMember = false
    for offset in start..<end {
      let byte = at(offset)
      if byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { return true }
      if byte == UInt8(ascii: "."), offset > start, isIn(offset - 1, .letter), isIn(offset + 1, .letter) {
        isMember = true
      }
      if isDigit(offset) || !isIn(offset, [.word, .dot]) { return false }
    }
    // `self.password`, `password_hash`, `kVK_Return`: names without a digit.
    return isMember || end - start <= DetectorLimits.nameBytes && SecretName.of(bytes(start, end)) != nil
  }

  /// A word of a type, of a default, or of a form: no password.
  private mutating func isWordOfSchema(_ start: Int, _ end: Int) -> Bool {
    guard end - start <= 12 else { return false }
    var word = InlineArray<12, UInt8>(repeating: 0)
    for offset in start..<end { word[offset - start] = folded(offset) }
    return word.span.withUnsafeBufferPointer { SecretName.schemaWords.contains($0.baseAddress!, end - start) }
  }

  /// Random enough for a key: a UUID, or letters and digits without much of a pattern.
  private mutating func isSecretValue(_ value: AssignedValue) -> Bool {
    let count = value.end - value.start
    // Neither a digit nor a change of case: none.
    guard count >= 10, find(.sign, value.start, value.end) < value.end else { return false }
    // In quotes, or alone on its line, it may hold any sign, and must look the more random for it.
    let isPlain = run(value.start, [.token68, .colon], limit: count) == value.end
    guard isPlain || value.isQuoted || value.tailEnd == .line, isPlain || count >= 14 else { return false }
    var digits = 0
    var letters = 0
    var changes = 0
    var words = 1
    for offset in value.start..<value.end {
      if isDigit(offset) { digits += 1 } else if isIn(offset, .letter) { letters += 1 }
      if offset > value.start, isIn(offset, .upper) != isIn(offset - 1, .upper), isIn(offset, .letter) { changes += 1 }
      if isIn(offset, [.hyphen, .underscore, .dot]) { words += 1 }
    }
    // Upper-case words with hyphens or underscores are a name of something.
    guard letters > 0, digits > 0 || changes > 4 && count >= 16 && words == 1 else { return false }
    let entropy = entropy(value.start, value.end)
    if !isPlain {
      for offset in value.start..<value.end where at(offset) <= 0x20 || at(offset) >= 0x7F { return false }
      return entropy >= 3.4 && digits > 0
    }
    if count >= 20 { return entropy >= 3 && (digits > 1 || changes > 4) }
    return entropy >= 2.9 && digits >= 2 && words <= 2
  }

  // MARK: Headers

  /// `Authorization: SCHEME credentials` of RFC 7235.
  mutating func recogniseAuthorization(_ word: Int) {
    // `oriz` of `authorization`.
    guard matches(word - 4, "authorization") else { return }
    var offset = word + 9
    let nameEnd = offset
    while offset - nameEnd < 6,
      isQuote(at(offset)) || at(offset) == UInt8(ascii: " ") || at(offset) == UInt8(ascii: "]")
    {
      offset += 1
    }
    guard [UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: ",")].contains(at(offset)) else { return }
    offset += 1
    let gap = offset
    while offset - gap < 6, isQuote(at(offset)) || at(offset) == UInt8(ascii: " ") || at(offset) == UInt8(ascii: ">") {
      offset += 1
    }
    let schemeEnd = run(offset, [.alphanumeric, .hyphen], limit: 24)
    if at(schemeEnd) == UInt8(ascii: " "), isIn(schemeEnd + 1, .token68) {
      let isBasic = matches(offset, "basic") && schemeEnd == offset + 5
      emitCredentials(schemeEnd + 1, least: isBasic ? 8 : 10)
    } else {
      emitCredentials(offset, least: 16)
    }
  }

  /// `Bearer` and a token, wherever.
  mutating func recogniseBearer(_ word: Int) {
    guard matches(word - 1, "bearer "), !isIn(word - 2, .alphanumeric) else { return }
    emitCredentials(word + 6, least: 20)
  }

  private mutating func emitCredentials(_ start: Int, least: Int) {
    let end = run(start, [.token68, .colon], limit: DetectorLimits.matchBytes)
    let count = end - start
    guard count >= least, !isMasked(start, end) else { return }
    var hasSign = false
    for offset in start..<end where !hasSign { hasSign = isDigit(offset) || isIn(offset, .upper) || at(offset) == 0x3D }
    // `YOUR_API_KEY`
    guard run(start, [.upper, .underscore, .hyphen], limit: count) < end else { return }
    guard hasSign, !isTemplate(start, end), looksRandom(start, end, least: 2.6) else { return }
    if count == DetectorLimits.matchBytes { emitOpen(.secret, start, end) } else { emit(.secret, start, end) }
  }

  // MARK: Command lines and SQL

  /// `curl -u name:password`, `--user name:password`.
  mutating func recogniseCurlUser(_ word: Int) {
    var offset = word
    if at(offset) == UInt8(ascii: " ") {
      offset += 3
    } else {
      guard matches(word, "--user") else { return }
      offset += 6
      guard at(offset) == UInt8(ascii: " ") || at(offset) == UInt8(ascii: "=") else { return }
      offset += 1
    }
    let gap = offset
    while offset - gap < 4, at(offset) == UInt8(ascii: " ") { offset += 1 }
    guard isCurlBefore(word) else { return }
    let quote = at(offset)
    let isQuoted = isQuote(quote)
    if isQuoted { offset += 1 }
    let first = offset
    while offset - first < 128, at(offset) != UInt8(ascii: ":"), !DetectorScanner.endsValue(at(offset), false) {
      offset += 1
    }
    guard at(offset) == UInt8(ascii: ":"), offset == first || !isTemplate(first, offset) else { return }
    let start = offset + 1
    offset = start
    while offset - start < DetectorLimits.valueBytes,
      isQuoted ? at(offset) != quote && at(offset) != 0 : at(offset) > 0x20
    {
      offset += 1
    }
    // A key in place of the name, and no password.
    if offset == start, start - 1 - first >= 8, looksRandom(first, start - 1, least: 2.6) {
      return emit(.password, first, start - 1)
    }
    guard offset - start >= 2, !isTemplate(start, offset), !isMasked(start, offset) else { return }
    guard offset > high || !SecretName.placeholders.contains(text + (start - origin), min(offset, start + 16) - start)
    else { return }
    emit(
      .password,
      AssignedValue(start: start, end: offset, isQuoted: isQuoted, tailEnd: isQuoted ? .quote(quote) : .line))
  }

  /// Whether `curl` stands on the same line.
  private mutating func isCurlBefore(_ word: Int) -> Bool {
    var offset = word - 1
    while offset >= max(0, word - DetectorLimits.lookBehind + 16) {
      if at(offset) == UInt8(ascii: "c"), matches(offset, "curl") { return true }
      if at(offset) == 0x0A, at(offset - 1) != UInt8(ascii: "\\") { return false }
      offset -= 1
    }
    return false
  }

  /// `IDENTIFIED BY 'password'` of MySQL and Oracle.
  mutating func recogniseIdentified(_ word: Int) {
    guard matches(word - 5, "identified") else { return }
    var offset = word + 5
    guard at(offset) == UInt8(ascii: " ") else { return }
    offset += 1
    if matches(offset, "with ") {
      offset = run(offset + 5, [.word, .quotePercent, .hyphen], limit: 40)
      guard at(offset) == UInt8(ascii: " ") else { return }
      offset += 1
    }
    guard matches(offset, "by ") else { return }
    offset += 3
    if matches(offset, "password ") { offset += 9 }
    let quote = at(offset)
    guard isQuote(quote) else { return }
    let start = offset + 1
    offset = start
    while offset - start < DetectorLimits.valueBytes, at(offset) != quote, at(offset) != 0 { offset += 1 }
    guard offset > start, !isTemplate(start, offset), !isMasked(start, offset) else { return }
    emit(.password, AssignedValue(start: start, end: offset, isQuoted: true, tailEnd: .quote(quote)))
  }
}
