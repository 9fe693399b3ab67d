"""An entry of an account's statement or notification: our payments that it shows debited, or come back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from benefits.intake.bank_messages._answer import (
    FAILED,
    PAID,
    RUNNING,
    UNSAID,
    account_of,
    amount_of,
    day_of,
    our_number,
    reason_of,
)
from benefits.intake.message_tree import Element, Once

_TRUE = {"true", "1"}  # as XML writes it
_STANDS = {"BOOK": None, "PDNG": RUNNING}  # information and what is forecast are no answer


def rows_of(entry: Element, schema: str) -> Iterator[tuple[str, ...]]:
    """One row for each of our payments in an entry; what is not ours is no matter of this import.

    A debit is a payment made, a credit that bears a payment's number is its money come back. A debit that reverses such
    a credit left the account, and says nothing sure of the member's: it waits for a person, and nothing is sent again.
    Where one entry sums up several payments they share its reference; each is then told apart by its serial, and one
    that it pays twice by how often.
    """
    status = entry.first("Sts/Cd", "Sts")
    if status not in _STANDS:
        return
    details = list(entry.each("NtryDtls/TxDtls"))
    often: Counter[str] = Counter()
    for one in details:
        ours = our_number(one.first("Refs/EndToEndId")) or our_number(one.first("Refs/InstrId"))
        if ours is None:
            continue
        batch, serial = ours
        alone = len(details) == 1
        debit = (one.first("CdtDbtInd") or entry.first("CdtDbtInd")) == "DBIT"
        unsure = debit and entry.first("RvslInd") in _TRUE
        shared = entry.first("AcctSvcrRef")
        often[serial] += 1
        apart = serial if often[serial] == 1 else f"{serial}-{often[serial]}"
        yield (
            batch,
            serial,
            account_of(one, "RltdPties/CdtrAcct") if debit else "",
            amount_of(one, "Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt") or (amount_of(entry, "Amt") * alone),
            RUNNING if unsure else _STANDS[status] or (PAID if debit else FAILED),
            "" if debit else reason_of(one, "RtrInf") or UNSAID,
            one.first("Refs/AcctSvcrRef") or (shared if alone or not shared else f"{shared}-{apart}"),
            day_of(entry.first("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")),
            schema,
        )


def statement_entry(entry: Element, _once: Once) -> Iterator[tuple[str, ...]]:
    """As a statement shows it."""
    return rows_of(entry, "camt.053")


def notified_entry(entry: Element, _once: Once) -> Iterator[tuple[str, ...]]:
    """As a notification shows it."""
    return rows_of(entry, "camt.054")
