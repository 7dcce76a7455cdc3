import PatternMatching
import PolicyBytecode

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
}

/// Detectors, ready to look into texts.
public final class DetectorSet: Sendable {
  private struct Detector {
    /// Nil: the pattern could not be compiled, and the detector finds itself in everything, for a rule about it must not
    /// be passed by.
    let finder: PatternFinder?
    let check: DetectorCheck?
  }
  private let definitions: [DetectorDefinition]
  /// The names of the detectors, in the order of their definitions.
  public let names: [String]

  public init(_ definitions: [DetectorDefinition]) {
    self.definitions = definitions
    names = definitions.map(\.name)
  }

  private var detectors: [Detector] {
    definitions.map { definition in
      let builtin = BuiltinDetector.named(definition.name)
      let regex = definition.regex.map(DetectorSet.pcreSource) ?? builtin?.regex ?? "(*FAIL"
      return Detector(
        finder: try? PatternFinder(regex, foldsCase: definition.ignoringCase),
        check: definition.regex == nil ? builtin?.check : definition.check.flatMap(DetectorCheck.init(rawValue:)))
    }
  }

  /// The names of the detectors that find something in `text`. One that comes to its match limit counts as found.
  public func found(in text: [UInt8]) -> [String] {
    let indices = Set(text.withUnsafeBufferPointer { spans(in: $0) }.map(\.detector))
    return names.indices.filter(indices.contains).map { names[$0] }
  }

  /// The spans that the detectors find in the whole of `text`, sorted by start, end and detector.
  public func spans(in text: UnsafeBufferPointer<UInt8>) -> [DetectedSpan] {
    // PCRE2 wants valid UTF-8; what is not becomes a byte that no detector looks for, so that offsets stay.
    let bytes = isValidUTF8(Array(text)) ? Array(text) : text.map { $0 < 0x80 ? $0 : 0x7F }
    var spans: [DetectedSpan] = []
    for (index, detector) in detectors.enumerated() {
      guard let finder = detector.finder else {
        spans.append(DetectedSpan(start: 0, end: bytes.count, detector: index))
        continue
      }
      let isDecided = finder.forEachMatch(in: bytes) { range in
        if !range.isEmpty, detector.check?.accepts(bytes[range]) ?? true {
          spans.append(DetectedSpan(start: range.lowerBound, end: range.upperBound, detector: index))
        }
        return true
      }
      if !isDecided { spans.append(DetectedSpan(start: 0, end: bytes.count, detector: index)) }
    }
    return spans.sorted { ($0.start, $0.end, $0.detector) < ($1.start, $1.end, $1.detector) }
  }

  /// A regex of the policy language in the spelling of PCRE2, which differs in `\u{…}` only.
  private static func pcreSource(_ regex: String) -> String {
    var out = ""
    var isEscaped = false
    for character in regex {
      out.append(isEscaped && character == "u" ? "x" : character)
      isEscaped = !isEscaped && character == "\\"
    }
    return out
  }
}
