/// The limits of a policy set. What passes one is reported as HP0129.
public enum CheckLimits {
  /// Files of one policy set.
  public static let files = 4_096
  /// Bytes of a file that a list is read from.
  public static let listFileBytes = 4 << 20
  /// Values of one list, those of the lists it names included.
  public static let listValues = 100_000
  /// Lists that name lists, one inside the other.
  public static let listDepth = 64
  /// Tests of one condition, defines expanded.
  public static let conditionTests = 10_000
  /// Defines that use one another, one inside the other.
  public static let defineDepth = 16
  /// Seconds that an approval may be waited for: 30 days.
  public static let approvalSeconds = 30 * 86_400
  /// People that an approval may ask for.
  public static let approvalCount = 100
  /// Characters that a mask may keep.
  public static let maskKeep = 4_096
  /// Comparisons of tests for one question whether a condition can hold; past it the linter takes it that it can.
  static let satisfiabilitySteps = 10_000
  /// The same for all questions about one policy set.
  static let satisfiabilityStepsOfSet = 20_000_000
  /// Values of one test that the linter looks into.
  static let comparedValues = 256
  /// Questions about the languages of two patterns that the linter asks of one policy set.
  static let patternQuestions = 1_000
  /// Pairs of rules of one policy set for which the linter asks whether one implies the other.
  static let ruleQuestions = 100_000
  /// Pairs of rules of one policy set of which the linter compares the values.
  static let rulePairs = 2_000_000
}
