import JSONText
import PolicyBytecode

/// From a request to what the API server's authorizer is asked: k8s.io/apiserver, package `request`, `RequestInfo`, whose
/// rules are part of Kubernetes' API conventions.
extension KubernetesRequest {
  /// The operation of a request without regard to its body.
  func action() throws(Refusal) -> KubernetesAction {
    var action = KubernetesAction("")
    var parts = segments[...]
    let isGrouped = parts.first.map { $0.elementsEqual("apis".utf8) } ?? false
    let isCore = parts.first.map { $0.elementsEqual("api".utf8) } ?? false
    guard isCore && parts.count >= 3 || isGrouped && parts.count >= 4 else {
      guard let verb = Self.pathVerbs.first(where: { method.elementsEqual($0.uppercased().utf8) }) else {
        throw Refusal(.unsupported)
      }
      action.verb = verb
      action.path = path
      return action
    }
    if isGrouped { action.group = Array(parts[1]) }
    parts = parts.dropFirst(isGrouped ? 3 : 2)
    if let special = ["proxy", "watch"].first(where: { parts[parts.startIndex].elementsEqual($0.utf8) }) {
      guard parts.count >= 2 else { throw Refusal(.syntax) }
      action.verb = special
      parts = parts.dropFirst()
    } else {
      guard let verb = Self.verbs.first(where: { method.elementsEqual($0.method.utf8) })?.verb else {
        throw Refusal(.unsupported)
      }
      action.verb = verb
    }
    if parts[parts.startIndex].elementsEqual("namespaces".utf8), parts.count > 1 {
      action.namespace = Array(parts[parts.startIndex + 1])
      if parts.count > 2 {
        let third = parts[parts.startIndex + 2]
        if !third.elementsEqual("status".utf8), !third.elementsEqual("finalize".utf8) { parts = parts.dropFirst(2) }
      }
    }
    action.resource = Array(parts[parts.startIndex])
    if parts.count > 1 { action.name = Array(parts[parts.startIndex + 1]) }
    if parts.count > 2, action.verb != "proxy" { action.subresource = Array(parts[parts.startIndex + 2]) }
    if action.name == nil, action.verb == "get" {
      action.verb = isWatch ? "watch" : "list"
      action.name = nameSelected
    } else if action.name == nil, action.verb == "delete" {
      action.verb = "deletecollection"
    }
    return action
  }

  /// Of a request for no resource the verb is the method.
  private static let pathVerbs = ["get", "head", "options", "post", "put", "patch", "delete", "connect"]
  private static let verbs: [(method: String, verb: String)] = [
    ("GET", "get"), ("HEAD", "get"), ("POST", "create"), ("PUT", "update"), ("PATCH", "patch"), ("DELETE", "delete"),
  ]

  private var isWatch: Bool {
    guard let value = query("watch").first else { return false }
    let word = value.map { $0 | 0x20 }
    return !word.elementsEqual("false".utf8) && !value.elementsEqual("0".utf8)
  }

  /// The name that a field selector demands: `metadata.name=x`, also among others.
  private var nameSelected: [UInt8]? {
    for part in (query("fieldSelector").first ?? []).split(separator: Ascii.comma) {
      guard part.starts(with: "metadata.name=".utf8) else { continue }
      var value = part.dropFirst(14)
      if value.first == Ascii.equals { value = value.dropFirst() }
      if !value.isEmpty, !value.contains(Ascii.slash), !value.contains(Ascii.percent) { return Array(value) }
    }
    return nil
  }

  // MARK: Operations

  func emit(_ context: inout DecodeContext) throws(Refusal) {
    var action = try action()
    impersonation(&context)
    var problem: UnparsedReason?
    let isCreate = action.verb == "create" && action.name == nil
    let wantsName = isCreate && (context.demand.contains(.command) || context.demand.contains(.k8sName))
    let wantsBody = context.demand.contains(.k8sBody)
    if !body.isEmpty, wantsName || wantsBody, action.verb != "get", action.verb != "list", action.verb != "watch" {
      switch KubernetesBody.read(body, type: header("content-type"), encoding: header("content-encoding")) {
      case .known(let bodies):
        action.bodies = bodies
        if isCreate { action.name = KubernetesBody.name(of: bodies) }
      case .unreadable(let reason):
        let name = isCreate ? KubernetesBody.name(ofProtobuf: body) : nil
        if let name, !name.isEmpty { action.name = name }
        let lacksName = isCreate && name == nil && context.demand.contains(.k8sName)
        // Reviews change nothing: they ask what may be done.
        if wantsBody || lacksName, !isReview(action) { problem = reason }
      }
    }
    context.emit(action)
    if let problem { context.unparsed(.k8s, problem) }
    guard let subresource = action.subresource, subresource.elementsEqual("exec".utf8) else { return }
    let words = query("command")
    if !words.isEmpty { context.nested(.shell, in: .k8s, shellLine(words)) }
  }

  private func isReview(_ action: KubernetesAction) -> Bool {
    guard let group = action.group, action.subresource == nil else { return false }
    return group.elementsEqual("authorization.k8s.io".utf8) || group.elementsEqual("authentication.k8s.io".utf8)
  }

  /// Who the request claims to act for: the server asks whether the client may `impersonate` them.
  private func impersonation(_ context: inout DecodeContext) {
    for header in headers where header.name.starts(with: "impersonate-".utf8) {
      let value = Array(header.value)
      switch String(decoding: header.name.dropFirst(12), as: UTF8.self) {
      case "user": context.emit(.impersonating(user: value))
      case "group": context.emit(KubernetesAction("impersonate", "groups", name: value))
      case "uid":
        context.emit(KubernetesAction("impersonate", "uids", group: "authentication.k8s.io", name: value))
      default:
        var action = KubernetesAction("impersonate", "userextras", group: "authentication.k8s.io", name: value)
        if header.name.starts(with: "impersonate-extra-".utf8) {
          action.subresource = percentDecoded(Array(header.name.dropFirst(18)))
        }
        context.emit(action)
      }
    }
  }
}

extension KubernetesAction {
  /// `impersonate users/NAME`, or of a service account `impersonate serviceaccounts/NAME -n NAMESPACE`.
  static func impersonating(user: [UInt8]) -> KubernetesAction {
    let parts = user.split(separator: Ascii.colon, omittingEmptySubsequences: false)
    guard parts.count == 4, user.starts(with: "system:serviceaccount:".utf8) else {
      return KubernetesAction("impersonate", "users", name: user)
    }
    var action = KubernetesAction("impersonate", "serviceaccounts", name: Array(parts[3]))
    action.namespace = Array(parts[2])
    return action
  }
}
