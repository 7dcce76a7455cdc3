/// A span found: a half-open range of byte offsets in the text or stream, and which detector found it.
public struct DetectedSpan: BitwiseCopyable, Hashable, Sendable {
  public var start: Int
  public var end: Int
  /// The index among the definitions of the set.
  public var detector: Int

  public init(start: Int, end: Int, detector: Int) {
    self.start = start
    self.end = end
    self.detector = detector
  }

  /// By start, then end, then detector.
  static func precedes(_ a: DetectedSpan, _ b: DetectedSpan) -> Bool {
    a.start != b.start ? a.start < b.start : a.end != b.end ? a.end < b.end : a.detector < b.detector
  }
}
