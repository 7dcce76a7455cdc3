import PatternMatching
import PolicyBytecode

/// A detector that a policy declares, or a pattern that it masks.
///
/// A regular pattern is sought by ``PatternSearch``, which passes over each byte once, so chunks make no difference. One
/// that only PCRE2 understands is sought in windows whose places are fixed in the stream, multiples of
/// ``DetectorLimits/matchBytes``: each holds the bytes that a match may begin at, as many again for the match to end in,
/// and a few before. So there too a match depends on the stream's bytes only; none is longer than a window.
struct CustomDetector: Sendable {
  enum Engine: Sendable {
    case regular(PatternProgram)
    case backtracking(PCREPattern)
    /// It could not be compiled. It finds itself in everything, for a rule about it must not be passed by.
    case broken
  }
  let index: Int
  let engine: Engine
  let check: DetectorCheck?

  init(_ definition: DetectorDefinition, index: Int) {
    self.index = index
    check = definition.check.flatMap(DetectorCheck.init(rawValue:))
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

/// The search of one custom detector in one stream.
///
/// A class, for a list of them must hold what cannot be copied.
final class CustomSearch {
  private let detector: CustomDetector
  private var regular: PatternSearch?
  private var windows: PCREWindows?
  private var broken = (start: 0, offset: 0)
  private var matches: [PatternMatch] = []
  /// The last bytes, for a check needs to see what was matched.
  private var recent: [UInt8] = []
  private var recentStart = 0

  init(_ detector: CustomDetector) {
    self.detector = detector
    switch detector.engine {
    case .regular(let program): regular = PatternSearch(program, matchLimit: DetectorLimits.matchBytes)
    case .backtracking(let pattern): windows = PCREWindows(pattern)
    case .broken: break
    }
  }

  var settled: Int {
    switch detector.engine {
    case .regular: regular?.settled ?? 0
    case .backtracking: windows?.settled ?? 0
    case .broken: broken.start
    }
  }

  func write(_ bytes: UnsafeBufferPointer<UInt8>, isFinal: Bool, _ spans: inout [DetectedSpan]) {
    if detector.check != nil { recent.append(contentsOf: bytes) }
    switch detector.engine {
    case .regular:
      regular?.write(bytes, &matches)
      if isFinal { regular?.finish(&matches) }
    case .backtracking: windows?.write(bytes, isFinal: isFinal, &matches)
    case .broken:
      broken.offset += bytes.count
      while broken.offset - broken.start >= DetectorLimits.matchBytes || isFinal && broken.offset > broken.start {
        let end = min(broken.start + DetectorLimits.matchBytes, broken.offset)
        matches.append(PatternMatch(start: broken.start, end: end, isCut: true))
        broken.start = end
      }
    }
    for match in matches where accepts(match) {
      spans.append(DetectedSpan(start: match.start, end: match.end, detector: detector.index))
    }
    matches.removeAll(keepingCapacity: true)
    // Bytes before what is settled are not needed again; let go of in large pieces.
    if settled - recentStart > 4 * DetectorLimits.matchBytes, !recent.isEmpty {
      recent.removeFirst(min(recent.count, settled - recentStart))
      recentStart = settled
    }
  }

  /// A piece of a match that was cut cannot be checked and is taken.
  private func accepts(_ match: PatternMatch) -> Bool {
    guard let check = detector.check, !match.isCut else { return true }
    return check.accepts(recent[(match.start - recentStart)..<(match.end - recentStart)])
  }
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
    if !isDecided { matches.append(PatternMatch(start: from + start, end: min(last, end), isCut: true)) }
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
