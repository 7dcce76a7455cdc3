import PolicyBytecode

/// Collects compiled patterns and writes them as a section of a bundle.
public struct PatternTableBuilder {
  private var patterns: [CompiledPattern] = []

  public init() {}

  /// The number of patterns added.
  public var count: Int { patterns.count }

  /// Adds a pattern; its index in the table.
  public mutating func add(_ pattern: CompiledPattern) -> UInt32 {
    patterns.append(pattern)
    return UInt32(patterns.count - 1)
  }

  /// The section's bytes, a multiple of four; the same for the same patterns in the same order.
  public func encode() -> [UInt8] {
    var literalNumbers: [[UInt8]: UInt32] = [:]
    var literals: [[UInt8]] = []
    var references: [UInt32] = []
    var firstReferences: [UInt32] = []
    for pattern in patterns {
      firstReferences.append(UInt32(references.count))
      for literal in pattern.filter.literals {
        if let known = literalNumbers[literal] {
          references.append(known)
        } else {
          literalNumbers[literal] = UInt32(literals.count)
          references.append(UInt32(literals.count))
          literals.append(literal)
        }
      }
    }

    let recordsAt = TableLayout.headerWords
    let literalsAt = recordsAt + patterns.count * TableLayout.recordWords
    let referencesAt = literalsAt + literals.count * TableLayout.literalWords
    var words = [UInt32](repeating: 0, count: referencesAt)
    words += references
    for (index, pattern) in patterns.enumerated() {
      let record = recordsAt + index * TableLayout.recordWords
      words[record] =
        pattern.form.rawValue | (pattern.foldsCase ? TableLayout.foldsCase : 0)
        | (pattern.isQualifiedName ? TableLayout.isQualifiedName : 0) | pattern.filter.kind.rawValue << 16
      words[record + 1] = UInt32(words.count)
      words[record + 2] = UInt32(pattern.form == .automaton ? pattern.automaton.count : pattern.text.count)
      words[record + 3] = pattern.minimumLength
      words[record + 4] = firstReferences[index]
      words[record + 5] = UInt32(pattern.filter.literals.count)
      words += pattern.form == .automaton ? pattern.automaton : packed(pattern.text)
    }
    var grams = GramUses()
    for (index, literal) in literals.enumerated() {
      let record = literalsAt + index * TableLayout.literalWords
      words[record] = UInt32(words.count)
      words[record + 1] = UInt32(literal.count)
      words[record + 2] = UInt32(grams.takeLandmark(of: literal))
      words[record + 3] = literal.withUnsafeBufferPointer { hash(of: $0) }
      words += packed(literal)
    }
    words[0] = TableLayout.magic
    words[1] = UInt32(words.count)
    words[2] = UInt32(patterns.count)
    words[3] = UInt32(recordsAt)
    words[4] = UInt32(literals.count)
    words[5] = UInt32(literalsAt)
    words[6] = UInt32(references.count)
    words[7] = UInt32(referencesAt)
    return words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
  }

  private func packed(_ bytes: [UInt8]) -> [UInt32] {
    stride(from: 0, to: bytes.count, by: 4).map { start in
      (start..<min(start + 4, bytes.count)).reduce(0) { $0 | UInt32(bytes[$1]) << UInt32(($1 - start) * 8) }
    }
  }
}

/// ``factHash(_:_:)`` of any bytes, none included.
@inline(__always)
func hash(of bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
  guard let base = bytes.baseAddress else { return withUnsafePointer(to: 0) { factHash($0, 0) } }
  return factHash(base, bytes.count)
}
