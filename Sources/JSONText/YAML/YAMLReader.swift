import CYAML

/// Reads YAML from bytes, one event at a time, without building anything.
///
///     var reader = try YAMLReader(bytes)
///     while let event = try reader.next() { … }
///
/// Aliases are handed out as they are, not resolved. Beyond libyaml it refuses more than ``YAMLLimits/depth`` levels and
/// more than ``YAMLLimits/directives`` directives. A text that is not YAML from some point on gives the events before
/// it, then the error.
public struct YAMLReader: ~Copyable {
  private let bytes: [UInt8]
  private let offsets: CharacterOffsets
  private var parser: YAMLParser
  private var containers: [Container] = []
  private var isAtEnd = false

  private struct Container {
    var isMapping: Bool
    var isFlow: Bool
    /// In a mapping: whether what comes next is a key.
    var expectsKey: Bool
  }

  public init(_ bytes: [UInt8]) throws(JSONError) {
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    try Self.checkDirectives(text)
    self.bytes = bytes
    offsets = CharacterOffsets(text)
    parser = YAMLParser(text)
  }

  private static func checkDirectives(_ text: ArraySlice<UInt8>) throws(JSONError) {
    var directives = 0
    var isLineStart = true
    for offset in text.indices {
      if isLineStart, text[offset] == UInt8(ascii: "%") {
        directives += 1
        if directives > YAMLLimits.directives {
          throw JSONError("more than \(YAMLLimits.directives) directives", at: offset)
        }
      }
      // Of the breaks of YAML 1.1 those beyond ASCII end in 0x85, 0xA8 or 0xA9.
      isLineStart = text[offset] == 0x0A || text[offset] == 0x0D || (text[offset] >= 0x85 && text[offset] <= 0xA9)
    }
  }

  /// The next event, or nil at the end.
  public mutating func next() throws(JSONError) -> YAMLEvent? {
    while !isAtEnd {
      let raw: YAMLParser.Raw
      do throws(YAMLParser.Failure) {
        raw = try parser.next()
      } catch {
        isAtEnd = true
        let first = offsets.offset(ofCharacter: 0)
        throw JSONError(
          error.message,
          at: error.isInBytes ? min(first + error.offset, bytes.count) : offsets.offset(ofCharacter: error.offset))
      }
      if raw.type == YAML_STREAM_END_EVENT || raw.type == YAML_NO_EVENT {
        isAtEnd = true
        return nil
      }
      if raw.type != YAML_STREAM_START_EVENT { return try event(raw) }
    }
    return nil
  }

  private mutating func event(_ raw: YAMLParser.Raw) throws(JSONError) -> YAMLEvent {
    let start = offsets.offset(ofCharacter: raw.start)
    let end = offsets.offset(ofCharacter: raw.end)
    var event = YAMLEvent(kind: .scalar, source: start..<max(start, end), depth: containers.count)
    event.anchor = raw.anchor
    event.tag = raw.tag
    event.isFlow = raw.isFlow || containers.last?.isFlow ?? false
    switch raw.type {
    case YAML_DOCUMENT_START_EVENT: event.kind = .documentStart
    case YAML_DOCUMENT_END_EVENT: event.kind = .documentEnd
    case YAML_ALIAS_EVENT:
      event.kind = .alias
      event.value = raw.value
      event.isKey = beginNode()
    case YAML_SCALAR_EVENT:
      event.value = raw.value
      event.style = Self.style(raw.scalarStyle)
      event.isKey = beginNode()
      event.source = scalarSource(&event)
      return event
    case YAML_SEQUENCE_START_EVENT, YAML_MAPPING_START_EVENT:
      let isMapping = raw.type == YAML_MAPPING_START_EVENT
      event.kind = isMapping ? .mappingStart : .sequenceStart
      event.isKey = beginNode()
      guard containers.count < YAMLLimits.depth else {
        isAtEnd = true
        throw JSONError("more than \(YAMLLimits.depth) levels of nesting", at: start)
      }
      containers.append(Container(isMapping: isMapping, isFlow: event.isFlow, expectsKey: isMapping))
      event.source = raw.isFlow && end > start ? end - 1..<end : start..<start
      return event
    default:
      event.kind = raw.type == YAML_MAPPING_END_EVENT ? .mappingEnd : .sequenceEnd
      if let closed = containers.popLast() {
        event.isFlow = closed.isFlow
        event.depth = containers.count
        if closed.isFlow { return event }
      }
    }
    if event.kind != .alias { event.source = start..<start }
    return event
  }

  /// Notes that a node begins; gives whether it is a key.
  private mutating func beginNode() -> Bool {
    guard let last = containers.indices.last, containers[last].isMapping else { return false }
    let isKey = containers[last].expectsKey
    containers[last].expectsKey = !isKey
    return isKey
  }

  private static func style(_ style: yaml_scalar_style_t) -> YAMLEvent.Style {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: .literal
    case YAML_FOLDED_SCALAR_STYLE: .folded
    default: .plain
    }
  }

  /// The range that spells a scalar: libyaml's begins with anchor and tag, and ends a block scalar's behind its last line
  /// break.
  private func scalarSource(_ event: inout YAMLEvent) -> Range<Int> {
    var start = event.source.lowerBound
    var end = event.source.upperBound
    var properties = (event.anchor == nil ? 0 : 1) + (event.tag == nil ? 0 : 1)
    while properties > 0, start < end {
      let first = start
      while start < end, !Self.isSpace(bytes[start]) { start += 1 }
      if bytes[first] == UInt8(ascii: "!") { event.tagSource = first..<start }
      // Comments may stand between a tag and the scalar on the next line.
      while start < end, Self.isSpace(bytes[start]) || bytes[start] == UInt8(ascii: "#") {
        if bytes[start] == UInt8(ascii: "#") {
          while start < end, !Self.isBreak(bytes[start]) { start += 1 }
        } else {
          start += 1
        }
      }
      properties -= 1
    }
    if event.style == .literal || event.style == .folded {
      // The last line is the last with more than blanks; a scalar of empty lines only is its header.
      while end > start, Self.isSpace(bytes[end - 1]) { end -= 1 }
      let lineEnd = bytes[end...].firstIndex(where: Self.isBreak) ?? bytes.count
      end = max(end, min(lineEnd, event.source.upperBound))
    }
    return start..<max(start, end)
  }

  private static func isBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || isBreak(byte) }
}
