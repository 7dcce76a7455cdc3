import JSONText
import PolicyBytecode
import PolicyRuntime

/// What became of a request: the strictest verdict over its operations.
public struct Outcome: Sendable {
  public var decision: Decision
  /// Names of the rules that decided, as reports call them, sorted.
  public var rules: [String]
  /// Their distinct messages, joined by newlines.
  public var message: String?
  public var approvals: [ApprovalRequirement]
  public var masks: [MaskObligation]
  public var record: RecordLevel
  /// Tags that the session has from the next request on.
  public var tags: [String]
  /// Names of rules in `@mode(observe)` that apply: reported, never enforced.
  public var observed: [String] = []
  /// How many operations the request holds.
  public var operations: Int
  /// Numbers in the bundle of all rules that applied, whether they decided or not, observed ones among them; sorted.
  public var applied: [Int] = []
  /// The response as it is passed on, masked, in the form in which it was given; nil if there was none or it is
  /// withheld.
  public var response: JSONValue?
  /// Why the verdict cannot be known: the tests that a redacted fixture was asked and whose truth nobody recorded, or a
  /// reason. Empty: it is known. Where it is not, ``decision`` is the strictest that it may be.
  public var notEvaluable: [String] = []
  /// What the target answered is not in the recording, and the verdict masks it or rules on the response could speak of
  /// it: what is passed on cannot be known.
  public var lacksResponse = false
  /// Rules that may have decided besides, to no other effect; sorted.
  public var possibleRules: [String] = []
  /// Tags that the session may have besides ``tags``.
  public var possibleTags: [String] = []

  public init(
    _ decision: Decision, rules: [String] = [], message: String? = nil, approvals: [ApprovalRequirement] = [],
    masks: [MaskObligation] = [], record: RecordLevel = .none, tags: [String] = [], operations: Int = 1,
    response: JSONValue? = nil
  ) {
    self.decision = decision
    self.rules = rules
    self.message = message
    self.approvals = approvals
    self.masks = masks
    self.record = record
    self.tags = tags
    self.operations = operations
    self.response = response
  }
}

extension Outcome {
  /// The response as text: what it is if it is text, else JSON.
  public var responseText: String? { response.map { $0.string ?? $0.text } }

  /// Whether the verdict is known.
  public var isEvaluable: Bool { notEvaluable.isEmpty }
}

/// A request as the engine takes it, whether a test or a fixture states it.
public struct JudgedRequest: Sendable {
  public var principal: Principal
  public var `protocol`: OperationProtocol
  public var payload: RequestPayload
  public var response: JSONValue?
  /// What the recording says that it lacks.
  public var missing: Set<MissingPart> = []
  /// What it remembers of the request it was, if it is redacted.
  public var redacted: RecordedTests?
  /// Tags that its session may have besides those it has: earlier requests of it are not evaluable.
  public var possibleTags: [String] = []

  public init(
    principal: Principal, protocol: OperationProtocol, payload: RequestPayload, response: JSONValue? = nil,
    missing: Set<MissingPart> = [], redacted: RecordedTests? = nil
  ) {
    self.principal = principal
    self.protocol = `protocol`
    self.payload = payload
    self.response = response
    self.missing = missing
    self.redacted = redacted
  }

  public init(_ fixture: Fixture) {
    self.init(
      principal: fixture.principal, protocol: fixture.protocol, payload: fixture.payload, response: fixture.response,
      missing: fixture.missing, redacted: fixture.redacted)
  }
}

/// The engine: judges a request of a session that has the given tags.
public typealias Judge = (_ request: JudgedRequest, _ tags: [String]) -> Outcome

/// The sessions of a recording and the tags they have. It holds only those that have one.
public struct SessionTags: Sendable {
  private var tags: [String: [String]] = [:]
  /// Those that sessions may have besides, since a request of theirs is not evaluable.
  private var possibleTags: [String: [String]] = [:]

  public init() {}

  /// The tags that a session has so far.
  package func tags(of session: String?) -> [String] { session.flatMap { tags[$0] } ?? [] }

  /// The tags that it may have besides.
  package func possibleTags(of session: String?) -> [String] { session.flatMap { possibleTags[$0] } ?? [] }

  /// The tags that a fixture's session has so far.
  public func tags(of fixture: Fixture) -> [String] { tags(of: fixture.session) }

  /// The request of a fixture, with what is not known of its session.
  public func request(of fixture: Fixture) -> JudgedRequest {
    var request = JudgedRequest(fixture)
    request.possibleTags = possibleTags(of: fixture.session)
    return request
  }

  /// Judges a fixture within its session, which gets the tags that the outcome sets.
  public mutating func judge(_ fixture: Fixture, by judge: Judge) -> Outcome {
    let outcome = judge(request(of: fixture), tags(of: fixture))
    if let session = fixture.session { add(outcome, to: session) }
    return outcome
  }

  /// Gives a session the tags that an outcome sets, or may set.
  package mutating func add(_ outcome: Outcome, to session: String) {
    for tag in outcome.tags where tags[session]?.contains(tag) != true {
      tags[session, default: []].append(tag)
      possibleTags[session]?.removeAll { $0 == tag }
    }
    for tag in outcome.possibleTags where tags[session]?.contains(tag) != true {
      if possibleTags[session]?.contains(tag) != true { possibleTags[session, default: []].append(tag) }
    }
  }
}
