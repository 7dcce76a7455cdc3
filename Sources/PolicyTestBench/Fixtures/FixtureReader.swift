import JSONText
import PolicyEngine

/// A line that could not be used.
public struct LineFailure: Hashable, Sendable {
  public var file: String
  /// From 1.
  public var line: Int
  /// From 1, in bytes.
  public var column: Int
  /// Lower case, no full stop.
  public var reason: String

  public init(file: String, line: Int, column: Int, reason: String) {
    self.file = file
    self.line = line
    self.column = column
    self.reason = reason
  }

  public var message: String { "\(file):\(line):\(column): \(reason)" }

  /// As an object.
  public func write(to writer: inout JSONWriter) {
    writer.object {
      $0.member("file", file)
      $0.member("line", line)
      $0.member("column", column)
      $0.member("reason", reason)
    }
  }
}

/// What a line gave.
public enum LineResult<Value: Sendable>: Sendable {
  case value(Value, line: Int)
  case failure(LineFailure)

  /// Why the line could not be used; nil if it was.
  var failure: LineFailure? {
    if case .failure(let failure) = self { failure } else { nil }
  }
}

/// The JSON lines of a file, one at a time: fixtures, or inputs of `hpol decode`. Blank lines are passed over.
public struct FixtureReader: ~Copyable {
  private var lines: LineReader
  private var parser = FixtureParser()

  /// Opens a file; `-` is standard input.
  public init(path: String, lineLimit: Int = LineReader.lineBytes) throws(FileError) {
    lines = try LineReader(path: path, limit: lineLimit)
    self.lineLimit = lineLimit
  }
  private let lineLimit: Int

  /// Bytes read so far, as they are on disk.
  public var bytesRead: Int { lines.bytesRead }

  /// The next fixture, or why its line holds none; nil at the end.
  public mutating func nextFixture() throws(FileError) -> LineResult<Fixture>? {
    try next { (parser, bytes) throws(JSONError) in try parser.fixture(bytes) }
  }

  /// The next input of `hpol decode`, or why its line holds none; nil at the end.
  public mutating func nextDecodeInput() throws(FileError) -> LineResult<DecodeInput>? {
    try next { (parser, bytes) throws(JSONError) in try parser.decodeInput(bytes) }
  }

  private mutating func next<Value: Sendable>(
    _ parse: (inout FixtureParser, UnsafeBufferPointer<UInt8>) throws(JSONError) -> Value
  ) throws(FileError) -> LineResult<Value>? {
    while true {
      let line: LineReader.Line
      do throws(FileError) {
        guard let next = try lines.next() else { return nil }
        line = next
      } catch {
        guard lines.bytesRead > 0 else { throw error }
        return .failure(
          LineFailure(file: lines.name, line: lines.number + 1, column: 1, reason: error.lossReason))
      }
      if line.isTooLong {
        return failure(line, column: 1, "the line is longer than \(lineLimit) bytes")
      }
      if lines.withBytes(of: line, isBlank) { continue }
      do throws(JSONError) {
        let value = try lines.withBytes(of: line) { (bytes) throws(JSONError) in try parse(&parser, bytes) }
        return .value(value, line: line.number)
      } catch {
        return failure(line, column: error.offset + 1, error.message)
      }
    }
  }

  private func failure<Value>(_ line: LineReader.Line, column: Int, _ reason: String) -> LineResult<Value> {
    .failure(LineFailure(file: lines.name, line: line.number, column: column, reason: reason))
  }
}

/// Whether a line holds nothing.
func isBlank(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
  bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
}
