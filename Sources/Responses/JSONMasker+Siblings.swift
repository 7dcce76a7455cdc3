import Detectors

/// A string that stands before the member that may name it.
struct UnnamedValue {
  /// The number of levels open around it, and how far into the document its closing quote stands.
  var depth: Int
  var offset: Int
  /// Where it is written in the masker's output; nil: it is replaced with all around it.
  var range: Range<Int>?
  var raw: [UInt8]
  var content: [UInt8]
  /// What it is called if no other member names it.
  var name: [UInt8]
  var rules: [Int]
}

/// Members that name others: see ``SiblingNames``.
extension JSONMasker {
  /// Ends a level.
  mutating func removeLevel() {
    if let last = siblings.last, last.depth == levels.count { siblings.removeLast() }
    if !unnamed.isEmpty { settle(depth: levels.count, named: nil) }
    levels.removeLast()
  }

  /// An object begins that is the value of a secret's name.
  mutating func addSibling(inner name: [UInt8]) {
    if name.withUnsafeBufferPointer({ values.isSecret(name: $0) }) { siblings.append((levels.count + 1, name)) }
  }

  /// A string value ends: it may be the name of the member that follows, or of one that came before.
  @inline(__always)
  mutating func noteSibling(_ value: UnsafeBufferPointer<UInt8>, at offset: Int) {
    guard looksAtNames, let level = levels.last, level.isObject, level.name.count <= 12 else { return }
    noteSibling(value, level.name, offset)
  }

  private mutating func noteSibling(_ value: UnsafeBufferPointer<UInt8>, _ key: Range<Int>, _ offset: Int) {
    let isNaming = names.withUnsafeBufferPointer { names in
      SiblingNames.namesAnother(UnsafeBufferPointer(rebasing: names[key]))
    }
    guard isNaming, value.count <= MaskLimits.contextBytes, !plan.detectors.isQuiet(name: value),
      values.isSecret(name: value)
    else { return }
    if let last = siblings.last, last.depth == levels.count { siblings.removeLast() }
    siblings.append((levels.count, Array(value)))
    guard !unnamed.isEmpty else { return }
    giveUpUnnamed(before: offset - MaskLimits.siblingBytes)
    settle(depth: levels.count, named: Array(value))
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

  // MARK: Names that come later

  /// Whether the string at hand may be named by a member behind it.
  @inline(__always)
  func mayBeNamed(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
    guard looksAtNames, value.count >= 4, let level = levels.last, level.isObject, level.name.count <= 14 else {
      return false
    }
    return names.withUnsafeBufferPointer { SiblingNames.isNamed(UnsafeBufferPointer(rebasing: $0[level.name])) }
  }

  /// Notes a string that is written next, and whose closing quote stands at `offset`.
  mutating func addUnnamed(_ raw: [UInt8], _ content: [UInt8], at offset: Int) {
    let range = isCovering ? nil : output.count..<output.count + raw.count
    unnamed.append(
      UnnamedValue(
        depth: levels.count, offset: offset, range: range, raw: raw, content: content, name: name, rules: rules))
  }

  /// The end of what is certain of ``output``.
  var settledCount: Int { unnamed.lazy.compactMap(\.range).first?.lowerBound ?? output.count }

  /// Takes what is certain away.
  mutating func removeSettled(_ count: Int) {
    guard count < output.count else { return output.removeAll(keepingCapacity: true) }
    output.removeFirst(count)
    moveUnnamed(from: 0, by: -count)
  }

  /// No name comes any more.
  mutating func settle() { while !unnamed.isEmpty { settle(at: 0, named: nil) } }

  /// Values that stand before `offset` go by their own names.
  mutating func giveUpUnnamed(before offset: Int) {
    while let first = unnamed.first, first.offset < offset { settle(at: 0, named: nil) }
  }

  /// Writes the values of a level as `name` wants it, or their own names.
  private mutating func settle(depth: Int, named name: [UInt8]?) {
    var index = unnamed.count
    while index > 0, unnamed[index - 1].depth >= depth { index -= 1 }
    while index < unnamed.count {
      if unnamed[index].depth == depth { settle(at: index, named: name) } else { index += 1 }
    }
  }

  private mutating func settle(at index: Int, named name: [UInt8]?) {
    let value = unnamed.remove(at: index)
    guard let range = value.range else {
      if let name { cover(value.content, named: name) }
      return
    }
    let text = written(value.raw, value.content, named: name ?? value.name, rules: value.rules)
    guard text != value.raw else { return }
    output.replaceSubrange(range, with: text)
    moveUnnamed(from: index, by: text.count - range.count)
  }

  private mutating func moveUnnamed(from first: Int, by distance: Int) {
    for index in first..<unnamed.count {
      guard let range = unnamed[index].range else { continue }
      unnamed[index].range = range.lowerBound + distance..<range.upperBound + distance
    }
  }
}
