import PolicyBytecode

/// Decodes a payload of the protocol `k8s`: a request to the API server (`DELETE /api/v1/namespaces/x`, with headers
/// and a body or without), or a line of kubectl.
func decodeKubernetes(_ payload: [UInt8], _ context: inout DecodeContext) {
  let first = payload.prefix { !Ascii.isSpaceOrReturn($0) }
  if !first.isEmpty, first.allSatisfy({ $0 &- 0x41 < 26 }) {
    return KubernetesRequest.decode(payload, &context)
  }
  guard String(validating: payload, as: UTF8.self) != nil, !payload.contains(0) else {
    return context.unparsed(.k8s, .encoding)
  }
  var start = 0
  while start < payload.count, Ascii.isSpace(payload[start]) || payload[start] == 0x0D { start += 1 }
  // Quotes and backslashes in a program's name do not change it.
  let program = payload[start...].prefix { !Ascii.isSpaceOrReturn($0) }
  let name = ShellPaths.baseName(
    program.filter { $0 != Ascii.quote && $0 != Ascii.doubleQuote && $0 != Ascii.backslash }[...])
  guard ["kubectl", "oc", "k", "microk8s.kubectl"].contains(where: { name.elementsEqual($0.utf8) }) else {
    if payload.isEmpty { return context.unparsed(.k8s, .truncated) }
    // A request line with its method misspelled is no command; other lines may run kubectl somewhere.
    let target = payload[start...].dropFirst(program.count).drop(while: Ascii.isBlank)
    if target.first == Ascii.slash, methods.contains(String(decoding: program, as: UTF8.self).lowercased()) {
      return context.unparsed(.k8s, .syntax)
    }
    return context.nested(.shell, in: .k8s, payload)
  }
  guard let words = SimpleCommandLine.words(payload[start...]), words.count <= KubernetesLimits.words else {
    // Pipes, several commands, substitutions: a shell would read it.
    return context.nested(.shell, in: .k8s, payload)
  }
  var decoder = KubectlDecoder(words.map { KubectlWord(text: $0) }, isInShell: false)
  decoder.decode(&context)
}

private let methods: Set<String> = ["get", "head", "post", "put", "patch", "delete", "options", "watch"]

/// A line that a shell takes for one program and its words, and nothing else.
enum SimpleCommandLine {
  /// The words, or nil if anything in the line means more than itself.
  static func words(_ line: ArraySlice<UInt8>) -> [[UInt8]]? {
    var words: [[UInt8]] = []
    var word: [UInt8]?
    var index = line.startIndex
    // Line ends behind the line belong to no word.
    let end = line.lastIndex { !Ascii.isSpaceOrReturn($0) }.map { $0 + 1 } ?? line.startIndex
    var hasBrace = false
    while index < end {
      let byte = line[index]
      index += 1
      switch byte {
      case Ascii.space, Ascii.tab:
        if let word { words.append(word) }
        word = nil
        hasBrace = false
      case Ascii.quote:
        guard let close = line[index..<end].firstIndex(of: Ascii.quote) else { return nil }
        word = (word ?? []) + line[index..<close]
        index = close + 1
      case Ascii.doubleQuote:
        var text = word ?? []
        while index < end, line[index] != Ascii.doubleQuote {
          var inner = line[index]
          guard inner != Ascii.dollar, inner != Ascii.backquote, inner != Ascii.bang else { return nil }
          index += 1
          if inner == Ascii.backslash {
            guard index < end else { return nil }
            inner = line[index]
            index += 1
            switch inner {
            case Ascii.dollar, Ascii.backquote, Ascii.doubleQuote, Ascii.backslash: break
            case Ascii.newline: continue
            default: text.append(Ascii.backslash)
            }
          }
          text.append(inner)
        }
        guard index < end else { return nil }
        index += 1
        word = text
      case Ascii.backslash:
        guard index < end else { return nil }
        if line[index] != Ascii.newline { word = (word ?? []) + [line[index]] }
        index += 1
      case Ascii.pipe, Ascii.ampersand, Ascii.semicolon, Ascii.less, Ascii.greater, Ascii.open, Ascii.close,
        Ascii.dollar,
        Ascii.backquote, Ascii.newline, 0x0D, Ascii.star, Ascii.question, Ascii.openBracket, Ascii.bang:
        return nil
      case Ascii.hash, Ascii.tilde:
        if word == nil { return nil }
        word?.append(byte)
      case Ascii.openBrace:
        hasBrace = true
        word = (word ?? []) + [byte]
      // `{a,b}` and `{1..3}` are several words; a template in braces is one.
      case Ascii.comma where hasBrace, Ascii.dot where hasBrace && line[index - 2] == Ascii.dot: return nil
      default: word = (word ?? []) + [byte]
      }
    }
    if let word { words.append(word) }
    return words.isEmpty ? nil : words
  }
}
