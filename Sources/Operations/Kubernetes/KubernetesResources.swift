/// The built-in resources: names by which kubectl knows them, and the kinds of their objects.
///
/// Source: the API reference of Kubernetes 1.32 (`kubectl api-resources`); names that older releases had are kept.
struct KubernetesResource {
  /// The plural, as paths have it.
  var name: [UInt8]
  /// Nil where it cannot be known.
  var group: [UInt8]?
  var isNamespaced: Bool

  /// What a type on a command line means: a plural, singular, short or kind name in any case, alone or with its group,
  /// `TYPE.GROUP` or `TYPE.VERSION.GROUP`. Types that are not built in stand as they are, in the plural.
  static func named(_ type: [UInt8]) -> KubernetesResource {
    let text = String(decoding: type, as: UTF8.self).lowercased()
    guard let dot = text.firstIndex(of: ".") else {
      if let known = byName[text] { return known }
      return KubernetesResource(name: plural(text), group: nil, isNamespaced: true)
    }
    let bare = String(text[..<dot])
    var group = text[text.index(after: dot)...]
    if let end = group.firstIndex(of: "."), isVersion(group[..<end]) {
      group = group[group.index(after: end)...]
    } else if isVersion(group) {
      // `deployments.v1.`, or a version of the core.
      group = ""
    }
    let name = byName[bare]
    return KubernetesResource(
      name: name?.name ?? plural(bare), group: Array(group.utf8), isNamespaced: name?.isNamespaced ?? true)
  }

  /// The resource of an object: `kind` and the group of `apiVersion`.
  static func ofObject(kind: String, apiVersion: String) -> KubernetesResource {
    let group = apiVersion.firstIndex(of: "/").map { String(apiVersion[..<$0]) } ?? ""
    let known = byName[kind.lowercased()]
    return KubernetesResource(
      name: known?.name ?? plural(kind.lowercased()), group: Array(group.utf8),
      isNamespaced: known?.isNamespaced ?? true)
  }

  /// What `all` stands for.
  static let all: [KubernetesResource] =
    ["po", "rc", "svc", "ds", "deploy", "rs", "sts", "hpa", "cj", "job"].compactMap { byName[$0] }

  private static func isVersion(_ text: Substring) -> Bool {
    guard text.first == "v" else { return false }
    let rest = text.dropFirst()
    guard let first = rest.utf8.first, Ascii.isDigit(first) else { return false }
    return rest.allSatisfy { $0.isNumber } || rest.contains("alpha") || rest.contains("beta")
  }

  /// The plural of a word as Kubernetes guesses it for kinds.
  private static func plural(_ word: String) -> [UInt8] {
    var bytes = Array(word.utf8)
    guard let last = bytes.last else { return bytes }
    if last == UInt8(ascii: "s") {
      // Typed in the plural already, if it is no `…ss`.
      if bytes.dropLast().last == last { bytes += "es".utf8 }
    } else if last == UInt8(ascii: "x") || word.hasSuffix("ch") || word.hasSuffix("sh") {
      bytes += "es".utf8
    } else if last == UInt8(ascii: "y"), word.count > 1 {
      bytes.removeLast()
      bytes += "ies".utf8
    } else {
      bytes.append(UInt8(ascii: "s"))
    }
    return bytes
  }

  private static let byName: [String: KubernetesResource] = {
    var table: [String: KubernetesResource] = [:]
    for line in resourceTable.split(separator: "\n") {
      let columns = line.split(separator: ";", omittingEmptySubsequences: false)
      guard columns.count == 3 else { continue }
      let names = columns[0].split(separator: " ").map(String.init)
      let resource = KubernetesResource(
        name: Array(names[0].utf8), group: Array(columns[1].utf8), isNamespaced: columns[2] == "n")
      for name in names where table[name] == nil { table[name] = resource }
    }
    return table
  }()
}

/// Plural, singular (which is the kind in lower case) and short names; group; `n` namespaced or `c` of the cluster.
private let resourceTable = """
  bindings binding;;n
  componentstatuses componentstatus cs;;c
  configmaps configmap cm;;n
  endpoints endpoint ep;;n
  events event ev;;n
  limitranges limitrange limits;;n
  namespaces namespace ns;;c
  nodes node no;;c
  persistentvolumeclaims persistentvolumeclaim pvc;;n
  persistentvolumes persistentvolume pv;;c
  pods pod po;;n
  podtemplates podtemplate;;n
  replicationcontrollers replicationcontroller rc;;n
  resourcequotas resourcequota quota;;n
  secrets secret;;n
  serviceaccounts serviceaccount sa;;n
  services service svc;;n
  mutatingwebhookconfigurations mutatingwebhookconfiguration;admissionregistration.k8s.io;c
  validatingwebhookconfigurations validatingwebhookconfiguration;admissionregistration.k8s.io;c
  validatingadmissionpolicies validatingadmissionpolicy;admissionregistration.k8s.io;c
  validatingadmissionpolicybindings validatingadmissionpolicybinding;admissionregistration.k8s.io;c
  mutatingadmissionpolicies mutatingadmissionpolicy;admissionregistration.k8s.io;c
  mutatingadmissionpolicybindings mutatingadmissionpolicybinding;admissionregistration.k8s.io;c
  customresourcedefinitions customresourcedefinition crd crds;apiextensions.k8s.io;c
  apiservices apiservice;apiregistration.k8s.io;c
  controllerrevisions controllerrevision;apps;n
  daemonsets daemonset ds;apps;n
  deployments deployment deploy;apps;n
  replicasets replicaset rs;apps;n
  statefulsets statefulset sts;apps;n
  selfsubjectreviews selfsubjectreview;authentication.k8s.io;c
  tokenreviews tokenreview;authentication.k8s.io;c
  localsubjectaccessreviews localsubjectaccessreview;authorization.k8s.io;n
  selfsubjectaccessreviews selfsubjectaccessreview;authorization.k8s.io;c
  selfsubjectrulesreviews selfsubjectrulesreview;authorization.k8s.io;c
  subjectaccessreviews subjectaccessreview;authorization.k8s.io;c
  horizontalpodautoscalers horizontalpodautoscaler hpa;autoscaling;n
  cronjobs cronjob cj;batch;n
  jobs job;batch;n
  certificatesigningrequests certificatesigningrequest csr;certificates.k8s.io;c
  clustertrustbundles clustertrustbundle;certificates.k8s.io;c
  leases lease;coordination.k8s.io;n
  endpointslices endpointslice;discovery.k8s.io;n
  flowschemas flowschema;flowcontrol.apiserver.k8s.io;c
  prioritylevelconfigurations prioritylevelconfiguration;flowcontrol.apiserver.k8s.io;c
  ingressclasses ingressclass;networking.k8s.io;c
  ingresses ingress ing;networking.k8s.io;n
  ipaddresses ipaddress ip;networking.k8s.io;c
  servicecidrs servicecidr;networking.k8s.io;c
  networkpolicies networkpolicy netpol;networking.k8s.io;n
  runtimeclasses runtimeclass;node.k8s.io;c
  poddisruptionbudgets poddisruptionbudget pdb;policy;n
  podsecuritypolicies podsecuritypolicy psp;policy;c
  clusterrolebindings clusterrolebinding;rbac.authorization.k8s.io;c
  clusterroles clusterrole;rbac.authorization.k8s.io;c
  rolebindings rolebinding;rbac.authorization.k8s.io;n
  roles role;rbac.authorization.k8s.io;n
  deviceclasses deviceclass;resource.k8s.io;c
  resourceclaims resourceclaim;resource.k8s.io;n
  resourceclaimtemplates resourceclaimtemplate;resource.k8s.io;n
  resourceslices resourceslice;resource.k8s.io;c
  priorityclasses priorityclass pc;scheduling.k8s.io;c
  csidrivers csidriver;storage.k8s.io;c
  csinodes csinode;storage.k8s.io;c
  csistoragecapacities csistoragecapacity;storage.k8s.io;n
  storageclasses storageclass sc;storage.k8s.io;c
  volumeattachments volumeattachment;storage.k8s.io;c
  volumeattributesclasses volumeattributesclass vac;storage.k8s.io;c
  volumesnapshots volumesnapshot vs;snapshot.storage.k8s.io;n
  volumesnapshotcontents volumesnapshotcontent vsc;snapshot.storage.k8s.io;c
  volumesnapshotclasses volumesnapshotclass vsclass;snapshot.storage.k8s.io;c
  gateways gateway gtw;gateway.networking.k8s.io;n
  gatewayclasses gatewayclass gc;gateway.networking.k8s.io;c
  httproutes httproute;gateway.networking.k8s.io;n
  deploymentconfigs deploymentconfig dc;apps.openshift.io;n
  buildconfigs buildconfig bc;build.openshift.io;n
  imagestreams imagestream is;image.openshift.io;n
  projects project;project.openshift.io;c
  routes route;route.openshift.io;n
  securitycontextconstraints scc;security.openshift.io;c
  """
