"""Seven ways in which a network fails, as troubles of a line; each is done to one request and is over when it ends."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.faults.proxy import CutError, Message, Trouble

_LATE_S = 0.005  # each message
_SLOW_S = 0.02  # each piece of an answer


def _writes(message: Message) -> bool:
    """Whether it would be the first to change something: of HTTP the whole request."""
    return message.outward and (message.statement.startswith(("INSERT", "UPDATE")) or _is_http(message))


def _is_http(message: Message) -> bool:
    return message.raw.startswith(b"POST ")


def _commits(message: Message) -> bool:
    return message.outward and (message.statement == "COMMIT" or _is_http(message))


def latency() -> Trouble:
    """Every message comes late."""

    def late(message: Message) -> None:
        time.sleep(_LATE_S)
        message.send()

    return late


def cut_before_sent() -> Trouble:
    """The connection ends before the first writing is sent."""

    def cut(message: Message) -> None:
        if _writes(message):
            raise CutError
        message.send()

    return cut


def _after_commit(then: Callable[[Message], None]) -> Trouble:
    """Do something to the answer of the commit (of the request), which is on its way back."""
    committed: list[bool] = []

    def after(message: Message) -> None:
        if committed and not message.outward:
            then(message)
            return
        committed.extend([True] if _commits(message) else [])
        message.send()

    return after


def _cut(_message: Message) -> None:
    raise CutError


def _reset(_message: Message) -> None:
    raise CutError(reset=True)


def cut_before_answered() -> Trouble:
    """What was sent is done, and the connection ends before the answer arrives."""
    return _after_commit(_cut)


def reset() -> Trouble:
    """The same, without a goodbye."""
    return _after_commit(_reset)


def half_open() -> Trouble:
    """What was sent is done, and from then on nothing comes back, not even an acknowledgement."""
    return _after_commit(lambda message: message.link.fall_silent())


def slices() -> Trouble:
    """Everything arrives byte by byte."""

    def slice_up(message: Message) -> None:
        for at in range(len(message.raw)):
            message.send(message.raw[at : at + 1])

    return slice_up


def slow_read() -> Trouble:
    """Answers are read slowly."""

    def slow(message: Message) -> None:
        if not message.outward and message.step:
            time.sleep(_SLOW_S)
        message.send()

    return slow


FAULTS: dict[str, Callable[[], Trouble]] = {
    each.__name__: each for each in (latency, cut_before_sent, cut_before_answered, reset, half_open, slices, slow_read)
}
