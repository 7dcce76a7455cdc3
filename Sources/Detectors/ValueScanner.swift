/// Looks into many short texts, one after another: the values of a document. What one look needs is made once, and a text
/// that wakes no detector costs a step a byte.
///
/// The spans are those of ``DetectorSet/spans(in:)``.
public struct ValueScanner {
  private let set: DetectorSet
  private var scanner: DetectorScanner

  public init(_ set: DetectorSet) {
    self.set = set
    scanner = DetectorScanner(set.tables)
  }

  /// The spans in the whole of `text`, sorted by start, end and detector. What is before `start` is known to wake nothing.
  public mutating func spans(in text: UnsafeBufferPointer<UInt8>, from start: Int = 0) -> [DetectedSpan] {
    guard set.customs.isEmpty else { return set.spans(in: text) }
    guard set.tables.wanted != 0 else { return [] }
    scanner.state = DetectorScanner.State()
    _ = scanner.scan(text, origin: 0, from: start, isFinal: true)
    guard !scanner.spans.isEmpty else { return [] }
    var spans = scanner.spans
    scanner.spans.removeAll()
    if spans.count > 1 { spans.sort(by: DetectedSpan.precedes) }
    return spans
  }
}

extension DetectorSet {
  /// Whether `name` itself wakes nothing where it stands as `NAME: ` before a value: then only what the value wakes can
  /// find anything in it.
  public func isQuiet(name: UnsafeBufferPointer<UInt8>) -> Bool {
    guard customs.isEmpty else { return false }
    guard tables.wanted != 0 else { return true }
    guard let gram = quietGram(name, TriggerTable.beforeText) else { return false }
    // A colon before a space is neither of an address nor of a scheme; so the byte need not be asked, words that end in
    // it do.
    let colon = gram << 8 | UInt32(UInt8(ascii: ":") | 0x20)
    return !isSought(colon) && !isSought(colon << 8 | 0x20)
  }

  /// Whether something in `value` wakes a detector. `name` is the last byte of the name before it, nil without one.
  public func wakes(_ value: UnsafeBufferPointer<UInt8>, after name: UInt8?) -> Bool {
    guard customs.isEmpty else { return true }
    guard tables.wanted != 0 else { return false }
    var gram = TriggerTable.beforeText
    if let name { gram = UInt32(name | 0x20) << 16 | UInt32(UInt8(ascii: ":") | 0x20) << 8 | 0x20 }
    return quietGram(value, gram) == nil
  }

  /// The last bytes after a text in which nothing wakes a detector, folded; nil if something does.
  @inline(__always)
  private func quietGram(_ text: UnsafeBufferPointer<UInt8>, _ before: UInt32) -> UInt32? {
    var gram = before
    for byte in text {
      gram = gram << 8 | UInt32(byte | 0x20)
      // What may wake something after other bytes counts as waking: the scan then looks closer.
      if tables.bytes[Int(byte)] & 0xFF != 0 || isSought(gram) { return nil }
    }
    return gram
  }

  @inline(__always)
  private func isSought(_ gram: UInt32) -> Bool {
    let hash = TriggerTable.hash(gram)
    return (tables.filter[Int(hash >> 5)] >> (hash & 31)) & 1 != 0
  }
}
