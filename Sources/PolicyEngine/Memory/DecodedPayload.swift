import PolicyBytecode

/// The facts of a payload that came before.
package final class DecodedPayload {
  package let batch: OperationBatch

  package init(_ batch: borrowing OperationBatch) { self.batch = OperationBatch(copying: batch) }
}
