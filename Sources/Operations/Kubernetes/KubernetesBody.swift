import JSONText
import PolicyBytecode

/// What a request carries: JSON, YAML, or the operations of a JSON patch.
enum KubernetesBody {
  enum Reading {
    case known([JSONValue])
    case unreadable(UnparsedReason)
  }

  static func read(_ body: ArraySlice<UInt8>, type: ArraySlice<UInt8>?, encoding: ArraySlice<UInt8>?) -> Reading {
    if let encoding, !encoding.isEmpty, !encoding.elementsEqual("identity".utf8) { return .unreadable(.unsupported) }
    let type = String(decoding: (type ?? []).map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }, as: UTF8.self)
    let isBinary = body.starts(with: [0x6B, 0x38, 0x73, 0x00])
    if isBinary || type.contains("protobuf") || type.contains("cbor") { return .unreadable(.unsupported) }
    let isPatch = type.contains("json-patch")
    return read(Array(body), isYAML: type.contains("yaml"), isPatch: isPatch)
  }

  /// Reads JSON, or YAML, of which JSON without repeated keys is a part.
  static func read(_ text: [UInt8], isYAML: Bool = false, isPatch: Bool = false) -> Reading {
    let documents: [JSONValue]
    do throws(JSONError) {
      let first = text.first { !Ascii.isSpaceOrReturn($0) }
      if !isYAML, first == Ascii.openBrace || first == Ascii.openBracket {
        documents = [try JSONValue(parsing: text)]
      } else {
        documents = try parseYAML(text)
      }
    } catch {
      return .unreadable(.syntax)
    }
    var bodies: [JSONValue] = []
    for document in documents {
      guard case .array(let operations) = document else {
        bodies.append(document)
        continue
      }
      guard let set = patched(operations) else { return .unreadable(isPatch ? .unsupported : .syntax) }
      bodies += set
    }
    return .known(bodies)
  }

  /// The name of the object that is created: that of the first document, of which alone the server takes notice.
  static func name(of bodies: [JSONValue]) -> [UInt8]? {
    guard let name = bodies.first?["metadata"]?["name"]?.string, !name.isEmpty else { return nil }
    return Array(name.utf8)
  }

  /// The name of the object in Kubernetes' protobuf encoding, whose other fields are not looked into: in the envelope
  /// field 2 is the object, in every object field 1 the metadata, in metadata field 1 the name. Empty if it has none, nil if
  /// that cannot be told.
  static func name(ofProtobuf body: ArraySlice<UInt8>) -> [UInt8]? {
    guard body.starts(with: [0x6B, 0x38, 0x73, 0x00]),
      let object = fields(2, of: body.dropFirst(4))?.last,
      // The parts of a message that comes in several are read as one.
      let metadata = fields(1, of: object)?.joined(),
      let names = fields(1, of: Array(metadata)[...])
    else { return nil }
    let name = names.last ?? []
    return name.allSatisfy { $0 > 0x20 } ? Array(name) : nil
  }

  /// The fields of a number in a protobuf message that are of the kind that has a length; nil if it is no message.
  private static func fields(_ number: UInt64, of message: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
    var rest = message
    var found: [ArraySlice<UInt8>] = []
    while !rest.isEmpty {
      guard let key = varint(&rest) else { return nil }
      switch key & 7 {
      case 0: guard varint(&rest) != nil else { return nil }
      case 1 where rest.count >= 8: rest = rest.dropFirst(8)
      case 5 where rest.count >= 4: rest = rest.dropFirst(4)
      case 2:
        guard let length = varint(&rest), length <= UInt64(rest.count) else { return nil }
        if key >> 3 == number { found.append(rest.prefix(Int(length))) }
        rest = rest.dropFirst(Int(length))
      default: return nil
      }
    }
    return found
  }

  private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }

  /// What a JSON patch (RFC 6902) sets, each value in a document of its own at the path it is set to; nil if a value is
  /// taken from elsewhere in the object, which is not there to be seen. An element's index becomes 0.
  private static func patched(_ operations: [JSONValue]) -> [JSONValue]? {
    var set: [JSONValue] = []
    for operation in operations {
      guard let kind = operation["op"]?.string, let path = operation["path"]?.string else { return nil }
      switch kind {
      case "remove", "test": continue
      case "add", "replace":
        guard let value = operation["value"] else { return nil }
        let steps = path.utf8.split(separator: Ascii.slash, omittingEmptySubsequences: false).dropFirst()
        guard steps.count <= JSONLimits.depth, path.isEmpty || path.utf8.first == Ascii.slash else { return nil }
        var document = value
        for step in steps.reversed() {
          if step.elementsEqual([Ascii.dash]) || !step.isEmpty && step.allSatisfy(Ascii.isDigit) {
            document = .array([document])
          } else {
            document = .object([JSONValue.Member(unescaped(step), document)])
          }
        }
        set.append(document)
      default: return nil
      }
    }
    return set
  }

  /// A step of a JSON pointer (RFC 6901): `~1` is `/`, `~0` is `~`.
  private static func unescaped(_ step: Substring.UTF8View) -> String {
    var bytes: [UInt8] = []
    var isEscaped = false
    for byte in step {
      if isEscaped {
        bytes.append(byte == UInt8(ascii: "1") ? Ascii.slash : byte == UInt8(ascii: "0") ? Ascii.tilde : byte)
        isEscaped = false
      } else if byte == Ascii.tilde {
        isEscaped = true
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
