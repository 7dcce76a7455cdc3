/// Rough case folding: bit 5 set in every byte. It brings `A` and `a` together, and a few other characters; what is equal
/// with ASCII case folded is equal so, and the rest is for the exact matcher to tell.
///
/// The pointers given must have the bytes that the names of the functions speak of.
enum FoldedText {
  static let word: UInt32 = 0x2020_2020
  static let double: UInt64 = 0x2020_2020_2020_2020

  @inline(__always)
  static func load4(_ base: UnsafePointer<UInt8>) -> UInt32 {
    UnsafeRawPointer(base).loadUnaligned(as: UInt32.self) | word
  }

  /// The first `count` bytes, at most eight, in the low end; zeros above.
  @inline(__always)
  static func first(_ count: Int, of base: UnsafePointer<UInt8>) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(base[index] | 0x20) << UInt64(index * 8) }
    return value
  }

  /// Whether `count` bytes are equal; `count` is at least one.
  @inline(__always)
  static func isEqual(_ first: UnsafePointer<UInt8>, _ second: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    if count < 4 {
      for index in 0..<count where (first[index] ^ second[index]) & ~0x20 != 0 { return false }
      return true
    }
    var index = 0
    while index < count - 4 {
      if load4(first + index) != load4(second + index) { return false }
      index += 4
    }
    return load4(first + (count - 4)) == load4(second + (count - 4))
  }
}
