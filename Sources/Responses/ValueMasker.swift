import Detectors
import PolicyRuntime

/// Masks values that are there as a whole: strings of JSON, cells, headers.
///
/// Detectors that go by what stands around a value (`password: …`) see the name of the member, column or header before
/// it, as `NAME: VALUE`.
struct ValueMasker {
  let plan: MaskPlan
  private var buffer: [UInt8] = []
  var report = MaskReport()

  init(_ plan: MaskPlan) { self.plan = plan }

  /// What masks cover of `value`; `rules` mask the whole of it.
  mutating func spans(_ value: UnsafeBufferPointer<UInt8>, named name: [UInt8], rules: [Int]) -> [MaskedSpan] {
    var list = SpanList()
    if !rules.isEmpty, !value.isEmpty { list.add(MaskedSpan(start: 0, end: value.count, rules: rules)) }
    guard plan.hasDetectors, !value.isEmpty else { return list.spans }
    let found: [DetectedSpan]
    var start = 0
    if name.isEmpty {
      found = plan.detectors.spans(in: value)
    } else {
      buffer.removeAll(keepingCapacity: true)
      Self.appendContext(name, to: &buffer)
      start = buffer.count
      buffer.append(contentsOf: value)
      found = buffer.withUnsafeBufferPointer { plan.detectors.spans(in: $0) }
    }
    for hit in found where hit.end > start {
      list.add(MaskedSpan(start: max(hit.start, start) - start, end: hit.end - start, rule: hit.detector))
    }
    return list.spans
  }

  static func appendContext(_ name: [UInt8], to text: inout [UInt8]) {
    text.append(contentsOf: name.prefix(MaskLimits.contextBytes))
    text.append(UInt8(ascii: ":"))
    text.append(UInt8(ascii: " "))
  }

  /// What is to be written in the place of which ranges of `value`.
  mutating func replacements(
    _ value: UnsafeBufferPointer<UInt8>, _ spans: [MaskedSpan]
  ) -> [(range: Range<Int>, text: [UInt8])] {
    var result: [(range: Range<Int>, text: [UInt8])] = []
    for span in spans {
      let range = span.start..<span.end
      report.hit(span.members, plan)
      guard let replacement = Replacement(of: span, at: range, in: value, plan) else { continue }
      report.count(replacement.rule, plan)
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

  /// What stands for an object, an array or nothing: it has no characters to keep, and no hash unless its text is
  /// `given`.
  mutating func replacement(ofStructure span: MaskedSpan, text given: [UInt8]? = nil) -> [UInt8] {
    let (treatment, rule) = span.resolved(plan)
    report.hit(span.members, plan)
    report.count(rule, plan)
    switch treatment {
    case .with: return plan.rules[rule].replacement
    case .hash:
      guard let given else { return withhold() }
      return given.withUnsafeBufferPointer { plan.key.token(for: $0) }
    case .redact, .keepFirst, .keepLast: return Array("[\(plan.rules[rule].label)]".utf8)
    }
  }

  /// A text that holds a document, or lines that may, masked as a response of its own; nil: it is a plain value.
  mutating func maskedDocument(_ content: [UInt8], named name: [UInt8], depth: Int) -> [UInt8]? {
    guard Sniffer.mayHoldDocument(content) else { return nil }
    guard depth < MaskLimits.documentDepth else {
      return plan.hasStructure && Sniffer.isDocument(content) ? withhold() : nil
    }
    let inner = ResponseMaskingMachine(plan, .automatic, documentDepth: depth + 1, name: name)
    var out: [UInt8] = []
    content.withUnsafeBufferPointer { inner.write($0, into: &out) }
    inner.finish(into: &out)
    report.add(inner.report)
    return out
  }

  /// Redacts a value that cannot be looked into.
  mutating func withhold() -> [UInt8] {
    report.isWithheld = true
    return Self.withheld
  }

  static let withheld = Array("[redacted]".utf8)
}
