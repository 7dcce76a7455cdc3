/// Writes compact JSON; members come in the order in which they are written.
///
///     writer.object { $0.key("id"); $0.string("a") }
public struct JSONWriter: Sendable {
  /// What is written so far.
  public private(set) var bytes: [UInt8] = []
  /// A value was written that a comma must part from the next.
  private var needsComma = false

  public init() {}

  /// Forgets what is written and keeps the memory.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
  }

  /// Writes an object whose members `body` writes, each as ``key(_:)`` and a value.
  public mutating func object(_ body: (inout JSONWriter) -> Void) {
    container(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
  }

  /// Writes an array whose elements `body` writes.
  public mutating func array(_ body: (inout JSONWriter) -> Void) {
    container(UInt8(ascii: "["), UInt8(ascii: "]"), body)
  }

  /// Writes an array of strings.
  public mutating func strings(_ values: some Sequence<String>) {
    array { for value in values { $0.string(value) } }
  }

  /// Writes the key of the member whose value comes next.
  public mutating func key(_ name: String) {
    string(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Writes a string.
  public mutating func string(_ text: String) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { for byte in $0 { escape(byte) } }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Writes a string, or null.
  public mutating func string(_ text: String?) {
    if let text { string(text) } else { null() }
  }

  public mutating func integer(_ value: some BinaryInteger) { literal(String(value)) }

  public mutating func boolean(_ value: Bool) { literal(value ? "true" : "false") }

  public mutating func null() { literal("null") }

  /// Writes a member that is a string, or null.
  public mutating func member(_ name: String, _ value: String?) {
    key(name)
    string(value)
  }

  /// Writes a member that is an integer.
  public mutating func member(_ name: String, _ value: some BinaryInteger) {
    key(name)
    integer(value)
  }

  /// Writes a member that is true or false.
  public mutating func member(_ name: String, _ value: Bool) {
    key(name)
    boolean(value)
  }

  /// Writes a number with `digits` decimals.
  public mutating func decimal(_ value: Double, digits: Int) { literal(decimalText(value, digits: digits)) }

  /// Writes any value.
  public mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .boolean(let flag): boolean(flag)
    case .number(let text): literal(text)
    case .string(let text): string(text)
    case .array(let elements): array { for element in elements { $0.value(element) } }
    case .object(let members):
      object {
        for member in members {
          $0.key(member.key)
          $0.value(member.value)
        }
      }
    }
  }

  /// Ends a line of JSON Lines.
  public mutating func newline() {
    bytes.append(0x0A)
    needsComma = false
  }

  /// Writes an array with each element on a line of its own.
  public mutating func lines<Element>(_ elements: [Element], _ body: (Element, inout JSONWriter) -> Void) {
    array { writer in
      for element in elements {
        writer.separate()
        writer.newline()
        body(element, &writer)
      }
      if !elements.isEmpty { writer.newline() }
    }
  }

  private mutating func container(_ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) -> Void) {
    separate()
    bytes.append(open)
    needsComma = false
    body(&self)
    bytes.append(close)
    needsComma = true
  }

  private mutating func literal(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
    case 0x0A: bytes.append(contentsOf: "\\n".utf8)
    case 0x0D: bytes.append(contentsOf: "\\r".utf8)
    case 0x09: bytes.append(contentsOf: "\\t".utf8)
    case 0..<0x20:
      bytes.append(contentsOf: "\\u00".utf8)
      bytes.append(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
      bytes.append([UInt8]("0123456789abcdef".utf8)[Int(byte & 0xF)])
    default: bytes.append(byte)
    }
  }
}

/// A number with `digits` decimals, rounded half away from zero; `0` for what is not finite.
public func decimalText(_ value: Double, digits: Int) -> String {
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let scaled = (value * scale).rounded()
  guard scaled.isFinite, scaled.magnitude < 9e15 else { return "0" }
  let whole = Int64(scaled)
  guard digits > 0 else { return String(whole) }
  var text = String(whole.magnitude)
  if text.count <= digits { text = String(repeating: "0", count: digits + 1 - text.count) + text }
  return (whole < 0 ? "-" : "") + text.dropLast(digits) + "." + text.suffix(digits)
}
