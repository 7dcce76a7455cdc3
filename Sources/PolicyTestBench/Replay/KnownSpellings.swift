import PolicyEngine

/// Spellings of a member of fixtures that were read, and what each says. Past its bounds it begins anew.
struct KnownSpellings<Value>: ~Copyable {
  static var entryLimit: Int { 1 << 12 }
  static var byteLimit: Int { 1 << 19 }

  private var keys = ByteKeyTable(entryLimit: entryLimit, byteLimit: byteLimit)
  private var values: [Value] = []

  /// What bytes say that were learned; else nil.
  subscript(bytes: UnsafeBufferPointer<UInt8>) -> Value? {
    let number = keys.find(bytes)
    return number >= 0 ? values[number] : nil
  }

  mutating func learn(_ bytes: UnsafeBufferPointer<UInt8>, _ value: Value) {
    if keys.isFull(adding: bytes.count) {
      keys.removeAll()
      values.removeAll()
    }
    if bytes.count <= Self.byteLimit, keys.insertIfNew(bytes) { values.append(value) }
  }
}
