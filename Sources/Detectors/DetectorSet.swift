import PatternMatching
import PolicyBytecode

/// Detectors, ready to look into texts.
public final class DetectorSet {
  private struct Detector {
    let name: String
    /// Nil: the pattern could not be compiled, and the detector finds itself in everything, for a rule about it must not
    /// be passed by.
    let finder: PatternFinder?
    let check: DetectorCheck?
  }
  private let detectors: [Detector]

  public init(_ definitions: [DetectorDefinition]) {
    detectors = definitions.map { definition in
      let builtin = BuiltinDetector.named(definition.name)
      let regex = definition.regex.map(DetectorSet.pcreSource) ?? builtin?.regex ?? "(*FAIL"
      return Detector(
        name: definition.name,
        finder: try? PatternFinder(regex, foldsCase: definition.ignoringCase),
        check: definition.regex == nil ? builtin?.check : definition.check.flatMap(DetectorCheck.init(rawValue:)))
    }
  }

  /// The names of the detectors that find something in `text`. One that comes to its match limit counts as found.
  public func found(in text: [UInt8]) -> [String] {
    // PCRE2 wants valid UTF-8; what is not becomes U+FFFD, which no detector looks for.
    let text = isValidUTF8(text) ? text : Array(String(decoding: text, as: UTF8.self).utf8)
    return detectors.filter { detector in
      guard let finder = detector.finder else { return true }
      var isFound = false
      let isDecided = finder.forEachMatch(in: text) { range in
        isFound = detector.check?.accepts(text[range]) ?? true
        return !isFound
      }
      return isFound || !isDecided
    }.map(\.name)
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
