#!/usr/bin/env python3
"""How many recorded HTTP requests can hpol read?

Reads the .jsonl files of a folder; a line is {"id", "protocol": "http", "command", …}. Prints how many requests are
read, and how many are unparsed for which reason.
"""

import collections
import json
import pathlib
import subprocess
import sys


def records(folder):
    for path in sorted(pathlib.Path(folder).rglob("*.jsonl")):
        with open(path, encoding="utf-8", errors="surrogateescape") as lines:
            for line in lines:
                record = json.loads(line)
                if isinstance(record, dict) and record.get("protocol") == "http" and "command" in record:
                    yield record


def measure(hpol, folder, examples=5):
    """Prints the measure; the number of requests without an answer."""
    batch = list(records(folder))
    if not batch:
        return 0
    lines = "".join(
        json.dumps({"id": index, "protocol": "http", "command": record["command"]}) + "\n"
        for index, record in enumerate(batch)
    )
    process = subprocess.run([hpol, "decode", "--json"], input=lines.encode(), capture_output=True, check=False)
    answers = {}
    for line in process.stdout.splitlines():
        try:
            answer = json.loads(line)
            answers[answer["id"]] = answer["reasons"]
        except (ValueError, KeyError):
            pass  # Cut off by a crash.
    reasons = collections.Counter(reason for found in answers.values() for reason in found)
    read = sum(1 for found in answers.values() if not found)
    print("HTTP requests")
    print(f"  read                        {read:6} of {len(batch):6}  {100 * read / len(batch):6.2f} %")
    for reason, count in reasons.most_common():
        print(f"    {count:5}  unparsed: {reason}")
    unread = [index for index, found in sorted(answers.items()) if found]
    for index in unread[:examples]:
        first = batch[index]["command"].split("\n")[0]
        print(f"    e.g. {batch[index].get('id')} ({', '.join(answers[index])}): {first[:100]!r}")
    missing = len(batch) - len(answers)
    if missing:
        print(f"  without an answer           {missing:6}")
    return missing


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: corpus_http.py HPOL FOLDER")
    sys.exit(1 if measure(sys.argv[1], sys.argv[2]) else 0)
