#!/usr/bin/env python3
"""How well do hpol's decoders understand real commands?

Reads every .jsonl file of a folder; a line is {"id", "protocol", "command", "label"?, …}. Prints

- for SQL records labelled with the kind of statement that PostgreSQL's parser gives (`SelectStmt`, …): on how many of
  those that PostgreSQL can parse `sql.verb` agrees with the label;
- for shell records that `bash -n` accepts: how many are unparsed, by reason; those whose program or code cannot be
  known from the line are counted apart;
- crashes, and lines without an answer.
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys

# The verbs that a kind of statement may have. Where PostgreSQL has one kind for several statements, all of them.
VERBS = {
    "SelectStmt": {"select"},
    "InsertStmt": {"insert"},
    "UpdateStmt": {"update"},
    "DeleteStmt": {"delete"},
    "MergeStmt": {"merge"},
    "TruncateStmt": {"truncate"},
    "CopyStmt": {"copy"},
    "ExplainStmt": {"explain"},
    "CallStmt": {"call"},
    "DoStmt": {"do"},
    "PrepareStmt": {"prepare"},
    "ExecuteStmt": {"execute"},
    "DeallocateStmt": {"deallocate"},
    "DeclareCursorStmt": {"declare"},
    "FetchStmt": {"fetch", "move"},
    "ClosePortalStmt": {"close"},
    "VariableSetStmt": {"set", "reset"},
    "VariableShowStmt": {"show"},
    "TransactionStmt": {
        "abort", "begin", "commit", "end", "prepare", "release", "rollback", "savepoint", "start",
    },
    "ConstraintsSetStmt": {"set"},
    "VacuumStmt": {"vacuum", "analyze"},
    "GrantStmt": {"grant", "revoke"},
    "GrantRoleStmt": {"grant", "revoke"},
    "AlterDefaultPrivilegesStmt": {"alter"},
    "RenameStmt": {"alter"},
    "ViewStmt": {"create"},
    "IndexStmt": {"create"},
    "RuleStmt": {"create"},
    "DefineStmt": {"create"},
    "CompositeTypeStmt": {"create"},
    "CreateTableAsStmt": {"create", "select"},
    "CommentStmt": {"comment"},
    "LockStmt": {"lock"},
    "ReindexStmt": {"reindex"},
    "ClusterStmt": {"cluster"},
    "RefreshMatViewStmt": {"refresh"},
    "SecLabelStmt": {"security"},
    "ListenStmt": {"listen"},
    "UnlistenStmt": {"unlisten"},
    "NotifyStmt": {"notify"},
    "LoadStmt": {"load"},
    "DiscardStmt": {"discard"},
    "CheckPointStmt": {"checkpoint"},
    "ImportForeignSchemaStmt": {"import"},
    "ReassignOwnedStmt": {"reassign"},
    "DropOwnedStmt": {"drop"},
    "DropdbStmt": {"drop"},
    "CreatedbStmt": {"create"},
    "DropStmt": {"drop"},
}

UNKNOWABLE = ("unknown-program", "unknown-code")


def verbs(label):
    """The verbs that agree with a label, or None if it is not a kind of statement."""
    if label in VERBS:
        return VERBS[label]
    if label.endswith("Stmt"):
        for verb in ("create", "alter", "drop"):
            if label.lower().startswith(verb):
                return {verb}
    return None


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


def accepted_by_bash(commands):
    """Which commands `bash -n` accepts. One shell reads them all: each is a file descriptor's worth of text to it."""
    script = (
        "while IFS= read -r -d '' command; do "
        "if bash -n /dev/stdin <<< \"$command\" 2>/dev/null; then echo 1; else echo 0; fi; done"
    )
    accepted = [None] * len(commands)
    whole = [index for index, command in enumerate(commands) if "\0" not in command]
    text = b"".join(commands[index].encode("utf-8", "surrogateescape") + b"\0" for index in whole)
    output = subprocess.run(["bash", "-c", script], input=text, capture_output=True, check=True).stdout.split()
    for index, word in zip(whole, output):
        accepted[index] = word == b"1"
    return accepted


def share(part, whole):
    return f"{part:6} of {whole:6}  {100 * part / whole if whole else 0:6.2f} %"


def sql(rows, examples):
    labelled = [(r, a) for r, a in rows if r["protocol"] == "postgres" and (verbs(r.get("label") or "") is not None)]
    unparsable = [(r, a) for r, a in rows if r.get("label") == "unparsable"]
    if not labelled and not unparsable:
        return
    wrong = []
    for record, answer in labelled:
        operations = answer["operations"] if answer else []
        found = {operation["facts"].get("sql.verb") for operation in operations[:1]}
        if not found & verbs(record["label"]):
            wrong.append((record, found))
    print("SQL, by the kind of statement that PostgreSQL's parser gives")
    print(f"  verb agrees                 {share(len(labelled) - len(wrong), len(labelled))}")
    read = sum(1 for _, answer in unparsable if answer and not answer["unparsed"])
    if unparsable:
        print(f"  read though PostgreSQL not  {share(read, len(unparsable))}")
    kinds = collections.Counter((r["label"], ", ".join(sorted(map(str, found))) or "nothing") for r, found in wrong)
    for (label, found), count in kinds.most_common(examples):
        print(f"    {count:5}  {label} read as {found}")
    for record, found in wrong[:examples]:
        print(f"    e.g. {record.get('id')}: {record['command'][:100]!r}")


def shell(rows, examples):
    rows = [(r, a) for r, a in rows if r["protocol"] == "shell"]
    if not rows:
        return
    accepted = accepted_by_bash([record["command"] for record, _ in rows])
    rows = [row for row, ok in zip(rows, accepted) if ok]
    reasons = collections.Counter()
    unknowable = other = 0
    unread = []
    for record, answer in rows:
        found = set(answer["reasons"]) if answer else {"no answer"}
        reasons.update(found)
        if found - set(UNKNOWABLE):
            other += 1
            unread.append((record, found))
        elif found:
            unknowable += 1
    print("shell, of the records that `bash -n` accepts")
    print(f"  program or code unknowable  {share(unknowable, len(rows))}")
    print(f"  unparsed otherwise          {share(other, len(rows))}")
    for reason, count in reasons.most_common():
        print(f"    {count:5}  {reason}")
    for record, found in unread[:examples]:
        print(f"    e.g. {record.get('id')} ({', '.join(sorted(found))}): {record['command'][:100]!r}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="where the .jsonl files are")
    parser.add_argument("--hpol", default=".build/release/hpol", help="the program")
    parser.add_argument("--examples", type=int, default=5, help="how many examples of each kind to print")
    arguments = parser.parse_args()
    if not os.path.isdir(arguments.folder):
        parser.error(f"no such folder: {arguments.folder}")
    found = list(records(arguments.folder, ("postgres", "shell")))
    if not found:
        parser.error(f"no postgres or shell records in {arguments.folder}")
    batch = [record for _, record in found]
    answers, crashed = decode(arguments.hpol, batch)
    rows = list(zip(batch, answers))
    by_file = collections.Counter(name for name, _ in found)
    print(f"{len(batch)} records: " + ", ".join(f"{name} {count}" for name, count in by_file.items()))
    sql(rows, arguments.examples)
    shell(rows, arguments.examples)
    silent = sum(1 for answer in answers if answer is None) - len(crashed)
    print(f"crashes {len(crashed)}, without an answer {silent}")
    for record in crashed[: arguments.examples]:
        print(f"    {record.get('id')}: {record['command'][:100]!r}")
    return 1 if crashed or silent else 0


if __name__ == "__main__":
    sys.exit(main())
