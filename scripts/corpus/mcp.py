"""How many MCP messages does hpol read?"""

from common import decode, records, share


def measure(hpol, folder, examples=5):
    """Prints how many messages are read; the number of those that are not."""
    # Descriptions of tools are no messages.
    batch = [record for name, record in records(folder, ("mcp",)) if name != "mcp-tools"]
    if not batch:
        return 0
    answers, _ = decode(hpol, batch)
    unread = [record for record, answer in zip(batch, answers) if answer is None or answer["unparsed"]]
    print("MCP messages")
    print(f"  read                        {share(len(batch) - len(unread), len(batch))}")
    for record in unread[:examples]:
        print(f"    e.g. {record.get('id')} ({record.get('label')}): {record['command'][:100]!r}")
    return len(unread)
