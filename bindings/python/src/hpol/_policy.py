"""Policies, sessions and verdicts."""

from __future__ import annotations

import ctypes
import enum
import threading
from collections.abc import Sequence
from ctypes import byref, c_size_t, c_void_p
from types import TracebackType
from typing import Any, NoReturn, Optional, Union

from ._arguments import (
    JSON,
    Bytes,
    FilePath,
    Moment,
    Payload,
    Protocol,
    as_bytes,
    as_json,
    as_line,
    as_moment,
    as_path,
    as_payload,
    as_protocol,
    as_text,
    dumped,
    loaded,
    optional,
    unfit,
)
from ._library import ArgumentError, ArrowArray, ArrowSchema, CallError, ColumnError, Options, check, library


class Decision(enum.Enum):
    """What the policy says of a request."""

    ALLOW = "allow"
    APPROVE = "approve"
    BLOCK = "block"


class Verdict:
    """What a policy says of one request: the line of ``hpol eval --json``, and its members."""

    __slots__ = ("_members", "asks_response", "json")

    def __init__(self, line: str, asks_response: bool = False) -> None:
        #: The line of ``hpol eval --json``, without a line end.
        self.json = line
        #: What the target answers is to be judged as a whole, with :meth:`Session.judge_response`.
        self.asks_response = asks_response
        self._members: Optional[dict[str, Any]] = None

    @property
    def members(self) -> dict[str, Any]:
        """All members of the line."""
        if self._members is None:
            self._members = loaded(self.json)
        return self._members

    @property
    def decision(self) -> Decision:
        """Whether the request may pass."""
        return Decision(self.members["decision"])

    @property
    def rules(self) -> list[str]:
        """The rules that decided; none: a default did."""
        return list(self.members["rules"])

    @property
    def message(self) -> Optional[str]:
        """What to tell who asked."""
        message: Optional[str] = self.members["message"]
        return message

    @property
    def tags(self) -> list[str]:
        """The tags that the session has from the next request on."""
        return list(self.members["tags"])

    @property
    def masks(self) -> list[dict[str, Any]]:
        """What of the response is to be masked: see :meth:`Session.mask`."""
        return list(self.members["masks"])

    @property
    def approvals(self) -> list[dict[str, Any]]:
        """Who must approve before an ``APPROVE`` request may run."""
        return list(self.members["approve"])

    @property
    def record(self) -> str:
        """What is to be recorded: ``none``, ``commands`` or ``full``."""
        return str(self.members["record"])

    @property
    def response(self) -> Any:
        """What is to be passed on of the response that was given; ``None`` if there was none or it is withheld."""
        return self.members.get("response")

    def __repr__(self) -> str:
        by = " by " + ", ".join(self.rules) if self.rules else ""
        return f"<Verdict {self.decision.value}{by}>"


class _Handle:
    """One of the library's handles, which has one owner and is freed once."""

    #: The function that frees it.
    _free: str

    def __init__(self, handle: c_void_p) -> None:
        # A number would be taken for an address.
        if not isinstance(handle, c_void_p):
            unfit("handle", "one of the library's; see `Policy.open`", handle)
        self._handle = handle

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is neither copied nor pickled; use it where it is, or make another")

    def __del__(self) -> None:
        handle, self._handle = getattr(self, "_handle", None), c_void_p()
        if handle:
            getattr(library, self._free)(handle)


class Policy(_Handle):
    """A policy in force. Any number of threads may use it."""

    _free = "hpol_free"

    @classmethod
    def open(
        cls,
        bundle: Union[FilePath, Bytes],
        *,
        trusted_keys: Optional[Bytes] = None,
        mask_key: Optional[Bytes] = None,
    ) -> Policy:
        """Opens a bundle that ``hpol build`` wrote: a path, or its bytes.

        ``trusted_keys`` are public keys in PEM, by one of which the bundle must be signed; ``mask_key`` is the secret key
        of ``mask … with hash``.
        """
        keys, secret = optional(trusted_keys, "trusted_keys"), optional(mask_key, "mask_key")
        options = Options(ctypes.sizeof(Options), keys, len(keys or b""), secret, len(secret or b""))
        handle, error = c_void_p(), CallError()
        if isinstance(bundle, (bytes, bytearray, memoryview)):
            body = as_bytes("bundle", bundle)
            status = library.hpol_open(body, len(body), byref(options), byref(handle), byref(error))
        else:
            status = library.hpol_open_file(as_path(bundle), byref(options), byref(handle), byref(error))
        check(status, error)
        return cls(handle)

    def reload(self, bundle: Union[FilePath, Bytes, None] = None) -> None:
        """Puts another bundle into force, or what the file that was opened holds now. Open sessions see it at their next
        request. Where that fails the old one stays in force."""
        error = CallError()
        if isinstance(bundle, (bytes, bytearray, memoryview)):
            body = as_bytes("bundle", bundle)
            status = library.hpol_reload(self._handle, body, len(body), byref(error))
        else:
            path = None if bundle is None else as_path(bundle)
            status = library.hpol_reload_file(self._handle, path, byref(error))
        check(status, error)

    @property
    def generation(self) -> int:
        """How often a bundle was put into force."""
        return int(library.hpol_generation(self._handle))

    def bind(self, identity: JSON) -> Session:
        """A session of who asks, through which connection: the members ``principal``, ``target``, ``labels`` and
        ``source`` of a fixture."""
        text = as_json("identity", identity)
        handle, error = c_void_p(), CallError()
        check(library.hpol_bind(self._handle, text, len(text), byref(handle), byref(error)), error)
        return Session(handle)

    def decide(self, request: JSON) -> Verdict:
        """Judges a request given as a fixture, as ``hpol eval`` does. One that names a ``session`` shares the tags of that,
        until :meth:`end_session`."""
        return Verdict(self.decide_line(request).rstrip("\n"))

    def decide_line(self, request: JSON) -> str:
        """The line of ``hpol eval --json`` for a request given as a fixture, its line end included."""
        text = as_json("request", request)
        line, length, error = c_void_p(), c_size_t(), CallError()
        status = library.hpol_decide(self._handle, text, len(text), byref(line), byref(length), byref(error))
        check(status, error)
        try:
            return _text(line, length)
        finally:
            library.hpol_line_free(line)

    def end_session(self, name: str) -> None:
        """Forgets the tags of a session that requests given to :meth:`decide` name, for it has ended. One that has none is no
        error."""
        text, error = as_text("name", name), CallError()
        check(library.hpol_end_session(self._handle, text, len(text), byref(error)), error)

    def judge_arrow(
        self,
        rows: Any,
        *,
        sessions: Sequence[Session] = (),
        protocol: Union[str, Protocol] = Protocol.POSTGRES,
    ) -> Any:
        """Judges the rows of a record batch, or of all batches of a table, in order.

        Columns: ``command``; ``protocol``, or all rows are of the one given; ``principal``, an identity as JSON, or
        ``session``, a number of ``sessions``; ``time``. The result has the columns ``decision`` and ``rule``.
        """
        import pyarrow

        if hasattr(rows, "__arrow_c_array__"):
            return self._judge_batch(rows, sessions, protocol, pyarrow)
        try:
            table = pyarrow.table(rows)
        except ValueError as error:
            raise ColumnError(str(error)) from None
        batches = [self._judge_batch(batch, sessions, protocol, pyarrow) for batch in table.to_batches()]
        if not batches:
            empty = pyarrow.record_batch([pyarrow.array([], "string")] * 2, ["command", "principal"])
            batches = [self._judge_batch(empty, (), protocol, pyarrow)]
        return pyarrow.Table.from_batches(batches)

    def _judge_batch(
        self, rows: Any, sessions: Sequence[Session], protocol: Union[str, Protocol], arrow: Any
    ) -> Any:
        for session in sessions:
            if not isinstance(session, Session):
                unfit("sessions[]", "a Session", session)
        schema_capsule, array_capsule = rows.__arrow_c_array__()
        handles = (c_void_p * len(sessions))(*(session._handle for session in sessions))
        schema, array, error = ArrowSchema(), ArrowArray(), CallError()
        # In one order, so that two threads with the same sessions do not wait for each other.
        locks = sorted({id(session._lock): session._lock for session in sessions}.items())
        for _, lock in locks:
            lock.acquire()
        try:
            status = library.hpol_judge_arrow(
                self._handle, handles, len(sessions), as_protocol(protocol), _pointer(schema_capsule, b"arrow_schema"),
                _pointer(array_capsule, b"arrow_array"), byref(schema), byref(array), byref(error))
        finally:
            for _, lock in locks:
                lock.release()
        check(status, error)
        return arrow.RecordBatch._import_from_c(ctypes.addressof(array), ctypes.addressof(schema))


class Session(_Handle):
    """Who asks, through which connection, and the tags that verdicts have set. Calls of several threads take turns."""

    _free = "hpol_session_free"

    def __init__(self, handle: c_void_p) -> None:
        super().__init__(handle)
        self._lock = threading.Lock()
        self._verdict = c_void_p()

    def judge(self, protocol: Union[str, Protocol], payload: Payload, *, time: Moment = None) -> Verdict:
        """Judges a payload, now or at another moment; 0 is the first second of 1970."""
        number, body, seconds = as_protocol(protocol), as_payload("payload", payload), as_moment(time)
        verdict, error = c_void_p(), CallError()
        with self._lock:
            self._verdict = c_void_p()
            check(
                library.hpol_judge(
                    self._handle, number, body, len(body), seconds, byref(verdict), byref(error)), error)
            self._verdict = verdict
            return self._read(verdict)

    def judge_response(
        self, protocol: Union[str, Protocol], payload: Payload, response: Any, *, time: Moment = None
    ) -> Verdict:
        """Judges a payload with what the target answered: text, or the member ``response`` of a fixture. The verdict has
        what is to be passed on, or blocks."""
        number, body, seconds = as_protocol(protocol), as_payload("payload", payload), as_moment(time)
        answer = dumped("response", response)
        verdict, error = c_void_p(), CallError()
        with self._lock:
            self._verdict = c_void_p()
            check(
                library.hpol_judge_response(
                    self._handle, number, body, len(body), seconds, answer, len(answer), byref(verdict),
                    byref(error)), error)
            self._verdict = verdict
            return self._read(verdict)

    def explain(
        self, protocol: Union[str, Protocol], payload: Payload, *, time: Moment = None
    ) -> dict[str, Any]:
        """Says why a payload gets its verdict, as ``hpol explain --json`` does."""
        number, body, seconds = as_protocol(protocol), as_payload("payload", payload), as_moment(time)
        text, length, error = c_void_p(), c_size_t(), CallError()
        with self._lock:
            check(
                library.hpol_explain(
                    self._handle, number, body, len(body), seconds, byref(text), byref(length), byref(error)),
                error)
            return loaded(_text(text, length))

    def mask(self, content_type: Optional[str] = None) -> Mask:
        """Masks the response to the request that got the session's last verdict, as it comes."""
        handle, error = c_void_p(), CallError()
        kind = None if content_type is None else as_line("content_type", content_type)
        with self._lock:
            if not self._verdict:
                raise ArgumentError("nothing was judged yet")
            check(
                library.hpol_mask_open(self._handle, self._verdict, kind, byref(handle), byref(error)), error)
        return Mask(handle)

    def _read(self, verdict: c_void_p) -> Verdict:
        length = c_size_t()
        line = library.hpol_verdict_json(verdict, byref(length))
        return Verdict(_text(c_void_p(line), length), library.hpol_verdict_asks_response(verdict) != 0)


class Mask(_Handle):
    """Masks one response as it comes: the same bytes whatever the chunks."""

    _free = "hpol_mask_free"

    def __init__(self, handle: c_void_p) -> None:
        super().__init__(handle)
        self._lock = threading.Lock()

    def write(self, chunk: Bytes) -> bytes:
        """Takes the next bytes of the response, and gives those that may be passed on."""
        body = as_bytes("chunk", chunk)
        masked, length, error = c_void_p(), c_size_t(), CallError()
        with self._lock:
            check(
                library.hpol_mask_write(
                    self._open(), body, len(body), byref(masked), byref(length), byref(error)), error)
            return ctypes.string_at(masked, length.value) if length.value else b""

    def finish(self) -> bytes:
        """Takes the end of the response, and gives what is left."""
        masked, length, error = c_void_p(), c_size_t(), CallError()
        with self._lock:
            check(library.hpol_mask_finish(self._open(), byref(masked), byref(length), byref(error)), error)
            return ctypes.string_at(masked, length.value) if length.value else b""

    def _open(self) -> c_void_p:
        if not self._handle:
            raise ArgumentError("the mask was closed")
        return self._handle

    def __enter__(self) -> Mask:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        value: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        with self._lock:
            handle, self._handle = self._handle, c_void_p()
            library.hpol_mask_free(handle)


def _text(start: c_void_p, length: c_size_t) -> str:
    return ctypes.string_at(start, length.value).decode()


_capsule_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_capsule_pointer.restype = c_void_p
_capsule_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]


def _pointer(capsule: object, name: bytes) -> Any:
    return _capsule_pointer(capsule, name)
