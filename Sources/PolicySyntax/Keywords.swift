/// The words of the language. All are contextual: they mean something only where the grammar expects them.
enum Keywords {
  static let declarations = [
    "hpol", "policy", "use", "default", "list", "define", "detector", "decode", "rule", "test", "invariant",
  ]
  static let clauses = ["when", "unless", "block", "allow", "approve", "mask", "record", "tag"]
  static let connectives = ["and", "or", "not", "has", "all"]
  static let claims = ["never", "always"]
  static let expectations = ["allow", "block", "approve", "masked", "record", "tag"]
  static let identities = ["user", "group", "actor", "client", "claim"]
  /// What is masked by its name or place, rather than by a detector.
  static let maskPlaces = ["column", "json", "header"]
  static let operators = ["is", "in", "not", "like", "matches", "contains", "starts", "ends", "within", "has"]
  static let recordLevels = ["none", "commands", "full"]

  /// Words that cannot be the subject of a test, and so not the name of a define.
  static let reservedInConditions = Set(declarations + clauses + connectives + claims)

  /// What other languages call a clause or an action, for the message.
  static let clauseSynonyms = [
    "if": "when", "deny": "block", "denied": "block", "reject": "block", "forbid": "block", "permit": "allow",
    "accept": "allow", "except": "unless", "redact": "mask", "log": "record",
  ]
  /// What other languages call what is masked.
  static let maskPlaceSynonyms = [
    "columns": "column", "col": "column", "cols": "column", "field": "column", "fields": "column", "path": "json",
    "jsonpath": "json", "headers": "header",
  ]
  /// What other languages call a declaration.
  static let declarationSynonyms = [
    "import": "use", "include": "use", "require": "use", "let": "define", "def": "define", "set": "list",
    "const": "define", "package": "policy", "version": "hpol",
  ]

  /// What other languages call an operator, for the message.
  static let operatorSynonyms = [
    "equals": "is", "equal": "is", "eq": "is", "isnt": "is not", "isn": "is not", "startswith": "starts with",
    "starts-with": "starts with", "endswith": "ends with", "ends-with": "ends with", "begins": "starts with",
    "match": "matches", "regex": "matches", "glob": "like", "includes": "contains", "contain": "contains",
  ]
}
