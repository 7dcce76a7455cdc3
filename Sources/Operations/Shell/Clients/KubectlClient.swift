import PolicyBytecode

/// `kubectl` and `oc` on a shell line.
extension ShellDecoder {
  /// The requests that a line of kubectl makes. Its shell operation is emitted before; what it runs in a container comes
  /// after.
  mutating func kubectl(_ call: ShellCall, _ context: inout DecodeContext) {
    guard !isDone(context), call.argv.count <= KubernetesLimits.words else { return unknownRequest(call, &context) }
    var words: [KubectlWord] = []
    /// Where a word stands that is one of some known texts.
    var choice: (index: Int, texts: [[UInt8]])?
    for index in call.argv {
      let field = fields[index]
      if field.alternatives >= 0, choice == nil, !alternatives[Int(field.alternatives)].isEmpty {
        choice = (words.count, alternatives[Int(field.alternatives)])
      }
      words.append(KubectlWord(text: Array(bytes(field.value)), isUnknown: field.isUnknown))
    }
    if hasTrailing { words.append(KubectlWord(text: Array("…".utf8), isUnknown: true)) }
    guard let choice else { return kubectl(words, call, &context) }
    for text in choice.texts where !isDone(context) {
      words[choice.index] = KubectlWord(text: text)
      spend(words.reduce(0) { $0 + $1.text.count }, &context)
      kubectl(words, call, &context)
    }
  }

  private mutating func kubectl(_ words: [KubectlWord], _ call: ShellCall, _ context: inout DecodeContext) {
    var decoder = KubectlDecoder(words, isInShell: true)
    switch input.kind {
    case .inherited, .file: break
    case .unknown: decoder.isInputUnknown = !isRendered
    case .literal: decoder.input = Array(bytes(input.text))
    }
    context.nested(.k8s, in: .shell, program: Array(bytes(call.name))) { decoder.decode(&$0) }
  }

  /// Whether what is piped in is no more than a file, as `-f FILE` would name it: one that is printed or rendered.
  private var isRendered: Bool {
    guard input.log.count > 0 else { return false }
    return input.log.range.allSatisfy { index in Self.renderers.contains { arena.has($0, at: log[index]) } }
  }

  private static let renderers: [StaticString] = [
    "cat", "kubectl", "kustomize", "helm", "envsubst", "sed", "yq", "jq", "ytt", "jsonnet", "kubeseal", "tee",
  ]

  private mutating func unknownRequest(_ call: ShellCall, _ context: inout DecodeContext) {
    context.nested(.k8s, in: .shell, program: Array(bytes(call.name))) { $0.unparsed(.k8s, .count) }
  }

  /// `kubectl cp`: `tar` packs or unpacks in the pod.
  mutating func copyInPod(_ call: ShellCall, _ context: inout DecodeContext) {
    let operands = call.arguments.operands
    for (position, index) in operands.enumerated() where position == 1 || position == 2 {
      var file = fields[index]
      guard let colon = bytes(file.value).firstIndex(of: Ascii.colon) else { continue }
      file.value.start = Int32(colon + 1)
      file.alternatives = -1
      let base = fields.count
      for word in position == 1 ? ["tar", "cf", "-"] : ["tar", "xmf", "-", "-C"] {
        let field = field(Array(word.utf8))
        fields.append(field)
      }
      fields.append(file)
      elsewhere(call, base..<fields.count, &context)
      fields.truncate(to: base)
    }
  }
}
