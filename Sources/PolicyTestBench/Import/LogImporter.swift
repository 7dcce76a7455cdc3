/// One record of a log.
struct LogRecord {
  var bytes: [UInt8]
  /// Where it begins, from 1.
  var line: Int
}

/// Makes fixtures of the records of one log.
///
/// Each record is accounted for once: with `make`, `join`, `skip` or `fail` of the output, at once or, where it waits for
/// others, by the end of ``finish(_:)``. What is kept between records has a limit.
protocol LogImporter {
  mutating func take(_ record: LogRecord, _ output: inout ImportOutput)
  /// The log has ended: what still waits is settled.
  mutating func finish(_ output: inout ImportOutput)
}

extension LogImporter {
  mutating func finish(_ output: inout ImportOutput) {}
}

/// Limits of what importers keep.
public enum ImportLimits {
  /// Bytes of a record; what is longer is unreadable.
  public static let recordBytes = LineReader.lineBytes
  /// Requests that wait for their answer or for another record; the oldest goes out without it.
  public static let openRequests = 4_096
  /// Bytes of the records behind these requests, beyond which the oldest goes out, too.
  public static let openBytes = 64 << 20
  /// Sessions or connections that are remembered.
  public static let sessions = 65_536
  /// Bytes of an identity file.
  public static let identityBytes = 64 << 20
}
