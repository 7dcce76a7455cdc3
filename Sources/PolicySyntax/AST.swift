/// A word of the source and where it stands.
public struct Name: Hashable, Sendable {
  public var text: String
  public var range: SourceRange

  public init(_ text: String, _ range: SourceRange) {
    self.text = text
    self.range = range
  }
}

/// A string literal: its value with escapes resolved, and the range with its quotes.
public struct StringLiteral: Hashable, Sendable {
  public var value: String
  public var range: SourceRange

  public init(_ value: String, _ range: SourceRange) {
    self.value = value
    self.range = range
  }
}

/// A regular expression between slashes; `source` is the text between them with `\/` unescaped.
public struct RegexLiteral: Hashable, Sendable {
  public var source: String
  public var isPCRE: Bool
  public var range: SourceRange

  public init(_ source: String, isPCRE: Bool = false, _ range: SourceRange) {
    self.source = source
    self.isPCRE = isPCRE
    self.range = range
  }
}

/// What one `.hpol` file says, as typed values: the part of the lossless tree that has meaning.
public struct PolicyFile: Sendable {
  public var languageVersion: LanguageVersion?
  public var header: PolicyHeader?
  public var declarations: [Declaration]

  public init(languageVersion: LanguageVersion?, header: PolicyHeader?, declarations: [Declaration]) {
    self.languageVersion = languageVersion
    self.header = header
    self.declarations = declarations
  }
}

/// `hpol 1`
public struct LanguageVersion: Sendable {
  public var number: Int
  public var range: SourceRange
}

/// `policy production "Guardrails"`
public struct PolicyHeader: Sendable {
  public var name: Name
  public var title: StringLiteral?
  public var documentation: String?
  public var range: SourceRange
}

public enum Declaration: Sendable {
  case use(UseDeclaration)
  case setting(DefaultDeclaration)
  case list(ListDeclaration)
  case define(DefineDeclaration)
  case detector(DetectorDeclaration)
  case decode(DecodeDeclaration)
  case rule(RuleDeclaration)
  case test(TestDeclaration)
  case invariant(InvariantDeclaration)
}

/// `use "lists/sql.hpol"`
public struct UseDeclaration: Sendable {
  public var path: StringLiteral
  public var range: SourceRange
}

/// `default block for k8s`, `default unparsed block`, `default record commands`
public struct DefaultDeclaration: Sendable {
  public enum Key: Hashable, Sendable { case decision, unparsed, record }
  public var key: Key
  /// `allow`, `block`; `none`, `commands`, `full`.
  public var value: Name
  /// The protocols after `for`; empty: all.
  public var protocols: [Name]
  public var range: SourceRange
}

/// `list destructive = [drop, truncate]`, `list freelancers from "freelancers.txt"`
public struct ListDeclaration: Sendable {
  public enum Source: Sendable {
    case items([ListItem])
    case file(StringLiteral)
  }
  public var name: Name
  public var source: Source
  public var documentation: String?
  public var range: SourceRange
}

/// An element of a list, of a bracketed operand or of a mask's globs. A bare word is a value or names a list.
public enum ListItem: Sendable {
  case word(Name)
  case string(StringLiteral)
  case integer(Int64, SourceRange)
  case regex(RegexLiteral)

  public var range: SourceRange {
    switch self {
    case .word(let name): name.range
    case .string(let literal): literal.range
    case .integer(_, let range): range
    case .regex(let literal): literal.range
    }
  }
}

/// `define bulk-write = sql.verb in [update, delete] and not sql.where`
public struct DefineDeclaration: Sendable {
  public var name: Name
  public var body: Expression
  public var documentation: String?
  public var range: SourceRange
}

/// `detector employee_id = /\bEMP-\d{6}\b/ check luhn`
public struct DetectorDeclaration: Sendable {
  public var name: Name
  public var pattern: RegexLiteral
  public var ignoringCase: Bool
  /// The name after `check`, if any.
  public var check: Name?
  public var documentation: String?
  public var range: SourceRange
}

/// `decode mcp server "ops-*" tool "run_*" argument "command" as shell`;
/// `decode http path "/api/sql" body "$.query" as postgres`
public struct DecodeDeclaration: Sendable {
  public var carrier: Name
  /// The words and strings between the carrier and `as`, in order: (`server`, `ops-*`), (`tool`, `run_*`), …
  public var selectors: [(word: Name, value: StringLiteral)]
  public var inner: Name
  public var range: SourceRange
}

/// `@severity(high)`
public struct Annotation: Sendable {
  public enum Argument: Sendable {
    case word(Name)
    case string(StringLiteral)
    /// A date as it is written: `2027-03-31`.
    case date(Name)
  }
  public var name: Name
  public var argument: Argument?
  public var range: SourceRange
}

/// A rule.
public struct RuleDeclaration: Sendable {
  public var annotations: [Annotation]
  public var name: Name
  public var title: StringLiteral?
  public var onResponse: Bool
  public var clauses: [Clause]
  public var actions: [Action]
  public var documentation: String?
  public var range: SourceRange

  /// `when CONDITION` or `unless CONDITION`.
  public struct Clause: Sendable {
    public var isUnless: Bool
    public var condition: Expression
    public var range: SourceRange
  }
}

public enum Action: Sendable {
  case block(message: StringLiteral?, SourceRange)
  case allow(SourceRange)
  case approve(ApproveAction)
  case mask([MaskItem], how: MaskTreatment, SourceRange)
  case record(Name, SourceRange)
  case tag(StringLiteral, SourceRange)

  public var range: SourceRange {
    switch self {
    case .block(_, let range), .allow(let range), .mask(_, _, let range), .record(_, let range), .tag(_, let range):
      range
    case .approve(let action): action.range
    }
  }
}

/// `approve by "dba", "sre" count 2 within 15m "Really?"`. A bare word names a list of groups.
public struct ApproveAction: Sendable {
  public var groups: [ListItem]
  public var count: Int?
  /// Seconds.
  public var within: Int?
  public var question: StringLiteral?
  public var range: SourceRange
}

public enum MaskItem: Sendable {
  case detector(Name)
  case column([ListItem], SourceRange)
  case json(StringLiteral, SourceRange)
  case header([ListItem], SourceRange)
  case regex(RegexLiteral)

  public var range: SourceRange {
    switch self {
    case .detector(let name): name.range
    case .column(_, let range), .json(_, let range), .header(_, let range): range
    case .regex(let literal): literal.range
    }
  }
}

public enum MaskTreatment: Sendable {
  case redact
  case hash
  case with(StringLiteral)
  case keepFirst(Int)
  case keepLast(Int)
}

/// A condition.
public indirect enum Expression: Sendable {
  case and([Expression], SourceRange)
  case or([Expression], SourceRange)
  case not(Expression, SourceRange)
  case test(TestExpression)
  /// A place where a condition was expected and none could be read; reported already.
  case missing(SourceRange)

  public var range: SourceRange {
    switch self {
    case .and(_, let range), .or(_, let range), .not(_, let range), .missing(let range): range
    case .test(let test): test.range
    }
  }
}

/// A fact, or for a bare test the name of a define: `sql.verb`, `claim["team"]`, `bulk-write`.
public struct FactReference: Sendable {
  public var name: Name
  public var key: StringLiteral?
  public var range: SourceRange
}

public enum TestOperator: String, Sendable {
  /// No operator: a boolean fact, or a define.
  case bare = ""
  case has
  case `is`, isNot = "is not", `in`, notIn = "not in", like, matches, contains, startsWith = "starts with"
  case endsWith = "ends with", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">=", within
}

/// `all sql.table in audited`, `command like "rm *" ignoring case`, `session has "x"`, `has claim["team"]`
///
/// `session has "x"` is the subject `session`, the operator ``TestOperator/has`` and the operand `"x"`; the prefix form
/// `has FACT` has no operand.
public struct TestExpression: Sendable {
  public var isAll: Bool
  public var subject: FactReference
  public var op: TestOperator
  public var operatorRange: SourceRange
  public var operand: Operand?
  public var ignoringCase: Bool
  public var range: SourceRange
}

public enum Operand: Sendable {
  /// A single value; a bare word is an enumeration's value, or where a list fits a list's name.
  case item(ListItem)
  case list([ListItem], SourceRange)

  public var range: SourceRange {
    switch self {
    case .item(let item): item.range
    case .list(_, let range): range
    }
  }
}

/// `test NAME { … }`
public struct TestDeclaration: Sendable {
  public var name: Name
  public var title: StringLiteral?
  public var steps: [TestStep]
  /// Whether all of it could be read; where not, it may lack steps.
  public var isWhole: Bool
  public var documentation: String?
  public var range: SourceRange
}

public indirect enum TestStep: Sendable {
  case identity(TestIdentity)
  case request(TestRequest)
  case session([TestStep], SourceRange)
}

/// `as user "eve" group "a", "b" actor agent client "psql" claim "team" "x" on postgres "prod" label "env" "prod"
/// from "10.0.0.7" at "2026-11-20T10:00:00Z"`: who asks from here on, and through which connection.
public struct TestIdentity: Sendable {
  public var user: StringLiteral?
  public var groups: [StringLiteral]
  public var actor: Name?
  public var client: StringLiteral?
  public var claims: [(key: StringLiteral, value: StringLiteral)]
  public var `protocol`: Name
  public var target: StringLiteral?
  public var labels: [(key: StringLiteral, value: StringLiteral)]
  public var source: StringLiteral?
  public var time: StringLiteral?
  public var range: SourceRange
}

/// One request of a test and what is expected of it.
public struct TestRequest: Sendable {
  public enum Payload: Sendable {
    case text(StringLiteral)
    /// `tool "run_it" {"command": "ls"}`: an MCP `tools/call`; the JSON is as written.
    case tool(StringLiteral, arguments: (json: String, range: SourceRange)?)
  }
  public var payload: Payload
  public var headers: [(name: StringLiteral, value: StringLiteral)]
  public var body: StringLiteral?
  /// The response of the target, after `returns`.
  public var response: StringLiteral?
  public var expectations: [Expectation]
  public var range: SourceRange
}

public enum Expectation: Sendable {
  case allow(SourceRange)
  /// `block`, `block by r, s`: the rules are among those that decided.
  case block(by: [Name], SourceRange)
  /// `approve`, `approve by "dba" count 2`: the requirements that a request states are exactly those that are to be met.
  case approve(ApproveAction?, SourceRange)
  case masked(StringLiteral)
  case record(Name)
  case tag(StringLiteral)
}

/// `invariant NAME { never allow when CONDITION }`
public struct InvariantDeclaration: Sendable {
  public enum Quantifier: Sendable { case never, always }
  public enum Outcome: Sendable {
    case allow, block, approve
    case record(Name)
    case mask(Name)
  }
  public struct Claim: Sendable {
    public var quantifier: Quantifier
    public var outcome: Outcome
    public var condition: Expression?
    public var range: SourceRange
  }
  public var name: Name
  public var title: StringLiteral?
  public var claims: [Claim]
  public var documentation: String?
  public var range: SourceRange
}
