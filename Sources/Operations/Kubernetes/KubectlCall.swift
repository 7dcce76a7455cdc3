/// A word of a kubectl command line.
struct KubectlWord {
  /// Its value if that is known, else how it is spelled.
  var text: [UInt8]
  var isUnknown = false

  func `is`(_ word: StaticString) -> Bool { !isUnknown && text.has(word, at: ByteRange(0, text.count)) }
}

/// A kubectl command line taken apart as kubectl does it: flags stand anywhere, those of the verb too.
struct KubectlCall {
  /// Empty if none is given.
  var verb = ""
  /// What follows the verb and is no flag; behind `--`, too, unless the verb runs a command there.
  var operands: [KubectlWord] = []
  /// What stands behind `--` for a verb that runs it.
  var command: [KubectlWord] = []
  private var flags: [(name: String, value: KubectlWord?)] = []

  enum Problem: Error {
    /// A flag or verb that kubectl does not have: an error of kubectl's, or a release or plugin that is not known.
    case unsupported
    /// A word that may be anything where it decides what the others mean.
    case unknown
  }

  private static let running: Set<String> = ["exec", "run", "debug", "rsh", "create"]

  /// No command.
  init() {}

  init(_ words: [KubectlWord]) throws(Problem) {
    var words = words
    var at = try Self.verbPosition(words)
    if let group = at, words[group].is("adm") {
      // `oc adm drain`: verbs that kubectl has without it.
      words.remove(at: group)
      at = try Self.verbPosition(words)
    }
    if let at { verb = String(decoding: words[at].text, as: UTF8.self) }
    var index = 1
    while index < words.count {
      let word = words[index]
      index += 1
      if index - 1 == at { continue }
      if word.is("--") {
        if Self.running.contains(verb) {
          command = Array(words[index...])
        } else {
          operands += words[index...]
        }
        return
      }
      guard word.text.count > 1, word.text.first == Ascii.dash else {
        operands.append(word)
        guard verb == "rsh" else { continue }
        // What follows the pod is the command, with its flags.
        command = Array(words[index...])
        if command.first?.is("--") ?? false { command.removeFirst() }
        return
      }
      if word.text[1] == Ascii.dash { try long(word, words, &index) } else { try bundle(word, words, &index) }
    }
  }

  /// Where the verb stands: the first word that is no flag, nor the value of one. Before the verb only the flags that
  /// all verbs have are known: another without `=` takes the next word, whatever it is.
  private static func verbPosition(_ words: [KubectlWord]) throws(Problem) -> Int? {
    var index = 1
    while index < words.count {
      let word = words[index]
      if word.is("--") { return nil }
      guard word.text.count > 1, word.text.first == Ascii.dash else {
        if word.isUnknown { throw .unknown }
        return index
      }
      index += 1
      if word.text.contains(Ascii.equals) { continue }
      if word.text[1] == Ascii.dash {
        let name = normalised(word.text.dropFirst(2))
        if !KubectlFlags.isGlobal(name) || KubectlFlags.kind(name, verb: "") != .boolean { index += 1 }
      } else if word.text.count == 2, word.text[1] != UInt8(ascii: "h") {
        index += 1
      }
    }
    return nil
  }

  private static func normalised(_ name: ArraySlice<UInt8>) -> String {
    String(decoding: name.map { $0 == Ascii.underscore ? Ascii.dash : $0 }, as: UTF8.self)
  }

  private mutating func long(_ word: KubectlWord, _ words: [KubectlWord], _ index: inout Int) throws(Problem) {
    let equals = word.text.firstIndex(of: Ascii.equals)
    let name = Self.normalised(word.text[2..<(equals ?? word.text.count)])
    guard let kind = KubectlFlags.kind(name, verb: verb) else { throw word.isUnknown ? .unknown : .unsupported }
    var value = equals.map { KubectlWord(text: Array(word.text[($0 + 1)...]), isUnknown: word.isUnknown) }
    if kind == .value, value == nil { value = try next(words, &index) }
    flags.append((name, value))
  }

  private mutating func bundle(_ word: KubectlWord, _ words: [KubectlWord], _ index: inout Int) throws(Problem) {
    var at = 1
    while at < word.text.count {
      guard let name = KubectlFlags.name(word.text[at], verb: verb),
        let kind = KubectlFlags.kind(name, verb: verb)
      else { throw word.isUnknown ? .unknown : .unsupported }
      at += 1
      let rest = word.text[at...]
      if rest.first == Ascii.equals {
        flags.append((name, KubectlWord(text: Array(rest.dropFirst()), isUnknown: word.isUnknown)))
        return
      }
      guard kind == .value else {
        flags.append((name, nil))
        continue
      }
      let value = rest.isEmpty ? try next(words, &index) : KubectlWord(text: Array(rest), isUnknown: word.isUnknown)
      flags.append((name, value))
      return
    }
  }

  private func next(_ words: [KubectlWord], _ index: inout Int) throws(Problem) -> KubectlWord {
    guard index < words.count else { throw .unsupported }
    index += 1
    return words[index - 1]
  }

  // MARK: Flags

  /// The last value of a flag.
  func value(_ name: String) -> KubectlWord? { flags.last { $0.name == name }?.value }

  /// Every value of a flag, also of one written `a,b`.
  func values(_ name: String) -> [KubectlWord] {
    flags.filter { $0.name == name }.compactMap(\.value).flatMap { value in
      value.text.split(separator: Ascii.comma).map { KubectlWord(text: Array($0), isUnknown: value.isUnknown) }
    }
  }

  func has(_ name: String) -> Bool { flags.contains { $0.name == name } }

  /// Whether a boolean flag is set. One whose value is not known counts as set.
  func isSet(_ name: String) -> Bool {
    guard let flag = flags.last(where: { $0.name == name }) else { return false }
    guard let value = flag.value, !value.isUnknown else { return true }
    return !["false", "f", "F", "0", "False", "FALSE"].contains { value.text.elementsEqual($0.utf8) }
  }
}
