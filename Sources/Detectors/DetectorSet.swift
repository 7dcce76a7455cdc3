import PatternMatching
import PolicyBytecode

/// Detectors, ready to look into texts.
///
/// All that are built in look in one pass; those that a policy declares in another, together where their
/// patterns are regular.
public final class DetectorSet: Sendable {
  /// The names of the detectors, in the order of their definitions.
  public let names: [String]
  let tables: DetectorTables
  let customs: CustomDetectors

  public init(_ definitions: [DetectorDefinition]) {
    names = definitions.map(\.name)
    tables = DetectorTables(definitions)
    customs = CustomDetectors(
      definitions.enumerated().compactMap { index, definition in
        definition.regex == nil && BuiltinDetector.named(definition.name) != nil
          ? nil : CustomDetector(definition, index: index)
      })
  }

  /// The names of the detectors that find something in `text`. One that cannot decide counts as found.
  public func found(in text: [UInt8]) -> [String] {
    var found: [Int] = []
    text.withUnsafeBufferPointer { text in
      if tables.wanted != 0 {
        var scanner = DetectorScanner(tables)
        scanner.stopsWhenAllFound = true
        _ = scanner.scan(text, origin: 0, from: 0, isFinal: true)
        found = scanner.spans.map(\.detector)
      }
      found += customSpans(in: text).map(\.detector)
    }
    // As a rule nothing is, and then nothing is allocated.
    return found.isEmpty ? [] : names.indices.filter(found.contains).map { names[$0] }
  }

  /// The spans that the detectors find in the whole of `text`, sorted by start, end and detector.
  public func spans(in text: UnsafeBufferPointer<UInt8>) -> [DetectedSpan] {
    var spans = customSpans(in: text)
    if tables.wanted != 0 {
      var scanner = DetectorScanner(tables)
      _ = scanner.scan(text, origin: 0, from: 0, isFinal: true)
      spans += scanner.spans
    }
    if spans.count > 1 { spans.sort(by: DetectedSpan.precedes) }
    return spans
  }

  private func customSpans(in text: UnsafeBufferPointer<UInt8>) -> [DetectedSpan] {
    guard !customs.isEmpty else { return [] }
    var spans: [DetectedSpan] = []
    var scan = CustomScan(customs)
    scan.scan(text, origin: 0, from: 0, isFinal: true, &spans)
    return spans
  }
}
