"""What callers give, as C takes it.

What is of another type than is declared is a ``TypeError``; of the right type but with nothing that C could be given, an
``Error``.
"""

from __future__ import annotations

import enum
import json
import math
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn, Optional, Union

from ._library import ArgumentError, FileError, JSONError

#: What is sent as it is.
Bytes = Union[bytes, bytearray, memoryview]
#: What is sent, or its text.
Payload = Union[str, Bytes]
#: Seconds since 1970, UTC, or a datetime; without a zone it is local time. ``None`` is now.
Moment = Union[datetime, int, None]
#: JSON as text, or the object that it is of.
JSON = Union[str, bytes, Mapping[str, Any]]
#: A file of this machine.
FilePath = Union[str, "os.PathLike[str]"]

#: HPOL_EPOCH: the second 0, where 0 means now.
_EPOCH = -(2**63)


class Protocol(enum.IntEnum):
    """How a payload is to be read."""

    POSTGRES = 0
    MYSQL = 1
    REDIS = 2
    K8S = 3
    SSH = 4
    SHELL = 5
    HTTP = 6
    MCP = 7


def unfit(name: str, wanted: str, value: object) -> NoReturn:
    """Refuses an argument of another type than is declared."""
    raise TypeError(f"`{name}` must be {wanted}, not {type(value).__name__}")


def as_protocol(protocol: Union[str, Protocol]) -> int:
    if isinstance(protocol, Protocol):
        return int(protocol)
    if not isinstance(protocol, str):
        unfit("protocol", "a str or a Protocol", protocol)
    try:
        return int(Protocol[protocol.upper()])
    except KeyError:
        known = ", ".join(member.name.lower() for member in Protocol)
        raise ArgumentError(f"`{protocol}` is no protocol; there are {known}") from None


def as_text(name: str, text: str) -> bytes:
    """A text in UTF-8."""
    if not isinstance(text, str):
        unfit(name, "a str", text)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise ArgumentError(f"`{name}` is no text: {text[error.start]!r} at {error.start} is half a letter") from None


def as_line(name: str, text: str) -> bytes:
    """A text that C reads up to its NUL."""
    line = as_text(name, text)
    if b"\0" in line:
        raise ArgumentError(f"`{name}` holds a NUL")
    return line


def as_bytes(name: str, value: Bytes) -> bytes:
    if not isinstance(value, (bytes, bytearray, memoryview)):
        unfit(name, "bytes", value)
    return bytes(value)


def as_payload(name: str, value: Payload) -> bytes:
    return as_text(name, value) if isinstance(value, str) else as_bytes(name, value)


def as_moment(time: Moment) -> int:
    if time is None:
        return 0
    if isinstance(time, datetime):
        try:
            seconds = math.floor(time.timestamp())
        except (OverflowError, OSError, ValueError) as error:
            raise ArgumentError(f"`time` is out of range: {error}") from None
    elif isinstance(time, int):
        seconds = time
    else:
        unfit("time", "a datetime, an int or None", time)
    if not _EPOCH < seconds < 2**63:
        raise ArgumentError(f"`time` is out of range: {seconds} seconds")
    return seconds or _EPOCH


def as_path(path: FilePath) -> bytes:
    try:
        name = os.fsencode(path)
    except UnicodeEncodeError:
        raise FileError(f"{path!r} is no name of a file") from None
    if b"\0" in name:
        raise FileError(f"{path!r} is no name of a file")
    return name


def as_json(name: str, value: JSON) -> bytes:
    """An object as JSON."""
    if isinstance(value, (str, bytes)):
        return as_payload(name, value)
    if not isinstance(value, Mapping):
        unfit(name, "a str, bytes or a mapping", value)
    return dumped(name, dict(value))


def dumped(name: str, value: Any) -> bytes:
    """A value as JSON; one that JSON has no form for is a ``TypeError``."""
    try:
        return json.dumps(value, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise JSONError(f"`{name}` has no form in JSON: {error}") from None


def loaded(text: str) -> dict[str, Any]:
    """The object that a text of the library is."""
    try:
        value: dict[str, Any] = json.loads(text)
    except ValueError as error:
        # It is JSON; but Python reads no number of thousands of digits.
        raise JSONError(f"Python cannot read what the library says: {error}") from None
    return value


def optional(value: Optional[Bytes], name: str) -> Optional[bytes]:
    return None if value is None else as_bytes(name, value)
