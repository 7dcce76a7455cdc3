import CTextScan
import Detectors
import Glibc

/// Masks a response that comes in pieces: finds out what it holds, and gives each part to the masker for it.
///
/// A response is text, in which JSON documents may begin at the start of any line (JSON, JSON Lines, server-sent
/// events), or it is YAML.
final class ResponseMaskingMachine {
  private enum Mode {
    /// Nothing in bodies is masked.
    case open
    /// The format is not known yet.
    case head
    case text, json, yaml
    /// What could not be looked into is dropped, up to the end of the line or all of it.
    case withheldLine, withheld
  }

  private let plan: MaskPlan
  private let documentDepth: Int
  private var mode: Mode
  /// What detectors see before the text.
  private var context: [UInt8]
  private(set) var tally = MaskTally()
  private let scratch: MaskScratch

  private var head: [UInt8] = []
  /// Reads one document after another.
  private var json: JSONMasker
  /// What was last written of a document.
  private var recent: [UInt8] = []
  private var yaml: [UInt8] = []
  /// What is no YAML after all may be withheld: it certainly began like it.
  private var isYAMLCertain = true
  /// Lines that may begin YAML within a text, until the one after tells; sought near the beginning only.
  private var yamlLead: [UInt8] = []
  private var seeksYAML = false
  /// Bytes of text before.
  private var textBytes = 0

  private var text: TextMasker?
  /// Line breaks were passed on since the text before ended.
  private var isAfterBreak = false
  private var isLineStart = true
  /// The beginning of a line, until it is known whether JSON begins there.
  private var lead: [UInt8] = []
  private let tables: TableReader?

  init(_ plan: MaskPlan, _ format: ResponseFormat, documentDepth: Int = 0, name: [UInt8] = [], _ scratch: MaskScratch) {
    self.plan = plan
    self.scratch = scratch
    self.documentDepth = documentDepth
    context = []
    json = JSONMasker(plan, scratch, documentDepth: documentDepth)
    if !name.isEmpty { ValueMasker.appendContext(name, to: &context) }
    tables = plan.readsTables ? TableReader(plan, scratch) : nil
    mode =
      switch format {
      case .automatic: .head
      case .text: .text
      case .json: .json
      case .yaml: .yaml
      }
    if !plan.looksIntoBodies { mode = .open }
    seeksYAML = format == .automatic && (plan.hasStructure || plan.detectors.looksAtNames)
  }

  func write(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]) {
    var index = 0
    while index < bytes.count {
      switch mode {
      case .open:
        out.append(contentsOf: bytes[index...])
        return
      case .head:
        head.append(contentsOf: bytes[index...])
        index = bytes.count
        settleHead(isComplete: false, &out)
      case .json: index = writeJSON(bytes, index, &out)
      case .yaml:
        yaml.append(contentsOf: bytes[index...])
        index = bytes.count
        if yaml.count > MaskLimits.yamlBytes { giveUpYAML(&out) }
      case .text: index = writeText(bytes, index, &out)
      case .withheldLine:
        guard let end = bytes[index...].firstIndex(of: 0x0A) else { return }
        index = end
        mode = .text
        isLineStart = false
      case .withheld: return
      }
    }
  }

  func finish(into out: inout [UInt8]) {
    if mode == .head { settleHead(isComplete: true, &out) }
    finishJSON(&out)
    if mode == .yaml { finishYAML(&out) }
    endText(&out)
  }

  private func write(_ bytes: [UInt8], _ out: inout [UInt8]) {
    bytes.withUnsafeBufferPointer { write($0, into: &out) }
  }

  private func settleHead(isComplete: Bool, _ out: inout [UInt8]) {
    var answer = Sniffer.isYAML(head, isComplete: isComplete)
    // One line of YAML is a line of text to most, unless there may be a path into it.
    if isComplete, !plan.hasStructure, head.split(separator: 0x0A).count < 2 { answer = .no }
    guard answer != .unknown || isComplete else { return }
    mode = answer == .yes ? .yaml : .text
    isYAMLCertain = !Sniffer.isFlow(head)
    let held = head
    head = []
    write(held, &out)
  }

  private func withhold(_ out: inout [UInt8], _ text: [UInt8] = ValueMasker.withheld) {
    tally.isWithheld = true
    out.append(contentsOf: text)
  }

  // MARK: JSON

  private func writeJSON(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ out: inout [UInt8]) -> Int {
    let index = json.write(bytes, from: start)
    let count = json.settledCount
    out.append(contentsOf: json.output[..<count])
    if json.status != .closed { noteWritten(json.output[..<count]) }
    json.removeSettled(count)
    if json.status != .open { endJSON(&out) }
    return index
  }

  private func noteWritten(_ bytes: ArraySlice<UInt8>) {
    recent.append(contentsOf: bytes.suffix(MaskLimits.markerBytes))
    if recent.count > MaskLimits.markerBytes { recent.removeFirst(recent.count - MaskLimits.markerBytes) }
  }

  private func finishJSON(_ out: inout [UInt8]) {
    guard mode == .json else { return }
    json.finish()
    endJSON(&out)
  }

  private func endJSON(_ out: inout [UInt8]) {
    let isFailed = json.status == .failed
    let wasCovering = json.isCovering
    if isFailed, wasCovering { json.abandon() }
    out.append(contentsOf: json.output)
    if isFailed { noteWritten(json.output[...]) }
    json.output.removeAll(keepingCapacity: true)
    mode = .text
    isLineStart = false
    tally.add(json.values.tally)
    if isFailed {
      let isAtEnd = json.isFinished
      let isValue = json.state == .value || json.state == .bare || json.state == .string && !json.isKey
      let leftover = json.takeLeftover()
      if plan.hasStructure, json.hasSeenKey || wasCovering {
        // The document is broken or cut off: what its paths would be from here on cannot be known.
        if !wasCovering, !isAtEnd || !leftover.isEmpty {
          withhold(&out, isValue ? Array("\"[redacted]\"".utf8) : ValueMasker.withheld)
        }
        mode = json.hasLines ? .withheld : .withheldLine
        tally.isWithheld = true
      } else {
        // What was read as JSON stands before the rest.
        context = recent
        append(leftover, &out)
      }
    }
  }

  // MARK: Text

  private func writeText(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ out: inout [UInt8]) -> Int {
    var index = start
    while index < bytes.count {
      if !yamlLead.isEmpty {
        let before = yamlLead[yamlLead.count - 1]
        yamlLead.append(bytes[index])
        index += 1
        // Where a word ends, a line does, or all that is looked at, more is known.
        let tells = before == 0x20 || before == UInt8(ascii: ":") || bytes[index - 1] == 0x0A
        guard tells || yamlLead.count == MaskLimits.headBytes else { continue }
        if settleYAMLLead(isComplete: false, &out) { return index }
        continue
      } else if isLineStart, lead.isEmpty, tables?.isActive == true || !mayBeginJSON(bytes[index]) {
        if seeksYAML, mayBeginYAML(bytes[index]) {
          yamlLead.append(bytes[index])
          index += 1
          continue
        }
        // A line of text.
        isLineStart = false
      } else if isLineStart, lead.isEmpty, beginsJSON(bytes, index) {
        endSegment(&out)
        beginJSON()
        return index
      } else if isLineStart {
        lead.append(bytes[index])
        index += 1
        let (answer, offset) = tables?.isActive == true ? (.no, 0) : Sniffer.jsonStart(lead)
        if answer == .yes {
          beginJSON(at: offset, &out)
          return index
        }
        guard answer == .no else { continue }
        if seeksYAML, let first = lead.first, mayBeginYAML(first) {
          swap(&lead, &yamlLead)
          if settleYAMLLead(isComplete: false, &out) { return index }
        } else {
          endLead(&out)
        }
        continue
      }
      // As many lines as cannot begin JSON in one piece.
      let line = seeksYAML ? lineBreak(bytes, index).map { $0 + 1 } : lineThatMayBeginJSON(bytes, index)
      isLineStart = line != nil
      let end = line ?? bytes.count
      append(UnsafeBufferPointer(rebasing: bytes[index..<end]), &out)
      index = end
    }
    return index
  }

  /// Whether a document certainly begins at `index`: by far the most do so.
  private func beginsJSON(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
    (bytes[index] == UInt8(ascii: "{") || bytes[index] == UInt8(ascii: "["))
      && index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "\"")
  }

  private func mayBeginJSON(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "d"), 0x20, 0x09, 0xEF: true
    default: false
    }
  }

  /// Where the next line starts that may begin JSON, or of which nothing is there yet.
  private func lineThatMayBeginJSON(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
    let line = text_scan_find_line(Self.firstsOfJSON, bytes.baseAddress, bytes.count, start)
    return line > bytes.count ? nil : line
  }

  /// What ``mayBeginJSON(_:)`` knows. They live as long as the program.
  nonisolated(unsafe) private static let firstsOfJSON: UnsafePointer<UInt8> = {
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 8)
    for (index, byte) in "{[d \t\t\t".utf8.enumerated() { bytes[index] = byte }
    bytes[7] = 0xEF
    return UnsafePointer(bytes)
  }()

  private func endLead(_ out: inout [UInt8]) {
    let held = lead
    lead.removeAll(keepingCapacity: true)
    isLineStart = held.last == 0x0A
    append(held, &out)
  }

  private func beginJSON(at offset: Int, _ out: inout [UInt8]) {
    let held = lead
    lead.removeAll()
    endSegment(&out)
    // Spaces, a byte order mark, `data:`.
    out.append(contentsOf: held[..<offset])
    beginJSON()
    write(Array(held[offset...]), &out)
  }

  // MARK: YAML within text

  private func mayBeginYAML(_ byte: UInt8) -> Bool {
    if textBytes >= MaskLimits.headBytes { seeksYAML = false }
    guard seeksYAML, tables?.isReading != true else { return false }
    return byte &- 0x61 < 26 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }

  /// True: YAML begins, and what was held is its beginning.
  private func settleYAMLLead(isComplete: Bool, _ out: inout [UInt8]) -> Bool {
    let answer = Sniffer.startsYAML(yamlLead, isComplete: isComplete)
    guard answer != .unknown else { return false }
    let held = yamlLead
    yamlLead = []
    if answer == .yes {
      // The text before goes on, should it be none.
      seeksYAML = false
      isYAMLCertain = false
      mode = .yaml
      yaml = held
      return true
    }
    // The next line may begin it still.
    let next = held.firstIndex(of: 0x0A).map { $0 + 1 } ?? held.count
    isLineStart = held[next - 1] == 0x0A
    append(Array(held[..<next]), &out)
    if next < held.count { write(Array(held[next...]), &out) }
    return mode != .text
  }

  private func beginJSON() {
    seeksYAML = false
    recent.removeAll(keepingCapacity: true)
    json.restart()
    mode = .json
  }

  private func append(_ bytes: [UInt8], _ out: inout [UInt8]) {
    bytes.withUnsafeBufferPointer { append($0, &out) }
  }

  private func append(_ bytes: UnsafeBufferPointer<UInt8>, _ out: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    textBytes += bytes.count
    var bytes = bytes
    let text: TextMasker
    if let known = self.text {
      text = known
    } else {
      // Between documents there is often but a line break, for which no detector is set up.
      if context.isEmpty {
        let breaks = bytes.prefix { $0 == 0x0A || $0 == 0x0D }.count
        out.append(contentsOf: bytes[..<breaks])
        isAfterBreak = isAfterBreak || bytes[..<breaks].contains(0x0A)
        bytes = UnsafeBufferPointer(rebasing: bytes[breaks...])
        guard !bytes.isEmpty else { return }
      }
      text = TextMasker(plan, scratch.hasher, context: context)
      context = []
      self.text = text
      tables?.begin(at: text.end, isAfterEmptyLine: isAfterBreak)
      isAfterBreak = false
    }
    if let tables { tables.write(bytes, to: text, into: &out) } else { text.write(bytes, into: &out) }
  }

  /// Ends the text before a document.
  private func endSegment(_ out: inout [UInt8]) {
    guard let text else { return }
    tables?.finish(text)
    text.finish(into: &out)
    tally.add(text.tally)
    if let tables { tally.isWithheld = tally.isWithheld || tables.hasWithheld }
    self.text = nil
  }

  private func endText(_ out: inout [UInt8]) {
    while !yamlLead.isEmpty { _ = settleYAMLLead(isComplete: true, &out) }
    finishJSON(&out)
    if mode == .yaml { finishYAML(&out) }
    if !lead.isEmpty { endLead(&out) }
    endSegment(&out)
  }

  // MARK: YAML

  private func giveUpYAML(_ out: inout [UInt8]) {
    let held = yaml
    yaml = []
    if plan.hasStructure, isYAMLCertain {
      withhold(&out)
      mode = .withheld
    } else {
      mode = .text
      isLineStart = true
      write(held, &out)
    }
  }

  private func finishYAML(_ out: inout [UInt8]) {
    let held = yaml
    yaml = []
    var masker = YAMLMasker(plan, scratch, documentDepth: documentDepth)
    switch masker.masked(held) {
    case .masked(let bytes):
      endSegment(&out)
      out.append(contentsOf: bytes)
      tally.add(masker.values.tally)
      mode = .withheld
    case .withheld where isYAMLCertain:
      withhold(&out, ValueMasker.withheld + [0x0A])
      mode = .withheld
    case .withheld, .notYAML:
      mode = .text
      isLineStart = true
      seeksYAML = false
      write(held, &out)
      finishJSON(&out)
    }
  }
}

/// The index of the first line break from `start` on.
func lineBreak(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
  guard let base = bytes.baseAddress, start < bytes.count,
    let found = memchr(base + start, 0x0A, bytes.count - start)
  else { return nil }
  return found.assumingMemoryBound(to: UInt8.self) - UnsafeMutablePointer(mutating: base)
}
