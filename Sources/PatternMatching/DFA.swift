/// A complete deterministic automaton over byte classes, minimal, its states in a fixed order.
///
/// State 0 is dead: no text is accepted from it. State 1 accepts every text. Both are always there, reachable or not, so
/// that a matcher may stop at states below 2. The states from `firstAccepting` on, and state 1, accept at the text's end.
struct DFA: Hashable, Sendable {
  /// The class of each byte value.
  var classOf: [UInt8]
  var classCount: Int
  /// `transitions[state * classCount + class]`.
  var transitions: [UInt32]
  var start: UInt32
  var firstAccepting: UInt32

  static let dead: UInt32 = 0
  static let all: UInt32 = 1

  var stateCount: Int { transitions.count / classCount }

  func accepts(_ state: UInt32) -> Bool { state == DFA.all || state >= firstAccepting }

  func next(_ state: UInt32, _ byte: UInt8) -> UInt32 {
    transitions[Int(state) * classCount + Int(classOf[Int(byte)])]
  }

  /// The length in bytes of the shortest text accepted, or nil where none is.
  var minimumLength: Int? {
    var isSeen = [Bool](repeating: false, count: stateCount)
    var level = [start]
    isSeen[Int(start)] = true
    var length = 0
    while !level.isEmpty {
      if level.contains(where: accepts) { return length }
      var nextLevel: [UInt32] = []
      for state in level {
        for symbol in 0..<classCount {
          let next = transitions[Int(state) * classCount + symbol]
          if !isSeen[Int(next)] {
            isSeen[Int(next)] = true
            nextLevel.append(next)
          }
        }
      }
      level = nextLevel
      length += 1
    }
    return nil
  }
}
