#!/usr/bin/env python3
"""What do the policies say of audited events that others wrote rules about?

Reads audit-*.jsonl of a folder; a line is {"id", "protocol", "command", "label": "match:RULE" or "nomatch:RULE",
"x": {"event": …}}. An audit log tells what was done, not what was sent; where the request can be told from it, it is
judged by policies/, on a target that they protect:

- CloudTrail: the API call as HTTP. EC2, IAM, RDS and their kin are forms with an `Action`; KMS, SSM and their kin name
  the operation in `X-Amz-Target`; of S3 and Lambda a few operations are known by method and path;
- Teleport: the command of a session as shell;
- SQL platforms: the statement as PostgreSQL, whose dialect theirs is not.

Prints how many events with a rule's match are caught (blocked or put to approval, by a rule or for being unreadable) or
missed, and how many without are quiet or noisy. A rule that stays quiet on an event does not call it harmless.
Kubernetes events are measured elsewhere.
"""

import collections
import json
import pathlib
import subprocess
import sys
from urllib.parse import urlencode

# Services whose API is a form with an `Action`.
FORMS = {
    "autoscaling", "cloudformation", "ec2", "elasticache", "elasticloadbalancing", "email", "iam", "rds", "redshift",
    "ses", "sns", "sqs", "sts",
}
# Services that take the operation in `X-Amz-Target`, and what stands before the dot.
TARGETS = {
    "cloudtrail": "CloudTrail_20131101", "codebuild": "CodeBuild_20161006", "config": "StarlingDoveService",
    "dynamodb": "DynamoDB_20120810", "ecr": "AmazonEC2ContainerRegistry_V20150921", "ecs":
    "AmazonEC2ContainerServiceV20141113", "kms": "TrentService", "logs": "Logs_20140328", "organizations":
    "AWSOrganizationsV20161128", "secretsmanager": "secretsmanager", "ssm": "AmazonSSM", "servicequotas": "ServiceQuotasV20190624",
    "account": "account",
}
# Operations that are a method and a path, of those services that have no name for them in the request.
PATHS = {
    ("s3", "PutBucketAcl"): ("PUT", "/{bucketName}?acl"),
    ("s3", "PutBucketPolicy"): ("PUT", "/{bucketName}?policy"),
    ("s3", "PutBucketLogging"): ("PUT", "/{bucketName}?logging"),
    ("s3", "PutBucketVersioning"): ("PUT", "/{bucketName}?versioning"),
    ("s3", "PutBucketReplication"): ("PUT", "/{bucketName}?replication"),
    ("s3", "PutBucketPublicAccessBlock"): ("PUT", "/{bucketName}?publicAccessBlock"),
    ("s3", "DeleteBucketReplication"): ("DELETE", "/{bucketName}?replication"),
    ("s3", "DeleteBucketPolicy"): ("DELETE", "/{bucketName}?policy"),
    ("s3", "DeleteBucketPublicAccessBlock"): ("DELETE", "/{bucketName}?publicAccessBlock"),
    ("s3", "DeleteObject"): ("DELETE", "/{bucketName}/{key}"),
    ("s3", "GetObject"): ("GET", "/{bucketName}/{key}"),
    ("s3", "PutObject"): ("PUT", "/{bucketName}/{key}"),
    ("s3", "CopyObject"): ("PUT", "/{bucketName}/{key}"),
    ("s3", "ListAllMyBuckets"): ("GET", "/"),
    ("lambda", "AddPermission20150331v2"): ("POST", "/2015-03-31/functions/{functionName}/policy"),
    ("lambda", "DeleteFunction"): ("DELETE", "/2015-03-31/functions/{functionName}"),
    ("lambda", "DeleteFunction20150331"): ("DELETE", "/2015-03-31/functions/{functionName}"),
    ("bedrock", "DeleteModelInvocationLoggingConfiguration"): ("DELETE", "/logging/modelinvocations"),
    ("bedrock", "ListGuardrails"): ("GET", "/guardrails"),
    ("securityhub", "DeleteInsight"): ("DELETE", "/insights/{insightArn}"),
    ("securityhub", "UpdateFindings"): ("PATCH", "/findings"),
}


def capital(name):
    return name[:1].upper() + name[1:]


def capitals(value):
    """CloudTrail writes the names of parameters with a small first letter."""
    if isinstance(value, dict):
        return {capital(key): capitals(item) for key, item in value.items()}
    return [capitals(item) for item in value] if isinstance(value, list) else value


def form(value, prefix=""):
    """The fields of a form: lists are numbered, CloudTrail's `items` are none of them."""
    if isinstance(value, dict):
        if set(value) == {"items"}:
            return form(value["items"], prefix)
        fields = []
        for key, item in value.items():
            fields += form(item, f"{prefix}.{capital(key)}" if prefix else capital(key))
        return fields
    if isinstance(value, list):
        return [field for number, item in enumerate(value, 1) for field in form(item, f"{prefix}.{number}")]
    return [(prefix, str(value).lower() if isinstance(value, bool) else str(value))]


def aws_request(event):
    """The HTTP request of an API call; else a string that says why there is none."""
    source, operation = event.get("eventSource", ""), event.get("eventName", "")
    if event.get("eventType") in ("AwsConsoleSignIn", "AwsServiceEvent", "AwsConsoleAction") or source.startswith("signin."):
        return "signing in, or the service's own doing: no API call"
    service = source.split(".")[0]
    parameters = event.get("requestParameters") or {}
    host = f"{service}.{event.get('awsRegion') or 'us-east-1'}.amazonaws.com"
    headers = [["Host", host]]
    if event.get("userAgent"):
        headers.append(["User-Agent", str(event["userAgent"])])
    if service in FORMS:
        headers.append(["Content-Type", "application/x-www-form-urlencoded"])
        return "http", {"method": "POST", "path": "/", "headers": headers,
                        "body": urlencode([("Action", operation)] + form(parameters))}
    if service in TARGETS:
        headers += [["X-Amz-Target", f"{TARGETS[service]}.{operation}"], ["Content-Type", "application/x-amz-json-1.1"]]
        return "http", {"method": "POST", "path": "/", "headers": headers, "body": json.dumps(capitals(parameters))}
    if (service, operation) in PATHS:
        method, path = PATHS[service, operation]
        values = collections.defaultdict(lambda: "x", {k: str(v).replace(" ", "%20") for k, v in parameters.items()})
        for name, value in parameters.items():
            if name.startswith("x-amz-") and isinstance(value, str):
                headers.append([name, value])
        body = ""
        if method in ("PUT", "POST", "PATCH") and operation not in ("PutObject", "CopyObject"):
            body = json.dumps({k: v for k, v in parameters.items() if k not in ("Host", "bucketName")})
            headers.append(["Content-Type", "application/json"])
        return "http", {"method": method, "path": path.format_map(values), "headers": headers, "body": body or None}
    return f"{service}: the operation is a method and a path that the log does not hold"


def request(record):
    """(protocol, request) of an event, or why it cannot be told."""
    event = record.get("x", {}).get("event") or {}
    if record["protocol"] == "cloudtrail":
        return aws_request(event)
    if record["protocol"] == "teleport":
        if event.get("event") == "session.command":
            return "shell", " ".join([event.get("path") or event.get("program", ""), *event.get("argv", [])])
        if event.get("event") == "db.session.query":
            return "postgres", event.get("db_query", "")
        return "signing in and settings of the gateway: no command"
    if event.get("QUERY_TEXT"):
        return "postgres", event["QUERY_TEXT"]
    return "a call to a platform's own API, of which the log holds the name only"


def judge(hpol, policies, requests):
    """The verdicts of (id, protocol, request, user) in their order."""
    lines = "".join(
        json.dumps({"id": str(number), "protocol": protocol, "target": "prod-account", "request": body,
                    "principal": {"user": user, "groups": ["developers"]}}) + "\n"
        for number, (protocol, body, user) in enumerate(requests))
    process = subprocess.run([hpol, "eval", policies, "--fixtures", "-", "--json"], input=lines.encode(),
                             capture_output=True, check=False)
    verdicts = {}
    for line in process.stdout.splitlines():
        try:
            verdict = json.loads(line)
        except ValueError:
            continue
        verdicts[str(verdict.get("id"))] = verdict
    if len(verdicts) != len(requests):
        print(process.stderr.decode(errors="replace")[:500], file=sys.stderr)
    return [verdicts.get(str(number)) for number in range(len(requests))]


def measure(hpol, folder, policies="policies", examples=5):
    """Prints the measure; the number of events without a verdict."""
    records = []
    for path in sorted(pathlib.Path(folder).rglob("audit-*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if record.get("protocol") != "kubernetes" and str(record.get("label", "")).startswith(("match:", "nomatch:")):
                records.append(record)
    if not records:
        return 0
    mapped, unmapped = [], collections.Counter()
    for record in records:
        found = request(record)
        if isinstance(found, str):
            unmapped[record["protocol"], found] += 1
        else:
            mapped.append((record, found))
    users = [str((record["x"]["event"].get("userIdentity") or {}).get("userName") or "ana") for record, _ in mapped]
    verdicts = judge(hpol, policies, [(*found, user) for (_, found), user in zip(mapped, users)])
    counts = collections.Counter()
    missed, noisy = [], []
    for (record, (protocol, _)), verdict in zip(mapped, verdicts):
        if verdict is None:
            counts["none"] += 1
            continue
        caught = verdict["decision"] != "allow"
        by = "rule" if verdict.get("rules") else "unread"
        failed = "failed" if record["x"]["event"].get("errorCode") or record["x"]["event"].get("errorMessage") else ""
        kind = record["label"].split(":")[0]
        counts[record["protocol"], kind, caught, by if caught else "", failed if kind == "nomatch" else ""] += 1
        if kind == "match" and not caught:
            missed.append(record)
        if kind == "nomatch" and caught:
            noisy.append((record, verdict))

    def total(protocol, kind, caught, by=None, failed=None):
        return sum(n for key, n in counts.items() if key != "none" and key[:3] == (protocol, kind, caught)
                   and by in (None, key[3]) and failed in (None, key[4]))

    print("audited events, judged by the policies as the requests they came from")
    for protocol in sorted({record["protocol"] for record, _ in mapped}):
        caught, lost = total(protocol, "match", True), total(protocol, "match", False)
        print(f"  {protocol:11} match: caught {caught} of {caught + lost}"
              f" ({total(protocol, 'match', True, 'unread')} of them only for being unreadable), missed {lost}")
        loud, quiet = total(protocol, "nomatch", True), total(protocol, "nomatch", False)
        print(f"  {'':11} nomatch: quiet {quiet} of {loud + quiet}, noisy {loud}"
              f" ({total(protocol, 'nomatch', True, failed='failed')} of them calls that failed, which a request does not tell)")
    for record in missed[:examples]:
        print(f"    missed {record['id'][:8]} {record['command'][:60]} ({record['label'][6:]})")
    for record, verdict in noisy[:examples]:
        print(f"    noisy  {record['id'][:8]} {record['command'][:60]} ({record['label'][8:]}): {', '.join(verdict.get('rules') or [])}")
    print(f"  cannot be told from the log {sum(unmapped.values())} of {len(records)}")
    for (protocol, why), count in unmapped.most_common():
        print(f"    {count:5}  {protocol}: {why}")
    return counts["none"]

