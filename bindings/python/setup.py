"""Builds a wheel for one platform: it holds libhpol.so.1, which any Python 3 loads."""

import re
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel

ROOT = Path(__file__).resolve().parents[2]
VERSION = re.search(r'toolVersion: StaticString = "(.+)"', (ROOT / "Sources/PolicyEngine/ToolVersion.swift").read_text())


class PlatformWheel(bdist_wheel):
    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


class BinaryDistribution(Distribution):
    def has_ext_modules(self):
        return True


setup(version=VERSION[1], cmdclass={"bdist_wheel": PlatformWheel}, distclass=BinaryDistribution)
