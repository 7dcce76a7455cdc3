import PolicyBytecode
import Testing

@testable import Operations

@Suite struct KubernetesRequestTests {
  @Test func requestsAreWhatTheServerMakesOfThem() {
    let cases: [(request: String, facts: String)] = [
      ("GET /api/v1/namespaces/p/pods", #"list "" pods - p -"#), ("GET /api/v1/pods", #"list "" pods - - -"#),
      ("GET /api/v1/namespaces/p/pods/a", #"get "" pods - p a"#),
      ("HEAD /api/v1/namespaces/p/pods/a", #"get "" pods - p a"#),
      ("GET /api/v1/namespaces/p/pods?watch=true", #"watch "" pods - p -"#),
      ("GET /api/v1/namespaces/p/pods?watch", #"watch "" pods - p -"#),
      ("GET /api/v1/namespaces/p/pods?watch=0", #"list "" pods - p -"#),
      ("GET /api/v1/namespaces/p/pods?watch=False", #"list "" pods - p -"#),
      ("GET /api/v1/watch/namespaces/p/pods", #"watch "" pods - p -"#),
      ("GET /api/v1/watch/pods", #"watch "" pods - - -"#),
      ("GET /api/v1/namespaces/p/pods?fieldSelector=metadata.name%3Da", #"list "" pods - p a"#),
      ("GET /api/v1/pods?fieldSelector=spec.nodeName%3Dn,metadata.name==a&watch=1", #"watch "" pods - - a"#),
      ("GET /api/v1/pods?fieldSelector=metadata.name!%3Da", #"list "" pods - - -"#),
      ("POST /api/v1/namespaces/p/pods", #"create "" pods - p -"#),
      ("PUT /api/v1/namespaces/p/pods/a", #"update "" pods - p a"#),
      ("PATCH /apis/apps/v1/namespaces/p/deployments/d", "patch apps deployments - p d"),
      ("PATCH /apis/apps/v1/namespaces/p/deployments/d/scale", "patch apps deployments scale p d"),
      ("DELETE /api/v1/namespaces/p/pods/a", #"delete "" pods - p a"#),
      ("DELETE /api/v1/namespaces/p/pods", #"deletecollection "" pods - p -"#),
      ("DELETE /api/v1/namespaces/x", #"delete "" namespaces - x x"#),
      ("GET /api/v1/namespaces", #"list "" namespaces - - -"#),
      ("PUT /api/v1/namespaces/x/finalize", #"update "" namespaces finalize x x"#),
      ("GET /api/v1/namespaces/x/status", #"get "" namespaces status x x"#),
      ("DELETE /api/v1/nodes/n/", #"delete "" nodes - - n"#),
      ("POST /api/v1/namespaces/p/pods/a/eviction", #"create "" pods eviction p a"#),
      ("GET /api/v1/namespaces/p/pods/a/log?follow=true", #"get "" pods log p a"#),
      ("GET /api/v1/nodes/n/proxy/metrics/cadvisor", #"get "" nodes proxy - n"#),
      ("POST /api/v1/namespaces/p/services/https:web:443/proxy/a/b", #"create "" services proxy p https:web:443"#),
      ("GET /api/v1/proxy/namespaces/p/pods/a/x", #"proxy "" pods - p a"#),
      ("POST /api/v1/namespaces/p/serviceaccounts/s/token", #"create "" serviceaccounts token p s"#),
      (
        "POST /apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
        "create rbac.authorization.k8s.io clusterrolebindings - - -"
      ),
      ("GET /healthz", #"get "" - - - -"#), ("GET /apis/apps/v1", #"get "" - - - -"#),
      ("GET /api/v1", #"get "" - - - -"#),
      ("POST /logs/x", #"post "" - - - -"#), ("DELETE /metrics", #"delete "" - - - -"#),
      ("OPTIONS /version", #"options "" - - - -"#),
      (
        "GET /apis/apps/v1?timeout=32s HTTP/1.1\r\nAccept: application/json\r\nUser-Agent: kubectl\r\n\r\n",
        #"get "" - - - -"#
      ),
      ("GET /api/v1/namespaces/p%C3%A9/pods HTTP/1.1\nHost: k\n\n", #"list "" pods - pé -"#),
    ]
    for (request, facts) in cases {
      #expect(decodeKubernetes(request).map(\.kubernetesFacts) == [facts], "\(request)")
    }
  }

  @Test func commandsAreShort() {
    let cases: [(String, String)] = [
      ("DELETE /api/v1/namespaces/x", "delete namespaces/x"),
      ("DELETE /api/v1/namespaces/prod/pods/a", "delete pods/a -n prod"),
      ("DELETE /api/v1/namespaces/p/pods?labelSelector=a", "deletecollection pods -n p"),
      ("GET /api/v1/namespaces/p/secrets/db", "get secrets/db -n p"), ("GET /api/v1/nodes", "list nodes"),
      ("POST /api/v1/namespaces/p/pods/a/exec?command=ls", "create pods/a/exec -n p"),
      ("GET /livez/ping", "get /livez/ping"),
    ]
    for (request, command) in cases {
      #expect(decodeKubernetes(request).first?.kubernetesLine == command, "\(request)")
    }
  }

  @Test func whatNoClientWritesIsUnparsed() {
    let cases: [(String, UnparsedReason)] = [
      ("", .truncated), ("delete /api/v1/nodes/n", .syntax), ("DELETE", .syntax),
      ("DELETE ", .syntax),
      ("DELETE api/v1/nodes/n", .syntax), ("DELETE  /api/v1/nodes/n", .syntax),
      ("DELETE /api/v1/nodes/n HTTP/9", .syntax),
      ("DELETE /api/v1/nodes/n x y", .syntax), ("DELETE https://k/api/v1/nodes/n", .syntax),
      ("DELETE /api/v1//nodes/n", .syntax), ("DELETE //api/v1/nodes/n", .syntax), ("DELETE /api/v1/./nodes/n", .syntax),
      ("DELETE /api/v1/x/../nodes/n", .syntax), ("DELETE /api/v1/%2e%2e/nodes/n", .syntax),
      ("DELETE /api/v1/nodes%2Fn", .syntax),
      ("DELETE /api/v1/nodes/%zz", .syntax), ("DELETE /api/v1/nodes/n#x", .syntax),
      ("DELETE /api/v1/nodes/n%00", .syntax),
      ("DELETE /api/v1/nodes/n%FF", .encoding), ("DELETE /api/v1/nodes/é", .syntax),
      ("DELETE /api/v1/nodes/n%2541", .syntax),
      ("GET /api/v1/pods?watch=%zz", .syntax), ("GET /api/v1/pods?a;watch=1", .syntax), ("GET /api/v1/watch", .syntax),
      ("OPTIONS /api/v1/pods", .unsupported), ("BREW /api/v1/pods", .unsupported), ("TRACE /healthz", .unsupported),
      ("GET /api/v1/pods HTTP/1.1\r\nA: b\rc\r\n\r\n", .syntax),
      ("GET /api/v1/pods HTTP/1.1\r\nA : b\r\n\r\n", .syntax),
      ("GET /api/v1/pods HTTP/1.1\r\n A: b\r\n\r\n", .syntax),
      ("GET /api/v1/pods HTTP/1.1\r\nnothing\r\n\r\n", .syntax),
      ("POST /api/v1/namespaces HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}{}", .syntax),
      ("POST /api/v1/namespaces HTTP/1.1\r\nContent-Length: 9\r\n\r\n{}", .truncated),
      ("POST /api/v1/namespaces HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}", .syntax),
      ("POST /api/v1/namespaces HTTP/1.1\r\nContent-Length: +2\r\n\r\n{}", .syntax),
      ("POST /api/v1/namespaces HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}", .syntax),
      ("POST /api/v1/namespaces HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .unsupported),
    ]
    for (request, reason) in cases { #expect(decodeKubernetes(request).map(\.reason) == [reason], "\(request)") }
    #expect(decodeOperations(.k8s, [0x6B, 0x20, 0xFF]).map(\.reason) == [.encoding])
  }

  @Test func bodiesAreReadByPath() {
    let privileged = "$..securityContext.privileged"
    let pod = #"{"metadata":{"name":"a"},"spec":{"containers":[{"securityContext":{"privileged":true}}]}}"#
    let keys = ["spec.containers[*].securityContext.privileged", privileged, "spec.replicas"]
    let create = "POST /api/v1/namespaces/p/pods HTTP/1.1\r\n"
    let patch = "PATCH /api/v1/namespaces/p/pods/a HTTP/1.1\r\nContent-Type: "
    let cases: [(String, [String])] = [
      (create + "Content-Type: application/json\r\n\r\n" + pod, ["create pods/a -n p", "true", "true"]),
      (create + "\r\n" + pod, ["create pods/a -n p", "true", "true"]),
      (
        create
          + "Content-Type: application/yaml\r\n\r\nmetadata: {name: a}\nspec:\n  containers:\n  - securityContext:\n      privileged: yes\n",
        ["create pods/a -n p", "true", "true"]
      ),
      (patch + "application/strategic-merge-patch+json\r\n\r\n" + pod, ["patch pods/a -n p", "true", "true"]),
      (patch + "application/apply-patch+yaml\r\n\r\nspec: {replicas: 0}", ["patch pods/a -n p", "0"]),
      (
        patch
          + #"application/json-patch+json\r\n\r\n[{"op":"remove","path":"/x"},{"op":"add","path":"/spec/containers/3/securityContext/privileged","value":true}]"#
          .replacing(#"\r\n"#, with: "\r\n"), ["patch pods/a -n p", "true", "true"]
      ),
      (
        patch + "application/json-patch+json\r\n\r\n"
          + #"[{"op":"replace","path":"/spec","value":{"replicas":2}},{"op":"add","path":"/spec/containers/-","value":{"securityContext":{"privileged":false}}}]"#,
        ["patch pods/a -n p", "2", "false", "false"]
      ),
      (
        patch + "application/json-patch+json\r\n\r\n" + #"[{"op":"copy","from":"/a","path":"/spec/replicas"}]"#,
        ["patch pods/a -n p", "?unsupported"]
      ),
      (create + "\r\n{\"a\":1", ["create pods -n p", "?syntax"]),
      (create + "\r\na: [", ["create pods -n p", "?syntax"]),
      (create + "\r\n{\"a\":1,\"a\":2}", ["create pods -n p", "?syntax"]),
      (create + "Content-Encoding: gzip\r\n\r\nx", ["create pods -n p", "?unsupported"]),
      (
        create + "Content-Type: application/vnd.kubernetes.protobuf\r\n\r\nk8s\u{0}x",
        ["create pods -n p", "?unsupported"]
      ),
      // Envelope, object, metadata: the name is found.
      (
        create
          + "Content-Type: application/vnd.kubernetes.protobuf\r\n\r\nk8s\u{0}\n\u{2}\n\u{0}\u{12}\u{7}\n\u{5}\n\u{3}web\u{1A}\u{0}",
        ["create pods/web -n p", "?unsupported"]
      ),
      (
        "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews HTTP/1.1\r\nContent-Type: application/vnd.kubernetes.protobuf\r\n\r\nk8s\u{0}x",
        ["create selfsubjectaccessreviews"]
      ),
    ]
    for (request, expected) in cases {
      let found = decodeKubernetes(request, keys: keys).flatMap { [$0.kubernetesLine] + $0.texts(.k8sBody) }
      #expect(found == expected, "\(request)")
    }
    // Nobody asks for the body, so that nobody misses what cannot be read of it.
    var context = DecodeContext(demand: FactDemand(facts: FactSet([.command, .unparsed])))
    context.decode(.k8s, Array((create + "\r\n{\"a\":1").utf8))
    #expect(context.batch.count == 1 && context.batch.operations[0].unparsed == .none)
  }

  @Test func execYieldsWhatItRuns() {
    let operations = decodeKubernetes(
      "POST /api/v1/namespaces/p/pods/a/exec?command=sh&command=-c&command=rm%20-rf%20%2F+%27x&container=c")
    #expect(
      operations.map(\.kubernetesLine) == [
        "create pods/a/exec -n p", #"shell: sh -c 'rm -rf / '\''x'"#, "shell: ?truncated",
      ])
    #expect(operations[1].texts(.via) == ["k8s"])
    let socket = decodeKubernetes("GET /api/v1/namespaces/p/pods/a/exec?command=cat&command=/etc/shadow")
    #expect(socket.map(\.kubernetesLine) == ["get pods/a/exec -n p", "shell: cat /etc/shadow"])
    #expect(socket[1].texts(.shellPath) == ["/etc/shadow"])
  }

  @Test func impersonationIsAnOperation() {
    let head = "GET /api/v1/nodes HTTP/1.1\r\n"
    let cases: [(String, String)] = [
      ("Impersonate-User: bob", "impersonate users/bob"),
      ("impersonate-group: system:masters", "impersonate groups/system:masters"),
      ("Impersonate-User: system:serviceaccount:p:s", "impersonate serviceaccounts/s -n p"),
      ("Impersonate-Uid: 7", "impersonate uids/7"), ("Impersonate-Extra-scopes: x", "impersonate userextras/x/scopes"),
      ("Impersonate-Extra-%73copes: x", "impersonate userextras/x/scopes"),
    ]
    for (header, command) in cases {
      #expect(
        decodeKubernetes(head + header + "\r\n\r\n").map(\.kubernetesLine) == [command, "list nodes"], "\(header)")
    }
  }

  /// A policy that asks for names alone is told where one is not known.
  @Test func namesOfWhatIsCreated() {
    let create = "POST /api/v1/namespaces HTTP/1.1\r\n"
    let unnamed: [UInt8] = [0x6B, 0x38, 0x73, 0x00, 0x12, 5, 0x0A, 3, 0x12, 1, 0x78]
    let message: [UInt8] =
      [0x6B, 0x38, 0x73, 0x00, 0x12, 13, 0x0A, 6, 0x0A, 4] + Array("prod".utf8) + [0x0A, 3, 0x12, 1, 0x78]
    let cases: [([UInt8], [String])] = [
      (Array((create + "\r\n" + #"{"metadata":{"name":"x","name":"prod"}}"#).utf8), ["", "?syntax"]),
      (Array((create + "Content-Type: application/yaml\r\n\r\nmetadata: {name: prod}\n---\n{}\n").utf8), ["prod"]),
      (Array((create + "Content-Encoding: gzip\r\n\r\nx").utf8), ["", "?unsupported"]),
      (Array((create + "\r\n" + #"{"metadata":{"generateName":"x-"}}"#).utf8), [""]),
      (Array((create + "Content-Type: application/vnd.kubernetes.protobuf\r\n\r\n").utf8) + message, ["prod"]),
      (Array((create + "Content-Type: application/vnd.kubernetes.protobuf\r\n\r\n").utf8) + unnamed, [""]),
    ]
    for (request, expected) in cases {
      let found = decodeOperations(.k8s, request, FactDemand(facts: FactSet([.k8sName] as [Fact])))
      #expect(found.map { $0.reason == .none ? $0.texts(.k8sName).joined() : "?" + $0.reason.word } == expected)
    }
  }

  @Test func onlyWhatIsAskedForIsComputed() {
    for fact in [Fact.command, .k8sVerb, .k8sGroup, .k8sResource, .k8sSubresource, .k8sNamespace, .k8sName] {
      for payload in ["GET /api/v1/namespaces/p/pods/a/log", "kubectl -n p logs a"] {
        var context = DecodeContext(demand: FactDemand(facts: FactSet([fact])))
        context.decode(.k8s, Array(payload.utf8))
        var facts: Set<UInt8> = []
        for at in 0..<context.batch.facts.entries.count { facts.insert(context.batch.facts.entries[at].fact) }
        #expect(facts.subtracting([Fact.unparsed.rawValue]) == [fact.rawValue], "\(payload)")
      }
    }
  }

  @Test func requestsAreBounded() {
    let line = { (count: Int) in
      "GET /" + String(repeating: "a", count: count - "GET /".utf8.count)
    }
    #expect(decodeKubernetes(line(KubernetesLimits.requestLineBytes)).map(\.reason) == [.none])
    #expect(decodeKubernetes(line(KubernetesLimits.requestLineBytes + 1)).map(\.reason) == [.oversized])
    let headers = { (count: Int) in
      "GET /livez HTTP/1.1\r\n" + String(repeating: "A: b\r\n", count: count) + "\r\n"
    }
    #expect(decodeKubernetes(headers(KubernetesLimits.headers)).map(\.reason) == [.none])
    #expect(decodeKubernetes(headers(KubernetesLimits.headers + 1)).map(\.reason) == [.count])
  }
}
