"""What all measures of the corpus share: records, and the answers of `hpol decode` to them."""

import json
import pathlib
import subprocess
import sys


def records(folder, protocols):
    for path in sorted(pathlib.Path(folder).rglob("*.jsonl")):
        with open(path, encoding="utf-8", errors="surrogateescape") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    record = json.loads(line)
                except ValueError as error:
                    print(f"{path}:{number}: {error}", file=sys.stderr)
                    continue
                if isinstance(record, dict) and record.get("protocol") in protocols and "command" in record:
                    yield path.stem, record


def run(hpol, batch):
    """The answers of `hpol decode` to as many records as it survives, and how it ended."""
    lines = "".join(
        json.dumps({"id": index, "protocol": record["protocol"], "command": record["command"]}) + "\n"
        for index, record in enumerate(batch)
    )
    process = subprocess.run([hpol, "decode", "--json"], input=lines.encode(), capture_output=True, check=False)
    answers = {}
    for line in process.stdout.splitlines():
        try:
            answer = json.loads(line)
            answers[answer["id"]] = answer
        except (ValueError, KeyError):
            pass  # Cut off by a crash.
    return answers, process


def decode(hpol, batch):
    """An answer or None for each record, and the records at which hpol crashed. After a crash, the record without an
    answer is tried alone, so that the answers lost with its output buffer are not counted as crashes."""
    answers, process = run(hpol, batch)
    if process.returncode >= 0:
        return [answers.get(index) for index in range(len(batch))], []
    if len(batch) == 1:
        return [None], list(batch)
    middle = len(batch) // 2
    left, crashed_left = decode(hpol, batch[:middle])
    right, crashed_right = decode(hpol, batch[middle:])
    return left + right, crashed_left + crashed_right


def share(part, whole):
    return f"{part:6} of {whole:6}  {100 * part / whole if whole else 0:6.2f} %"
