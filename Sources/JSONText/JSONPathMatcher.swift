/// Follows a walk through a JSON document and says which of some paths lead to where it stands.
///
///     matcher.enter(member: name)    // or enter(index: 0)
///     if matcher.isMatched { … }
///     matcher.leave()
///
/// The states of all paths are kept for each open level, so a step costs the states at hand, not the document. At most
/// as many states a level as the paths have steps.
public struct JSONPathMatcher: Sendable {
  private struct State: Equatable {
    var path: Int32
    var step: Int32
  }

  private let paths: [JSONPath]
  /// States of the open levels, those of one level contiguous; a state whose step is past the last is a match.
  private var states: [State] = []
  private var levels: [Int] = []

  public init(_ paths: [JSONPath]) {
    self.paths = paths
    restart()
  }

  public var isEmpty: Bool { paths.isEmpty }

  /// Goes back to the root of a document.
  public mutating func restart() {
    states.removeAll(keepingCapacity: true)
    levels.removeAll(keepingCapacity: true)
    levels.append(0)
    for path in paths.indices { states.append(State(path: Int32(path), step: 0)) }
  }

  /// Whether some path leads into what stands below here; else the walk may pass it over.
  public var isLive: Bool { stateCount > 0 }

  /// How many states the walk is in here: each a path that leads here or below, and how far it has come.
  public var stateCount: Int { states.count - levels[levels.count - 1] }

  public mutating func enter(member name: UnsafeBufferPointer<UInt8>) {
    descend { selector in
      switch selector {
      case .any: true
      case .index: false
      case .member(let wanted): wanted.count == name.count && wanted.elementsEqual(name)
      }
    }
  }

  public mutating func enter(member name: [UInt8]) { name.withUnsafeBufferPointer { enter(member: $0) } }

  public mutating func enter(index: Int) {
    descend { selector in
      switch selector {
      case .any: true
      case .index(let wanted): wanted == index
      case .member: false
      }
    }
  }

  public mutating func leave() {
    states.removeSubrange(levels[levels.count - 1]...)
    levels.removeLast()
  }

  /// Whether any path leads here.
  public var isMatched: Bool {
    states[levels[levels.count - 1]...].contains { Int($0.step) == paths[Int($0.path)].steps.count }
  }

  /// Calls `body` with the positions, in the list given to ``init(_:)``, of the paths that lead here.
  public func forEachMatch(_ body: (Int) -> Void) {
    for state in states[levels[levels.count - 1]...] where Int(state.step) == paths[Int(state.path)].steps.count {
      body(Int(state.path))
    }
  }

  private mutating func descend(_ isSelected: (JSONPath.Selector) -> Bool) {
    let outer = levels[levels.count - 1]..<states.count
    levels.append(states.count)
    for position in outer {
      let state = states[position]
      let steps = paths[Int(state.path)].steps
      guard Int(state.step) < steps.count else { continue }
      let step = steps[Int(state.step)]
      if step.isDescendant { add(state) }
      if isSelected(step.selector) { add(State(path: state.path, step: state.step + 1)) }
    }
  }

  private mutating func add(_ state: State) {
    guard !states[levels[levels.count - 1]...].contains(state) else { return }
    states.append(state)
  }
}
