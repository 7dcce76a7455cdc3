import Glibc

/// The processor time, in seconds, that `body` takes of this thread: tests of how time grows compare it, for what else
/// the machine does is not in it.
public func threadSeconds(_ body: () -> Void) -> Double {
  let start = now()
  body()
  return now() - start
}

private func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
