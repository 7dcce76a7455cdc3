import Glibc
import JSONText
import PolicyTestBench

/// The importers of logs.
///
/// - Every record is accounted for, and a failure says where it is.
/// - Every fixture can be read, and is written again as it was.
/// - Importing again gives the same.
///
/// The first byte of an input chooses the format, in the order of their names.
final class ImportFuzzing: FuzzTarget {
  private let formats = ImportFormat.allCases.sorted { $0.name < $1.name }
  private var parser = FixtureParser()

  func check(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let format = formats[Int(first) % formats.count]
    var template = Array("/tmp/hpol-fuzz-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0, write(descriptor, Array(input.dropFirst()), input.count - 1) == input.count - 1 else {
      fail("a log can be written")
    }
    unlink(template)
    defer { close(descriptor) }
    let log = "/proc/self/fd/\(descriptor)"
    let lines = fixtures(of: log, format)
    require(fixtures(of: log, format) == lines, "importing again gives the same")
    for line in lines {
      line.withUnsafeBufferPointer { bytes in
        guard let fixture = try? parser.fixture(bytes) else { fail("an imported fixture can be read") }
        var writer = JSONWriter()
        fixture.write(to: &writer)
        require(writer.bytes == line, "a fixture is written as it was read")
      }
    }
    _ = try? ImportFormat.detect(log)
  }

  private func fixtures(of log: String, _ format: ImportFormat) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var logs = LogImport(format)
    do throws(FileError) {
      try logs.read(log) { (item) throws(FileError) in
        switch item {
        case .failure(let failure): require(failure.line > 0 && failure.column > 0, "a failure says where it is")
        case .fixture(let fixture):
          var writer = JSONWriter()
          fixture.write(to: &writer)
          lines.append(writer.bytes)
        }
      }
    } catch {
      // What looks compressed may be damaged.
      return lines
    }
    require(logs.counts.isBalanced, "every record is accounted for")
    require(logs.counts.fixtures == lines.count, "every fixture is counted")
    return lines
  }
}
