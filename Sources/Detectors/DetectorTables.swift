import PolicyBytecode

/// What the built-in detectors of a set are woken by; made once, read by every scan.
struct DetectorTables: Sendable {
  /// What a gram wakes: a word that stands for something, and tokens that begin with it.
  struct Action: Sendable {
    var word: TriggerWord?
    /// Numbers in ``TokenShape/all``, and how far before the gram's last byte the token begins.
    var shapes: [(number: Int, back: Int)] = []
  }

  private(set) var triggers = TriggerTable()
  private(set) var actions: [Action] = []
  /// For each built-in detector, its places among the definitions.
  let indices: [[Int]]
  /// The built-in detectors that are asked for, as bits.
  let wanted: UInt32

  init(_ definitions: [DetectorDefinition]) {
    var indices = [[Int]](repeating: [], count: BuiltinDetector.allCases.count)
    for (index, definition) in definitions.enumerated() where definition.regex == nil {
      if let builtin = BuiltinDetector.named(definition.name) { indices[builtin.rawValue].append(index) }
    }
    self.indices = indices
    wanted = indices.indices.reduce(0) { indices[$1].isEmpty ? $0 : $0 | 1 << UInt32($1) }
    addBytes()
    addWords()
    addShapes()
  }

  func asks(_ kinds: BuiltinDetector...) -> Bool { kinds.contains { wanted >> UInt32($0.rawValue) & 1 != 0 } }

  private mutating func addBytes() {
    if asks(.creditCard, .usSSN, .phone, .iban, .ipAddress, .nhsNumber, .cpf, .secret) {
      for byte in UInt8(ascii: "0")...UInt8(ascii: "9") { triggers.wake(on: byte, TriggerTable.digit) }
    }
    if asks(.email) { triggers.wake(on: UInt8(ascii: "@"), TriggerTable.at) }
    if asks(.ipAddress, .macAddress, .password) { triggers.wake(on: UInt8(ascii: ":"), TriggerTable.colon) }
    if asks(.macAddress) { triggers.wake(on: UInt8(ascii: "-"), TriggerTable.hyphen) }
    if asks(.secret) { triggers.wake(on: UInt8(ascii: "."), TriggerTable.dot) }
    if asks(.azureKey) { triggers.wake(on: UInt8(ascii: "~"), TriggerTable.tilde) }
  }

  private mutating func addWords() {
    for (text, word, kinds) in TriggerWord.grams where kinds.contains(where: { asks($0) }) {
      let action = action(of: TriggerTable.gram(text.utf8))
      actions[action].word = word
    }
  }

  private mutating func addShapes() {
    for (number, shape) in TokenShape.all.enumerated() where asks(shape.kind) {
      let prefix = Array(shape.prefix.utf8)
      if prefix.count >= 4 {
        actions[action(of: TriggerTable.gram(prefix.prefix(4)))].shapes.append((number, 3))
        continue
      }
      var seen: Set<UInt32> = []
      for before in TokenShape.bytesBefore {
        // A prefix of two bytes is woken by what may follow it.
        for after in prefix.count == 3 ? [] : Array(0..<128).filter({ shape.mayFollow(UInt8($0)) }) {
          let gram = TriggerTable.gram([before] + prefix + [UInt8(after)]) | TriggerTable.fold
          if seen.insert(gram).inserted { actions[action(of: gram)].shapes.append((number, 2)) }
        }
        guard prefix.count == 3 else { continue }
        let gram = TriggerTable.gram([before] + prefix) | TriggerTable.fold
        if seen.insert(gram).inserted { actions[action(of: gram)].shapes.append((number, 2)) }
      }
    }
  }

  /// The number of the action of a gram; a new one if it has none yet.
  private mutating func action(of gram: UInt32) -> Int {
    let gram = gram | TriggerTable.fold
    if let known = triggers.trigger(of: gram) { return known }
    triggers.wake(onGram: gram, actions.count)
    actions.append(Action())
    return actions.count - 1
  }
}

/// Words near which something is found.
enum TriggerWord: UInt8, Sendable {
  /// A name of something secret, before `=` or `:`.
  case secretName
  /// `pass…`: a password or a passport.
  case pass
  case birth
  case authorization, bearer
  /// `-u name:password` of curl.
  case curlUser
  /// `identified by '…'` of SQL.
  case identified
  case privateKeyBlock
  case jsonWebToken
  /// `-us1`: the end of a Mailchimp key.
  case mailchimp
  case azureSignature

  /// Grams that wake them, whatever their case.
  static let grams: [(String, TriggerWord, [BuiltinDetector])] = {
    let secrets: [BuiltinDetector] = [.password, .secret, .awsSecretKey, .azureKey]
    var grams: [(String, TriggerWord, [BuiltinDetector])] = [
      ("pass", .pass, secrets + [.passport]), ("secr", .secretName, secrets), ("toke", .secretName, secrets),
      ("cred", .secretName, secrets), ("born", .birth, [.dateOfBirth]), ("birt", .birth, [.dateOfBirth]),
      ("d.o.", .birth, [.dateOfBirth]), ("oriz", .authorization, [.secret]), ("eare", .bearer, [.secret]),
      (" -u ", .curlUser, [.password]), ("--us", .curlUser, [.password]), ("ifie", .identified, [.password]),
      ("--be", .privateKeyBlock, [.privateKey]), ("sig=", .azureSignature, [.azureKey]),
    ]
    for after in ["=", ":", "\"", "'", " ", "_", "]", "-", ">", "\\", "`", "."] {
      grams.append(("key" + after, .secretName, secrets))
      grams.append(("pwd" + after, .secretName, secrets))
      grams.append(("dob" + after, .birth, [.dateOfBirth]))
    }
    for digit in 1...9 { grams.append(("-us\(digit)", .mailchimp, [.secret])) }
    for before in TokenShape.bytesBefore {
      grams.append((String(UnicodeScalar(before)) + "eyj", .jsonWebToken, [.jwt]))
    }
    return grams
  }()
}
