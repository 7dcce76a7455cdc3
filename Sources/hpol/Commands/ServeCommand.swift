import BundleTrust
import DecisionServer
import Glibc
import PolicyBytecode
import PolicyEngine
import PolicyRuntime
import PolicyTestBench
import Responses

let serveCommand = Command(
  name: "serve",
  summary: "answer over HTTP what a policy says of requests",
  synopsis: "POLICY… [--listen ADDRESS | --socket PATH] [--threads N] [--trust FILE] [--mask-key FILE]",
  description: """
    A sidecar for gateways in any language. POST /v1/decide takes a fixture (fixtures/README.md) and answers the line of
    `hpol eval --json`; /v1/decide/batch takes many, one a line; /v1/explain says why; /healthz and /metrics tell how it
    is. It listens on this machine only. SIGHUP, and any change of the files given, put the policy into force anew; SIGTERM
    ends it when the requests under way are answered. docs/serve.md has the details.
    """,
  options: [
    Option(name: "listen", letter: "l", value: "ADDRESS", help: "where to listen: 127.0.0.1:8181"),
    Option(name: "socket", value: "PATH", help: "listen on a Unix socket instead"),
    ThreadOption.option,
    TrustOptions.trust,
    Option(name: "mask-key", value: "FILE", help: "the secret key of `mask … with hash`"),
  ],
  examples: [
    ("hpol serve policies.hpolb --listen 127.0.0.1:8181", "ask with curl -H 'Content-Type: application/json' -d …"),
    ("hpol serve policies.hpolb --socket /run/hpol.sock --mask-key /etc/hpol/mask.key", "for the processes of a pod"),
  ],
  run: { (arguments, console) throws(CommandError) in
    try arguments.allowOnlyOne(of: ["listen", "socket"])
    let keys = try TrustOptions.keys(arguments)
    // Before there are threads, which are to leave signals to this one, and before one could end the program.
    let signals = ServeSignals()
    console.outlivesReaders = true
    let files = PolicyFiles(arguments.positionals)
    guard let policy = try files.load(console, trusting: keys) else { return .doesNotHold }
    var key = MaskKey.bench
    if let path = arguments.value("mask-key") {
      let bytes = try readFile(path, limit: 4096)
      guard !bytes.isEmpty else { throw .failure("`\(path)` is empty") }
      key = MaskKey(bytes)
    }
    let point = DecisionPoint(try policy.loadedPolicy(), maskKey: key)
    let server: DecisionServer
    do throws(ServerError) {
      let address =
        if let path = arguments.value("socket") { ListenAddress.socket(path: path) } else {
          try ListenAddress(arguments.value("listen") ?? "127.0.0.1:8181")
        }
      server = try DecisionServer(point, on: address, threads: try threadCount(arguments))
    } catch {
      throw .failure(error.message)
    }
    console.write("listening on \(server.address.url)\n")
    console.flush()
    while true {
      switch signals.wait(seconds: 1) {
      case .end:
        server.stop()
        return .holds
      case .reload: break
      case .none: if !files.hasChanged() { continue }
      }
      server.noteReload(isOK: reload(files, trusting: keys, point, console))
    }
  })

private func threadCount(_ arguments: Arguments) throws(ServerError) -> Int {
  do throws(CommandError) {
    return try ThreadOption.value(arguments)
  } catch {
    if case .usage(let usage) = error { throw ServerError(usage.message) }
    throw ServerError("`--threads` cannot be read")
  }
}

/// Puts the policy into force anew; whether that was possible. If not, the old one stays.
private func reload(
  _ files: PolicyFiles, trusting keys: TrustedKeys?, _ point: DecisionPoint, _ console: Console
) -> Bool {
  do throws(CommandError) {
    guard let set = try files.load(console, trusting: keys) else { throw .failure("the new one has errors") }
    let policy = try set.loadedPolicy()
    let revision = policy.bundle.release.revision
    let isInForce = point.replace(by: policy) { keys == nil || revision >= $0.bundle.release.revision }
    guard isInForce else {
      throw .failure("the bundle's revision \(revision) is older than the one in force")
    }
    console.write("generation \(point.generation.number) is in force\n")
    console.flush()
    return true
  } catch {
    switch error {
    case .usage(let usage): console.error("the old policy stays in force: \(usage.message)")
    case .failure(let message): console.error("the old policy stays in force: \(message)")
    }
    return false
  }
}

/// The files that a policy stands in: those given, those of folders given, and all that these `use` or take lists from.
private final class PolicyFiles {
  private let paths: [String]
  /// As they were when they were read; nil of one that was not there.
  private var read: [String: FileState?] = [:]
  /// As they were at the last look.
  private var seen: [String: FileState?] = [:]

  init(_ paths: [String]) { self.paths = paths }

  func load(_ console: Console, trusting keys: TrustedKeys?) throws(CommandError) -> LoadedPolicySet? {
    read = [:]
    for path in given { read[path] = FileState(path) }
    return try LoadedPolicySet.load(paths, console, trusting: keys, noting: { self.read[$0] = FileState($0) })
  }

  /// Whether they are others than were read, and have not changed since the last look: what is being written is not read.
  func hasChanged() -> Bool {
    let now = Dictionary(uniqueKeysWithValues: Set(given).union(read.keys).map { ($0, FileState($0)) })
    defer { seen = now }
    return now != read && now == seen
  }

  private var given: [String] {
    paths.flatMap { path in
      isFolder(path) ? (try? filesBelow(path, endings: [PolicyArguments.fileExtension])) ?? [] : [path]
    }
  }
}

/// The signals that a server is told things with, which are taken one at a time.
private struct ServeSignals {
  enum Event { case end, reload, none }

  private var signals = sigset_t()

  init() {
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  /// Waits for the next, no longer than `seconds`.
  func wait(seconds: Int) -> Event {
    var signals = signals
    var limit = timespec(tv_sec: seconds, tv_nsec: 0)
    switch sigtimedwait(&signals, nil, &limit) {
    case SIGINT, SIGTERM: return .end
    case SIGHUP: return .reload
    default: return .none
    }
  }
}
