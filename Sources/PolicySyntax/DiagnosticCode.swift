/// Every diagnostic there is. A code is stable: its number is never given to another finding. Each has a page in
/// `grammar/diagnostics/`.
public enum DiagnosticCode: UInt16, CaseIterable, Sendable {
  // 00xx: text and structure of a file.
  case unexpectedCharacter = 1
  case unterminatedString = 2
  case badEscape = 3
  case unterminatedRegex = 4
  case expectedToken = 5
  case unexpectedDeclaration = 6
  case unclosedBrace = 7
  case notUTF8 = 8
  case fileTooLarge = 9
  case nestingTooDeep = 10
  case badLanguageVersion = 11
  case badName = 12
  case duplicateHeader = 13
  case badNumber = 14
  case badDuration = 15
  case badDate = 16
  case badJSON = 17
  case misplacedAnnotation = 18
  case ruleWithoutAction = 19
  case badIgnore = 20
  case repeatedPart = 21

  // 01xx: names, files, types.
  case unknownName = 101
  case duplicateName = 102
  case ambiguousName = 103
  case reservedName = 104
  case fileNotFound = 105
  case fileOutsideRoot = 106
  case recursiveDefine = 107
  case conflictingDefaults = 108
  case unknownFact = 109
  case missingKey = 110
  case unexpectedKey = 111
  case wrongOperator = 112
  case wrongValueType = 113
  case unknownValue = 114
  case unknownProtocol = 115
  case badPattern = 116
  case badAddress = 117
  case badTimeWindow = 118
  case unknownAnnotation = 119
  case badAnnotation = 120
  case badMask = 121
  case actionInWrongPhase = 122
  case factInWrongPhase = 123
  case conflictingActions = 124
  case unknownDetector = 125
  case badDecode = 126
  case notAFlag = 127
  case unknownRuleInTest = 128
  case limitExceeded = 129
  case recursiveList = 130
  case badListFile = 131
  case badApproval = 132
  case badTest = 133

  // 02xx: meaning.
  case negationWithoutProtocol = 201
  case missingFactInAllow = 202
  case neverMatches = 203
  case exceptionExpired = 204
  case layersJoined = 205
  case allowOnAny = 206
  case invariantFails = 208

  // 03xx: lint.
  case unusedDeclaration = 301
  case coveredRule = 302
  case contradictingRules = 303
  case evadedPattern = 304
  case costlyPattern = 305
  case constantTest = 306
  case unusedIgnore = 307
  case alwaysMatches = 308
  case patternNeverCanonical = 309
  case invariantsOnlyTested = 310

  /// The stable code: `HP` and four digits.
  public var text: String {
    let digits = String(rawValue)
    return "HP" + String(repeating: "0", count: 4 - digits.count) + digits
  }

  public var severity: Severity {
    switch self {
    case .invariantsOnlyTested: .note
    default: rawValue >= 300 ? .warning : .error
    }
  }
}
