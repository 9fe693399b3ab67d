"""A union with cases at the reviewer's door, filed as unions file them: a roster, then sheets of cases, over HTTP."""

from __future__ import annotations

import csv
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import islice
from pathlib import Path
from threading import local
from uuid import uuid4

import requests

from bench.roster import HEADER, make_rows, write_table
from bench.stand import Stand, take

_UNIT = "AH-D01"  # a grassroots union: only such may pay for a visit
AMOUNT = "500.00"
_SHEET_ROWS = 2_500
_CASE = ("项目", "证件号码", "单位代码", "事件日期", "申请金额", "提交", "情况")
_FACTS = "慰问项目=生病住院慰问；发放形式=银行转账；event=I21"

Send = Callable[[requests.Session], requests.Response]


def file_cases(stand: Stand, count: int, *, hand_in: bool = True) -> list[str]:
    """So many members, each with one case of a hospital visit handed in (or a draft); the cases' ids, oldest first."""
    return [case for sheet in file_sheets(stand, count, hand_in=hand_in) for case in sheet]


def file_sheets(stand: Stand, count: int, *, hand_in: bool = True) -> Iterator[list[str]]:
    """The same, sheet by sheet: what comes after a case's filing need not wait until all are filed."""
    good = list(islice(_members(), count))
    known: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        roster = Path(folder) / "roster.csv"
        write_table(roster, "会员花名册", [HEADER, *([row[name] for name in HEADER] for row in good)])
        _taken(stand, "members", roster, count)
        for number, part in enumerate(_parts(good, _SHEET_ROWS)):
            sheet = Path(folder) / f"cases-{number}.csv"
            with sheet.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows([_CASE, *(_case(row, hand_in) for row in part)])
            _taken(stand, "cases", sheet, len(part))
            waiting = listed(stand, "officer", f"/applications?state={'submitted' if hand_in else 'draft'}")
            new = [each["id"] for each in waiting if each["id"] not in known]
            known.update(new)
            yield new


def _members() -> Iterator[dict[str, str]]:
    for row in make_rows(1_000_000, [_UNIT]):
        if row.finding is None and row.cells["会籍状态"] == "在职":
            yield {**row.cells, "会费缴至": "2030-12"}


def _case(row: dict[str, str], hand_in: bool) -> tuple[str, ...]:
    on = f"{date.today().year}-06-01"  # noqa: DTZ011 - a day of this year
    return ("节日慰问走访", row["证件号码"], row["单位代码"], on, AMOUNT, "是" if hand_in else "否", _FACTS)


def _parts(rows: Sequence[dict[str, str]], size: int) -> Iterator[Sequence[dict[str, str]]]:
    for begin in range(0, len(rows), size):
        yield rows[begin : begin + size]


def _taken(stand: Stand, kind: str, path: Path, rows: int) -> float:
    seconds, seen = take(stand, "officer", kind, path)
    if (seen["state"], seen["accepted"]) != ("done", rows):
        raise RuntimeError(f"not as expected: {seen}")
    return seconds


def listed(stand: Stand, who: str, path: str) -> list[dict[str, str]]:
    """All items of a list."""
    caller, items, after = stand.signed_in(who), [], ""
    while True:
        shelf = asked(caller.get(f"{stand.url}{path}&limit=200{after}", timeout=60))
        items += shelf["items"]
        if shelf["next"] is None:
            return items
        after = f"&after={shelf['next']}"


def asked(answer: requests.Response) -> dict:  # type: ignore[type-arg]
    """The JSON of an answer that must be a success."""
    if not answer.ok:
        raise RuntimeError(f"{answer.status_code}: {answer.text}")
    found: dict = answer.json()  # type: ignore[type-arg]
    return found


def fresh() -> dict[str, str]:
    """The header of a request that was never sent before."""
    return {"Idempotency-Key": str(uuid4())}


def open_fund(stand: Stand) -> str:
    """The id of a new fund of this year."""
    body = {
        "unit_code": _UNIT,
        "name": f"慰问 {uuid4().hex[:8]}",
        "year": date.today().year,  # noqa: DTZ011 - a day of this year
        "source": "union_funds",
        "appropriated": "100000000.00",
    }
    return str(asked(stand.signed_in("finance").post(f"{stand.url}/funds", json=body, headers=fresh()))["id"])


def approve_all(stand: Stand, cases: Iterable[tuple[str, str]], clients: int) -> float:
    """Approve each (case, fund) by so many clients at once; seconds.

    All were handed in by sheets, so they stand at one version: only the first is looked at, not counted. Of a case
    that stood at another the approval would be refused.
    """
    wanted = list(cases)
    first = stand.signed_in("reviewer").get(f"{stand.url}/applications/{wanted[0][0]}", timeout=60)
    sends = [_approval(f"{stand.url}/applications/{case}", fund, first.headers["ETag"]) for case, fund in wanted]
    return by_clients(sends, clients, lambda: stand.signed_in("reviewer"))


def _approval(url: str, fund: str, tag: str) -> Send:
    return lambda caller: caller.post(
        f"{url}/approve", json={"fund_id": fund}, headers={**fresh(), "If-Match": tag}, timeout=60
    )


def by_clients(sends: Sequence[Send], clients: int, sign_in: Callable[[], requests.Session]) -> float:
    """Seconds until all are answered well, sent by so many clients that each keep their connection."""
    own = local()
    ready = [sign_in() for _ in range(clients)]

    def take_seat() -> None:
        own.caller = ready.pop()

    with ThreadPoolExecutor(clients, initializer=take_seat) as pool:
        begun = time.monotonic()
        for answer in pool.map(lambda send: send(own.caller), sends):
            asked(answer)
        return time.monotonic() - begun
