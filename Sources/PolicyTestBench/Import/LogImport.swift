import PolicyEngine

/// Reads logs of one format, in the order given, and hands on fixtures.
public struct LogImport {
  public let format: ImportFormat
  private var importer: any LogImporter
  private var output: ImportOutput

  public init(_ format: ImportFormat, _ options: ImportOptions = ImportOptions()) {
    self.format = format
    importer = format.importer(options)
    output = ImportOutput(options)
  }

  /// What became of the records so far.
  public var counts: ImportCounts { output.counts }

  /// What an import hands on.
  public enum Item {
    case fixture(Fixture)
    case failure(LineFailure)
  }

  /// Reads one log; `-` is standard input. What waits for another record at its end goes out without it. `recordLimit` is
  /// there for tests.
  public mutating func read(
    _ path: String, recordLimit: Int = ImportLimits.recordBytes, _ body: (Item) throws(FileError) -> Void
  ) throws(FileError) {
    let name = path == "-" ? "<stdin>" : path
    output.file = path == "-" ? "stdin" : path.split(separator: "/").last.map(String.init) ?? path
    importer = format.importer(output.options)
    let records = try format.framing.open(path, limit: recordLimit)
    while let result = try records.next() {
      output.countRecord()
      switch result {
      case .failure(let line, let reason): output.fail(line, reason)
      case .record(let record):
        if record.isBlank { output.skip(.header) } else { importer.take(record, &output) }
      }
      try drain(name, body)
    }
    importer.finish(&output)
    try drain(name, body)
  }

  private mutating func drain(_ name: String, _ body: (Item) throws(FileError) -> Void) throws(FileError) {
    for (line, column, reason) in output.failures {
      try body(.failure(LineFailure(file: name, line: line, column: column, reason: reason)))
    }
    for fixture in output.fixtures { try body(.fixture(fixture)) }
    output.removeAll()
  }
}
