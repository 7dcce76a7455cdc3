import PolicyBytecode

/// What the built-in detectors of a set are woken by; made once, read by every scan.
///
/// All of it lies flat in memory that is the object's own: a scan follows no array and counts no reference.
final class DetectorTables: @unchecked Sendable {
  /// What a gram wakes: a word that stands for something, and tokens that begin with it.
  struct Action {
    var word: TriggerWord?
    /// Which of ``shapes``.
    var firstShape = 0
    var shapesEnd = 0
  }

  /// A token that a gram may be the beginning of.
  struct ShapeStart {
    /// The number in ``TokenShape/all``.
    var number: Int
    /// How far before the gram's last byte the token begins.
    var back: Int
    /// The first bytes of its prefix, at most four, the first lowest; and which bits of four bytes those are.
    var head: UInt32
    var mask: UInt32
  }

  /// What single bytes wake, as ``TriggerTable`` has it, and after which.
  let bytes: UnsafePointer<UInt16>
  let contexts: UnsafePointer<UInt8>
  /// A bit for each hash of a gram that is sought.
  let filter: UnsafePointer<UInt32>
  /// The grams, in open addressing, with the number of their action plus one, or zero.
  let slots: UnsafePointer<TriggerTable.Slot>
  let actions: UnsafePointer<Action>
  let shapes: UnsafePointer<ShapeStart>
  /// The places among the definitions of the built-in detector `kind` are those from `indexStarts[kind]` on.
  let indices: UnsafePointer<Int>
  let indexStarts: UnsafePointer<Int>
  /// The built-in detectors that are asked for, as bits.
  let wanted: UInt32

  init(_ definitions: [DetectorDefinition]) {
    var indices = [[Int]](repeating: [], count: BuiltinDetector.allCases.count)
    for (index, definition) in definitions.enumerated() where definition.regex == nil {
      if let builtin = BuiltinDetector.named(definition.name) { indices[builtin.rawValue].append(index) }
    }
    wanted = indices.indices.reduce(0) { indices[$1].isEmpty ? $0 : $0 | 1 << UInt32($1) }
    let builder = DetectorTablesBuilder(wanted: wanted)
    bytes = Self.flat(builder.triggers.bytes)
    contexts = Self.flat(TriggerTable.contexts)
    filter = Self.flat(builder.triggers.filter)
    slots = Self.flat(builder.triggers.slots)
    var actions: [Action] = []
    var shapes: [ShapeStart] = []
    for action in builder.actions {
      let first = shapes.count
      for shape in action.shapes {
        let head = Array(TokenShape.all[shape.number].prefix.utf8.prefix(4))
        let word = head.reversed().reduce(0) { $0 << 8 | UInt32($1) }
        let mask = head.reduce(0) { bits, _ in bits << 8 | 0xFF } as UInt32
        shapes.append(ShapeStart(number: shape.number, back: shape.back, head: word, mask: mask))
      }
      actions.append(Action(word: action.word, firstShape: first, shapesEnd: shapes.count))
    }
    self.actions = Self.flat(actions)
    self.shapes = Self.flat(shapes)
    self.indices = Self.flat(indices.flatMap { $0 })
    indexStarts = Self.flat(indices.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) })
  }

  /// The places of a built-in detector among the definitions.
  func places(of kind: BuiltinDetector) -> [Int] {
    (indexStarts[kind.rawValue]..<indexStarts[kind.rawValue + 1]).map { indices[$0] }
  }

  /// Whether one of `kinds` is asked for.
  func asks(_ kinds: BuiltinDetector...) -> Bool { kinds.contains { wanted >> UInt32($0.rawValue) & 1 != 0 } }

  deinit {
    bytes.deallocate()
    contexts.deallocate()
    filter.deallocate()
    slots.deallocate()
    actions.deallocate()
    shapes.deallocate()
    indices.deallocate()
    indexStarts.deallocate()
  }

  private static func flat<Element>(_ elements: [Element]) -> UnsafePointer<Element> {
    let flat = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
    flat.initialize(from: elements, count: elements.count)
    return UnsafePointer(flat)
  }

  /// The action of a folded gram that the filter let through; negative if it was another's hash.
  @inline(__always)
  static func action(of gram: UInt32, _ slots: UnsafePointer<TriggerTable.Slot>) -> Int {
    var slot = Int(TriggerTable.hash(gram) & TriggerTable.slotMask)
    while slots[slot].trigger != 0 {
      if slots[slot].gram == gram { return Int(slots[slot].trigger) - 1 }
      slot = (slot + 1) & Int(TriggerTable.slotMask)
    }
    return -1
  }
}

/// Collects what the built-in detectors that are asked for are woken by.
private struct DetectorTablesBuilder {
  struct Action {
    var word: TriggerWord?
    /// Numbers in ``TokenShape/all``, and how far before the gram's last byte the token begins.
    var shapes: [(number: Int, back: Int)] = []
  }

  var triggers = TriggerTable()
  var actions: [Action] = []
  let wanted: UInt32

  init(wanted: UInt32) {
    self.wanted = wanted
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
      for before in prefix.count == 3 ? TokenShape.bytesBefore : TokenShape.bytesBeforeShort {
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
  /// `PuTTY-User-Key-File-3`, with which a key of PuTTY's begins.
  case puttyKey
  case jsonWebToken
  /// `-us1`: the end of a Mailchimp key.
  case mailchimp
  case azureSignature
  /// The mark of a kind of key within it.
  case azureMark
  /// `name:password@tcp(…)` of Go's drivers, and `oracle:thin:name/password@` of Java's.
  case dataSource, oracle

  /// Grams that wake them, whatever their case.
  static let grams: [(String, TriggerWord, [BuiltinDetector])] = {
    let secrets: [BuiltinDetector] = [.password, .secret, .awsSecretKey, .azureKey]
    var grams: [(String, TriggerWord, [BuiltinDetector])] = [
      ("pass", .pass, secrets + [.passport]), ("secr", .secretName, secrets), ("toke", .secretName, secrets),
      ("cred", .secretName, secrets), ("born", .birth, [.dateOfBirth]), ("birt", .birth, [.dateOfBirth]),
      ("d.o.", .birth, [.dateOfBirth]), ("oriz", .authorization, [.secret]), ("eare", .bearer, [.secret]),
      (" -u ", .curlUser, [.password]), (" -u\"", .curlUser, [.password]),
      (" -u'", .curlUser, [.password]), ("--us", .curlUser, [.password]), ("ifie", .identified, [.password]),
      ("@tcp", .dataSource, [.password]), ("@uni", .dataSource, [.password]), (":thi", .oracle, [.password]),
      ("scli", .secretName, secrets), ("raut", .secretName, secrets),
      ("--be", .privateKeyBlock, [.privateKey]), ("putt", .puttyKey, [.privateKey]),
      ("sig=", .azureSignature, [.azureKey]),
    ]
    grams += ["gebu", "gebo", "geb.", "naci", "nasc", "nais"].map { ($0, .birth, [.dateOfBirth]) }
    grams += DetectorScanner.azureMarks.map { ($0.mark.description, .azureMark, [.azureKey]) }
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
