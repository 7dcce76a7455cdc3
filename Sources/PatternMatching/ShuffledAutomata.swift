import CTextScan
import PolicyBytecode

/// The small automata of a table in the form in which they are walked fastest, where the processor has what that takes: for each
/// class of bytes a vector that says where each state leads.
///
/// Unchecked: nothing is written after `init`. Invariant: of each automaton that was verified and has at most ``mostStates``, a
/// `text_scan_automaton` stands in `block`, and its rows behind it, on lines of the cache of their own.
struct ShuffledAutomata: ~Copyable, @unchecked Sendable {
  /// What a row has room for.
  static let mostStates = 64
  /// Bytes for all of a table's; automata past it are walked as they stand in the table.
  static let mostBytes = 8 << 20

  private let block: UnsafeMutableRawPointer
  private var used = 0
  private let size: Int

  /// Room for those of the automata at `headers`, which were verified; see ``AutomatonLayout``.
  init(_ headers: [UnsafePointer<UInt32>], mostBytes: Int = Self.mostBytes) {
    let size = text_scan_can_walk() == 0 ? 0 : headers.reduce(0) { $0 + Self.size($1) }
    self.size = min(size, mostBytes)
    block = LargePages.allocate(byteCount: max(self.size, 1), alignment: Self.mostStates)
  }

  deinit { block.deallocate() }

  /// The bytes that an automaton takes; 0 if it has too many states.
  private static func size(_ header: UnsafePointer<UInt32>) -> Int {
    guard header[AutomatonLayout.stateCount] <= mostStates else { return 0 }
    return MemoryLayout<text_scan_automaton>.size + Int(header[AutomatonLayout.classCount]) * mostStates
  }

  /// That of the automaton at `header`, one of those that there is room for; nil if it is walked as it stands.
  mutating func add(_ header: UnsafePointer<UInt32>, _ skip: AutomatonSkip) -> UnsafePointer<text_scan_automaton>? {
    let head = MemoryLayout<text_scan_automaton>.size
    precondition(
      head % Self.mostStates == 0 && MemoryLayout<text_scan_automaton>.offset(of: \.classes) == 64,
      "rows and classes stand on lines of their own")
    let own = Self.size(header)
    guard own > 0, used + own <= size else { return nil }
    let at = block + used
    used += own
    let width = header[AutomatonLayout.classCount]
    let stateCount = Int(header[AutomatonLayout.stateCount])
    // Small tables are narrow: 64 rows of 256 cells.
    let cells = UnsafeRawPointer(header + AutomatonLayout.cells).assumingMemoryBound(to: UInt16.self)
    let rows = (at + head).bindMemory(to: UInt8.self, capacity: Int(width) * Self.mostStates)
    rows.initialize(repeating: 0, count: Int(width) * Self.mostStates)
    // Instead of a division: exact for offsets of at most 2^14 and a width of at most 256, as the error is below 2^14 / 2^24.
    let inverse = (1 << 24) / UInt64(width) + 1
    func state(_ offset: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: (UInt64(offset) * inverse) >> 24) }
    for symbol in 0..<Int(width) {
      let row = rows + symbol * Self.mostStates
      row[Int(DFA.all)] = UInt8(DFA.all)
      for number in 2..<max(stateCount, 2) { row[number] = state(UInt32(cells[number * Int(width) + symbol])) }
    }
    let firstAccepting = min(header[AutomatonLayout.firstAccepting], UInt32(Self.mostStates) * width)
    let automaton = at.bindMemory(to: text_scan_automaton.self, capacity: 1)
    automaton.initialize(to: text_scan_automaton())
    (automaton.pointee.first, automaton.pointee.second) = (skip.first, skip.second)
    automaton.pointee.idle = (state(skip.idle.0), state(skip.idle.1), state(skip.idle.2))
    automaton.pointee.start = state(header[AutomatonLayout.start])
    automaton.pointee.first_accepting = max(state(firstAccepting), 2)
    withUnsafeMutableBytes(of: &automaton.pointee.classes) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: header + AutomatonLayout.classes, count: 256))
    }
    text_scan_note_resets(automaton, Int(width), stateCount)
    return UnsafePointer(automaton)
  }
}
