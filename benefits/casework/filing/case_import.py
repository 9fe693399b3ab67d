"""Takes a sheet of cases in: every good row becomes a draft once, and is handed in where the sheet asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.casework.application import Filing, file_application
from benefits.casework.assessment import assess_freely
from benefits.casework.case_facts import stored_facts
from benefits.casework.decision import submit
from benefits.casework.filing.sheet import COLUMNS, NEEDED, ListedCase, check_case
from benefits.casework.filing.typed_facts import further_columns
from benefits.casework.policy_book import edition_on
from benefits.core.actor import Actor
from benefits.core.errors import Invalid, NotEligible, Refusal, invalid
from benefits.intake.imports import ImportKind, Taking
from benefits.intake.row import Checked, RowReader
from benefits.money.entitlement import lock_people
from benefits.registry.named_member import NamedMembers
from benefits.registry.official_calendar import calendar
from benefits.rules.answer import Finding
from benefits.rules.assessment import ledger_key
from benefits.rules.declaration import parse_facts
from models.application import Application
from models.filed_row import FiledRow
from models.membership import Membership
from models.secrecy import secrecy
from models.vocabulary import OVER, Severity

MOST_ROWS = 5_000  # all their persons are held until the sheet is filed
_CHUNK = 500


def take_cases(session: Session, actor: Actor, taking: Taking) -> Iterator[Checked[ListedCase]]:
    """Check a sheet of cases and, if told to, file its good rows, all or none.

    Raises:
        Invalid: more rows than are filed at once.
    """
    desk = _Desk(session, actor, taking)
    readers = []
    for row, cells in taking.rows:
        readers.append(RowReader(row, cells, NEEDED))
        if len(readers) > MOST_ROWS:
            raise invalid("/file", "too_many_rows", most=MOST_ROWS)
    members = NamedMembers(session, actor, KIND.permission)
    named = [each for at in range(0, len(readers), _CHUNK) for each in members.find(readers[at : at + _CHUNK])]
    if taking.apply:
        lock_people(session, {each.person_id for each in named if each})
    for reader, member in zip(readers, named, strict=True):
        listed = check_case(session, actor, reader, member)
        taken = listed is not None and desk.take(reader, listed)
        yield Checked(reader.row, listed if taken else None, tuple(reader.findings))


class _Desk:
    """One sheet being filed: what it filed already, and what was filed before."""

    def __init__(self, session: Session, actor: Actor, taking: Taking) -> None:
        self._session, self._actor, self._taking = session, actor, taking
        self._first_rows: dict[bytes, int] = {}
        self._seen: set[tuple[UUID, str, object, str | None]] = set()

    def take(self, reader: RowReader, listed: ListedCase) -> bool:
        """File a good row unless it was filed before; false where a finding keeps it out.

        Codes: `duplicate_in_file`; as warnings `case_ended` (filed before, and that case is over), `case_duplicate`
        (another live case of the member for the same programme, day and kind), `case_not_ready` and what else keeps a
        case from being handed in.
        """
        digest = secrecy(self._session).index("filed_row", listed.canonical())
        first = self._first_rows.setdefault(digest, reader.row)
        if first != reader.row:
            reader.fault("证件号码", "duplicate_in_file", first_row=first)
            return False
        before = self._filed_before(listed, digest)
        if before is not None:
            if before.state in OVER:
                reader.fault("项目", "case_ended", Severity.WARNING, number=before.number, state=before.state)
            return True
        self._warn_of_duplicate(reader, listed)
        if not self._taking.apply:
            if listed.hand_in:
                self._foresee(reader, listed)
            return True
        return self._file(reader, listed, digest)

    def _filed_before(self, listed: ListedCase, digest: bytes) -> Application | None:
        return self._session.scalar(
            select(Application)
            .join(FiledRow, FiledRow.application_id == Application.id)
            .where(FiledRow.unit_id == listed.member.unit_id, FiledRow.digest == digest)
        )

    def _warn_of_duplicate(self, reader: RowReader, listed: ListedCase) -> None:
        kind = self._kind(listed.programme.code, listed, listed.facts)
        key = (listed.member.member_id, listed.programme.code, listed.on, kind)
        ours = select(FiledRow.application_id).where(FiledRow.import_id == self._taking.import_id)
        others = self._session.scalars(
            select(Application).where(
                Application.membership_id == listed.member.member_id,
                Application.programme == listed.programme.code,
                Application.event_on == listed.on,
                Application.state.not_in(OVER),
                Application.id.not_in(ours),
            )
        ).all()
        same = [
            each for each in others if self._kind(each.programme, listed, stored_facts(self._session, each)) == kind
        ]
        if same or key in self._seen:
            reader.fault("项目", "case_duplicate", Severity.WARNING, number=same[0].number if same else "")
        self._seen.add(key)

    def _kind(self, programme: str, listed: ListedCase, facts: Mapping[str, Any]) -> str | None:
        running = edition_on(self._session, programme, listed.on)
        if running is None:
            return None
        values = parse_facts(listed.programme, facts)
        return ledger_key(running.edition, values, on=listed.on, calendar=calendar(self._session)).kind

    def _foresee(self, reader: RowReader, listed: ListedCase) -> None:
        """What handing in would say, without a case to hand in."""
        facts = dict(listed.facts)
        if listed.amount is not None:
            facts["amount"] = f"{listed.amount:.2f}"
        member = self._session.get_one(Membership, listed.member.member_id)
        answer = assess_freely(self._session, listed.programme.code, listed.on, facts, member).assessment
        if answer.outcome != "eligible":
            _not_ready(reader, answer.findings)

    def _file(self, reader: RowReader, listed: ListedCase, digest: bytes) -> bool:
        filing = Filing(listed.on, listed.amount, listed.facts, listed.payee, listed.round_id)
        case = file_application(
            self._session,
            self._actor,
            programme=listed.programme.code,
            member_id=listed.member.member_id,
            filing=filing,
        )
        self._session.add(
            FiledRow(
                application_id=case.id,
                unit_id=case.unit_id,
                import_id=self._taking.import_id,
                row=reader.row,
                digest=digest,
            )
        )
        self._session.flush()
        if listed.hand_in:
            self._hand_in(reader, case)
        return True

    def _hand_in(self, reader: RowReader, case: Application) -> None:
        """Hand the draft in; where that is refused it stays a draft, and a warning says why."""
        try:
            with self._session.begin_nested():
                submit(self._session, self._actor, case)
        except NotEligible as refused:
            _not_ready(reader, refused.findings)
        except Invalid as refused:
            reader.fault("提交", refused.faults[0].code, Severity.WARNING)
        except Refusal as refused:
            reader.fault("提交", "case_refused", Severity.WARNING, reason=refused.code)


def _not_ready(reader: RowReader, findings: Iterable[object]) -> None:
    """Which rules are unmet or want a fact, in both languages; what the member's values are is not told here."""
    wanting = [each for each in findings if isinstance(each, Finding) and each.outcome in {"unmet", "unknown"}]
    rules = [f"{each.rule['zh-CN']} / {each.rule['en']}" for each in wanting]
    reader.fault("提交", "case_not_ready", Severity.WARNING, rules=rules)


KIND = ImportKind(COLUMNS, "import.case", take_cases, further_columns)
