/// Finds spans in a text that comes in pieces: the same ones whatever the pieces.
public struct DetectorStream: ~Copyable {
  private let set: DetectorSet
  private var text: [UInt8] = []
  /// The offset in the stream below which nothing more will be found: bytes before it need not be kept.
  public private(set) var settled = 0

  public init(_ set: DetectorSet) { self.set = set }

  /// Takes the next bytes of the stream. Appends the spans that are certain, in order of start; offsets are the stream's.
  public mutating func write(_ bytes: UnsafeBufferPointer<UInt8>, _ spans: inout [DetectedSpan]) {
    text.append(contentsOf: bytes)
  }

  /// Takes the end of the stream, and appends the spans that are left.
  public mutating func finish(_ spans: inout [DetectedSpan]) {
    spans += text.withUnsafeBufferPointer { set.spans(in: $0) }
    settled = text.count
  }
}
