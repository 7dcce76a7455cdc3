/// The flags of kubectl (`kubectl options`, `kubectl VERB --help`, release 1.32, and some that older releases had).
enum KubectlFlags {
  enum Kind {
    /// `--all`, `--all=false`; the next word is no value.
    case boolean
    /// `--name VALUE`, `--name=VALUE`.
    case value
    /// `--dry-run`, `--dry-run=client`; the next word is no value.
    case optionalValue
  }

  /// What a flag takes behind `verb`, or nil if there is none of this name.
  static func kind(_ name: String, verb: String) -> Kind? {
    switch name {
    case "raw": return verb == "config" ? .boolean : .value
    case "containers": return verb == "top" ? .boolean : .value
    case "prefix": return verb == "logs" ? .boolean : .value
    default: break
    }
    return kinds[name]
  }

  /// The long name of a letter behind `verb`.
  static func name(_ letter: UInt8, verb: String) -> String? {
    switch letter {
    case UInt8(ascii: "f"): verb == "logs" ? "follow" : "filename"
    case UInt8(ascii: "p"): shortP[verb] ?? "pod"
    case UInt8(ascii: "l"): verb == "run" || verb == "expose" ? "labels" : "selector"
    case UInt8(ascii: "i"): verb == "delete" ? "interactive" : "stdin"
    case UInt8(ascii: "w"): verb == "proxy" ? "www" : "watch"
    case UInt8(ascii: "c"): verb == "set" ? "containers" : "container"
    case UInt8(ascii: "A"): "all-namespaces"
    case UInt8(ascii: "L"): "label-columns"
    case UInt8(ascii: "P"): "www-prefix"
    case UInt8(ascii: "R"): "recursive"
    case UInt8(ascii: "e"): "env"
    case UInt8(ascii: "h"): "help"
    case UInt8(ascii: "k"): "kustomize"
    case UInt8(ascii: "n"): "namespace"
    case UInt8(ascii: "o"): "output"
    case UInt8(ascii: "q"): "quiet"
    case UInt8(ascii: "r"): "replicas"
    case UInt8(ascii: "s"): "server"
    case UInt8(ascii: "t"): "tty"
    case UInt8(ascii: "u"): "unix-socket"
    case UInt8(ascii: "v"): "v"
    default: nil
    }
  }

  private static let shortP = ["logs": "previous", "proxy": "port", "patch": "patch"]

  /// Flags that may stand before the verb without `=`, their values in the next word where they take one.
  static func isGlobal(_ name: String) -> Bool { globals.contains(name) }

  private static let globals: Set<String> = [
    "as", "as-group", "as-uid", "as-user-extra", "cache-dir", "certificate-authority", "client-certificate",
    "client-key", "cluster", "context", "disable-compression", "insecure-skip-tls-verify", "kubeconfig", "kuberc",
    "log-flush-frequency", "match-server-version", "namespace", "password", "profile", "profile-output",
    "request-timeout", "server", "tls-server-name", "token", "user", "username", "v", "vmodule", "warnings-as-errors",
    "help", "logtostderr", "alsologtostderr", "skip-headers", "log-dir", "log-file", "stderrthreshold",
  ]

  private static let kinds: [String: Kind] = {
    var kinds: [String: Kind] = [:]
    for name in booleans.split(whereSeparator: \.isWhitespace) { kinds[String(name)] = .boolean }
    for name in values.split(whereSeparator: \.isWhitespace) { kinds[String(name)] = .value }
    for name in ["dry-run", "cascade", "validate"] { kinds[name] = .optionalValue }
    return kinds
  }()

  private static let booleans = """
    all all-containers all-namespaces all-pods allow-missing-template-keys alsologtostderr append-hash
    append-server-path arguments-only as-current-user attach cached client command create-annotation current
    delete-emptydir-data delete-local-data disable-compression disable-eviction disable-filter edit embed-certs
    enable-alpha-plugins enable-helm exec-provide-cluster-info export expose flatten follow force force-conflicts
    global-default help helm-debug ignore-daemonsets ignore-errors ignore-not-found include-uninitialized
    insecure-skip-tls-verify insecure-skip-tls-verify-backend interactive keep-annotations keep-init-containers
    keep-labels keep-liveness keep-readiness keep-startup leave-stdin-open list local logtostderr
    match-server-version merge minify name-only namespaced network no-headers no-preserve now openapi-patch
    output-patch output-watch-events overwrite previous privileged prune quiet record recursive
    remove-extra-permissions remove-extra-subjects replace resolve rm same-node save-config server-dry-run
    server-print server-side set-raw-bytes share-processes short show-all show-capacity show-events show-kind
    show-labels show-managed-fields show-swap skip-headers stdin sum timestamps tty use-protocol-buffers wait
    warnings-as-errors watch watch-only windows-line-endings
    """

  private static let values = """
    accept-hosts accept-paths address aggregation-rule annotation annotations api-group api-prefix api-version as
    as-group as-uid as-user-extra audience auth-provider auth-provider-arg bound-object-kind bound-object-name
    bound-object-uid cache-dir categories cert certificate-authority chunk-size class client-certificate client-key
    cluster cluster-ip clusterip clusterrole concurrency container context copy-to cpu cpu-percent current-replicas
    custom default-backend description docker-email docker-password docker-server docker-username duration env
    exec-api-version exec-arg exec-command exec-env exec-interactive-mode external-ip external-name field-manager
    field-selector filename for from from-env-file from-file from-literal generator grace-period group hard
    helm-api-versions helm-command helm-kube-version hostport image image-pull-policy keepalive key keys kubeconfig
    kuberc kustomize label-columns labels limit-bytes limits load-balancer-ip load-restrictor log-dir log-file
    log-flush-frequency max max-log-requests max-unavailable memory min min-available mount name namespace namespaces
    network-name node-port non-resource-url output output-directory output-version override-type overrides password
    patch patch-file pod pod-running-timeout pod-selector port preemption-policy profile profile-output protocol
    proxy-url prune-allowlist prune-whitelist reject-methods reject-paths replicas request-timeout requests resource
    resource-name resource-version restart retries revision role rule schedule scopes selector server
    service-generator serviceaccount session-affinity set-image since since-time skip-wait-for-delete-timeout sort-by
    stderrthreshold subresource tail target target-port tcp template timeout tls-server-name to-revision token type
    types unix-socket user username v value verb verbs vmodule www www-prefix
    """
}
