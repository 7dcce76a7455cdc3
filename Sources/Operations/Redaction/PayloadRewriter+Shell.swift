import PolicyBytecode

/// The words of a shell line and the parts they are made of, taken out of its tree.
private struct ShellTexts {
  let source: [UInt8]
  let words: [ShellWord]
  let parts: [ShellPart]
  /// The words that are bodies of here-documents.
  let documents: Set<Int32>

  init(_ tree: borrowing ShellTree) {
    source = tree.source
    words = Array(tree.words.elements)
    parts = Array(tree.parts.elements)
    documents = Set(tree.redirections.elements.filter { $0.kind == .hereDocument }.map { $0.word })
  }
}

/// Shell lines: what their words are made of is replaced in place, so that quotes, operators and substitutions stay.
extension PayloadRewriter {
  mutating func shell(_ payload: [UInt8]) -> [UInt8]? {
    var reader = ShellReader()
    guard (try? reader.read(payload)) != nil else { return nil }
    let tree = ShellTexts(reader.tree)
    var edits = TextEdits()
    var isDone = [Bool](repeating: false, count: tree.parts.count)
    for (index, word) in tree.words.enumerated() {
      replace(word, isDocument: tree.documents.contains(Int32(index)), tree, payload, &isDone, &edits)
    }
    for (index, part) in tree.parts.enumerated() where part.kind == .arithmetic {
      // Numbers and names: what is counted is structure.
      if !isDone[index] { mark(part.child, tree, &isDone) }
    }
    for (index, part) in tree.parts.enumerated() where part.kind == .literal && !isDone[index] {
      replace(part, tree, payload, &edits)
    }
    replaceComments(tree, payload, &edits)
    return edits.applied(to: payload)
  }

  private func chain(_ first: Int32, _ tree: ShellTexts) -> [Int] {
    var chain: [Int] = []
    var index = first
    while index >= 0 {
      chain.append(Int(index))
      index = tree.parts[Int(index)].next
    }
    return chain
  }

  private func mark(_ first: Int32, _ tree: ShellTexts, _ isDone: inout [Bool]) {
    for index in chain(first, tree) { isDone[index] = true }
  }

  /// Replaces what a word says if all of it is known, else its literal parts, each by itself.
  private mutating func replace(
    _ word: ShellWord, isDocument: Bool, _ tree: ShellTexts, _ payload: [UInt8], _ isDone: inout [Bool],
    _ edits: inout TextEdits
  ) {
    guard word.spelling.end <= payload.count else { return mark(word.first, tree, &isDone) }
    let parts = chain(word.first, tree)
    guard !parts.isEmpty, parts.allSatisfy({ tree.parts[$0].kind == .literal }) else { return }
    for index in parts { isDone[index] = true }
    let text = parts.flatMap { tree.source[tree.parts[$0].spelling.range] }
    let only = tree.parts[parts[0]].spelling
    if parts.count == 1, only.end <= payload.count {
      let rewritten = self.word(text)
      if rewritten != text { edits.replace(only.range, rewritten) }
      return
    }
    let isPattern = parts.contains { index in
      !tree.parts[index].isQuoted
        && tree.source[tree.parts[index].spelling.range].contains { "*?[{~".utf8.contains($0) }
    }
    if isPattern {
      for index in parts { replace(tree.parts[index], tree, payload, &edits) }
      return
    }
    let rewritten = self.word(text)
    guard rewritten != text else { return }
    var range = word.spelling.range
    if word.name.count > 0 {
      guard let equals = payload[Int(word.name.end)..<range.upperBound].firstIndex(of: Ascii.equals) else { return }
      range = equals + 1..<range.upperBound
    }
    edits.replace(range, isDocument || isPlain(rewritten) ? rewritten : quoted(rewritten))
  }

  private mutating func replace(
    _ part: ShellPart, _ tree: ShellTexts, _ payload: [UInt8], _ edits: inout TextEdits
  ) {
    guard part.spelling.end <= payload.count, part.spelling.count > 0 else { return }
    let text = Array(payload[part.spelling.range])
    let rewritten = pieces(text, separators: " \n\t\"'();") { $0.piece($1) }
    if rewritten != text { edits.replace(part.spelling.range, rewritten) }
  }

  private func isPlain(_ text: [UInt8]) -> Bool {
    !text.isEmpty && text.allSatisfy { Ascii.isName($0) || "-./:,@%+=".utf8.contains($0) }
  }

  private func quoted(_ text: [UInt8]) -> [UInt8] {
    [Ascii.quote] + text.flatMap { $0 == Ascii.quote ? Array(#"'\''"#.utf8) : [$0] } + [Ascii.quote]
  }

  /// Replaces what stands behind a `#` outside of all words.
  private mutating func replaceComments(_ tree: ShellTexts, _ payload: [UInt8], _ edits: inout TextEdits) {
    guard payload.contains(Ascii.hash) else { return }
    var isCovered = [Bool](repeating: false, count: payload.count)
    for range in tree.words.map(\.spelling) + tree.parts.map(\.spelling) where range.end <= payload.count {
      for index in range.range { isCovered[index] = true }
    }
    var at = 0
    while at < payload.count {
      guard payload[at] == Ascii.hash, !isCovered[at] else {
        at += 1
        continue
      }
      let end = payload[at...].firstIndex(of: Ascii.newline) ?? payload.count
      let comment = Array(payload[(at + 1)..<end])
      if comment.contains(where: { !Ascii.isSpace($0) }) {
        note(comment)
        edits.replace(at + 1..<end, [Ascii.space] + tokens.word(comment))
      }
      at = end
    }
  }
}
