"""Closed lists of the field's words, as stored; standard library only."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a grant lets an account do, over a unit's whole subtree."""

    OFFICER = "officer"
    REVIEWER = "reviewer"
    FINANCE = "finance"
    CASHIER = "cashier"
    AUDITOR = "auditor"
    POLICY_EDITOR = "policy_editor"
    SCREENING_MEDICAL = "screening_medical"
    ADMIN = "admin"


class UnionKind(StrEnum):
    """Which books a unit keeps: 基层工会 or 县级以上工会."""

    PRIMARY = "primary"
    COUNTY_AND_ABOVE = "county_and_above"


class Sex(StrEnum):
    """GB/T 2261.1, as far as an identity number tells it."""

    MALE = "male"
    FEMALE = "female"


class MembershipState(StrEnum):
    """在职/正常 active, 保留会籍 retained (active, not in service), 转出 left."""

    ACTIVE = "active"
    RETAINED = "retained"
    LEFT = "left"


class HonourLevel(StrEnum):
    """Levels of honours; only model-worker titles carry `national` and `provincial`."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    PROVINCIAL_MAY_DAY_MEDAL = "provincial_may_day_medal"
    MUNICIPAL = "municipal"
    UNIT = "unit"
    COMMENDATION = "commendation"


class HonourState(StrEnum):
    """How an honour stands on a day (domain §8.1): 有效、撤销、暂停、去世、失联、移居境外; only `valid` counts."""

    VALID = "valid"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    DECEASED = "deceased"
    LOST_CONTACT = "lost_contact"
    EMIGRATED = "emigrated"


class StudioState(StrEnum):
    """Where a model worker's innovation studio stands."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class ApplicationState(StrEnum):
    """Where a case stands; `benefits.casework.workflow` says which act leads where."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    ON_NOTICE = "on_notice"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    APPEALED = "appealed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    UNPAID = "unpaid"
    REVERSED = "reversed"


# A case that was approved and whose money did not stay with the member: never paid, or paid and taken back whole.
UNDONE = (ApplicationState.UNPAID, ApplicationState.REVERSED)
# A case that is none any more: its member may file again.
OVER = (ApplicationState.WITHDRAWN, ApplicationState.REJECTED, ApplicationState.LAPSED, *UNDONE)


class FundSource(StrEnum):
    """The purses, which never mix (`domain.md` §2.4, §9.2)."""

    UNION_FUNDS = "union_funds"
    TREASURY_EARMARKED = "treasury_earmarked"
    SUPERIOR_GRANT = "superior_grant"
    ADMINISTRATION = "administration"
    DONATION = "donation"
    MEMBERS_POOL = "members_pool"


class EntitlementState(StrEnum):
    """An award reserved by an approval, granted when paid, released when given back."""

    RESERVED = "reserved"
    GRANTED = "granted"
    RELEASED = "released"


class DisbursementState(StrEnum):
    """One payment's life; `unknown` is an outcome of the bank and is never re-sent."""

    RESERVED = "reserved"
    BATCHED = "batched"
    RELEASED = "released"
    PAID = "paid"
    RETURNED = "returned"
    UNKNOWN = "unknown"
    REVERSED = "reversed"
    CANCELLED = "cancelled"


LIVE_DISBURSEMENT_STATES = (
    DisbursementState.RESERVED,
    DisbursementState.BATCHED,
    DisbursementState.RELEASED,
    DisbursementState.UNKNOWN,
    DisbursementState.PAID,
)


class BatchState(StrEnum):
    """One payment batch's life."""

    PREPARED = "prepared"
    APPROVED = "approved"
    RELEASED = "released"
    SETTLED = "settled"
    CANCELLED = "cancelled"


class BankOutcome(StrEnum):
    """What a bank says of one payment: 成功, 失败, 处理中."""

    PAID = "paid"
    RETURNED = "returned"
    UNKNOWN = "unknown"


class JobState(StrEnum):
    """Long work's life."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ImportMode(StrEnum):
    """`check` reports and writes nothing else; `apply` lands the good rows."""

    CHECK = "check"
    APPLY = "apply"


class Severity(StrEnum):
    """Whether a finding keeps its row out."""

    ERROR = "error"
    WARNING = "warning"


class PolicyState(StrEnum):
    """An edition is drafted by one person and published by another; a published one never changes."""

    DRAFT = "draft"
    PUBLISHED = "published"


class HouseholdState(StrEnum):
    """The life of a hardship file: prepared, open by an approved case, on its way out, 撤档; or dropped unopened."""

    DRAFT = "draft"
    ACTIVE = "active"
    EXITING = "exiting"
    EXITED = "exited"
    DROPPED = "dropped"


LIVE_HOUSEHOLD_STATES = (HouseholdState.DRAFT, HouseholdState.ACTIVE, HouseholdState.EXITING)


class VisitPurpose(StrEnum):
    """Why somebody goes to a household: 入户调查 before the file opens, every half year, 回访 after it was closed."""

    INVESTIGATION = "investigation"
    HALF_YEARLY = "half_yearly"
    FOLLOW_UP = "follow_up"


class CheckResult(StrEnum):
    """What the civil-affairs centre's check of a household's means (经济状况核对) came to."""

    CONSISTENT = "consistent"
    INCONSISTENT = "inconsistent"
    NOT_ANSWERED = "not_answered"


class ReviewResult(StrEnum):
    """What a yearly review leads to, as the rules say."""

    KEEP = "keep"
    CHANGE_CLASS = "change_class"
    PROPOSE_EXIT = "propose_exit"


class ExitReason(StrEnum):
    """Why a file is closed: 脱困, or one of those that need evidence instead of six months of income."""

    OUT_OF_HARDSHIP = "out_of_hardship"
    DEATH = "death"
    TRANSFER = "transfer"
    REFUSED_VERIFICATION = "refused_verification"


class ExitState(StrEnum):
    """One way out of the files; `benefits.casework.household.exit_steps` says which step leads where."""

    PROPOSED = "proposed"
    ON_NOTICE = "on_notice"
    APPROVED = "approved"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OPEN_EXIT_STATES = (ExitState.PROPOSED, ExitState.ON_NOTICE, ExitState.APPROVED)
