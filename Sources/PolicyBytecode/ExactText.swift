/// A text that equals another only if the bytes are equal. `String` equates canonically equivalent spellings, `é` as one character and
/// as two, which patterns, tables and files tell apart: what is kept by name would be one where two are meant.
public struct ExactText: Hashable, Sendable, Comparable {
  public var text: String

  public init(_ text: String) { self.text = text }

  public static func == (a: ExactText, b: ExactText) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }
  public static func < (a: ExactText, b: ExactText) -> Bool { a.text.utf8.lexicographicallyPrecedes(b.text.utf8) }
  public func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
    // No text's bytes are the beginning of another's.
    hasher.combine(UInt8.max)
  }
}

extension Sequence<String> {
  /// Each text once, in the order of their bytes.
  public var distinct: [String] { Set(map(ExactText.init)).sorted().map(\.text) }
}

extension [String] {
  /// Whether a text of the same bytes is among them.
  public func has(_ text: String) -> Bool { contains { $0.utf8.elementsEqual(text.utf8) } }

  /// Appends those that are not among them.
  public mutating func merge(_ new: [String]) { for text in new where !has(text) { append(text) } }
}
