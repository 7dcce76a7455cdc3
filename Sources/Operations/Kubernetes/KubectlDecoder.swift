import JSONText
import PolicyBytecode

/// A line of kubectl to the requests that it makes of the API server. Those that only prepare others (the `get` before a
/// `patch`, discovery) are left out, and so is what a plugin does, which is not known.
struct KubectlDecoder {
  let words: [KubectlWord]
  /// The line stands in shell code: what runs in containers, and a line without requests, are the shell's to emit.
  let isInShell: Bool
  /// What is read from standard input, where it is known.
  var input: [UInt8]?
  /// What is read from standard input is made by a program and cannot be known.
  var isInputUnknown = false
  var call: KubectlCall
  private let problem: UnparsedReason?
  /// Of the flag `-n`.
  var namespace: [UInt8]?
  /// How a namespace is spelled that is not known.
  var namespaceSpelling: [UInt8]?

  init(_ words: [KubectlWord], isInShell: Bool) {
    self.words = words
    self.isInShell = isInShell
    do throws(KubectlCall.Problem) {
      call = try KubectlCall(words)
      problem = nil
    } catch {
      call = KubectlCall()
      problem = error == .unknown ? .unknownCode : .unsupported
    }
    guard !call.isSet("all-namespaces"), let given = call.value("namespace") else { return }
    if given.isUnknown { namespaceSpelling = given.text } else { namespace = given.text }
  }

  mutating func decode(_ context: inout DecodeContext) {
    if let problem { return context.unparsed(.k8s, problem) }
    if call.isSet("help") || call.verb.isEmpty || call.verb == "help" { return nothing(&context) }
    let before = context.batch.count
    for user in call.values("as") {
      if user.isUnknown {
        context.unparsed(.k8s, .unknownCode)
      } else {
        context.emit(.impersonating(user: user.text))
      }
    }
    for group in call.values("as-group") {
      if group.isUnknown {
        context.unparsed(.k8s, .unknownCode)
      } else {
        context.emit(KubernetesAction("impersonate", "groups", name: group.text))
      }
    }
    let impersonations = context.batch.count
    verb(&context)
    if context.batch.count == impersonations, !isInShell || impersonations > before { nothing(&context) }
  }

  /// No request, or none that a policy could judge.
  mutating func nothing(_ context: inout DecodeContext) {
    guard !isInShell else { return }
    var action = KubernetesAction("get")
    action.isEmpty = true
    context.emit(action)
  }

  // MARK: What commands are about

  /// One object, or all of a type, that a command is about.
  struct Target {
    var group: [UInt8]? = []
    /// Nil if it is not known.
    var resource: [UInt8]?
    var name: [UInt8]?
    /// How a resource or a name that is not known is spelled.
    var spelling: [UInt8]?
    var isNamespaced = true
    var file: [UInt8]?
    /// The object, where the command line holds it.
    var object: JSONValue?
    /// Of the object itself.
    var namespace: [UInt8]?

    init() {}

    init(_ resource: KubernetesResource) {
      group = resource.group
      self.resource = resource.name
      isNamespaced = resource.isNamespaced
    }
  }

  /// Emits one request of `verb` about `target`.
  mutating func emit(
    _ verb: String, _ target: Target, subresource: StaticString? = nil, bodies: [JSONValue] = [],
    _ context: inout DecodeContext
  ) {
    var action = KubernetesAction(verb)
    action.resource = target.resource
    action.group = target.resource == nil ? nil : target.group
    action.name = target.name
    action.spelling = target.spelling
    action.file = target.file
    action.subresource = subresource.map { Array($0.description.utf8) }
    if target.resource?.elementsEqual("namespaces".utf8) ?? false {
      // As the API server has it: a namespace is in itself, once it has a name.
      action.namespace = verb == "create" ? nil : target.name
    } else if target.isNamespaced {
      action.namespace = target.namespace ?? namespace
    }
    action.bodies = target.object.map { [$0] } ?? []
    action.bodies += bodies
    let shown = action.namespace == nil && target.isNamespaced ? namespaceSpelling : nil
    context.emit(action, namespaceSpelling: shown)
    if target.resource == nil, target.file == nil { context.unparsed(.k8s, .unknownCode) }
  }

  /// What operands name: `TYPE[,TYPE…] [NAME…]`, `TYPE/NAME…`; else the files of `-f` and `-k`.
  mutating func targets(
    of operands: [KubectlWord]? = nil, _ context: inout DecodeContext
  ) -> [Target] {
    let operands = operands ?? call.operands
    var targets = files(&context)
    guard let first = operands.first else { return targets }
    if first.text.contains(Ascii.slash) {
      for operand in operands { targets.append(named(operand)) }
      return targets
    }
    if first.isUnknown {
      var target = Target()
      target.spelling = first.text
      return targets + [target]
    }
    var types: [Target] = []
    for type in first.text.split(separator: Ascii.comma) {
      if type.elementsEqual("all".utf8) {
        types += KubernetesResource.all.map { Target($0) }
      } else {
        types.append(Target(KubernetesResource.named(Array(type))))
      }
    }
    let names = operands.dropFirst()
    if names.isEmpty { return targets + types }
    for type in types {
      for name in names {
        // What goes past the limit of operations is marked when they are emitted.
        guard targets.count <= DecodeLimits.operations else { return targets }
        if name.text.contains(Ascii.slash), !name.isUnknown {
          targets.append(named(name))
          continue
        }
        targets.append(Self.naming(name, type))
      }
    }
    return targets
  }

  static func naming(_ name: KubectlWord, _ type: Target) -> Target {
    var target = type
    if name.isUnknown { target.spelling = name.text } else { target.name = name.text }
    return target
  }

  /// `TYPE/NAME`.
  func named(_ word: KubectlWord, default type: StaticString = "") -> Target {
    guard let slash = word.text.firstIndex(of: Ascii.slash) else {
      return Self.naming(word, Target(KubernetesResource.named(Array(type.description.utf8))))
    }
    let name = Array(word.text[(slash + 1)...])
    let kind = Array(word.text[..<slash])
    // Where the type is spelled out only the name is not known.
    guard !word.isUnknown || !kind.contains(Ascii.dollar) && !kind.contains(Ascii.backquote) else {
      var target = Target()
      target.spelling = word.text
      return target
    }
    var target = Target(KubernetesResource.named(kind))
    if word.isUnknown { target.spelling = name } else if !name.isEmpty { target.name = name }
    return target
  }

  /// What `-f` and `-k` name. Files are not looked into; standard input is, where it is known.
  mutating func files(_ context: inout DecodeContext) -> [Target] {
    var targets: [Target] = []
    for file in call.values("filename") {
      if file.is("-"), let input {
        targets += manifest(input, &context)
        continue
      }
      if file.is("-"), isInputUnknown { context.unparsed(.k8s, .unknownCode) }
      var target = Target()
      target.file = file.text
      targets.append(target)
    }
    for folder in call.values("kustomize") {
      var target = Target()
      target.file = folder.text
      targets.append(target)
    }
    return targets
  }

  /// The objects of a manifest, those of lists one by one.
  private func manifest(_ text: [UInt8], _ context: inout DecodeContext) -> [Target] {
    guard case .known(let documents) = KubernetesBody.read(text) else {
      context.unparsed(.k8s, .syntax)
      return []
    }
    var targets: [Target] = []
    for document in documents where document != .null {
      if let items = document["items"]?.array, document["kind"]?.string?.hasSuffix("List") ?? true {
        for item in items { add(item, &targets, &context) }
      } else {
        add(document, &targets, &context)
      }
    }
    return targets
  }

  private func add(_ object: JSONValue, _ targets: inout [Target], _ context: inout DecodeContext) {
    guard let kind = object["kind"]?.string else { return context.unparsed(.k8s, .syntax) }
    let version = object["apiVersion"]?.string ?? ""
    var target = Target(KubernetesResource.ofObject(kind: kind, apiVersion: version))
    let metadata = object["metadata"]
    target.name = metadata?["name"]?.string.map { Array($0.utf8) }
    target.namespace = metadata?["namespace"]?.string.map { Array($0.utf8) }
    target.object = object
    targets.append(target)
  }

  // MARK: Values

  /// `value` at a path of names: `body("spec.replicas", .number("0"))`; `[]` behind a name makes a list of one.
  static func body(_ path: StaticString, _ value: JSONValue) -> JSONValue {
    var document = value
    var end = path.utf8CodeUnitCount
    while end > 0 {
      var start = end
      while start > 0, path.utf8Start[start - 1] != Ascii.dot { start -= 1 }
      let isList = end - start > 2 && path.utf8Start[end - 1] == Ascii.closeBracket
      if isList { document = .array([document]) }
      let name = UnsafeBufferPointer(start: path.utf8Start + start, count: end - start - (isList ? 2 : 0))
      document = .object([.init(String(decoding: name, as: UTF8.self), document)])
      end = start - 1
    }
    return document
  }

  static func text(_ word: KubectlWord) -> JSONValue { .string(String(decoding: word.text, as: UTF8.self)) }
}
