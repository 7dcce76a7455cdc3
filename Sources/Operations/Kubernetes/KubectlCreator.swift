import JSONText
import PolicyBytecode

/// The subcommands of `kubectl create`, with what their flags say of the object.
enum KubectlCreator {
  private static let types: Set<String> = [
    "clusterrole", "clusterrolebinding", "configmap", "cm", "cronjob", "cj", "deployment", "deploy", "ingress", "ing",
    "job", "namespace", "ns", "poddisruptionbudget", "pdb", "priorityclass", "pc", "quota", "resourcequota", "role",
    "rolebinding", "secret", "service", "svc", "serviceaccount", "sa",
  ]

  static func create(_ kind: KubectlWord, _ decoder: inout KubectlDecoder, _ context: inout DecodeContext) {
    let call = decoder.call
    var names = call.operands.dropFirst()
    if kind.is("token") {
      guard let account = names.first else { return context.unparsed(.k8s, .unsupported) }
      let type = KubectlDecoder.Target(KubernetesResource.named(Array("sa".utf8)))
      return decoder.emit("create", KubectlDecoder.naming(account, type), subresource: "token", &context)
    }
    guard types.contains(String(decoding: kind.text, as: UTF8.self)) else {
      return context.unparsed(.k8s, .unsupported)
    }
    // Their kind stands between: `generic`, `tls`, `docker-registry`; `clusterip`, `nodeport`, …
    if kind.is("secret") || kind.is("service") || kind.is("svc") { names = names.dropFirst() }
    guard !decoder.isDryRun else { return }
    let target = KubectlDecoder.Target(KubernetesResource.named(kind.text))
    let body = object(String(decoding: target.resource ?? [], as: UTF8.self), call)
    decoder.emit(
      "create", names.first.map { KubectlDecoder.naming($0, target) } ?? target, bodies: body.map { [$0] } ?? [],
      &context)
    if kind.is("job") || kind.is("cronjob") || kind.is("cj") { decoder.inside(call.command, &context) }
  }

  /// What the flags say of an object, in the places where its fields stand.
  private static func object(_ resource: String, _ call: KubectlCall) -> JSONValue? {
    switch resource {
    case "clusterroles", "roles":
      // All rules share their verbs.
      let resources = call.values("resource").map { word in
        let type = word.text.prefix { $0 != Ascii.slash && $0 != Ascii.dot }
        let known = type.elementsEqual([Ascii.star]) ? Array(type) : KubernetesResource.named(Array(type)).name
        let subresource = word.text.drop { $0 != Ascii.slash }
        return KubectlDecoder.text(KubectlWord(text: known + subresource))
      }
      var rule: [JSONValue.Member] = [
        .init("verbs", strings(call.values("verb"))), .init("resources", .array(resources)),
      ]
      if call.has("non-resource-url") {
        rule.append(.init("nonResourceURLs", strings(call.values("non-resource-url"))))
      }
      if call.has("resource-name") { rule.append(.init("resourceNames", strings(call.values("resource-name")))) }
      return KubectlDecoder.body("rules[]", .object(rule))
    case "clusterrolebindings", "rolebindings":
      let isCluster = call.has("clusterrole")
      let role = call.value("clusterrole") ?? call.value("role") ?? KubectlWord(text: [])
      return .object([
        .init(
          "roleRef",
          .object([
            .init("kind", .string(isCluster ? "ClusterRole" : "Role")), .init("name", KubectlDecoder.text(role)),
          ])),
        .init("subjects", .array(subjects(call))),
      ])
    case "deployments": return template("spec.template.spec.containers[]", call)
    case "jobs": return template("spec.template.spec.containers[]", call)
    case "cronjobs": return template("spec.jobTemplate.spec.template.spec.containers[]", call)
    case "secrets":
      guard let type = call.value("type") else { return nil }
      return KubectlDecoder.body("type", KubectlDecoder.text(type))
    case "services":
      guard call.operands.count > 1 else { return nil }
      let types = ["clusterip": "ClusterIP", "nodeport": "NodePort", "loadbalancer": "LoadBalancer"]
      let type = String(decoding: call.operands[1].text, as: UTF8.self)
      return KubectlDecoder.body("spec.type", .string(types[type] ?? "ExternalName"))
    default: return nil
    }
  }

  /// The subjects of a binding.
  static func subjects(_ call: KubectlCall) -> [JSONValue] {
    var subjects: [JSONValue] = []
    for (flag, kind) in [("user", "User"), ("group", "Group"), ("serviceaccount", "ServiceAccount")] {
      for word in call.values(flag) {
        var members: [JSONValue.Member] = [.init("kind", .string(kind))]
        if flag == "serviceaccount", let colon = word.text.firstIndex(of: Ascii.colon) {
          members.append(.init("namespace", KubectlDecoder.text(KubectlWord(text: Array(word.text[..<colon])))))
          members.append(.init("name", KubectlDecoder.text(KubectlWord(text: Array(word.text[(colon + 1)...])))))
        } else {
          members.append(.init("name", KubectlDecoder.text(word)))
        }
        subjects.append(.object(members))
      }
    }
    return subjects
  }

  private static func template(_ path: StaticString, _ call: KubectlCall) -> JSONValue? {
    guard let image = call.values("image").first else { return nil }
    var container: [JSONValue.Member] = [.init("image", KubectlDecoder.text(image))]
    if !call.command.isEmpty { container.append(.init("command", strings(call.command))) }
    return KubectlDecoder.body(path, .object(container))
  }

  static func strings(_ words: [KubectlWord]) -> JSONValue { .array(words.map(KubectlDecoder.text)) }
}
