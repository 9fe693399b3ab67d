"""Random histories: whoever does whatever in whatever order, no person fills two duties and no fen is lost."""

from __future__ import annotations

import os
import random
from collections import Counter, defaultdict
from itertools import combinations
from typing import Any

import pytest

from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.driver import Api
from tests.story import (
    MEDICAL,
    balance,
    card,
    colleague,
    done,
    filing,
    grant,
    new_fund,
    recomputed,
    rows,
)

STEPS = 60 * int(os.environ.get("FAULTS_TRIALS", "1"))
DUTIES = ("filed", "decided", "payment_approved", "released")
ROLES = ("officer", "reviewer", "finance", "cashier")


class History:
    """Six people with twelve accounts that hold all four roles, acting at random on three cases of one fund."""

    def __init__(self, api: Api, chance: random.Random) -> None:
        self.api, self.chance = api, chance
        self.fund = new_fund(api, "90000.00")
        self.accounts = [f"p{person}{letter}" for person in range(6) for letter in "ab"]
        for number, name in enumerate(self.accounts):
            path = colleague(api, name, "officer", person=700 + number // 2)
            for role in ROLES[1:]:
                grant(api, path, role)
        self.seen: Counter[str] = Counter()
        self.cases = [self._file(member) for member in ("D01-001", "D01-002", "D01-003")]

    def _file(self, member: str) -> str:
        amount = self.chance.choice(["3000.00", "6000.00"])
        body = filing(self.api, member, amount, facts=MEDICAL)
        made = self.api(self.chance.choice(self.accounts)).post("/applications", body)
        return f"/applications/{done(made)['id']}"

    def listed(self, path: str) -> list[Any]:
        items: list[Any] = done(self.api("auditor").get(path))["items"]
        return items

    def step(self) -> None:
        """One act by anybody on anything."""
        who, case = self.api(self.chance.choice(self.accounts)), self.chance.choice(self.cases)
        act = self.chance.choice(["submit", "endorse", "approve", "approve", "return", "money", "money", "money"])
        if act == "money":
            self._money(who)
            return
        if act == "return" and self.chance.random() < 0.7:
            return
        bodies: dict[str, Any] = {"approve": {"fund_id": self.fund}, "return": {"reason": "x"}}
        self.note(act, who.act(case, act, bodies.get(act)))

    def _money(self, who: Any) -> None:
        waiting = self.listed(f"/disbursements?fund_id={self.fund}&state=reserved")
        if waiting and self.chance.random() < 0.4:
            body = {"fund_id": self.fund, "disbursement_ids": [each["id"] for each in waiting]}
            self.note("prepare", who.post("/payment-batches", body))
        for batch in self.listed(f"/payment-batches?fund_id={self.fund}"):
            path = f"/payment-batches/{batch['id']}"
            act = {"prepared": "approve", "approved": "release"}.get(batch["state"])
            if act:
                self.note(f"{act} batch", who.act(path, act))
            elif batch["state"] == "released" and self.chance.random() < 0.5:
                outcomes = {n: self.chance.choice(list(BankOutcome)) for n in range(1, batch["payments"] + 1)}
                bank_says(self.api, path, outcomes)
        for each in self.listed(f"/disbursements?fund_id={self.fund}"):
            path = f"/disbursements/{each['id']}"
            if each["state"] == "unknown":
                body = {"outcome": "returned", "reason": "x", "on": "2026-11-01"}
                self.note("resolve", who.act(path, "resolve", body))
            elif each["state"] == "returned":
                account = {
                    "holder": each["payee"]["holder"],
                    "account_number": card(self.chance.randrange(9999)),
                    "bank": "行",
                }
                self.note("correct", who.act(path, "account", account))
                self.note("repay", self.api(self.chance.choice(self.accounts)).act(path, "approve"))

    def tells(self) -> bool:
        """Whether somebody approved a case, and somebody was turned away."""
        return "approve 200" in self.seen and any(name.endswith("403") for name in self.seen)

    def note(self, what: str, answer: Any) -> None:
        """Whatever comes of it, it is no error of ours."""
        assert answer.status_code < 500, (what, answer.get_json())
        self.seen[f"{what} {answer.status_code}"] += 1


@pytest.mark.parametrize("trial", range(2))
def test_no_history_lets_one_person_fill_two_duties(api: Api, trial: int) -> None:
    seed = random.randrange(10**6)
    history = History(api, random.Random(seed))
    steps = 0
    while steps < STEPS or not history.tells():  # one that nobody approved in proves nothing: it goes on
        history.step()
        steps += 1
        assert steps < 20 * STEPS, (seed, dict(history.seen))
    told = (seed, dict(history.seen))

    acts = rows(api, "SELECT application_id, submission, act, duty, person_id, disbursement_id FROM act")
    people: defaultdict[Any, dict[str, set[Any]]] = defaultdict(lambda: {duty: set() for duty in DUTIES})
    for act in acts:
        if act.duty in DUTIES:
            people[act.application_id][act.duty].add(act.person_id)
    for duties in people.values():
        for one, other in combinations(DUTIES, 2):
            assert not duties[one] & duties[other], told

    for case in rows(api, "SELECT id, amount, submission FROM application WHERE state = 'approved'"):
        approvals = [
            act.person_id
            for act in acts
            if (act.application_id, act.submission, act.act) == (case.id, case.submission, "approve")
        ]
        assert len(set(approvals)) == len(approvals) == (2 if case.amount > 5000 else 1), told
    gone = rows(api, "SELECT id FROM disbursement WHERE state IN ('released', 'paid', 'returned', 'unknown')")
    for payment in gone:
        signed = [act.act for act in acts if act.disbursement_id == payment.id]
        assert {"approve_payment", "release_payment"} <= set(signed), told
    assert balance(api, history.fund) == recomputed(api, history.fund), told
