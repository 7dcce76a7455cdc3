import Glibc

/// A value that one thread at a time can get at. Behind it is a mutex of the system, which ThreadSanitizer follows; it
/// does not see into `Synchronization.Mutex`. Uncontended it costs some twenty nanoseconds.
///
/// Unchecked: `value` is touched only while `mutex` is held, which is initialised as long as this object lives.
public final class Guarded<Value>: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var value: Value

  public init(_ value: sending Value) {
    self.value = value
    mutex = .allocate(capacity: 1)
    precondition(pthread_mutex_init(mutex, nil) == 0, "the system has no more mutexes")
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Runs `body` on the value, when nobody else has it. `body` must not come back for it.
  public func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body(&value)
  }
}
