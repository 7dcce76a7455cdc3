/// What the name of a variable, a field or a flag says about its value.
struct SecretName {
  enum Kind { case password, secret }

  let kind: Kind
  /// The name is the word itself.
  let isWhole: Bool
  let speaksOfAWS: Bool
  let speaksOfAzure: Bool

  /// Nil: the value of what is named so is no secret.
  init?(_ bytes: [UInt8]) {
    // Words in lower case without what separates them, and where each begins.
    var text: [UInt8] = []
    var isStart: [Bool] = []
    var starts = true
    for (index, byte) in bytes.enumerated() {
      guard SecretName.isAlphanumeric(byte) else {
        starts = true
        continue
      }
      let isUpper = byte &- 0x41 < 26
      let isCamel = isUpper && index > 0 && bytes[index - 1] &- 0x61 < 26
      text.append(isUpper ? byte | 0x20 : byte)
      isStart.append(starts || isCamel)
      starts = false
    }
    guard let found = SecretName.find(text, isStart) else { return nil }
    kind = found.kind
    isWhole = found.end == text.count && found.start == 0
    speaksOfAWS = SecretName.contains(text, "aws") || SecretName.contains(text, "secretaccesskey")
    speaksOfAzure = SecretName.contains(text, "accountkey") || SecretName.contains(text, "sharedaccesskey")
    // `password_file`, `tokenType`, `secret_name`: about the secret.
    var rest = found.end
    if rest < text.count, text[rest] == UInt8(ascii: "s") { rest += 1 }
    while rest < text.count, text[rest] &- 0x30 < 10 { rest += 1 }
    var segment: [UInt8] = []
    for index in rest..<text.count {
      if isStart[index], !segment.isEmpty {
        if SecretName.describing.contains(segment) { return nil }
        segment = []
      }
      segment.append(text[index])
    }
    if SecretName.describing.contains(segment) { return nil }
    for word in ["csrf", "xsrf", "authenticitytoken", "publickey", "pagetoken", "nexttoken", "synctoken", "cancel"]
    where SecretName.contains(text, word) { return nil }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    byte &- 0x30 < 10 || byte &- 0x41 < 26 || byte &- 0x61 < 26
  }

  /// The last word in `text` that stands for something secret.
  private static func find(_ text: [UInt8], _ isStart: [Bool]) -> (kind: Kind, start: Int, end: Int)? {
    var best: (kind: Kind, start: Int, end: Int)?
    for (word, kind, mustBeginWord) in words {
      var start = text.count - word.count
      while start >= 0 {
        let end = start + word.count
        let isWhole = !mustBeginWord || isStart[start] && (end == text.count || isStart[end] || text[end] &- 0x30 < 10)
        if isWhole, text[start..<end].elementsEqual(word) {
          if best.map({ end > $0.end }) ?? true { best = (kind, start, end) }
          break
        }
        start -= 1
      }
    }
    return best
  }

  private static func contains(_ text: [UInt8], _ word: String) -> Bool {
    let word = Array(word.utf8)
    guard text.count >= word.count else { return false }
    return (0...text.count - word.count).contains { text[$0..<$0 + word.count].elementsEqual(word) }
  }

  /// In order of preference where two end at one place.
  private static let words: [([UInt8], Kind, Bool)] =
    ["password", "passwd", "passphrase", "passcode", "passwort", "pwd"].map { (Array($0.utf8), .password, false) }
    + [(Array("pass".utf8), .password, true)]
    + [
      "secret", "token", "apikey", "accesskey", "authkey", "privatekey", "secretkey", "encryptionkey", "signingkey",
      "masterkey", "accountkey", "servicekey", "clientkey", "licensekey", "appkey", "applicationkey", "deploykey",
      "credential", "rootkey", "adminkey", "hmackey", "jwtkey", "sessionkey", "webhookkey", "integrationkey", "sendkey",
    ].map { (Array($0.utf8), .secret, false) }
    + ["creds", "cred", "authkey"].map { (Array($0.utf8), .secret, true) }

  /// What follows in a name whose value tells about a secret.
  private static let describing: Set<[UInt8]> = Set(
    [
      "id", "ids", "name", "names", "file", "files", "filename", "path", "dir", "url", "uri", "endpoint", "type", "types",
      "size", "length", "len", "min", "max", "count", "limit", "ttl", "expiry", "expires", "expiration", "timeout", "age",
      "algorithm", "alg", "policy", "format", "pattern", "regex", "field", "label", "hint", "prompt", "reset", "manager",
      "provider", "store", "version", "index", "usage", "used", "budget", "header", "prefix", "suffix", "ref", "arn",
      "location", "scope", "scopes", "status", "enabled", "required", "policies", "rotation", "kind", "class", "izer",
      "izers", "placeholder", "error", "message", "input", "sort", "port", "less", "through",
    ].map { Array($0.utf8) })

  /// Words that stand where a type or a default is given.
  static let schemaWords: Set<[UInt8]> = Set(
    [
      "null", "none", "nil", "true", "false", "undefined", "string", "str", "text", "bool", "boolean", "object", "optional",
      "required", "any", "char", "varchar", "password", "passwd", "hidden", "empty", "redacted", "removed", "masked", "is",
      "not", "must", "and", "the", "for", "your", "yes", "todo", "never", "unset", "default", "invalid", "prompt",
    ].map { Array($0.utf8) })

  /// Values of documentation.
  static let placeholders: Set<[UInt8]> = Set(
    ["pass", "password", "passwd", "pwd", "secret", "token", "PASSWORD", "PASS", "TOKEN", "key"].map { Array($0.utf8) })
}
