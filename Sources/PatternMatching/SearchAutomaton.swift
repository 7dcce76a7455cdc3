/// The automaton of an expression that is tried at places within texts: where each state leads on each byte, and whether
/// a match ends before that byte.
///
/// Unchecked: nothing is written after `init`. All of it lies flat in memory that is the object's own. Invariant: every
/// cell leads to the beginning of a row, and every class is below `width - 1`.
final class SearchAutomaton: @unchecked Sendable {
  /// Of each byte.
  let classes: UnsafePointer<UInt8>
  /// Rows of ``width`` cells, one for each class and one for the text's end. A cell is twice the place of the row that it
  /// leads to, and one more if a match ends before the byte. The first row leads nowhere.
  let cells: UnsafePointer<UInt32>
  let width: Int
  /// The place of the row to begin with, by ``TextNeighbour``.
  let starts: InlineArray<4, UInt32>

  /// `acceptance` has for each state a bit for each ``TextNeighbour`` before which it accepts.
  init(
    classOf: [UInt8], neighbours: [TextNeighbour], transitions: [UInt32], acceptance: [UInt8], starts: [UInt32],
    isDead: [Bool]
  ) {
    let classCount = neighbours.count
    width = classCount + 1
    var rows: [UInt32] = []
    var last: UInt32 = 0
    for state in acceptance.indices {
      if isDead[state] {
        rows.append(0)
      } else {
        last += UInt32(width)
        rows.append(last)
      }
    }
    var table = [UInt32](repeating: 0, count: Int(last) + width)
    for state in acceptance.indices where rows[state] > 0 {
      let row = Int(rows[state])
      for symbol in 0..<classCount {
        let target = rows[Int(transitions[state * classCount + symbol])]
        table[row + symbol] = target << 1 | UInt32(acceptance[state] >> neighbours[symbol].rawValue & 1)
      }
      table[row + classCount] = UInt32(acceptance[state] >> TextNeighbour.edge.rawValue & 1)
    }
    self.starts = InlineArray { rows[Int(starts[$0])] }
    classes = Self.flat(classOf)
    cells = Self.flat(table)
  }

  deinit {
    classes.deallocate()
    cells.deallocate()
  }

  private static func flat<Element>(_ elements: [Element]) -> UnsafePointer<Element> {
    let flat = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
    flat.initialize(from: elements, count: elements.count)
    return UnsafePointer(flat)
  }
}
