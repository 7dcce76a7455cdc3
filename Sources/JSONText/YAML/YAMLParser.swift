import CYAML

/// libyaml's parser over bytes of its own, and nothing more: C values in, Swift values out.
///
/// Invariant of the unsafe code: `parser` stands in memory of its own until `deinit`, for libyaml keeps its address;
/// so does `input`, which it reads from. Text of an event is copied before the event is deleted.
struct YAMLParser: ~Copyable {
  /// An event with its marks, which libyaml counts in characters.
  struct Raw {
    var type: yaml_event_type_t
    var start: Int
    var end: Int
    var value: [UInt8] = []
    var anchor: String?
    var tag: String?
    var scalarStyle = YAML_ANY_SCALAR_STYLE
    var isFlow = false
  }

  /// What is wrong, and where: in bytes if the text is not UTF-8, else in characters.
  struct Failure: Error {
    var message: String
    var offset: Int
    var isInBytes: Bool
  }

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutablePointer<UInt8>
  private let isReady: Bool

  init(_ bytes: ArraySlice<UInt8>) {
    parser = .allocate(capacity: 1)
    input = .allocate(capacity: max(bytes.count, 1))
    _ = UnsafeMutableBufferPointer(start: input, count: bytes.count).update(fromContentsOf: bytes)
    isReady = yaml_parser_initialize(parser) == 1
    guard isReady else { return }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input, bytes.count)
  }

  deinit {
    if isReady { yaml_parser_delete(parser) }
    parser.deallocate()
    input.deallocate()
  }

  mutating func next() throws(Failure) -> Raw {
    guard isReady else { throw Failure(message: "not enough memory", offset: 0, isInBytes: true) }
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else {
      let message = parser.pointee.problem.map { String(cString: $0) } ?? "not YAML"
      let isInBytes = parser.pointee.error == YAML_READER_ERROR
      let offset = isInBytes ? Int(parser.pointee.problem_offset) : Int(parser.pointee.problem_mark.index)
      throw Failure(message: message, offset: offset, isInBytes: isInBytes)
    }
    defer { yaml_event_delete(&event) }
    var raw = Raw(type: event.type, start: Int(event.start_mark.index), end: Int(event.end_mark.index))
    switch event.type {
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      raw.value = Array(UnsafeBufferPointer(start: scalar.value, count: Int(scalar.length)))
      raw.anchor = text(scalar.anchor)
      raw.tag = text(scalar.tag)
      raw.scalarStyle = scalar.style
    case YAML_ALIAS_EVENT: raw.value = Array((text(event.data.alias.anchor) ?? "").utf8)
    case YAML_SEQUENCE_START_EVENT:
      let sequence = event.data.sequence_start
      raw.anchor = text(sequence.anchor)
      raw.tag = text(sequence.tag)
      raw.isFlow = sequence.style == YAML_FLOW_SEQUENCE_STYLE
    case YAML_MAPPING_START_EVENT:
      let mapping = event.data.mapping_start
      raw.anchor = text(mapping.anchor)
      raw.tag = text(mapping.tag)
      raw.isFlow = mapping.style == YAML_FLOW_MAPPING_STYLE
    default: break
    }
    return raw
  }

  private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
  }
}
