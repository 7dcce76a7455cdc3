/// The files of a policy set, by index: what spans point into.
public struct SourceSet: Sendable {
  public struct File: Sendable {
    /// The path as it was given or written, for messages.
    public var path: String
    public var bytes: [UInt8]
    /// The offsets at which lines start, the first being 0.
    let lineStarts: [UInt32]

    init(path: String, bytes: [UInt8]) {
      self.path = path
      self.bytes = bytes
      var starts: [UInt32] = [0]
      for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(UInt32(offset + 1)) }
      lineStarts = starts
    }
  }

  /// A place for people: both count from 1, columns in Unicode code points.
  public struct Position: Hashable, Sendable {
    public var line: Int
    public var column: Int
  }

  public private(set) var files: [File] = []

  public init() {}

  /// Adds a file; answers its index.
  public mutating func add(path: String, bytes: [UInt8]) -> UInt32 {
    files.append(File(path: path, bytes: bytes))
    return UInt32(files.count - 1)
  }

  /// The path of a file, empty if there is none of that index.
  public func path(_ file: UInt32) -> String { Int(file) < files.count ? files[Int(file)].path : "" }

  /// The text of a span, as far as the file reaches.
  public func text(_ span: SourceSpan) -> String {
    guard Int(span.file) < files.count else { return "" }
    let bytes = files[Int(span.file)].bytes
    let end = min(Int(span.range.end), bytes.count)
    let start = min(Int(span.range.start), end)
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// Line and column of an offset in a file.
  public func position(_ offset: UInt32, in file: UInt32) -> Position {
    guard Int(file) < files.count else { return Position(line: 1, column: 1) }
    let source = files[Int(file)]
    // The last line that starts at or before the offset.
    var low = 0
    var high = source.lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if source.lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    let start = Int(source.lineStarts[low])
    let before = source.bytes[start..<max(start, min(Int(offset), source.bytes.count))]
    // A code point is counted at the byte that begins it.
    return Position(line: low + 1, column: before.count { $0 & 0xC0 != 0x80 } + 1)
  }
}
