import Glibc

/// Gives threads their turns in the order of numbers.
///
/// Invariant of the unsafe code: the mutex and the condition are initialised once, never moved, and destroyed last.
final class Turns: @unchecked Sendable {
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
