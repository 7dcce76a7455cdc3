/// The lines of a body that are not blank, one after the other: a list of a body's tiny lines would take many times its
/// memory.
struct BatchLines: Sequence, IteratorProtocol {
  private var rest: ArraySlice<UInt8>

  init(_ body: [UInt8]) { rest = body[...] }

  mutating func next() -> ArraySlice<UInt8>? {
    while !rest.isEmpty {
      let line = rest.prefix { $0 != UInt8(ascii: "\n") }
      rest = rest.dropFirst(line.count + 1)
      if !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return line }
    }
    return nil
  }
}
