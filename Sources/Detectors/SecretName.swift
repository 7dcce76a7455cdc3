/// What the name of a variable, a field or a flag says about its value.
struct SecretName {
  enum Kind { case password, secret }

  let kind: Kind
  /// The name is the word itself.
  let isWhole: Bool
  /// No more than `key`, of whatever: its value must be long.
  let isWeak: Bool
  let speaksOfAWS: Bool
  let speaksOfAzure: Bool
  /// `primaryKey`: of a service's two keys, or of a table. Its value must look like one of Azure's.
  let isPrimaryKey: Bool
  /// `PWD` and `OLDPWD`, which name a directory, too.
  private let namesDirectory: Bool

  /// Nil: the value of what is named so is no secret.
  static func of(_ name: UnsafeBufferPointer<UInt8>) -> SecretName? {
    guard name.count >= 3 else { return nil }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * name.count) { buffer in
      guard let base = buffer.baseAddress else { return nil }
      return SecretName(name, base, base + name.count)
    }
  }

  /// `text` and `isStart` have room for as many bytes as `bytes` has.
  private init?(
    _ bytes: UnsafeBufferPointer<UInt8>, _ text: UnsafeMutablePointer<UInt8>, _ isStart: UnsafeMutablePointer<UInt8>
  ) {
    // Words in lower case without what separates them, and where each begins.
    var count = 0
    var starts = true
    var before: UInt8 = 0
    for byte in bytes {
      let isUpper = byte &- 0x41 < 26
      let isLower = byte &- 0x61 < 26
      if isUpper || isLower || byte &- 0x30 < 10 {
        text[count] = isUpper ? byte | 0x20 : byte
        isStart[count] = starts || isUpper && before &- 0x61 < 26 ? 1 : 0
        count += 1
        starts = false
      } else {
        starts = true
      }
      before = byte
    }
    guard let found = SecretWords.all.last(in: text, isStart, count) else { return nil }
    isWeak = found.end - found.start == 3 && text[found.end - 1] == UInt8(ascii: "y")
    isPrimaryKey = isWeak && found.end == count && SecretName.ends(text, found.start, "primary")
    if isWeak, !isPrimaryKey, found.end < count || SecretName.openKeys.containsSuffix(text, found.start) { return nil }
    namesDirectory = bytes.elementsEqual("PWD".utf8) || bytes.elementsEqual("OLDPWD".utf8)
    kind = found.kind
    isWhole = found.end == count && found.start == 0
    // `password_file`, `tokenType`, `secret_name`: about the secret.
    var rest = found.end
    if rest < count, text[rest] == UInt8(ascii: "s"), isStart[rest] == 0 { rest += 1 }
    while rest < count, text[rest] &- 0x30 < 10 { rest += 1 }
    var segment = rest
    while rest < count {
      rest += 1
      if rest == count || isStart[rest] != 0 {
        if SecretName.describing.contains(text + segment, rest - segment) { return nil }
        segment = rest
      }
    }
    var (aws, azure) = (false, false)
    for index in 0..<count {
      func has(_ word: StaticString) -> Bool { SecretName.matches(text + index, count - index, word) }
      switch text[index] {
      case UInt8(ascii: "a"):
        if has("authenticitytoken") { return nil }
        aws = aws || has("aws")
        azure = azure || has("accountkey")
      case UInt8(ascii: "c"): if has("csrf") || has("cancel") { return nil }
      case UInt8(ascii: "n"): if has("nexttoken") { return nil }
      case UInt8(ascii: "p"): if has("publickey") || has("pagetoken") { return nil }
      case UInt8(ascii: "s"):
        if has("synctoken") { return nil }
        aws = aws || has("secretaccesskey")
        azure = azure || has("sharedaccesskey")
      case UInt8(ascii: "x"): if has("xsrf") { return nil }
      default: break
      }
    }
    speaksOfAWS = aws
    speaksOfAzure = azure
  }

  /// Whether a value that begins with `first` is a directory's path, and no password.
  func isDirectory(_ first: UInt8) -> Bool {
    namesDirectory && (first == UInt8(ascii: "/") || first == UInt8(ascii: "~"))
  }

  private static func ends(_ text: UnsafePointer<UInt8>, _ count: Int, _ word: StaticString) -> Bool {
    count >= word.utf8CodeUnitCount && matches(text + count - word.utf8CodeUnitCount, word.utf8CodeUnitCount, word)
  }

  private static func matches(_ text: UnsafePointer<UInt8>, _ count: Int, _ word: StaticString) -> Bool {
    guard count >= word.utf8CodeUnitCount else { return false }
    for index in 0..<word.utf8CodeUnitCount where text[index] != word.utf8Start[index] { return false }
    return true
  }

  /// What `key` follows where it opens nothing.
  nonisolated(unsafe) private static let openKeys = WordSet([
    "cache", "foreign", "public", "partition", "sort", "object", "row", "idempotency", "hash", "unique",
    "map",
    "group", "lookup", "join", "composite", "shard", "routing", "dedup", "event", "message", "translation", "i18n",
  ])

  /// What follows in a name whose value tells about a secret.
  nonisolated(unsafe) private static let describing = WordSet(
    [
      "id", "ids", "name", "names", "file", "files", "filename", "path", "dir", "url", "uri", "endpoint", "type",
      "types",
      "size", "length", "len", "min", "max", "count", "limit", "ttl", "expiry", "expires", "expiration", "timeout",
      "age",
      "algorithm", "alg", "policy", "format", "pattern", "regex", "field", "label", "hint", "prompt", "reset",
      "manager",
      "provider", "store", "version", "index", "usage", "used", "budget", "header", "prefix", "suffix", "ref", "arn",
      "location", "scope", "scopes", "status", "enabled", "required", "policies", "rotation", "kind", "class", "izer",
      "izers", "placeholder", "error", "message", "input", "sort", "port", "less", "through", "strength", "score", "at",
      "date", "changed",
    ])

  /// Words that stand where a type or a default is given.
  nonisolated(unsafe) static let schemaWords = WordSet(
    [
      "null", "none", "nil", "true", "false", "undefined", "string", "str", "text", "bool", "boolean", "object",
      "optional",
      "required", "any", "char", "varchar", "password", "passwd", "hidden", "empty", "redacted", "removed", "masked",
      "is",
      "not", "must", "and", "the", "for", "your", "yes", "todo", "never", "unset", "default", "invalid", "prompt",
    ])

  /// Values of documentation.
  nonisolated(unsafe) static let placeholders = WordSet(
    ["pass", "password", "passwd", "pwd", "secret", "token", "PASSWORD", "PASS", "TOKEN", "key"])
}
