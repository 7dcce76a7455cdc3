import HpolHeader
import PolicyEngine
import Synchronization

/// Memory that arrays given away share.
///
/// Invariant: written before it is given away, never after; freed with the last array that holds it.
final class ArrowMemory: @unchecked Sendable {
  let start: UnsafeMutableRawPointer

  /// As the format advises.
  private static let alignment = 64

  init(byteCount: Int) {
    start = .allocate(byteCount: max(byteCount, 1), alignment: Self.alignment)
  }

  deinit { start.deallocate() }
}

/// A column of texts to be given away.
final class ArrowTexts: Sendable {
  let count: Int
  let offsets: ArrowMemory
  let data: ArrowMemory

  init(_ texts: TextBlock) {
    count = texts.count
    offsets = ArrowMemory(byteCount: (texts.count + 1) * MemoryLayout<Int32>.size)
    data = ArrowMemory(byteCount: (0..<texts.count).reduce(0) { $0 + texts[$1].count })
    let ends = offsets.start.assumingMemoryBound(to: Int32.self)
    var end = 0
    ends[0] = 0
    for index in 0..<texts.count {
      let text = texts[index]
      if let source = text.baseAddress { (data.start + end).copyMemory(from: source, byteCount: text.count) }
      end += text.count
      ends[index + 1] = Int32(end)
    }
  }

  var array: ArrowArray { arrowArray(count: count, buffers: [nil, offsets, data]) }
}

/// The rules' names of the policy in force as a column, made once.
final class RuleNameCache: Sendable {
  private let known = Mutex<(generation: UInt64, names: ArrowTexts)?>(nil)

  func names(of generation: PolicyGeneration) -> ArrowTexts {
    known.withLock { known in
      if let known, known.generation == generation.number { return known.names }
      let names = ArrowTexts(generation.ruleNames)
      known = (generation.number, names)
      return names
    }
  }
}

/// The words of decisions, by their numbers.
let decisionNames = ArrowTexts(TextBlock(["allow", "approve", "block"].map { Array($0.utf8) }))

// MARK: Arrays

/// What an array that was given away owns.
private final class ArrayParts {
  let memory: [ArrowMemory?]
  let buffers: UnsafeMutablePointer<UnsafeRawPointer?>
  let children: UnsafeMutablePointer<UnsafeMutablePointer<ArrowArray>?>
  let childCount: Int
  let dictionary: UnsafeMutablePointer<ArrowArray>?

  init(_ memory: [ArrowMemory?], _ children: [ArrowArray], _ dictionary: ArrowArray?) {
    self.memory = memory
    buffers = .allocate(capacity: max(memory.count, 1))
    for (index, part) in memory.enumerated() { buffers[index] = part.map { UnsafeRawPointer($0.start) } }
    self.children = .allocate(capacity: max(children.count, 1))
    childCount = children.count
    for (index, child) in children.enumerated() { self.children[index] = boxed(child) }
    self.dictionary = dictionary.map(boxed)
  }

  deinit {
    buffers.deallocate()
    // A child that was moved away has no `release` any more.
    for index in 0..<childCount { drop(children[index]) }
    children.deallocate()
    drop(dictionary)
  }

  private func drop(_ array: UnsafeMutablePointer<ArrowArray>?) {
    array?.pointee.release?(array)
    array?.deallocate()
  }
}

private func boxed<Value>(_ value: Value) -> UnsafeMutablePointer<Value> {
  let box = UnsafeMutablePointer<Value>.allocate(capacity: 1)
  box.initialize(to: value)
  return box
}

/// An array to be given away, which owns its memory and its children.
func arrowArray(
  count: Int, nulls: Int = 0, buffers: [ArrowMemory?], children: [ArrowArray] = [], dictionary: ArrowArray? = nil
) -> ArrowArray {
  let parts = ArrayParts(buffers, children, dictionary)
  return ArrowArray(
    length: Int64(count), null_count: Int64(nulls), offset: 0, n_buffers: Int64(buffers.count),
    n_children: Int64(children.count), buffers: parts.buffers, children: parts.children, dictionary: parts.dictionary,
    release: { array in
      guard let array, let data = array.pointee.private_data else { return }
      array.pointee.private_data = nil
      array.pointee.release = nil
      Unmanaged<ArrayParts>.fromOpaque(data).release()
    }, private_data: Unmanaged.passRetained(parts).toOpaque())
}

// MARK: Schemas

/// What a schema that was given away owns.
private final class SchemaParts {
  let texts: TextBlock
  let children: UnsafeMutablePointer<UnsafeMutablePointer<ArrowSchema>?>
  let childCount: Int
  let dictionary: UnsafeMutablePointer<ArrowSchema>?

  init(_ format: String, _ name: String, _ children: [ArrowSchema], _ dictionary: ArrowSchema?) {
    texts = TextBlock([Array(format.utf8), Array(name.utf8)])
    self.children = .allocate(capacity: max(children.count, 1))
    childCount = children.count
    for (index, child) in children.enumerated() { self.children[index] = boxed(child) }
    self.dictionary = dictionary.map(boxed)
  }

  deinit {
    for index in 0..<childCount { drop(children[index]) }
    children.deallocate()
    drop(dictionary)
  }

  private func drop(_ schema: UnsafeMutablePointer<ArrowSchema>?) {
    schema?.pointee.release?(schema)
    schema?.deallocate()
  }
}

/// A schema to be given away, which owns its texts and its children.
func arrowSchema(
  _ format: String, name: String = "", isNullable: Bool = false, children: [ArrowSchema] = [],
  dictionary: ArrowSchema? = nil
) -> ArrowSchema {
  let parts = SchemaParts(format, name, children, dictionary)
  return ArrowSchema(
    format: parts.texts[0].baseAddress, name: parts.texts[1].baseAddress, metadata: nil,
    flags: isNullable ? Int64(ARROW_FLAG_NULLABLE) : 0, n_children: Int64(children.count), children: parts.children,
    dictionary: parts.dictionary,
    release: { schema in
      guard let schema, let data = schema.pointee.private_data else { return }
      schema.pointee.private_data = nil
      schema.pointee.release = nil
      Unmanaged<SchemaParts>.fromOpaque(data).release()
    }, private_data: Unmanaged.passRetained(parts).toOpaque())
}
