import PolicyBytecode

/// Payloads that came before, by number, with their facts. Bounded: where it is full it forgets all.
struct StatementMemory: ~Copyable {
  /// Distinct payloads that are kept, the bytes of their texts, and the bytes of their facts.
  static let statementLimit = 1 << 14
  static let keyBytes = 4 << 20
  static let decodedBytes = 8 << 20
  /// A longer payload is not kept.
  static let statementBytes = 16 << 10

  static let none = ByteKeyTable.none

  private var keys = ByteKeyTable(entryLimit: statementLimit, byteLimit: keyBytes)
  private var protocols = RawBuffer<OperationProtocol>()
  private var decoded: [DecodedPayload?] = []
  private var decodedSize = 0
  /// Hashes of payloads that came once, in groups in which a new one takes the oldest's place: what does not come again is
  /// not worth its place in the tables.
  private var seenOnce = [SIMD4<UInt32>](repeating: .zero, count: 1 << 12)

  init() {}

  /// Whether no further payload may find room.
  var isFull: Bool { keys.isFull(adding: Self.statementBytes) }

  mutating func removeAll() {
    keys.removeAll()
    protocols.removeAll()
    decoded.removeAll(keepingCapacity: true)
    decodedSize = 0
  }

  /// The number of a payload, which it has from the second time on, or ``none``. Not where ``isFull``.
  mutating func number(of payload: UnsafeBufferPointer<UInt8>, _ wire: OperationProtocol) -> Int {
    guard payload.count <= Self.statementBytes else { return Self.none }
    let hash = KeyHash.of(payload, salt: UInt64(wire.rawValue) + 1)
    let number = keys.find(payload, hash)
    if number >= 0 { return protocols[number] == wire ? number : Self.none }
    let place = Int(truncatingIfNeeded: hash) & (seenOnce.count - 1)
    let mark = UInt32(truncatingIfNeeded: hash >> 32)
    let seen = seenOnce[place]
    guard any(seen .== mark) else {
      seenOnce[place] = SIMD4(mark, seen.x, seen.y, seen.z)
      return Self.none
    }
    let added = keys.insert(payload, hash)
    if added >= 0 {
      protocols.append(wire)
      decoded.append(nil)
    }
    return added
  }

  /// The facts of a payload, if they are kept.
  func facts(of statement: Int) -> DecodedPayload? { statement >= 0 ? decoded[statement] : nil }

  /// Keeps the facts of a payload, if there is room.
  mutating func keep(_ batch: borrowing OperationBatch, of statement: Int) {
    guard statement >= 0, decodedSize + batch.byteCount <= Self.decodedBytes else { return }
    decoded[statement] = DecodedPayload(batch)
    decodedSize += batch.byteCount
  }
}
