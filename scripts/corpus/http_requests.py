"""How many recorded HTTP requests can hpol read? How many are unparsed, and for which reason?"""

import collections

from common import decode, records, share


def measure(hpol, folder, examples=5):
    """Prints the measure; the number of requests without an answer."""
    batch = [record for _, record in records(folder, ("http",))]
    if not batch:
        return 0
    answers, _ = decode(hpol, batch)
    reasons = collections.Counter(reason for answer in answers if answer for reason in answer["reasons"])
    read = sum(1 for answer in answers if answer and not answer["reasons"])
    print("HTTP requests")
    print(f"  read                        {share(read, len(batch))}")
    for reason, count in reasons.most_common():
        print(f"    {count:5}  unparsed: {reason}")
    unread = [(record, answer) for record, answer in zip(batch, answers) if answer and answer["reasons"]]
    for record, answer in unread[:examples]:
        first = record["command"].split("\n")[0]
        print(f"    e.g. {record.get('id')} ({', '.join(answer['reasons'])}): {first[:100]!r}")
    missing = sum(1 for answer in answers if answer is None)
    if missing:
        print(f"  without an answer           {missing:6}")
    return missing
