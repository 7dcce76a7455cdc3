import json
import subprocess
import threading
from datetime import datetime, timezone
from pathlib import Path

import pytest
from conftest import HPOL, ROOT, build

import hpol


def test_version() -> None:
    assert hpol.__version__ == "0.1.0"


def test_judges(session: hpol.Session) -> None:
    for _ in range(4):
        verdict = session.judge("postgres", "DELETE FROM orders")
        assert verdict.decision is hpol.Decision.BLOCK
        assert verdict.rules == ["bounded-writes"]
        assert verdict.message == "Add a WHERE clause that restricts rows."
        assert repr(verdict) == "<Verdict block by bounded-writes>"
        assert session.judge(hpol.Protocol.POSTGRES, b"DELETE FROM orders WHERE id = 7").decision.value == "allow"


def test_says_what_eval_says_to_the_byte(tmp_path: Path) -> None:
    bundle = tmp_path / "policies.hpolb"
    subprocess.run([HPOL, "build", "policies", "--output", bundle], cwd=ROOT, check=True, capture_output=True)
    policy = hpol.Policy.open(bundle)
    paths = sorted(ROOT.glob("fixtures/*/*.jsonl"))
    arguments = [word for path in paths for word in ("--fixtures", str(path))]
    run = subprocess.run([HPOL, "eval", bundle, *arguments, "--json"], check=True, capture_output=True)
    found = [
        policy.decide_line(line) for path in paths for line in path.read_text().splitlines() if line.strip()
    ]
    assert "".join(found) == run.stdout.decode()


def test_time(session: hpol.Session) -> None:
    night = datetime(2026, 11, 20, 22, 30, tzinfo=timezone.utc)
    assert session.judge("redis", "GET a", time=night).decision is hpol.Decision.BLOCK
    assert session.judge("redis", "GET a", time=night.replace(hour=12)).decision is hpol.Decision.ALLOW


def test_tags(policy: hpol.Policy, session: hpol.Session) -> None:
    assert session.judge("shell", "ls").decision is hpol.Decision.ALLOW
    assert session.judge("postgres", "SELECT * FROM secrets").tags == ["saw-secrets"]
    assert session.judge("shell", "ls").decision is hpol.Decision.BLOCK
    request = {"session": "s", "protocol": "postgres", "request": "SELECT * FROM secrets"}
    assert policy.decide(request).decision is hpol.Decision.ALLOW
    assert policy.decide({**request, "protocol": "shell", "request": "ls"}).decision is hpol.Decision.BLOCK


def test_masks(session: hpol.Session) -> None:
    with pytest.raises(hpol.ArgumentError, match="nothing was judged"):
        session.mask()
    assert session.judge("postgres", "SELECT 1").masks == [{"detector": "email", "how": "redact"}]
    with session.mask("text/plain") as mask:
        text = b"from ana@example.com on\n"
        assert b"".join(mask.write(text[i : i + 1]) for i in range(len(text))) + mask.finish() == b"from [email] on\n"
        with pytest.raises(hpol.ArgumentError):
            mask.finish()
    verdict = session.judge_response("postgres", "SELECT 1", {"columns": ["m"], "rows": [["ana@example.com"]]})
    assert verdict.response == {"columns": ["m"], "rows": [["[email]"]]}
    session.judge("postgres", "DELETE FROM orders")
    with pytest.raises(hpol.ArgumentError, match="blocks"):
        session.mask()


def test_explains(session: hpol.Session) -> None:
    explained = session.explain("postgres", "DELETE FROM orders")
    assert explained["operations"][0]["rules"][0]["name"] == "bounded-writes"


def test_reloads(tmp_path: Path) -> None:
    path = build(tmp_path, "hpol 1\ndefault allow\n")
    policy = hpol.Policy.open(path)
    session = policy.bind({})
    assert session.judge("shell", "ls").decision is hpol.Decision.ALLOW
    with pytest.raises(hpol.BundleError):
        policy.reload(b"no bundle")
    build(tmp_path, "hpol 1\ndefault block\n")
    policy.reload()
    assert session.judge("shell", "ls").decision is hpol.Decision.BLOCK
    policy.reload(build(tmp_path, "hpol 1\ndefault allow\n", "other").read_bytes())
    assert session.judge("shell", "ls").decision is hpol.Decision.ALLOW
    assert policy.generation == 3
    # A session outlives its policy.
    del policy
    assert session.judge("shell", "ls").decision is hpol.Decision.ALLOW


def test_errors(policy: hpol.Policy, session: hpol.Session) -> None:
    with pytest.raises(hpol.FileError, match="/nowhere"):
        hpol.Policy.open("/nowhere")
    with pytest.raises(hpol.BundleError):
        hpol.Policy.open(b"x")
    with pytest.raises(hpol.TrustError):
        hpol.Policy.open(b"x", trusted_keys=b"no key")
    with pytest.raises(hpol.JSONError, match="`principal` has no `usr`"):
        policy.bind({"principal": {"usr": "eve"}})
    with pytest.raises(hpol.JSONError, match="`protocol` is missing"):
        policy.decide("{}")
    with pytest.raises(hpol.ArgumentError, match="`ftp` is no protocol; there are postgres, mysql"):
        session.judge("ftp", "ls")


def test_threads_share_a_session(session: hpol.Session) -> None:
    wrong = []

    def ask(number: int) -> None:
        for turn in range(300):
            verdict = session.judge("postgres", f"DELETE FROM t{number}" + " WHERE a = 1" * (turn % 2))
            if verdict.decision.value != ("allow" if turn % 2 else "block"):
                wrong.append(verdict)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_the_line_is_json(session: hpol.Session) -> None:
    assert json.loads(session.judge("shell", "ls").json)["id"] is None
