"""How many MCP messages does hpol read?"""

import json
import pathlib
import subprocess


def measure(hpol, folder):
    """Prints how many records of the protocol `mcp` in `folder` are read; returns the number of those that are not."""
    records = []
    for path in sorted(pathlib.Path(folder).rglob("*.jsonl")):
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                # Descriptions of tools are no messages.
                if record.get("protocol") == "mcp" and "command" in record and path.stem != "mcp-tools":
                    records.append(record)
    if not records:
        return 0
    lines = "".join(
        json.dumps({"id": index, "protocol": "mcp", "command": record["command"]}) + "\n"
        for index, record in enumerate(records)
    )
    output = subprocess.run([hpol, "decode", "--json"], input=lines.encode(), capture_output=True, check=False).stdout
    answers = {}
    for line in output.splitlines():
        answer = json.loads(line)
        answers[answer["id"]] = answer
    unread = [record for index, record in enumerate(records) if index not in answers or answers[index]["unparsed"]]
    print("MCP messages")
    read = len(records) - len(unread)
    print(f"  read                        {read:6} of {len(records):6}  {100 * read / len(records):6.2f} %")
    for record in unread[:5]:
        print(f"    e.g. {record.get('id')} ({record.get('label')}): {record['command'][:100]!r}")
    return len(unread)
