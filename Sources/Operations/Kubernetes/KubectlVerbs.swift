import JSONText
import PolicyBytecode

/// The verbs of kubectl, and a few that `oc` adds.
extension KubectlDecoder {
  mutating func verb(_ context: inout DecodeContext) {
    switch call.verb {
    case "get", "describe", "events": read(&context)
    case "delete": delete(&context)
    case "create": create(&context)
    case "apply": apply(&context)
    case "replace": replace(&context)
    case "patch": patch(&context)
    case "edit":
      for target in targets(&context) {
        emit("get", target, &context)
        emit("patch", target, &context)
      }
    case "diff": change("patch", &context)
    case "label", "annotate": mark(&context)
    case "taint", "cordon", "uncordon", "drain": node(&context)
    case "scale", "autoscale", "expose", "set", "rollout": workload(&context)
    case "run", "exec", "rsh", "attach", "port-forward", "cp", "logs", "debug": pods(&context)
    case "wait":
      for target in targets(&context) {
        emit("get", target, &context)
        emit("watch", target, &context)
      }
    case "top": top(&context)
    case "auth": auth(&context)
    case "certificate": certificate(&context)
    case "proxy": context.emit(KubernetesAction("proxy"))
    case "cluster-info": clusterInfo(&context)
    case "version": if !call.isSet("client") { path("/version", &context) }
    case "api-resources", "api-versions": path("/apis", &context)
    case "explain": path("/openapi/v3", &context)
    case "config", "completion", "options", "kustomize", "__complete": break
    case "plugin": if !(call.operands.first?.is("list") ?? false) { context.unparsed(.k8s, .unsupported) }
    case "login", "logout", "project", "whoami", "projects", "status":
      // Of `oc`; to kubectl they are plugins.
      let program = ShellPaths.baseName((words.first?.text ?? [])[...])
      if !program.elementsEqual("oc".utf8) { context.unparsed(.k8s, .unsupported) }
    default: context.unparsed(.k8s, .unsupported)
    }
  }

  /// A request for no resource.
  mutating func path(_ path: StaticString, _ context: inout DecodeContext) {
    var action = KubernetesAction("get")
    action.path = Array(path.description.utf8)
    context.emit(action)
  }

  /// `--raw PATH`: the request is spelled out.
  private mutating func raw(_ method: StaticString, _ context: inout DecodeContext) -> Bool {
    guard let path = call.value("raw") else { return false }
    guard !path.isUnknown else {
      context.unparsed(.k8s, .unknownCode)
      return true
    }
    var payload = Array(method.description.utf8) + [Ascii.space] + path.text
    if let input, call.values("filename").contains(where: { $0.is("-") }) { payload += [0x0A, 0x0A] + input }
    KubernetesRequest.decode(payload, &context)
    return true
  }

  /// Nothing is sent that changes anything; `--dry-run` alone meant the same to older releases.
  var isDryRun: Bool {
    guard call.has("dry-run") else { return false }
    guard let value = call.value("dry-run") else { return true }
    return value.is("client") || value.is("true")
  }

  /// Emits `verb` about every target; with a dry run on the client only the reading is left.
  mutating func change(
    _ verb: String, subresource: StaticString? = nil, bodies: [JSONValue] = [], of operands: [KubectlWord]? = nil,
    _ context: inout DecodeContext
  ) {
    if call.isSet("local") { return }
    let isDryRun = isDryRun
    for target in targets(of: operands, &context) {
      if isDryRun {
        if target.object == nil { emit(target.name == nil ? "list" : "get", target, &context) }
      } else {
        emit(verb, target, subresource: subresource, bodies: bodies, &context)
      }
    }
  }

  // MARK: Reading

  private mutating func read(_ context: inout DecodeContext) {
    if raw("GET", &context) { return }
    let targets = call.verb == "events" ? [Target(KubernetesResource.named(Array("events".utf8)))] : targets(&context)
    let isWatch = call.isSet("watch") || call.isSet("watch-only")
    let isRead = !call.isSet("watch-only")
    for target in targets {
      if isRead {
        emit(target.name == nil && target.spelling == nil && target.file == nil ? "list" : "get", target, &context)
      }
      if isWatch { emit("watch", target, &context) }
    }
  }

  private mutating func top(_ context: inout DecodeContext) {
    guard let kind = call.operands.first else { return }
    var resource = KubernetesResource.named(kind.text)
    resource.group = Array("metrics.k8s.io".utf8)
    let target = Target(resource)
    let names = call.operands.dropFirst()
    if kind.isUnknown { return context.unparsed(.k8s, .unknownCode) }
    if names.isEmpty { emit("list", target, &context) }
    for name in names { emit("get", Self.naming(name, target), &context) }
  }

  private mutating func clusterInfo(_ context: inout DecodeContext) {
    guard let dump = call.operands.first else {
      var action = KubernetesAction("list", "services")
      action.namespace = Array("kube-system".utf8)
      return context.emit(action)
    }
    guard dump.is("dump") else { return context.unparsed(.k8s, .unsupported) }
    context.emit(KubernetesAction("list", "nodes"))
    for type in ["events", "rc", "svc", "ds", "deploy", "rs", "po"] {
      emit("list", Target(KubernetesResource.named(Array(type.utf8))), &context)
    }
    emit("get", Target(KubernetesResource.named(Array("pods".utf8))), subresource: "log", &context)
  }

  private mutating func auth(_ context: inout DecodeContext) {
    guard let action = call.operands.first else { return }
    if action.is("can-i") {
      let resource: StaticString = call.isSet("list") ? "selfsubjectrulesreviews" : "selfsubjectaccessreviews"
      context.emit(KubernetesAction("create", resource, group: "authorization.k8s.io"))
    } else if action.is("whoami") {
      context.emit(KubernetesAction("create", "selfsubjectreviews", group: "authentication.k8s.io"))
    } else if action.is("reconcile") {
      for target in files(&context) {
        emit("create", target, &context)
        emit("patch", target, &context)
      }
    } else {
      context.unparsed(.k8s, .unsupported)
    }
  }

  // MARK: Changing

  private mutating func delete(_ context: inout DecodeContext) {
    if raw("DELETE", &context) { return }
    change("delete", &context)
  }

  private mutating func apply(_ context: inout DecodeContext) {
    if let action = call.operands.first {
      let rest = Array(call.operands.dropFirst())
      if action.is("view-last-applied") {
        for target in targets(of: rest, &context) { emit("get", target, &context) }
      } else if action.is("set-last-applied") || action.is("edit-last-applied") {
        change("patch", of: rest, &context)
      } else {
        context.unparsed(.k8s, action.isUnknown ? .unknownCode : .unsupported)
      }
      return
    }
    if isDryRun { return change("patch", &context) }
    for target in files(&context) {
      // Which of the two it is depends on what the cluster holds.
      emit("create", target, &context)
      emit("patch", target, &context)
    }
    if call.isSet("prune") {
      var target = Target()
      target.file = [Ascii.star]
      emit("delete", target, &context)
    }
  }

  private mutating func replace(_ context: inout DecodeContext) {
    if raw("PUT", &context) { return }
    if isDryRun { return change("update", &context) }
    let isForced = call.isSet("force")
    for target in targets(&context) {
      guard isForced else {
        emit("update", target, &context)
        continue
      }
      emit("delete", target, &context)
      emit("create", target, &context)
    }
  }

  private mutating func patch(_ context: inout DecodeContext) {
    var bodies: [JSONValue] = []
    if let patch = call.value("patch") {
      let isJSONPatch = call.value("type")?.is("json") ?? false
      if !patch.isUnknown, case .known(let known) = KubernetesBody.read(patch.text, isPatch: isJSONPatch) {
        bodies = known
      } else {
        context.unparsed(.k8s, patch.isUnknown ? .unknownCode : .syntax)
      }
    } else if let file = call.value("patch-file"), file.isUnknown {
      context.unparsed(.k8s, .unknownCode)
    }
    switch call.value("subresource") {
    case nil: change("patch", bodies: bodies, &context)
    case let name? where name.is("status"): change("patch", subresource: "status", bodies: bodies, &context)
    case let name? where name.is("scale"): change("patch", subresource: "scale", bodies: bodies, &context)
    case let name? where name.is("resize"): change("patch", subresource: "resize", bodies: bodies, &context)
    default: context.unparsed(.k8s, .unsupported)
    }
  }

  /// `label` and `annotate`: operands with `=`, or `-` at their end, are what is set or removed.
  private mutating func mark(_ context: inout DecodeContext) {
    let isMark = { (word: KubectlWord) in word.text.contains(Ascii.equals) || word.text.last == Ascii.dash }
    var members: [JSONValue.Member] = []
    var seen: Set<[UInt8]> = []
    for word in call.operands where isMark(word) && !word.isUnknown {
      let equals = word.text.firstIndex(of: Ascii.equals)
      let key = Array(word.text[..<(equals ?? word.text.count - 1)])
      guard seen.insert(key).inserted else { continue }
      let value = equals.map { JSONValue.string(String(decoding: word.text[($0 + 1)...], as: UTF8.self)) }
      members.append(.init(String(decoding: key, as: UTF8.self), value ?? .null))
    }
    let body =
      call.verb == "label"
      ? Self.body("metadata.labels", .object(members)) : Self.body("metadata.annotations", .object(members))
    let operands = call.operands.filter { !isMark($0) }
    if call.isSet("list"), members.isEmpty {
      for target in targets(of: operands, &context) { emit("get", target, &context) }
    } else {
      change("patch", bodies: [body], of: operands, &context)
    }
  }

  private mutating func node(_ context: inout DecodeContext) {
    let nodes = Target(KubernetesResource.named(Array("nodes".utf8)))
    var operands = call.operands[...]
    var body = Self.body("spec.unschedulable", .boolean(call.verb != "uncordon"))
    if call.verb == "taint" {
      // `key:effect-` and `key-` take one away.
      let isTaint = { (word: KubectlWord) in
        word.text.contains(Ascii.equals) || word.text.contains(Ascii.colon) || word.text.last == Ascii.dash
      }
      let taints = operands.filter { isTaint($0) && $0.text.last != Ascii.dash }
      body = Self.body("spec.taints", .array(taints.map(Self.taint)))
      operands = operands.dropFirst().filter { !isTaint($0) }[...]
    }
    var targets = operands.map { $0.text.contains(Ascii.slash) ? named($0) : Self.naming($0, nodes) }
    if targets.isEmpty { targets = [nodes] }
    if isDryRun {
      for target in targets { emit(target.name == nil ? "list" : "get", target, &context) }
      return
    }
    for target in targets { emit("patch", target, bodies: [body], &context) }
    guard call.verb == "drain" else { return }
    // Of pods in all namespaces, whichever `-n` names.
    var action = KubernetesAction("create", "pods")
    if call.isSet("disable-eviction") {
      action.verb = "delete"
    } else {
      action.subresource = Array("eviction".utf8)
    }
    context.emit(action)
  }

  /// `key=value:effect` or `key:effect`, as the object has it.
  private static func taint(_ word: KubectlWord) -> JSONValue {
    let colon = word.text.lastIndex(of: Ascii.colon) ?? word.text.count
    let equals = word.text[..<colon].firstIndex(of: Ascii.equals)
    func text(_ bytes: ArraySlice<UInt8>) -> JSONValue { .string(String(decoding: bytes, as: UTF8.self)) }
    var members = [JSONValue.Member("key", text(word.text[..<(equals ?? colon)]))]
    if let equals { members.append(.init("value", text(word.text[(equals + 1)..<colon]))) }
    if colon < word.text.count { members.append(.init("effect", text(word.text[(colon + 1)...]))) }
    return .object(members)
  }

  private mutating func certificate(_ context: inout DecodeContext) {
    guard let action = call.operands.first, action.is("approve") || action.is("deny") else {
      return context.unparsed(.k8s, .unsupported)
    }
    let type = Target(KubernetesResource.named(Array("csr".utf8)))
    var targets = files(&context)
    targets += call.operands.dropFirst().map { $0.text.contains(Ascii.slash) ? named($0) : Self.naming($0, type) }
    let body = Self.body("status.conditions[].type", .string(action.is("approve") ? "Approved" : "Denied"))
    for target in targets { emit("update", target, subresource: "approval", bodies: [body], &context) }
  }

  /// `create`: from files, or what a subcommand makes.
  private mutating func create(_ context: inout DecodeContext) {
    if raw("POST", &context) { return }
    guard let kind = call.operands.first else {
      let targets = files(&context)
      guard !isDryRun else { return }
      for target in targets { emit("create", target, &context) }
      return
    }
    guard !kind.isUnknown else { return context.unparsed(.k8s, .unknownCode) }
    KubectlCreator.create(kind, &self, &context)
  }
}
