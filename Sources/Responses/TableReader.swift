import Detectors
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
    /// Columns at offsets that the header gives, or, `isRuled`, the hyphens below it.
    case aligned(isRuled: Bool)
    /// `name | value` lines.
    case expanded(UInt8)
  }

  /// What a table's header says of the cells below.
  private struct Column {
    /// The masks of all of a cell.
    var rules: [Int] = []
    /// What cells are seen with, if detectors heed it.
    var name: [UInt8] = []

    var isOfInterest: Bool { !rules.isEmpty || !name.isEmpty }
  }

  private let plan: MaskPlan
  private let values: ValueMasker
  private var scratch = PatternScratch()
  private var form = Form.none
  private var columns: [Column] = []
  /// Whether any column has a mask.
  private var isMasked = false
  /// Whether any cell is to be looked at.
  private var isOfInterest = false
  /// In characters.
  private var starts: [Int] = []
  /// The line before, which is a header if a ruler follows.
  private var before: [UInt8] = []
  private var isBeforeTooLong = false
  /// In a box: its next line with fields is the header.
  private var expectsHeader = false
  /// The expanded column whose lines go on.
  private var expanded = Column()

  /// The beginning of a record whose end has not come, or that has several lines.
  private var record: [UInt8] = []
  private var recordStart = 0
  private var isInQuotes = false
  /// Whether the record has an odd number of quotes: then one is open, without another look at all of it.
  private var hasOddQuotes = false
  /// How often the record was read to no end.
  private var attempts = 0
  private static let attemptLimit = 16
  /// The record is too long, and its rest is dropped.
  private var isDropping = false
  /// The line is too long to be looked at, and no table.
  private var isSkipping = false
  /// The header could not be read, and all that follows is dropped.
  private var isWithholding = false
  private var hasNotice = false
  private(set) var hasWithheld = false

  /// The fields of the line at hand.
  private var fields: [TableField] = []
  /// Found and not handed on yet.
  private var spans: [MaskedSpan] = []
  /// Bytes whose lines are read before they are handed on.
  private static let batchBytes = 1 << 14

  init(_ plan: MaskPlan, _ scratch: MaskScratch) {
    self.plan = plan
    values = ValueMasker(plan, scratch)
  }

  /// Whether the next line is certainly one of a table with masked columns, so that it is no JSON document.
  var isActive: Bool {
    if isInQuotes || isDropping || isWithholding { return true }
    guard isMasked else { return false }
    switch form {
    case .none, .expanded: return false
    case .separated(_, let isSure): return isSure && columns.count > 1
    case .aligned: return true
    }
  }

  /// Whether the next line may be one of a table.
  var isReading: Bool {
    if isInQuotes || isDropping || isWithholding || expectsHeader { return true }
    if case .none = form { return false }
    return true
  }

  /// A text begins, its next byte at `offset`.
  func begin(at offset: Int, isAfterEmptyLine: Bool) {
    startRecord(at: offset)
    isInQuotes = false
    isSkipping = false
    if !isActive { endTable() }
    // A ruler after an empty line has no header above it.
    if isAfterEmptyLine {
      before.removeAll(keepingCapacity: true)
      isBeforeTooLong = false
    }
  }

  private func startRecord(at offset: Int) {
    record.removeAll(keepingCapacity: true)
    hasOddQuotes = false
    attempts = 0
    recordStart = offset
  }

  /// Gives `bytes` to the masker of the text, and the spans of its tables.
  func write(_ bytes: UnsafeBufferPointer<UInt8>, to text: TextMasker, into out: inout [UInt8]) {
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + Self.batchBytes)
      writeBatch(UnsafeBufferPointer(rebasing: bytes[start..<end]), text, &out)
      start = end
    }
  }

  private func writeBatch(_ bytes: UnsafeBufferPointer<UInt8>, _ text: TextMasker, _ out: inout [UInt8]) {
    // What is before `given` was handed on.
    var given = 0
    var index = 0
    while index < bytes.count {
      if isWithholding {
        if !hasNotice {
          give(bytes[given..<index], text, &out)
          ValueMasker.withheld.withUnsafeBufferPointer { give($0[...], text, &out) }
          startRecord(at: text.end)
          hasNotice = true
          hasWithheld = true
        }
        given = bytes.count
        break
      }
      let newline = lineBreak(bytes, index)
      let end = newline.map { $0 + 1 } ?? bytes.count
      if isDropping {
        give(bytes[given..<index], text, &out)
        if let newline {
          isDropping = false
          give(bytes[newline..<end], text, &out)
          startRecord(at: text.end)
        }
        given = end
      } else if isSkipping {
        if newline != nil {
          isSkipping = false
          startRecord(at: text.end + end - given)
        }
      } else if record.count + end - index > MaskLimits.heldBytes {
        guard isActive else {
          record.withUnsafeBufferPointer { withholdRest(after: $0) }
          isSkipping = !isWithholding
          form = .none
          continue
        }
        index += MaskLimits.heldBytes - record.count
        addWhole(recordStart, text.end + index - given)
        hasWithheld = true
        isDropping = true
        isInQuotes = false
        continue
      } else {
        let part = UnsafeBufferPointer(rebasing: bytes[index..<end])
        if newline == nil || !record.isEmpty || !endLine(part, text) {
          for byte in part where byte == UInt8(ascii: "\"") { hasOddQuotes.toggle() }
          let isFirst = record.isEmpty
          record.append(contentsOf: part)
          let isDone = newline != nil && !isFirst && record.withUnsafeBufferPointer { endLine($0, text) }
          if isDone { startRecord(at: text.end + end - given) }
        } else {
          startRecord(at: text.end + end - given)
        }
      }
      index = end
    }
    give(bytes[given...], text, &out)
  }

  private func give(_ bytes: Slice<UnsafeBufferPointer<UInt8>>, _ text: TextMasker, _ out: inout [UInt8]) {
    // Before a table there is nothing for which a line would have to be complete.
    var isHeld = !isSkipping
    if case .none = form { isHeld = isDropping || isWithholding }
    text.barrier = isHeld ? recordStart : Int.max
    text.write(UnsafeBufferPointer(rebasing: bytes), adding: spans, into: &out)
    spans.removeAll(keepingCapacity: true)
  }

  /// The text ends, perhaps without a line break.
  func finish(_ text: TextMasker) {
    if !record.isEmpty, !isSkipping, !isDropping {
      record.withUnsafeBufferPointer { record in
        if isInQuotes {
          addWhole(recordStart, recordStart + Self.line(record).count)
        } else {
          _ = endLine(record, text, isLast: true)
        }
      }
    }
    text.add(spans)
    spans.removeAll(keepingCapacity: true)
    record.removeAll()
    isInQuotes = false
    isDropping = false
  }

  /// Masks the bytes between two offsets, as all masked columns are.
  private func addWhole(_ start: Int, _ end: Int) {
    var all: [Int] = []
    for column in columns { for rule in column.rules where !all.contains(rule) { all.append(rule) } }
    guard !all.isEmpty else { return }
    spans.append(MaskedSpan(start: start, end: end, rules: all))
  }

  /// A record without its line break.
  private static func line(_ record: UnsafeBufferPointer<UInt8>) -> TableLine {
    var count = record.count
    if count > 0, record[count - 1] == 0x0A { count -= 1 }
    if count > 0, record[count - 1] == 0x0D { count -= 1 }
    return UnsafeBufferPointer(rebasing: record[..<count])
  }

  /// Reads the lines of a record; false: it goes on in the next line.
  private func endLine(_ record: UnsafeBufferPointer<UInt8>, _ text: TextMasker, isLast: Bool = false) -> Bool {
    let line = Self.line(record)
    if case .separated = form, hasOddQuotes, isInQuotes, !isLast { return false }
    guard let plain = BoxDrawing.plain(line) else { return endPlainLine(line, text, isLast: isLast) }
    return plain.withUnsafeBufferPointer { endPlainLine($0, text, isLast: isLast) }
  }

  private func endPlainLine(_ line: TableLine, _ text: TextMasker, isLast: Bool) -> Bool {
    let isContinued = read(line, text, isLast)
    if isContinued {
      attempts += 1
      isInQuotes = attempts < Self.attemptLimit
      if isInQuotes { return false }
      addWhole(recordStart, recordStart + line.count)
    }
    isInQuotes = false
    before.removeAll(keepingCapacity: true)
    isBeforeTooLong = line.count > MaskLimits.headerBytes
    if !isBeforeTooLong { before.append(contentsOf: line) }
    return true
  }

  /// True: the record goes on.
  private func read(_ line: TableLine, _ text: TextMasker, _ isLast: Bool) -> Bool {
    if readRuler(line) { return false }
    switch form {
    case .none: readHeader(line)
    case .separated(let separator, let isSure):
      return readRow(line, separator, isSure, text, isLast)
    case .aligned(let isRuled): readAligned(line, isRuled)
    case .expanded(let separator): readExpanded(line, separator)
    }
    return false
  }

  // MARK: Headers

  /// Lines that draw a table, and those that say where one ends.
  private func readRuler(_ line: TableLine) -> Bool {
    guard !isInQuotes, let start = line.firstIndex(where: { $0 != 0x20 }) else {
      if !isInQuotes { endTable() }
      return !isInQuotes
    }
    let first = line[start]
    switch first {
    case UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "|"), UInt8(ascii: ":"): break
    default: return false
    }
    if line.starts(with: "-[ RECORD ".utf8) {
      form = .expanded(UInt8(ascii: "|"))
      setColumns([])
      return true
    }
    if line.starts(with: "***".utf8), line.reversed().starts(with: "***".utf8), line.contains(UInt8(ascii: ".")) {
      form = .expanded(UInt8(ascii: ":"))
      setColumns([])
      return true
    }
    if first == UInt8(ascii: "+"), BoxDrawing.isNamed(line) {
      // ClickHouse writes the names into the upper line.
      let header = BoxDrawing.names(line)
      endTable()
      header.withUnsafeBufferPointer { beginTable($0) }
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
      || line.contains(UInt8(ascii: "|")) && line.contains(UInt8(ascii: "-"))
        && (first == UInt8(ascii: "|") || before.contains(UInt8(ascii: "|")) || isBeforeTooLong)
        && line.allSatisfy { [0x20, 0x2D, 0x7C, 0x3A].contains($0) }
    let isDashed = !isRuler && line.first == UInt8(ascii: "-") && line.allSatisfy { $0 == 0x20 || $0 == 0x2D }
    if isDashed, !before.isEmpty { return before.withUnsafeBufferPointer { beginRuledTable($0, line) } }
    // Hyphens alone may stand below anything long.
    if isRuler || isDashed, isBeforeTooLong, line.contains(where: { $0 != UInt8(ascii: "-") }) {
      isWithholding = plan.namesColumns
    }
    guard isRuler, !before.isEmpty else { return false }
    before.withUnsafeBufferPointer { beginTable($0) }
    return true
  }

  private func endTable() {
    form = .none
    setColumns([])
    expectsHeader = false
  }

  private func setColumns(_ columns: [Column]) {
    self.columns = columns
    isMasked = columns.contains { !$0.rules.isEmpty }
    isOfInterest = columns.contains { $0.isOfInterest }
  }

  /// Takes `header`, with its bars, for that of a table.
  private func beginTable(_ header: TableLine) {
    TableFields.separated(header, UInt8(ascii: "|"), into: &fields)
    setColumns(columns(of: header))
    form = .separated(UInt8(ascii: "|"), isSure: true)
  }

  /// Takes `header` for that of columns as wide as the hyphens of `ruler`; false: it is none.
  private func beginRuledTable(_ header: TableLine, _ ruler: TableLine) -> Bool {
    let starts = TableFields.starts(ofRuler: ruler)
    TableFields.cells(header, starts, into: &fields)
    guard starts.count > 1, !fields.isEmpty else { return false }
    setColumns(columns(of: header))
    self.starts = starts
    form = .aligned(isRuled: true)
    return true
  }

  /// The columns that the fields of `header` name.
  private func columns(of header: TableLine) -> [Column] {
    fields.map { column(named: UnsafeBufferPointer(rebasing: header[$0.range])) }
  }

  private func column(named name: TableLine) -> Column {
    guard name.count <= MaskLimits.columnNameBytes else { return Column(rules: plan.everyTableRule) }
    var column = Column()
    plan.tableRules(name, into: &column.rules, &scratch)
    if plan.detectors.heeds(name: name) { column.name = Array(name) }
    return column
  }

  private func readHeader(_ line: TableLine) {
    // A byte order mark is no part of a name.
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let line = line.starts(with: mark) ? UnsafeBufferPointer(rebasing: line[3...]) : line
    if expectsHeader {
      guard line.first(where: { $0 != 0x20 }) == UInt8(ascii: "|") else { return endTable() }
      expectsHeader = false
      return beginTable(line)
    }
    guard line.count <= MaskLimits.headerBytes else { return withholdRest(after: line) }
    if TableFields.isAlignedHeader(line) {
      let starts = TableFields.aligned(line, into: &fields)
      let columns = columns(of: line)
      if columns.contains(where: { $0.isOfInterest }) {
        setColumns(columns)
        self.starts = starts
        form = .aligned(isRuled: false)
      }
      return
    }
    guard let separator = TableFields.separatorOfNames(line) else { return }
    TableFields.separated(line, separator, into: &fields)
    let isTrimmed = TableFields.trim(&fields, line)
    guard TableFields.areNames(fields, line, isTight: !isTrimmed) else { return }
    // Where its columns are of no interest a table matters for how replacements are written, and only with quotes.
    let columns = columns(of: line)
    let isQuoting = separator == UInt8(ascii: ",") || separator == UInt8(ascii: ";")
    guard columns.contains(where: { $0.isOfInterest }) || isQuoting && !isTrimmed else { return }
    setColumns(columns)
    form = .separated(separator, isSure: false)
  }

  /// A header that is too long to be read: if it is one, what follows cannot be told apart.
  private func withholdRest(after line: TableLine) {
    guard plan.namesColumns else { return }
    isWithholding = TableFields.isAlignedHeader(line)
    guard !isWithholding, let separator = TableFields.separatorOfNames(line) else { return }
    TableFields.separated(line, separator, into: &fields)
    // The last may be cut.
    if !fields.isEmpty { fields.removeLast() }
    isWithholding = TableFields.areNames(fields, line, isTight: true, least: 1)
  }

  // MARK: Rows

  private func readRow(
    _ line: TableLine, _ separator: UInt8, _ isSure: Bool, _ text: TextMasker, _ isLast: Bool
  ) -> Bool {
    if columns.count == 1, isFooter(line) {
      endTable()
      return false
    }
    TableFields.separated(line, separator, into: &fields)
    if fields.isEmpty, !isLast { return true }
    guard fields.count == columns.count else {
      let isFooter = fields.count == 1 && isFooter(line)
      if isFooter || !isSure {
        endTable()
        // What was no table may be the header of one.
        if !isFooter { readHeader(line) }
      } else {
        addWhole(recordStart, recordStart + line.count)
      }
      return false
    }
    if !isSure { form = .separated(separator, isSure: true) }
    let isPadded = separator == UInt8(ascii: "|")
    for position in fields.indices {
      let field = fields[position]
      let start = recordStart + field.range.lowerBound
      let end = recordStart + field.range.upperBound
      if !isPadded { text.addField(start, end, .partOfField(separator: separator, quoted: field.isQuoted)) }
      guard isOfInterest else { continue }
      let form: CellForm =
        if isPadded {
          .padded(field.spare)
        } else {
          field.isQuoted ? .partOfField(separator: separator, quoted: true) : .field(separator: separator)
        }
      addCell(field, of: columns[position], line, form)
    }
    return false
  }

  /// Masks a cell, and what detectors find in it that know its column's name. `form` is for the whole of it.
  private func addCell(_ field: TableField, of column: Column, _ line: TableLine, _ form: CellForm) {
    guard column.isOfInterest, !field.range.isEmpty else { return }
    let cell = line[field.range]
    guard !column.name.isEmpty else {
      return add(MaskedSpan(start: field.range.lowerBound, end: field.range.upperBound, rules: column.rules), form)
    }
    if field.isQuoted, cell.contains(UInt8(ascii: "\"")) {
      let quoted = QuotedText(cell)
      let found = quoted.text.withUnsafeBufferPointer { values.spans($0, named: column.name, rules: column.rules) }
      for span in found { add(span.moved(quoted.places[span.start], quoted.places[span.end]), form) }
      return
    }
    let found = values.spans(UnsafeBufferPointer(rebasing: cell), named: column.name, rules: column.rules)
    for span in found {
      let (start, end) = (field.range.lowerBound + span.start, field.range.lowerBound + span.end)
      let isWhole = end - start == field.range.count
      if case .padded = form {
        add(span.moved(start, end), end == field.range.upperBound ? form : .padded(0))
      } else {
        // A part goes by its field's form.
        add(span.moved(start, end), isWhole ? form : .plain)
      }
    }
  }

  /// Adds a span of the line at hand.
  private func add(_ span: MaskedSpan, _ form: CellForm) {
    var span = span.moved(recordStart + span.start, recordStart + span.end)
    span.form = form
    spans.append(span)
  }

  /// `(3 rows)`, `(3 rows affected)`, `3 rows in set (0.00 sec)`.
  private func isFooter(_ line: TableLine) -> Bool {
    let rest = line.drop { $0 == UInt8(ascii: "(") }.drop { (0x30...0x39).contains($0) }
    guard rest.count < line.count, rest.starts(with: " row".utf8) else { return false }
    let end = rest.dropFirst(4).drop { $0 == UInt8(ascii: "s") }
    return end.elementsEqual(")".utf8) || end.starts(with: " affected".utf8) || end.starts(with: " in set".utf8)
  }

  private func readAligned(_ line: TableLine, _ isRuled: Bool) {
    if isRuled, isFooter(line) { return endTable() }
    if !isRuled { _ = TableFields.aligned(line, into: &fields) }
    if isRuled || fields.count != columns.count {
      // A cell is empty: the header's offsets say which.
      TableFields.cells(line, starts, into: &fields)
      if fields.isEmpty { return addWhole(recordStart, recordStart + line.count) }
    }
    for (field, column) in zip(fields, columns) { addCell(field, of: column, line, .padded(field.spare)) }
  }

  private func readExpanded(_ line: TableLine, _ separator: UInt8) {
    var start = 0
    if let end = line.firstIndex(of: separator), end + 1 == line.count || line[end + 1] == 0x20 {
      var first = 0
      var last = end
      while first < last, line[first] == 0x20 { first += 1 }
      while last > first, line[last - 1] == 0x20 { last -= 1 }
      if first < last {
        expanded = column(named: UnsafeBufferPointer(rebasing: line[first..<last]))
      }
      start = end + 1
    } else if line.first == UInt8(ascii: "(") || line.last == UInt8(ascii: ")") {
      return endTable()
    }
    while start < line.count, line[start] == 0x20 { start += 1 }
    var field = TableField(range: min(start, line.count)..<line.count)
    field.spare = 0
    addCell(field, of: expanded, line, .plain)
  }
}
