import PolicyBytecode

/// What the policy says of a request: the strictest verdict of its operations, and what must be done besides.
public struct RequestVerdict: Sendable, Hashable {
  public var decision: Decision
  /// Names of the rules that decided, sorted. Empty: a default did.
  public var rules: [String]
  /// Their distinct messages, in the order of ``rules``, joined by newlines.
  public var message: String?
  /// What must be met before an `approve` request may run; empty unless it is one.
  public var approvals: [ApprovalRequirement]
  /// Masks for the response; empty if the request is blocked.
  public var masks: [MaskObligation]
  public var record: RecordLevel
  /// Tags to set on the session, sorted; empty if the request is blocked.
  public var tags: [String]
  /// Names of observed rules that apply, sorted: reported, never enforced.
  public var observed: [String]
  public var operations: Int
  /// Numbers in the bundle of all rules that applied, whether they decided or not, observed ones among them; sorted.
  public var applied: [Int] = []
  /// A rule on the response withholds it: the operations may have run, what the target answered is not passed on.
  public var isWithheld = false
}

/// Who must approve.
public struct ApprovalRequirement: Sendable, Hashable {
  public var groups: [String]
  public var count: Int
  /// Seconds, or nil.
  public var within: Int?
  public var question: String?

  public init(groups: [String], count: Int = 1, within: Int? = nil, question: String? = nil) {
    self.groups = groups
    self.count = count
    self.within = within
    self.question = question
  }

  public static func == (a: ApprovalRequirement, b: ApprovalRequirement) -> Bool {
    a.count == b.count && a.within == b.within && a.question.map(ExactText.init) == b.question.map(ExactText.init)
      && a.groups.map(ExactText.init) == b.groups.map(ExactText.init)
  }
}

/// What of a response is rewritten, and how.
public struct MaskObligation: Sendable, Hashable {
  public enum Subject: Sendable, Hashable {
    case detector(String)
    case column([String])
    case json(String)
    case header([String])
    case regex(String)

    private var key: (kind: Int, texts: [ExactText]) {
      switch self {
      case .detector(let name): (0, [ExactText(name)])
      case .column(let globs): (1, globs.map(ExactText.init))
      case .json(let path): (2, [ExactText(path)])
      case .header(let globs): (3, globs.map(ExactText.init))
      case .regex(let source): (4, [ExactText(source)])
      }
    }

    public static func == (a: Subject, b: Subject) -> Bool { a.key == b.key }
  }
  public enum Treatment: Sendable, Hashable {
    case redact, hash
    case with(String)
    case keepFirst(Int)
    case keepLast(Int)

    private var key: (kind: Int, count: Int, text: ExactText) {
      switch self {
      case .redact: (0, 0, ExactText(""))
      case .hash: (1, 0, ExactText(""))
      case .with(let text): (2, 0, ExactText(text))
      case .keepFirst(let count): (3, count, ExactText(""))
      case .keepLast(let count): (4, count, ExactText(""))
      }
    }

    public static func == (a: Treatment, b: Treatment) -> Bool { a.key == b.key }

    /// Redact is stricter than hash, hash than with, with than keep.
    private var strictness: Int {
      switch self {
      case .redact: 3
      case .hash: 2
      case .with: 1
      case .keepFirst, .keepLast: 0
      }
    }

    /// The treatment of what several masks cover: the strictest; redact where two of one kind differ, stricter ones
    /// beside them or not, so that neither order nor another mask makes it weaker. `all` is not empty.
    public static func combined(_ all: [Treatment]) -> Treatment {
      let differ = all.contains { one in all.contains { $0 != one && $0.strictness == one.strictness } }
      return differ ? .redact : all.max { $0.strictness < $1.strictness } ?? .redact
    }
  }
  public var subject: Subject
  public var treatment: Treatment

  public init(_ subject: Subject, _ treatment: Treatment) {
    self.subject = subject
    self.treatment = treatment
  }
}

extension Interpreter {
  /// Judges every operation of `batch` and combines the verdicts. Does not touch the session's tags.
  public mutating func judge(
    _ batch: borrowing OperationBatch, in session: Session, at moment: Moment
  ) -> RequestVerdict {
    begin(session, at: moment)
    var verdicts: [OperationVerdict] = []
    verdicts.reserveCapacity(batch.count)
    for number in 0..<batch.count { verdicts.append(judge(number, of: batch, in: session)) }
    return combine(verdicts)
  }

  /// The verdict of a request from those of its operations, and from those of rules on the response.
  ///
  /// A response that is withheld makes the request's decision `block`, by the rules that withhold it.
  public func combine(_ verdicts: [OperationVerdict], response: [OperationVerdict] = []) -> RequestVerdict {
    let bundle = policy.bundle
    let decision = verdicts.map(\.decision).max() ?? .block
    let isWithheld = decision != .block && response.contains { $0.decision == .block }
    var request = AppliedRules()
    for verdict in verdicts { collect(verdict, decision, &request) }
    var answer = AppliedRules()
    for verdict in response { collect(verdict, .block, &answer) }
    let deciding = isWithheld ? answer.deciding : request.deciding
    let applied = request.applied.union(decision == .block ? [] : answer.applied)
    var result = RequestVerdict(
      decision: isWithheld ? .block : decision,
      rules: deciding.map { bundle.text(bundle.rules[$0].displayName) }.sorted(), message: nil,
      approvals: [], masks: [], record: (verdicts + response).map(\.record).max() ?? .none, tags: [],
      observed: request.observed.union(answer.observed).map { bundle.text(bundle.rules[$0].displayName) }.sorted(),
      operations: verdicts.count, isWithheld: isWithheld)
    result.applied = request.applied.union(answer.applied).union(request.observed).union(answer.observed).sorted()
    addMessages(of: deciding, to: &result)
    if result.decision == .approve { addApprovals(of: applied, to: &result) }
    // What ran has set its tags, whether its response is passed on or not.
    if decision != .block { addObligations(of: applied, to: &result) }
    if isWithheld { result.masks = [] }
    return result
  }

  /// Rules that applied to operations of one phase.
  private struct AppliedRules {
    var deciding: Set<Int> = []
    var applied: Set<Int> = []
    var observed: Set<Int> = []
  }

  private func collect(_ verdict: OperationVerdict, _ decision: Decision, _ rules: inout AppliedRules) {
    for position in verdict.firstFired..<verdict.endFired {
      let isLimited = fired[Int(position)] & Self.limitMark != 0
      let number = Int(fired[Int(position)] & ~Self.limitMark)
      let rule = policy.bundle.rules[number]
      if rule.isObserved {
        rules.observed.insert(number)
        continue
      }
      rules.applied.insert(number)
      let decides = rule.decision == 1 + decision.rawValue || isLimited
      let counts = decision != .allow || !verdict.needsUnparsedTest || rule.testsUnparsed
      if verdict.isByRule, verdict.decision == decision, decides, counts { rules.deciding.insert(number) }
    }
  }

  private func actions(of rules: Set<Int>) -> [ActionRecord] {
    let bundle = policy.bundle
    let sorted = rules.map { (bundle.text(bundle.rules[$0].displayName), $0) }.sorted { $0 < $1 }
    return sorted.flatMap { bundle.rules[$0.1].actions.indices.map { bundle.actions[$0] } }
  }

  private func addMessages(of rules: Set<Int>, to result: inout RequestVerdict) {
    let kind: ActionKind = result.decision == .block ? .block : .approve
    var messages: [String] = []
    for action in actions(of: rules) where action.kind == kind.rawValue && action.hasText != 0 {
      let text = policy.bundle.text(action.text)
      if !messages.contains(text) { messages.append(text) }
    }
    if !messages.isEmpty { result.message = messages.joined(separator: "\n") }
  }

  private func addApprovals(of rules: Set<Int>, to result: inout RequestVerdict) {
    for action in actions(of: rules) where action.kind == ActionKind.approve.rawValue {
      let requirement = ApprovalRequirement(
        groups: policy.bundle.texts(action.list), count: Int(action.count),
        within: action.within == 0 ? nil : Int(action.within),
        question: action.hasText == 0 ? nil : policy.bundle.text(action.text))
      if !result.approvals.contains(requirement) { result.approvals.append(requirement) }
    }
  }

  private func addObligations(of rules: Set<Int>, to result: inout RequestVerdict) {
    var tags: [String] = []
    var treatments: [[MaskObligation.Treatment]] = []
    for action in actions(of: rules) {
      if action.kind == ActionKind.tag.rawValue { tags.append(policy.bundle.text(action.text)) }
      guard let subject = maskSubject(action) else { continue }
      let treatment = maskTreatment(action)
      if let known = result.masks.firstIndex(where: { $0.subject == subject }) {
        treatments[known].append(treatment)
      } else {
        result.masks.append(MaskObligation(subject, treatment))
        treatments.append([treatment])
      }
    }
    for (index, all) in treatments.enumerated() { result.masks[index].treatment = .combined(all) }
    result.tags = tags.distinct
  }

  private func maskSubject(_ action: ActionRecord) -> MaskObligation.Subject? {
    switch ActionKind(rawValue: action.kind) {
    case .maskDetector: .detector(policy.bundle.text(action.text))
    case .maskColumn: .column(policy.bundle.texts(action.list))
    case .maskJSON: .json(policy.bundle.text(action.text))
    case .maskHeader: .header(policy.bundle.texts(action.list))
    case .maskRegex: .regex(policy.bundle.text(action.text))
    case .block, .allow, .approve, .record, .tag, nil: nil
    }
  }

  private func maskTreatment(_ action: ActionRecord) -> MaskObligation.Treatment {
    switch MaskMethod(rawValue: action.method) {
    case .hash: .hash
    case .with: .with(policy.bundle.text(action.replacement))
    case .keepFirst: .keepFirst(Int(action.count))
    case .keepLast: .keepLast(Int(action.count))
    case .redact, nil: .redact
    }
  }
}
