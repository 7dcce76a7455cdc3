import PolicyBytecode

/// Rewrites of kubectl lines and of requests to the Kubernetes API.
enum KubernetesRewrites {
  static var all: [Rewrite] { kubectl + api }

  /// A kubectl line of plain words.
  struct Call {
    var words: [String]
    /// Where the verb stands.
    var verb: Int

    /// Flags before the verb that take a value in the next word.
    private static let valued: Set<String> = [
      "-n", "--namespace", "--context", "--cluster", "--user", "--kubeconfig", "-s", "--server", "--as", "--token",
    ]

    init?(_ text: String) {
      let line = ShellLine(text)
      guard let command = line.only, command.words.allSatisfy(\.isPlain), command.program.text == "kubectl" else {
        return nil
      }
      words = command.words.map(\.text)
      var index = 1
      while index < words.count, words[index].hasPrefix("-") {
        if Self.valued.contains(words[index]) {
          index += 2
        } else if words[index].contains("=") {
          index += 1
        } else {
          return nil
        }
      }
      guard index < words.count else { return nil }
      verb = index
    }

    var name: String { words[verb] }

    /// Where the words of a command in a container start; flags after it are not kubectl's.
    var end: Int { words.firstIndex(of: "--") ?? words.count }

    func replacing(_ index: Int, with text: [String]) -> String {
      (words[..<index] + text + words[(index + 1)...]).joined(separator: " ")
    }
  }

  private static func ofCalls(
    _ name: String, when condition: String = Rewrite.always, _ apply: @escaping @Sendable (Call) -> [String]
  ) -> Rewrite {
    Rewrite(name, when: condition) { spelling in
      guard [.k8s, .shell, .ssh].contains(spelling.protocol), let text = spelling.text, let call = Call(text) else {
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

  private static func typeIndex(_ call: Call) -> Int? {
    guard typed.contains(call.name) else { return nil }
    let index = call.verb + 1
    return index < call.end && !call.words[index].hasPrefix("-") ? index : nil
  }

  private static let kubectl: [Rewrite] = [
    ofCalls("another name of the resource") { call in
      guard let index = typeIndex(call) else { return [] }
      let parts = call.words[index].split(separator: "/", maxSplits: 1).map(String.init)
      guard let names = resources.first(where: { $0.contains(parts[0].lowercased()) }) else { return [] }
      return (names + [parts[0].uppercased(), parts[0].prefix(1).uppercased() + parts[0].dropFirst()]).map {
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
    ofCalls("flags before the verb") { call in
      // A flag's value is told from an operand only where it stands in the same word.
      let flags = call.words[(call.verb + 1)..<call.end].filter { $0.hasPrefix("-") }
      guard !flags.isEmpty,
        flags.allSatisfy({ $0.hasPrefix("--") && $0.contains("=") && known.contains(String($0.prefix { $0 != "=" })) })
      else { return [] }
      let rest = call.words[call.verb..<call.end].filter { !$0.hasPrefix("-") }
      return [(call.words[..<call.verb] + flags + rest + call.words[call.end...]).joined(separator: " ")]
    },
    ofCalls("flags after the operands") { call in
      guard call.verb > 1, call.end == call.words.count, !["exec", "run", "debug", "cp", "rsh"].contains(call.name)
      else { return [] }
      return [(["kubectl"] + call.words[call.verb...] + call.words[1..<call.verb]).joined(separator: " ")]
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
      guard spelling.protocol == .k8s, let call = spelling.text.flatMap(Call.init), let path = path(call) else {
        return []
      }
      let method = call.name == "get" ? "GET" : "DELETE"
      return [Spelling(.k8s, "\(method) \(path)"), Spelling(.k8s, "\(method) \(path)?pretty=true")]
    },
  ]

  /// Flags that stand before a verb as well as after it.
  private static let known: Set<String> = [
    "--namespace", "--context", "--kubeconfig", "--request-timeout", "--cluster", "--user", "--server",
  ]

  /// The path of the one object that a call names, for resources of the core and a few more.
  private static func path(_ call: Call) -> String? {
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
