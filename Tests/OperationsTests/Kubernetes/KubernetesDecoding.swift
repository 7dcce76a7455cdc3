import PolicyBytecode

@testable import Operations

/// The operations of a payload; `keys` are the paths of `k8s.body` that are asked for.
func decodeOperations(_ protocol: OperationProtocol, _ payload: [UInt8], keys: [String]) -> [Decoded] {
  decodeOperations(
    `protocol`, payload, FactDemand(facts: .all, keys: keys.map { FactKey(fact: .k8sBody, key: $0) }))
}

func decodeKubernetes(_ payload: String, keys: [String] = []) -> [Decoded] {
  decodeOperations(.k8s, Array(payload.utf8), keys: keys)
}

extension Decoded {
  /// The command; `?REASON` if it is unparsed; of another protocol with its name in front.
  var kubernetesLine: String {
    let text = reason == .none ? texts(.command).first ?? "" : "?" + reason.word
    return `protocol` == .k8s ? text : "\(`protocol`.name): \(text)"
  }

  /// Verb, group, resource, subresource, namespace and name; `-` for one that is missing, `""` for an empty one.
  var kubernetesFacts: String {
    let facts: [Fact] = [.k8sVerb, .k8sGroup, .k8sResource, .k8sSubresource, .k8sNamespace, .k8sName]
    return facts.map { fact in texts(fact).first.map { $0.isEmpty ? "\"\"" : $0 } ?? "-" }.joined(separator: " ")
  }
}
