import JSONText
import PatternMatching
import PolicyBytecode
import PolicySyntax

/// Checks `decode` declarations: which carriers there are, by what their requests are chosen, where the inner text stands.
struct DecodeChecker {
  private struct Carrier {
    /// Selectors that choose requests, and how their globs read.
    var choices: [String: Pattern.Kind]
    /// Selectors that say where the inner text stands; a declaration has one of them.
    var places: [String]
  }

  private static let carriers: [OperationProtocol: Carrier] = [
    .mcp: Carrier(choices: ["server": .glob, "tool": .glob], places: ["argument"]),
    .http: Carrier(
      choices: ["host": .glob, "path": .pathGlob, "method": .glob], places: ["body", "query", "header"]),
  ]

  let bag: DiagnosticBag

  func check(_ declarations: [(DecodeDeclaration, UInt32)]) -> [CheckedDecode] {
    var seen: [[String]: CheckedDecode] = [:]
    var result: [CheckedDecode] = []
    for (declaration, file) in declarations {
      guard let decode = check(declaration, file) else { continue }
      let key = [decode.carrier.name] + decode.selectors.map { $0.word + "=" + $0.value }.sorted()
      if let first = seen[key] {
        if first.inner != decode.inner {
          bag.report(
            .badDecode, "this is decoded as `\(decode.inner.name)` here and as `\(first.inner.name)` elsewhere",
            at: decode.span, notes: [.init("the other declaration is here", at: first.span)])
        }
        continue
      }
      seen[key] = decode
      result.append(decode)
    }
    return result
  }

  private func check(_ declaration: DecodeDeclaration, _ file: UInt32) -> CheckedDecode? {
    let span = SourceSpan(file: file, declaration.range)
    let inner = protocolNamed(declaration.inner, file, bag)
    guard let outer = protocolNamed(declaration.carrier, file, bag) else { return nil }
    guard let carrier = Self.carriers[outer] else {
      let names = Self.carriers.keys.map(\.name).sorted()
      bag.report(
        .badDecode, "`\(outer.name)` carries nothing that could be declared; \(quotedList(names)) do",
        at: SourceSpan(file: file, declaration.carrier.range))
      return nil
    }
    if inner == outer {
      bag.report(
        .badDecode, "`\(outer.name)` does not carry itself", at: SourceSpan(file: file, declaration.inner.range))
      return nil
    }
    var seen: Set<String> = []
    var isSound = true
    func fail(_ message: String, _ range: SourceRange) {
      bag.report(.badDecode, message, at: SourceSpan(file: file, range))
      isSound = false
    }
    for (word, value) in declaration.selectors {
      if !seen.insert(word.text).inserted { fail("`\(word.text)` stands twice", word.range) }
      if let kind = carrier.choices[word.text] {
        do throws(PatternError) {
          try checkPattern(Pattern(kind, value.value))
        } catch {
          bag.report(.badPattern, error.message, at: SourceSpan(file: file, value.range))
          isSound = false
        }
      } else if carrier.places.contains(word.text) {
        if value.value.isEmpty { fail("`\(word.text)` needs a name or a path", value.range) }
        do throws(JSONError) {
          if value.value.hasPrefix("$") { _ = try JSONPath(value.value) }
        } catch {
          fail(error.message, value.range)
        }
      } else {
        let words = carrier.choices.keys.sorted() + carrier.places
        let near = nearest(word.text, in: words).map { "; did you mean `\($0)`?" } ?? "; there are \(quotedList(words))"
        fail("`\(outer.name)` has no `\(word.text)`" + near, word.range)
      }
    }
    let places = carrier.places.filter(seen.contains)
    if isSound, places.count != 1 {
      let expected = quotedList(carrier.places, joiner: "or")
      bag.report(
        .badDecode,
        places.isEmpty
          ? "where the text stands is missing: add \(expected)" : "the text stands in one place, \(expected)",
        at: span)
      isSound = false
    }
    guard isSound, let inner else { return nil }
    return CheckedDecode(
      carrier: outer, selectors: declaration.selectors.map { ($0.word.text, $0.value.value) }, inner: inner, span: span)
  }
}

/// The protocol of that name, or nil, which is reported.
func protocolNamed(_ name: Name, _ file: UInt32, _ bag: DiagnosticBag) -> OperationProtocol? {
  if let found = OperationProtocol(name: name.text) { return found }
  guard !name.text.isEmpty else { return nil }
  let names = OperationProtocol.allCases.map(\.name)
  let span = SourceSpan(file: file, name.range)
  let near = BuiltinNames.protocolSynonyms[name.text.lowercased()] ?? nearest(name.text, in: names)
  bag.report(
    .unknownProtocol,
    "there is no protocol `\(name.text)`"
      + (near.map { "; did you mean `\($0)`?" } ?? "; there are \(quotedList(names))"),
    at: span, fix: near.map { .init("write `\($0)`", span, $0) })
  return nil
}
