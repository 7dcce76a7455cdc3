import PolicyBytecode
import TestSupport
import Testing

@testable import Operations

@Suite struct KubernetesFuzz {
  private static let seeds = [
    "DELETE /api/v1/namespaces/x/pods/a?dryRun=All HTTP/1.1\r\nContent-Type: application/json\r\nImpersonate-User: u\r\n\r\n{\"a\":[1,{\"b\":true}]}",
    "PATCH /apis/apps/v1/namespaces/p/deployments/d HTTP/1.1\r\nContent-Type: application/json-patch+json\r\n\r\n[{\"op\":\"add\",\"path\":\"/spec/a~1b/0\",\"value\":{\"x\":null}}]",
    "POST /api/v1/namespaces/p/pods/a/exec?command=sh&command=-c&command=rm%20x HTTP/1.1\r\n\r\n",
    "POST /api/v1/namespaces HTTP/1.1\r\n\r\nkind: X\nmetadata: &a {name: y}\nb: [*a, |\n",
    "POST /api/v1/namespaces HTTP/1.1\r\n\r\nk8s\u{0}\n\u{2}\n\u{0}\u{12}\u{7}\n\u{5}\n\u{3}web\u{1A}\u{0}",
    "kubectl -n p --as=u delete pod/a deploy -l x=y --dry-run=server",
    "kubectl exec -it a -c b -- sh -c 'rm -rf \"x\"'",
    "kubectl patch svc s -p '{\"spec\":{\"type\":\"NodePort\"}}' --type=merge",
    "oc scale --replicas=0 deploy/d | tee x",
    "kubectl apply -f - <<E\nkind: List\nitems:\n- kind: Pod\nE\n",
    "kubectl set image deploy/d a=b c=d; kubectl cp a:/x p/b:/y",
    "kubectl create clusterrole r --verb=* --resource=pods/log,secrets.v1. --non-resource-url=/x",
  ].map { Array($0.utf8) }

  private static let pieces = [
    " ", "/", "-", "--", "=", "'", "\"", "\\", "\r\n", "\n", ":", "%", "%2", "%2F", "?", "&", ";", "|", "$x", "$(",
    "<<E\n", "{", "[", "]", "}", ",",
    "-n", "-f - ", "-A", "--all", "delete", "all", "pods", "..", "watch", "namespaces", "\u{0}", "é", "~",
    "\"op\":\"move\"", "--raw /x ", "-- ",
  ]

  @Test func mutationsNeverCrash() {
    var random = SplitMix64(seed: 5)
    let keys = ["spec.replicas", "$..privileged", "a[*].b"]
    for _ in 0..<6_000 {
      var bytes = random.pick(Self.seeds)
      for _ in 0..<random.below(4) + 1 {
        guard !bytes.isEmpty else { break }
        let at = random.below(bytes.count)
        switch random.below(4) {
        case 0: bytes[at] = UInt8(random.below(256))
        case 1, 2: bytes.insert(contentsOf: random.pick(Self.pieces).utf8, at: at)
        default: bytes.removeSubrange(at..<min(bytes.count, at + random.below(5) + 1))
        }
      }
      for layer in [OperationProtocol.k8s, .shell] {
        let found = decodeOperations(layer, bytes, keys: keys)
        #expect(!found.isEmpty)
        for operation in found where operation.protocol == .k8s && operation.reason == .none {
          #expect(
            operation.texts(.k8sVerb).allSatisfy(FactSchema.k8sVerbs.contains) && operation.texts(.k8sVerb).count == 1)
          #expect(operation.texts(.command).count == 1)
        }
      }
    }
  }

  @Test func timeIsLinear() {
    let heads = [
      "GET /", "POST /api/v1/namespaces HTTP/1.1\r\n", "POST /api/v1/namespaces HTTP/1.1\r\n\r\n", "kubectl ",
      "kubectl delete ", "kubectl create -f - <<'E'\n",
    ]
    let units = [
      "a/", "a&", "%41", "A: b\r\n", "Impersonate-Group: g\r\n", "[", "{\"a\":",
      "[{\"op\":\"add\",\"path\":\"/a/b\",\"value\":1},", "- a\n", "a: b\n",
      "- {kind: A}\n", "---\nkind: A\n", "-A ", "a ", "a/b ", "a,", "-n x ", "--as=x ", "'a' ", "\"a\"", "\\a", "{a",
      "-f - ", "--filename=a,b ", "a,a,a b ",
      "\n\u{5}", "a=b ",
    ]
    for head in heads {
      for unit in units {
        let isLinear = (0..<3).contains { _ in
          let times = [4_096, 16_384].map { size in
            var payload = Array((head + String(repeating: unit, count: size / unit.utf8.count)).utf8)
            if head.hasSuffix("'E'\n") { payload += Array("\nE\n".utf8) }
            return threadSeconds { _ = decodeOperations(.k8s, payload, keys: ["$..a", "a.b"]) }
          }
          return times[1] < times[0] * 9 + 0.04
        }
        #expect(isLinear, "\(head)\(unit)…")
      }
    }
  }
}
