#!/usr/bin/env python3
"""Runs the libFuzzer targets of hpol-fuzz, one after the other.

Each target starts from the project's own fixtures and policies, fixtures/fuzz/TARGET among them, keeps what it learns in FOLDER/corpus/TARGET, and is
helped by a dictionary. An input that crashes, hangs or breaks a promise is kept in FOLDER/crashes/TARGET and printed
with the command that replays it. The exit status is 1 if there was one.
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

# Swift keeps what it makes once for ever, which is no leak; its own report of a crash comes in the way of libFuzzer's.
ENVIRONMENT = dict(os.environ, ASAN_OPTIONS="detect_leaks=0", SWIFT_BACKTRACE="enable=no")

# Words that mutation would take long to find, by target; `\xHH` is a byte.
SQL = r"""select insert update delete drop truncate from where table into values with recursive as explain analyze copy
program to stdout prepare execute do $$ begin end; create function returns language plpgsql declare cursor for -- /* */
E' U&" :: || union all not exists(select 1) grant on role current_user dblink( query_to_xml( 1=1 null is"""
WORDS = {
    "postgres": SQL,
    "mysql": SQL + " /*! /*!50000 # ` delimiter handler outfile '/tmp/x' load data local infile replace @@global",
    "shell": r"""rm -rf / sudo env sh -c 'ls' eval xargs find -exec {} \; <<EOF <<<"" $( ) ${x:-y} $'\n' ` && || |& ;;
if then elif else fi while do done for in case esac function f() [[ ]] (( )) $(( <( >( 2>&1 &> {a,b} {1..3} x=y x=(
export trap source psql -c mysql -e kubectl redis-cli curl wget ssh scp docker exec -- aws --profile timeout""",
    "k8s": r"""GET POST PUT PATCH DELETE /api/v1/ /apis/apps/v1/ namespaces/ pods/ secrets deployments/ /exec ?command=sh
&container= watch=true fieldSelector=metadata.name%3D kubectl delete get -n --all-namespaces -f - apply --replicas=0
HTTP/1.1 \x0d\x0a {"kind":"Pod","spec":{"containers":[{"securityContext":{"privileged":true}}]}}""",
    "http": r"""GET POST DELETE HTTP/1.1 \x0d\x0a \x0d\x0a\x0d\x0a host: content-length: transfer-encoding: chunked
content-type: application/json application/x-www-form-urlencoded multipart/form-data;boundary=b --b --b-- %2e%2e%2f
%2561 ;x=1 // /../ /./ ?a=b& cookie: content-encoding: gzip {"user":{"name":"root"}} {"User":{"Name": "A": "Query":""",
    "redis": r"""*1\x0d\x0a *2\x0d\x0a $4\x0d\x0a \x0d\x0a FLUSHALL EVAL CONFIG SET GET DEL MULTI EXEC SCRIPT LOAD FUNCTION
redis.call( local return ' " KEYS[1] ARGV[1] .. MODULE DEBUG SLAVEOF""",
    "mcp": r"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"run","arguments":{"command":"ls"}}}
"method":" resources/read prompts/get sampling/createMessage initialize tools/list notifications/ "result": "error":
_meta uri file:/// [ ] "path":"etc" "Path": "PATH": "Command": {\"Path\":1}""",
    "ssh": "exec shell subsystem sftp scp -t -f -r /etc/passwd C0644 D0755 direct-tcpip x11 env",
    "policy": r"""hpol policy use default allow block unparsed record commands list define detector decode as rule when
unless approve by within count mask with hash keep first last tag test invariant never always like matches pcre contains
starts ends is in not and or has all ignoring case on response => returns tool session { } [ ] ( ) @severity(high)
sql.verb shell.program shell.path http.path k8s.verb command text target group actor time source "a*" /a+/""",
    "fixture": r"""{"protocol":"shell","request":"ls"} "protocol": "request": "id": "principal": "groups": "actor": "expect":
"decision": "rules": "response": "time": "labels": "source": "shell" "postgres" "http" "mcp" "method": "path": "headers":
"body": "2026-11-20T10:04:05Z" "10.0.0.1" null true \u0041 \ud83d\ude00""",
    "json": r"""null true false [] {} "" "a": \u0041 \ud83d\ude00 1e9 -0.5 \n""",
    "yaml": r"""--- ... &a *a !!str !!binary | > |- >+ - ? : {} [] # %YAML <<: "a" 'a' ~ null true 0x1f .inf""",
    "mask": r"""{"secret":"x"} "email": ana@example.com 4111111111111111 123-45-6789 a_token,secret_x | a_token
password=hunter2hunter2 \\u0061na@example.com -----BEGIN EMP-123456 --- data: \x0a \x0d\x0a [email] [{ +---+""",
    "import": r"""{"kind":"Event","auditID":"a","stage":"ResponseComplete","verb":"get","requestURI":"/api" "statement: "
AUDIT: SESSION,1,1,READ,SELECT,,, LOG:\x20\x20 STATEMENT:\x20\x20 QUERY, CONNECT, Query\x09 Connect\x09 [0\x20127.0.0.1:1]
{"log":{"entries":[ {"Records":[ "request":{"method":"GET","url":"http://a/" "content":{"text":"encoding":"base64"
{"jsonrpc":"2.0","id":1,"method":"x"} "result": {"message": "from":"server" type=EXECVE msg=audit(1.0:1): argc= a0= a0[0]= type=EOE
{"version":2,"width":80} [0.1,"i","ls\\r"] \\u001b[D "eventSource": "eventName": "requestParameters": "event_stream": """,
    "trust": r"""HPOLSIGN HPOLBNDL -----BEGIN\x20PUBLIC\x20KEY-----\x0a -----END\x20PUBLIC\x20KEY-----\x0a MCowBQYDK2VwAyEA
-----BEGIN\x20PRIVATE\x20KEY-----\x0a MC4CAQAwBQYDK2VwBCIEI""",
    "detectors": r"""AKIA ghp_ glpat- xoxb- sk_live_ eyJ -----BEGIN PRIVATE KEY----- 4111111111111111 @example.com DE89
password= postgres://u:p@h 123-45-6789 10.0.0.1 ::1 00:1a:2b:3c:4d:5e +49 AIza EMP-123456
\xc2\xa0 \xe2\x80\xaf \xe2\x80\x91 \xe2\x80\x93""",
}

# Where the project has no fixture of a protocol.
EXAMPLES = {
    "mysql": ["SELECT 1 INTO OUTFILE '/tmp/x'", "/*!50000 DROP TABLE x */", "DELETE t1, t2 FROM t1 JOIN t2 USING (id) # x"],
    "k8s": [
        "DELETE /api/v1/namespaces/x/pods/y HTTP/1.1\r\nhost: k\r\n\r\n",
        "POST /apis/apps/v1/namespaces/d/deployments HTTP/1.1\r\nhost: k\r\ncontent-type: application/json\r\n"
        'content-length: 21\r\n\r\n{"kind":"Deployment"}',
        "kubectl -n prod delete pod a --force",
    ],
    "http": [
        "GET /a/../admin;x=1/%61?q=1&q=2 HTTP/1.1\r\nHost: shop.test\r\nCookie: a=b\r\n\r\n",
        "POST /sql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n"
        '{"query":"select 1"}',
        "POST /f HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        "Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n",
    ],
    "redis": ["SET note \"FLUSHALL\"", "*2\r\n$3\r\nGET\r\n$1\r\na\r\n", "EVAL \"return redis.call('GET', KEYS[1])\" 1 a"],
    "mcp": [
        '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"run_it","arguments":{"command":"ls -l"}}}',
        '{"jsonrpc":"2.0","id":"a","method":"resources/read","params":{"uri":"file:///etc/passwd"}}',
        '{"jsonrpc":"2.0","method":"notifications/initialized"}',
    ],
    "ssh": ["exec rm -rf /srv", "scp -t /etc", "sudo systemctl restart app\nls\n"],
    "yaml": [
        "a: 1\nb: [x, {c: 'd'}]\nc: |\n  text\n  more\n---\n- *x\n- &x y\n",
        "kind: Secret\ndata:\n  key: c2VjcmV0\nmetadata: {name: db, labels: {a: \"b\"}}\n",
    ],
    "mask": [
        prefix + text
        for prefix in ("\0\1\5", "\1\3\2", "\2\7\1", "\3\2\11")
        for text in (
            "mail ana@example.com, card 4111 1111 1111 1111, EMP-123456\npassword=hunter2hunter2\n",
            '{"name":"Ana","email":"\\u0061na@example.com","secret":{"a":[1,null]},"a_token":"x"}',
            "id,email,a_token\n1,ana@example.com,xyz\n2,\"bob, b\",q\n",
            " id | email           | a_token\n----+-----------------+--------\n  1 | ana@example.com | xyz\n(1 row)\n",
            "kind: Secret\nsecret: abc\nmail: ana@example.com\n",
            "started\nkind: Secret\nsecret: abc\nenv:\n- value: s3 cr,et\n  name: DB_PASSWORD\n",
            '[{"value":"s3 cr,et","in":{"value":"x1 y2"},"name":"DB_PASSWORD"},{"value":"80 80","name":"PORT"}]',
            "id  password   mail\n--  ---------  ----\n1   s3 cr,et   ana@example.com\n",
            "id,ssn,password\n1,536904399,\"s3 \"\"cr, et\"\n",
            "{secret: {a: b}, mail: ana@example.com}\n",
        )
    ],
    "detectors": ["ana@example.com paid with 4111 1111 1111 1111", "aws AKIAABCDEFGHIJKLMNOP", "password = \"hunter2hunter2\"",
        "4111\u00a01111\u202f1111\u00a01111, 536\u201190\u20114399, +49\u00a030\u2009901820"],
}


def payload(protocol, request):
    """The bytes that a decoder is given for the `request` of a fixture."""
    if isinstance(request, str):
        return request.encode()
    if protocol == "mcp":
        return json.dumps(request).encode()
    body = request.get("body")
    body = "" if body is None else body if isinstance(body, str) else json.dumps(body)
    lines = [f"{request.get('method')} {request.get('path')} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.get("headers") or []]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def fixtures():
    for path in sorted(pathlib.Path("fixtures").rglob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            if line.strip():
                yield line, json.loads(line)


def policies():
    for path in sorted([*pathlib.Path("policies").rglob("*.hpol"), *pathlib.Path("fixtures").rglob("*.hpol")]):
        text = path.read_text()
        # A file whole, and each declaration by itself.
        yield text.encode()
        for part in text.split("\n}\n"):
            yield ("hpol 1\n" + part + "\n}\n").encode()


def seeds(target, program, folder):
    """What a target starts from."""
    found = [text.encode() for text in EXAMPLES.get(target, [])]
    found += [path.read_bytes() for path in sorted(pathlib.Path("fixtures/fuzz", target).glob("*"))]
    if target == "policy":
        found += policies()
    elif target == "import":
        # The byte before a log chooses its format, in the order of their names; each has a folder.
        folders = sorted(path for path in pathlib.Path("fixtures/import").iterdir() if path.is_dir())
        for index, path in enumerate(folders):
            found += [bytes([index]) + log.read_bytes() for log in path.iterdir() if log.suffix != ".jsonl"]
    elif target == "bundle":
        path = folder / "seed.hpolb"
        subprocess.run([program, "write-bundle", path], check=True, env=ENVIRONMENT)
        found += [path.read_bytes(), *(p.read_bytes() for p in pathlib.Path("fixtures").rglob("*.hpolb"))]
    elif target == "trust":
        # What follows the first byte is a bundle.
        found += [b"\0" + path.read_bytes() for path in pathlib.Path("fixtures").rglob("*.hpolb")]
    else:
        for line, fixture in fixtures():
            protocol = fixture.get("protocol")
            if target in ("fixture", "json"):
                found.append(line)
            elif protocol == target or (protocol, target) == ("postgres", "mysql"):
                found.append(payload(protocol, fixture["request"]))
            elif target == "detectors" and isinstance(fixture.get("response"), str):
                found.append(fixture["response"].encode())
    return found


def write_seeds(target, program, folder):
    directory = folder / "seeds" / target
    directory.mkdir(parents=True, exist_ok=True)
    for seed in seeds(target, program, folder):
        (directory / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    return directory


def write_dictionary(target, folder):
    """The option that names the target's dictionary."""
    if target not in WORDS:
        return []
    path = folder / f"{target}.dict"
    with open(path, "w", encoding="utf-8") as lines:
        for word in dict.fromkeys(WORDS.get(target, "").split()):
            word = re.sub(r'\\(?!x[0-9a-f]{2})', r"\\\\", word).replace('"', '\\"')
            lines.write(f'"{word}"\n')
    return [f"-dict={path}"]


def fuzz(target, arguments):
    """Fuzzes one target; the inputs that it failed on."""
    folder = pathlib.Path(arguments.folder)
    corpus = folder / "corpus" / target
    crashes = folder / "crashes" / target
    for directory in (corpus, crashes):
        directory.mkdir(parents=True, exist_ok=True)
    before = set(crashes.iterdir())
    log = folder / f"{target}.log"
    largest = 65536 if target in ("bundle", "trust", "import") else 4096
    command = [
        arguments.program, target, corpus, write_seeds(target, arguments.program, folder),
        *write_dictionary(target, folder), f"-artifact_prefix={crashes}/",
        f"-max_total_time={arguments.seconds}", f"-max_len={largest}", "-timeout=60", "-rss_limit_mb=2560",
        "-print_final_stats=1", "-reload=0",
    ]
    if arguments.seed is not None:
        command.append(f"-seed={arguments.seed}")
    with open(log, "wb") as output:
        status = subprocess.run(command, stdout=output, stderr=output, env=ENVIRONMENT, check=False).returncode
    text = log.read_text(errors="replace")
    executions = re.findall(r"number_of_executed_units: *(\d+)", text) or re.findall(r"^#(\d+)", text, re.M) or ["0"]
    coverage = re.findall(r" cov: (\d+)", text) or ["?"]
    print(f"{target:10} {int(executions[-1]):>10} executions, coverage {coverage[-1]:>6}, "
          + ("nothing found" if status == 0 else f"FAILED ({status}), see {log}"), flush=True)
    found = sorted(set(crashes.iterdir()) - before)
    for line in re.findall(r"^(?:broken promise: .*|.*Fatal error: .*|==\d+==ERROR: .*)$", text, re.M)[:3]:
        print(f"    {line}")
    for path in found:
        print(f"    replay: ASAN_OPTIONS=detect_leaks=0 {arguments.program} {target} {path}")
    if found:
        print("    keep them, made small, as fixtures/fuzz/README.md says")
    return status


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*", help="those to run; all without one")
    parser.add_argument("--program", default=".build/fuzz/release/hpol-fuzz")
    parser.add_argument("--folder", default=".build/fuzz", help="where corpus, logs and crashes are kept")
    parser.add_argument("--seconds", type=int, default=1200, help="for each target")
    parser.add_argument("--seed", type=int, help="of libFuzzer's generator")
    arguments = parser.parse_args()
    known = subprocess.run([arguments.program, "list"], check=True, capture_output=True, text=True).stdout.split()
    unknown = set(arguments.targets) - set(known)
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    failed = [target for target in arguments.targets or known if fuzz(target, arguments) != 0]
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
