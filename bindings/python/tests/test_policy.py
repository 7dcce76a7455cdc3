import copy
import json
import pickle
import subprocess
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

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


def test_the_second_0_is_not_now(session: hpol.Session) -> None:
    epoch = datetime.fromtimestamp(0, timezone.utc)
    half = timedelta(seconds=0.5)
    for time, word in [(0, "block"), (epoch, "block"), (59, "block"), (60, "allow"), (-1, "allow"), (2**63 - 1, "allow")]:
        assert session.judge("mysql", "SELECT 1", time=time).decision.value == word
        response = session.judge_response("mysql", "SELECT 1", "1", time=time)
        assert response.decision.value == word
        explained = session.explain("mysql", "SELECT 1", time=time)
        assert explained["decision"] == word
    # Before the minute, and no later than it began.
    assert session.judge("mysql", "SELECT 1", time=epoch - half).decision.value == "allow"
    for beyond in [2**63, -(2**63), 2**64]:
        with pytest.raises(hpol.ArgumentError, match="`time` is out of range"):
            session.judge("mysql", "SELECT 1", time=beyond)


def test_tags(policy: hpol.Policy, session: hpol.Session) -> None:
    assert session.judge("shell", "ls").decision is hpol.Decision.ALLOW
    assert session.judge("postgres", "SELECT * FROM secrets").tags == ["saw-secrets"]
    assert session.judge("shell", "ls").decision is hpol.Decision.BLOCK
    request = {"session": "s", "protocol": "postgres", "request": "SELECT * FROM secrets"}
    assert policy.decide(request).decision is hpol.Decision.ALLOW
    after = {**request, "protocol": "shell", "request": "ls"}
    assert policy.decide(after).decision is hpol.Decision.BLOCK
    policy.end_session("other")
    assert policy.decide(after).decision is hpol.Decision.BLOCK
    for _ in range(2):
        policy.end_session("s")
    assert policy.decide(after).decision is hpol.Decision.ALLOW


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


def test_what_cannot_be_known_is_no_verdict(policy: hpol.Policy) -> None:
    redacted = {"facts": ["sql.table"], "operations": [{"protocol": "postgres"}]}
    with pytest.raises(hpol.NotEvaluableError, match="cannot be known"):
        policy.decide({"protocol": "postgres", "request": "SELECT r1", "redacted": redacted})


def test_what_is_given_fails_as_an_error(bundle: Path, policy: hpol.Policy, session: hpol.Session) -> None:
    half = "\ud800"
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    session.judge("postgres", "SELECT 1")
    with session.mask() as mask:
        pass
    calls: list[Callable[[], Any]] = [
        lambda: session.judge("shell", half),
        lambda: session.judge_response("shell", "ls", float("nan")),
        lambda: session.judge_response("shell", "ls", deep),
        lambda: session.explain("shell", half),
        lambda: session.mask(half),
        lambda: session.mask("text/plain\0"),
        lambda: mask.write(b"x"),
        lambda: mask.finish(),
        lambda: policy.bind(half),
        lambda: policy.bind(b"\xff"),
        lambda: policy.decide({"protocol": "shell", "request": float("inf")}),
        lambda: policy.end_session(half),
        lambda: hpol.Policy.open(half),
        lambda: hpol.Policy.open(str(bundle) + "\0.other"),
        lambda: policy.reload(str(bundle) + "\0.other"),
        lambda: hpol.Policy.open(bundle, trusted_keys=b""),
        lambda: hpol.Policy.open(bundle, mask_key=b""),
        # Python reads no such number.
        lambda: policy.decide('{"protocol":"shell","request":"ls","id":' + "9" * 5000 + "}").decision,
    ]
    for number, call in enumerate(calls):
        try:
            call()
        except hpol.Error as error:
            assert str(error), number
        except Exception as error:
            pytest.fail(f"call {number} raises {error!r}")
        else:
            pytest.fail(f"call {number} raises nothing")


def test_another_type_is_a_type_error(bundle: Path, policy: hpol.Policy, session: hpol.Session) -> None:
    opened: Any = hpol.Policy.open
    judge: Any = session.judge
    session.judge("postgres", "SELECT 1")
    mask: Any = session.mask()
    untyped: Any = policy
    policy_of: Any = hpol.Policy
    calls: list[Callable[[], Any]] = [
        lambda: judge("shell", 7),
        lambda: judge("shell", None),
        lambda: judge(7, "ls"),
        lambda: judge("shell", "ls", time=1.5),
        lambda: judge("shell", "ls", time="now"),
        lambda: session.judge_response("shell", "ls", {1, 2}),
        lambda: session.judge_response("shell", "ls", b"bytes"),
        lambda: session.mask(untyped),
        lambda: mask.write("text"),
        lambda: untyped.bind(7),
        lambda: untyped.decide([]),
        lambda: untyped.end_session(b"s"),
        lambda: opened(7),
        # An int would be taken for an address.
        lambda: opened(bundle, trusted_keys=7),
        lambda: opened(bundle, mask_key="text"),
        lambda: untyped.reload(7),
        # Two would free what one owns.
        lambda: copy.copy(policy),
        lambda: copy.deepcopy(session),
        lambda: copy.copy(mask),
        lambda: pickle.dumps(policy),
        lambda: policy_of(7),
    ]
    for number, call in enumerate(calls):
        with pytest.raises(TypeError):
            call()
            pytest.fail(f"call {number} raises nothing")


def test_takes_what_is_like_bytes(bundle: Path, session: hpol.Session) -> None:
    for kind in (bytes, bytearray, memoryview):
        assert session.judge("postgres", kind(b"DELETE FROM orders")).decision is hpol.Decision.BLOCK
        opened = hpol.Policy.open(kind(bundle.read_bytes()))
        opened.reload(kind(bundle.read_bytes()))
        assert opened.generation == 2
    session.judge("postgres", "SELECT 1")
    with session.mask() as mask:
        assert mask.write(bytearray(b"ana@example.com\n")) + mask.finish() == b"[email]\n"


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
