import PatternMatching
import PolicyBytecode

/// The languages of facts that decoders normalise: a pattern that shares no text with its fact's language never matches.
///
/// The languages are a little wider than what decoders write, so that nothing possible is called impossible.
enum CanonicalText {
  struct Form {
    /// All the texts there can be.
    var language: Pattern
    /// What the normalisation does, for the message.
    var explanation: String

    init(_ regex: String, _ explanation: String) {
      language = Pattern(.regex, regex)
      self.explanation = explanation
    }
  }

  private static let upperCase = Form("^[^a-z]*$", "is upper case")

  private static let forms: [Fact: Form] = [
    .shellProgram: Form("^[^/]*$", "is the program's base name, without a path"),
    .httpMethod: upperCase,
    .httpHost: Form("^[^A-Z]*$", "is lower case"),
    // `*` of OPTIONS, nothing of CONNECT.
    .httpPath: Form("^(\\*|/([^/]+(/[^/]+)*)?)?$", "starts with `/` and has no doubled slash and none at its end"),
    .redisCommand: upperCase,
  ]

  // Words between single spaces. Quoted names keep their text (those with quotes or comment marks in them are left out:
  // who writes these means a literal or a comment); of literals the quotes and a `?` stay, with the letters before them
  // (`E'?'`); everything else is lower case, and `--` begins no comment.
  private static let sqlName = #""(-?[^-"'])*-?"|`(-?[^-`'])*-?`"#
  private static let sqlPart = "(\(sqlName)|[A-Za-z&]*'\\?'|[^-A-Z\"`' \\t\\r\\n])"
  private static let sqlWord = "(-|(-?\(sqlPart))+-?)"

  private static let sqlCommand = Form(
    "^(\(sqlWord)( \(sqlWord))*)?$",
    "has keywords and names in lower case, single spaces, no comments, and `?` for the contents of literals")
  private static let redisCommand = Form("^[^a-z ]+( |$)", "starts with the command in upper case")
  private static let httpCommand = Form("^[^a-z ]+ (/|\\*$|[^/*]*$)", "is the method in upper case and the path")

  /// The form of a fact's texts on operations of these protocols, or nil if they may be anything.
  static func form(_ fact: Fact, on protocols: ProtocolSet) -> Form? {
    guard fact == .command else { return forms[fact] }
    if protocols.isEmpty { return nil }
    if protocols.isSubset(of: .sql) { return sqlCommand }
    if protocols == ProtocolSet(.redis) { return redisCommand }
    if protocols == ProtocolSet(.http) { return httpCommand }
    return nil
  }
}
