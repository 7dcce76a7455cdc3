/// Values by name, the last ones only: past a limit, those that were set first are to be taken out.
struct BoundedTable<Value> {
  private struct Entry {
    var value: Value
    var weight: Int
    /// When it was first set.
    var turn: Int
  }

  /// Values at a time. One more takes the place of the first.
  let limit: Int
  private(set) var weight = 0
  private var values: [String: Entry] = [:]
  /// Names in the order in which they were first set; those removed since are passed over.
  private var order: [(name: String, turn: Int)] = []
  private var oldest = 0
  private var turn = 0

  init(limit: Int) { self.limit = limit }

  var count: Int { values.count }

  subscript(name: String) -> Value? {
    get { values[name]?.value }
    set {
      if let newValue { set(newValue, for: name, weight: 0) } else { remove(name) }
    }
  }

  subscript(name: String, default value: Value) -> Value {
    get { self[name] ?? value }
    set { self[name] = newValue }
  }

  /// Sets a value that takes about `weight` bytes.
  mutating func set(_ value: Value, for name: String, weight: Int) {
    if let known = values[name] {
      self.weight += weight - known.weight
      values[name] = Entry(value: value, weight: weight, turn: known.turn)
      return
    }
    if values.count >= limit { _ = removeOldest() }
    turn += 1
    values[name] = Entry(value: value, weight: weight, turn: turn)
    self.weight += weight
    order.append((name, turn))
  }

  @discardableResult
  mutating func remove(_ name: String) -> Value? {
    guard let entry = values.removeValue(forKey: name) else { return nil }
    weight -= entry.weight
    compact()
    return entry.value
  }

  /// Takes out the value that was set first.
  mutating func removeOldest() -> Value? {
    while oldest < order.count {
      let (name, turn) = order[oldest]
      oldest += 1
      if values[name]?.turn == turn { return remove(name) }
    }
    return nil
  }

  /// Forgets names that were removed, once they are the greater part.
  private mutating func compact() {
    guard order.count > 64, order.count > 2 * values.count else { return }
    order = order[oldest...].filter { values[$0.name]?.turn == $0.turn }
    oldest = 0
  }
}
