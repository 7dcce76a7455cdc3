import JSONText
import PolicyBytecode

/// Verbs of kubectl about workloads and the pods in them.
extension KubectlDecoder {
  private var pods: Target { Target(KubernetesResource.named(Array("pods".utf8))) }

  mutating func workload(_ context: inout DecodeContext) {
    switch call.verb {
    case "scale":
      let replicas = call.value("replicas").map { number($0) } ?? .null
      change("patch", subresource: "scale", bodies: [Self.body("spec.replicas", replicas)], &context)
    case "autoscale": derived("hpa", &context)
    case "expose":
      let type = call.value("type").map { Self.body("spec.type", Self.text($0)) }
      derived("svc", body: type, &context)
    case "set": set(&context)
    default: rollout(&context)
    }
  }

  private func number(_ word: KubectlWord) -> JSONValue {
    guard !word.isUnknown, let value = KubernetesNumber.flag(word.text) else { return Self.text(word) }
    return .number(String(value))
  }

  /// An object made from another, of whose name it is unless `--name` says otherwise.
  private mutating func derived(_ type: StaticString, body: JSONValue? = nil, _ context: inout DecodeContext) {
    let made = Target(KubernetesResource.named(Array(type.description.utf8)))
    let (isDryRun, name) = (isDryRun, call.value("name"))
    for source in targets(&context) {
      if isDryRun {
        emit("get", source, &context)
        continue
      }
      var target = made
      target.name = source.name
      target.spelling = source.spelling
      target.namespace = source.namespace
      if let name { target = Self.naming(name, made) }
      emit("create", target, bodies: body.map { [$0] } ?? [], &context)
    }
  }

  private mutating func set(_ context: inout DecodeContext) {
    guard let what = call.operands.first, !what.isUnknown else { return context.unparsed(.k8s, .unknownCode) }
    let rest = call.operands.dropFirst()
    let isSetting = { (word: KubectlWord) in word.text.contains(Ascii.equals) || word.text.last == Ascii.dash }
    let settings = rest.filter(isSetting)
    var operands = rest.filter { !isSetting($0) }
    var bodies: [JSONValue] = []
    switch String(decoding: what.text, as: UTF8.self) {
    case "image":
      let containers = settings.map { word -> JSONValue in
        let equals = word.text.firstIndex(of: Ascii.equals) ?? 0
        return .object([
          .init("name", .string(String(decoding: word.text[..<equals], as: UTF8.self))),
          .init("image", .string(String(decoding: word.text[min(equals + 1, word.text.count)...], as: UTF8.self))),
        ])
      }
      bodies = [
        Self.body("spec.template.spec.containers", .array(containers)),
        Self.body("spec.containers", .array(containers)),
      ]
    case "env":
      for source in call.values("from") { emit("get", named(source), &context) }
      if call.isSet("list") {
        if call.isSet("resolve") {
          // Those that the containers' variables refer to.
          for type in ["cm", "secret"] {
            emit("get", Target(KubernetesResource.named(Array(type.utf8))), &context)
          }
        }
        for target in targets(of: operands, &context) { emit(target.name == nil ? "list" : "get", target, &context) }
        return
      }
    case "serviceaccount", "sa":
      guard let account = operands.popLast() else { return context.unparsed(.k8s, .unsupported) }
      bodies = [Self.body("spec.template.spec.serviceAccountName", Self.text(account))]
    case "subject": bodies = [Self.body("subjects", .array(KubectlCreator.subjects(call)))]
    case "resources", "selector": break
    default: return context.unparsed(.k8s, .unsupported)
    }
    change("patch", bodies: bodies, of: operands, &context)
  }

  private mutating func rollout(_ context: inout DecodeContext) {
    guard let action = call.operands.first, !action.isUnknown else { return context.unparsed(.k8s, .unknownCode) }
    let operands = Array(call.operands.dropFirst())
    switch String(decoding: action.text, as: UTF8.self) {
    case "status", "history":
      for target in targets(of: operands, &context) { emit(target.name == nil ? "list" : "get", target, &context) }
    case "restart", "undo": change("patch", of: operands, &context)
    case "pause", "resume":
      let body = Self.body("spec.paused", .boolean(action.is("pause")))
      change("patch", bodies: [body], of: operands, &context)
    default: context.unparsed(.k8s, .unsupported)
    }
  }

  // MARK: Pods

  mutating func pods(_ context: inout DecodeContext) {
    switch call.verb {
    case "run": run(&context)
    case "exec", "rsh":
      var command = call.command
      var targets = files(&context)
      if targets.isEmpty, let first = call.operands.first { targets = [pod(first)] }
      if command.isEmpty { command = Array(call.operands.dropFirst()) }
      for target in targets { emit("create", target, subresource: "exec", &context) }
      if targets.isEmpty { context.unparsed(.k8s, .unsupported) }
      inside(command, &context)
    case "attach":
      guard let first = call.operands.first else { return context.unparsed(.k8s, .unsupported) }
      emit("create", pod(first), subresource: "attach", &context)
    case "port-forward":
      guard let first = call.operands.first else { return context.unparsed(.k8s, .unsupported) }
      emit("create", pod(first), subresource: "portforward", &context)
    case "logs":
      let targets = call.operands.isEmpty ? [pods] : [pod(call.operands[0])]
      for target in targets { emit("get", target, subresource: "log", &context) }
    case "cp": copy(&context)
    default: debug(&context)
    }
  }

  /// The pod that an operand names; of another object it is one of its pods, whose name is not known.
  private func pod(_ word: KubectlWord) -> Target {
    let target = named(word, default: "pods")
    guard let resource = target.resource, !resource.elementsEqual("pods".utf8) else { return target }
    return pods
  }

  /// What runs in a container, which the shell sees by itself where the line stands in shell code.
  func inside(_ command: [KubectlWord], _ context: inout DecodeContext) {
    guard !isInShell, !command.isEmpty else { return }
    context.nested(.shell, in: .k8s, shellLine(command.map(\.text)), program: Array("kubectl".utf8))
  }

  private mutating func run(_ context: inout DecodeContext) {
    guard !isDryRun else { return }
    var container: [JSONValue.Member] = []
    if let image = call.value("image") { container.append(.init("image", Self.text(image))) }
    let words = call.command.isEmpty ? Array(call.operands.dropFirst()) : call.command
    if !words.isEmpty {
      container.append(.init(call.isSet("command") ? "command" : "args", KubectlCreator.strings(words)))
    }
    if call.isSet("privileged") { container.append(.init("securityContext", Self.body("privileged", .boolean(true)))) }
    var bodies = [Self.body("spec.containers[]", .object(container))]
    if let overrides = call.value("overrides") {
      if !overrides.isUnknown, case .known(let known) = KubernetesBody.read(overrides.text) {
        bodies += known
      } else {
        context.unparsed(.k8s, overrides.isUnknown ? .unknownCode : .syntax)
      }
    }
    let target = call.operands.first.map { Self.naming($0, pods) } ?? pods
    emit("create", target, bodies: bodies, &context)
    if call.isSet("expose") {
      let service = Target(KubernetesResource.named(Array("svc".utf8)))
      emit("create", call.operands.first.map { Self.naming($0, service) } ?? service, &context)
    }
    if call.isSet("stdin") || call.isSet("attach") { emit("create", target, subresource: "attach", &context) }
    if call.isSet("rm") { emit("delete", target, &context) }
    inside(words, &context)
  }

  /// `cp`: `tar` runs in the pod.
  private mutating func copy(_ context: inout DecodeContext) {
    guard call.operands.count == 2 else { return context.unparsed(.k8s, .unsupported) }
    for (position, operand) in call.operands.enumerated() {
      guard let colon = operand.text.firstIndex(of: Ascii.colon) else { continue }
      let file = Array(operand.text[(colon + 1)...])
      var place = KubectlWord(text: Array(operand.text[..<colon]), isUnknown: operand.isUnknown)
      var space: [UInt8]?
      if !operand.isUnknown, let slash = place.text.firstIndex(of: Ascii.slash) {
        space = Array(place.text[..<slash])
        place.text = Array(place.text[(slash + 1)...])
      }
      var target = Self.naming(place, pods)
      target.namespace = space
      emit("create", target, subresource: "exec", &context)
      let reading = position == 0
      let tar = reading ? ["tar", "cf", "-"] : ["tar", "xmf", "-", "-C"]
      inside(tar.map { KubectlWord(text: Array($0.utf8)) } + [KubectlWord(text: file)], &context)
    }
  }

  private mutating func debug(_ context: inout DecodeContext) {
    guard let first = call.operands.first else {
      for target in files(&context) { emit("patch", target, subresource: "ephemeralcontainers", &context) }
      return
    }
    var container: [JSONValue.Member] = []
    if let image = call.value("image") { container.append(.init("image", Self.text(image))) }
    if call.value("profile")?.is("sysadmin") ?? false {
      container.append(.init("securityContext", Self.body("privileged", .boolean(true))))
    }
    let target = named(first, default: "pods")
    let attaches = call.isSet("stdin") || call.isSet("attach")
    if target.resource?.elementsEqual("nodes".utf8) ?? false {
      // A pod on the node, in its namespaces and with its file system: at its root this is.
      var spec: [JSONValue.Member] = [
        .init("hostPID", .boolean(true)), .init("hostNetwork", .boolean(true)), .init("hostIPC", .boolean(true)),
        .init("volumes", .array([Self.body("hostPath.path", .string("/"))])),
        .init("containers", .array([.object(container)])),
      ]
      if let name = target.name { spec.append(.init("nodeName", .string(String(decoding: name, as: UTF8.self)))) }
      emit("create", pods, bodies: [Self.body("spec", .object(spec))], &context)
      if attaches { emit("create", pods, subresource: "attach", &context) }
    } else if let copy = call.value("copy-to") {
      emit("create", Self.naming(copy, pods), bodies: [Self.body("spec.containers[]", .object(container))], &context)
      if call.isSet("replace") { emit("delete", target, &context) }
      if attaches { emit("create", Self.naming(copy, pods), subresource: "attach", &context) }
    } else {
      emit(
        "patch", target, subresource: "ephemeralcontainers",
        bodies: [Self.body("spec.ephemeralContainers[]", .object(container))], &context)
      if attaches { emit("create", target, subresource: "attach", &context) }
    }
    inside(call.command, &context)
  }
}
