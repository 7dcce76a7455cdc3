import JSONText
import PolicyBytecode
import PolicyRuntime

/// A verdict with its texts as C reads them, made once for all requests that get it.
public final class KnownVerdict: Sendable {
  public let outcome: Outcome
  /// The policy that it is by: masks are of its detectors, whichever policy is in force by then.
  let policy: LoadedPolicy
  /// What the target answers is to be judged too, before anything of it is passed on: rules on the response may speak of
  /// it, or it may ask something of the client.
  public let asksResponse: Bool
  /// The number in the bundle of a rule that decided, the first by name; nil: a default did.
  public let rule: Int?
  /// The line of `hpol eval --json` without its line end; the message; what is passed on of the response.
  private let texts: TextBlock
  public let rules: TextBlock
  public let tags: TextBlock
  public let observed: TextBlock

  init(_ outcome: Outcome, by policy: LoadedPolicy, asksResponse: Bool, isAnswered: Bool = false, rule: Int?) {
    self.outcome = outcome
    self.policy = policy
    self.asksResponse = asksResponse
    self.rule = rule
    var writer = JSONWriter()
    outcome.write(id: nil, isAnswered: isAnswered, to: &writer)
    texts = TextBlock([
      writer.bytes.dropLast(), Array((outcome.message ?? "").utf8), Array((outcome.responseText ?? "").utf8),
    ])
    rules = TextBlock(outcome.rules.map { Array($0.utf8) })
    tags = TextBlock(outcome.tags.map { Array($0.utf8) })
    observed = TextBlock(outcome.observed.map { Array($0.utf8) })
  }

  /// The line of `hpol eval --json` without its line end; `id` is null.
  public var line: UnsafeBufferPointer<CChar> { texts[0] }
  public var message: UnsafeBufferPointer<CChar>? { outcome.message == nil ? nil : texts[1] }
  /// What is passed on of the response: its text, or its JSON if it is none.
  public var response: UnsafeBufferPointer<CChar>? { outcome.response == nil ? nil : texts[2] }
}
