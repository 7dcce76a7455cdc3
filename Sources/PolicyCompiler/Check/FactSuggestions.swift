import PolicyBytecode
import PolicySyntax

/// What an author may have meant by a name that is no fact.
struct FactSuggestions {
  /// The names as they are to be written, the likeliest first.
  private(set) var names: [String]
  /// The facts that there are of what the name begins with, where nothing is like it.
  private var family: [String] = []

  private static let facts = FactSchema.table.filter { !$0.isHidden }

  /// What others call the last part of a fact, or all of it.
  private static let synonyms = [
    "verb": "method", "url": "path", "uri": "path", "kind": "resource", "type": "resource", "code": "status",
    "tables": "table", "statement": "verb", "operation": "verb", "key": "argument", "args": "argument",
    "arguments": "argument", "params": "argument", "role": "group", "roles": "group", "ip": "source",
    "address": "source", "database": "target", "db": "target", "hour": "time", "date": "time", "tags": "session",
  ]

  /// Facts and `others`, the names of defines, that `name` may stand for.
  init(_ name: String, among others: [String]) {
    guard let dot = name.firstIndex(of: ".") else {
      names = Self.undotted(name, others)
      return
    }
    let (first, last) = (String(name[..<dot]), String(name[name.index(after: dot)...]))
    names = Self.keyed(first, last)
    guard names.isEmpty else { return }
    let relatives = Self.relatives(first)
    guard !relatives.isEmpty else {
      names = Self.near(name, others)
      if names.isEmpty { names = Self.ending(last) }
      return
    }
    let endings = relatives.map { String($0.name.split(separator: ".").last ?? "") }
    if let meant = Self.nearestEnding(last, endings), let position = endings.firstIndex(of: meant) {
      names = [relatives[position].name]
    } else {
      names = Self.ending(last)
      if names.isEmpty { family = relatives.map(\.name) }
    }
  }

  /// What a message says of them: `; did you mean …?`, or nothing.
  var hint: String {
    if !family.isEmpty { return "; there are \(quotedList(family))" }
    guard !names.isEmpty else { return "" }
    let described = names.map { name in
      let owner = names.count > 1 || name.hasPrefix("response.") ? Self.owner(name).map { " (\($0))" } ?? "" : ""
      return "`\(name)`\(owner)"
    }
    let last = described[described.count - 1]
    let before = described.dropLast().joined(separator: ", ")
    return "; did you mean \(before.isEmpty ? "" : before + " or ")\(last)?"
  }

  /// Whose fact it is, where not every operation has it.
  private static func owner(_ name: String) -> String? {
    guard let fact = FactSchema.named(name) else { return nil }
    if fact.phase == .response { return "in `on response` rules" }
    return fact.protocols == .all ? nil : fact.protocols.members.map(\.name).joined(separator: ", ")
  }

  /// A name without a dot: of facts the last part (`verb`), or what is most like it.
  private static func undotted(_ name: String, _ others: [String]) -> [String] {
    let full = facts.map(\.name).filter { $0.hasSuffix("." + name) }
    if !full.isEmpty { return full.sorted() }
    let found = near(name, others)
    return found.isEmpty ? synonyms[name].map(ending) ?? [] : found
  }

  /// What is spelt most like it.
  private static func near(_ name: String, _ others: [String]) -> [String] {
    let candidates = (facts.map(\.name) + ["response"] + others).sorted()
    let folded = folded(name)
    return (candidates.contains(folded) ? folded : nearest(name, in: candidates)).map { [$0] } ?? []
  }

  /// The fact with a key whose key stands after a dot: `label.env`, `labels.env`.
  private static func keyed(_ first: String, _ key: String) -> [String] {
    let keyed = facts.filter(\.isKeyed).map(\.name)
    func last(_ name: String) -> String { String(name.split(separator: ".").last ?? "") }
    // `http.path` is one of the facts of `http`, and no key of another.
    guard relatives(first).isEmpty else {
      return keyed.filter { (first + "." + key).hasPrefix($0 + ".") }.map { fact in
        "\(fact)[\(literalText(String((first + "." + key).dropFirst(fact.utf8.count + 1))))]"
      }
    }
    let found = keyed.filter { $0 == first || last($0) == first || last($0) + "s" == first }
    return found.map { "\($0)[\(literalText(key))]" }
  }

  /// The facts of a protocol, or of what they begin with.
  private static func relatives(_ first: String) -> [FactSchema] {
    let named = facts.filter { $0.name.hasPrefix(first + ".") }
    guard named.isEmpty, let spoken = OperationProtocol(name: first) else { return named }
    return facts.filter { $0.protocols != .all && $0.protocols.contains(ProtocolSet(spoken)) }
  }

  /// The facts whose last part, or all, is that.
  private static func ending(_ last: String) -> [String] {
    facts.map(\.name).filter { $0 == last || $0.hasSuffix("." + last) }.sorted()
  }

  /// The ending that is meant: in another spelling, under another name, or cut short.
  private static func nearestEnding(_ last: String, _ endings: [String]) -> String? {
    let folded = folded(last)
    if endings.contains(folded) { return folded }
    if let near = nearest(last, in: endings) { return near }
    if let synonym = synonyms[last], endings.contains(synonym) { return synonym }
    return endings.first { abbreviates(last, $0) }
  }

  /// Spelt as other languages do: `whereConstant`, `where_constant`.
  private static func folded(_ name: String) -> String {
    String(name.flatMap { $0.isUppercase ? "-" + $0.lowercased() : $0 == "_" ? "-" : String($0) })
  }

  /// Whether a word leaves letters of another out, though not its first: `cmd` of `command`.
  private static func abbreviates(_ short: String, _ long: String) -> Bool {
    guard short.count > 1, short.first == long.first else { return false }
    var rest = Substring(short)
    for letter in long where letter == rest.first { rest.removeFirst() }
    return rest.isEmpty
  }
}
