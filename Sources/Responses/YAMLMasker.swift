import Detectors
import JSONText
import PatternMatching

/// Masks a YAML text: paths, columns and detectors see the values that JSON of the same would have. A value in which
/// something is masked is written anew in double quotes; the rest stays byte for byte.
struct YAMLMasker {
  enum Result {
    case masked([UInt8])
    /// It breaks off where paths would have to be followed.
    case withheld
    case notYAML
  }

  private struct Level {
    var isMapping: Bool
    var index = 0
    var key: [UInt8] = []
    /// Where the key of the value at hand ends.
    var keyEnd = 0
    var maskedKeys = 0
    /// The name that the member `value` is seen with, as a member beside it or above says.
    var sibling: [UInt8] = []
    /// Values that a member behind them may name yet, with their masks.
    var unnamed: [(event: YAMLEvent, name: [UInt8], rules: [Int], isCovered: Bool)] = []
  }

  /// A collection that is replaced as a whole.
  private struct Covered {
    var level: Int
    var span: MaskedSpan
    var start: Int
    var isBlockValue: Bool
    var end: Int
  }

  private let plan: MaskPlan
  private let documentDepth: Int
  private(set) var values: ValueMasker
  private var matcher: JSONPathMatcher
  private var keyRules: [Int] = []
  private var levels: [Level] = []
  private var covered: Covered?
  private var edits: [(range: Range<Int>, text: [UInt8])] = []
  /// Where scalars and aliases stand.
  private var sources: [Range<Int>] = []
  private var keys = 0
  private var knownNames = KnownNames()
  private var isCollection = false

  init(_ plan: MaskPlan, _ scratch: MaskScratch, documentDepth: Int) {
    self.plan = plan
    self.documentDepth = documentDepth
    values = ValueMasker(plan, scratch)
    matcher = JSONPathMatcher(plan.paths)
  }

  mutating func masked(_ bytes: [UInt8]) -> Result {
    var scratch = PatternScratch()
    do throws(JSONError) {
      var reader = try YAMLReader(bytes)
      while let event = try reader.next() {
        guard read(event, bytes, &scratch) else { return plan.hasStructure ? .withheld : .notYAML }
      }
    } catch {
      return plan.hasStructure && (keys > 1 || !edits.isEmpty) ? .withheld : .notYAML
    }
    guard isCollection else { return .notYAML }
    // A value that was named later was masked later.
    edits.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var position = 0
    var next = 0
    for edit in edits {
      // Between edits stand scalars that stay, and comments, which detectors see as text.
      while next < sources.count, sources[next].lowerBound < edit.range.upperBound {
        if sources[next].upperBound <= edit.range.lowerBound {
          copy(bytes, position..<sources[next].lowerBound, &out)
          out.append(contentsOf: bytes[sources[next]])
          position = sources[next].upperBound
        }
        next += 1
      }
      copy(bytes, position..<edit.range.lowerBound, &out)
      out.append(contentsOf: edit.text)
      position = edit.range.upperBound
    }
    for source in sources[next...] {
      copy(bytes, position..<source.lowerBound, &out)
      out.append(contentsOf: bytes[source])
      position = source.upperBound
    }
    copy(bytes, position..<bytes.count, &out)
    return .masked(out)
  }

  /// Copies what stands between scalars, masking comments.
  private mutating func copy(_ bytes: [UInt8], _ range: Range<Int>, _ out: inout [UInt8]) {
    var index = range.lowerBound
    while index < range.upperBound {
      guard let start = bytes[index..<range.upperBound].firstIndex(of: UInt8(ascii: "#")) else { break }
      let end = bytes[start..<range.upperBound].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? range.upperBound
      out.append(contentsOf: bytes[index...start])
      let comment = Array(bytes[(start + 1)..<end])
      let masked = values.masked(comment, named: [], rules: [])
      out.append(contentsOf: masked.map { $0.map { $0 < 0x20 ? 0x20 : $0 } } ?? comment)
      index = end
    }
    if index < range.upperBound { out.append(contentsOf: bytes[index..<range.upperBound]) }
  }

  /// False: a collection as a key, to which no path leads.
  private mutating func read(_ event: YAMLEvent, _ bytes: [UInt8], _ scratch: inout PatternScratch) -> Bool {
    if event.kind == .scalar || event.kind == .alias, !event.source.isEmpty,
      event.source.lowerBound >= sources.last?.upperBound ?? 0
    {
      sources.append(event.source)
    }
    switch event.kind {
    case .documentStart: matcher.restart()
    case .documentEnd: break
    case .scalar where event.isKey: key(event, &scratch)
    case .alias where event.isKey:
      // What it names is not known here; as a member without a name only `*` leads to its value.
      var named = event
      named.value = []
      named.source = event.source.upperBound..<event.source.upperBound
      key(named, &scratch)
    case .scalar: scalar(event, bytes, rules: beginValue())
    case .alias:
      let rules = beginValue()
      covered?.end = event.source.upperBound
      if covered != nil {
        cover(rules)
      } else if !rules.isEmpty {
        replace(MaskedSpan(start: 0, end: 1, rules: rules), event.source)
      }
      endValue()
    case .mappingStart, .sequenceStart:
      guard !event.isKey else { return false }
      begin(event, bytes)
    case .mappingEnd, .sequenceEnd: end(event)
    }
    return true
  }

  private mutating func begin(_ event: YAMLEvent, _ bytes: [UInt8]) {
    isCollection = true
    let rules = beginValue()
    if covered != nil {
      cover(rules)
    } else if !rules.isEmpty {
      var start = event.source.lowerBound
      let isBlockValue = !event.isFlow && levels.last?.isMapping == true
      if isBlockValue, let keyEnd = levels.last?.keyEnd {
        start = bytes[keyEnd...].firstIndex(of: UInt8(ascii: ":")).map { $0 + 1 } ?? start
      }
      covered = Covered(
        level: levels.count, span: MaskedSpan(start: 0, end: Int.max, rules: rules), start: start,
        isBlockValue: isBlockValue, end: start)
    }
    var level = Level(isMapping: event.kind == .mappingStart)
    // Elements go by the name of their list.
    if !level.isMapping { level.key = levels.last?.key ?? [] }
    if level.isMapping, let name = levels.last?.key, isSecret(name) { level.sibling = name }
    levels.append(level)
  }

  private mutating func end(_ event: YAMLEvent) {
    settleUnnamed(nil)
    levels.removeLast()
    if event.isFlow { covered?.end = event.source.upperBound }
    if let covered, covered.level == levels.count {
      self.covered = nil
      replace(covered.span, covered.start..<max(covered.start, covered.end), spaced: covered.isBlockValue)
    }
    endValue()
  }

  /// The masks of the value that begins.
  private mutating func beginValue() -> [Int] {
    var rules: [Int] = []
    guard plan.hasStructure else { return rules }
    if let level = levels.last {
      if level.isMapping { rules = keyRules } else { matcher.enter(index: level.index) }
    }
    keyRules = []
    matcher.forEachMatch { path in
      let rule = plan.pathRules[path]
      if !rules.contains(rule) { rules.append(rule) }
    }
    return rules
  }

  private mutating func endValue() {
    guard let last = levels.indices.last else { return }
    levels[last].index += 1
    if plan.hasStructure { matcher.leave() }
  }

  private mutating func cover(_ rules: [Int]) {
    for rule in rules { covered?.span.add(MaskedSpan.Member(rule: rule, length: 1)) }
  }

  private mutating func key(_ event: YAMLEvent, _ scratch: inout PatternScratch) {
    guard let last = levels.indices.last else { return }
    keys += 1
    levels[last].key = event.value
    levels[last].keyEnd = event.source.upperBound
    keyRules = []
    let known = event.value.withUnsafeBufferPointer { knownNames.find($0) }
    if let known {
      keyRules = knownNames[known].rules
      if plan.hasStructure { matcher.enter(member: event.value) }
    } else if plan.hasStructure {
      event.value.withUnsafeBufferPointer { plan.columnRules($0, into: &keyRules, &scratch) }
      matcher.enter(member: event.value)
    }
    guard covered == nil else {
      covered?.end = event.source.upperBound
      return
    }
    guard known == nil else { return }
    guard var text = values.masked(Array(ValueMasker.unnumbered(event.value)), named: [], rules: []) else {
      event.value.withUnsafeBufferPointer { knownNames.add($0, isQuiet: false, rules: keyRules) }
      return
    }
    levels[last].maskedKeys += 1
    if levels[last].maskedKeys > 1 { text += Array("#\(levels[last].maskedKeys)".utf8) }
    replace(event, text)
  }

  private mutating func scalar(_ event: YAMLEvent, _ bytes: [UInt8], rules: [Int]) {
    let name = valueName(event)
    defer { endValue() }
    let isUnnamed = mayBeNamed(event)
    if covered != nil {
      covered?.end = event.source.upperBound
      cover(rules)
      cover(event.value, named: name)
      if isUnnamed { levels[levels.count - 1].unnamed.append((event, name, rules, true)) }
      return
    }
    if Self.isNull(event) { return }
    if isUnnamed { return levels[levels.count - 1].unnamed.append((event, name, rules, false)) }
    write(event, named: name, rules: rules)
  }

  private mutating func cover(_ value: [UInt8], named name: [UInt8]) {
    let spans = value.withUnsafeBufferPointer { values.spans($0, named: name, rules: []) }
    for span in spans { span.forEachMember { covered?.span.add(.init(rule: $0.rule, length: 1)) } }
  }

  private mutating func write(_ event: YAMLEvent, named name: [UInt8], rules: [Int]) {
    if event.value.isEmpty {
      guard !rules.isEmpty, !event.isFlow || !event.source.isEmpty else { return }
      replace(MaskedSpan(start: 0, end: 1, rules: rules), event.source, spaced: event.source.isEmpty)
      return
    }
    if rules.isEmpty, let text = values.maskedDocument(event.value, named: name, depth: documentDepth) {
      if text != event.value { replace(event, text) }
    } else if let text = values.masked(event.value, named: name, rules: rules) {
      replace(event, text)
    }
  }

  private func isSecret(_ name: [UInt8]) -> Bool {
    name.withUnsafeBufferPointer { values.isSecret(name: $0) }
  }

  /// What the scalar at hand is called; it may name another itself.
  private mutating func valueName(_ event: YAMLEvent) -> [UInt8] {
    guard let last = levels.indices.last else { return [] }
    let key = levels[last].key
    guard levels[last].isMapping else { return key }
    if key.withUnsafeBufferPointer({ SiblingNames.namesAnother($0) }), isSecret(event.value) {
      levels[last].sibling = event.value
      settleUnnamed(event.value)
    }
    let isNamed = !levels[last].sibling.isEmpty && key.withUnsafeBufferPointer { SiblingNames.isNamed($0) }
    return isNamed ? levels[last].sibling : key
  }

  /// Whether a member behind the scalar at hand may name it.
  private func mayBeNamed(_ event: YAMLEvent) -> Bool {
    guard plan.detectors.looksAtNames, let level = levels.last, level.isMapping, level.sibling.isEmpty else {
      return false
    }
    return event.value.count >= 4 && level.key.withUnsafeBufferPointer { SiblingNames.isNamed($0) }
  }

  /// Masks the values of the level at hand that waited for a name.
  private mutating func settleUnnamed(_ name: [UInt8]?) {
    guard let last = levels.indices.last, !levels[last].unnamed.isEmpty else { return }
    let unnamed = levels[last].unnamed
    levels[last].unnamed = []
    for (event, ownName, rules, isCovered) in unnamed {
      if isCovered {
        if let name { cover(event.value, named: name) }
      } else {
        write(event, named: name ?? ownName, rules: rules)
      }
    }
  }

  /// Whether a scalar is a missing value (YAML 1.1, "Null").
  private static func isNull(_ event: YAMLEvent) -> Bool {
    guard event.tag == nil else { return event.tag == "tag:yaml.org,2002:null" }
    guard event.style == .plain, event.value.count <= 4 else { return false }
    return event.value.isEmpty || ["~", "null", "Null", "NULL"].contains { event.value.elementsEqual($0.utf8) }
  }

  /// Replaces a scalar by text, which is no number any more if its tag said that it is one.
  private mutating func replace(_ event: YAMLEvent, _ text: [UInt8]) {
    if let tag = event.tagSource, event.tag != "tag:yaml.org,2002:str" { edits.append((tag, [])) }
    edits.append((event.source, Self.quoted(text)))
  }

  /// Replaces what has no text of its own. Nothing of it is kept, and it has no hash.
  private mutating func replace(_ span: MaskedSpan, _ range: Range<Int>, spaced: Bool = false) {
    let text = values.replacement(ofStructure: span)
    edits.append((range, (spaced ? [0x20] : []) + Self.quoted(text)))
  }

  /// A double-quoted scalar (YAML 1.1, section 5.6).
  private static func quoted(_ text: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [UInt8(ascii: "\"")]
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      switch scalar.value {
      case 0x22, 0x5C: out += [UInt8(ascii: "\\"), UInt8(scalar.value)]
      case 0x09: out += Array("\\t".utf8)
      case 0x0A: out += Array("\\n".utf8)
      case 0x0D: out += Array("\\r".utf8)
      case 0..<0x20, 0x7F...0xA0: out += Array("\\x".utf8) + hexadecimal(scalar.value, 2)
      case 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: out += Array("\\u".utf8) + hexadecimal(scalar.value, 4)
      default: out += Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
    out.append(UInt8(ascii: "\""))
    return out
  }

  private static func hexadecimal(_ value: UInt32, _ digits: Int) -> [UInt8] {
    let text = String(value, radix: 16)
    return Array((String(repeating: "0", count: max(0, digits - text.count)) + text).utf8)
  }
}
