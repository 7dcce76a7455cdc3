/// The files of a policy set: what spans point into.
public struct SourceSet: Sendable {
  public private(set) var files: [SourceFile] = []

  public init() {}

  /// Adds a file and gives its index, the `file` of spans.
  public mutating func add(path: String, bytes: [UInt8]) -> UInt32 {
    files.append(SourceFile(path: path, bytes: bytes))
    return UInt32(files.count - 1)
  }

  /// The file of this index, if there is one.
  public func file(_ index: UInt32) -> SourceFile? {
    Int(index) < files.count ? files[Int(index)] : nil
  }

  /// The path of a file; empty if there is none of that index.
  public func path(_ index: UInt32) -> String { file(index)?.path ?? "" }

  /// The text of a span, as far as its file reaches.
  public func text(_ span: SourceSpan) -> String {
    guard let bytes = file(span.file)?.bytes else { return "" }
    let end = min(Int(span.range.end), bytes.count)
    return String(decoding: bytes[min(Int(span.range.start), end)..<end], as: UTF8.self)
  }

  /// The line and column of an offset in a file; those of a file's start where there is no such file.
  public func position(_ offset: UInt32, in index: UInt32) -> SourcePosition {
    file(index)?.position(of: offset) ?? SourcePosition(line: 1, column: 1)
  }
}

/// A place in a file as people count: from 1, columns in Unicode scalars.
public struct SourcePosition: Hashable, Sendable {
  public var line: Int
  public var column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// One file: its path as shown, its bytes and where its lines begin.
public struct SourceFile: Sendable {
  public let path: String
  public let bytes: [UInt8]
  private let lineStarts: [Int]

  public init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
    var starts = [0]
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(index + 1) }
    lineStarts = starts
  }

  /// The line and column of a UTF-8 offset; past the end, those of the end.
  public func position(of offset: UInt32) -> SourcePosition {
    let offset = min(Int(offset), bytes.count)
    var (low, high) = (0, lineStarts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    // A scalar is counted where it begins: continuation bytes are not.
    let column = bytes[lineStarts[low]..<offset].count { $0 & 0xC0 != 0x80 } + 1
    return SourcePosition(line: low + 1, column: column)
  }

  /// The UTF-8 offset of a position; past the end of a line, that of its end.
  public func offset(of position: SourcePosition) -> UInt32 {
    guard position.line >= 1 else { return 0 }
    guard position.line <= lineStarts.count else { return UInt32(clamping: bytes.count) }
    let line = lineRange(position.line)
    var offset = line.lowerBound
    var column = 1
    while offset < line.upperBound, column < position.column {
      offset += 1
      while offset < line.upperBound, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
      column += 1
    }
    return UInt32(clamping: offset)
  }

  /// The bytes of a line without its line end, counted from 1; empty where there is no such line.
  public func lineRange(_ line: Int) -> Range<Int> {
    guard line >= 1, line <= lineStarts.count else { return bytes.count..<bytes.count }
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return start..<end
  }
}
