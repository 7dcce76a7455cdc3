"""How well are SQL and shell lines understood?

- Of SQL records labelled with the kind of statement that PostgreSQL's parser gives (`SelectStmt`, …): on how many of those
  that PostgreSQL can parse `sql.verb` agrees with the label.
- Of shell records that `bash -n` accepts: how many are unparsed, by reason; those whose program or code cannot be known from
  the line are counted apart.
"""

import collections
import subprocess

from common import decode, records, share

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


def measure(hpol, folder, examples=5):
    """Prints the measure; the number of records without an answer, crashes included."""
    found = list(records(folder, ("postgres", "shell")))
    if not found:
        return 0
    batch = [record for _, record in found]
    answers, crashed = decode(hpol, batch)
    rows = list(zip(batch, answers))
    sql(rows, examples)
    shell(rows, examples)
    silent = sum(1 for answer in answers if answer is None)
    print(f"  crashes {len(crashed)}, without an answer {silent - len(crashed)}")
    for record in crashed[:examples]:
        print(f"    {record.get('id')}: {record['command'][:100]!r}")
    return silent
