import Testing

@testable import PatternMatching

@Suite struct TableMemoryTests {
  /// What was handed out, as addresses.
  private func range(_ place: UnsafeMutableRawPointer, _ byteCount: Int) -> Range<UInt> {
    UInt(bitPattern: place)..<UInt(bitPattern: place) + UInt(byteCount)
  }

  @Test func piecesAreAlignedAndApart() {
    let memory = TableMemory()
    var pieces: [Range<UInt>] = []
    for round in 0..<2000 {
      let byteCount = round * 37 % 700 + 1
      let alignment = 1 << (round % 7)
      let place = memory.allocate(byteCount: byteCount, alignment: alignment)
      #expect(Int(bitPattern: place) % alignment == 0)
      place.initializeMemory(as: UInt8.self, repeating: UInt8(truncatingIfNeeded: round), count: byteCount)
      pieces.append(range(place, byteCount))
    }
    let sorted = pieces.sorted { $0.lowerBound < $1.lowerBound }
    for (piece, next) in zip(sorted, sorted.dropFirst()) { #expect(piece.upperBound <= next.lowerBound) }
    for (round, piece) in pieces.enumerated() {
      let bytes = UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: piece.lowerBound), count: piece.count)
      #expect(bytes.allSatisfy { $0 == UInt8(truncatingIfNeeded: round) })
    }
  }

  @Test func aChunkIsFilledBeforeTheNextBegins() {
    let memory = TableMemory()
    let first = memory.allocate(byteCount: TableMemory.leastChunk - 64, alignment: 64)
    let last = memory.allocate(byteCount: 64, alignment: 64)
    #expect(last == first + TableMemory.leastChunk - 64)
    // One byte past it.
    let next = memory.allocate(byteCount: 1, alignment: 1)
    #expect(!range(first, TableMemory.leastChunk).contains(UInt(bitPattern: next)))
  }

  @Test func whatIsLargerThanAnyChunkHasOneOfItsOwn() {
    let memory = TableMemory()
    for byteCount in [TableMemory.mostChunk, TableMemory.mostChunk + 1, 3 * TableMemory.mostChunk] {
      let place = memory.allocate(byteCount: byteCount, alignment: 64)
      place.initializeMemory(as: UInt8.self, repeating: 7, count: byteCount)
      #expect(Int(bitPattern: place) % TableMemory.lineSize == 0)
    }
  }

  @Test func noElementsHaveAPlace() {
    let memory = TableMemory()
    let none = memory.copy([UInt64]())
    let one = memory.fill(1, with: UInt64(5))
    #expect(UnsafeRawPointer(none) != UnsafeRawPointer(one))
    #expect(one.pointee == 5)
    #expect(memory.copy([UInt32(1), 2, 3])[2] == 3)
  }
}
