/// Comma-separated values (RFC 4180).
enum CSV {
  /// Where a walk through a row stands.
  fileprivate enum State {
    case start, plain, quoted
    /// Behind a quote inside of quotes: it ends the field, unless another follows.
    case quote
  }

  fileprivate enum Step { case next, content, nothing }

  /// The fields of a row, or nil if its quotes are not right.
  static func fields(_ row: some Sequence<UInt8>) -> [[UInt8]]? {
    var fields: [[UInt8]] = [[]]
    var state = State.start
    for byte in row {
      switch step(&state, byte) {
      case nil: return nil
      case .next: fields.append([])
      case .content: fields[fields.count - 1].append(byte)
      case .nothing: break
      }
    }
    return state == .quoted ? nil : fields
  }

  /// Takes one byte; nil where no row has it.
  fileprivate static func step(_ state: inout State, _ byte: UInt8) -> Step? {
    let isQuote = byte == UInt8(ascii: "\"")
    switch state {
    case .start where isQuote: state = .quoted
    case .start where byte == UInt8(ascii: ","): return .next
    case .start:
      state = .plain
      return .content
    case .plain where isQuote: return nil
    case .quoted where isQuote: state = .quote
    case .quoted: return .content
    case .quote where isQuote:
      state = .quoted
      return .content
    case .plain, .quote:
      guard byte == UInt8(ascii: ",") else { return state == .plain ? .content : nil }
      state = .start
      return .next
    }
    return .nothing
  }
}

/// The rows of a file of comma-separated values. Where quotes are not right, the first line of the row is reported, and
/// reading goes on with the line after it.
///
/// A line is read again at most once for each line before it that opened a quote; since a quote either opens or closes,
/// the lines read again do not overlap but for one at their ends.
final class CSVRecords: RecordReader {
  private var lines: LineReader
  private let limit: Int
  /// Lines to be read again, the next one last.
  private var again: [RecordResult] = []

  init(_ lines: consuming LineReader, _ limit: Int) {
    self.lines = lines
    self.limit = limit
  }

  func next() throws(FileError) -> RecordResult? {
    var taken: [LogRecord] = []
    var bytes: [UInt8] = []
    var state = CSV.State.start
    while let line = try nextLine() {
      guard case .record(let record) = line else {
        guard !taken.isEmpty else { return line }
        again.append(line)
        break
      }
      if !taken.isEmpty { bytes.append(0x0A) }
      taken.append(record)
      for (offset, byte) in record.bytes.enumerated() {
        let isEndOfLine = byte == 0x0D && offset == record.bytes.count - 1
        if isEndOfLine, state != .quoted { break }
        guard CSV.step(&state, byte) != nil else { return giveUp(taken, "a quote stands where none can be") }
        bytes.append(byte)
      }
      guard bytes.count <= limit else { return giveUp(taken, "the record is longer than \(limit) bytes") }
      if state != .quoted { return .record(LogRecord(bytes: bytes, line: taken[0].line)) }
    }
    return taken.isEmpty ? nil : giveUp(taken, "a quoted field does not end")
  }

  private func nextLine() throws(FileError) -> RecordResult? {
    if let line = again.popLast() { return line }
    return try lines.nextRecord(limit)
  }

  private func giveUp(_ taken: [LogRecord], _ reason: String) -> RecordResult {
    again += taken.dropFirst().reversed().map { .record($0) }
    return .failure(line: taken[0].line, reason: reason)
  }
}
