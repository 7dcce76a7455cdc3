import PolicyBytecode

extension ResponseFacts {
  /// Adds the facts, for `Interpreter.beginResponse`.
  public func write(to facts: inout FactBuffer) {
    if let rows { facts.add(.responseRows, integer: Int64(rows)) }
    facts.add(.responseBytes, integer: Int64(bytes))
    if let status { facts.add(.responseStatus, integer: Int64(status)) }
    for detector in detectors { facts.add(.responseDetector, detector) }
  }
}
