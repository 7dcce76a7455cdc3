"""What do the packs say of recorded Kubernetes audit events?

An audit event (`audit.k8s.io`; also as GKE and AKS wrap it) is turned back into the request that it records: method,
path with query, body. A record's label says which rules of another project match it (`match…`), or that one of them
stays quiet (`nomatch…`), which does not make it harmless. Where that project's rule is about what came back, who asked
or from where, a decision before the request cannot know: those records are counted apart.
"""

import collections
import json
import pathlib
import subprocess

METHODS = {
    "get": "GET", "list": "GET", "watch": "GET", "create": "POST", "update": "PUT", "patch": "PATCH",
    "delete": "DELETE", "deletecollection": "DELETE",
}

# Groups of the resources whose events name none.
GROUPS = {
    "deployments": "apps", "daemonsets": "apps", "statefulsets": "apps", "replicasets": "apps",
    "jobs": "batch", "cronjobs": "batch", "ingresses": "networking.k8s.io",
    "roles": "rbac.authorization.k8s.io", "rolebindings": "rbac.authorization.k8s.io",
    "clusterroles": "rbac.authorization.k8s.io", "clusterrolebindings": "rbac.authorization.k8s.io",
    "certificatesigningrequests": "certificates.k8s.io", "endpointslices": "discovery.k8s.io",
}

# Words in the names of rules that speak of more than the request: answers, addresses, threat lists, users' names.
BEYOND = ("403", "PublicIP", "IOC", "AccessDenied", "Anonymous", "NoTLS", "SystemNamespaceFromPublicIP")


def path(verb, reference):
    """The path that an event's object reference stands for."""
    resource = reference["resource"]
    resource, _, sub = resource.partition("/")
    sub = sub or reference.get("subresource") or ""
    group, _, version = (reference.get("apiVersion") or "v1").rpartition("/")
    group = reference.get("apiGroup") or group or GROUPS.get(resource, "")
    text = f"/apis/{group}/{version or 'v1'}" if group else f"/api/{version or 'v1'}"
    name = reference.get("name")
    if reference.get("namespace") and resource != "namespaces":
        text += f"/namespaces/{reference['namespace']}"
    text += f"/{resource}"
    if name and (verb != "create" or sub):
        text += f"/{name}"
        if sub:
            text += f"/{sub}"
    return text + ("?watch=true" if verb == "watch" else "")


def unwrapped(event):
    """The audit event that an event of GKE or AKS holds, or the event itself."""
    properties = event.get("properties")
    if isinstance(properties, dict):
        log = properties.get("log") or properties
        try:
            return json.loads(log) if isinstance(log, str) else log
        except ValueError:
            return event
    payload = event.get("protoPayload")
    if not isinstance(payload, dict):
        return event
    words = payload.get("methodName", "").split(".")
    name = payload.get("resourceName", "").split("/")
    if len(words) < 5 or words[:2] != ["io", "k8s"]:
        return event
    group, parts = ("" if name[0] == "core" else name[0]), name[2:]
    reference = {"apiGroup": group, "apiVersion": words[-3] if len(words) > 5 else "v1"}
    if name[1:2]:
        reference["apiVersion"] = name[1]
    if parts[:1] == ["namespaces"] and len(parts) > 2:
        reference["namespace"], parts = parts[1], parts[2:]
    for key, value in zip(("resource", "name", "subresource"), parts):
        reference[key] = value
    return {"verb": words[-1], "objectRef": reference, "requestObject": payload.get("request")}


def request(event):
    """Method, path and body of the request that an event records, or None if it records none."""
    event = unwrapped(event)
    verb, reference = event.get("verb"), event.get("objectRef")
    if verb not in METHODS or not isinstance(reference, dict) or not reference.get("resource"):
        return None
    uri = event.get("requestURI") or path(verb, reference)
    body = event.get("requestObject")
    if isinstance(body, dict) and verb == "create" and reference.get("name") and "/" not in reference["resource"]:
        # The event names what the path of a create does not.
        body = {**body, "metadata": {"name": reference["name"], **(body.get("metadata") or {})}}
    return {
        "method": METHODS[verb], "path": uri, "headers": [["Content-Type", "application/json"]],
        "body": json.dumps(body) if body else None,
    }


def records(folder):
    for name in ("audit-panther.jsonl", "k8s-falco.jsonl"):
        file = pathlib.Path(folder) / name
        if not file.is_file():
            continue
        for line in file.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if record.get("protocol") == "kubernetes":
                yield name, record


def measure(hpol, folder, policies="policies", examples=5):
    """Prints what the packs decide of each kind of record in `folder`; the number of records without an answer."""
    rows, unusable = [], 0
    for name, record in records(folder):
        found = request(record["x"]["event"])
        if found is None:
            unusable += 1
        else:
            rows.append((name, record, found))
    if not rows:
        return 0
    lines = "".join(
        json.dumps({
            "id": index, "protocol": "k8s", "target": "prod-cluster", "request": found,
            "principal": {"user": "someone", "actor": "human"},
        }) + "\n"
        for index, (_, _, found) in enumerate(rows)
    )
    process = subprocess.run(
        [hpol, "eval", policies, "--fixtures", "-", "--json"], input=lines.encode(), capture_output=True, check=False)
    answers = {}
    for line in process.stdout.splitlines():
        answer = json.loads(line)
        if isinstance(answer, dict) and "id" in answer:
            answers[answer["id"]] = answer
    print(f"Kubernetes audit events: {len(rows)} requests, {unusable} events that are none")
    if process.returncode < 0 or len(answers) != len(rows):
        print(f"  {len(rows) - len(answers)} without an answer: {process.stderr.decode()[:200]}")
    counts = collections.Counter()
    rest = []
    for index, (name, record, found) in enumerate(rows):
        answer = answers.get(index) or {}
        decision = answer.get("decision", "none")
        label = record["label"]
        if not label.startswith("match"):
            kind = "of those on which one rule of theirs is quiet"
        elif any(word in label for word in BEYOND):
            kind = "of those that match a rule about more than the request"
        else:
            kind = "of those that match a rule about the request"
        counts[kind, "stopped" if decision in ("block", "approve") else decision] += 1
        if kind.endswith("the request") and "more" not in kind and decision == "allow":
            rest.append((label + ", ".join(record["x"].get("rules", []) and [""] + record["x"]["rules"]), found))
    for kind in sorted({kind for kind, _ in counts}):
        text = ", ".join(f"{count} {word}" for (k, word), count in sorted(counts.items()) if k == kind)
        print(f"  {kind}: {text}")
    for label, found in rest[:examples]:
        print(f"    let through: {label}: {found['method']} {found['path'][:80]}")
    return len(rows) - len(answers)
