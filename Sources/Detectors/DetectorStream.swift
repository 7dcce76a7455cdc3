/// Finds spans in a text that comes in pieces: the same ones whatever the pieces.
///
/// At most ``DetectorLimits/heldBytes`` bytes are kept. Of what is kept, only what a recogniser is in the middle of waits:
/// ordinary text is settled up to its last word.
public struct DetectorStream: ~Copyable {
  private let set: DetectorSet
  private var scanner: DetectorScanner
  private var customs: CustomScan
  /// The bytes kept, if nobody else keeps them; the first has offset `heldOrigin` in the stream.
  private var held: [UInt8] = []
  private var heldOrigin = 0
  /// How many bytes have come.
  private var seen = 0
  /// The scan has come to this offset.
  private var position = 0
  /// How much there was when a recogniser lacked bytes; nil if none does. It runs again when there is an eighth more, so
  /// that many small writes cost no more than a few large ones.
  private var waitingFrom: Int?
  /// Found, in order, and not certain to be the next yet.
  private var pending: [DetectedSpan] = []
  /// The offset in the stream below which nothing more will be found.
  public private(set) var settled = 0
  /// The offset in the stream from which on bytes must be kept.
  public private(set) var needed = 0

  public init(_ set: DetectorSet) {
    self.set = set
    scanner = DetectorScanner(set.tables)
    customs = CustomScan(set.customs)
  }

  /// Takes the next bytes of the stream. Appends the spans that are certain, in order of start; offsets are the stream's.
  public mutating func write(_ bytes: UnsafeBufferPointer<UInt8>, _ spans: inout [DetectedSpan]) {
    var rest = bytes
    // In pieces, so that what is kept stays within its limit.
    while rest.count > DetectorLimits.matchBytes {
      take(UnsafeBufferPointer(rebasing: rest[..<DetectorLimits.matchBytes]), isFinal: false, &spans)
      rest = UnsafeBufferPointer(rebasing: rest[DetectorLimits.matchBytes...])
    }
    take(rest, isFinal: false, &spans)
  }

  /// Takes the end of the stream, and appends the spans that are left.
  public mutating func finish(_ spans: inout [DetectedSpan]) {
    take(UnsafeBufferPointer(start: nil, count: 0), isFinal: true, &spans)
  }

  /// The bytes that are kept.
  var heldCount: Int { held.count }

  private mutating func take(
    _ bytes: UnsafeBufferPointer<UInt8>, isFinal: Bool, _ spans: inout [DetectedSpan]
  ) {
    var text: [UInt8] = []
    swap(&text, &held)
    text.append(contentsOf: bytes)
    text.withUnsafeBufferPointer { look(at: $0, origin: heldOrigin, isFinal: isFinal, &spans) }
    let spare = isFinal ? text.count : min(needed - heldOrigin, text.count)
    if spare > DetectorLimits.lookBehind || isFinal {
      text.removeFirst(spare)
      heldOrigin += spare
    }
    swap(&text, &held)
  }

  /// Takes the next bytes of a stream whose text somebody else keeps: `text`, the first byte of which has offset `origin`,
  /// has all from ``needed`` on, and ends with the bytes that are new. With `isFinal` the stream ends there.
  public mutating func look(
    at text: UnsafeBufferPointer<UInt8>, origin: Int, isFinal: Bool, _ spans: inout [DetectedSpan]
  ) {
    let (start, end) = (seen, origin + text.count)
    seen = end
    var customSettled = end
    if !set.customs.isEmpty {
      customs.scan(text, origin: origin, from: start, isFinal: isFinal, &pending)
      if !isFinal { customSettled = customs.settled }
    }
    var builtinSettled = end
    if set.tables.wanted != 0 {
      let waited = end - position
      if isFinal || waitingFrom.map({ waited >= $0 + $0 / 8 }) ?? true {
        position = scanner.scan(text, origin: origin, from: position, isFinal: isFinal)
        waitingFrom = position < end ? end - position : nil
        pending += scanner.spans
        scanner.spans.removeAll(keepingCapacity: true)
      }
      builtinSettled = scanner.settled(at: position, of: text, origin: origin)
    } else {
      position = end
    }
    settled = max(settled, isFinal ? end : min(builtinSettled, customSettled))
    // A custom detector looks at the byte before what it has not settled.
    needed = max(0, min(position - DetectorLimits.lookBehind, customSettled - 1))
    give(isFinal ? .max : settled, &spans)
  }

  /// Gives out, sorted, the spans that begin before `limit`; what is found later begins at it or after.
  private mutating func give(_ limit: Int, _ spans: inout [DetectedSpan]) {
    guard !pending.isEmpty else { return }
    pending.sort(by: DetectedSpan.precedes)
    let count = pending.firstIndex { $0.start >= limit } ?? pending.count
    spans += pending[..<count]
    pending.removeFirst(count)
  }
}
