import HpolHeader

/// The columns of a record batch that came through the Arrow C data interface. It stays the caller's.
///
/// Invariant of the unsafe code: the producer's structs are what the interface says; offsets of texts are checked here, the
/// lengths of its buffers are the producer's word. Views of texts point into the batch.
struct ArrowBatch {
  let count: Int
  private let schema: UnsafePointer<ArrowSchema>
  private let rows: UnsafePointer<ArrowArray>

  /// Rows of a batch, at most.
  static let rowLimit = 1 << 30

  init(_ schema: UnsafePointer<ArrowSchema>?, _ rows: UnsafePointer<ArrowArray>?) throws(CallError) {
    guard let schema else { throw .null("schema") }
    guard let rows else { throw .null("rows") }
    guard schema.pointee.release != nil, rows.pointee.release != nil else {
      throw .argument("the record batch was released")
    }
    guard Self.format(schema.pointee) == "+s" else {
      throw .column("a record batch is expected, a struct (`+s`), not `\(Self.format(schema.pointee))`")
    }
    guard schema.pointee.n_children == rows.pointee.n_children, rows.pointee.offset >= 0,
      (0...Int64(Self.rowLimit)).contains(rows.pointee.length)
    else {
      throw .argument("the record batch does not fit its schema, or has more than \(Self.rowLimit) rows")
    }
    self.schema = schema
    self.rows = rows
    count = Int(rows.pointee.length)
  }

  private static func format(_ schema: ArrowSchema) -> String { schema.format.map { String(cString: $0) } ?? "" }

  /// The column of a name, if there is one.
  private func column(_ name: String) throws(CallError) -> Column? {
    for index in 0..<Int(schema.pointee.n_children) {
      guard let child = schema.pointee.children?[index], let array = rows.pointee.children?[index],
        let text = child.pointee.name, String(cString: text) == name
      else { continue }
      let start = Int(rows.pointee.offset) + Int(array.pointee.offset)
      guard array.pointee.length >= rows.pointee.offset + rows.pointee.length else {
        throw .column("`\(name)` is shorter than the record batch")
      }
      return try Column(name, child.pointee, array.pointee, start: start, count: count)
    }
    return nil
  }

  /// A column whose nulls were looked for, and where its rows begin in its buffers.
  private struct Column {
    let name: String
    let schema: ArrowSchema
    let array: ArrowArray
    let start: Int
    let count: Int
    let format: String

    init(_ name: String, _ schema: ArrowSchema, _ array: ArrowArray, start: Int, count: Int) throws(CallError) {
      self.name = name
      self.schema = schema
      self.array = array
      self.start = start
      self.count = count
      format = ArrowBatch.format(schema)
      guard array.null_count != 0, array.n_buffers > 0, let validity = array.buffers?[0] else { return }
      let bits = validity.assumingMemoryBound(to: UInt8.self)
      for row in 0..<count where bits[(start + row) >> 3] >> UInt8((start + row) & 7) & 1 == 0 {
        throw .column("`\(name)` is null in row \(row)")
      }
    }

    func buffer(_ index: Int) throws(CallError) -> UnsafeRawPointer? {
      guard index < array.n_buffers else { throw .column("`\(name)` lacks a buffer") }
      let buffer = array.buffers?[index]
      guard buffer != nil || count == 0 else { throw .column("`\(name)` lacks a buffer") }
      return buffer
    }

    func unfit(_ wanted: String) -> CallError {
      .column("`\(name)` is of the Arrow format `\(format)`; \(wanted) is expected")
    }
  }

  // MARK: Texts

  /// Texts or bytes, a row at a time.
  struct Texts {
    /// Numbers of values, where the column is a dictionary.
    fileprivate(set) var indices: [Int32]?
    fileprivate var starts: [Int] = [0]
    fileprivate var data: UnsafePointer<UInt8>?
    /// The values one by one, where they do not stand behind one another.
    fileprivate var views: [UnsafeBufferPointer<UInt8>]?

    /// How many distinct numbers ``value(_:)`` takes.
    var valueCount: Int { views?.count ?? starts.count - 1 }

    /// The number of a row's value.
    @inline(__always)
    func number(_ row: Int) -> Int { indices.map { Int($0[row]) } ?? row }

    @inline(__always)
    func value(_ number: Int) -> UnsafeBufferPointer<UInt8> {
      if let views { return views[number] }
      let start = starts[number]
      return UnsafeBufferPointer(start: data.map { $0 + start }, count: starts[number + 1] - start)
    }
  }

  func texts(_ name: String) throws(CallError) -> Texts? {
    guard let column = try column(name) else { return nil }
    guard let dictionary = column.schema.dictionary else { return try texts(column) }
    guard let values = column.array.dictionary else { throw .column("`\(name)` lacks its dictionary") }
    guard (0...Int64(Self.rowLimit)).contains(values.pointee.length) else {
      throw .column("the dictionary of `\(name)` is too long")
    }
    let count = Int(values.pointee.length)
    var texts = try texts(
      Column(name, dictionary.pointee, values.pointee, start: Int(values.pointee.offset), count: count))
    texts.indices = try indices(column, below: count)
    return texts
  }

  private func texts(_ column: Column) throws(CallError) -> Texts {
    let starts: [Int]
    switch column.format {
    case "u", "z": starts = try Self.starts(column, Int32.self)
    case "U", "Z": starts = try Self.starts(column, Int64.self)
    case "vu", "vz": return Texts(views: try Self.views(column))
    default: throw column.unfit("utf8 or binary")
    }
    let data = column.array.n_buffers > 2 ? column.array.buffers?[2] : nil
    guard data != nil || starts.last == starts.first else { throw .column("`\(column.name)` lacks a buffer") }
    return Texts(starts: starts, data: data?.assumingMemoryBound(to: UInt8.self))
  }

  /// A view is 16 bytes: a length, and the text itself up to twelve bytes; of a longer one its first four, the number of a
  /// buffer and a place in it. Behind the buffers of texts stand their sizes.
  private static func views(_ column: Column) throws(CallError) -> [UnsafeBufferPointer<UInt8>] {
    guard let views = try column.buffer(1) else { return [] }
    let textCount = Int(column.array.n_buffers) - 3
    guard textCount >= 0, textCount == 0 || column.array.buffers?[textCount + 2] != nil else {
      throw .column("`\(column.name)` lacks a buffer")
    }
    let sizes = column.array.buffers?[textCount + 2]?.assumingMemoryBound(to: Int64.self)
    var result: [UnsafeBufferPointer<UInt8>] = []
    result.reserveCapacity(column.count)
    for row in 0..<column.count {
      let view = views + (column.start + row) * 16
      func word(_ index: Int) -> Int { Int(view.load(fromByteOffset: index * 4, as: Int32.self)) }
      let length = word(0)
      if (0...12).contains(length) {
        let text = (view + 4).assumingMemoryBound(to: UInt8.self)
        result.append(UnsafeBufferPointer(start: text, count: length))
        continue
      }
      let (buffer, start) = (word(2), word(3))
      guard length > 0, (0..<textCount).contains(buffer), start >= 0, let sizes, start + length <= sizes[buffer],
        let text = column.array.buffers?[buffer + 2]?.assumingMemoryBound(to: UInt8.self)
      else { throw .column("`\(column.name)` has no text where row \(row) says") }
      result.append(UnsafeBufferPointer(start: text + start, count: length))
    }
    return result
  }

  private static func starts<Offset: FixedWidthInteger>(
    _ column: Column, _: Offset.Type
  ) throws(CallError) -> [Int] {
    guard let offsets = try column.buffer(1)?.assumingMemoryBound(to: Offset.self) else { return [0] }
    var starts = [Int](repeating: 0, count: column.count + 1)
    var isOrdered = offsets[column.start] >= 0
    for row in 0...column.count {
      starts[row] = Int(offsets[column.start + row])
      if row > 0, starts[row] < starts[row - 1] { isOrdered = false }
    }
    guard isOrdered else { throw .column("the offsets of `\(column.name)` are out of order") }
    return starts
  }

  // MARK: Numbers

  /// Integers of at least 0 and less than `limit`.
  func indices(_ name: String, below limit: Int) throws(CallError) -> [Int32]? {
    guard let column = try column(name) else { return nil }
    return try indices(column, below: limit)
  }

  private func indices(_ column: Column, below limit: Int) throws(CallError) -> [Int32] {
    switch column.format {
    case "c": return try indices(column, below: limit, Int8.self)
    case "C": return try indices(column, below: limit, UInt8.self)
    case "s": return try indices(column, below: limit, Int16.self)
    case "S": return try indices(column, below: limit, UInt16.self)
    case "i": return try indices(column, below: limit, Int32.self)
    case "I": return try indices(column, below: limit, UInt32.self)
    case "l": return try indices(column, below: limit, Int64.self)
    case "L": return try indices(column, below: limit, UInt64.self)
    default: throw column.unfit("an integer")
    }
  }

  private func indices<Number: FixedWidthInteger>(
    _ column: Column, below limit: Int, _: Number.Type
  ) throws(CallError) -> [Int32] {
    guard let numbers = try column.buffer(1)?.assumingMemoryBound(to: Number.self) else { return [] }
    var result = [Int32](repeating: 0, count: column.count)
    for row in 0..<column.count {
      guard let number = Int32(exactly: numbers[column.start + row]), number >= 0, number < limit else {
        throw .column("`\(column.name)` is \(numbers[column.start + row]) in row \(row), of \(limit)")
      }
      result[row] = number
    }
    return result
  }

  /// Moments in seconds since 1970.
  func seconds(_ name: String) throws(CallError) -> [Int64]? {
    guard let column = try column(name) else { return nil }
    let perSecond: Int64
    switch column.format.prefix(3) {
    case "l", "tss": perSecond = 1
    case "tsm": perSecond = 1_000
    case "tsu": perSecond = 1_000_000
    case "tsn": perSecond = 1_000_000_000
    default: throw column.unfit("a timestamp, or int64 of seconds,")
    }
    guard let numbers = try column.buffer(1)?.assumingMemoryBound(to: Int64.self) else { return [] }
    return (0..<column.count).map { row in
      let (quotient, remainder) = numbers[column.start + row].quotientAndRemainder(dividingBy: perSecond)
      return remainder < 0 ? quotient - 1 : quotient
    }
  }
}
