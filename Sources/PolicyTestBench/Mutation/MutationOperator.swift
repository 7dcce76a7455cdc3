/// A way in which authors err, by which policies are changed to see whether a test would notice.
public enum MutationOperator: String, CaseIterable, Sendable {
  case dropRule = "drop-rule"
  case dropWhen = "drop-when"
  case dropUnless = "drop-unless"
  case dropTest = "drop-test"
  case negateTest = "negate-test"
  case swapAndOr = "swap-and-or"
  case flipQuantifier = "flip-quantifier"
  case dropElement = "drop-element"
  case widenGlob = "widen-glob"
  case narrowGlob = "narrow-glob"
  case shiftBound = "shift-bound"
  case matchCase = "match-case"
  case changeGroup = "change-group"
  case changeAction = "change-action"
  case dropAction = "drop-action"
  case changeApproval = "change-approval"
  case changeRecord = "change-record"
  case changeDefault = "change-default"

  /// What it does, in one line.
  public var summary: String {
    switch self {
    case .dropRule: "a rule is only observed (`@mode(observe)`), which takes its effect away"
    case .dropWhen: "a `when` line goes"
    case .dropUnless: "an `unless` line goes"
    case .dropTest: "a test goes that `and` or `or` joins to others"
    case .negateTest: "`is` and `is not`, `in` and `not in`, with `not` and without"
    case .swapAndOr: "an `and` becomes `or`, an `or` becomes `and`"
    case .flipQuantifier: "any of a list becomes `all`, `all` becomes any"
    case .dropElement: "an element of a list goes"
    case .widenGlob: "`prod-*` becomes `*`; on paths `*` becomes `**`"
    case .narrowGlob: "`prod-*` becomes `prod-`; on paths `**` becomes `*`"
    case .shiftBound: "`<` becomes `<=`, and a bound is off by one"
    case .matchCase: "`ignoring case` goes"
    case .changeGroup: "a group becomes one that nobody is in"
    case .changeAction: "`block`, `approve` and `allow` take each other's place"
    case .dropAction: "a mask, a recording or a tag goes from a rule that does more"
    case .changeApproval: "the time or the count of an approval goes"
    case .changeRecord: "a recording becomes less full"
    case .changeDefault: "a default becomes its opposite"
    }
  }
}
