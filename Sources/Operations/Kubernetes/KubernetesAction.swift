import JSONText
import PolicyBytecode

/// One request to the API server, as its authorizer sees it.
struct KubernetesAction {
  /// One of `FactSchema.k8sVerbs`.
  var verb: String
  /// Nil where it cannot be known.
  var group: [UInt8]? = []
  var resource: [UInt8]?
  var subresource: [UInt8]?
  var namespace: [UInt8]?
  var name: [UInt8]?
  /// What stands for a resource or a name that is not known, in `command` only.
  var spelling: [UInt8]?
  /// The path of a request for no resource.
  var path: [UInt8]?
  /// `-f FILE`: the file that holds the objects.
  var file: [UInt8]?
  /// What is sent, or that part of it which is known.
  var bodies: [JSONValue] = []
  /// Nothing is sent.
  var isEmpty = false

  init(_ verb: String) { self.verb = verb }

  init(_ verb: String, _ resource: StaticString, group: StaticString = "", name: [UInt8]? = nil) {
    self.verb = verb
    self.resource = Array(resource.description.utf8)
    self.group = Array(group.description.utf8)
    self.name = name
  }

  /// `VERB RESOURCE[/NAME[/SUBRESOURCE]] [-n NAMESPACE]`; `*` for a name that is not known before a subresource.
  func command(namespaceSpelling: [UInt8]? = nil) -> [UInt8] {
    if isEmpty { return [] }
    var text = Array(verb.utf8)
    var isNamespaces = false
    if let resource {
      isNamespaces = resource.elementsEqual("namespaces".utf8)
      text.append(Ascii.space)
      text += resource
      if let name = name ?? spelling ?? (subresource == nil ? nil : [Ascii.star]) {
        text.append(Ascii.slash)
        text += name
      }
      if let subresource {
        text.append(Ascii.slash)
        text += subresource
      }
    } else if let path = path ?? spelling {
      text.append(Ascii.space)
      text += path
    }
    if let file {
      text += " -f ".utf8
      text += file
    }
    if let namespace = namespace ?? namespaceSpelling, !isNamespaces {
      text += " -n ".utf8
      text += namespace
    }
    return text
  }
}

extension DecodeContext {
  /// Emits the operation of a request.
  mutating func emit(_ action: KubernetesAction, namespaceSpelling: [UInt8]? = nil) {
    var values: [KeyedPaths.Value] = []
    if !action.bodies.isEmpty, !kubernetesBody.isEmpty, demand.contains(.k8sBody) {
      for body in action.bodies { values += kubernetesBody.values(in: body) }
    }
    operation(.k8s) { facts, demand in
      if demand.contains(.command) { facts.add(.command, action.command(namespaceSpelling: namespaceSpelling)) }
      if demand.contains(.k8sVerb) { facts.add(.k8sVerb, action.verb) }
      if demand.contains(.k8sGroup), let group = action.group { facts.add(.k8sGroup, group) }
      if demand.contains(.k8sResource), let resource = action.resource { facts.add(.k8sResource, resource) }
      if demand.contains(.k8sSubresource), let subresource = action.subresource {
        facts.add(.k8sSubresource, subresource)
      }
      if demand.contains(.k8sNamespace), let namespace = action.namespace { facts.add(.k8sNamespace, namespace) }
      if demand.contains(.k8sName), let name = action.name { facts.add(.k8sName, name) }
      for value in values { facts.add(.k8sBody, key: value.key, value.bytes) }
    }
  }
}

/// Words as a line of shell that yields them again.
func shellLine(_ words: [[UInt8]]) -> [UInt8] {
  var line: [UInt8] = []
  for word in words {
    if !line.isEmpty { line.append(Ascii.space) }
    let isPlain = !word.isEmpty && word.allSatisfy { Ascii.isName($0) || "-./:,@%+".utf8.contains($0) }
    if isPlain {
      line += word
      continue
    }
    line.append(Ascii.quote)
    for byte in word {
      if byte == Ascii.quote { line += [Ascii.quote, Ascii.backslash, Ascii.quote] }
      line.append(byte)
    }
    line.append(Ascii.quote)
  }
  return line
}
