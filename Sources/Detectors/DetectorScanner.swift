/// One pass of the built-in detectors over a text, or over what is at hand of a stream.
///
/// Why the spans do not depend on how a stream was cut: the triggers that wake a recogniser are a function of the last four
/// bytes; a recogniser sees the text only through ``at(_:)``, within fixed distances of its trigger; where it asked for a
/// byte that has not come yet, all that it did is undone and it runs again when there are more; and what is carried from
/// one trigger to the next is the outcome of those before it, in order. So each step is a function of the stream's bytes.
struct DetectorScanner {
  let tables: DetectorTables
  let classes = ByteClass.flat

  /// The text at hand: `text[i - origin]` is the stream's byte `i`.
  var text: UnsafePointer<UInt8>
  var origin = 0
  var available = 0
  var isFinal = false
  /// What the recogniser at work may see.
  var low = 0
  var high = 0
  var cap = 0
  /// It asked for a byte that is not there yet.
  private var ranShort = false
  /// Of what the words before this offset speak, once the recogniser at work has looked; negative before.
  var contextOffset = -1
  var contextTopics: ContextWords.Topic = []
  /// Where no word begins that speaks of anything: a fact of the text.
  var wordless = (from: 0, to: 0)

  /// Where no byte of each ``QuietSet`` is: facts of the text, which hold whatever is undone.
  var quiet = InlineArray<5, (from: Int, to: Int)>(repeating: (0, 0))
  var leads = WideLeads()

  /// The row of numbers that the scan is in.
  private var cells = CellRun()

  /// Outcome of earlier triggers.
  var state = State()
  struct State {
    /// Names before this offset have been looked at.
    var namesEnd = 0
    /// What goes on being covered: the rest of a token or block longer than its limit.
    var tail: BuiltinDetector?
    var tailStart = 0
    /// What ends it.
    var tailEnd = TailEnd.token
    /// The byte before was a `\` within quotes.
    var isTailEscaped = false
    /// What was found last: two ways to find it find it once.
    var last: (kind: BuiltinDetector, start: Int, end: Int)?
    /// Where to go on after a match that leaves nothing to look for within.
    var resume = 0
  }

  /// What ends that which goes on being covered: the end of a run of the bytes of its kind, the end of a value, of a line,
  /// or a quote.
  enum TailEnd: Equatable { case token, value, element, line, quote(UInt8) }

  /// Found and not yet given out, in the order of their triggers.
  var spans: [DetectedSpan] = []
  /// The built-in detectors that have found something, as bits.
  private(set) var foundKinds: UInt32 = 0
  /// Ends the scan as soon as each has found something.
  var stopsWhenAllFound = false

  init(_ tables: DetectorTables) {
    self.tables = tables
    text = UnsafePointer(bitPattern: 1)!
  }

  /// Makes ready for another text: nothing that was learnt of the one before holds of it.
  mutating func restart() {
    state = State()
    quiet = InlineArray(repeating: (0, 0))
    leads = WideLeads()
    wordless = (0, 0)
    cells = CellRun()
  }

  // MARK: What recognisers use

  /// The byte at an offset of the stream; 0 outside of what may be seen.
  @inline(__always)
  mutating func at(_ offset: Int) -> UInt8 {
    if offset >= low, offset < high { return text[offset &- origin] }
    if offset >= available, offset < cap, !isFinal { ranShort = true }
    return 0
  }

  @inline(__always)
  mutating func isIn(_ offset: Int, _ set: ByteClass) -> Bool { classes[Int(at(offset))] & set.rawValue != 0 }

  /// The end of the run of bytes of `set` from `offset` on, at most `limit` long.
  mutating func run(_ offset: Int, _ set: ByteClass, limit: Int) -> Int {
    var end = offset
    let stop = offset &+ limit
    if offset >= low {
      // What is at hand needs no look at its bounds.
      let last = min(stop, high)
      while end < last, classes[Int(text[end &- origin])] & set.rawValue != 0 { end &+= 1 }
      if end < last || end >= stop { return end }
    }
    while end < stop, isIn(end, set) { end += 1 }
    return end
  }

  /// The start of the run of bytes of `set` that ends before `offset`.
  mutating func runBack(_ offset: Int, _ set: ByteClass, limit: Int) -> Int {
    var start = offset
    if offset <= high {
      let last = max(offset - limit, low)
      while start > last, classes[Int(text[start &- 1 &- origin])] & set.rawValue != 0 { start &-= 1 }
      return start
    }
    while offset - start < limit, isIn(start - 1, set) { start -= 1 }
    return start
  }

  @inline(__always)
  mutating func isDigit(_ offset: Int) -> Bool { at(offset) &- 0x30 < 10 }

  /// The byte with ASCII upper case folded.
  mutating func folded(_ offset: Int) -> UInt8 {
    let byte = at(offset)
    return byte &- 0x41 < 26 ? byte | 0x20 : byte
  }

  /// Whether `word`, in lower case, stands at `offset`, whatever its case.
  mutating func matches(_ offset: Int, _ word: StaticString) -> Bool {
    let (bytes, count) = (word.utf8Start, word.utf8CodeUnitCount)
    var index = 0
    while index < count {
      guard folded(offset &+ index) == bytes[index] else { return false }
      index &+= 1
    }
    return true
  }

  /// Whether no letter or digit goes on to the left of `offset`; the end of `\n` and of `%3D` is none.
  mutating func beginsWord(_ offset: Int) -> Bool {
    guard isIn(offset - 1, .alphanumeric) else { return true }
    if at(offset - 2) == UInt8(ascii: "\\") {
      let escaped = at(offset - 1)
      return escaped == UInt8(ascii: "n") || escaped == UInt8(ascii: "r") || escaped == UInt8(ascii: "t")
    }
    return at(offset - 3) == UInt8(ascii: "%") && isIn(offset - 2, .hex) && isIn(offset - 1, .hex)
  }

  mutating func emit(_ kind: BuiltinDetector, _ start: Int, _ end: Int) {
    // An escape at the very end of a text leads past it.
    let end = min(end, available)
    let (first, last) = (tables.indexStarts[kind.rawValue], tables.indexStarts[kind.rawValue + 1])
    guard first < last, end > start else { return }
    if let last = state.last, last.kind == kind, last.start == start, last.end == end { return }
    state.last = (kind, start, end)
    foundKinds |= 1 << UInt32(kind.rawValue)
    for index in first..<last {
      spans.append(DetectedSpan(start: start, end: end, detector: tables.indices[index]))
    }
  }

  /// Finds what may be longer than can be waited for: what is past `end` and looks like more of it is covered too.
  mutating func emitOpen(_ kind: BuiltinDetector, _ start: Int, _ end: Int, until tailEnd: TailEnd = .token) {
    emit(kind, start, end)
    state.tail = kind
    state.tailEnd = tailEnd
    state.isTailEscaped = false
    state.tailStart = end
    state.resume = end
  }

  @inline(__always)
  func asks(_ kind: BuiltinDetector) -> Bool { tables.wanted >> UInt32(kind.rawValue) & 1 != 0 }

  // MARK: The pass

  /// Looks at the bytes from `start` to the end of `bytes`, whose first has offset `origin` in the stream. The offset
  /// come to: what is there needs bytes that have not come.
  mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, origin: Int, from start: Int, isFinal: Bool) -> Int {
    guard let base = bytes.baseAddress else { return start }
    text = base
    self.origin = origin
    available = origin + bytes.count
    self.isFinal = isFinal
    var position = start
    // What goes on being covered may end where the stream does.
    while position < available || isFinal && state.tail != nil {
      if state.tail != nil {
        let end = cover(from: position)
        if state.tail != nil { return end }
        position = end
        continue
      }
      let next = walk(position)
      if next.isBlocked { return next.position }
      position = next.position
    }
    return position
  }

  /// Goes from byte to byte until the text ends, a recogniser lacks bytes, or one moves the scan on.
  private mutating func walk(_ start: Int) -> (position: Int, isBlocked: Bool) {
    let (text, origin, available) = (text, origin, available)
    let (bytes, contexts, filter) = (tables.bytes, tables.contexts, tables.filter)
    // Where a glance at what follows tells all: to the end, or as far as a glance reaches before it.
    let glanceEnd = isFinal ? available : available - DetectorLimits.glanceBytes
    var gram = TriggerTable.beforeText
    var recent: UInt32 = 0
    for offset in max(start - TriggerTable.recentBytes, origin)..<max(start, origin) {
      let byte = text[offset &- origin]
      gram = gram << 8 | UInt32(byte | 0x20)
      recent = TriggerTable.recent(recent, bytes[Int(byte)])
    }
    var position = start
    while position < available {
      let byte = text[position &- origin]
      let entry = bytes[Int(byte)]
      gram = gram << 8 | UInt32(byte | 0x20)
      recent = TriggerTable.recent(recent, entry)
      let hash = TriggerTable.hash(gram)
      var woken = UInt32(entry) & UInt32(contexts[Int(recent)])
      let isSought = (filter[Int(hash >> 5)] >> (hash & 31)) & 1
      if woken == UInt32(TriggerTable.digit), position &+ 8 <= available, !TriggerTable.isAfterLetter(recent),
        Glance.isShortNumber(text + (position &- origin))
      {
        woken = 0
      }
      if woken | isSought != 0 {
        let moved = look(position, UInt8(truncatingIfNeeded: woken), isSought != 0 ? gram : 0, position < glanceEnd)
        if moved != position { return moved < 0 ? (-moved - 1, true) : (moved, false) }
      }
      position &+= 1
    }
    return (position, false)
  }

  /// Wakes what a byte or gram wakes. The same position, if the walk goes on; where it goes on otherwise; or, as a
  /// negative number and less by one, where it ends. A gram of zero is none.
  @inline(never)
  private mutating func look(_ position: Int, _ woken: UInt8, _ gram: UInt32, _ glances: Bool) -> Int {
    var kinds = NumberKinds.all
    var woken = woken
    if woken != 0, glances {
      let glance = Glance(text, classes, origin: origin, available: available)
      if woken == TriggerTable.digit {
        kinds = isNearWideLead(position) ? .all : glance.numberKinds(position, &cells)
        if kinds.isEmpty { woken = 0 }
      } else if !glance.mayStart(woken, position) {
        woken = 0
      }
    }
    let action = gram != 0 ? DetectorTables.action(of: gram, tables.slots) : -1
    if woken == 0, action < 0 { return position }
    low = max(0, position - DetectorLimits.lookBehind)
    cap = position + DetectorLimits.privateKeyBytes + DetectorLimits.matchBytes
    high = min(available, cap)
    ranShort = false
    contextOffset = -1
    if action < 0, kinds.isSubset(of: .spoken), isUnspoken(position) {
      // No gram ends within digits that no letter precedes, and only the first of them may wake.
      return position + 8 <= available && TriggerTable.areDigits(text + (position - origin)) ? position + 8 : position
    }
    let saved = state
    let count = spans.count
    recognise(position, woken, action, kinds)
    if ranShort {
      state = saved
      spans.removeLast(spans.count - count)
      return -position - 1
    }
    if spans.count > count {
      if stopsWhenAllFound, foundKinds == tables.wanted { return -available - 1 }
      if state.resume > position { return state.resume }
    }
    return position
  }

  private mutating func recognise(_ position: Int, _ flag: UInt8, _ action: Int, _ kinds: NumberKinds) {
    switch flag {
    case 0: break
    // Where a glance has told what the number may be, there are no such separators.
    case TriggerTable.digit where kinds == .all && isWideNumber(position): recogniseWideNumber(position)
    case TriggerTable.digit: recogniseNumber(position, kinds)
    case TriggerTable.at: recogniseEmail(position)
    case TriggerTable.colon: recogniseColon(position)
    case TriggerTable.hyphen: recogniseMAC(position)
    case TriggerTable.dot: recogniseDiscord(position)
    case TriggerTable.tilde: recogniseAzureSecret(position)
    default: break
    }
    guard action >= 0 else { return }
    let woken = tables.actions[action]
    for index in woken.firstShape..<woken.shapesEnd {
      let shape = tables.shapes[index]
      let start = position - shape.back
      if beginsAs(shape, start) { recogniseToken(TokenShape.all[shape.number], start) }
    }
    guard let word = woken.word else { return }
    switch word {
    case .secretName: recogniseAssignment(position - 3)
    case .pass:
      recognisePassport(position - 3)
      recogniseAssignment(position - 3)
    case .birth: recogniseBirth(position - 3)
    case .authorization: recogniseAuthorization(position - 3)
    case .bearer: recogniseBearer(position - 3)
    case .curlUser: recogniseCurlUser(position - 3)
    case .dataSource: recogniseDataSource(position - 3)
    case .oracle: recogniseOracle(position - 3)
    case .identified: recogniseIdentified(position - 3)
    case .privateKeyBlock: recognisePrivateKey(position - 3)
    case .puttyKey: recognisePuTTYKey(position - 3)
    case .jsonWebToken: recogniseJWT(position - 2)
    case .mailchimp: recogniseMailchimp(position - 3)
    case .azureSignature: recogniseAzureSignature(position - 3)
    case .azureMark: recogniseMarkedAzureKey(position - 3)
    }
  }

  /// Whether the first bytes of a token's prefix stand at `start`, or are not there yet to tell.
  private mutating func beginsAs(_ shape: DetectorTables.ShapeStart, _ start: Int) -> Bool {
    guard start >= low, start + 4 <= high else { return true }
    let bytes = UnsafeRawPointer(text + (start - origin)).loadUnaligned(as: UInt32.self)
    return UInt32(littleEndian: bytes) & shape.mask == shape.head
  }

  /// Covers more of what was longer than its limit, in pieces that begin at fixed distances.
  private mutating func cover(from start: Int) -> Int {
    guard let kind = state.tail else { return start }
    var position = start
    while position < available {
      let byte = text[position &- origin]
      guard goesOn(kind, byte) else {
        emit(kind, state.tailStart, position)
        state.tail = nil
        return position
      }
      position += 1
      if position - state.tailStart == DetectorLimits.matchBytes {
        emit(kind, state.tailStart, position)
        state.tailStart = position
      }
    }
    if isFinal {
      emit(kind, state.tailStart, position)
      state.tail = nil
    }
    return position
  }

  /// Whether what is being covered goes on with `byte`.
  private mutating func goesOn(_ kind: BuiltinDetector, _ byte: UInt8) -> Bool {
    switch state.tailEnd {
    case .token:
      let set: ByteClass = kind == .privateKey ? [.base64, .equals, .space] : .token68
      // Within a string, lines end in `\n`.
      return classes[Int(byte)] & set.rawValue != 0 || kind == .privateKey && byte == UInt8(ascii: "\\")
    case .value: return !DetectorScanner.endsValue(byte, false)
    case .element: return !DetectorScanner.endsValue(byte, true)
    case .line: return byte > 0x20
    case .quote(let quote):
      if byte == 0 || byte == 0x0A { return false }
      if state.isTailEscaped {
        state.isTailEscaped = false
        return true
      }
      // Where the quote itself is escaped, `quote` is the backslash.
      state.isTailEscaped = byte == UInt8(ascii: "\\") && byte != quote
      return byte != quote
    }
  }

  /// The offset below which no span will begin, once the scan has come to `position` of `text`, whose first byte has
  /// offset `origin`. No span reaches back from its trigger over white space.
  func settled(at position: Int, of text: UnsafeBufferPointer<UInt8>, origin: Int) -> Int {
    if state.tail != nil { return state.tailStart }
    var start = position
    while position - start < DetectorLimits.spanLookBehind, start > origin,
      classes[Int(text[start - 1 - origin])] & ByteClass.space.rawValue == 0
    { start -= 1 }
    return start
  }
}
