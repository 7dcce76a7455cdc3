/// Masks a response that comes in pieces: the same bytes whatever the pieces.
///
///     var masker = ResponseMasker(plan, format: .init(contentType: type))
///     masker.write(chunk, into: &out)
///     masker.finish(into: &out)
///
/// What it holds back is bounded by ``MaskLimits``: a string or a record by ``MaskLimits/heldBytes``, a YAML text by
/// ``MaskLimits/yamlBytes``.
public struct ResponseMasker: ~Copyable {
  private let machine: ResponseMaskingMachine
  private let plan: MaskPlan

  public init(_ plan: MaskPlan, format: ResponseFormat = .automatic) {
    self.plan = plan
    machine = ResponseMaskingMachine(plan, format, MaskScratch(plan))
  }

  /// Takes the next bytes of the response and appends those that are certain to `out`.
  public mutating func write(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]) {
    machine.write(bytes, into: &out)
  }

  /// Takes the next bytes of the response and appends those that are certain to `out`.
  public mutating func write(_ bytes: [UInt8], into out: inout [UInt8]) {
    bytes.withUnsafeBufferPointer { machine.write($0, into: &out) }
  }

  /// Takes the end of the response and appends what is left.
  public mutating func finish(into out: inout [UInt8]) { machine.finish(into: &out) }

  /// What was masked so far.
  public var report: MaskReport { MaskReport(machine.tally, plan) }
}
