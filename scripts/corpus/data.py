#!/usr/bin/env python3
"""How well do hpol's detectors find personal data and secrets in real texts?

Reads the .jsonl files of a folder. Records with `label.spans`, a list of [start, end, TYPE] in characters, are measured by
the characters that are covered, for each type and over all; records labelled `secret:…` and `nosecret:…` by whether any
detector of secrets fires.
"""

import collections
import json
import pathlib
import subprocess

# The detectors that find what a label's type means.
TYPES = {
    "CREDIT_CARD": "credit_card",
    "EMAIL_ADDRESS": "email",
    "US_SSN": "us_ssn",
    "IBAN_CODE": "iban",
    "IP_ADDRESS": "ip_address",
    "PHONE_NUMBER": "phone",
    "TR_PHONE_NUMBER": "phone",
    "PH_MOBILE_NUMBER": "phone",
}
KINDS = list(dict.fromkeys(TYPES.values()))
# What is measured together, without telephone numbers.
EXACT = [name for name in KINDS if name != "phone"]
SECRETS = {
    "aws_access_key", "aws_secret_key", "azure_key", "gcp_api_key", "github_token", "gitlab_token", "jwt", "password",
    "private_key", "secret", "slack_token", "stripe_key",
}


def records_of(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def spans_of(hpol, records):
    """For each record the spans that hpol finds: (start, end, detector)."""
    text = "".join(json.dumps({"text": record["command"]}) + "\n" for record in records)
    run = subprocess.run([hpol, "detect", "--jsonl", "--json", "-"], input=text.encode(), capture_output=True, check=True)
    answers = [json.loads(line)["spans"] for line in run.stdout.splitlines()]
    assert len(answers) == len(records), "a line without an answer"
    return answers


def share(part, whole):
    return part / whole if whole else 1.0


def f1(hits, found, wanted):
    return share(2 * hits, found + wanted)


def covered(spans, name):
    return {place for start, end, kind in spans if kind == name for place in range(start, end)}


def measure_personal(records, answers):
    """Counts of characters for each detector: right, found, wanted."""
    counts = {name: [0, 0, 0] for name in KINDS}
    for record, answer in zip(records, answers):
        wanted_spans = [(start, end, TYPES.get(kind)) for start, end, kind in record["label"]["spans"]]
        for name, count in counts.items():
            wanted = covered(wanted_spans, name)
            found = covered(answer, name)
            count[0] += len(wanted & found)
            count[1] += len(found)
            count[2] += len(wanted)
    return counts


def measure_secrets(records, answers):
    counts = collections.Counter()
    for record, answer in zip(records, answers):
        is_secret = record["label"].startswith("secret:")
        fired = sorted({kind for _, _, kind in answer} & SECRETS)
        counts[is_secret, bool(fired)] += 1
    return counts


def measure(hpol, folder, examples=5):
    """Prints the figures of every file of `folder` that has such labels; 0, for every text has an answer."""
    total = {name: [0, 0, 0] for name in KINDS}
    secrets = collections.Counter()
    for path in sorted(pathlib.Path(folder).glob("*.jsonl")):
        records = records_of(path)
        personal = [r for r in records if isinstance(r.get("label"), dict) and "spans" in r["label"]]
        labelled = [r for r in records if str(r.get("label")).startswith(("secret:", "nosecret:"))]
        if personal:
            counts = measure_personal(personal, spans_of(hpol, personal))
            for name, count in counts.items():
                total[name] = [a + b for a, b in zip(total[name], count)]
            print_personal(path.stem, counts)
        if labelled:
            counts = measure_secrets(labelled, spans_of(hpol, labelled))
            secrets += counts
            print_secrets(path.stem, counts)
    if any(any(count) for count in total.values()):
        print_personal("all", total)
    if secrets:
        print_secrets("all", secrets)
    return 0


def print_personal(name, counts):
    together = [sum(counts[kind][i] for kind in EXACT) for i in range(3)]
    each = ", ".join(f"{kind} {f1(*count):.3f}" for kind, count in counts.items() if count[1] or count[2])
    print(f"{name}: F1 {f1(*together):.3f} without phone, phone {f1(*counts['phone']):.3f} ({each})")


def print_secrets(name, counts):
    right, missed, wrong = counts[True, True], counts[True, False], counts[False, True]
    print(
        f"{name}: precision {share(right, right + wrong):.3f}, recall {share(right, right + missed):.3f} "
        f"({right} found, {missed} missed, {wrong} of {wrong + counts[False, False]} others)")

