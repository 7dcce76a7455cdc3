import PolicyBytecode
import Testing

@testable import Operations

/// Requests that lines make by other names and spellings.
@Suite struct KubectlPassageTests {
  private static let requestTable: [(String, [String])] = [
    ("kubectl set env deploy/web --list --resolve", ["get configmaps", "get secrets", "get deployments/web"]),
    ("kubectl set env deploy/web --list", ["get deployments/web"]),
    ("kubectl set env --from=secret/s deploy/web", ["get secrets/s", "patch deployments/web"]),
    ("kubectl set env deploy/web --from configmap/c -n p", ["get configmaps/c -n p", "patch deployments/web -n p"]),
    ("oc rsh a rm -rf /", ["create pods/a/exec", "shell: rm -rf /"]),
    ("oc rsh -n p a sh -c 'rm x'", ["create pods/a/exec -n p", "shell: sh -c 'rm x'", "shell: rm x"]),
    ("oc rsh a -- rm -f x", ["create pods/a/exec", "shell: rm -f x"]),
    ("oc -n p adm cordon n", ["patch nodes/n"]), ("oc adm policy x", ["?unsupported"]),
    ("microk8s.kubectl delete ns x", ["delete namespaces/x"]),
    ("kubectl create job j --image=i -- rm -rf /", ["create jobs/j", "shell: rm -rf /"]),
    ("kubectl create cronjob c --image=i --schedule='0 * * * *' -- rm x", ["create cronjobs/c", "shell: rm x"]),
    // Lines that a shell reads.
    (
      "KUBECONFIG=/x kubectl delete ns x", ["shell: kubectl delete ns x", "delete namespaces/x"]
    ),
    (
      "for i in a b; do kubectl delete pod $i; done",
      [
        "shell: kubectl delete pod $i", "delete pods/a", "delete pods/b",
        "shell: kubectl delete pod a", "delete pods/a",
        "shell: kubectl delete pod b", "delete pods/b",
      ]
    ),
    ("hello", ["shell: hello"]), ("get /api", ["?syntax"]),
  ]

  @Test(arguments: requestTable.indices) func requests(_ index: Int) {
    let (line, expected) = Self.requestTable[index]
    #expect(decodeKubernetes(line).map(\.kubernetesLine) == expected, "\(line)")
  }

  /// Shell lines with what they run in the end.
  @Test(arguments: [
    ("k3s kubectl delete ns x", "delete namespaces/x"), ("microk8s kubectl delete ns x", "delete namespaces/x"),
    ("microk8s.kubectl delete ns x", "delete namespaces/x"), ("k0s kubectl delete ns x", "delete namespaces/x"),
    ("minikube -p a kubectl -- delete ns x", "delete namespaces/x"), ("tsh kubectl delete ns x", "delete namespaces/x"),
    ("tsh --proxy=p ssh root@h rm -rf /", "shell: rm -rf /"), ("tsh ssh h 'rm x'", "shell: rm x"),
    ("aws-vault exec prod -- rm -rf /", "shell: rm -rf /"), ("aws-vault exec -d 1h prod rm x", "shell: rm x"),
    ("op run --env-file=.env -- rm -rf /", "shell: rm -rf /"), ("direnv exec . rm -rf /", "shell: rm -rf /"),
    ("chamber exec a b -- rm -rf /", "shell: rm -rf /"), ("dotenv rm -rf /", "shell: rm -rf /"),
    ("dotenv -f .env run rm x", "shell: rm x"), ("dotenv -e .env -- rm x", "shell: rm x"),
    ("doppler run -p a -- rm -rf /", "shell: rm -rf /"), ("doppler run --command 'rm -rf /'", "shell: rm -rf /"),
    ("infisical run --env=prod -- kubectl delete ns x", "delete namespaces/x"),
    ("op run --new-flag v -- rm x", "shell: rm x"), ("op read op://a/b", "shell: op read op://a/b"),
    ("k3s server", "shell: k3s server"), ("aws-vault list", "shell: aws-vault list"),
    ("oc rsh a rm -rf /", "shell: rm -rf /"), ("kubectl create job j --image=i -- rm -rf /", "shell: rm -rf /"),
    ("kubectl create cj j --image=i -- rm -rf /", "shell: rm -rf /"),
    ("oc adm cordon n", "patch nodes/n"),
  ]) func lastOperation(line: String, expected: String) {
    #expect(decodeOperations(.shell, Array(line.utf8)).last?.kubernetesLine == expected, "\(line)")
  }

  @Test(arguments: [
    ("0x0", "0"), ("+0", "0"), ("-0", "0"), ("00", "0"), ("0b0", "0"), ("0o0", "0"), ("010", "8"), ("0X1f", "31"),
    ("1_000", "1000"), ("3", "3"), ("x", "x"), ("0x", "0x"), ("+-1", "+-1"), ("", ""),
  ]) func numbersOfFlags(text: String, expected: String) {
    let found = decodeKubernetes("kubectl scale deploy d --replicas=\(text)", keys: ["spec.replicas"])
    #expect(found.first?.texts(.k8sBody) == [expected])
  }

  @Test(arguments: [
    ("0", "0"), ("0e1", "0"), ("-0", "0"), ("0.0", "0"), ("0E-7", "0"), ("1e2", "100"), ("1.50e1", "15"),
    ("-20.0", "-20"),
    ("1.5", "1.5"), ("100e-2", "1"), ("1e-1", "1e-1"), ("1e40", "1" + String(repeating: "0", count: 40)),
    ("1e41", "1e41"), ("1e-9223372036854775808", "1e-9223372036854775808"),
  ]) func numbersOfBodies(text: String, expected: String) {
    let payload = "PATCH /apis/apps/v1/namespaces/p/deployments/d/scale\n\n{\"spec\":{\"replicas\":\(text)}}"
    #expect(decodeKubernetes(payload, keys: ["spec.replicas"]).first?.texts(.k8sBody) == [expected])
  }
}
