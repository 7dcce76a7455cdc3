import PolicyBytecode
import PolicyRuntime

/// Is shown each operation that an engine judges, right after it.
public protocol OperationObserver: AnyObject {
  /// Takes the operation that `interpreter` judged last, in that phase, with that verdict.
  func record(
    _ verdict: OperationVerdict, _ number: Int, of batch: borrowing OperationBatch, in session: Session,
    _ phase: RulePhase, _ interpreter: inout Interpreter)
}
