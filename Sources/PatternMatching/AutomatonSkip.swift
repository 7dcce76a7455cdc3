import CTextScan

/// How an automaton is walked.
struct AutomatonWalk: BitwiseCopyable {
  var skip = AutomatonSkip.none
  /// The same automaton in ``ShuffledAutomata``, if it is there.
  var shuffled: UnsafePointer<text_scan_automaton>?
}

/// What lets a walk through an automaton pass over stretches of a text in which nothing begins.
///
/// Most bytes of a text leave the automaton of `…\bdrop\s+table…` where it is: in its start, or in the state that differs
/// from it only in what stood before. In such an *idle* state all bytes but a few, the *first* ones, lead to an idle state
/// again, to the same one from each. Behind a first byte, too, all bytes but a few, the *second* ones, lead to where they
/// lead from the start. So what the walk comes to before the next pair of a first and a second byte is told by the byte
/// before that alone, and vector instructions find the pair. All this is read off the transitions: it holds for every
/// automaton, whoever wrote it.
struct AutomatonSkip: BitwiseCopyable {
  private(set) var first = text_scan_bytes()
  /// Holds the first ones, too. None: every byte is one.
  private(set) var second = text_scan_bytes()
  /// The offsets of the idle states' rows; the first is the start's, and is repeated where there are fewer.
  private(set) var idle: (UInt32, UInt32, UInt32) = (0, 0, 0)

  static let none = AutomatonSkip()

  /// The first bytes' share of commands past which stopping at each would cost more than to walk.
  private static let greatestChance = 0.15
  /// Bytes that lead from the start to a state which is worth a look.
  private static let leastBytes = 32
  private static let mostBytes = 8

  private init() {}

  /// Whether anything is passed over.
  @inline(__always)
  var isUseful: Bool { first.count > 0 }

  /// That of the automaton at `header`, which was verified; see ``AutomatonLayout``. A policy has thousands, and is
  /// loaded in milliseconds: nothing is allocated.
  init(_ header: UnsafePointer<UInt32>) {
    let automaton = Transitions(header)
    let start = header[AutomatonLayout.start]
    guard start > UInt32(automaton.classCount) else { return }
    let others = automaton.heaviest(behind: start, leastBytes: Self.leastBytes)
    for count in stride(from: others.count, through: 0, by: -1) {
      var idle = FewStates()
      idle.add(start)
      for index in 0..<count { idle.add(others[index]) }
      if derive(automaton, start, idle) { return }
    }
  }

  /// Finds first and second bytes where these states are idle; false if nothing is gained.
  private mutating func derive(_ automaton: Transitions, _ start: UInt32, _ idle: FewStates) -> Bool {
    var firsts = Symbols()
    var begun = FewStates()
    var isTooMuch = false
    for symbol in 0..<automaton.classCount {
      let next = automaton.next(start, symbol)
      var isSame = idle.contains(next)
      for index in 1..<max(idle.count, 1) where automaton.next(idle[index], symbol) != next { isSame = false }
      if isSame { continue }
      firsts.add(symbol)
      for index in 0..<idle.count {
        let next = automaton.next(idle[index], symbol)
        if !idle.contains(next), !begun.add(next) { isTooMuch = true }
      }
    }
    guard automaton.pack(firsts, into: &first) else { return false }
    var seconds = firsts
    for symbol in 0..<automaton.classCount {
      let next = automaton.next(start, symbol)
      for index in 0..<begun.count where automaton.next(begun[index], symbol) != next { seconds.add(symbol) }
    }
    self.idle = (idle[0], idle[idle.count > 1 ? 1 : 0], idle[idle.count > 2 ? 2 : 0])
    if !isTooMuch, automaton.pack(seconds, into: &second) { return true }
    second = text_scan_bytes()
    if Self.chance(of: first) <= Self.greatestChance { return true }
    first = text_scan_bytes()
    return false
  }

  /// The chance that a byte of a command is one of these; the two cases of a letter are as one.
  private static func chance(of bytes: text_scan_bytes) -> Double {
    withUnsafeBytes(of: bytes.bytes) { bytes in
      var sum = 0.0
      for (index, byte) in bytes.enumerated()
      where !bytes[..<index].contains(where: { asciiLowercased($0) == asciiLowercased(byte) }) {
        sum += CommandText.chance(CommandText.rarity(of: [byte]))
      }
      return sum
    }
  }

  @inline(__always)
  func isIdle(_ state: Int) -> Bool {
    let state = UInt32(truncatingIfNeeded: state)
    return state == idle.0 || state == idle.1 || state == idle.2
  }

  /// The next place from `place` on where something may begin; `count` if there is none.
  @inline(__always)
  func next(in text: UnsafePointer<UInt8>, from place: Int, _ count: Int) -> Int {
    withUnsafePointer(to: first) { first in
      withUnsafePointer(to: second) { second in text_scan_next(first, second, text, place, count) }
    }
  }

  /// A few states, each once.
  private struct FewStates {
    private var states = InlineArray<16, UInt32>(repeating: 0)
    private(set) var count = 0

    subscript(index: Int) -> UInt32 { states[index] }

    func contains(_ state: UInt32) -> Bool {
      for index in 0..<count where states[index] == state { return true }
      return false
    }

    /// False: there is no room.
    @discardableResult
    mutating func add(_ state: UInt32) -> Bool {
      if contains(state) { return true }
      guard count < states.count else { return false }
      states[count] = state
      count += 1
      return true
    }
  }

  /// A set of classes of bytes.
  private struct Symbols {
    private var bits = InlineArray<4, UInt64>(repeating: 0)

    func contains(_ symbol: Int) -> Bool { bits[symbol >> 6] >> UInt64(symbol & 63) & 1 != 0 }

    mutating func add(_ symbol: Int) { bits[symbol >> 6] |= 1 << UInt64(symbol & 63) }
  }

  /// An automaton's transitions by classes of bytes.
  private struct Transitions {
    private let header: UnsafePointer<UInt32>
    private let classes: UnsafePointer<UInt8>
    let classCount: Int

    init(_ header: UnsafePointer<UInt32>) {
      self.header = header
      classes = UnsafeRawPointer(header + AutomatonLayout.classes).assumingMemoryBound(to: UInt8.self)
      classCount = Int(header[AutomatonLayout.classCount])
    }

    func next(_ state: UInt32, _ symbol: Int) -> UInt32 {
      let cells = UnsafeRawPointer(header + AutomatonLayout.cells)
      let place = Int(state) + symbol
      return header[AutomatonLayout.isWide] != 0
        ? cells.load(fromByteOffset: place * 4, as: UInt32.self)
        : UInt32(cells.load(fromByteOffset: place * 2, as: UInt16.self))
    }

    /// The two states, but for the start itself and the last ones, to which most bytes lead from it, that most do first;
    /// those to which fewer than `leastBytes` lead are none.
    func heaviest(behind start: UInt32, leastBytes: Int) -> FewStates {
      var states = FewStates()
      var weights = InlineArray<16, Int>(repeating: 0)
      for byte in 0..<256 {
        let next = next(start, Int(classes[byte]))
        guard next != start, next > UInt32(classCount), states.add(next) else { continue }
        for index in 0..<states.count where states[index] == next { weights[index] += 1 }
      }
      var heaviest = FewStates()
      for _ in 0..<2 {
        var best = -1
        for index in 0..<states.count
        where weights[index] >= leastBytes && (best < 0 || weights[index] > weights[best]) { best = index }
        guard best >= 0 else { break }
        heaviest.add(states[best])
        weights[best] = 0
      }
      return heaviest
    }

    /// Writes the bytes of classes; false if there are none, or too many.
    func pack(_ symbols: Symbols, into packed: inout text_scan_bytes) -> Bool {
      packed = text_scan_bytes()
      var count = 0
      return withUnsafeMutableBytes(of: &packed) { target in
        for byte in 0..<256 where symbols.contains(Int(classes[byte])) {
          guard count < AutomatonSkip.mostBytes else { return false }
          target[count] = UInt8(byte)
          count += 1
        }
        guard count > 0 else { return false }
        for index in count..<AutomatonSkip.mostBytes { target[index] = target[0] }
        // Behind the bytes stands their number.
        target[AutomatonSkip.mostBytes] = UInt8(count)
        return true
      }
    }
  }
}
