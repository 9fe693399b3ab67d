"""P9: whatever the network does on either side of the application, a payment is made once and nobody waits long."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from uuid import uuid4

import pytest

from tests.faults.killing import Asked, Mortal, mortal_world, told
from tests.faults.money_acts import MONEY_ACTS
from tests.faults.network_faults import FAULTS
from tests.faults.preparing import Story
from tests.faults.proxy import Proxy, Trouble, of_http
from tests.faults.wire import Answer, RemoteApi
from tests.faults.worlds import Worlds, scaled

PATIENCE_S = 30
CLIENT_S = {"client": 3, "database": 60}  # how long the client itself waits: not for ever where its own line is dead
SIDES = ("client", "database")
PAYING = ("/applications/{}/approve", "/payment-batches/{}/release")
AGAIN = {"key_in_use", "unavailable"}  # what a client tries again for, with the same key


@dataclass(frozen=True)
class Wired:
    """A world with a line on either side of its server."""

    mortal: Mortal
    front: Proxy
    story: Story
    effects: dict[str, dict[str, int]] = field(default_factory=dict)  # of one undisturbed act, by route

    def tried(self, asked: Asked, key: str, side: str, trouble: Trouble | None) -> Answer | None:
        """One try, and how it ended for the client; never later than it may."""
        tag = self.mortal.beside(asked.who).get(asked.of).headers["ETag"] if asked.of else None
        caller = RemoteApi(self.mortal.world.api.app, self.front.port)
        caller._tokens = self.mortal.world.api._tokens
        request = caller(asked.who).prepared(
            "POST", asked.path, asked.body, key=key, if_match=tag, patience=CLIENT_S[side]
        )
        line = self.front if side == "client" else self.mortal.line
        began = time.monotonic()
        try:
            with ExitStack() as stack:
                if trouble is not None:
                    stack.enter_context(line.troubled(trouble))
                return request(None)
        except (OSError, http.client.HTTPException):
            return None
        finally:
            assert time.monotonic() - began < PATIENCE_S, "the request hung"

    def paid_once(self, route: str, side: str, fault: str) -> None:
        """Pay while the fault lasts, and again with the same key until there is an answer."""
        prepare = partial(MONEY_ACTS[route], self.story)
        if route not in self.effects:
            self.effects[route] = self.mortal.watched(prepare()).rows
        asked, key = prepare(), str(uuid4())
        self.mortal.sign_in(asked)
        before = self.mortal.rows()
        answer = self.tried(asked, key, side, FAULTS[fault]())
        for _ in range(200):
            if answer is not None and answer.code not in AGAIN:
                break
            time.sleep(0.05)
            answer = self.tried(asked, key, side, None)
        assert answer is not None
        where = f"{route}, {fault} on the side of the {side}"
        found, wanted = self.mortal.since(before), self.effects[route]
        assert found == wanted, f"{where}: {told(found)} instead of {told(wanted)}"
        assert answer.status_code < 300, f"{where}: {answer.body!r}"


@contextmanager
def wired_world(worlds: Worlds, *planted: str) -> Iterator[Wired]:
    """Both lines, and the server between them."""
    with mortal_world(worlds, *planted) as mortal, Proxy(mortal.world.settings.port, of_http).running() as front:
        yield Wired(mortal, front, Story(mortal.beside))


@pytest.fixture(scope="module")
def wired(worlds: Worlds) -> Iterator[Wired]:
    """A world between two lines."""
    with wired_world(worlds) as found:
        yield found


@pytest.mark.parametrize(("side", "fault"), list(product(SIDES, FAULTS)))
def test_a_payment_is_made_once(wired: Wired, side: str, fault: str) -> None:
    """Controls: the kept answer; keepalives, `tcp_user_timeout` and the pool's ping (`models.database.REACHING`)."""
    for number in range(scaled(2, 10 if fault == "half_open" else 50)):
        wired.paid_once(PAYING[number % 2], side, fault)


@pytest.mark.parametrize("side", SIDES)
def test_a_key_that_is_not_kept_is_noticed(
    worlds: Worlds, side: str, record_property: Callable[[str, object], None]
) -> None:
    """What was done before the cut is done again."""
    record_property("planted", "key_not_kept")
    twice = pytest.raises(AssertionError, match="2 × fund_adjustment")
    with wired_world(worlds, "key_not_kept") as broken, twice as noticed:
        broken.paid_once("/funds/{}/adjustments", side, "cut_before_answered")
    record_property("noticed", str(noticed.value).partition("\n")[0])
