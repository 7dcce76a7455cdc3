"""Judges what people, services and agents are about to do, by an hpol policy, in this process."""

from ._arguments import Protocol
from ._library import (
    ArgumentError,
    BundleError,
    ColumnError,
    Error,
    FileError,
    JSONError,
    LimitError,
    NotEvaluableError,
    TrustError,
    version,
)
from ._policy import Decision, Mask, Policy, Session, Verdict

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
    "NotEvaluableError",
    "Policy",
    "Protocol",
    "Session",
    "TrustError",
    "Verdict",
    "version",
]

__version__ = version()
