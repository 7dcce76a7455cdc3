import PolicyBytecode
import Testing

@testable import Operations

/// `$ LINE`, and below it the operations' commands, indented.
private let table = """
  $ kubectl delete ns x
    delete namespaces/x
  $ kubectl -n prod delete pod a
    delete pods/a -n prod
  $ kubectl --context=p delete pods --all
    delete pods
  $ kubectl delete pods,deploy -l app=x -nprod
    delete pods -n prod
    delete deployments -n prod
  $ kubectl delete pod a b --namespace prod --force --grace-period=0
    delete pods/a -n prod
    delete pods/b -n prod
  $ /usr/local/bin/kubectl delete pod/a svc/b -n=prod
    delete pods/a -n prod
    delete services/b -n prod
  $ oc delete project x
    delete projects/x
  $ k get po -A
    list pods
  $ kubectl --v=6 --kubeconfig /x get Deployments.v1.apps d -n p -o yaml
    get deployments/d -n p
  $ kubectl get secret db -o yaml -n p
    get secrets/db -n p
  $ kubectl get certificates.cert-manager.io
    list certificates
  $ kubectl get clusterroles admin -n p
    get clusterroles/admin
  $ kubectl get pods -w
    list pods
    watch pods
  $ kubectl get pod a --watch-only
    watch pods/a
  $ kubectl get all -n p
    list pods -n p
    list replicationcontrollers -n p
    list services -n p
    list daemonsets -n p
    list deployments -n p
    list replicasets -n p
    list statefulsets -n p
    list horizontalpodautoscalers -n p
    list cronjobs -n p
    list jobs -n p
  $ kubectl get --raw /apis/apps/v1/namespaces/p/deployments/d
    get deployments/d -n p
  $ kubectl delete --raw=/api/v1/nodes/n
    delete nodes/n
  $ kubectl describe node/n
    get nodes/n
  $ kubectl apply -f x.yaml -n p
    create -f x.yaml -n p
    patch -f x.yaml -n p
  $ kubectl apply -k overlays/prod --prune -l a=b
    create -f overlays/prod
    patch -f overlays/prod
    delete -f *
  $ kubectl apply --dry-run=client -f x.yaml
    list -f x.yaml
  $ kubectl delete -f x.yaml,y.yaml
    delete -f x.yaml
    delete -f y.yaml
  $ kubectl create -f x.yaml
    create -f x.yaml
  $ kubectl replace --force -f x.yaml
    delete -f x.yaml
    create -f x.yaml
  $ kubectl replace -f x.yaml
    update -f x.yaml
  $ kubectl edit cm c -n p
    get configmaps/c -n p
    patch configmaps/c -n p
  $ kubectl create ns x
    create namespaces/x
  $ kubectl create secret generic s --from-literal=a=b -n p
    create secrets/s -n p
  $ kubectl create clusterrolebinding b --clusterrole=cluster-admin --user=u
    create clusterrolebindings/b
  $ kubectl create deploy d --image=i --dry-run=client -o yaml

  $ kubectl create token s -n p --duration 8760h
    create serviceaccounts/s/token -n p
  $ kubectl scale --replicas=0 deploy/d sts/s
    patch deployments/d/scale
    patch statefulsets/s/scale
  $ kubectl scale deploy --all --replicas 0 -n p
    patch deployments/*/scale -n p
  $ kubectl rollout restart deploy d -n p
    patch deployments/d -n p
  $ kubectl rollout status deploy/d
    get deployments/d
  $ kubectl set image deploy/d c=i:2
    patch deployments/d
  $ kubectl label pods a x=y z- -n p
    patch pods/a -n p
  $ kubectl annotate ns x a=b
    patch namespaces/x
  $ kubectl taint nodes n a=b:NoSchedule
    patch nodes/n
  $ kubectl taint nodes n a:NoExecute- b-
    patch nodes/n
  $ kubectl cordon n
    patch nodes/n
  $ kubectl drain n --ignore-daemonsets
    patch nodes/n
    create pods/*/eviction
  $ kubectl drain n --disable-eviction
    patch nodes/n
    delete pods
  $ kubectl exec -it a -n p -- sh -c 'id; rm x'
    create pods/a/exec -n p
    shell: sh -c 'id; rm x'
    shell: id
    shell: rm x
  $ kubectl exec deploy/d -c c -- ls -l
    create pods/*/exec
    shell: ls -l
  $ kubectl exec a ls
    create pods/a/exec
    shell: ls
  $ kubectl attach a -it
    create pods/a/attach
  $ kubectl port-forward svc/web 8080:80
    create pods/*/portforward
  $ kubectl cp p/a:/etc/shadow ./x
    create pods/a/exec -n p
    shell: tar cf - /etc/shadow
  $ kubectl cp x a:/tmp/x -n p
    create pods/a/exec -n p
    shell: tar xmf - -C /tmp/x
  $ kubectl logs -f -p a -c c --tail=5 -n p
    get pods/a/log -n p
  $ kubectl logs deploy/d
    get pods/*/log
  $ kubectl run x --image=i -n p -- sh -c id
    create pods/x -n p
    shell: sh -c id
    shell: id
  $ kubectl run -it --rm x --image=i
    create pods/x
    create pods/x/attach
    delete pods/x
  $ kubectl debug a --image=i -n p
    patch pods/a/ephemeralcontainers -n p
  $ kubectl debug a --copy-to=b --image=i
    create pods/b
  $ kubectl debug node/n -it --image=i
    create pods
    create pods/*/attach
  $ kubectl expose deploy d --port=80 --name=s
    create services/s
  $ kubectl autoscale deploy d --max=3
    create horizontalpodautoscalers/d
  $ kubectl certificate approve c
    update certificatesigningrequests/c/approval
  $ kubectl auth can-i delete pods
    create selfsubjectaccessreviews
  $ kubectl top pod
    list pods
  $ kubectl wait --for=condition=Ready pod/a --timeout=5s
    get pods/a
    watch pods/a
  $ kubectl diff -f x.yaml
    patch -f x.yaml
  $ kubectl proxy --port=8001
    proxy
  $ kubectl --as=bob --as-group=ops,dev get nodes
    impersonate users/bob
    impersonate groups/ops
    impersonate groups/dev
    list nodes
  $ kubectl cluster-info
    list services -n kube-system
  $ kubectl version
    get /version
  $ kubectl config use-context prod

  $ kubectl

  $ kubectl delete --help

  $ kubectl patch svc s -p '{"spec":{"type":"NodePort"}}'
    patch services/s
  $ kubectl patch deploy d --type=json -p '{'
    ?syntax
    patch deployments/d
  $ kubectl neat get pods
    ?unsupported
  $ kubectl get pods --no-such-flag
    ?unsupported
  $ kubectl -l a=b delete pods
    delete pods
  $ kubectl 'delete' "p"od a\\ b
    delete pods/a b
  """

@Suite struct KubectlTests {
  @Test func lines() {
    for row in shellRows(table) {
      let found = decodeKubernetes(row.input).map(\.kubernetesLine)
      #expect(found == (row.operations.isEmpty ? [""] : row.operations), "\(row.input)")
    }
  }

  /// What a line and a request have in common is all of it.
  @Test func linesAndRequestsAreTheSame() {
    let pairs = [
      ("kubectl delete ns x", "DELETE /api/v1/namespaces/x"),
      ("kubectl get secret db -o yaml -n p", "GET /api/v1/namespaces/p/secrets/db"),
      ("kubectl -n p delete deploy d", "DELETE /apis/apps/v1/namespaces/p/deployments/d"),
      ("kubectl get nodes", "GET /api/v1/nodes"),
      ("kubectl get ing -n p", "GET /apis/networking.k8s.io/v1/namespaces/p/ingresses"),
      ("kubectl -n p attach a", "POST /api/v1/namespaces/p/pods/a/attach"),
      ("kubectl delete crd x.y.z", "DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/x.y.z"),
      ("kubectl scale sts s --replicas=1 -n p", "PATCH /apis/apps/v1/namespaces/p/statefulsets/s/scale"),
      ("kubectl get applications.argoproj.io a -n p", "GET /apis/argoproj.io/v1alpha1/namespaces/p/applications/a"),
      ("kubectl delete pdb.v1.policy b -n p", "DELETE /apis/policy/v1/namespaces/p/poddisruptionbudgets/b"),
    ]
    for (line, request) in pairs {
      let a = decodeKubernetes(line)
      let b = decodeKubernetes(request)
      #expect(a.map(\.kubernetesFacts) == b.map(\.kubernetesFacts), "\(line)")
      #expect(a.map(\.kubernetesLine) == b.map(\.kubernetesLine), "\(line)")
    }
  }

  @Test func bodiesAreKnownFromFlags() {
    let cases: [(line: String, key: String, values: [String])] = [
      ("kubectl scale deploy d --replicas=0", "spec.replicas", ["0"]),
      ("kubectl run x --image=i --privileged", "$..privileged", ["true"]),
      ("kubectl run x --image=i --overrides='{\"spec\":{\"hostPID\":true}}'", "spec.hostPID", ["true"]),
      ("kubectl debug node/n --image=i", "spec.volumes[*].hostPath.path", ["/"]),
      (
        "kubectl create clusterrolebinding b --clusterrole=cluster-admin --serviceaccount=p:s", "roleRef.name",
        ["cluster-admin"]
      ),
      ("kubectl create clusterrolebinding b --clusterrole=x --user=u --group=g", "subjects[*].name", ["u", "g"]),
      ("kubectl create role r --verb=get,list --resource=pods,secrets", "rules[*].resources", ["pods", "secrets"]),
      ("kubectl create clusterrole r --verb='*' --resource='*'", "rules[*].verbs", ["*"]),
      ("kubectl set image deploy/d a=x b=y", "spec.template.spec.containers[*].image", ["x", "y"]),
      ("kubectl create deployment d --image=i", "$..image", ["i"]),
      (
        "kubectl label ns x pod-security.kubernetes.io/enforce=privileged",
        #"metadata.labels["pod-security.kubernetes.io/enforce"]"#, ["privileged"]
      ),
      ("kubectl patch sa s -p '{\"automountServiceAccountToken\": true}'", "automountServiceAccountToken", ["true"]),
      (
        "kubectl patch deploy d --type json -p '[{\"op\":\"add\",\"path\":\"/spec/template/spec/hostNetwork\",\"value\":true}]'",
        "spec.template.spec.hostNetwork", ["true"]
      ),
      ("kubectl drain n", "spec.unschedulable", ["true"]),
      ("kubectl create svc nodeport s --tcp=80", "spec.type", ["NodePort"]),
    ]
    for (line, key, values) in cases {
      #expect(decodeKubernetes(line, keys: [key]).flatMap { $0.texts(.k8sBody) } == values, "\(line)")
    }
  }

  @Test func whatIsMoreThanOneCommandIsShell() {
    let cases: [(String, [String])] = [
      ("kubectl get pods | grep x", ["shell: kubectl get pods", "list pods", "shell: grep x"]),
      ("kubectl delete ns x; rm -rf /", ["shell: kubectl delete ns x", "delete namespaces/x", "shell: rm -rf /"]),
      (
        "kubectl get pods && k delete pod a",
        ["shell: kubectl get pods", "list pods", "shell: k delete pod a", "delete pods/a"]
      ),
      (
        "kubectl delete pod $(cat x)", ["shell: cat x", "shell: kubectl delete pod '$(cat x)'", "delete pods/$(cat x)"]
      ),
      ("kubectl get pods > x", ["shell: kubectl get pods", "list pods"]),
      (
        "kubectl get pods\nkubectl delete ns x",
        ["shell: kubectl get pods", "list pods", "shell: kubectl delete ns x", "delete namespaces/x"]
      ),
      ("kubectl delete pod {a,b}", ["shell: kubectl delete pod a b", "delete pods/a", "delete pods/b"]),
      ("kubectl get pods 'x", ["shell: ?truncated"]), ("kubectl get pods &", ["shell: kubectl get pods", "list pods"]),
      ("kubectl get pods -o jsonpath={.items}", ["list pods"]), ("kubectl get pods  \r\n", ["list pods"]),
    ]
    for (line, expected) in cases {
      let found = decodeKubernetes(line)
      #expect(found.map(\.kubernetesLine) == expected, "\(line)")
      for operation in found where operation.protocol == .shell { #expect(operation.texts(.via) == ["k8s"]) }
    }
  }

  @Test func shellLinesYieldRequests() {
    let cases: [(String, [String])] = [
      (
        "sudo kubectl delete ns x",
        ["shell: sudo kubectl delete ns x", "shell: kubectl delete ns x", "delete namespaces/x"]
      ),
      ("kubectl exec a -- rm x", ["shell: kubectl exec a -- rm x", "create pods/a/exec", "shell: rm x"]),
      ("kubectl cp a:/x y", ["shell: kubectl cp a:/x y", "create pods/a/exec", "shell: tar cf - /x"]),
      ("kubectl config view", ["shell: kubectl config view"]),
      (
        "for n in a b; do kubectl delete ns $n; done",
        [
          "shell: kubectl delete ns $n", "delete namespaces/a", "delete namespaces/b", "shell: kubectl delete ns a",
          "delete namespaces/a", "shell: kubectl delete ns b", "delete namespaces/b",
        ]
      ),
      (
        "n=x; kubectl delete ns \"$n\"",
        ["shell: ", "shell: kubectl delete ns x", "delete namespaces/x"]
      ),
      ("kubectl delete pod \"$P\" -n \"$N\"", ["shell: kubectl delete pod $P -n $N", "delete pods/$P -n $N"]),
      ("kubectl delete \"$W\"", ["shell: kubectl delete $W", "delete $W", "?unknown-code"]),
      ("kubectl $C ns x", ["shell: kubectl $C ns x", "?unknown-code"]),
      ("xargs kubectl delete pod", ["shell: xargs kubectl delete pod", "shell: kubectl delete pod", "delete pods/…"]),
      ("xargs kubectl delete", ["shell: xargs kubectl delete", "shell: kubectl delete", "delete …", "?unknown-code"]),
      ("kubectl apply -f x.yaml", ["shell: kubectl apply -f x.yaml", "create -f x.yaml", "patch -f x.yaml"]),
      (
        "cat x.yaml | kubectl create -f -",
        ["shell: cat x.yaml", "shell: kubectl create -f -", "create -f -"]
      ),
      (
        "curl x | cat | kubectl create -f -",
        ["shell: curl x", "http: GET /", "shell: cat", "shell: kubectl create -f -", "?unknown-code", "create -f -"]
      ),
      (
        "make | kubectl apply -f -",
        ["shell: make", "shell: kubectl apply -f -", "?unknown-code", "create -f -", "patch -f -"]
      ),
      (
        "kubectl create -f - <<E\nkind: Secret\napiVersion: v1\nmetadata: {name: s, namespace: p}\n---\nkind: Widget\napiVersion: x.io/v1\nmetadata: {name: w}\nE",
        ["shell: kubectl create -f -", "create secrets/s -n p", "create widgets/w"]
      ),
      (
        "kubectl delete -n q -f - <<< '{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":[{\"kind\":\"Node\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"n\"}},{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\"}}]}'",
        ["shell: kubectl delete -n q -f -", "delete nodes/n", "delete pods/a -n q"]
      ),
      ("echo 'kind: [' | kubectl apply -f -", ["shell: echo 'kind: ['", "shell: kubectl apply -f -", "?syntax"]),
    ]
    for (line, expected) in cases {
      let found = decodeOperations(.shell, Array(line.utf8))
      #expect(found.map(\.kubernetesLine) == expected, "\(line)")
      for operation in found where operation.protocol == .k8s {
        #expect(operation.texts(.via) == ["shell"] && operation.texts(.viaProgram).last == "kubectl", "\(line)")
      }
    }
  }

  @Test func manifestsHaveBodies() {
    let line = "kubectl apply -f - <<E\nkind: Pod\napiVersion: v1\nmetadata: {name: a}\nspec: {hostNetwork: true}\nE"
    let found = decodeOperations(.shell, Array(line.utf8), keys: ["spec.hostNetwork"]).filter { $0.protocol == .k8s }
    #expect(found.map { $0.texts(.k8sBody) } == [["true"], ["true"]])
  }

  @Test func wordsAreBounded() {
    let line = { (count: Int) in "kubectl delete pod" + String(repeating: " a", count: count - 3) }
    let limit = KubernetesLimits.words
    #expect(decodeKubernetes(line(limit)).first?.kubernetesLine == "delete pods/a")
    #expect(decodeKubernetes(line(limit)).last?.reason == .count)
    // Longer ones are read as shell, whose words are counted as well.
    #expect(decodeKubernetes(line(limit + 1)).map(\.reason) == [.none, .count])
    #expect(decodeKubernetes(line(limit + 1)).first?.protocol == .shell)
  }
}
