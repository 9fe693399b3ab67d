"""P30: every look at health, identity and children leaves exactly one entry of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

from tests.families import HEAD, seated
from tests.faults.conftest import Canary
from tests.faults.listening import superuser
from tests.faults.wire import Answer, RemoteApi
from tests.faults.worlds import World, scaled
from tests.indicators import hospital
from tests.screened import CLEAR, attended, result_of
from tests.story import done, filed, member_id, rows

WORKERS = 0
READS = scaled(200, 10_000)
LOOKS = "SELECT count(*) FROM record_entry WHERE kind IN ('disclosure', 'reading')"


def looks(wire: RemoteApi) -> list[Callable[[], Answer]]:
    """One look of each kind at what is most private."""
    appointment = attended(wire, parts="both")
    done(wire("medical").act(appointment, "register", {"marital_status": "10", "births": 0}))
    result = result_of(wire, appointment, {**CLEAR, "tbs": "HSIL"})
    member = member_id(wire, "D02-002")
    file = f"/households/{done(wire('officer').post('/households', {'member_id': member}))['id']}"
    tag = wire("officer").get(file).headers["ETag"]
    done(wire("officer").patch(file, {"details": {**HEAD, "health": "cancer"}}, if_match=tag))
    seat = seated(wire, file)
    case = filed(wire, **hospital())
    asked = {"purpose": "核对", "fields": ["id_number"]}
    why = {"purpose": "核对"}
    return [
        lambda: wire("medical").post(f"{result}/disclosures", why),
        lambda: wire("medical").post(f"{appointment}/disclosures", why),
        lambda: wire("officer").get(file),
        lambda: wire("officer").get(f"{file}/members"),
        lambda: wire("reviewer").get(f"{file}/file.pdf"),
        lambda: wire("officer").post(f"{file}/members/{seat}/disclosures", asked),
        lambda: wire("auditor").post(f"/members/{member}/disclosures", asked),
        lambda: wire("reviewer").get(case),
        lambda: wire("auditor").get(f"{case}/form.pdf"),
    ]


def every_look_is_one_entry(world: World) -> None:
    """So many looks by eight at once, each with an entry of its own and none besides."""
    kinds = looks(world.api)
    before = superuser(world, LOOKS)[0][0]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda look: look(), islice(cycle(kinds), READS)))
    assert {answer.status_code for answer in answers} == {200}
    assert superuser(world, LOOKS)[0][0] - before == READS
    query = "SELECT request_id FROM record_entry WHERE kind IN ('disclosure', 'reading')"
    entries = Counter(row.request_id for row in rows(world.api, query))
    assert {entries[answer.headers["X-Request-Id"]] for answer in answers} == {1}


def test_every_look_leaves_one_entry(world: World) -> None:
    every_look_is_one_entry(world)


def test_a_look_without_an_entry_is_noticed(canary: Canary) -> None:
    canary("look_not_recorded", every_look_is_one_entry)
