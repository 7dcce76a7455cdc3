"""Judges what people, services and agents are about to do, by an hpol policy, in this process."""

from ._policy import Decision, Mask, Policy, Protocol, Session, Verdict
from ._library import (
    ArgumentError,
    BundleError,
    ColumnError,
    Error,
    FileError,
    JSONError,
    LimitError,
    TrustError,
    version,
)

__all__ = [
    "ArgumentError",
    "BundleError",
    "ColumnError",
    "Decision",
    "Error",
    "FileError",
    "JSONError",
    "LimitError",
    "Mask",
    "Policy",
    "Protocol",
    "Session",
    "TrustError",
    "Verdict",
    "version",
]

__version__ = version()
