import PolicyBytecode
import Testing

@testable import PolicyRuntime

@Suite struct ScanCacheTests {
  /// What is kept of `text` in the index `number`; nil if nothing is.
  private func find(_ text: [UInt8], _ number: UInt64, in cache: borrowing ScanCache) -> [UInt32]? {
    var hits = RawBuffer<UInt32>()
    let isFound = text.withUnsafeBufferPointer { cache.find(ScanCache.Key($0, number), hash(of: $0), &hits) }
    return isFound ? Array(hits.elements) : nil
  }

  private func store(_ text: [UInt8], _ number: UInt64, _ values: [UInt32], in cache: borrowing ScanCache) {
    var hits = RawBuffer<UInt32>()
    hits.append(contentsOf: values)
    text.withUnsafeBufferPointer { cache.store(ScanCache.Key($0, number), hash(of: $0), hits) }
  }

  private func hash(of text: UnsafeBufferPointer<UInt8>) -> UInt32 {
    guard let base = text.baseAddress else { return factHash(of: "") }
    return factHash(base, text.count)
  }

  @Test func keepsWhatTextsHit() {
    let cache = ScanCache()
    for count in 0...ScanCache.mostHits {
      let hits = (0..<count).map { UInt32($0 * 7) }
      store(Array("text \(count)".utf8), 1, hits, in: cache)
      #expect(find(Array("text \(count)".utf8), 1, in: cache) == hits)
      #expect(find(Array("text \(count)".utf8), 2, in: cache) == nil)
    }
    store(Array("many".utf8), 1, (0...UInt32(ScanCache.mostHits)).map { $0 }, in: cache)
    #expect(find(Array("many".utf8), 1, in: cache) == nil)
    #expect(ScanCache.nextNumber() != ScanCache.nextNumber())
  }

  /// Every text has a key of its own: all of up to five letters of two, zeros among them, and those that differ in one
  /// byte of up to the longest.
  @Test func keysTellTextsApart() {
    var texts: [[UInt8]] = [[]]
    var last: [[UInt8]] = [[]]
    for _ in 0..<5 {
      last = last.flatMap { [$0 + [0], $0 + [0x61]] }
      texts += last
    }
    for length in 6...ScanCache.longestText {
      texts.append([UInt8](repeating: 0, count: length))
      for place in 0..<length {
        var text = [UInt8](repeating: 0, count: length)
        text[place] = 0x61
        texts.append(text)
      }
    }
    let keys = texts.map { text in
      let key = text.withUnsafeBufferPointer { ScanCache.Key($0, 1) }
      return [key.low, key.high, key.next, key.last, key.number]
    }
    #expect(Set(keys).count == texts.count)
  }
}
