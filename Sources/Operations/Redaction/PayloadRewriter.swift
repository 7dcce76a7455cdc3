import JSONText
import PolicyBytecode

/// Replaces the values of payloads by tokens and leaves their structure: what runs stays what it was. It goes by the
/// words of a payload alone, so whoever calls it decodes the result and compares.
public struct PayloadRewriter {
  public let tokens: ValueTokens
  /// Payloads that the payload carries, as their carriers hand them on: they are rewritten as what they are.
  public var carried: [[UInt8]: OperationProtocol] = [:]
  /// Words of shell lines that are structure: programs, resources, verbs.
  public var kept: Set<[UInt8]> = []
  /// Letters of flags that were found alone or in bundles, such as `-rf`.
  public var flags: Set<UInt8> = []
  /// The languages in which text of several words is tried to be read, so that code stays code. None: it is one value.
  public var innerLanguages: [OperationProtocol] = []
  /// The values that were replaced.
  public private(set) var replaced: Set<[UInt8]> = []
  private var depth = 0

  public init(_ tokens: ValueTokens) { self.tokens = tokens }

  /// The payload with its values replaced; nil where it cannot be taken apart.
  public mutating func rewrite(_ protocol: OperationProtocol, _ payload: [UInt8]) -> [UInt8]? {
    guard depth < DecodeLimits.nesting, payload.count <= DecodeLimits.payloadBytes,
      String(validating: payload, as: UTF8.self) != nil
    else { return nil }
    depth += 1
    defer { depth -= 1 }
    switch `protocol` {
    case .postgres: return postgres(payload)
    case .mysql: return mysql(payload)
    case .shell: return shell(payload)
    case .redis: return redis(payload)
    case .http: return http(payload)
    case .k8s: return payload.starts(with: "kubectl".utf8) ? shell(payload) : http(payload)
    case .ssh: return ssh(payload)
    case .mcp: return (try? JSONValue(parsing: payload)).map { Array(message($0).text.utf8) }
    }
  }

  /// What stands in place of a value that may be any text.
  mutating func value(_ value: [UInt8]) -> [UInt8] {
    if value.isEmpty || value == Array("true".utf8) || value == Array("false".utf8) { return value }
    if let code = code(value) { return code }
    return token(value)
  }

  /// A value that is a payload in itself, rewritten; nil if it is none, or is not taken for one.
  mutating func code(_ value: [UInt8]) -> [UInt8]? {
    if let inner = carried[value], isCode(value, inner) { return rewrite(inner, value) }
    guard !innerLanguages.isEmpty, value.contains(where: Ascii.isSpace) else { return nil }
    for language in innerLanguages where isCode(value, language) {
      if let code = rewrite(language, value) { return code }
    }
    return nil
  }

  /// Whether a text is read without doubt. In most languages any text is made of words, and words are structure: prose
  /// that is taken for code would stay as it is.
  private func isCode(_ value: [UInt8], _ language: OperationProtocol) -> Bool {
    var context = DecodeContext(demand: FactDemand(facts: FactSet([.unparsed])))
    context.decode(language, value)
    return context.batch.operations.elements.allSatisfy { operation in
      switch operation.unparsed {
      case .none, .unknownProgram, .unknownCode: true
      default: language == .shell && operation.unparsed == .unsupported
      }
    }
  }

  /// A number where the value is one, else a word.
  mutating func token(_ value: [UInt8]) -> [UInt8] {
    if value.isEmpty { return value }
    replaced.insert(value)
    return value.allSatisfy(Ascii.isDigit) ? tokens.number(value) : tokens.word(value)
  }

  /// A number, of whatever spelling.
  mutating func number(_ value: some Sequence<UInt8>) -> [UInt8] {
    let value = Array(value)
    let token = tokens.number(value)
    if token != value { replaced.insert(value) }
    return token
  }

  /// Notes that a value was replaced by something of its own shape.
  mutating func note(_ value: [UInt8]) { replaced.insert(value) }
}

/// Replacements of parts of a text.
struct TextEdits {
  private var edits: [(range: Range<Int>, text: [UInt8])] = []

  mutating func replace(_ range: Range<Int>, _ text: [UInt8]) { edits.append((range, text)) }

  /// The text with the parts replaced; of parts that overlap the first one stands.
  func applied(to text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var at = 0
    for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) where edit.range.lowerBound >= at {
      result += text[at..<edit.range.lowerBound]
      result += edit.text
      at = edit.range.upperBound
    }
    return result + text[at...]
  }
}
