import CTextScan
import PolicyBytecode

/// The fields of a `multipart/form-data` body (RFC 7578).
///
/// The value of `NAME` is the part's content, that of `NAME.filename` the name of the file that it says to be. Parts
/// are not looked into further. All lines around parts end alike, in CRLF or in LF.
struct HTTPMultipart {
  private let bytes: [UInt8]
  private let end: Int
  private let boundary: [UInt8]?
  private let paths: KeyedPaths
  private var index: Int
  private var usesLineFeeds: Bool?

  init(_ body: HTTPBody, _ type: HTTPMediaType, _ paths: KeyedPaths) {
    bytes = body.bytes
    index = body.range.lowerBound
    end = body.range.upperBound
    boundary = type.parameter("boundary")
    self.paths = paths
  }

  private enum Line { case other, delimiter, close }

  mutating func values() throws(HTTPError) -> [KeyedPaths.Value] {
    guard let boundary, (1...HTTPLimits.boundaryBytes).contains(boundary.count) else { throw HTTPError(.syntax) }
    let delimiter = [Ascii.dash, Ascii.dash] + boundary
    var values: [KeyedPaths.Value] = []
    // What stands before the first delimiter is not looked at.
    while true {
      guard index < end else { throw HTTPError(.truncated) }
      let line = nextLine()
      switch try kind(line.range, delimiter) {
      case .other: continue
      case .close: return values
      case .delimiter: try note(line)
      }
      break
    }
    for _ in 0..<HTTPLimits.parts {
      let disposition = try partHeader()
      let start = index
      while true {
        guard index < end else { throw HTTPError(.truncated) }
        let lineStart = index
        let line = nextLine()
        let kind = try kind(line.range, delimiter)
        if kind == .other { continue }
        if kind == .delimiter || line.hasEnd { try note(line) }
        // The line end in front belongs to the delimiter, and is of the kind that the others are.
        var contentEnd = lineStart
        if lineStart > start {
          let hasReturn = lineStart - start > 1 && bytes[lineStart - 2] == HTTPBytes.carriageReturn
          guard hasReturn != (usesLineFeeds == true) else { throw HTTPError(.syntax) }
          contentEnd -= hasReturn ? 2 : 1
        }
        try add(disposition, bytes[start..<contentEnd], &values)
        if kind == .close { return values }
        break
      }
    }
    throw HTTPError(.count)
  }

  private struct LineRange {
    var range: Range<Int>
    var hasEnd: Bool
    var isLineFeed: Bool
  }

  private mutating func nextLine() -> LineRange {
    let start = index
    guard let newline = HTTPBytes.first(Ascii.newline, in: bytes, index..<end) else {
      index = end
      return LineRange(range: start..<end, hasEnd: false, isLineFeed: false)
    }
    index = newline + 1
    let hasReturn = newline > start && bytes[newline - 1] == HTTPBytes.carriageReturn
    return LineRange(range: start..<(hasReturn ? newline - 1 : newline), hasEnd: true, isLineFeed: !hasReturn)
  }

  /// Lines that make the structure end alike.
  private mutating func note(_ line: LineRange) throws(HTTPError) {
    guard line.hasEnd, usesLineFeeds == nil || usesLineFeeds == line.isLineFeed else { throw HTTPError(.syntax) }
    usesLineFeeds = line.isLineFeed
  }

  /// A delimiter stands alone on its line. Some servers see one elsewhere, too: behind other text, behind a CR, before what they
  /// take for a blank.
  private func kind(_ line: Range<Int>, _ delimiter: [UInt8]) throws(HTTPError) -> Line {
    let dashes = bytes.withUnsafeBufferPointer { bytes in
      bytes.baseAddress.flatMap { base in
        text_scan_find_text(base + line.lowerBound, line.count, delimiter, delimiter.count).map { $0 - base }
      }
    }
    guard let dashes else { return .other }
    guard dashes == line.lowerBound else { throw HTTPError(.syntax) }
    let rest = HTTPBytes.trimmed(bytes[(dashes + delimiter.count)..<line.upperBound])
    if rest.isEmpty { return .delimiter }
    guard rest.elementsEqual([Ascii.dash, Ascii.dash]) else { throw HTTPError(.syntax) }
    return .close
  }

  /// The header of a part, of which Content-Disposition says what field it is.
  private mutating func partHeader() throws(HTTPError) -> HTTPMediaType {
    var disposition: HTTPMediaType?
    for _ in 0...HTTPLimits.fields {
      guard index < end else { throw HTTPError(.truncated) }
      let line = nextLine()
      try note(line)
      guard !line.range.isEmpty else {
        guard let disposition, disposition.isNamed("form-data"), disposition.parameter("name") != nil else {
          throw HTTPError(.syntax)
        }
        return disposition
      }
      let field = try HTTPHead.field(bytes, ByteRange(line.range.lowerBound, line.range.upperBound))
      if HTTPBytes.equal(bytes, field.name, "content-disposition") {
        guard disposition == nil else { throw HTTPError(.syntax) }
        disposition = try HTTPMediaType(bytes[field.value.range])
      } else if HTTPBytes.equal(bytes, field.name, "content-transfer-encoding") {
        let plain = ["7bit", "8bit", "binary"] as [StaticString]
        guard plain.contains(where: { HTTPBytes.equal(bytes, field.value, $0) }) else { throw HTTPError(.unsupported) }
      } else if HTTPBytes.equal(bytes, field.name, "content-type") {
        guard try HTTPMediaType(bytes[field.value.range]).isReadable else { throw HTTPError(.unsupported) }
      }
    }
    throw HTTPError(.count)
  }

  private func add(
    _ disposition: HTTPMediaType, _ content: ArraySlice<UInt8>, _ values: inout [KeyedPaths.Value]
  ) throws(HTTPError) {
    guard let name = disposition.parameter("name") else { return }
    let file = disposition.parameter("filename")
    for position in paths.names.indices {
      let key = paths.numbers[position]
      if HTTPBodyReader.isField(paths.names[position], name[...]) {
        if HTTPBytes.isText(content) {
          values.append(.init(key: key, bytes: Array(content)))
        } else if file == nil {
          throw HTTPError(.encoding)
        }
      }
      if let file, HTTPBodyReader.isField(paths.names[position], (name + Array(".filename".utf8))[...]) {
        guard HTTPBytes.isText(file[...]) else { throw HTTPError(.encoding) }
        values.append(.init(key: key, bytes: file))
      }
    }
  }
}
