"""What is odd about the payments of a batch or others, each reason with what it rests on; a flag blocks nothing."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from benefits.casework.policy_book import edition_by_id
from benefits.casework.prepayment.evidence import Due, Evidence, gather
from benefits.casework.prepayment.figure import NearThreshold, near_threshold_on
from benefits.core.actor import UNION_ZONE
from benefits.core.as_typed import tidy_name
from benefits.core.code_table import code_table
from benefits.core.identity import mask_account, mask_name
from models.money import Disbursement, PaymentBatch

REASONS = code_table("payment_check")


@dataclass(frozen=True)
class Flag:
    """One reason, and what it rests on: account numbers and names masked."""

    code: str
    rests_on: Mapping[str, str]


@dataclass(frozen=True)
class Flagged:
    """A payment with its reasons, in the order of the table."""

    payment: Disbursement
    flags: Sequence[Flag]


@dataclass(frozen=True)
class Check:
    """The check of a batch: the flagged payments in the file's order."""

    flagged: Sequence[Flagged]

    @property
    def by_reason(self) -> dict[str, list[int]]:
        """The flagged serials by reason: what an approval is bound to."""
        serials: defaultdict[str, list[int]] = defaultdict(list)
        for each in self.flagged:
            for flag in each.flags:
                serials[flag.code].append(each.payment.serial or 0)
        return dict(serials)

    @property
    def digest(self) -> str:
        """SHA-256 of which payments are flagged for what, so that an approval can name what was looked at."""
        return hashlib.sha256(json.dumps(self.by_reason, sort_keys=True).encode()).hexdigest()


def check_batch(session: Session, batch: PaymentBatch) -> Check:
    """Check every payment of a batch against the books as they are now."""
    evidence = gather(session, Disbursement.batch_id == batch.id, batch.fund.unit.path)
    near = near_threshold_on(batch.created_at.astimezone(UNION_ZONE).date())
    return Check(flagged(session, evidence, near))


def flagged(session: Session, evidence: Evidence, near: NearThreshold | None) -> list[Flagged]:
    """The payments of some evidence that have a flag, in its order."""
    bands = {each: _bands(session, each) for each in {due.policy_id for due in evidence.dues}}
    found = [
        Flagged(
            due.payment,
            [
                *_of_account(due, evidence),
                *_of_holder(due),
                *_of_amount(due.payment.amount, bands[due.policy_id], near),
                *_of_people(due, evidence),
            ],
        )
        for due in evidence.dues
    ]
    return [each for each in found if each.flags]


def _bands(session: Session, policy_id: UUID | None) -> list[Decimal]:
    """The bands of decision of an edition, where one was in force."""
    steps = edition_by_id(session, policy_id).edition.steps if policy_id else ()
    return [step.up_to for step in steps if step.up_to is not None]


def _of_account(due: Due, evidence: Evidence) -> Iterator[Flag]:
    """`account_new`, `account_changed`, `account_shared`."""
    payment = due.payment
    earlier = [paid for paid in evidence.paid.get(payment.person_id, ()) if paid.came_before(payment)]
    account = mask_account(payment.payee_last4)
    if all(paid.hash != payment.payee_hash for paid in earlier):
        yield Flag("account_new", {"account": account, "earlier": str(len(earlier))})
    last = earlier[-1] if earlier else None
    if (last and last.hash != payment.payee_hash) or due.register_hash not in {None, payment.payee_hash}:
        yield Flag(
            "account_changed",
            {
                "account": account,
                "last_paid": mask_account(last.last4) if last else "–",
                "register": mask_account(due.register_last4) if due.register_last4 else "–",
            },
        )
    if evidence.people_of[payment.payee_hash] > 1:
        yield Flag("account_shared", {"account": account, "people": str(evidence.people_of[payment.payee_hash])})


def _of_holder(due: Due) -> Iterator[Flag]:
    if tidy_name(due.payment.payee_holder) != tidy_name(due.member):
        yield Flag("holder_differs", {"holder": mask_name(due.payment.payee_holder), "member": mask_name(due.member)})


def _of_amount(amount: Decimal, bands: Sequence[Decimal], near: NearThreshold | None) -> Iterator[Flag]:
    for band in bands:
        if near and near.is_near(amount, band):
            figures = {"amount": f"{amount:.2f}", "band": f"{band:.2f}", "percent": f"{near.percent:f}"}
            yield Flag("near_threshold", figures)


def _of_people(due: Due, evidence: Evidence) -> Iterator[Flag]:
    """`officer_related`, `same_person_elsewhere`; the latter tells nothing but that it is so."""
    payment = due.payment
    officers = [evidence.officers[person] for person in sorted(evidence.acted.get(payment.application_id, ()))]
    how = {
        *("relative" for officer in officers if payment.person_id in officer.close),
        *("account" for officer in officers if payment.payee_hash in officer.accounts),
    }
    if how:
        yield Flag("officer_related", {"how": ", ".join(sorted(how))})
    if payment.id in evidence.elsewhere:
        yield Flag("same_person_elsewhere", {})
