import PatternMatching
import PolicyBytecode

/// The `decode` declarations of a policy, ready to be asked about a request.
final class DecodeTable: Sendable {
  struct Entry: Sendable {
    let carrier: OperationProtocol
    let inner: OperationProtocol
    /// Where the inner text stands: `argument`, `body`, `query`, `header`, and its name or path.
    let place: DecodeDefinition.Selector
    /// Selectors that choose requests, each with its pattern's position in the list.
    let choices: [Choice]
  }

  struct Choice: Sendable {
    let word: String
    let pattern: Int
  }

  let entries: [Entry]
  private let patterns: PatternList?

  /// Words that say where the inner text stands; the others choose requests by a glob.
  private static let places: Set<String> = ["argument", "body", "query", "header"]

  /// The one that was made last: those who judge with variants of one policy ask for the same again and again.
  private static let latest = Guarded<(definitions: [DecodeDefinition], table: DecodeTable)?>(nil)

  static func of(_ definitions: [DecodeDefinition]) -> DecodeTable {
    latest.withLock { latest in
      if let latest, latest.definitions == definitions { return latest.table }
      let table = DecodeTable(definitions)
      latest = (definitions, table)
      return table
    }
  }

  private init(_ definitions: [DecodeDefinition]) {
    var entries: [Entry] = []
    var patterns: [Pattern] = []
    for definition in definitions {
      guard let place = definition.selectors.first(where: { Self.places.contains($0.word) }) else { continue }
      var choices: [Choice] = []
      for selector in definition.selectors where !Self.places.contains(selector.word) {
        choices.append(Choice(word: selector.word, pattern: patterns.count))
        // Case matters in paths only: of a tool, more that is looked into is better than less.
        patterns.append(
          Pattern(
            selector.word == "path" ? .pathGlob : .glob, selector.value, ignoringCase: selector.word != "path"))
      }
      entries.append(
        Entry(carrier: definition.carrier, inner: definition.inner, place: place, choices: choices))
    }
    self.entries = entries
    // The compiler has checked the patterns.
    self.patterns = patterns.isEmpty ? nil : try? PatternList(patterns)
  }

  /// Whether the policy declares anything of `carrier`'s payloads.
  func has(_ carrier: OperationProtocol) -> Bool { entries.contains { $0.carrier == carrier } }

  /// The declarations that speak of a request: `value` gives what each selector word is compared with.
  func matching(
    _ carrier: OperationProtocol, scratch: inout PatternScratch, _ value: (String) -> [UInt8]
  ) -> [Entry] {
    var found: [Entry] = []
    for entry in entries where entry.carrier == carrier {
      var isChosen = true
      for choice in entry.choices where isChosen {
        isChosen = value(choice.word).withUnsafeBufferPointer {
          patterns?.matches(choice.pattern, $0, scratch: &scratch) ?? true
        }
      }
      if isChosen { found.append(entry) }
    }
    return found
  }
}
