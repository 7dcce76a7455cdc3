"""What the wheel needs of the machine that it is installed on."""

import subprocess
import sys
from pathlib import Path

import hpol

# What every Linux has that manylinux names.
EVERYWHERE = ("ld-linux", "libc.so", "libdl.so", "libgcc_s.so", "libm.so", "libpthread.so", "libstdc++.so", "libz.so")

LIST = """
import ctypes
def loaded(): return {line.split()[-1] for line in open("/proc/self/maps") if ".so" in line}
before = loaded()
import hpol
print(*sorted(loaded() - before), sep="\\n")
"""


def test_brings_its_libraries() -> None:
    listed = subprocess.run([sys.executable, "-c", LIST], check=True, capture_output=True, text=True).stdout
    loaded = [Path(line) for line in listed.splitlines()]
    assert any(path.name.startswith("libpg_query") for path in loaded)
    installed = Path(hpol.__file__).parent.parent
    elsewhere = [path for path in loaded if installed not in path.parents and "lib-dynload" not in path.parts]
    assert [path for path in elsewhere if not path.name.startswith(EVERYWHERE)] == []
