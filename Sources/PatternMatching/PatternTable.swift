import PolicyBytecode

/// A pattern table in a bundle, open for matching.
///
/// The bytes must outlive the table, be aligned to four, and never change. PCRE patterns are compiled when it is
/// opened; nothing is compiled after.
///
/// Unchecked: everything is immutable after `init`, and the memory behind ``view`` is never written.
public final class PatternTable: @unchecked Sendable {
  let view: PatternTableView
  let pcrePatterns: [PCREPattern]
  private let pcreSlots: UnsafeMutablePointer<PCRESlot>
  private let walks: UnsafeMutablePointer<AutomatonWalk>
  private let shuffled: ShuffledAutomata

  /// The number of patterns.
  public var count: Int { Int(view.patternCount) }

  /// Proves that matching stays within `bytes`, whatever they are; throws where it would not.
  public static func verify(_ bytes: UnsafeRawBufferPointer) throws(PatternTableError) {
    try TableVerifier.verify(bytes)
  }

  /// Verifies `bytes` and opens them. Throws also where PCRE2 refuses a pattern.
  public init(_ bytes: UnsafeRawBufferPointer) throws(PatternTableError) {
    let words = try TableVerifier.verify(bytes)
    let count = Int(words[2])
    var opened: [PCREPattern] = []
    var slots = [PCRESlot](repeating: PCRESlot(code: nil, isJITCompiled: false), count: count)
    let walks = UnsafeMutablePointer<AutomatonWalk>.allocate(capacity: max(count, 1))
    walks.initialize(repeating: AutomatonWalk(), count: count)
    let unopened = PatternTableView(words: words, pcre: nil, walks: walks)
    var automata: [Int] = []
    for index in 0..<count {
      let record = unopened.record(UInt32(index))
      if record.form == CompiledPattern.Form.automaton.rawValue { automata.append(index) }
      guard record.form == CompiledPattern.Form.pcre.rawValue else { continue }
      do {
        let source = String(decoding: unopened.text(record), as: UTF8.self)
        let pattern = try PCREPattern(source, foldsCase: record.foldsCase)
        opened.append(pattern)
        slots[index] = PCRESlot(code: pattern.code, isJITCompiled: pattern.isJITCompiled)
      } catch {
        walks.deallocate()
        throw PatternTableError("PCRE2 refuses pattern \(index): \(error.message)")
      }
    }
    let headers = automata.map { words + unopened.record(UInt32($0)).dataAt }
    var shuffled = ShuffledAutomata(headers)
    for (index, header) in zip(automata, headers) {
      let skip = AutomatonSkip(header)
      walks[index] = AutomatonWalk(skip: skip, shuffled: shuffled.add(header, skip))
    }
    self.shuffled = shuffled
    pcrePatterns = opened
    pcreSlots = .allocate(capacity: max(count, 1))
    pcreSlots.initialize(from: slots, count: count)
    self.walks = walks
    view = PatternTableView(words: words, pcre: UnsafePointer(pcreSlots), walks: walks)
  }

  deinit {
    pcreSlots.deallocate()
    walks.deallocate()
  }

  /// Whether the pattern at `index` matches `text`. `index` must be below ``count``.
  public func matches(
    _ index: UInt32, _ text: UnsafeBufferPointer<UInt8>, scratch: inout PatternScratch
  ) -> MatchResult {
    precondition(index < view.patternCount, "no such pattern")
    return view.matches(index, text, &scratch)
  }
}

/// Whether a text matches.
public enum MatchResult: UInt8, Sendable {
  case notMatched, matched
  /// PCRE2 reached its match limit, or the text is not valid UTF-8: an operation that depends on it is to be blocked.
  case undecided
}

/// The memory that matching needs and keeps between texts: one for each thread or interpreter context.
public struct PatternScratch: ~Copyable {
  /// When each pattern, then each literal, of the index in use was last looked at.
  var stamps: UnsafeMutablePointer<UInt32>
  private var stampCapacity = 0
  var epoch: UInt32 = 0
  /// A text with ASCII case folded.
  var folded: UnsafeMutablePointer<UInt8>
  private var foldedCapacity = 0
  /// Positions in the selection of patterns that may match the text at hand; with ``matched`` those that do.
  var candidates = RawBuffer<UInt32>(capacity: 256)
  /// Room for what ``PatternIndex/few`` finds at once: at each place a landmark and few literals.
  public let places: UnsafeMutablePointer<UInt64>
  /// Room for what ``LandmarkTable`` finds at once.
  let landmarks: UnsafeMutablePointer<UInt32>
  private var pcreContext: PCREContext?

  /// In ``candidates``: there is nothing to confirm.
  static let matched: UInt32 = 1 << 31

  /// A stretch of the stamps, valid until the next ``begin(stampCount:)``.
  struct Stamps {
    let base: UnsafeMutablePointer<UInt32>
    let epoch: UInt32

    /// Whether this is the first look at `index` in this scan.
    @inline(__always)
    func isNew(_ index: Int) -> Bool {
      if base[index] == epoch { return false }
      base[index] = epoch
      return true
    }
  }

  @inline(__always)
  func stamps(from first: Int) -> Stamps { Stamps(base: stamps + first, epoch: epoch) }

  public init() {
    stamps = .allocate(capacity: 1)
    folded = .allocate(capacity: 1)
    places = .allocate(capacity: 2 * FewLiterals.placesAtOnce)
    landmarks = .allocate(capacity: LandmarkTable.placesAtOnce + 1)
  }

  deinit {
    places.deallocate()
    landmarks.deallocate()
    stamps.deallocate()
    folded.deallocate()
  }

  /// Begins a scan with room for `count` stamps, all of them old.
  @inline(__always)
  mutating func begin(stampCount: Int) {
    if stampCount > stampCapacity || epoch == .max { renew(stampCount) }
    epoch += 1
  }

  @inline(never)
  private mutating func renew(_ count: Int) {
    stamps.deallocate()
    stampCapacity = max(count, stampCapacity)
    stamps = .allocate(capacity: stampCapacity)
    stamps.initialize(repeating: 0, count: stampCapacity)
    epoch = 0
  }

  /// Room for a text of `count` bytes.
  @inline(__always)
  mutating func reserveFolded(_ count: Int) {
    if count <= foldedCapacity { return }
    folded.deallocate()
    foldedCapacity = max(count, foldedCapacity * 2)
    folded = .allocate(capacity: foldedCapacity)
  }

  /// Runs PCRE2, whose memory is made at the first use.
  @inline(never)
  mutating func match(_ slot: PCRESlot, _ text: UnsafeBufferPointer<UInt8>) -> PCREResult {
    guard let code = slot.code else { return .failed }
    if pcreContext == nil { pcreContext = PCREContext() }
    return pcreContext?.match(code, isJITCompiled: slot.isJITCompiled, text) ?? .failed
  }
}

/// Compiled PCRE code, held alive by its ``PatternTable``.
struct PCRESlot: BitwiseCopyable {
  var code: OpaquePointer?
  var isJITCompiled: Bool
}
