/// A path into JSON, as masks, decode declarations and keyed facts name one: RFC 9535's `$`, `.name`, `..name`,
/// `["name"]`, `[3]`, and `*` in the place of a name or an index. Filters, slices and unions are no part of it.
public struct JSONPath: Hashable, Sendable {
  public enum Selector: Hashable, Sendable {
    case member([UInt8])
    case index(Int)
    /// Any member, any element.
    case any
  }

  public struct Step: Hashable, Sendable {
    public var selector: Selector
    /// Any number of levels may lie between the step before and this one.
    public var isDescendant: Bool

    public init(_ selector: Selector, isDescendant: Bool = false) {
      self.selector = selector
      self.isDescendant = isDescendant
    }
  }

  public let steps: [Step]

  /// Steps of one path.
  public static let stepLimit = 64

  public init(steps: [Step]) { self.steps = steps }

  /// Reads a path that starts with `$`. The error's offset counts bytes of `text`.
  public init(_ text: String) throws(JSONError) {
    var reader = PathReader(text)
    guard reader.take(UInt8(ascii: "$")) else {
      throw JSONError("a path into JSON starts with `$`, as in `$.customer.name`", at: 0)
    }
    steps = try reader.steps()
  }

  /// What the key of a keyed fact names: a path if it starts with `$`, else one without its `$.`: `spec.replicas`,
  /// `spec.containers[*].image`. What reads as no path is the name of a member.
  public init(key: String) {
    let text = key.hasPrefix("$") ? key : "$." + key
    do throws(JSONError) {
      try self.init(text)
    } catch {
      self.init(steps: [Step(.member(Array(key.utf8)))])
    }
  }
}

private struct PathReader {
  private let text: String
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) {
    self.text = text
    bytes = Array(text.utf8)
  }

  private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func take(_ expected: UInt8) -> Bool {
    guard byte == expected else { return false }
    position += 1
    return true
  }

  mutating func steps() throws(JSONError) -> [JSONPath.Step] {
    var steps: [JSONPath.Step] = []
    while position < bytes.count {
      guard steps.count < JSONPath.stepLimit else {
        throw JSONError("a path has at most \(JSONPath.stepLimit) parts", at: position)
      }
      if take(UInt8(ascii: ".")) {
        let isDescendant = take(UInt8(ascii: "."))
        if isDescendant, take(UInt8(ascii: "[")) {
          steps.append(JSONPath.Step(try bracket(), isDescendant: true))
        } else {
          steps.append(JSONPath.Step(try name(), isDescendant: isDescendant))
        }
      } else if take(UInt8(ascii: "[")) {
        steps.append(JSONPath.Step(try bracket()))
      } else {
        throw JSONError("`\(text)` is no path into JSON; parts are written `.name` or `[0]`", at: position)
      }
    }
    return steps
  }

  private mutating func name() throws(JSONError) -> JSONPath.Selector {
    if take(UInt8(ascii: "*")) { return .any }
    let start = position
    while let byte, isNameByte(byte) { position += 1 }
    guard position > start else { throw JSONError("a name is missing after `.` in `\(text)`", at: position) }
    return .member(Array(bytes[start..<position]))
  }

  private mutating func bracket() throws(JSONError) -> JSONPath.Selector {
    let selector: JSONPath.Selector?
    if take(UInt8(ascii: "*")) {
      selector = .any
    } else if let quote = byte, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      selector = quoted(quote).map { .member($0) }
    } else {
      let start = position
      while let byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
      let digits = bytes[start..<position]
      selector = (1...9).contains(digits.count) ? Int(String(decoding: digits, as: UTF8.self)).map { .index($0) } : nil
    }
    guard let selector, take(UInt8(ascii: "]")) else {
      throw JSONError(
        "`[` in `\(text)` holds an index, `*` or a name in quotes, and `]` ends it", at: min(position, bytes.count))
    }
    return selector
  }

  private mutating func quoted(_ quote: UInt8) -> [UInt8]? {
    position += 1
    var name: [UInt8] = []
    while let byte {
      position += 1
      if byte == quote { return name }
      if byte == UInt8(ascii: "\\"), let escaped = self.byte {
        position += 1
        name.append(escaped)
      } else {
        name.append(byte)
      }
    }
    return nil
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), 0x80...0xFF:
      true
    default: false
    }
  }
}
