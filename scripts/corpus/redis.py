#!/usr/bin/env python3
"""How well does hpol read Redis commands?

Reads redis-spec.jsonl and redis-tests.jsonl of a folder, commands with a label such as `write+dangerous`: `read`, `write`
or `other`, then `admin` and `dangerous` where they hold. Prints on how many

- `redis.command` is the command that the text begins with;
- `redis.key` are the keys that a running server's COMMAND GETKEYS names (without redis-server this is left out);
- `redis.flag` agrees with the label.
"""

import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from common import decode, share

FILES = ("redis-spec", "redis-tests")


def words(line):
    """The words of an inline command, or None: as the server's sdssplitargs reads them."""
    result, index = [], 0
    spaces = " \t\n\v\f\r"
    escapes = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "a": "\a"}
    while True:
        while index < len(line) and line[index] in spaces:
            index += 1
        if index == len(line):
            return result
        word, quote = "", ""
        while index < len(line):
            letter = line[index]
            if quote:
                if letter == quote:
                    index += 1
                    if index < len(line) and line[index] not in spaces:
                        return None
                    quote = ""
                    break
                if letter == "\\" and quote == '"' and line[index + 1 : index + 2] == "x":
                    try:
                        word += chr(int(line[index + 2 : index + 4], 16))
                        index += 4
                        continue
                    except ValueError:
                        pass
                if letter == "\\" and index + 1 < len(line) and (quote == '"' or line[index + 1] == "'"):
                    index += 1
                    letter = escapes.get(line[index], line[index]) if quote == '"' else "'"
                word += letter
            elif letter in " \n\r\t":
                break
            elif letter in "\"'":
                quote = letter
            else:
                word += letter
            index += 1
        if quote:
            return None
        result.append(word)


class Server:
    """A redis-server of its own on a socket in a temporary folder."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        path = self.folder.name + "/redis.sock"
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", path, "--save", "", "--dir", self.folder.name],
            stdout=subprocess.DEVNULL,
        )
        self.socket = socket.socket(socket.AF_UNIX)
        for _ in range(100):
            try:
                self.socket.connect(path)
                break
            except OSError:
                time.sleep(0.05)
        self.file = self.socket.makefile("rb")

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def ask(self, arguments):
        parts = [argument.encode("latin-1" if max(argument, default="") < "\u0100" else "utf-8") for argument in arguments]
        request = b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
        self.socket.sendall(request)
        return self.answer()

    def answer(self):
        line = self.file.readline()[:-2]
        kind, rest = line[:1], line[1:]
        if kind == b"$":
            length = int(rest)
            return None if length < 0 else self.file.read(length + 2)[:-2].decode("latin-1")
        if kind == b"*":
            return [self.answer() for _ in range(int(rest))]
        return ValueError(rest.decode()) if kind == b"-" else rest.decode()

    def keys(self, command):
        """The keys of a command, or None where the server does not say."""
        found = self.ask(["COMMAND", "GETKEYS"] + command)
        if isinstance(found, ValueError):
            return [] if "no key arguments" in str(found) else None
        return found

    def names(self, command):
        """What a command may be called: with its second word if the server has such a subcommand."""
        first = command[0].upper()
        if len(command) < 2:
            return {first}
        both = first + " " + command[1].upper()
        known = self.ask(["COMMAND", "INFO", both.replace(" ", "|")])
        return {both} if known and known[0] else {first, both}


def measure(hpol, folder, examples=5):
    """Prints the figures; the number of records without an answer."""
    batch = []
    for name in FILES:
        path = pathlib.Path(folder) / (name + ".jsonl")
        if path.exists():
            batch += [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if not batch:
        return False
    answers, _ = decode(hpol, batch)
    server = Server() if shutil.which("redis-server") else None
    commands = keys = asked = flags = unread = 0
    wrong = []
    for record, answer in zip(batch, answers):
        sent = words(record["command"])
        if answer is None or sent is None or not sent:
            wrong.append((record, "no answer" if answer is None else "not a line of words"))
            continue
        unread += bool(answer["unparsed"])
        facts = answer["operations"][0]["facts"]
        names = server.names(sent) if server else {sent[0].upper(), " ".join(sent[:2]).upper()}
        if facts.get("redis.command") in names:
            commands += 1
        else:
            wrong.append((record, f"command {facts.get('redis.command')}"))
        expected = server.keys(sent) if server else None
        if expected is not None:
            asked += 1
            text = [key.encode("latin-1").decode("utf-8", "backslashreplace") for key in expected]
            if sorted(facts.get("redis.key", [])) == sorted(text):
                keys += 1
            else:
                wrong.append((record, f"keys {facts.get('redis.key')}, not {text}"))
        found = set(facts.get("redis.flag", [])) & {"read", "write", "admin", "dangerous"}
        if found == set(record["label"].split("+")) - {"other"}:
            flags += 1
        else:
            wrong.append((record, f"flags {sorted(found)}, not {record['label']}"))
    if server:
        server.close()
    print("Redis, by the server's own table of commands")
    print(f"  command found               {share(commands, len(batch))}")
    if server:
        print(f"  keys found                  {share(keys, asked)}")
    print(f"  flags agree                 {share(flags, len(batch))}")
    print(f"  with something unparsed     {share(unread, len(batch))}")
    for record, what in wrong[:examples]:
        print(f"    e.g. {record.get('id')}: {record['command'][:80]!r}: {what}")
    return sum(1 for answer in answers if answer is None)

