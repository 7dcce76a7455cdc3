/// The words of a pattern table, little-endian, as they stand in a bundle's section:
///
///     header   magic, word count, pattern count, records at, literal count, literals at, reference count, references at
///     record   form | folds case << 8 | qualified name << 9 | filter kind << 16,
///              data at, data count (bytes of text, or words of an automaton), minimum length,
///              first reference, reference count
///     literal  bytes at, byte count, where it is best looked for (``GramUses``), factHash of the bytes
///     reference   the number of a literal
///
/// Places are word offsets from the section's start. Text is packed four bytes a word. Literals are in lower case (ASCII) and
/// are shared by the patterns whose filter they belong to.
enum TableLayout {
  static let magic: UInt32 = 0x3150_5448  // "HTP1"
  static let headerWords = 8
  static let recordWords = 6
  static let literalWords = 4

  static let foldsCase: UInt32 = 1 << 8
  static let isQualifiedName: UInt32 = 1 << 9
}

/// Why a section is no pattern table.
public struct PatternTableError: Error, Hashable, Sendable {
  /// Lower case, no full stop.
  public var message: String

  public init(_ message: String) { self.message = message }
}
