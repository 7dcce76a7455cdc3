import JSONText
import PolicyEngine
import Synchronization

/// What one thread does with the requests it reads. One thread at a time touches it.
protocol TrafficVisitor: AnyObject, Sendable {
  /// Takes a request that was read last from `traffic`. All requests of a session whose tags matter come to one visitor,
  /// in their order.
  func visit(_ request: RecordedRequest, of traffic: RecordedTraffic, at place: LinePlace)
  /// The numbers of the traffic lose their meaning; called at the end, too.
  func forgetTraffic(of traffic: RecordedTraffic)
}

/// Runs over the lines of recordings on all cores, in memory that does not grow with them.
///
/// Each thread takes the next block of lines, reads and judges them. Requests whose verdicts depend on those before
/// them are put aside, and taken up in the order of the files by the one thread whose block's turn it is.
final class LineRun<Visitor: TrafficVisitor>: @unchecked Sendable {
  /// Lines that hold no fixture whose details are kept.
  static var failureLimit: Int { TestReport.detailLimit }

  /// Each thread's visitor, then that of the ordered requests.
  let visitors: [Visitor]
  /// Lines that hold no fixture, in the order of the files, as far as details are kept; and how many there are.
  private(set) var failures: [LineFailure] = []
  private(set) var failureCount = 0

  private let needs: TrafficNeeds
  private let blocks: SharedBlocks
  /// Guarded by `lock`.
  private var found: [(place: LinePlace, failure: LineFailure)] = []
  private let lock = Mutex(())
  private let turns = Turns()
  private let orderedTraffic: RecordedTraffic
  private let orderedVisitor: Visitor

  /// `make` gives a visitor for a thread; `progress` is told the bytes read, one thread at a time. The limits are there
  /// for tests.
  init(
    _ paths: [String], needs: TrafficNeeds, threads: Int, lineLimit: Int = LineReader.lineBytes,
    blockBytes: Int = BlockReader.blockBytes, progress: @escaping @Sendable (Int) -> Void = { _ in },
    make: () -> Visitor
  ) {
    self.needs = needs
    blocks = SharedBlocks(paths, lineLimit: lineLimit, blockBytes: blockBytes, progress: progress)
    orderedTraffic = RecordedTraffic(needs)
    orderedVisitor = make()
    visitors = (0..<threads).map { _ in make() } + [orderedVisitor]
  }

  /// Reads all there is. A file that cannot be opened ends the run.
  func run() throws(FileError) {
    Self.connect(orderedTraffic, orderedVisitor)
    let threads = visitors.dropLast().map { visitor in
      Thread { [self] in work(visitor) }
    }
    for thread in threads { thread.join() }
    orderedVisitor.forgetTraffic(of: orderedTraffic)
    if let error = blocks.error { throw error }
    found.sort { $0.place < $1.place }
    failures = found.prefix(Self.failureLimit).map(\.failure)
  }

  private static func connect(_ traffic: RecordedTraffic, _ visitor: Visitor) {
    traffic.willForget = { [unowned traffic, unowned visitor] in visitor.forgetTraffic(of: traffic) }
  }

  /// What each thread does until nothing is left.
  private func work(_ visitor: Visitor) {
    let traffic = RecordedTraffic(needs)
    Self.connect(traffic, visitor)
    let block = blocks.makeBlock()
    while blocks.take(block) {
      var ordered: [(place: LinePlace, range: Range<Int>)] = []
      blocks.forEachLine(of: block) { line, range, place in
        if needs.hasState, traffic.isStateful(line) {
          ordered.append((place, range))
        } else {
          visit(line, traffic, visitor, place)
        }
      } unreadable: { place, reason in
        fail(place, 1, reason)
      }
      guard needs.hasState else { continue }
      turns.wait(for: block.number)
      for (place, range) in ordered {
        visit(UnsafeBufferPointer(rebasing: block.bytes[range]), orderedTraffic, orderedVisitor, place)
      }
      turns.end()
    }
    visitor.forgetTraffic(of: traffic)
  }

  private func visit(
    _ line: UnsafeBufferPointer<UInt8>, _ traffic: RecordedTraffic, _ visitor: Visitor, _ place: LinePlace
  ) {
    do throws(JSONError) {
      visitor.visit(try traffic.read(line), of: traffic, at: place)
    } catch {
      fail(place, error.offset + 1, error.message)
    }
  }

  private func fail(_ place: LinePlace, _ column: Int, _ reason: String) {
    lock.withLock { _ in
      failureCount += 1
      found.append(
        (place, LineFailure(file: blocks.names[place.file], line: place.line, column: column, reason: reason)))
      // The first of the files are kept; they may come late.
      if found.count >= 4 * Self.failureLimit {
        found.sort { $0.place < $1.place }
        found.removeLast(found.count - Self.failureLimit)
      }
    }
  }
}
