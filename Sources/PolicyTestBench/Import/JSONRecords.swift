import Glibc

/// The records of a file of JSON: the elements of the array at a path of member names, or each value by itself. It only
/// finds where records begin and end; their reader checks them.
///
/// An object without that array is a record as a whole. Where a line is broken, what follows is read from the next line;
/// inside of an array, where records cannot be told any more, the rest of the file is one failure.
final class JSONRecords: RecordReader {
  private let source: ByteSource
  private let path: [String]
  private let limit: Int
  private var buffer = [UInt8](repeating: 0, count: 64 << 10)
  private var position = 0
  private var end = 0
  private var line = 1
  /// Objects that are open on the path.
  private var levels = 0
  private var isInArray = false
  /// The array was found in the value at the top.
  private var isFound = false
  private var captured: [UInt8] = []
  private var isCapturing = false
  private var isTooLong = false
  private var start = 1

  private struct Broken: Error { var reason: String }

  init(_ source: ByteSource, path: [String], limit: Int) {
    self.source = source
    self.path = path
    self.limit = limit
  }

  func next() throws(FileError) -> RecordResult? {
    do {
      return try step()
    } catch let broken as Broken {
      return try recover(broken.reason)
    } catch let error as FileError {
      throw error
    } catch {
      fatalError("only files and broken JSON fail here")
    }
  }

  private func step() throws -> RecordResult? {
    while true {
      guard let byte = try skipBlanks() else {
        guard isInArray || levels > 0 else { return nil }
        throw Broken(reason: "the document ends early")
      }
      if isInArray {
        if byte == UInt8(ascii: ",") {
          try advance()
        } else if byte == UInt8(ascii: "]") {
          try advance()
          isInArray = false
        } else {
          return try capturedValue()
        }
      } else if levels > 0 {
        if let result = try member(byte) { return result }
      } else if byte == UInt8(ascii: "[") {
        try advance()
        (isInArray, isFound) = (true, true)
      } else if byte == UInt8(ascii: "{"), !path.isEmpty {
        beginCapture()
        try advance()
        (levels, isFound) = (1, false)
      } else {
        return try capturedValue()
      }
    }
  }

  /// Takes a member of an object on the path, or its end; at the end of an object without the array, that object.
  private func member(_ byte: UInt8) throws -> RecordResult? {
    switch byte {
    case UInt8(ascii: ","): try advance()
    case UInt8(ascii: "}"):
      try advance()
      levels -= 1
      if levels == 0, !isFound { return endCapture() }
    case UInt8(ascii: "\""):
      let key = try string()
      guard try skipBlanks() == UInt8(ascii: ":") else { throw Broken(reason: "expected `:`") }
      try advance()
      let isOnPath = key.elementsEqual(path[levels - 1].utf8)
      switch try skipBlanks() {
      case UInt8(ascii: "[") where isOnPath && levels == path.count:
        try advance()
        (isInArray, isFound, isCapturing) = (true, true, false)
        captured.removeAll(keepingCapacity: true)
      case UInt8(ascii: "{") where isOnPath && levels < path.count:
        try advance()
        levels += 1
      case nil: throw Broken(reason: "the document ends early")
      default: try value()
      }
    default: throw Broken(reason: "expected a key in quotes")
    }
    return nil
  }

  private func recover(_ reason: String) throws(FileError) -> RecordResult {
    let isLost = isInArray || levels > 0 && isFound
    let at = isLost ? line : start
    (levels, isInArray, isFound, isCapturing) = (0, false, false, false)
    while let byte = try peek(), isLost || byte != 0x0A { try advance() }
    return .failure(line: at, reason: isLost ? "\(reason); the rest of the document was passed over" : reason)
  }

  // MARK: Values

  private func capturedValue() throws -> RecordResult {
    beginCapture()
    try value()
    return endCapture()
  }

  private func beginCapture() {
    captured.removeAll(keepingCapacity: true)
    (isCapturing, isTooLong, start) = (true, false, line)
  }

  private func endCapture() -> RecordResult {
    isCapturing = false
    if isTooLong { return .failure(line: start, reason: "the record is longer than \(limit) bytes") }
    return .record(LogRecord(bytes: captured, line: start))
  }

  /// Steps over a value.
  private func value() throws {
    var depth = 0
    repeat {
      guard let byte = try (depth == 0 ? peek() : skipBlanks()) else {
        throw Broken(reason: "the document ends early")
      }
      switch byte {
      case UInt8(ascii: "\""): _ = try string()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        try advance()
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard depth > 0 else { throw Broken(reason: "expected a value") }
        depth -= 1
        try advance()
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        guard depth > 0 else { throw Broken(reason: "expected a value") }
        try advance()
      default: try plain()
      }
    } while depth > 0
  }

  /// Steps over a number or a word.
  private func plain() throws {
    while let byte = try peek() {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "]"), UInt8(ascii: "}"),
        UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "\""):
        return
      default: try advance()
      }
    }
  }

  /// Steps over a string; its bytes as they stand, up to the longest name on the path.
  private func string() throws -> [UInt8] {
    var text: [UInt8] = []
    try advance()
    while let byte = try peek() {
      if byte == 0x0A { throw Broken(reason: "a string does not end on its line") }
      try advance()
      if byte == UInt8(ascii: "\"") { return text }
      if byte == UInt8(ascii: "\\"), try peek() != nil { try advance() }
      if text.count < 64 { text.append(byte) }
    }
    throw Broken(reason: "a string does not end")
  }

  // MARK: Bytes

  private func skipBlanks() throws(FileError) -> UInt8? {
    while let byte = try peek() {
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      try advance()
    }
    return nil
  }

  private func peek() throws(FileError) -> UInt8? {
    if position == end {
      let source = source
      end = try buffer.withUnsafeMutableBufferPointer { (bytes) throws(FileError) in
        try source.read(into: UnsafeMutableRawBufferPointer(bytes))
      }
      position = 0
      if end == 0 { return nil }
    }
    return buffer[position]
  }

  private func advance() throws(FileError) {
    guard let byte = try peek() else { return }
    position += 1
    if byte == 0x0A { line += 1 }
    guard isCapturing else { return }
    if captured.count < limit { captured.append(byte) } else { isTooLong = true }
  }
}
