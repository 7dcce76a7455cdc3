import Detectors

/// Masks a text that comes in pieces: the same bytes whatever the pieces.
///
/// A span is written once nothing can overlap it any more and the bytes around it are there that tell whether it was
/// masked before. What is held is what the detectors have not settled or need yet, a record of a table, and
/// ``MaskPlan/margin``.
///
/// Nothing that it calls comes back to it, so what changes is not checked for exclusive access while running.
final class TextMasker {
  private let plan: MaskPlan
  @exclusivity(unchecked) private var stream: DetectorStream?
  @exclusivity(unchecked) private var found: [DetectedSpan] = []
  /// The text from offset `base` on.
  @exclusivity(unchecked) private var window: [UInt8] = []
  @exclusivity(unchecked) private var base = 0
  /// Offset up to which the text is written.
  @exclusivity(unchecked) private var written: Int
  @exclusivity(unchecked) private var settled = 0
  @exclusivity(unchecked) private var spans = SpanList()
  /// Offset from which nothing may be written yet: where a record begins that is not complete.
  @exclusivity(unchecked) var barrier = Int.max
  /// Writes for a place where special characters are escaped.
  private let escape: (([UInt8]) -> [UInt8])?
  @exclusivity(unchecked) private(set) var tally = MaskTally()
  private let hasher: MaskHasher
  /// Fields in which special characters mean something, in order.
  @exclusivity(unchecked) private var fields: [(end: Int, start: Int, form: CellForm)] = []

  /// `context` is text that detectors see before the first byte, and that is not written.
  init(
    _ plan: MaskPlan, _ hasher: MaskHasher, context: [UInt8] = [], escape: (([UInt8]) -> [UInt8])? = nil
  ) {
    self.plan = plan
    self.hasher = hasher
    self.escape = escape
    stream = plan.hasDetectors ? DetectorStream(plan.detectors) : nil
    window = context
    written = context.count
    detect([])
  }

  /// Offset of the next byte.
  var end: Int { base + window.count }

  func write(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    write(bytes, adding: [], into: &out)
  }

  /// Takes the next bytes, and spans that the form of the text gives, in order. None begins before ``barrier`` as it was.
  func write(_ bytes: UnsafeBufferPointer<UInt8>, adding others: [MaskedSpan], into out: inout [UInt8]) {
    window.append(contentsOf: bytes)
    if !bytes.isEmpty { detect(others) } else { spans.add(sorted: others) }
    advance(isFinal: false, &out)
  }

  /// Adds spans that the form of the text gives, in order. None before ``barrier`` as it was.
  func add(_ sorted: [MaskedSpan]) { spans.add(sorted: sorted) }

  /// Says how hits within a range are to be written.
  func addField(_ start: Int, _ end: Int, _ form: CellForm) { fields.append((end, start, form)) }

  private func form(of span: MaskedSpan) -> CellForm {
    guard case .plain = span.form else { return span.form }
    var low = 0
    var high = fields.count
    while low < high {
      let middle = (low + high) / 2
      if fields[middle].end > span.start { high = middle } else { low = middle + 1 }
    }
    guard low < fields.count, fields[low].start <= span.start else { return .plain }
    return fields[low].form
  }

  func finish(into out: inout [UInt8]) {
    found.removeAll(keepingCapacity: true)
    window.withUnsafeBufferPointer { stream?.look(at: $0, origin: base, isFinal: true, &found) }
    stream = nil
    addFound { _ in }
    barrier = Int.max
    settled = end
    advance(isFinal: true, &out)
  }

  /// Looks at what is new in the window.
  private func detect(_ others: [MaskedSpan]) {
    guard stream != nil else {
      settled = end
      spans.add(sorted: others)
      return
    }
    found.removeAll(keepingCapacity: true)
    window.withUnsafeBufferPointer { stream?.look(at: $0, origin: base, isFinal: false, &found) }
    settled = stream?.settled ?? end
    var next = 0
    addFound { hit in
      while next < others.count, others[next].start <= hit.start {
        spans.add(others[next])
        next += 1
      }
    }
    if next < others.count { spans.add(sorted: Array(others[next...])) }
  }

  private func addFound(_ before: (DetectedSpan) -> Void) {
    for hit in found where hit.end > written {
      before(hit)
      spans.add(MaskedSpan(start: max(hit.start, written), end: hit.end, rule: hit.detector))
    }
  }

  private func advance(isFinal: Bool, _ out: inout [UInt8]) {
    let limit = min(settled, barrier)
    var done = 0
    var reached = max(written, limit)
    window.withUnsafeBufferPointer { window in
      for span in spans.spans {
        guard span.end <= limit, isFinal || span.end + plan.margin <= end else {
          reached = max(written, min(span.start, reached))
          break
        }
        done += 1
        tally.hit(span, plan)
        let form = form(of: span)
        guard let replacement = replacement(of: span, form, window) else { continue }
        plain(up: span.start, window, &out)
        var text = form.fit(replacement.text)
        written = span.end
        if case .padded(let spare) = form {
          // The cell stays as wide as it is, as far as it has room.
          let width = window[span.start - base..<span.end - base].count { $0 & 0xC0 != 0x80 }
          let new = text.count { $0 & 0xC0 != 0x80 }
          written += min(max(0, new - width), spare)
          text += [UInt8](repeating: 0x20, count: max(0, width - new))
        }
        out.append(contentsOf: escape?(text) ?? text)
        tally.count(replacement.rule, plan)
      }
      plain(up: reached, window, &out)
    }
    if done > 0 { spans.removeFirst(done) }
    if let last = fields.last, last.end <= written { fields.removeAll(keepingCapacity: true) }
    let spare = min(written - plan.margin, stream?.needed ?? .max) - base
    if spare > window.count / 2, spare > 4096 || isFinal {
      window.removeFirst(spare)
      base += spare
    }
  }

  private func replacement(
    of span: MaskedSpan, _ form: CellForm, _ window: UnsafeBufferPointer<UInt8>
  ) -> Replacement? {
    let range = span.start - base..<span.end - base
    // What is kept, hashed and counted is what a reader of the field reads.
    if case .partOfField(_, quoted: true) = form, window[range].contains(UInt8(ascii: "\"")) {
      return QuotedText(window[range]).text.withUnsafeBufferPointer {
        Replacement(of: span, at: $0.indices, in: $0, plan, hasher)
      }
    }
    return Replacement(of: span, at: range, in: window, plan, hasher)
  }

  private func plain(up to: Int, _ window: UnsafeBufferPointer<UInt8>, _ out: inout [UInt8]) {
    guard to > written else { return }
    let bytes = UnsafeBufferPointer(rebasing: window[written - base..<to - base])
    if let escape { out.append(contentsOf: escape(Array(bytes))) } else { out.append(contentsOf: bytes) }
    written = to
  }
}
