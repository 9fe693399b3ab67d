"""A line between two programs that knows where one message ends and the next begins, and can be made to fail there.

Threads carry both directions. Every whole message is handed to the line's `trouble`, which forwards it, late, in
slices, or never, and may end processes or the connection before or after. Of PostgreSQL's protocol it knows start-up
(untagged) and tag + length; signing in passes untouched, encryption of the line is declined. Of HTTP it knows nothing:
each piece that arrives is a message.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

_LENGTH = struct.Struct("!I")
_DECLINED = {80877103, 80877104}  # SSLRequest, GSSENCRequest; the answer is one byte
_ATTACH_FILTER = 26  # SO_ATTACH_FILTER
_DROP_ALL = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))  # a socket filter: "keep 0 bytes"


class CutError(Exception):
    """The connection is to end here; `reset`: without a goodbye."""

    def __init__(self, *, reset: bool = False) -> None:
        super().__init__()
        self.reset = reset


class Link:
    """One connection: the client's socket, the server's, and whether signing in is over."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server, self.open, self.silent = client, server, False, False
        for one in (client, server):
            if one.family != socket.AF_UNIX:
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def end(self, *, reset: bool = False) -> None:
        """End both halves; with `reset`, as a machine does that no longer knows the connection."""
        for one in (self.server,) if self.silent else (self.server, self.client):
            with suppress(OSError):
                if reset:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                one.shutdown(socket.SHUT_RD if reset else socket.SHUT_RDWR)
            one.close()

    def fall_silent(self) -> None:
        """Half-open: from now on not even the kernel answers the client, as when a cable is cut; the server hears."""
        self.silent = True
        program = struct.pack("HL", 1, ctypes.addressof(_DROP_ALL))
        self.client.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, program)
        with suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True)
class Message:
    """One message on its way."""

    link: Link
    outward: bool  # to the server
    raw: bytes
    step: int  # its place since the line was armed, from 1: what is asked, and the end of each answer; 0: no step

    def send(self, piece: bytes | None = None) -> None:
        """Forward it, or this piece of it."""
        (self.link.server if self.outward else self.link.client).sendall(self.raw if piece is None else piece)

    @property
    def statement(self) -> str:
        """What it asks of the database, shortened; an answer: its tag."""
        text = self.raw[5:].rstrip(b"\0").decode(errors="replace")
        return " ".join(text.split())[:60] if self.outward else f"answer {chr(self.raw[0])}"


Trouble = Callable[[Message], None]


def smoothly(message: Message) -> None:
    """No trouble at all."""
    message.send()


def _exactly(stream: IO[bytes], size: int) -> bytes:
    got = stream.read(size)
    if len(got) < size:
        raise EOFError
    return got


def of_postgres(link: Link, outward: bool) -> Iterator[bytes]:
    """The messages of one direction, whole."""
    stream = (link.client if outward else link.server).makefile("rb")
    while outward:
        head = _exactly(stream, 4)
        body = _exactly(stream, _LENGTH.unpack(head)[0] - 4)
        if _LENGTH.unpack(body[:4])[0] not in _DECLINED:
            yield head + body
            break
        link.client.sendall(b"N")
    while True:
        head = _exactly(stream, 5)
        yield head + _exactly(stream, _LENGTH.unpack(head[1:])[0] - 4)


def of_http(link: Link, outward: bool) -> Iterator[bytes]:
    """What arrives, as it arrives."""
    link.open = True
    while piece := (link.client if outward else link.server).recv(1 << 16):
        yield piece


class Proxy:
    """Listens on a free port of this machine and connects each caller with `server` (a path or a port)."""

    def __init__(self, server: str | int, framing: Callable[[Link, bool], Iterator[bytes]] = of_postgres) -> None:
        self._server, self._framing = server, framing
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._trouble: Trouble = smoothly
        self._armed = False
        self._steps = 0
        self._lock = threading.Lock()
        self._links: set[Link] = set()

    @contextmanager
    def troubled(self, trouble: Trouble) -> Iterator[None]:
        """Hand every message to `trouble` for as long as the block lasts, counting from one."""
        with self._lock:
            self._trouble, self._armed, self._steps = trouble, True, 0
        try:
            yield
        finally:
            with self._lock:
                self._trouble, self._armed = smoothly, False

    @property
    def steps(self) -> int:
        """How many steps were counted since the line was last armed."""
        return self._steps

    @contextmanager
    def running(self) -> Iterator[Proxy]:
        """Carry for as long as the block lasts; nothing stays open after it."""
        threading.Thread(target=self._accept, daemon=True).start()
        try:
            yield self
        finally:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self.hang_up()

    def hang_up(self) -> None:
        """End every connection, the silent ones too."""
        while self._links:
            link = self._links.pop()
            link.silent = False
            link.end()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # it is closed
                return
            unix = isinstance(self._server, str)
            server = socket.socket(socket.AF_UNIX if unix else socket.AF_INET)
            try:
                server.connect(self._server if unix else ("127.0.0.1", self._server))
            except OSError:
                server.close()
                client.close()
                continue
            link = Link(client, server)
            self._links.add(link)
            for outward in (True, False):
                threading.Thread(target=self._carry, args=(link, outward), daemon=True).start()

    def _carry(self, link: Link, outward: bool) -> None:
        reset = False
        try:
            for raw in self._framing(link, outward):
                with self._lock:
                    trouble, step = self._trouble, self._counted(link, outward, raw)
                trouble(Message(link, outward, raw, step))
        except CutError as cut:
            reset = cut.reset
        except (EOFError, OSError, ValueError):
            pass
        link.end(reset=reset)
        if not link.silent:
            self._links.discard(link)

    def _counted(self, link: Link, outward: bool, raw: bytes) -> int:
        ready = not outward and raw[:1] == b"Z"
        if not link.open:
            link.open = ready  # the first "ready for query" ends the sign-in, and is none of a request's steps
            return 0
        if not self._armed or not (outward or ready or self._framing is of_http):
            return 0
        self._steps += 1
        return self._steps
