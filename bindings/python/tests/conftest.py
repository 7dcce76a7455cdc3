import os
import subprocess
from pathlib import Path

import pytest

import hpol

ROOT = Path(__file__).resolve().parents[3]
HPOL = os.environ.get("HPOL_PROGRAM", str(ROOT / ".build/release/hpol"))

GUARD = """
hpol 1

default allow
default unparsed block

rule bounded-writes "An UPDATE or DELETE says which rows" {
  when   sql.verb in [update, delete]
  unless sql.where and not sql.where-constant
  unless group in ["dba"]
  block  "Add a WHERE clause that restricts rows."
}

rule personal-data {
  when protocol is postgres
  mask email
}

rule seen-secrets {
  when sql.table is "secrets"
  tag  "saw-secrets"
}

rule after-secrets {
  when  session has "saw-secrets"
  when  protocol is shell
  block "No shell after secrets."
}

rule at-night {
  when  protocol is redis
  when  time within "mon-sun 22:00-23:00 UTC"
  block
}

rule first-minute {
  when  protocol is mysql
  when  time within "thu 00:00-00:01 UTC"
  block
}
"""


def build(folder: Path, text: str, name: str = "guard") -> Path:
    source, bundle = folder / f"{name}.hpol", folder / f"{name}.hpolb"
    source.write_text(text)
    subprocess.run([HPOL, "build", source, "--output", bundle], check=True, capture_output=True)
    return bundle


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("policy"), GUARD)


@pytest.fixture
def policy(bundle: Path) -> hpol.Policy:
    return hpol.Policy.open(bundle)


@pytest.fixture
def session(policy: hpol.Policy) -> hpol.Session:
    return policy.bind({"principal": {"user": "eve"}, "target": "prod-orders"})
