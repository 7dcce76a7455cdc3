import PatternMatching

/// Finds the columns of tables in text, line by line: what `psql` prints (aligned, unaligned, expanded), the boxes and
/// the tab-separated lines of `mysql`, its vertical form, CSV, and the columns that `kubectl` lines up.
///
/// A table is known by its header; it is read while its lines have as many fields. One that is certainly a table has a
/// line with another number of fields masked whole, if any column is masked.
final class TableReader {
  private enum Form {
    case none
    /// Fields between separators. `isSure`: not just a first line that looks like a header.
    case separated(UInt8, isSure: Bool)
    /// Columns at offsets that the header gives.
    case aligned
    /// `name | value` lines.
    case expanded(UInt8)
  }

  private let plan: MaskPlan
  private var scratch = PatternScratch()
  private var form = Form.none
  /// The masks of each column.
  private var columns: [[Int]] = []
  /// In characters.
  private var starts: [Int] = []
  /// The line before, which is a header if a ruler follows.
  private var before: [UInt8] = []
  /// In a box: its next line with fields is the header.
  private var expectsHeader = false
  /// The masks of the expanded column whose lines go on.
  private var expandedRules: [Int] = []

  private var record: [UInt8] = []
  private var recordStart = 0
  private var isInQuotes = false
  /// The record is too long, and its rest is dropped.
  private var isDropping = false
  /// The line is too long to be looked at, and no table.
  private var isSkipping = false
  private(set) var hasWithheld = false

  init(_ plan: MaskPlan) { self.plan = plan }

  /// Whether the next line is certainly one of a table with masked columns, so that it is no JSON document.
  var isActive: Bool {
    if isInQuotes || isDropping { return true }
    guard isMasked else { return false }
    switch form {
    case .none, .expanded: return false
    case .separated(_, let isSure): return isSure && columns.count > 1
    case .aligned: return true
    }
  }

  private var isMasked: Bool { columns.contains { !$0.isEmpty } }

  /// A text begins, its next byte at `offset`.
  func begin(at offset: Int) {
    record.removeAll(keepingCapacity: true)
    recordStart = offset
    isInQuotes = false
    isSkipping = false
    if !isActive { endTable() }
  }

  /// Gives `bytes` to the masker of the text, and the spans of its tables.
  func write(_ bytes: UnsafeBufferPointer<UInt8>, to text: TextMasker, into out: inout [UInt8]) {
    var index = 0
    while index < bytes.count {
      let newline = bytes[index...].firstIndex(of: 0x0A)
      let end = newline.map { $0 + 1 } ?? bytes.count
      let part = UnsafeBufferPointer(rebasing: bytes[index..<end])
      index = end
      text.barrier = isSkipping ? Int.max : recordStart
      add(part, to: text, into: &out)
      guard newline != nil else { continue }
      if isDropping {
        isDropping = false
        "\n".utf8.withContiguousStorageIfAvailable { text.write($0, into: &out) }
      } else if !isSkipping {
        guard endLine(text) else { continue }
      }
      isSkipping = false
      record.removeAll(keepingCapacity: true)
      recordStart = text.end
      text.barrier = Int.max
      text.flush(into: &out)
      text.barrier = recordStart
    }
  }

  private func add(_ part: UnsafeBufferPointer<UInt8>, to text: TextMasker, into out: inout [UInt8]) {
    guard !isDropping else { return }
    guard !isSkipping else { return text.write(part, into: &out) }
    let room = MaskLimits.heldBytes - record.count
    if part.count <= room {
      record.append(contentsOf: part)
      return text.write(part, into: &out)
    }
    if isActive {
      text.write(UnsafeBufferPointer(rebasing: part[..<room]), into: &out)
      addWhole(recordStart, text.end, text)
      hasWithheld = true
      isDropping = true
      isInQuotes = false
    } else {
      isSkipping = true
      isInQuotes = false
      form = .none
      text.barrier = Int.max
      text.write(part, into: &out)
    }
  }

  /// The text ends, perhaps without a line break.
  func finish(_ text: TextMasker) {
    if !record.isEmpty, !isSkipping, !isDropping {
      if isInQuotes { addWhole(recordStart, text.end, text) } else { _ = endLine(text, isLast: true) }
    }
    record.removeAll()
    isInQuotes = false
    isDropping = false
  }

  private func addWhole(_ start: Int, _ end: Int, _ text: TextMasker) {
    var all: [Int] = []
    for rules in columns { for rule in rules where !all.contains(rule) { all.append(rule) } }
    guard !all.isEmpty else { return }
    // Not the line break.
    var end = end
    if record.last == 0x0A, end > start { end -= 1 }
    if record.dropLast().last == 0x0D, end > start { end -= 1 }
    text.add(MaskedSpan(start: start, end: end, rules: all))
  }

  /// Reads the line in `record`; false: the record goes on in the next line.
  private func endLine(_ text: TextMasker, isLast: Bool = false) -> Bool {
    var line = record[...]
    if line.last == 0x0A { line = line.dropLast() }
    if line.last == 0x0D { line = line.dropLast() }
    let isContinued = read(line, text, isLast)
    isInQuotes = isContinued
    if isContinued { return false }
    before = line.count <= MaskLimits.headBytes ? Array(line) : []
    return true
  }

  /// True: the record goes on.
  private func read(_ line: ArraySlice<UInt8>, _ text: TextMasker, _ isLast: Bool) -> Bool {
    if readRuler(line) { return false }
    switch form {
    case .none: readHeader(line)
    case .separated(let separator, let isSure):
      return readRow(line, separator, isSure, text, isLast)
    case .aligned: readAligned(line, text)
    case .expanded(let separator): readExpanded(line, separator, text)
    }
    return false
  }

  // MARK: Headers

  /// Lines that draw a table, and those that say where one ends.
  private func readRuler(_ line: ArraySlice<UInt8>) -> Bool {
    guard !isInQuotes, let first = line.first(where: { $0 != 0x20 }) else {
      if !isInQuotes { endTable() }
      return !isInQuotes
    }
    if line.starts(with: "-[ RECORD ".utf8) {
      form = .expanded(UInt8(ascii: "|"))
      columns = []
      return true
    }
    if line.starts(with: "***".utf8), line.reversed().starts(with: "***".utf8), line.contains(UInt8(ascii: ".")) {
      form = .expanded(UInt8(ascii: ":"))
      columns = []
      return true
    }
    if first == UInt8(ascii: "+"), line.allSatisfy({ [0x20, 0x2D, 0x2B, 0x3D].contains($0) }) {
      // Above the header, below it, at the end; some draw one below every row.
      if case .separated(UInt8(ascii: "|"), true) = form { return true }
      endTable()
      expectsHeader = true
      return true
    }
    // Within a table a row of hyphens is a row.
    if case .separated(_, true) = form { return false }
    let isRuler =
      line.first == UInt8(ascii: "-") && line.allSatisfy { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
      || first == UInt8(ascii: "|") && line.contains(UInt8(ascii: "-"))
        && line.allSatisfy { [0x20, 0x2D, 0x7C, 0x3A].contains($0) }
    guard isRuler, !before.isEmpty else { return false }
    setColumns(fields(before[...], UInt8(ascii: "|")), UInt8(ascii: "|"), isSure: true)
    return true
  }

  private func endTable() {
    form = .none
    columns = []
    expectsHeader = false
  }

  private func setColumns(_ fields: [Field], _ separator: UInt8, isSure: Bool) {
    columns = rules(of: fields)
    form = .separated(separator, isSure: isSure)
  }

  private func rules(of fields: [Field]) -> [[Int]] {
    fields.map { field in
      var found: [Int] = []
      guard field.name.count <= MaskLimits.columnNameBytes else { return found }
      field.name.withUnsafeBufferPointer { plan.tableRules($0, into: &found, &scratch) }
      return found
    }
  }

  private func readHeader(_ line: ArraySlice<UInt8>) {
    if expectsHeader {
      guard line.first(where: { $0 != 0x20 }) == UInt8(ascii: "|") else { return endTable() }
      expectsHeader = false
      return setColumns(fields(line, UInt8(ascii: "|")), UInt8(ascii: "|"), isSure: true)
    }
    guard line.count <= MaskLimits.headBytes else { return }
    if isAlignedHeader(line) {
      let (fields, starts) = alignedFields(line)
      let rules = rules(of: fields)
      if rules.contains(where: { !$0.isEmpty }) {
        columns = rules
        self.starts = starts
        form = .aligned
      }
      return
    }
    for separator in [UInt8(ascii: ","), 0x09, UInt8(ascii: "|"), UInt8(ascii: ";")] where line.contains(separator) {
      let fields = fields(line, separator)
      guard fields.count > 1, fields.allSatisfy({ isName($0.name) }) else { continue }
      // Without masked columns a table matters for how replacements are written, and only with quotes.
      let rules = rules(of: fields)
      guard rules.contains(where: { !$0.isEmpty }) || separator == UInt8(ascii: ",") || separator == UInt8(ascii: ";")
      else { continue }
      columns = rules
      form = .separated(separator, isSure: false)
      return
    }
  }

  private func isName(_ name: [UInt8]) -> Bool {
    guard let first = name.first, name.count <= MaskLimits.columnNameBytes, first < 0x30 || first > 0x39 else {
      return false
    }
    return name.allSatisfy { isBareByte($0) || $0 == UInt8(ascii: "_") || $0 >= 0x80 }
  }

  // MARK: Rows

  /// A field of a line: where its value stands, trimmed and without quotes.
  private struct Field {
    var range: Range<Int>
    var name: [UInt8]
    var isQuoted: Bool
    /// Spaces behind it up to the separator.
    var spare = 0
  }

  /// The fields of a line; an open quote at its end gives none.
  private func fields(_ line: ArraySlice<UInt8>, _ separator: UInt8) -> [Field] {
    let quotes = separator == UInt8(ascii: ",") || separator == UInt8(ascii: ";")
    let trims = separator == UInt8(ascii: "|")
    var result: [Field] = []
    var index = line.startIndex
    var stop = line.endIndex
    if trims {
      var outer = line
      while outer.last == 0x20 { outer = outer.dropLast() }
      let lead = outer.prefix { $0 == 0x20 }.count
      if outer.dropFirst(lead).first == separator, outer.last == separator, outer.count > lead + 1 {
        index += lead + 1
        stop = outer.endIndex - 1
      }
    }
    while result.count <= MaskLimits.columns {
      if quotes, index < stop, line[index] == UInt8(ascii: "\"") {
        var end = index + 1
        while end < stop, line[end] != UInt8(ascii: "\"") || end + 1 < stop && line[end + 1] == UInt8(ascii: "\"") {
          end += line[end] == UInt8(ascii: "\"") ? 2 : 1
        }
        guard end < stop else { return [] }
        result.append(Field(range: index + 1..<end, name: Array(line[index + 1..<end]), isQuoted: true))
        index = line[end..<stop].firstIndex(of: separator) ?? stop
      } else {
        let end = line[index..<stop].firstIndex(of: separator) ?? stop
        var range = index..<end
        if trims {
          while !range.isEmpty, line[range.lowerBound] == 0x20 { range = range.lowerBound + 1..<end }
          var last = end
          while last > range.lowerBound, line[last - 1] == 0x20 { last -= 1 }
          range = range.lowerBound..<last
        }
        result.append(
          Field(range: range, name: Array(line[range]), isQuoted: false, spare: max(0, end - range.upperBound - 1)))
        index = end
      }
      guard index < stop else { break }
      index += 1
    }
    return result
  }

  private func readRow(
    _ line: ArraySlice<UInt8>, _ separator: UInt8, _ isSure: Bool, _ text: TextMasker, _ isLast: Bool
  ) -> Bool {
    let fields = fields(line, separator)
    if fields.isEmpty, !isLast { return true }
    guard fields.count == columns.count else {
      let isFooter = fields.count == 1 && isFooter(line)
      if isFooter || !isSure {
        endTable()
        // What was no table may be the header of one.
        if !isFooter { readHeader(line) }
      } else {
        addWhole(recordStart, text.end, text)
      }
      return false
    }
    if !isSure { form = .separated(separator, isSure: true) }
    let isPadded = separator == UInt8(ascii: "|")
    for (field, rules) in zip(fields, columns) {
      let start = recordStart + field.range.lowerBound
      let end = recordStart + field.range.upperBound
      if !isPadded { text.addField(start, end, .partOfField(separator: separator, quoted: field.isQuoted)) }
      guard !rules.isEmpty, start < end else { continue }
      var span = MaskedSpan(start: start, end: end, rules: rules)
      if isPadded {
        span.form = .padded(field.spare)
      } else {
        span.form = field.isQuoted ? .partOfField(separator: separator, quoted: true) : .field(separator: separator)
      }
      text.add(span)
    }
    return false
  }

  /// `(3 rows)`, `3 rows in set (0.00 sec)`.
  private func isFooter(_ line: ArraySlice<UInt8>) -> Bool {
    let rest = line.drop { $0 == UInt8(ascii: "(") }.drop { (0x30...0x39).contains($0) }
    return rest.count < line.count && rest.starts(with: " row".utf8) && line.last == UInt8(ascii: ")")
  }

  private func isAlignedHeader(_ line: ArraySlice<UInt8>) -> Bool {
    guard let first = line.first, (0x41...0x5A).contains(first) else { return false }
    var gaps = false
    var previous: UInt8 = 0
    for byte in line {
      switch byte {
      case 0x20: gaps = gaps || previous == 0x20
      case 0x41...0x5A, 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "("), UInt8(ascii: ")"),
        UInt8(ascii: "%"), UInt8(ascii: "/"), UInt8(ascii: "."):
        break
      default: return false
      }
      previous = byte
    }
    return gaps
  }

  /// Fields between two spaces or more, and where they begin, in characters.
  private func alignedFields(_ line: ArraySlice<UInt8>) -> ([Field], [Int]) {
    var fields: [Field] = []
    var starts: [Int] = []
    var characters = 0
    var start: Int?
    var end = 0
    var index = line.startIndex
    func close() {
      guard let first = start else { return }
      fields.append(Field(range: first..<end, name: Array(line[first..<end]), isQuoted: false))
      start = nil
    }
    while index < line.endIndex {
      if line[index] == 0x20 {
        if start != nil, index + 1 < line.endIndex, line[index + 1] == 0x20 { close() }
      } else {
        if start == nil {
          start = index
          starts.append(characters)
        }
        end = index + 1
      }
      if line[index] & 0xC0 != 0x80 { characters += 1 }
      index += 1
    }
    close()
    for position in fields.indices {
      let next = position + 1 < fields.count ? fields[position + 1].range.lowerBound : line.endIndex
      fields[position].spare = max(0, next - fields[position].range.upperBound - 2)
    }
    return (fields, starts)
  }

  private func readAligned(_ line: ArraySlice<UInt8>, _ text: TextMasker) {
    var (fields, _) = alignedFields(line)
    if fields.count != columns.count {
      // A cell is empty: the header's offsets say which.
      fields = cells(line)
      if fields.isEmpty { return addWhole(recordStart, text.end, text) }
    }
    for (field, rules) in zip(fields, columns) where !rules.isEmpty && !field.range.isEmpty {
      var span = MaskedSpan(
        start: recordStart + field.range.lowerBound, end: recordStart + field.range.upperBound, rules: rules)
      span.form = .padded(field.spare)
      text.add(span)
    }
  }

  /// The cells between the header's offsets; none if text stands across one.
  private func cells(_ line: ArraySlice<UInt8>) -> [Field] {
    var bounds: [Int] = []
    var characters = 0
    for index in line.indices where line[index] & 0xC0 != 0x80 {
      if bounds.count < starts.count, characters == starts[bounds.count] {
        guard bounds.isEmpty || line[index - 1] == 0x20 else { return [] }
        bounds.append(index)
      }
      characters += 1
    }
    guard bounds.first == line.startIndex else { return [] }
    while bounds.count < starts.count { bounds.append(line.endIndex) }
    return bounds.enumerated().map { position, start in
      let next = position + 1 < bounds.count ? bounds[position + 1] : line.endIndex
      var end = next
      while end > start, line[end - 1] == 0x20 { end -= 1 }
      return Field(range: start..<end, name: [], isQuoted: false, spare: max(0, next - end - 1))
    }
  }

  private func readExpanded(_ line: ArraySlice<UInt8>, _ separator: UInt8, _ text: TextMasker) {
    var start = line.startIndex
    if let end = line.firstIndex(of: separator), end + 1 == line.endIndex || line[end + 1] == 0x20 {
      let name = line[..<end].drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }.reversed()
      if !name.isEmpty {
        expandedRules = []
        Array(name).withUnsafeBufferPointer { plan.tableRules($0, into: &expandedRules, &scratch) }
      }
      start = end + 1
    } else if line.first == UInt8(ascii: "(") || line.last == UInt8(ascii: ")") {
      return endTable()
    }
    while start < line.endIndex, line[start] == 0x20 { start += 1 }
    guard !expandedRules.isEmpty, start < line.endIndex else { return }
    text.add(MaskedSpan(start: recordStart + start, end: recordStart + line.endIndex, rules: expandedRules))
  }
}
