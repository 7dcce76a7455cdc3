import Detectors

/// Members that name others: see ``SiblingNames``.
extension JSONMasker {
  /// Ends a level.
  mutating func removeLevel() {
    if let last = siblings.last, last.depth == levels.count { siblings.removeLast() }
    levels.removeLast()
  }

  /// An object begins that is the value of a secret's name.
  mutating func addSibling(inner name: [UInt8]) {
    if name.withUnsafeBufferPointer({ values.isSecret(name: $0) }) { siblings.append((levels.count + 1, name)) }
  }

  /// A string value ends: it may be the name of the member that follows.
  @inline(__always)
  mutating func noteSibling(_ value: UnsafeBufferPointer<UInt8>) {
    guard looksAtNames, let level = levels.last, level.isObject, level.name.count <= 12 else { return }
    noteSibling(value, level.name)
  }

  private mutating func noteSibling(_ value: UnsafeBufferPointer<UInt8>, _ key: Range<Int>) {
    let isNaming = names.withUnsafeBufferPointer { names in
      SiblingNames.namesAnother(UnsafeBufferPointer(rebasing: names[key]))
    }
    guard isNaming, value.count <= MaskLimits.contextBytes, !plan.detectors.isQuiet(name: value),
      values.isSecret(name: value)
    else { return }
    if let last = siblings.last, last.depth == levels.count { siblings.removeLast() }
    siblings.append((levels.count, Array(value)))
  }

  /// Has the value of `key` seen with the name that another member gave it.
  mutating func takeSibling(_ key: UnsafeBufferPointer<UInt8>) {
    guard let last = siblings.last, last.depth == levels.count, SiblingNames.isNamed(key) else { return }
    let top = levels.count - 1
    let lower = levels[top].name.lowerBound
    names.removeLast(names.count - lower)
    names.append(contentsOf: last.name)
    levels[top].name = lower..<names.count
    levels[top].isQuiet = false
  }
}
