import Detectors
import JSONText
import PolicyRuntime

/// Masks values that are there as a whole: strings of JSON, cells, headers.
///
/// Detectors that go by what stands around a value (`password: …`) see the name of the member, column or header before
/// it, as `NAME: VALUE`.
struct ValueMasker {
  let plan: MaskPlan
  let scratch: MaskScratch
  var tally = MaskTally()

  init(_ plan: MaskPlan, _ scratch: MaskScratch) {
    self.plan = plan
    self.scratch = scratch
  }

  /// What masks cover of `value`; `rules` mask the whole of it.
  func spans(_ value: UnsafeBufferPointer<UInt8>, named name: [UInt8], rules: [Int]) -> [MaskedSpan] {
    name.withUnsafeBufferPointer { name in
      let known = UnsafeBufferPointer(rebasing: name.prefix(MaskLimits.contextBytes))
      let isQuiet = plan.hasDetectors && !value.isEmpty && plan.detectors.isQuiet(name: known)
      return spans(value, named: known, isQuiet: isQuiet, rules: rules)
    }
  }

  /// As above. `isQuiet` says whether the name by itself wakes no detector; it has ``MaskLimits/contextBytes`` at most.
  func spans(
    _ value: UnsafeBufferPointer<UInt8>, named name: UnsafeBufferPointer<UInt8>, isQuiet: Bool, rules: [Int]
  ) -> [MaskedSpan] {
    var list = SpanList()
    if !rules.isEmpty, !value.isEmpty { list.add(MaskedSpan(start: 0, end: value.count, rules: rules)) }
    guard mayHit(value, named: name, isQuiet: isQuiet) else { return list.spans }
    let kind = isQuiet ? nil : scratch.namedValue(name)
    if let kind, kind.covers(value) {
      for detector in kind.detectors { list.add(MaskedSpan(start: 0, end: value.count, rule: detector)) }
    }
    let found: [DetectedSpan]
    var start = 0
    if name.isEmpty || kind?.isAbout == true {
      found = scratch.scanner.spans(in: value)
    } else {
      scratch.context.removeAll(keepingCapacity: true)
      Self.appendContext(name, to: &scratch.context)
      start = scratch.context.count
      scratch.context.append(contentsOf: value)
      found = scratch.context.withUnsafeBufferPointer { scratch.scanner.spans(in: $0, from: isQuiet ? start : 0) }
    }
    for hit in found where hit.end > start {
      // Where a value ends is known: the detector had to guess it.
      let isWhole = hit.start == start && kind?.detectors.contains(hit.detector) == true
      let end = isWhole ? value.count : hit.end - start
      list.add(MaskedSpan(start: max(hit.start, start) - start, end: end, rule: hit.detector))
    }
    return list.spans
  }

  /// Whether a detector is worth waking for `value`.
  @inline(__always)
  func mayHit(_ value: UnsafeBufferPointer<UInt8>, named name: UnsafeBufferPointer<UInt8>, isQuiet: Bool) -> Bool {
    guard plan.hasDetectors, !value.isEmpty else { return false }
    return !isQuiet && !name.isEmpty || plan.detectors.wakes(value, after: name.last)
  }

  static func appendContext(_ name: some Collection<UInt8>, to text: inout [UInt8]) {
    text.append(contentsOf: name.prefix(MaskLimits.contextBytes))
    text.append(UInt8(ascii: ":"))
    text.append(UInt8(ascii: " "))
  }

  /// Whether all of a value is a password or a secret by its name.
  func isSecret(_ value: [UInt8], named name: [UInt8]) -> Bool {
    guard !name.isEmpty else { return false }
    return name.withUnsafeBufferPointer { name in
      let kind = scratch.namedValue(UnsafeBufferPointer(rebasing: name.prefix(MaskLimits.contextBytes)))
      return kind != nil && value.withUnsafeBufferPointer { kind?.covers($0) == true }
    }
  }

  /// Whether values named `name` are passwords or secrets.
  func isSecret(name: UnsafeBufferPointer<UInt8>) -> Bool {
    name.count <= MaskLimits.contextBytes && scratch.namedValue(name)?.isAbout == false
  }

  /// Whether a text that may be a secret is a document that may hold some: not just the beginning of one.
  private static func isDocument(_ content: [UInt8]) -> Bool {
    (try? JSONValue(parsing: content)) != nil || Sniffer.isYAML(content, isComplete: true) == .yes
  }

  /// What is to be written in the place of which ranges of `value`.
  mutating func replacements(
    _ value: UnsafeBufferPointer<UInt8>, _ spans: [MaskedSpan]
  ) -> [(range: Range<Int>, text: [UInt8])] {
    var result: [(range: Range<Int>, text: [UInt8])] = []
    for span in spans {
      let range = span.start..<span.end
      tally.hit(span, plan)
      guard let replacement = Replacement(of: span, at: range, in: value, plan, scratch.hasher) else { continue }
      tally.count(replacement.rule, plan)
      result.append((range, replacement.text))
    }
    return result
  }

  /// The value masked, or nil if nothing in it is.
  mutating func masked(_ value: [UInt8], named name: [UInt8], rules: [Int]) -> [UInt8]? {
    value.withUnsafeBufferPointer { value in
      let replacements = replacements(value, spans(value, named: name, rules: rules))
      guard !replacements.isEmpty else { return nil }
      var out: [UInt8] = []
      var position = 0
      for (range, text) in replacements {
        out.append(contentsOf: value[position..<range.lowerBound])
        out.append(contentsOf: text)
        position = range.upperBound
      }
      out.append(contentsOf: value[position...])
      return out
    }
  }

  /// How much of a key is looked at: without the `#2` that an earlier mask put behind what it wrote.
  static func unnumbered(_ key: [UInt8]) -> ArraySlice<UInt8> {
    let digits = key.reversed().prefix { (0x30...0x39).contains($0) }.count
    guard digits > 0, digits <= 9 else { return key[...] }
    let rest = key.dropLast(digits)
    return rest.reversed().starts(with: "#]".utf8) ? rest.dropLast() : key[...]
  }

  /// The number behind a key that ends in a word in brackets as a mask writes it, 1 without one; nil if it does not.
  static func markedNumber(_ key: [UInt8], _ plan: MaskPlan) -> Int? {
    let text = unnumbered(key)
    guard text.last == UInt8(ascii: "]"), let start = text.lastIndex(of: UInt8(ascii: "[")) else { return nil }
    let word = Array(text[(start + 1)...].dropLast())
    guard plan.markers.contains(word) || word.starts(with: "hash:".utf8) else { return nil }
    return key.count == text.count ? 1 : Int(String(decoding: key[(text.count + 1)...], as: UTF8.self)) ?? 1
  }

  /// What stands for an object, an array or nothing: it has no characters to keep, and no hash unless its text is
  /// `given`.
  mutating func replacement(ofStructure span: MaskedSpan, text given: [UInt8]? = nil) -> [UInt8] {
    let (treatment, rule) = span.resolved(plan)
    tally.hit(span, plan)
    tally.count(rule, plan)
    switch treatment {
    case .with: return plan.rules[rule].replacement
    case .hash:
      guard let given else { return withhold() }
      return given.withUnsafeBufferPointer { scratch.hasher.token(for: $0) }
    case .redact, .keepFirst, .keepLast: return plan.rules[rule].redacted
    }
  }

  /// A text that holds a document, or lines that may, masked as a response of its own; nil: it is a plain value.
  mutating func maskedDocument(_ content: [UInt8], named name: [UInt8], depth: Int) -> [UInt8]? {
    guard Sniffer.mayHoldDocument(content) else { return nil }
    if isSecret(content, named: name), !Self.isDocument(content) { return nil }
    guard depth < MaskLimits.documentDepth else {
      return plan.hasStructure && Sniffer.isDocument(content) ? withhold() : nil
    }
    let inner = ResponseMaskingMachine(plan, .automatic, documentDepth: depth + 1, name: name, scratch)
    var out: [UInt8] = []
    content.withUnsafeBufferPointer { inner.write($0, into: &out) }
    inner.finish(into: &out)
    tally.add(inner.tally)
    return out
  }

  /// Redacts a value that cannot be looked into.
  mutating func withhold() -> [UInt8] {
    tally.isWithheld = true
    return Self.withheld
  }

  static let withheld = Array("[redacted]".utf8)
}
