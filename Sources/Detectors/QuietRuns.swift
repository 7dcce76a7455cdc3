/// Sets of bytes whose absence is remembered: values that overlap, as of `password=password=`, are looked through once.
enum QuietSet: Int {
  /// What ends a value that is not in quotes, and one of an element.
  case valueEnd, elementEnd
  case brace
  /// What stands for what was masked.
  case mask
  /// Digits and upper-case letters.
  case sign

  /// For each byte the sets that it is in, as bits. They live as long as the program.
  nonisolated(unsafe) static let table: UnsafePointer<UInt8> = {
    let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    for number in 0..<256 {
      let byte = UInt8(number)
      var sets: UInt8 = 0
      if DetectorScanner.endsValue(byte, false) { sets |= valueEnd.bit }
      if DetectorScanner.endsValue(byte, true) { sets |= elementEnd.bit }
      if byte == UInt8(ascii: "{") { sets |= brace.bit }
      if byte >= 0x80 || [UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "*"), UInt8(ascii: ".")].contains(byte) {
        sets |= mask.bit
      }
      if byte &- 0x30 < 10 || byte &- 0x41 < 26 { sets |= sign.bit }
      table[number] = sets
    }
    return UnsafePointer(table)
  }()

  var bit: UInt8 { 1 << UInt8(rawValue) }
}

extension DetectorScanner {
  /// The first byte of `set` from `start` on, or `limit`, if it comes first or the text at hand ends before.
  mutating func find(_ set: QuietSet, _ start: Int, _ limit: Int) -> Int {
    let limit = min(limit, high)
    guard start >= low, start < limit else { return max(start, limit) }
    let (table, bit) = (QuietSet.table, set.bit)
    var (from, to) = quiet[set.rawValue]
    var offset = start
    if start >= from, start < to { offset = min(to, limit) } else { (from, to) = (start, start) }
    while offset < limit, table[Int(text[offset &- origin])] & bit == 0 { offset &+= 1 }
    quiet[set.rawValue] = (from, max(to, offset))
    return offset
  }
}
