"""A case as plain values, the way the application form prints it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class Applicant:
    """The member on the form. Numbers are masked when printed; codes or plain words."""

    name: str
    sex: str
    birth_on: date | None
    identity_number: str
    phone: str = ""
    unit: str = ""
    department: str = ""
    post: str = ""
    employment_type: str = ""
    membership_state: str = ""


@dataclass(frozen=True)
class Household:
    """The figures of a hardship case, yuan; per year and per month as the names say."""

    size: int | None = None
    annual_disposable_income: Decimal | None = None
    annual_rigid_spending: Decimal | None = None
    net_income_month: Decimal | None = None
    subsistence_line_month: Decimal | None = None
    hardship_class: str = ""
    cause: str = ""


@dataclass(frozen=True)
class Fact:
    """A fact stated on the application: its label in the reader's language and its value."""

    label: str
    value: object


@dataclass(frozen=True)
class Finding:
    """One criterion of the assessment; `outcome` is met, unmet, unknown or not_applicable."""

    title: str
    outcome: str
    value: object = ""
    required: str = ""
    clause: str = ""


@dataclass(frozen=True)
class Document:
    """A paper in evidence."""

    name: str
    kind: str = ""
    received_on: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Payee:
    """Who is paid, and where."""

    holder: str
    bank: str
    account_number: str


@dataclass(frozen=True)
class Act:
    """Something done to the case: `act` as in the contract (submit, endorse …), by whom, when (aware)."""

    act: str
    person: str
    at: datetime
    note: str = ""


@dataclass(frozen=True)
class ApplicationForm:
    """A case as it is printed. Amounts are yuan; `digest` is what the last decision was bound to."""

    case_id: str
    case_number: str
    version: int
    digest: str
    union_name: str
    programme: str
    event_on: date
    applicant: Applicant
    amount_asked: Decimal | None
    printed_at: datetime
    printed_by: str
    state: str = ""
    kind: str = ""
    filed_on: date | None = None
    policy: str = ""
    amount_approved: Decimal | None = None
    fund: str = ""
    household: Household | None = None
    facts: Sequence[Fact] = ()
    findings: Sequence[Finding] = ()
    documents: Sequence[Document] = ()
    payee: Payee | None = None
    acts: Sequence[Act] = ()
