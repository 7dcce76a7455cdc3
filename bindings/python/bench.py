"""Rows a second through an Arrow batch, on one core: bench.py BUNDLE FIXTURES…. Commands come again, as they do in a log."""

import json
import sys
import time

import pyarrow

import hpol

ROWS, ROUNDS, CALLS = 1 << 20, 7, 100_000

policy = hpol.Policy.open(sys.argv[1])
commands = []
for path in sys.argv[2:]:
    for line in open(path):
        fixture = json.loads(line)
        if isinstance(fixture["request"], str) and fixture["protocol"] != "mcp":
            commands.append((fixture["request"], fixture["protocol"]))
people = [
    json.dumps({"principal": {"user": f"u{n}", "groups": [f"g{n % 7}"]}, "target": "prod-orders"}) for n in range(50)
]
drawn = [commands[row * 7919 % len(commands)] for row in range(ROWS)]
dictionaries = pyarrow.record_batch({
    "command": [command for command, _ in drawn],
    "protocol": pyarrow.array([protocol for _, protocol in drawn]).dictionary_encode(),
    "principal": pyarrow.array([people[row * 31 % len(people)] for row in range(ROWS)]).dictionary_encode(),
})
texts = pyarrow.record_batch([column.cast("string") for column in dictionaries.columns], dictionaries.schema.names)
print(f"{len(set(commands))} distinct commands, {len(people)} identities, {ROWS} rows")
for name, batch in (("dictionaries of protocol and principal", dictionaries), ("all as text", texts)):
    seconds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        policy.judge_arrow(batch)
        seconds.append(time.process_time() - start)
    print(f"{name}: {ROWS / min(seconds) / 1e6:.1f} million rows a second of a core")

session = policy.bind(people[0])
start = time.process_time()
for _ in range(CALLS):
    session.judge("shell", "systemctl status app.service")
print(f"Session.judge: {(time.process_time() - start) / CALLS * 1e9:.0f} ns a call")
