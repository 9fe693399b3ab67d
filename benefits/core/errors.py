"""The ways in which an act can be refused, each a fact with a stable code; HTTP status is decided in `api`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar


class Refusal(Exception):  # noqa: N818 - a refusal is a fact about the act, not a fault of the program
    """An act that may not happen. `code` is stable, `params` fill the message in the reader's language."""

    code: ClassVar[str] = "refused"

    def __init__(self, **params: object) -> None:
        super().__init__(self.code, params)
        self.params = params


@dataclass(frozen=True)
class Fault:
    """One fault in what was sent: where (a JSON pointer or a line), which, and what fills its message."""

    pointer: str
    code: str
    params: dict[str, object] = field(default_factory=dict)


class Invalid(Refusal):
    """What was sent cannot be understood; all faults at once."""

    code = "invalid"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__()
        self.faults = tuple(faults)


def invalid(pointer: str, code: str, **params: object) -> Invalid:
    """An `Invalid` with one fault."""
    return Invalid([Fault(pointer, code, params)])


class NotSignedIn(Refusal):
    """No valid token came with the request."""

    code = "not_signed_in"


class SignInFailed(Refusal):
    """Unknown user or wrong password; the answer is the same for both."""

    code = "sign_in_failed"


class TooMany(Refusal):
    """Too many tries; `retry_after_seconds` says when again."""

    code = "too_many"


class NotPermitted(Refusal):
    """No grant of the account covers this act here."""

    code = "not_permitted"


class OwnCase(Refusal):
    """Nobody acts on their own case or that of a declared relative."""

    code = "own_case"


class DutyConflict(Refusal):
    """This person already filled another duty in the history of the case."""

    code = "duty_conflict"


class OwnFinding(Refusal):
    """Who opened a finding, or has a hand in its rectification, neither judges nor closes it."""

    code = "own_finding"


class BeyondDelegation(Refusal):
    """The act is over more yuan than the delegation under which it would be signed; `limit` is the most."""

    code = "beyond_delegation"


class LevelTooLow(Refusal):
    """The band of decision asks for a reviewer of a higher level; `level` and `clause` say which, and why."""

    code = "level_too_low"


class NotFound(Refusal):
    """No such thing in the reader's scope; not yours and not there look the same."""

    code = "not_found"


class StateForbids(Refusal):
    """The state of the thing does not allow the act."""

    code = "state_forbids"


class AlreadyExists(Refusal):
    """Something with this name or code is there already."""

    code = "already_exists"


class AlreadyRegistered(Refusal):
    """The person has a live membership in another unit that the reader may see."""

    code = "already_registered"


class HouseholdFiled(Refusal):
    """The person sits in a live hardship file already; which one, and where, is not told."""

    code = "household_filed"


class FileNotReady(Refusal):
    """The policy in force wants something in the household's file before it opens; `missing` says what."""

    code = "file_not_ready"


class ExitNotDue(Refusal):
    """The household is not out of hardship; `months` explains it month by month."""

    code = "exit_not_due"

    def __init__(self, months: Sequence[dict[str, object]], **params: object) -> None:
        super().__init__(**params)
        self.months = tuple(months)


class YearNotReady(Refusal):
    """Something of the year is still open; `still_open` says what and which."""

    code = "year_not_ready"

    def __init__(self, still_open: Sequence[dict[str, str]], **params: object) -> None:
        super().__init__(**params)
        self.still_open = tuple(still_open)


class RetentionRuns(Refusal):
    """The file must still be kept; `until` is the first day on which it need not."""

    code = "retention_runs"


class ConsentMissing(Refusal):
    """The person has not consented to this, or no longer does; `clause` is the law that asks for it."""

    code = "consent_missing"


class FundExhausted(Refusal):
    """The fund has less available than asked."""

    code = "fund_exhausted"


class CapExceeded(Refusal):
    """The person's entitlement has less room than asked."""

    code = "cap_exceeded"


class ChecksChanged(Refusal):
    """The check before a payment flags what was not looked at: `new` flags, for these `reasons`."""

    code = "checks_changed"


class AlreadyPaid(Refusal):
    """A live payment for this instalment exists."""

    code = "already_paid"


class StockShort(Refusal):
    """The lot has less on hand than asked."""

    code = "stock_short"


class PremiumKept(Refusal):
    """A premium of mutual aid that was paid is never returned; `clause` is the rule."""

    code = "premium_kept"


class NotEligible(Refusal):
    """The rules refuse; `findings` is the complete explanation."""

    code = "not_eligible"

    def __init__(self, findings: Sequence[object], **params: object) -> None:
        super().__init__(**params)
        self.findings = tuple(findings)


class KeyMissing(Refusal):
    """The request needs an Idempotency-Key."""

    code = "key_missing"


class KeyInUse(Refusal):
    """A request with this key is still running."""

    code = "key_in_use"


class KeyReused(Refusal):
    """The key was used for another request."""

    code = "key_reused"


class PreconditionRequired(Refusal):
    """The act needs If-Match with the version that was seen."""

    code = "precondition_required"


class Stale(Refusal):
    """The thing has changed since it was seen."""

    code = "stale"


class Unavailable(Refusal):
    """The service cannot do this now; nothing was written; try again."""

    code = "unavailable"
