import gc

import pytest

import hpol

pa = pytest.importorskip("pyarrow")

EVE = '{"principal":{"user":"eve"}}'
DBA = '{"principal":{"user":"dee","groups":["dba"]}}'


def test_principals(policy: hpol.Policy) -> None:
    commands = ["DELETE FROM orders", "DELETE FROM orders", "SELECT 1", "DELETE FROM orders"]
    principals = [EVE, DBA, EVE, EVE]
    for kind in ("string", "large_string", "binary", "large_binary"):
        rows = pa.record_batch({
            "other": [1, 2, 3, 4],
            "command": pa.array(commands).cast(kind),
            "principal": pa.array(principals),
        })
        for batch in (rows, pa.record_batch([column.dictionary_encode() for column in rows.columns], rows.schema.names)):
            result = policy.judge_arrow(batch, protocol="postgres")
            assert result.schema.names == ["decision", "rule"]
            assert result.column(0).to_pylist() == ["block", "allow", "allow", "block"]
            assert result.column(1).to_pylist() == ["bounded-writes", None, None, "bounded-writes"]
            result.validate(full=True)


def test_views(policy: hpol.Policy) -> None:
    commands = ["DELETE FROM orders", "SELECT 1", "", "DELETE FROM orders WHERE id = 4"]
    principals = [EVE, DBA, EVE, EVE]
    expected = policy.judge_arrow(pa.record_batch({"command": commands, "principal": principals}), protocol="postgres")
    for command, principal in (("string_view", "string_view"), ("binary_view", "string")):
        rows = pa.record_batch({"command": pa.array(commands).cast(command), "principal": pa.array(principals).cast(principal)})
        assert policy.judge_arrow(rows, protocol="postgres") == expected
        assert policy.judge_arrow(rows.slice(1, 2), protocol="postgres").to_pylist() == expected.slice(1, 2).to_pylist()


def test_protocols_and_slices(policy: hpol.Policy) -> None:
    rows = pa.record_batch({
        "command": ["DELETE FROM orders"] * 6,
        "protocol": pa.array(["shell", "postgres", "mysql"] * 2).dictionary_encode(),
        "principal": pa.array([EVE, EVE, DBA] * 2).dictionary_encode(),
    })
    assert policy.judge_arrow(rows).column("decision").to_pylist() == ["allow", "block", "allow"] * 2
    assert policy.judge_arrow(rows.slice(1, 3)).column("decision").to_pylist() == ["block", "allow", "allow"]
    plain = rows.set_column(1, "protocol", rows.column(1).cast("string"))
    assert policy.judge_arrow(plain.slice(4)).column("decision").to_pylist() == ["block", "allow"]


def test_sessions_have_tags(policy: hpol.Policy) -> None:
    sessions = [policy.bind(EVE), policy.bind(EVE)]
    rows = pa.record_batch({
        "command": ["ls", "SELECT * FROM secrets", "ls", "ls"],
        "protocol": ["shell", "postgres", "shell", "shell"],
        "session": pa.array([0, 0, 0, 1], "uint8"),
    })
    result = policy.judge_arrow(rows, sessions=sessions)
    assert result.column("decision").to_pylist() == ["allow", "allow", "block", "allow"]
    assert sessions[0].judge("shell", "ls").decision is hpol.Decision.BLOCK
    one = policy.judge_arrow(pa.record_batch({"command": ["ls"]}), sessions=[sessions[0]], protocol="shell")
    assert one.column("decision").to_pylist() == ["block"]


def test_times(policy: hpol.Policy) -> None:
    night = 1_795_213_800  # 2026-11-20T22:30:00Z
    for unit, factor in (("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9)):
        rows = pa.record_batch({
            "command": ["GET a", "GET a"],
            "principal": [EVE, EVE],
            "time": pa.array([night * factor, (night - 7200) * factor], pa.timestamp(unit, "UTC")),
        })
        assert policy.judge_arrow(rows, protocol="redis").column("decision").to_pylist() == ["block", "allow"]


def test_tables(policy: hpol.Policy) -> None:
    table = pa.table({"command": ["DELETE FROM a"] * 10, "principal": [EVE] * 10})
    result = policy.judge_arrow(table)
    assert result.num_rows == 10 and set(result.column("decision").to_pylist()) == {"block"}
    assert policy.judge_arrow(table.slice(0, 0)).num_rows == 0


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"principal": [EVE]}, "there is no column `command`"),
        ({"command": ["ls"]}, "neither a column `principal` nor a session"),
        ({"command": pa.array([1]), "principal": [EVE]}, "`command` is of the Arrow format `l`; utf8 or binary"),
        ({"command": [None], "principal": [EVE]}, "Arrow format `n`"),
        ({"command": pa.array([None], "string"), "principal": [EVE]}, "`command` is null in row 0"),
        ({"command": ["ls"], "principal": ["{}"], "protocol": ["ftp"]}, "`ftp` is no protocol"),
        ({"command": ["ls"], "session": [1]}, "`session` is 1 in row 0, of 0"),
        ({"command": ["ls"], "session": [-1]}, "`session` is -1 in row 0, of 0"),
        ({"command": ["ls"], "principal": ["{}"], "time": ["noon"]}, "`time` is of the Arrow format `u`"),
    ],
)
def test_columns_that_do_not_fit(policy: hpol.Policy, columns: dict, message: str) -> None:
    with pytest.raises(hpol.ColumnError) as caught:
        policy.judge_arrow(pa.record_batch(columns))
    assert message in str(caught.value)


def test_what_is_no_table(policy: hpol.Policy) -> None:
    for rows in ({"command": ["ls", "ls"], "principal": ["{}"]}, [["ls"]]):
        with pytest.raises(hpol.ColumnError):
            policy.judge_arrow(rows)
    with pytest.raises(TypeError, match="must be a Session, not int"):
        policy.judge_arrow(pa.record_batch({"command": ["ls"]}), sessions=[7])


def test_an_identity_that_is_none(policy: hpol.Policy) -> None:
    with pytest.raises(hpol.JSONError, match="principal 1, byte 1"):
        policy.judge_arrow(pa.record_batch({"command": ["ls", "ls"], "principal": ["{}", "eve"]}))


def test_memory_is_given_back(policy: hpol.Policy) -> None:
    rows = pa.record_batch({"command": ["DELETE FROM a"] * 1000, "principal": [EVE] * 1000})
    column = policy.judge_arrow(rows).column("rule")
    gc.collect()
    # A column outlives its batch and its policy.
    del policy
    gc.collect()
    assert column.to_pylist() == ["bounded-writes"] * 1000
