/// Minimises a complete deterministic automaton (Hopcroft 1971) and brings it into the order that ``DFA`` promises.
struct Minimizer {
  private let transitions: [UInt32]
  private let classCount: Int
  private let accepting: [Bool]
  private var stateCount: Int { accepting.count }

  // The partition: blocks are stretches of `elements`.
  private var elements: [Int]
  private var position: [Int]
  private var blockOf: [Int]
  private var blockStart: [Int] = []
  private var blockEnd: [Int] = []
  /// Elements of each block moved to its front while it is being split.
  private var marked: [Int] = []

  static func minimize(
    transitions: [UInt32], classCount: Int, accepting: [Bool], start: UInt32, classOf: [UInt8]
  ) -> DFA {
    var minimizer = Minimizer(transitions: transitions, classCount: classCount, accepting: accepting)
    minimizer.refine()
    return minimizer.ordered(start: Int(start), classOf: classOf)
  }

  private init(transitions: [UInt32], classCount: Int, accepting: [Bool]) {
    self.transitions = transitions
    self.classCount = classCount
    self.accepting = accepting
    let count = accepting.count
    elements = (0..<count).filter { !accepting[$0] } + (0..<count).filter { accepting[$0] }
    position = [Int](repeating: 0, count: count)
    blockOf = [Int](repeating: 0, count: count)
    let rejecting = count - accepting.count(where: { $0 })
    for (start, end) in [(0, rejecting), (rejecting, count)] where start < end {
      for index in start..<end { blockOf[elements[index]] = blockStart.count }
      blockStart.append(start)
      blockEnd.append(end)
      marked.append(0)
    }
    for index in 0..<count { position[elements[index]] = index }
  }

  private mutating func refine() {
    // The predecessors of each state by class, as one array with offsets.
    let cells = stateCount * classCount
    var offsets = [Int](repeating: 0, count: cells + 1)
    for cell in 0..<cells { offsets[Int(transitions[cell]) * classCount + cell % classCount + 1] += 1 }
    for cell in 0..<cells { offsets[cell + 1] += offsets[cell] }
    var fill = offsets
    var predecessors = [Int](repeating: 0, count: cells)
    for cell in 0..<cells {
      let target = Int(transitions[cell]) * classCount + cell % classCount
      predecessors[fill[target]] = cell / classCount
      fill[target] += 1
    }

    var pending = Array(blockStart.indices)
    var isPending = [Bool](repeating: true, count: blockStart.count)
    var touched: [Int] = []
    var sources: [Int] = []
    while let splitter = pending.popLast() {
      isPending[splitter] = false
      // Splitting may rearrange the block itself: read it off first.
      let members = Array(elements[blockStart[splitter]..<blockEnd[splitter]])
      for symbol in 0..<classCount {
        sources.removeAll(keepingCapacity: true)
        for member in members {
          let cell = member * classCount + symbol
          sources.append(contentsOf: predecessors[offsets[cell]..<offsets[cell + 1]])
        }
        touched.removeAll(keepingCapacity: true)
        for source in sources {
          let block = blockOf[source]
          if marked[block] == 0 { touched.append(block) }
          swap(source, toMarked: block)
        }
        for block in touched {
          let count = marked[block]
          marked[block] = 0
          let (start, end) = (blockStart[block], blockEnd[block])
          guard count < end - start else { continue }
          // The smaller part becomes the new block.
          let new = blockStart.count
          let (newStart, newEnd) = count <= end - start - count ? (start, start + count) : (start + count, end)
          blockStart.append(newStart)
          blockEnd.append(newEnd)
          marked.append(0)
          if newStart == start { blockStart[block] = newEnd } else { blockEnd[block] = newStart }
          for index in newStart..<newEnd { blockOf[elements[index]] = new }
          pending.append(new)
          isPending.append(true)
        }
      }
    }
  }

  /// Moves a state to the marked front of its block; each state comes at most once a round.
  private mutating func swap(_ state: Int, toMarked block: Int) {
    let target = blockStart[block] + marked[block]
    let old = position[state]
    let displaced = elements[target]
    elements[target] = state
    elements[old] = displaced
    position[state] = target
    position[displaced] = old
    marked[block] += 1
  }

  /// Numbers the blocks breadth first from the start, the dead and the all-accepting one first, accepting ones last,
  /// and merges byte classes that no state tells apart.
  private func ordered(start: Int, classOf: [UInt8]) -> DFA {
    func target(_ block: Int, _ symbol: Int) -> Int {
      blockOf[Int(transitions[elements[blockStart[block]] * classCount + symbol])]
    }
    func isAccepting(_ block: Int) -> Bool { accepting[elements[blockStart[block]]] }

    var order: [Int] = []
    var isSeen = [Bool](repeating: false, count: blockStart.count)
    order.append(blockOf[start])
    isSeen[blockOf[start]] = true
    var index = 0
    while index < order.count {
      for symbol in 0..<classCount where !isSeen[target(order[index], symbol)] {
        isSeen[target(order[index], symbol)] = true
        order.append(target(order[index], symbol))
      }
      index += 1
    }
    let sinks = order.filter { block in (0..<classCount).allSatisfy { target(block, $0) == block } }
    let others = order.filter { !sinks.contains($0) }
    let rejecting = others.filter { !isAccepting($0) }
    let numbered = rejecting + others.filter(isAccepting)
    var number = [UInt32](repeating: 0, count: blockStart.count)
    for sink in sinks { number[sink] = isAccepting(sink) ? DFA.all : DFA.dead }
    for (index, block) in numbered.enumerated() { number[block] = UInt32(index + 2) }

    // Equal columns become one class.
    var columns: [[UInt32]: UInt8] = [:]
    var classNumber = [UInt8](repeating: 0, count: classCount)
    var representatives: [Int] = []
    for symbol in 0..<classCount {
      let column = numbered.map { number[target($0, symbol)] }
      if let known = columns[column] {
        classNumber[symbol] = known
      } else {
        classNumber[symbol] = UInt8(representatives.count)
        columns[column] = classNumber[symbol]
        representatives.append(symbol)
      }
    }
    var table: [UInt32] = []
    table.reserveCapacity((numbered.count + 2) * representatives.count)
    for sink in [DFA.dead, DFA.all] { table += repeatElement(sink, count: representatives.count) }
    for block in numbered { table += representatives.map { number[target(block, $0)] } }
    return DFA(
      classOf: classOf.map { classNumber[Int($0)] }, classCount: representatives.count, transitions: table,
      start: number[blockOf[start]], firstAccepting: UInt32(rejecting.count + 2))
  }
}
