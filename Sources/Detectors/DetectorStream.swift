/// Finds spans in a text that comes in pieces: the same ones whatever the pieces.
///
/// At most ``DetectorLimits/heldBytes`` bytes are kept. Of what is kept, only what a recogniser is in the middle of waits:
/// ordinary text is settled up to its last word.
public struct DetectorStream: ~Copyable {
  private let set: DetectorSet
  private var scanner: DetectorScanner
  private let customs: [CustomSearch]
  /// The bytes kept; the first has offset `origin` in the stream.
  private var held: [UInt8] = []
  private var origin = 0
  /// The scan has come to this offset.
  private var position = 0
  /// How much there was when a recogniser lacked bytes; nil if none does. It runs again when there is an eighth more, so
  /// that many small writes cost no more than a few large ones.
  private var waitingFrom: Int?
  /// Found, in order, and not certain to be the next yet.
  private var pending: [DetectedSpan] = []
  /// The offset in the stream below which nothing more will be found: bytes before it need not be kept.
  public private(set) var settled = 0

  public init(_ set: DetectorSet) {
    self.set = set
    scanner = DetectorScanner(set.tables)
    customs = set.customs.map { CustomSearch($0) }
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
    for custom in customs { custom.write(bytes, isFinal: isFinal, &pending) }
    held.append(contentsOf: bytes)
    let end = origin + held.count
    var builtinSettled = end
    if set.tables.wanted != 0 {
      let waited = end - position
      if isFinal || waitingFrom.map({ waited >= $0 + $0 / 8 }) ?? true {
        let (origin, from) = (origin, position)
        position = held.withUnsafeBufferPointer { scanner.scan($0, origin: origin, from: from, isFinal: isFinal) }
        waitingFrom = position < end ? end - position : nil
        pending += scanner.spans
        scanner.spans.removeAll(keepingCapacity: true)
      }
      let (origin, position) = (origin, position)
      builtinSettled = held.withUnsafeBufferPointer { scanner.settled(at: position, of: $0, origin: origin) }
    } else {
      position = end
    }
    let newlySettled = isFinal ? end : min(builtinSettled, customs.map(\.settled).min() ?? end)
    settled = max(settled, newlySettled)
    give(isFinal ? .max : settled, &spans)
    let needed = position - DetectorLimits.lookBehind
    if needed - origin > DetectorLimits.lookBehind || isFinal {
      held.removeFirst(min(held.count, max(0, needed - origin)))
      origin = max(origin, needed)
    }
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
