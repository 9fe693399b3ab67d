"""Steps in the life of a hardship file: opened on a day, incomes by month, out step by step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import text

from tests.driver import Api
from tests.families import prepared_file
from tests.story import LIVING, books, colleague, done

FACTS = {name: value for name, value in LIVING.items() if name not in {"aid_kind", "household_already_filed"}}
RELATIVE = {**FACTS, "annual_disposable_income": "72000.00", "annual_rigid_spending": "20000.00"}  # G07
RICH = {**FACTS, "annual_disposable_income": "480000.00", "annual_rigid_spending": "0.00"}


def opened_file(api: Api, on: date, member: str = "D01-001", **given: Any) -> str:
    """The path of a file of class deep that has been open since a day; the case that opened it is left out."""
    path = prepared_file(api, member, **given)
    with books(api) as session:
        session.execute(
            text(
                "UPDATE household SET state = 'active', hardship_class = 'deep', opened_on = :day, "
                "opened_by = filed_by WHERE id = :id"
            ),
            {"day": on, "id": path.rpartition("/")[2]},
        )
    return path


def visit(api: Api, path: str, on: date, purpose: str = "half_yearly", **other: Any) -> Any:
    """The answer to a visit by two."""
    body = {
        "purpose": purpose,
        "visited_on": on.isoformat(),
        "visitors": ["方经办", "刘干事"],
        "found": "母亲患尿毒症，每周透析三次",
        "signed_in_person": True,
        **other,
    }
    return api("officer").act(path, "visits", body)


def income(api: Api, path: str, month: date, amount: str, persons: int = 3, **other: Any) -> Any:
    """The answer to a month's income."""
    body = {"month": month.isoformat(), "income": amount, "persons": persons, **other}
    return api("officer").act(path, "incomes", body)


def incomes(api: Api, path: str, first: date, amounts: Sequence[str]) -> list[str]:
    """Month after month from `first` on; the ids of the rows."""
    months = [
        date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(len(amounts))
    ]
    return [done(income(api, path, month, amount))["id"] for month, amount in zip(months, amounts, strict=True)]


def cause_removed(api: Api, path: str, on: date) -> None:
    """The cause is marked removed."""
    done(api("officer").act(path, "cause", {"removed_on": on.isoformat()}))


def proposed(api: Api, path: str, reason: str = "death", **other: Any) -> str:
    """The path of an exit."""
    body = {"reason": reason, "evidence": "死亡医学证明", **other}
    return f"{path}/exits/{done(api('officer').act(path, 'exits', body))['id']}"


def second_reviewer(api: Api, name: str = "reviewer2", unit: str = "AH", person: int = 611) -> None:
    """Another reviewer."""
    colleague(api, name, "reviewer", unit=unit, person=person)


def exited(at: Any, path: str, on: date, **other: Any) -> None:
    """Out of the files on a day: proposed, decided, approved and told that day; the notice is not what is tested."""
    then = at(on)
    leaving = proposed(then, path, **other)
    done(then("reviewer").act(leaving, "decide", {"minutes": "工会委员会纪要〔1〕号"}))
    with books(then) as session:
        session.execute(text("UPDATE household_exit SET complete_on = posted_on"))
    done(then("reviewer2").act(leaving, "approve"))
    done(then("officer").act(leaving, "notify", {"notified_on": on.isoformat()}))
