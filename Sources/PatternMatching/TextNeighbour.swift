/// What stands beside a place in a text, as far as assertions can tell.
enum TextNeighbour: UInt8 {
  /// The text's start or end.
  case edge
  case word, other
  /// A byte within a code point: no place for `\B` before it.
  case continuation

  @inline(__always)
  init(_ byte: UInt8) {
    self =
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: .word
      case 0x80...0xBF: .continuation
      default: .other
      }
  }
}
