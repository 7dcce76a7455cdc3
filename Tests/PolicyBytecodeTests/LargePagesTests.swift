import Testing

@testable import PolicyBytecode

@Suite struct LargePagesTests {
  @Test(arguments: [1, LargePages.size - 1, LargePages.size, LargePages.size + 1, 3 * LargePages.size + 17])
  func memoryIsAlignedAndWritable(byteCount: Int) {
    let memory = LargePages.allocate(byteCount: byteCount, alignment: 64)
    defer { memory.deallocate() }
    #expect(Int(bitPattern: memory) % (byteCount < LargePages.size ? 64 : LargePages.size) == 0)
    let bytes = memory.initializeMemory(as: UInt8.self, repeating: 3, count: byteCount)
    #expect(bytes[0] == 3 && bytes[byteCount - 1] == 3)
  }
}
