"""libhpol.so, as hpol.h declares it."""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, c_char, c_char_p, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from pathlib import Path
from typing import Any

ABI_VERSION = 1
_MESSAGE_BYTES = 508


class Error(Exception):
    """A call that could not be carried out: whatever it was about must not pass.

    All that can go wrong with what a program is given is one of these. An argument of another type than is declared, which
    is the program's own fault, is a ``TypeError``.
    """


class ArgumentError(Error):
    """Something is missing, out of range, or no text."""


class FileError(Error):
    """A file cannot be read."""


class BundleError(Error):
    """The bytes are no bundle, or one of another version."""


class TrustError(Error):
    """The bundle is not signed by a trusted key, has expired, or is older than the one in force."""


class JSONError(Error):
    """An identity, a request or a response is not what it should be."""


class LimitError(Error):
    """More than a limit of the library."""


class ColumnError(Error):
    """An Arrow column is missing, or of another type."""


class NotEvaluableError(Error):
    """A redacted request lacks what its verdict rests on."""


_ERRORS: dict[int, type[Error]] = {
    1: ArgumentError, 2: FileError, 3: BundleError, 4: TrustError, 5: JSONError, 6: LimitError, 7: ColumnError,
    8: NotEvaluableError,
}


class CallError(ctypes.Structure):
    """hpol_error"""

    _fields_ = [("status", c_int32), ("message", c_char * _MESSAGE_BYTES)]


class Options(ctypes.Structure):
    """hpol_options"""

    _fields_ = [
        ("size", c_size_t),
        ("trusted_keys", c_char_p),
        ("trusted_keys_length", c_size_t),
        ("mask_key", c_char_p),
        ("mask_key_length", c_size_t),
    ]


class ArrowSchema(ctypes.Structure):
    """struct ArrowSchema of the Arrow C data interface"""


ArrowSchema._fields_ = [
    ("format", c_char_p),
    ("name", c_char_p),
    ("metadata", c_void_p),
    ("flags", c_int64),
    ("n_children", c_int64),
    ("children", c_void_p),
    ("dictionary", c_void_p),
    ("release", ctypes.CFUNCTYPE(None, POINTER(ArrowSchema))),
    ("private_data", c_void_p),
]


class ArrowArray(ctypes.Structure):
    """struct ArrowArray of the Arrow C data interface"""


ArrowArray._fields_ = [
    ("length", c_int64),
    ("null_count", c_int64),
    ("offset", c_int64),
    ("n_buffers", c_int64),
    ("n_children", c_int64),
    ("buffers", c_void_p),
    ("children", c_void_p),
    ("dictionary", c_void_p),
    ("release", ctypes.CFUNCTYPE(None, POINTER(ArrowArray))),
    ("private_data", c_void_p),
]


_TEXT = (c_void_p, [c_void_p, POINTER(c_size_t)])
_PAYLOAD: list[Any] = [c_void_p, c_int32, c_char_p, c_size_t, c_int64]

_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "hpol_abi_version": (c_uint32, []),
    "hpol_version": (c_char_p, []),
    "hpol_open": (
        c_int32, [c_char_p, c_size_t, POINTER(Options), POINTER(c_void_p), POINTER(CallError)]),
    "hpol_open_file": (c_int32, [c_char_p, POINTER(Options), POINTER(c_void_p), POINTER(CallError)]),
    "hpol_reload": (c_int32, [c_void_p, c_char_p, c_size_t, POINTER(CallError)]),
    "hpol_reload_file": (c_int32, [c_void_p, c_char_p, POINTER(CallError)]),
    "hpol_generation": (c_uint64, [c_void_p]),
    "hpol_free": (None, [c_void_p]),
    "hpol_bind": (c_int32, [c_void_p, c_char_p, c_size_t, POINTER(c_void_p), POINTER(CallError)]),
    "hpol_session_free": (None, [c_void_p]),
    "hpol_judge": (c_int32, [*_PAYLOAD, POINTER(c_void_p), POINTER(CallError)]),
    "hpol_judge_response": (
        c_int32, [*_PAYLOAD, c_char_p, c_size_t, POINTER(c_void_p), POINTER(CallError)]),
    "hpol_explain": (c_int32, [*_PAYLOAD, POINTER(c_void_p), POINTER(c_size_t), POINTER(CallError)]),
    "hpol_decide": (
        c_int32, [c_void_p, c_char_p, c_size_t, POINTER(c_void_p), POINTER(c_size_t), POINTER(CallError)]),
    "hpol_line_free": (None, [c_void_p]),
    "hpol_end_session": (c_int32, [c_void_p, c_char_p, c_size_t, POINTER(CallError)]),
    "hpol_verdict_json": _TEXT,
    "hpol_verdict_response": _TEXT,
    "hpol_verdict_asks_response": (c_int32, [c_void_p]),
    "hpol_mask_open": (c_int32, [c_void_p, c_void_p, c_char_p, POINTER(c_void_p), POINTER(CallError)]),
    "hpol_mask_write": (
        c_int32, [c_void_p, c_char_p, c_size_t, POINTER(c_void_p), POINTER(c_size_t), POINTER(CallError)]),
    "hpol_mask_finish": (c_int32, [c_void_p, POINTER(c_void_p), POINTER(c_size_t), POINTER(CallError)]),
    "hpol_mask_free": (None, [c_void_p]),
    "hpol_judge_arrow": (
        c_int32,
        [
            c_void_p, POINTER(c_void_p), c_size_t, c_int32, c_void_p, c_void_p, POINTER(ArrowSchema),
            POINTER(ArrowArray), POINTER(CallError),
        ]),
}


def _path() -> str:
    """Where the library is: HPOL_LIBRARY, beside this file as in a wheel, or wherever the system finds it."""
    named = os.environ.get("HPOL_LIBRARY")
    if named:
        return named
    beside = Path(__file__).with_name("libhpol.so.1")
    return str(beside) if beside.exists() else "libhpol.so.1"


def _load() -> ctypes.CDLL:
    library = ctypes.CDLL(_path())
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    if library.hpol_abi_version() != ABI_VERSION:
        raise ImportError(f"libhpol.so has ABI version {library.hpol_abi_version()}, not {ABI_VERSION}")
    return library


library = _load()


def version() -> str:
    """The version of hpol that is loaded."""
    return str(library.hpol_version().decode())


def check(status: int, error: CallError) -> None:
    """Raises what a call failed with."""
    if status != 0:
        raise _ERRORS.get(status, Error)(error.message.decode("utf-8", "replace"))
