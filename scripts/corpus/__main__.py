"""How well does hpol understand real commands and texts? `python3 scripts/corpus FOLDER`

Reads the .jsonl files of a folder; a line is {"id", "protocol", "command", "label"?, …}. Each module beside this one is a
measure and says at its head what it counts. Those of policies judge by the packs in `policies/`. The exit status is 1 if
hpol crashed on a record, or left one without an answer.
"""

import argparse
import os
import sys

import audit
import data
import http_requests
import k8s
import mcp
import redis
import sql_shell

MEASURES = {
    "sql-shell": sql_shell, "http": http_requests, "redis": redis, "mcp": mcp, "data": data, "k8s": k8s, "audit": audit,
}


def main():
    parser = argparse.ArgumentParser(prog="corpus", description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="where the .jsonl files are")
    parser.add_argument("--hpol", default=".build/release/hpol", help="the program")
    parser.add_argument("--examples", type=int, default=5, help="how many examples of each kind to print")
    parser.add_argument("--only", choices=MEASURES, action="append", help="this measure; may be repeated")
    arguments = parser.parse_args()
    if not os.path.isdir(arguments.folder):
        parser.error(f"no such folder: {arguments.folder}")
    failures = 0
    for name in arguments.only or MEASURES:
        failures += MEASURES[name].measure(arguments.hpol, arguments.folder, examples=arguments.examples)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
