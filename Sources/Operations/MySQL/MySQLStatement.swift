import PolicyBytecode

/// One operation found in a text: where it stands, and what it is and names.
struct MySQLStatement {
  /// The word of `FactSchema.sqlVerbs`.
  var verb: StaticString
  /// The word of `FactSchema.sqlObjects`.
  var object: StaticString?
  /// Its tokens.
  var tokens: Range<Int>
  /// The statement that carries it, by its position in the list. What it names, that one names as well.
  let carrier: Int?
  /// Whether it is only planned: it names tables, and neither reads nor writes them.
  var isPlanned = false
  /// Whether it is an expression of a stored program: an operation only where it touches a table or a function.
  var isExpression = false
  /// Whether it runs nothing of its own: it is no operation.
  var isHidden = false

  var tables = NameList()
  var reads = NameList()
  var writes = NameList()
  var functions = NameList()
  var programs = NameList()
  var files = NameList()
  var hasWhere = false
  var isConstant = false
  var joins = 0
  var limit: Int64?
  /// Code that it makes the server run.
  var embedded: [MySQLEmbedded] = []

  init(_ verb: StaticString, at position: Int, carrier: Int?) {
    self.verb = verb
    tokens = position..<position
    self.carrier = carrier
  }

  /// Whether nothing but constants and variables is used.
  var touchesNothing: Bool {
    tables.names.isEmpty && functions.names.isEmpty && files.names.isEmpty && embedded.isEmpty
  }
}

/// Text that runs because a statement holds it.
enum MySQLEmbedded {
  case sql([UInt8])
  case shell([UInt8])
  /// Code that cannot be known from the payload.
  case unknown
}

/// Why a text is not read.
struct MySQLFailure: Error {
  var reason: UnparsedReason
}
