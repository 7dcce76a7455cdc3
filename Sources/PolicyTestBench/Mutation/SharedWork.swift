import Synchronization

/// Does a number of things on several threads, each with a worker of its own.
///
/// Invariant of the unchecked conformance: `makeWorker` and `work` only read what threads share; what they change
/// belongs to the worker. `next`, `done` and `results` are guarded by `lock`.
final class SharedWork<Worker, Result>: @unchecked Sendable {
  private let count: Int
  private let makeWorker: () -> Worker?
  private let work: (Worker, Int) -> Result
  private let lock = Mutex(())
  private var next = 0
  private var done = 0
  private var results: [Result?]

  private init(_ count: Int, makeWorker: @escaping () -> Worker?, work: @escaping (Worker, Int) -> Result) {
    self.count = count
    self.makeWorker = makeWorker
    self.work = work
    results = Array(repeating: nil, count: count)
  }

  /// The results in order; nil where no worker can be made. `own` works on this thread, if there is one already.
  /// `progress` is told how many are done, on this thread.
  static func run(
    _ count: Int, threads: Int, own: Worker? = nil, makeWorker: @escaping () -> Worker?,
    work: @escaping (Worker, Int) -> Result,
    progress: (Int) -> Void
  ) -> [Result]? {
    let shared = SharedWork(count, makeWorker: makeWorker, work: work)
    let others = (1..<max(1, min(threads, count))).map { _ in Thread { shared.takeTurns(nil) { _ in } } }
    shared.takeTurns(own, progress)
    for thread in others { thread.join() }
    progress(shared.done)
    let results = shared.results.compactMap { $0 }
    return results.count == count ? results : nil
  }

  private func takeTurns(_ own: Worker?, _ progress: (Int) -> Void) {
    guard let worker = own ?? makeWorker() else { return }
    while let number = take() {
      let result = work(worker, number)
      progress(
        lock.withLock { _ in
          results[number] = result
          done += 1
          return done
        })
    }
  }

  private func take() -> Int? {
    lock.withLock { _ in
      guard next < count else { return nil }
      next += 1
      return next - 1
    }
  }
}
