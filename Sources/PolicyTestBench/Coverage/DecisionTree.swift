import PolicyCompiler
import PolicyEngine

/// The condition of a rule as its author wrote it, laid out for evaluation: a node stands before its parts.
///
/// Besides the outcome it tells which tests *decide*: those of which the outcome would be another if the test alone came
/// out the other way. A test decides where nothing on the way to the root masks it: in an `and` all other parts are
/// true, in an `or` all are false.
struct DecisionTree: Sendable {
  private enum Kind { case constant(Bool), test(Int), not, and, or }

  private struct Node: Sendable {
    var kind: Kind
    /// Past the last node below it.
    var end: Int
  }

  private var nodes: [Node] = []

  /// `number` gives a test its number.
  init(_ condition: Condition, number: (CheckedPredicate) -> Int) { add(condition, number) }

  private mutating func add(_ condition: Condition, _ number: (CheckedPredicate) -> Int) {
    let start = nodes.count
    let (kind, parts): (Kind, [Condition]) =
      switch condition {
      case .constant(let value): (.constant(value), [])
      case .test(let predicate): (.test(number(predicate)), [])
      case .not(let inner): (.not, [inner])
      case .and(let parts): (.and, parts)
      case .or(let parts): (.or, parts)
      }
    nodes.append(Node(kind: kind, end: 0))
    for part in parts { add(part, number) }
    nodes[start].end = nodes.count
  }

  /// Buffers of an evaluation, to be used again.
  struct Scratch {
    fileprivate var values: [Bool] = []
    fileprivate var decides: [Bool] = []
  }

  /// The outcome where the tests come out as `truth` says.
  func evaluate(_ scratch: inout Scratch, truth: (Int) -> Bool) -> Bool {
    if scratch.values.count < nodes.count {
      scratch.values = Array(repeating: false, count: nodes.count)
      scratch.decides = scratch.values
    }
    for index in nodes.indices.reversed() {
      scratch.values[index] =
        switch nodes[index].kind {
        case .constant(let value): value
        case .test(let test): truth(test)
        case .not: !scratch.values[index + 1]
        case .and: count(of: false, below: index, scratch) == 0
        case .or: count(of: true, below: index, scratch) > 0
        }
    }
    return scratch.values[0]
  }

  /// Hands on each test of the evaluation that was made last: its number, how it came out, and whether it decides.
  func forEachTest(_ scratch: inout Scratch, _ body: (_ test: Int, _ isTrue: Bool, _ decides: Bool) -> Void) {
    scratch.decides[0] = true
    for index in nodes.indices {
      let decides = scratch.decides[index]
      switch nodes[index].kind {
      case .constant: break
      case .test(let test): body(test, scratch.values[index], decides)
      case .not: scratch.decides[index + 1] = decides
      case .and: spread(decides, masking: false, below: index, &scratch)
      case .or: spread(decides, masking: true, below: index, &scratch)
      }
    }
  }

  /// A part decides unless another has the value that masks it.
  private func spread(_ decides: Bool, masking: Bool, below index: Int, _ scratch: inout Scratch) {
    let masks = decides ? count(of: masking, below: index, scratch) : 0
    var part = index + 1
    while part < nodes[index].end {
      scratch.decides[part] = decides && masks == (scratch.values[part] == masking ? 1 : 0)
      part = nodes[part].end
    }
  }

  private func count(of value: Bool, below index: Int, _ scratch: borrowing Scratch) -> Int {
    var count = 0
    var part = index + 1
    while part < nodes[index].end {
      if scratch.values[part] == value { count += 1 }
      part = nodes[part].end
    }
    return count
  }
}
