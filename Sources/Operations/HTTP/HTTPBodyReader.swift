import JSONText
import PolicyBytecode

/// Values of a body by path: JSON, forms and multipart forms.
enum HTTPBodyReader {
  struct Found {
    var values: [KeyedPaths.Value] = []
    /// The body is of a form that is looked into.
    var isKnown = true
    /// It has members that servers take for one or for two, where a path leads.
    var hasTwins = false
  }

  /// The values that a policy asks for.
  ///
  /// An error where the body says to be of a form that it is not, or where servers read it differently. A body of
  /// another form has no values, unless it is JSON after all: many servers read what they are sent. Texts of JSON one after
  /// the other have the values of all, for some servers read the first.
  static func values(
    _ body: HTTPBody, _ head: HTTPHead, _ bytes: [UInt8], _ paths: inout KeyedPaths
  ) throws(HTTPError) -> Found {
    guard !body.isEmpty else { return Found() }
    if let coding = try head.only("content-encoding", bytes), !HTTPBytes.equal(bytes, coding.value, "identity") {
      throw HTTPError(.unsupported)
    }
    guard let field = try head.only("content-type", bytes), field.value.count > 0 else {
      guard try mayBeJSON(body) else { return Found(isKnown: false) }
      return try json(body, &paths)
    }
    let type = try HTTPMediaType(bytes[field.value.range])
    guard type.isReadable else { throw HTTPError(.unsupported) }
    if type.isNamed("multipart/form-data") {
      var reader = HTTPMultipart(body, type, paths)
      return Found(values: try reader.values())
    }
    if type.isJSON { return try json(body, &paths) }
    // `curl -d '{…}'` calls this a form; a server that expects JSON does not mind.
    var found = try mayBeJSON(body) ? json(body, &paths) : Found(isKnown: false)
    if type.isNamed("application/x-www-form-urlencoded") {
      // JSON that is no form may hold `%` as it likes.
      do throws(HTTPError) { found.values += try form(body, paths) } catch { if !found.isKnown { throw error } }
      found.isKnown = true
    }
    return found
  }

  /// Whether a server that expects JSON may read it so; an error where that would be JSON in UTF-16 or UTF-32, or behind a mark of
  /// its encoding.
  private static func mayBeJSON(_ body: HTTPBody) throws(HTTPError) -> Bool {
    let first = body.bytes[body.range].prefix(4)
    let marks: [[UInt8]] = [[0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xFE, 0xFF]]
    // One of the first character's bytes is its ASCII (RFC 4627, 3).
    let character = first.first { $0 != 0 } ?? 0
    let isStart = Ascii.isSpaceOrReturn(character) || character == Ascii.openBrace || character == Ascii.openBracket
    let isWide = isStart && (first.first == 0 || first.dropFirst().first == 0)
    if isWide || marks.contains(where: { first.starts(with: $0) }) { throw HTTPError(.encoding) }
    return startsLikeJSON(body)
  }

  private static func startsLikeJSON(_ body: HTTPBody) -> Bool {
    for index in body.range {
      let byte = body.bytes[index]
      if Ascii.isSpaceOrReturn(byte) { continue }
      return byte == Ascii.openBrace || byte == Ascii.openBracket
    }
    return false
  }

  private static func json(_ body: HTTPBody, _ paths: inout KeyedPaths) throws(HTTPError) -> Found {
    let found = body.bytes.withUnsafeBufferPointer { bytes -> Found? in
      let text = UnsafeBufferPointer(rebasing: bytes[body.range])
      var scanner = JSONScanner(text)
      var found = Found()
      var hasOtherCase = false
      do throws(JSONError) {
        repeat {
          found.values += try paths.values(in: &scanner)
          hasOtherCase = hasOtherCase || paths.hasOtherCase
        } while !scanner.isAtEnd()
      } catch {
        return nil
      }
      found.hasTwins = hasOtherCase && FoldedPaths.hasTwins(in: text)
      return found
    }
    guard let found else { throw HTTPError(.syntax) }
    return found
  }

  private static func form(_ body: HTTPBody, _ paths: KeyedPaths) throws(HTTPError) -> [KeyedPaths.Value] {
    var values: [KeyedPaths.Value] = []
    var end = body.range.upperBound
    // Recordings end with a line end.
    while end > body.range.lowerBound,
      body.bytes[end - 1] == Ascii.newline || body.bytes[end - 1] == HTTPBytes.carriageReturn
    {
      end -= 1
    }
    try HTTPParameters.forEach(body.bytes[body.range.lowerBound..<end]) { (name, value) throws(HTTPError) in
      for position in paths.names.indices where isField(paths.names[position], name[...]) {
        values.append(.init(key: paths.numbers[position], bytes: try HTTPParameters.decoded(value)))
      }
    }
    return values
  }

  /// Whether a key or a path names the field of a form: `name`, or `$.name`.
  static func isField(_ key: String, _ name: ArraySlice<UInt8>) -> Bool {
    if key.utf8.elementsEqual(name) { return true }
    guard key.utf8.starts(with: "$.".utf8) else { return false }
    return key.utf8.dropFirst(key.utf8.dropFirst(2).first == Ascii.dot ? 3 : 2).elementsEqual(name)
  }
}
