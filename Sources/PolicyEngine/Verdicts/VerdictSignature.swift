import PolicyBytecode
import PolicyRuntime

/// What the verdicts of a request's operations say and which rules applied: requests with equal signatures have equal
/// outcomes, so that a verdict is made words once for all of them.
package struct VerdictSignature: ~Copyable {
  private var buffer = RawBuffer<UInt8>(capacity: 1024)

  package init() {}

  package var bytes: UnsafeBufferPointer<UInt8> { buffer.elements }

  /// Becomes the signature of `verdicts`, whose rules stand in `fired`.
  package mutating func write(
    _ verdicts: [OperationVerdict], fired: borrowing RawBuffer<UInt32>, asksResponse: Bool = false
  ) {
    buffer.removeAll()
    buffer.append(asksResponse ? 2 : 1)
    for verdict in verdicts {
      let flags: UInt8 =
        (verdict.isByRule ? 1 : 0) | (verdict.limitReached ? 2 : 0) | (verdict.needsUnparsedTest ? 4 : 0)
      buffer.append(verdict.decision.rawValue << 4 | verdict.record.rawValue << 6 | flags)
      let rules = UnsafeBufferPointer(
        rebasing: fired.elements[Int(verdict.firstFired)..<Int(verdict.endFired)])
      var count = UInt32(rules.count)
      withUnsafeBytes(of: &count) { buffer.append(contentsOf: $0.bindMemory(to: UInt8.self)) }
      UnsafeRawBufferPointer(rules).withMemoryRebound(to: UInt8.self) { buffer.append(contentsOf: $0) }
    }
  }

  /// Becomes a signature of texts, which is equal to none of verdicts.
  package mutating func write(_ texts: [String]) {
    buffer.removeAll()
    buffer.append(0)
    for text in texts {
      buffer.append(contentsOf: text.utf8)
      buffer.append(0)
    }
  }
}
