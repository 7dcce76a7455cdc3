import Detectors
import JSONText
import PolicyRuntime

/// Masks one JSON document that comes in pieces. What is not masked stays byte for byte.
///
/// Held are a string of at most ``MaskLimits/heldBytes``, a number, and the keys of the open levels. After each call the
/// caller takes ``output``.
struct JSONMasker {
  enum Status { case open, closed, failed }

  enum State {
    case value, valueOrEnd, keyOrEnd, key, colon, commaOrEnd
    case string, longString, droppedString, bare, deep
  }

  struct Level {
    var isObject: Bool
    var index = 0
    /// Keys in which something was masked, so that they stay different.
    var maskedKeys = 0
    /// Whether any was, besides those that were sent as if they were.
    var hasMaskedKey = false
    /// The name that values here are seen with, in `names`.
    var name: Range<Int>
    /// Whether that name by itself wakes no detector.
    var isQuiet = true
  }

  /// A container that is replaced as a whole.
  struct Covered {
    var level: Int
    var span: MaskedSpan
  }

  let plan: MaskPlan
  let documentDepth: Int
  var values: ValueMasker
  var matcher: JSONPathMatcher
  let scratch: MaskScratch
  let usesPaths: Bool
  /// Whether names of values matter, so that members may name each other.
  let looksAtNames: Bool
  /// Names that the member `value` is seen with, and the number of levels open around it.
  var siblings: [(depth: Int, name: [UInt8])] = []
  /// Values that a member behind them may name yet, in order. ``output`` is certain up to the first.
  var unnamed: [UnnamedValue] = []
  /// The document's bytes that were read in former calls, and where those of this one begin.
  private var readBefore = 0
  private var callStart = 0
  var knownNames = KnownNames()

  var status = Status.open
  var state = State.value
  var output: [UInt8] = []
  /// The string or bare word that is open, as it is spelled.
  var token: [UInt8] = []
  private var isEscaped = false
  private var hasEscapes = false
  private(set) var isKey = false
  var levels: [Level] = []
  var names: [UInt8] = []
  /// Masks of the value that comes next, by the name of its member.
  var keyRules: [Int] = []
  /// Masks of the value that is open.
  var rules: [Int] = []
  var covered: Covered?
  /// What `covered` holds, without the space between tokens; nil if it is too much.
  var coveredText: [UInt8]? = []
  private var deepLevels = 0
  var long: TextMasker?
  /// Whether white space between tokens has line breaks.
  var hasLines = false
  private(set) var isFinished = false
  /// Whether a member's name was seen: this is JSON, and not a text that begins like it.
  var hasSeenKey = false

  init(_ plan: MaskPlan, _ scratch: MaskScratch, documentDepth: Int) {
    self.plan = plan
    self.scratch = scratch
    self.documentDepth = documentDepth
    values = ValueMasker(plan, scratch)
    usesPaths = !plan.paths.isEmpty
    looksAtNames = plan.detectors.looksAtNames
    matcher = JSONPathMatcher(plan.paths)
  }

  /// Makes ready for another document.
  mutating func restart() {
    values.tally = MaskTally()
    if usesPaths { matcher.restart() }
    status = .open
    state = .value
    output.removeAll(keepingCapacity: true)
    token.removeAll(keepingCapacity: true)
    levels.removeAll(keepingCapacity: true)
    names.removeAll(keepingCapacity: true)
    siblings.removeAll(keepingCapacity: true)
    unnamed.removeAll(keepingCapacity: true)
    readBefore = 0
    keyRules.removeAll(keepingCapacity: true)
    rules.removeAll(keepingCapacity: true)
    covered = nil
    long = nil
    hasLines = false
    isFinished = false
    hasSeenKey = false
  }

  var isCovering: Bool { covered != nil }

  /// The beginning of a token that was not written, for what comes after a failure.
  mutating func takeLeftover() -> [UInt8] {
    defer { token.removeAll() }
    switch state {
    case .string: return [UInt8(ascii: "\"")] + token
    case .bare: return token
    default: return []
    }
  }

  /// Reads from `start` until the document ends, fails, or no byte is left; gives the index of the first byte not read.
  mutating func write(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var index = start
    callStart = start
    while index < bytes.count, status == .open {
      switch state {
      case .string, .longString, .droppedString: index = readString(bytes, index)
      case .bare:
        if isBareByte(bytes[index]) {
          token.append(bytes[index])
          index += 1
          if token.count > MaskLimits.headBytes { status = .failed }
        } else {
          endBare()
        }
      case .deep:
        skipDeep(bytes[index])
        index += 1
      case .value, .valueOrEnd, .keyOrEnd, .key, .colon, .commaOrEnd:
        if isCovering {
          if read(bytes[index]) { index += 1 }
        } else {
          index = readRun(bytes, index)
        }
      }
    }
    if !unnamed.isEmpty {
      if status == .open { giveUpUnnamed(before: offset(index) - MaskLimits.siblingBytes) } else { settle() }
    }
    readBefore += index - start
    return index
  }

  /// How far into the document the byte at `index` of this call stands.
  func offset(_ index: Int) -> Int { readBefore + index - callStart }

  /// Takes the end of the text.
  mutating func finish() {
    if status == .open, state == .bare { endBare() }
    if status == .open, let long, state == .longString {
      feedLong(isFinal: true)
      long.finish(into: &output)
      values.tally.add(long.tally)
      self.long = nil
      token.removeAll()
    }
    if status == .open {
      status = .failed
      isFinished = true
    }
    settle()
  }

  /// Ends what is replaced as a whole, though its end was not found.
  mutating func abandon() {
    covered = nil
    token.removeAll()
    state = .commaOrEnd
    write(quoted: values.withhold())
  }

  // MARK: Structure

  /// Reads one byte between tokens; false: it was not read, and the document failed.
  mutating func read(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20, 0x0A, 0x0D, 0x09:
      if !isCovering { output.append(byte) }
      if byte == 0x0A { hasLines = true }
      return true
    case UInt8(ascii: "\"") where state == .keyOrEnd || state == .key:
      beginString(isKey: true)
    case UInt8(ascii: "\"") where state == .value || state == .valueOrEnd:
      beginValue()
      beginString(isKey: false)
    case UInt8(ascii: "{") where state == .value || state == .valueOrEnd,
      UInt8(ascii: "[") where state == .value || state == .valueOrEnd:
      beginValue()
      beginContainer(byte)
    case UInt8(ascii: "}") where state == .keyOrEnd || state == .commaOrEnd && levels.last?.isObject == true,
      UInt8(ascii: "]") where state == .valueOrEnd || state == .commaOrEnd && levels.last?.isObject == false:
      emit(byte)
      endContainer()
    case UInt8(ascii: ":") where state == .colon:
      emit(byte)
      state = .value
    case UInt8(ascii: ",") where state == .commaOrEnd:
      emit(byte)
      levels[levels.count - 1].index += 1
      state = levels[levels.count - 1].isObject ? .key : .value
    default:
      guard state == .value || state == .valueOrEnd, isBareByte(byte) else {
        status = .failed
        return false
      }
      beginValue()
      token.removeAll(keepingCapacity: true)
      token.append(byte)
      state = .bare
    }
    return true
  }

  mutating func emit(_ byte: UInt8) {
    if isCovering { cover(CollectionOfOne(byte)) } else { output.append(byte) }
  }

  mutating func emit(_ bytes: some Collection<UInt8>) {
    if isCovering { cover(bytes) } else { output.append(contentsOf: bytes) }
  }

  private mutating func cover(_ bytes: some Collection<UInt8>) {
    coveredText?.append(contentsOf: bytes)
    if let count = coveredText?.count, count > MaskLimits.heldBytes { coveredText = nil }
  }

  mutating func write(quoted text: [UInt8]) {
    emit(UInt8(ascii: "\""))
    emit(JSONStrings.escaped(text))
    emit(UInt8(ascii: "\""))
  }

  mutating func beginValue() {
    guard plan.hasStructure else { return }
    if !rules.isEmpty { rules.removeAll(keepingCapacity: true) }
    if usesPaths, let level = levels.last, !level.isObject { matcher.enter(index: level.index) }
    if !keyRules.isEmpty {
      rules.append(contentsOf: keyRules)
      keyRules.removeAll(keepingCapacity: true)
    }
    if usesPaths {
      var found = rules
      matcher.forEachMatch { path in
        let rule = plan.pathRules[path]
        if !found.contains(rule) { found.append(rule) }
      }
      rules = found
    }
  }

  mutating func endValue() {
    guard let level = levels.last else {
      status = .closed
      return
    }
    if usesPaths { matcher.leave() }
    if level.isObject {
      let start = level.name.lowerBound
      names.removeLast(names.count - start)
      levels[levels.count - 1].name = start..<start
    }
    state = .commaOrEnd
  }

  private mutating func beginContainer(_ byte: UInt8) {
    guard levels.count < MaskLimits.jsonDepth else {
      if isCovering { coveredText = nil } else { write(quoted: values.withhold()) }
      deepLevels = 1
      isEscaped = false
      isKey = false
      state = .deep
      return
    }
    if !isCovering, !rules.isEmpty {
      covered = Covered(level: levels.count, span: MaskedSpan(start: 0, end: Int.max, rules: rules))
      coveredText = []
    } else if isCovering {
      addToCovered(rules)
    }
    emit(byte)
    let isObject = byte == UInt8(ascii: "{")
    let outer = levels.last?.name ?? 0..<0
    if looksAtNames, isObject, !outer.isEmpty, levels.last?.isQuiet == false { addSibling(inner: Array(names[outer])) }
    levels.append(
      Level(
        isObject: isObject, name: isObject ? names.count..<names.count : outer, isQuiet: levels.last?.isQuiet ?? true))
    state = isObject ? .keyOrEnd : .valueOrEnd
  }

  private mutating func endContainer() {
    removeLevel()
    if let covered, covered.level == levels.count {
      self.covered = nil
      write(quoted: values.replacement(ofStructure: covered.span, text: coveredText))
    }
    endValue()
  }

  mutating func addToCovered(_ rules: [Int]) {
    for rule in rules { covered?.span.add(MaskedSpan.Member(rule: rule, length: 1)) }
  }

  private mutating func skipDeep(_ byte: UInt8) {
    if isKey {
      // Within a string.
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isKey = false
      }
      return
    }
    switch byte {
    case UInt8(ascii: "\""): isKey = true
    case UInt8(ascii: "{"), UInt8(ascii: "["): deepLevels += 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      deepLevels -= 1
      if deepLevels == 0 { endValue() }
    default: break
    }
  }

  // MARK: Tokens

  private mutating func beginString(isKey: Bool) {
    self.isKey = isKey
    isEscaped = false
    hasEscapes = false
    token.removeAll(keepingCapacity: true)
    state = .string
  }

  /// Reads up to the closing quote and over it.
  private mutating func readString(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
        hasEscapes = true
      } else if byte == UInt8(ascii: "\"") || byte == 0x0A {
        break
      }
      index += 1
    }
    if state != .droppedString {
      token.append(contentsOf: bytes[start..<index])
      if state == .longString {
        feedLong(isFinal: false)
      } else if token.count > MaskLimits.heldBytes {
        guard beginLong() else { return index }
      }
    }
    guard index < bytes.count else { return index }
    guard bytes[index] == UInt8(ascii: "\"") else {
      if state == .string { status = .failed } else { failLong() }
      return index
    }
    switch state {
    case .longString:
      feedLong(isFinal: true)
      if let long {
        long.finish(into: &output)
        values.tally.add(long.tally)
      }
      long = nil
      token.removeAll()
      emit(UInt8(ascii: "\""))
      endValue()
    case .droppedString: endValue()
    default: if isKey { endKey() } else { endString(hasEscapes: hasEscapes, at: offset(index)) }
    }
    return index + 1
  }

  /// A string that does not fit: gives false if the document cannot be read on.
  private mutating func beginLong() -> Bool {
    guard !isKey else {
      status = .failed
      return false
    }
    let head = token.prefix(MaskLimits.headBytes).withUnsafeBufferPointer { JSONStrings.unescaped($0) }
    let isDocument = plan.hasStructure && Sniffer.isDocument(head)
    if isCovering || !rules.isEmpty || isDocument {
      if isCovering {
        coveredText = nil
        addToCovered(rules)
      } else {
        write(quoted: values.withhold())
      }
      token.removeAll()
      state = .droppedString
      return true
    }
    var context: [UInt8] = []
    let name = self.name
    if !name.isEmpty { ValueMasker.appendContext(name, to: &context) }
    long = TextMasker(plan, scratch.hasher, context: context, escape: JSONStrings.escaped)
    emit(UInt8(ascii: "\""))
    state = .longString
    feedLong(isFinal: false)
    return true
  }

  private mutating func feedLong(isFinal: Bool) {
    var content: [UInt8] = []
    let read = token.withUnsafeBufferPointer { JSONStrings.unescape($0, isFinal: isFinal, into: &content) }
    token.removeFirst(read)
    content.withUnsafeBufferPointer { long?.write($0, into: &output) }
  }

  /// A line ends within a long string: what is written already stays, with its quote.
  private mutating func failLong() {
    if state == .longString {
      feedLong(isFinal: true)
      long?.finish(into: &output)
      if let long { values.tally.add(long.tally) }
      long = nil
    }
    token.removeAll()
    state = .commaOrEnd
    status = .failed
  }

  /// What values here are called.
  var name: [UInt8] {
    guard let range = levels.last?.name else { return [] }
    return Array(names[range])
  }

  private mutating func endKey() {
    hasSeenKey = true
    let raw = token
    let key = hasEscapes ? raw.withUnsafeBufferPointer { JSONStrings.unescaped($0) } : raw
    keyRules.removeAll(keepingCapacity: true)
    if plan.hasStructure {
      key.withUnsafeBufferPointer { plan.columnRules($0, into: &keyRules, &scratch.pattern) }
      if usesPaths { matcher.enter(member: key) }
    }
    let top = levels.count - 1
    names.removeLast(names.count - levels[top].name.lowerBound)
    names.append(contentsOf: key.prefix(MaskLimits.contextBytes))
    levels[top].name = levels[top].name.lowerBound..<names.count
    let isQuiet = names[levels[top].name].withUnsafeBufferPointer { plan.detectors.isQuiet(name: $0) }
    levels[top].isQuiet = isQuiet
    if !siblings.isEmpty { key.withUnsafeBufferPointer { takeSibling($0) } }
    let text = maskedString(raw, Array(ValueMasker.unnumbered(key)), named: [], rules: [])
    emit(UInt8(ascii: "\""))
    if let text {
      levels[top].maskedKeys += 1
      levels[top].hasMaskedKey = true
      emit(text)
      if levels[top].maskedKeys > 1 { emit("#\(levels[top].maskedKeys)".utf8) }
    } else if let number = ValueMasker.markedNumber(key, plan) {
      // Sent as if it were masked: what a masked key becomes must differ from it.
      levels[top].maskedKeys = max(levels[top].maskedKeys + 1, number)
      if levels[top].hasMaskedKey {
        emit(JSONStrings.escaped(ValueMasker.unnumbered(key) + Array("#\(levels[top].maskedKeys)".utf8)))
      } else {
        emit(raw)
      }
    } else {
      emit(raw)
      if !hasEscapes { raw.withUnsafeBufferPointer { knownNames.add($0, isQuiet: isQuiet, rules: keyRules) } }
    }
    emit(UInt8(ascii: "\""))
    state = .colon
  }
}

func isBareByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
    true
  default: false
  }
}
