import Glibc
import JSONText
import PolicyEngine
import Synchronization

/// Where a line stands in a run over files, so that of several the first can be told.
struct LinePlace: Comparable, Hashable, Sendable {
  var file: Int
  /// From 1.
  var line: Int

  static func < (a: Self, b: Self) -> Bool { (a.file, a.line) < (b.file, b.line) }
}

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

  private let lineLimit: Int
  private let blockBytes: Int
  private let needs: TrafficNeeds
  private let names: [String]
  private let progress: @Sendable (Int) -> Void
  /// Guarded by `lock`: who takes the next block, and what went wrong.
  private var reader: BlockReader
  private var error: FileError?
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
    self.progress = progress
    self.lineLimit = lineLimit
    self.blockBytes = blockBytes
    names = paths.map { $0 == "-" ? "<stdin>" : $0 }
    reader = BlockReader(paths, lineLimit: lineLimit, blockBytes: blockBytes)
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
    if let error { throw error }
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
    let block = LineBlock(byteCount: blockBytes)
    while take(block) {
      var ordered: [(place: LinePlace, range: Range<Int>)] = []
      for line in block.tooLong {
        fail(LinePlace(file: block.file, line: line), 1, "the line is longer than \(lineLimit) bytes")
      }
      if let (line, reason) = block.broken { fail(LinePlace(file: block.file, line: line), 1, reason) }
      forEachLine(of: block) { line, range, place in
        if needs.hasState, traffic.isStateful(line) {
          ordered.append((place, range))
        } else {
          visit(line, traffic, visitor, place)
        }
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

  /// The next block; false at the end, or where something went wrong.
  private func take(_ block: LineBlock) -> Bool {
    lock.withLock { _ in
      guard error == nil else { return false }
      do throws(FileError) {
        guard try reader.next(block) else { return false }
      } catch {
        self.error = error
        return false
      }
      progress(reader.bytesRead)
      return true
    }
  }

  private func forEachLine(
    of block: LineBlock, _ body: (UnsafeBufferPointer<UInt8>, Range<Int>, LinePlace) -> Void
  ) {
    let bytes = block.bytes
    guard let base = bytes.baseAddress else { return }
    var start = 0
    var number = block.firstLine
    while start < bytes.count {
      let newline = memchr(base + start, 0x0A, bytes.count - start)
      let end = newline.map { UnsafeRawPointer(base).distance(to: UnsafeRawPointer($0)) } ?? bytes.count
      let line = UnsafeBufferPointer(rebasing: bytes[start..<end])
      let place = LinePlace(file: block.file, line: number)
      if line.count > lineLimit {
        fail(place, 1, "the line is longer than \(lineLimit) bytes")
      } else if !isBlank(line) {
        body(line, start..<end, place)
      }
      start = end + 1
      number += 1
    }
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
        (place, LineFailure(file: names[place.file], line: place.line, column: column, reason: reason)))
      // The first of the files are kept; they may come late.
      if found.count >= 4 * Self.failureLimit {
        found.sort { $0.place < $1.place }
        found.removeLast(found.count - Self.failureLimit)
      }
    }
  }
}

/// Gives threads their turns in the order of numbers.
///
/// Invariant of the unsafe code: the mutex and the condition are initialised once, never moved, and destroyed last.
private final class Turns: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var next = 0

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Returns when all before `number` have ended their turns.
  func wait(for number: Int) {
    pthread_mutex_lock(mutex)
    while next != number { pthread_cond_wait(condition, mutex) }
    pthread_mutex_unlock(mutex)
  }

  func end() {
    pthread_mutex_lock(mutex)
    next += 1
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }
}

/// A thread of the system that runs a closure.
final class Thread: @unchecked Sendable {
  private var handle = pthread_t()
  private let body: @Sendable () -> Void

  /// Decoders nest, so the stack is as large as a main thread's.
  static let stackBytes = 8 << 20

  init(_ body: @escaping @Sendable () -> Void) {
    self.body = body
    let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
    pthread_attr_init(attributes)
    pthread_attr_setstacksize(attributes, Self.stackBytes)
    let context = Unmanaged.passRetained(self).toOpaque()
    let status = pthread_create(
      &handle, attributes,
      { context in
        guard let context else { return nil }
        Unmanaged<Thread>.fromOpaque(context).takeRetainedValue().body()
        return nil
      }, context)
    pthread_attr_destroy(attributes)
    attributes.deallocate()
    precondition(status == 0, "a thread could not be started")
  }

  func join() { pthread_join(handle, nil) }
}

/// The cores that are there.
public func availableCores() -> Int {
  max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}
