"""The member roster: its columns, and the check that turns each row into a member to register or into findings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from benefits.core.as_typed import read_last_day
from benefits.core.code_table import code_table
from benefits.core.identity import Identity, NotAnIdentity, parse_card, parse_identity, parse_mobile
from benefits.intake.row import Checked, RowReader, has_error
from benefits.intake.workbook import YES_NO, Columns
from models.vocabulary import HonourLevel, MembershipState, Severity

_PERSON = ("工号", "证件类型", "民族", "学历", "政治面貌", "手机号")
_WORK = ("部门", "岗位", "参加工作时间", "入会时间", "会费缴至", "一线岗位", "户外高温岗位")
_HONOUR = ("荣誉称号", "授予机关", "授予日期")
_ACCOUNT = ("开户行", "银行卡号", "户名")
_HONOUR_LEVEL = code_table("honour_level")
_WORDS = {
    "性别": code_table("sex"),
    "证件类型": code_table("identity_document"),
    "民族": code_table("ethnicity"),
    "学历": code_table("education"),
    "政治面貌": code_table("political_status"),
    "用工形式": code_table("employment_type"),
    "会籍状态": code_table("membership_state"),
    "一线岗位": YES_NO,
    "户外高温岗位": YES_NO,
}
COLUMNS = Columns(
    sheet="会员花名册",
    required=("姓名", "性别", "证件号码", "出生日期", "单位代码", "用工形式", "会籍状态"),
    optional=(*_PERSON, *_WORK, *_HONOUR, *_ACCOUNT),
    words=_WORDS,
)
_CHUNK = 1_000  # rows whose registrations elsewhere are asked for in one question


@dataclass(frozen=True, slots=True)
class RosterHonour:
    """An honour as a roster names it."""

    title: str
    level: HonourLevel
    awarded_by: str | None
    awarded_on: date | None


@dataclass(frozen=True, slots=True)
class Details:
    """What a union may write about a member and may leave blank (None)."""

    staff_number: str | None
    ethnicity: str | None
    education: str | None
    political_status: str | None
    phone: str | None
    department: str | None
    post: str | None
    work_started_on: date | None
    joined_on: date | None
    dues_paid_through: date | None
    frontline: bool | None
    outdoor: bool | None


@dataclass(frozen=True, slots=True)
class Account:
    """Where a member wants to be paid, as far as it was given."""

    bank: str | None
    number: str | None
    holder: str | None


@dataclass(frozen=True, slots=True)
class RosterMember:
    """One good row of a roster. Codes are those of `config/data`."""

    identity: Identity
    unit_code: str
    name: str
    state: MembershipState
    employment_type: str
    details: Details
    account: Account
    honour: RosterHonour | None


@dataclass(frozen=True)
class RosterContext:
    """What a check must be told: today, the units the account may read and file for, and who is a member elsewhere.

    `registered_elsewhere` takes (identity number, unit code) pairs and gives back those whose person is no member
    of that unit, but has a live membership in another one that the importer may see. The unit code is blank where
    the row's own cannot be used.
    """

    today: date
    readable_units: Collection[str]
    fileable_units: Collection[str]
    registered_elsewhere: Callable[[Sequence[tuple[str, str]]], Collection[tuple[str, str]]]


def check_roster(rows: Iterable[tuple[int, dict[str, str]]], context: RosterContext) -> Iterator[Checked[RosterMember]]:
    """Check every row, in order, with all its findings: the codes of contract §5 and no others.

    Holds nothing but the identity numbers seen, so that a roster of any length can be streamed through it. Only the
    first row of a person is held against the register, so that a file gives the same findings when it is sent again.
    """
    first_rows: dict[str, int] = {}
    rows = iter(rows)
    while chunk := list(islice(rows, _CHUNK)):
        readers = [RowReader(row, cells, COLUMNS.required) for row, cells in chunk]
        identities = [_read_identity(reader, context.today, first_rows) for reader in readers]
        units = [_read_unit(reader, context) for reader in readers]
        asked = [
            (who.number, unit or "")
            for reader, who, unit in zip(readers, identities, units, strict=True)
            if who and first_rows[who.number] == reader.row
        ]
        elsewhere = context.registered_elsewhere(asked)
        for reader, identity, unit in zip(readers, identities, units, strict=True):
            if identity and reader.row == first_rows[identity.number] and (identity.number, unit or "") in elsewhere:
                reader.fault("证件号码", "already_registered")
            yield _check_row(reader, identity, unit)


def _check_row(reader: RowReader, identity: Identity | None, unit_code: str | None) -> Checked[RosterMember]:
    name = reader.name("姓名")
    state = reader.word("会籍状态", _WORDS["会籍状态"])
    employment_type = reader.word("用工形式", _WORDS["用工形式"])
    details = _read_details(reader)
    account = _read_account(reader, name)
    honour = _read_honour(reader)
    findings = tuple(reader.findings)
    if name is None or identity is None or unit_code is None or state is None or employment_type is None:
        return Checked(reader.row, None, findings)
    if has_error(findings):
        return Checked(reader.row, None, findings)
    member = RosterMember(identity, unit_code, name, MembershipState(state), employment_type, details, account, honour)
    return Checked(reader.row, member, findings)


def _read_identity(reader: RowReader, today: date, first_rows: dict[str, int]) -> Identity | None:
    """The number, held against the stated sex and birth date where all can be read."""
    reader.word("证件类型", _WORDS["证件类型"])
    text = reader.number("证件号码")
    sex = reader.word("性别", _WORDS["性别"])
    birth_date = reader.day("出生日期")
    if text is None:
        return None
    try:
        identity = parse_identity(text, today=today)
    except NotAnIdentity as fault:
        retired = fault.code == "id_retired_15_digits"
        reader.fault("证件号码", fault.code if retired else "id_checksum")
        return None
    if sex is not None and sex != identity.sex:
        reader.fault("性别", "sex_mismatch")
    if birth_date is not None and birth_date != identity.birth_date:
        reader.fault("出生日期", "birth_date_mismatch")
    first = first_rows.setdefault(identity.number, reader.row)
    if first != reader.row:
        reader.fault("证件号码", "duplicate_in_file", first_row=first)
    return identity


def _read_unit(reader: RowReader, context: RosterContext) -> str | None:
    code = reader.number("单位代码")
    if code is None or code in context.fileable_units:
        return code
    reader.fault("单位代码", "unit_out_of_scope" if code in context.readable_units else "unit_unknown")
    return None


def _read_details(reader: RowReader) -> Details:
    phone = reader.number("手机号")
    mobile = parse_mobile(phone) if phone else None
    if phone and mobile is None:
        reader.fault("手机号", "phone_malformed")
    return Details(
        staff_number=reader.text("工号"),
        ethnicity=reader.word("民族", _WORDS["民族"]),
        education=reader.word("学历", _WORDS["学历"]),
        political_status=reader.word("政治面貌", _WORDS["政治面貌"]),
        phone=mobile,
        department=reader.text("部门"),
        post=reader.text("岗位"),
        work_started_on=reader.day("参加工作时间"),
        joined_on=reader.day("入会时间"),
        dues_paid_through=reader.day("会费缴至", read_last_day),
        frontline=reader.flag("一线岗位"),
        outdoor=reader.flag("户外高温岗位"),
    )


def _read_account(reader: RowReader, name: str | None) -> Account:
    card = reader.number("银行卡号")
    number = parse_card(card) if card else None
    if card and number is None:
        reader.fault("银行卡号", "bank_card_checksum")
    holder = reader.name("户名")
    if holder and name and holder != name:
        reader.fault("户名", "account_holder_mismatch", Severity.WARNING)
    return Account(reader.text("开户行"), number, holder)


def _read_honour(reader: RowReader) -> RosterHonour | None:
    title = reader.name("荣誉称号")
    level = reader.word("荣誉称号", _HONOUR_LEVEL)
    awarded_by, awarded_on = reader.text("授予机关"), reader.day("授予日期")
    if title is None or level is None:
        return None
    return RosterHonour(title, HonourLevel(level), awarded_by, awarded_on)
