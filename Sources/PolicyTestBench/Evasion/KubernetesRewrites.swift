import PolicyBytecode

/// Rewrites of kubectl lines and of requests to the Kubernetes API.
enum KubernetesRewrites {
  static var all: [Rewrite] { kubectl + api }

  private static func ofCalls(
    _ name: String, when condition: String = Rewrite.always, _ apply: @escaping @Sendable (KubectlCall) -> [String]
  ) -> Rewrite {
    Rewrite(name, when: condition) { spelling in
      guard [.k8s, .shell, .ssh].contains(spelling.protocol), let text = spelling.text, let call = KubectlCall(text)
      else {
        return []
      }
      return apply(call).filter { $0 != text }.map { Spelling(spelling.protocol, $0) }
    }
  }

  /// Names of resources that mean the same.
  private static let resources: [[String]] = [
    ["pods", "pod", "po"], ["services", "service", "svc"], ["namespaces", "namespace", "ns"], ["nodes", "node", "no"],
    ["secrets", "secret", "secrets.v1."], ["configmaps", "configmap", "cm"],
    ["persistentvolumeclaims", "persistentvolumeclaim", "pvc"],
    ["persistentvolumes", "persistentvolume", "pv"], ["serviceaccounts", "serviceaccount", "sa"],
    ["deployments", "deployment", "deploy", "deployments.apps", "deployment.apps", "deployments.v1.apps"],
    ["statefulsets", "statefulset", "sts", "statefulsets.apps"], ["daemonsets", "daemonset", "ds", "daemonsets.apps"],
    ["replicasets", "replicaset", "rs", "rs.apps"], ["jobs", "job", "jobs.batch"],
    ["cronjobs", "cronjob", "cj", "cronjobs.batch"],
    ["ingresses", "ingress", "ing", "ingresses.networking.k8s.io"], ["networkpolicies", "networkpolicy", "netpol"],
    ["customresourcedefinitions", "customresourcedefinition", "crd", "crds"],
    ["clusterrolebindings", "clusterrolebinding", "clusterrolebindings.rbac.authorization.k8s.io"],
    ["clusterroles", "clusterrole"],
    ["rolebindings", "rolebinding"], ["roles", "role"], ["storageclasses", "storageclass", "sc"],
  ]

  /// Verbs whose first operand is a type.
  private static let typed: Set<String> = ["get", "delete", "describe", "edit", "scale", "patch", "label", "annotate"]

  private static func typeIndex(_ call: KubectlCall) -> Int? {
    guard typed.contains(call.name) else { return nil }
    let index = call.verb + 1
    return index < call.end && !call.words[index].hasPrefix("-") ? index : nil
  }

  private static let kubectl: [Rewrite] = [
    ofCalls("another name of the resource") { call in
      guard let index = typeIndex(call) else { return [] }
      let parts = call.words[index].split(separator: "/", maxSplits: 1).map(String.init)
      guard let names = resources.first(where: { $0.contains(parts[0].lowercased()) }) else { return [] }
      // Short names are only known in lower case.
      let written = names.prefix(2).contains(parts[0].lowercased()) ? parts[0] : names[0]
      return (names + [written.uppercased(), written.prefix(1).uppercased() + written.dropFirst()]).map {
        call.replacing(index, with: [([$0] + parts.dropFirst()).joined(separator: "/")])
      }
    },
    ofCalls("`resource/name`") { call in
      guard let index = typeIndex(call), index + 1 < call.end else { return [] }
      let (type, name) = (call.words[index], call.words[index + 1])
      if type.contains("/") || type.contains(",") || name.hasPrefix("-") || name.contains("/") { return [] }
      // Of several names each would need its type.
      guard index + 2 >= call.end || call.words[index + 2].hasPrefix("-"),
        !["label", "annotate"].contains(call.name) || !name.contains("=")
      else { return [] }
      return [(call.words[..<index] + ["\(type)/\(name)"] + call.words[(index + 2)...]).joined(separator: " ")]
    },
    ofCalls("`resource name`") { call in
      guard let index = typeIndex(call), case let parts = call.words[index].split(separator: "/"), parts.count == 2
      else { return [] }
      return [call.replacing(index, with: parts.map(String.init))]
    },
    ofCalls("the namespace's flag in another form") { call in
      let words = call.words
      guard
        let index = words.firstIndex(where: {
          $0 == "-n" || $0 == "--namespace" || $0.hasPrefix("-n=") || $0.hasPrefix("--namespace=")
        }), index < call.end
      else { return [] }
      let isTwo = words[index] == "-n" || words[index] == "--namespace"
      guard !isTwo || index + 1 < words.count else { return [] }
      let value = isTwo ? words[index + 1] : String(words[index].drop { $0 != "=" }.dropFirst())
      let rest = Array(words[(index + (isTwo ? 2 : 1))...])
      return [["-n", value], ["--namespace", value], ["--namespace=\(value)"], ["-n=\(value)"], ["-n\(value)"]].map {
        (words[..<index] + $0 + rest).joined(separator: " ")
      }
    },
    ofCalls("a flag in another form") { call in
      call.flags.prefix(6).flatMap { flag in
        flag.otherForms.filter { $0 != flag.words }.compactMap { form in
          guard let place = call.place(of: flag) else { return nil }
          // Before the verb one that is only named would take the verb for its value.
          if place.lowerBound < call.verb, flag.isBoolean, form.count == 1, !form[0].contains("=") { return nil }
          return (call.words[..<place.lowerBound] + form + call.words[place.upperBound...]).joined(separator: " ")
        }
      }
    },
    ofCalls("flags before the verb") { call in
      let movable = call.flags.filter { $0.beforeVerb != nil }
      guard !movable.isEmpty else { return [] }
      func text(_ moved: [KubectlCall.Flag]) -> String {
        let rest = (call.parts ?? []).filter { part in !moved.contains { part == .flag($0) } }
        return call.text(before: moved.compactMap(\.beforeVerb).flatMap(\.self), after: rest.flatMap(\.words))
      }
      // Those that stay are behind the verb, as are those that stood before it.
      return [text(movable)] + (movable.count > 1 ? movable.prefix(4).map { text([$0]) } : [])
    },
    ofCalls("flags between the verb and the operands") { call in
      guard !call.flags.isEmpty, !takesCommand(call) else { return [] }
      return [call.text(before: [], after: call.flags.flatMap(\.words) + call.operands)]
    },
    ofCalls("flags after the operands") { call in
      guard !call.flags.isEmpty, call.end == call.words.count, !takesCommand(call) else { return [] }
      return [call.text(before: [], after: call.operands + call.flags.flatMap(\.words))]
    },
    ofCalls("flags that change nothing", when: "the configuration has this as its default") { call in
      ["-v=0", "--request-timeout=0", "--warnings-as-errors=false", "--match-server-version=false"].map {
        (["kubectl", $0] + call.words.dropFirst()).joined(separator: " ")
      }
    },
    ofCalls("by the path of the object", when: "the server's version has `--raw` for the verb") { call in
      path(call).map { ["kubectl \(call.name) --raw \($0)", "kubectl \(call.name) --raw=\($0)"] } ?? []
    },
    Rewrite("as a request of the API", when: "the client reaches the API as kubectl does") { spelling in
      guard spelling.protocol == .k8s, let call = spelling.text.flatMap(KubectlCall.init), let path = path(call) else {
        return []
      }
      let method = call.name == "get" ? "GET" : "DELETE"
      return [Spelling(.k8s, "\(method) \(path)"), Spelling(.k8s, "\(method) \(path)?pretty=true")]
    },
  ]

  /// Whether operands of the verb may be a command with flags of its own.
  private static func takesCommand(_ call: KubectlCall) -> Bool {
    ["exec", "run", "debug", "cp", "rsh", "plugin", "kustomize"].contains(call.name)
  }

  /// The path of the one object that a call names, for resources of the core and a few more.
  private static func path(_ call: KubectlCall) -> String? {
    guard ["get", "delete"].contains(call.name), let index = typeIndex(call), call.end == call.words.count else {
      return nil
    }
    var operands: [String] = []
    var namespace: String?
    var words = (call.words[1..<call.verb] + call.words[index...])[...]
    while let word = words.popFirst() {
      if word == "-n" || word == "--namespace" {
        namespace = words.popFirst()
      } else if word.hasPrefix("--namespace=") {
        namespace = String(word.dropFirst(12))
      } else if word.hasPrefix("-") {
        return nil
      } else {
        operands += word.split(separator: "/").map(String.init)
      }
    }
    guard operands.count == 2, let plural = resources.first(where: { $0.contains(operands[0]) })?[0] else { return nil }
    let name = operands[1]
    switch plural {
    case "namespaces", "nodes", "persistentvolumes": return "/api/v1/\(plural)/\(name)"
    case "pods", "services", "secrets", "configmaps", "persistentvolumeclaims", "serviceaccounts":
      return "/api/v1/namespaces/\(namespace ?? "default")/\(plural)/\(name)"
    case "deployments", "statefulsets", "daemonsets", "replicasets":
      return "/apis/apps/v1/namespaces/\(namespace ?? "default")/\(plural)/\(name)"
    default: return nil
    }
  }

  // MARK: - The API

  private static func ofPaths(
    _ name: String, when condition: String = Rewrite.always,
    _ apply: @escaping @Sendable (_ path: String, _ query: String?) -> [String]
  ) -> Rewrite {
    Rewrite(name, when: condition) { spelling in
      guard spelling.protocol == .k8s, let request = HTTPSpelling(spelling) else { return [] }
      return apply(request.path, request.query).compactMap { request.with(target: $0)?.spelling }
    }
  }

  private static let api: [Rewrite] = [
    ofPaths("percent-encoded letters of the path") { path, query in
      HTTPRewrites.encodedLetters(path).map { $0 + (query.map { "?" + $0 } ?? "") }
    },
    ofPaths("a slash after the path", when: "the server routes it as without, as its request info does") {
      path, query in
      path.hasSuffix("/") ? [] : [path + "/" + (query.map { "?" + $0 } ?? "")]
    },
    ofPaths("parameters that change nothing") { path, query in
      ["pretty=true", "fieldManager=x", "timeout=60s"].map { path + "?" + ((query.map { $0 + "&" } ?? "") + $0) }
        + (query == nil ? [path + "?"] : [])
    },
    ofPaths("parameters in another order") { path, query in
      guard let query, case let parts = query.split(separator: "&"), parts.count > 1,
        Set(parts.map { $0.prefix { $0 != "=" } }).count == parts.count
      else { return [] }
      return [path + "?" + parts.reversed().joined(separator: "&")]
    },
  ]
}
