/// How the records of a log stand in its file.
enum RecordFraming {
  /// A line each.
  case lines
  /// A row of comma-separated values each, whose quoted fields may hold newlines.
  case csv
  /// A line and those after it up to the next that begins a record.
  case groups(begins: @Sendable ([UInt8]) -> Bool)
  /// The elements of the array at this path, or each value by itself; an array at the top is one of records.
  case json(path: [String])

  /// The records of a file; `limit` is the bytes of one.
  func open(_ path: String, limit: Int = ImportLimits.recordBytes) throws(FileError) -> any RecordReader {
    switch self {
    case .lines: LineRecords(try LineReader(path: path, limit: limit), limit)
    case .csv: CSVRecords(try LineReader(path: path, limit: limit), limit)
    case .groups(let begins): GroupRecords(try LineReader(path: path, limit: limit), limit, begins)
    case .json(let keys): JSONRecords(try ByteSource(path: path), path: keys, limit: limit)
    }
  }
}

/// What was read: a record, or why there is none at a line.
enum RecordResult {
  case record(LogRecord)
  case failure(line: Int, reason: String)
}

/// The records of a log, one at a time, in memory that does not grow with the log.
protocol RecordReader: AnyObject {
  func next() throws(FileError) -> RecordResult?
}

extension LineReader {
  /// The next line with its bytes.
  mutating func nextRecord(_ limit: Int) throws(FileError) -> RecordResult? {
    guard let line = try next() else { return nil }
    if line.isTooLong { return .failure(line: line.number, reason: "the line is longer than \(limit) bytes") }
    return .record(LogRecord(bytes: withBytes(of: line) { Array($0) }, line: line.number))
  }
}

/// Lines.
private final class LineRecords: RecordReader {
  private var lines: LineReader
  private let limit: Int

  init(_ lines: consuming LineReader, _ limit: Int) {
    self.lines = lines
    self.limit = limit
  }

  func next() throws(FileError) -> RecordResult? { try lines.nextRecord(limit) }
}

/// Lines with those that continue them.
private final class GroupRecords: RecordReader {
  private var lines: LineReader
  private let limit: Int
  private let begins: @Sendable ([UInt8]) -> Bool
  /// The line that begins the next group.
  private var ahead: RecordResult?

  init(_ lines: consuming LineReader, _ limit: Int, _ begins: @escaping @Sendable ([UInt8]) -> Bool) {
    self.lines = lines
    self.limit = limit
    self.begins = begins
  }

  func next() throws(FileError) -> RecordResult? {
    var first = ahead
    ahead = nil
    if first == nil { first = try lines.nextRecord(limit) }
    guard case .record(var record)? = first else { return first }
    var isTooLong = false
    while let next = try lines.nextRecord(limit) {
      guard case .record(let more) = next, !begins(more.bytes) else {
        ahead = next
        break
      }
      isTooLong = isTooLong || record.bytes.count + 1 + more.bytes.count > limit
      if isTooLong {
        record.bytes.removeAll()
      } else {
        record.bytes.append(0x0A)
        record.bytes += more.bytes
      }
    }
    guard isTooLong else { return .record(record) }
    return .failure(line: record.line, reason: "the record is longer than \(limit) bytes")
  }
}
