import PatternMatching
import PolicyBytecode

/// A detector that a policy declares, or a pattern that it masks.
///
/// Regular patterns are sought together by ``PatternScan``, whose matches depend on the stream's bytes only. One that only PCRE2 understands is sought in windows whose places are fixed in the stream, multiples of
/// ``DetectorLimits/matchBytes``: each holds the bytes that a match may begin at, as many again for the match to end in,
/// and a few before. So there too a match depends on the stream's bytes only; none is longer than a window.
struct CustomDetector: Sendable {
  enum Engine: Sendable {
    case regular(PatternProgram)
    case backtracking(PCREPattern)
    /// It could not be compiled. It finds itself in everything, for a rule about it must not be passed by.
    case broken
  }
  /// What a match of it is.
  struct Mark: BitwiseCopyable {
    var index: Int
    var check: DetectorCheck?
  }
  let engine: Engine
  let mark: Mark

  init(_ definition: DetectorDefinition, index: Int) {
    mark = Mark(index: index, check: definition.check.flatMap(DetectorCheck.init(rawValue:)))
    guard let regex = definition.regex else {
      engine = .broken
      return
    }
    do throws(PatternError) {
      engine = .regular(try PatternProgram(regex, foldsCase: definition.ignoringCase))
    } catch {
      let source = try? PCREPattern(CustomDetector.pcreSource(regex), foldsCase: definition.ignoringCase)
      engine = source.map { .backtracking($0) } ?? .broken
    }
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

/// The search of one custom detector in one stream, where its pattern is not regular.
///
/// A class, for a list of them must hold what cannot be copied.
final class CustomSearch {
  private let windows: PCREWindows?
  private var broken = (start: 0, offset: 0)

  init(_ engine: CustomDetector.Engine) {
    if case .backtracking(let pattern) = engine { windows = PCREWindows(pattern) } else { windows = nil }
  }

  var settled: Int { windows?.settled ?? broken.start }

  func write(_ bytes: UnsafeBufferPointer<UInt8>, isFinal: Bool, _ matches: inout [PatternMatch]) {
    if let windows { return windows.write(bytes, isFinal: isFinal, &matches) }
    broken.offset += bytes.count
    while broken.offset - broken.start >= DetectorLimits.matchBytes || isFinal && broken.offset > broken.start {
      let end = min(broken.start + DetectorLimits.matchBytes, broken.offset)
      matches.append(PatternMatch(start: broken.start, end: end, isCut: true))
      broken.start = end
    }
  }
}

/// The custom detectors of a set in one stream: those with regular patterns in one pass, each other in one of its own.
struct CustomScan: ~Copyable {
  private let customs: CustomDetectors
  private var scan: PatternScan
  private let others: [CustomSearch]
  private var found: [FoundPattern] = []
  private var matches: [PatternMatch] = []

  init(_ customs: CustomDetectors) {
    self.customs = customs
    scan = PatternScan(customs.patterns, matchLimit: DetectorLimits.matchBytes)
    others = customs.others.map { CustomSearch($0.engine) }
  }

  /// The offset below which nothing more will be found.
  var settled: Int { others.reduce(scan.settled) { min($0, $1.settled) } }

  /// Makes ready for another text, if ``CustomDetectors/areRegular``.
  mutating func restart() { scan.restart() }

  /// Looks at what has come of the stream: the bytes from `start` on. `text`, whose first byte has offset `origin`, has all
  /// from the byte before ``settled`` on.
  mutating func scan(
    _ text: UnsafeBufferPointer<UInt8>, origin: Int, from start: Int, isFinal: Bool, _ spans: inout [DetectedSpan]
  ) {
    if !customs.patterns.isEmpty {
      scan.scan(text, origin: origin, isFinal: isFinal, &found)
      for found in found { add(found.match, customs.regular[found.pattern], text, origin, &spans) }
      found.removeAll(keepingCapacity: true)
    }
    for (search, detector) in zip(others, customs.others) {
      search.write(UnsafeBufferPointer(rebasing: text[(start - origin)...]), isFinal: isFinal, &matches)
      for match in matches { add(match, detector.mark, text, origin, &spans) }
      matches.removeAll(keepingCapacity: true)
    }
  }

  /// A piece of a match that was cut cannot be checked and is taken.
  private func add(
    _ match: PatternMatch, _ mark: CustomDetector.Mark, _ text: UnsafeBufferPointer<UInt8>, _ origin: Int,
    _ spans: inout [DetectedSpan]
  ) {
    if let check = mark.check, !match.isCut {
      let bytes = UnsafeBufferPointer(rebasing: text[(match.start - origin)..<(match.end - origin)])
      guard check.accepts(bytes) else { return }
    }
    spans.append(DetectedSpan(start: match.start, end: match.end, detector: mark.index))
  }
}

/// Custom detectors, ready to be sought.
struct CustomDetectors: Sendable {
  /// Those with regular patterns, and the patterns, in the same order.
  let regular: [CustomDetector.Mark]
  let patterns: SoughtPatterns
  let others: [CustomDetector]

  init(_ detectors: [CustomDetector]) {
    var regular: [CustomDetector.Mark] = []
    var programs: [PatternProgram] = []
    var others: [CustomDetector] = []
    for detector in detectors {
      if case .regular(let program) = detector.engine {
        regular.append(detector.mark)
        programs.append(program)
      } else {
        others.append(detector)
      }
    }
    self.regular = regular
    self.others = others
    patterns = SoughtPatterns(programs)
  }

  var isEmpty: Bool { regular.isEmpty && others.isEmpty }
  /// Whether one pass is all there is.
  var areRegular: Bool { others.isEmpty }
}

/// Matches of a pattern of PCRE2 in windows at fixed places of a stream.
final class PCREWindows {
  private let finder: PatternFinder
  private var bytes: [UInt8] = []
  /// The offset of the first of `bytes`.
  private var origin = 0
  /// Where the next window's matches may begin.
  private(set) var settled = 0
  private var segment = 0
  private var isDone = false

  private static let size = DetectorLimits.matchBytes
  private static let before = 64

  init(_ pattern: PCREPattern) { finder = PatternFinder(pattern) }

  func write(_ more: UnsafeBufferPointer<UInt8>, isFinal: Bool, _ matches: inout [PatternMatch]) {
    bytes.append(contentsOf: more)
    let end = origin + bytes.count
    while segment + 2 * PCREWindows.size <= end || isFinal && segment < end {
      search(min(segment + 2 * PCREWindows.size, end), &matches)
      segment += PCREWindows.size
      settled = max(settled, min(segment, end))
      let keep = max(origin, segment - PCREWindows.before)
      bytes.removeFirst(min(bytes.count, keep - origin))
      origin = keep
    }
  }

  private func search(_ end: Int, _ matches: inout [PatternMatch]) {
    var window = Array(bytes[..<(end - origin)])
    var start = origin
    // Half a character at either edge is none; the rest that is not UTF-8 becomes a byte that no pattern looks for.
    while let first = window.first, first & 0xC0 == 0x80, start < segment, origin > 0 {
      window.removeFirst()
      start += 1
    }
    if !isValidUTF8(window) { window = CharacterCut.trimmed(window) }
    if !isValidUTF8(window) { window = window.map { $0 < 0x80 ? $0 : 0x7F } }
    let from = max(segment, settled) - start
    guard from <= window.count else { return }
    let last = segment + PCREWindows.size
    let isDecided = finder.forEachMatch(in: window, from: from) { range in
      guard range.lowerBound + start < last else { return false }
      if !range.isEmpty {
        matches.append(PatternMatch(start: range.lowerBound + start, end: range.upperBound + start, isCut: false))
        settled = range.upperBound + start
      }
      return true
    }
    if !isDecided, from + start < min(last, end) {
      matches.append(PatternMatch(start: from + start, end: min(last, end), isCut: true))
    }
  }
}

/// Text cut at a byte.
enum CharacterCut {
  /// Without the beginning of a character at the end.
  static func trimmed(_ text: [UInt8]) -> [UInt8] {
    var count = text.count
    while count > 0, text.count - count < 3, text[count - 1] & 0xC0 == 0x80 { count -= 1 }
    guard count > 0, text[count - 1] >= 0xC0 else { return text }
    return Array(text[..<(count - 1)])
  }
}
