"""All members below a unit as the facts of a programme, in SQL: register and ledger for every row at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from benefits.casework.policy_book import Running
from benefits.registry.official_calendar import calendar
from benefits.rules.answer import LedgerKey
from benefits.rules.assessment import ledger_key
from benefits.rules.declaration import Programme, RecordFact
from benefits.rules.to_sql import Column, Compiled, compile_edition

# The same words as `benefits.registry.facts` and `benefits.money.entitlement` say of one member.
_SOURCE = """membership m
JOIN person p ON p.id = m.person_id
JOIN unit u ON u.id = m.unit_id AND starts_with(u.path, :round_path)"""
_CARRY = {"membership_id": "m.id", "unit_id": "m.unit_id", "person_id": "m.person_id"}
_REGISTER = {
    "membership_active": "m.state <> 'left' AND (m.joined_on IS NULL OR m.joined_on <= :round_on)",
    "in_service": "m.in_service",
    "employment_type": "m.employment_type",
    "dues_paid_through": "m.dues_paid_through",
    "union_kind": "u.union_kind",
    "sex": "p.sex",
    "birth_date": "p.birth_date",
    "frontline": "m.frontline",
    "outdoor": "m.outdoor",
    "basic_education": "u.basic_education",
    "remote_area": "u.remote_area",
    "max_temperature": """SELECT d.max_temperature FROM heat_day d
        JOIN unit a ON a.id = d.unit_id AND starts_with(u.path, a.path)
        WHERE d.division_code = u.division_code AND d.day = :round_on ORDER BY length(a.path) LIMIT 1""",
    "joined_on": "m.joined_on",
    "unit_named": "true",
    "unit_dues_paid_through": """SELECT max(d.paid_through) FROM unit_dues d
        WHERE d.unit_id = u.id AND d.voided_at IS NULL""",
    "unit_dues_settled_on": """SELECT min(d.paid_on) FROM unit_dues d WHERE d.unit_id = u.id AND d.voided_at IS NULL
        AND d.paid_through >= make_date(CAST(extract(year FROM CAST(:round_on AS date)) AS integer) - 1, 12, 31)""",
    "honours": """ARRAY(SELECT h.level FROM honour h WHERE h.membership_id = m.id
        AND (h.awarded_on IS NULL OR h.awarded_on <= :round_on)
        AND coalesce((SELECT s.state FROM honour_status s WHERE s.honour_id = h.id AND s.since_on <= :round_on
                      ORDER BY s.since_on DESC, s.id DESC LIMIT 1), 'valid') = 'valid')""",
}


@dataclass
class Asked:
    """A statement that decides every member, and its parameters."""

    compiled: Compiled
    parameters: dict[str, Any] = field(default_factory=dict)


def ask_all(session: Session, running: Running, *, path: str, on: date, constants: Mapping[str, Any]) -> Asked:
    """Compile an edition over the members of the subtree at `path`; `constants` are the facts that hold for all.

    The statement reads under the session's scope; what other unions gave is asked of the record role's functions.
    """
    edition = running.edition
    programme, known = edition.programme, calendar(session)
    parameters: dict[str, Any] = {"round_path": path, "round_on": on}
    columns = {
        name: Column(f"({sql})")
        for name, sql in _REGISTER.items()
        if name in programme.all_facts and name not in constants
    }
    key = ledger_key(edition, constants, on=on, calendar=known)
    for fact in programme.record_facts:
        if fact.name not in constants and _answered(fact, key):
            columns[fact.name] = Column(_ledger(fact, programme, key, parameters))
    compiled = compile_edition(
        edition, source=_SOURCE, carry=_CARRY, columns=columns, constants=constants, on=on, calendar=known
    )
    return Asked(compiled, {**parameters, **compiled.parameters})


def _answered(fact: RecordFact, key: LedgerKey) -> bool:
    """Whether the ledger can be asked before a case is known; the occasion of a sensitive one cannot."""
    if fact.kinds and key.kind not in fact.kinds:
        return False
    if fact.measure == "told":
        return True
    return not key.sensitive and all(getattr(key, part) is not None for part in fact.match)


def _ledger(fact: RecordFact, programme: Programme, key: LedgerKey, parameters: dict[str, Any]) -> str:
    if fact.measure == "told":
        return f"{fact.told_by}(p.id, CAST(:round_on AS date), CAST(NULL AS uuid))"
    asked: list[tuple[str, str, str | int | None]] = [("programme", "text", fact.programme or programme.code)]
    asked += [(part, "text", getattr(key, part) if part in fact.match else None) for part in ("kind", "occasion")]
    asked += [("year", "integer", key.year if "year" in fact.match else None)]
    names = []
    for part, kind, value in asked:
        name = f"ledger_{fact.name}_{part}"
        parameters[name] = value
        names.append(f"CAST(:{name} AS {kind})")
    whose = ", ".join(["p.id", *names, "CAST(NULL AS uuid)"])
    if fact.measure == "sum":
        return f"household_sum({whose})" if fact.household else f"entitlement_sum({whose})"
    if fact.measure == "elsewhere":
        return f"(entitlement_count({whose}, m.unit_id) > 0)"
    count = f"entitlement_count({whose}, CAST(NULL AS uuid))"
    return f"({count} > 0)" if programme.all_facts[fact.name].type == "bool" else count
