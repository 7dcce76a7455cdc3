import PatternMatching
import PolicyBytecode
import PolicySyntax

/// A policy set after names, types and phases are checked: what the lowering to the decision graph reads.
///
/// It holds no syntax: lists and defines are expanded, strings are values, `when` and `unless` are one condition.
public struct CheckedPolicy: Sendable {
  /// Sorted by full name.
  public var rules: [CheckedRule] = []
  public var defaults = CheckedDefaults()
  public var detectors: [CheckedDetector] = []
  public var decodes: [CheckedDecode] = []
  public var tests: [CheckedTest] = []
  public var invariants: [CheckedInvariant] = []

  public init() {}
}

/// The defaults in force. What no file declares is `block`, `block` and `none`.
public struct CheckedDefaults: Sendable, Hashable {
  public var decision: Decision = .block
  public var byProtocol: [OperationProtocol: Decision] = [:]
  public var unparsed: Decision = .block
  public var unparsedByProtocol: [OperationProtocol: Decision] = [:]
  public var record: RecordLevel = .none
  public var recordByProtocol: [OperationProtocol: RecordLevel] = [:]
  /// Where it is declared what a default decides.
  public var declarations: [Declaration] = []

  /// A `default` of a decision, for what can be read or for what cannot.
  public struct Declaration: Sendable, Hashable {
    public var decision: Decision
    public var span: SourceSpan
  }

  public init() {}
}

public struct CheckedRule: Sendable {
  /// `production/rm-root`; the short name where the file has no header.
  public var fullName: String
  /// The name by which reports call it: short where that is unique in the set.
  public var displayName: String
  public var title: String?
  /// The declaration, its annotations included.
  public var span: SourceSpan
  public var nameSpan: SourceSpan
  public var onResponse = false
  /// All `when` lines and none of the `unless` lines, defines and lists expanded.
  public var condition: Condition
  public var actions: [CheckedAction]
  public var isObserved = false
  /// The last second of the `@until` day, UTC.
  public var until: Int64?
  public var severity: String?
  public var owner: String?
  public var references: [String] = []
  public var id: String?

  public init(fullName: String, displayName: String, span: SourceSpan, condition: Condition, actions: [CheckedAction]) {
    self.fullName = fullName
    self.displayName = displayName
    self.span = span
    nameSpan = span
    self.condition = condition
    self.actions = actions
  }
}

extension CheckedRule {
  /// The test that an `allow` has not ended, which stands in no file.
  public var timeLimit: CheckedPredicate? {
    guard let until, actions.contains(.allow) else { return nil }
    return CheckedPredicate(fact: .time, test: .compare(.lessOrEqual, until), span: span)
  }
}

/// A boolean combination of tests.
public indirect enum Condition: Sendable {
  case constant(Bool)
  case test(CheckedPredicate)
  case not(Condition)
  case and([Condition])
  case or([Condition])
}

/// A test on a fact, always positive: negations stand in the ``Condition`` around it.
public struct CheckedPredicate: Sendable {
  public var fact: Fact
  public var key: String?
  /// `all FACT …`: every element must pass and there is at least one. Otherwise any element does.
  public var isAll: Bool
  public var test: Test
  /// Where the test stands; inside a define's body if it comes from one.
  public var span: SourceSpan
  /// Where the rule names the define the test comes from; nil if the rule holds the test itself.
  public var use: SourceSpan?
  /// Written `is not` or `not in`, so that the ``Condition`` around it negates it.
  public var isWrittenNegated = false
  /// Where each value that ``test`` compares with stands, in the order of the test; empty if it has none or they stand
  /// nowhere. All values of a list's file stand where the list names the file.
  public var places: [SourceSpan] = []

  /// The place in the rule, test or invariant that this test was read for.
  public var site: SourceSpan { use ?? span }

  public enum Test: Hashable, Sendable {
    /// A boolean fact is true.
    case isTrue
    /// There is a value: `has claim["team"]`.
    case isPresent
    /// One of these patterns matches; plain values are of the kind `equals`. Never empty. Sorted, without duplicates.
    case matches([Pattern])
    case compare(Comparison, Int64)
    /// The integer is one of these, sorted.
    case isOneOf([Int64])
    case withinNetworks([Network])
    case withinTimes([TimeWindow])
  }

  public init(fact: Fact, key: String? = nil, isAll: Bool = false, test: Test, span: SourceSpan) {
    self.fact = fact
    self.key = key
    self.isAll = isAll
    self.test = test
    self.span = span
  }
}

public enum Comparison: UInt8, Hashable, Sendable { case less, lessOrEqual, greater, greaterOrEqual }

/// A CIDR block: 16 bytes, IPv4 mapped into IPv6 with 96 added to its prefix length.
public struct Network: Hashable, Sendable {
  public var address: [UInt8]
  public var prefixLength: UInt8

  public init(address: [UInt8], prefixLength: UInt8) {
    self.address = address
    self.prefixLength = prefixLength
  }
}

/// `mon-fri 09:00-17:00 Europe/Berlin`: days and seconds of the local day, in a zone. A window whose end is not after
/// its start runs into the next day.
public struct TimeWindow: Hashable, Sendable {
  /// Bit 0 is Monday.
  public var days: UInt8
  public var start: UInt32
  public var end: UInt32
  /// An IANA zone name, or `UTC`.
  public var zone: String

  public init(days: UInt8, start: UInt32, end: UInt32, zone: String) {
    self.days = days
    self.start = start
    self.end = end
    self.zone = zone
  }
}

public enum CheckedAction: Sendable, Hashable {
  case block(message: String?)
  case allow
  case approve(Approval)
  case mask(MaskSubject, MaskHow)
  case record(RecordLevel)
  case tag(String)
}

public struct Approval: Hashable, Sendable {
  /// Groups of which one member each decision may come from. Sorted.
  public var groups: [String]
  public var count: UInt32
  /// Seconds, or nil.
  public var within: UInt32?
  public var question: String?

  public init(groups: [String], count: UInt32 = 1, within: UInt32? = nil, question: String? = nil) {
    self.groups = groups
    self.count = count
    self.within = within
    self.question = question
  }
}

public enum MaskSubject: Hashable, Sendable {
  case detector(String)
  /// Globs of column names.
  case column([String])
  case json(String)
  case header([String])
  case regex(String)
}

public enum MaskHow: Hashable, Sendable {
  case redact, hash
  case with(String)
  case keepFirst(UInt32)
  case keepLast(UInt32)
}

public struct CheckedDetector: Sendable {
  public var name: String
  public var pattern: Pattern
  /// `luhn`, `mod97`, …
  public var check: String?
  public var span: SourceSpan

  public init(name: String, pattern: Pattern, check: String?, span: SourceSpan) {
    self.name = name
    self.pattern = pattern
    self.check = check
    self.span = span
  }
}

/// What an argument, a body or a field of a request holds.
public struct CheckedDecode: Sendable {
  public var carrier: OperationProtocol
  /// (`tool`, `run_*`), (`argument`, `command`), …, as written.
  public var selectors: [(word: String, value: String)]
  public var inner: OperationProtocol
  public var span: SourceSpan

  public init(
    carrier: OperationProtocol, selectors: [(word: String, value: String)], inner: OperationProtocol, span: SourceSpan
  ) {
    self.carrier = carrier
    self.selectors = selectors
    self.inner = inner
    self.span = span
  }
}

public struct CheckedTest: Sendable {
  public var name: String
  public var span: SourceSpan
  public var sessions: [Session]

  /// Requests judged in order, tags carrying over.
  public struct Session: Sendable {
    public var requests: [Request]
    public init(requests: [Request]) { self.requests = requests }
  }

  public struct Request: Sendable {
    public var principal: Principal
    public var `protocol`: OperationProtocol
    public var payload: Payload
    public var response: String?
    public var expectations: [Expectation]
    public var span: SourceSpan

    public init(
      principal: Principal, protocol: OperationProtocol, payload: Payload, response: String?,
      expectations: [Expectation], span: SourceSpan
    ) {
      self.principal = principal
      self.protocol = `protocol`
      self.payload = payload
      self.response = response
      self.expectations = expectations
      self.span = span
    }
  }

  public enum Payload: Sendable {
    case text(String)
    /// An MCP `tools/call`: the tool and its arguments as JSON text.
    case tool(String, arguments: String)
    /// `"GET /x"` with headers and a body, for HTTP and Kubernetes.
    case http(method: String, path: String, headers: [[String]], body: String?)
  }

  public enum Expectation: Sendable {
    case allow
    /// These rules (full names) are among those that decided.
    case block(by: [String])
    /// Exactly these requirements; nil: whatever they are.
    case approve([Approval]?)
    case masked(String)
    case record(RecordLevel)
    case tag(String)
  }

  public init(name: String, span: SourceSpan, sessions: [Session]) {
    self.name = name
    self.span = span
    self.sessions = sessions
  }
}

public struct CheckedInvariant: Sendable {
  public enum Outcome: Sendable, Hashable {
    case decision(Decision)
    case record(RecordLevel)
    /// A mask of this detector is among the obligations.
    case mask(String)
  }
  public struct Claim: Sendable {
    /// `always`; otherwise `never`.
    public var isAlways: Bool
    public var outcome: Outcome
    public var condition: Condition
    public var span: SourceSpan

    public init(isAlways: Bool, outcome: Outcome, condition: Condition, span: SourceSpan) {
      self.isAlways = isAlways
      self.outcome = outcome
      self.condition = condition
      self.span = span
    }
  }
  public var name: String
  public var span: SourceSpan
  public var claims: [Claim]

  public init(name: String, span: SourceSpan, claims: [Claim]) {
    self.name = name
    self.span = span
    self.claims = claims
  }
}
