"""A small made-up union to try the system on: units, members, one account a role; loaded into an empty database."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session
from stdnum import luhn

from benefits.access.passwords import hash_password
from benefits.access.person import person_key, register_person
from benefits.casework.policy_book import load_shipped
from benefits.core.actor import UNION_ZONE
from benefits.core.identity import Identity, NotAnIdentity, parse_identity
from benefits.registry.name_key import name_key
from config.settings import Mode, Settings
from models.account import Account, Grant
from models.columns import new_id
from models.database import Scope, session_for
from models.membership import Membership
from models.secrecy import Secrecy, secrecy
from models.unit import Unit
from models.vocabulary import MembershipState, Role, UnionKind

_SYSTEM = Scope(paths=("/",))
# So that a trial need not wait for days to pass, nor visit anybody.
_FIGURES = {"hardship": {"notice_working_days": 0, "visits_before_activation": 0}}
_UNITS = [  # code, name, unit kind, remote area, basic education
    ("AH-D01", "示范：江淮师范大学工会", "university", False, False),
    ("AH-D02", "示范：省立江淮医院工会", "hospital", False, False),
    ("AH-D03", "示范：皖西山区实验小学工会", "school", True, True),
]
_MEMBERS = [  # unit, staff number, name, birth date, sex sequence (odd: male), department, post, frontline, outdoor
    ("AH-D01", "D01-001", "王建国", date(1952, 3, 8), 101, "后勤", "退休返聘", False, False),
    ("AH-D01", "D01-002", "李秀英", date(1957, 11, 20), 102, "文学院", "教师", True, False),
    ("AH-D01", "D01-003", "张桂兰", date(1955, 6, 1), 104, "图书馆", "馆员", False, False),
    ("AH-D01", "D01-004", "刘振华", date(1958, 1, 15), 103, "保卫处", "安保", True, True),
    ("AH-D02", "D02-001", "陈玉珍", date(1956, 9, 9), 106, "护理部", "护士长", True, False),
    ("AH-D02", "D02-002", "赵德胜", date(1954, 12, 3), 105, "后勤", "救护车司机", True, True),
    ("AH-D02", "D02-003", "孙㛃", date(1958, 7, 7), 108, "内科", "医师", True, False),
    ("AH-D03", "D03-001", "周淑华", date(1957, 2, 28), 110, "语文组", "班主任", True, False),
    ("AH-D03", "D03-002", "吴𬬭祥", date(1953, 5, 5), 107, "总务", "校车司机", True, True),
    ("AH-D03", "D03-003", "郑美琴", date(1958, 10, 30), 112, "数学组", "教师", True, False),
]
_ACCOUNTS = [  # user name, name, role, unit, birth date, sex sequence
    ("officer", "方经办", Role.OFFICER, "AH", date(1981, 4, 1), 201),
    ("reviewer", "何审核", Role.REVIEWER, "AH", date(1975, 8, 2), 202),
    ("finance", "高财务", Role.FINANCE, "AH", date(1983, 1, 3), 204),
    ("cashier", "林出纳", Role.CASHIER, "AH", date(1990, 6, 4), 206),
    ("auditor", "梁经审", Role.AUDITOR, "AH", date(1970, 2, 5), 203),
    ("policy", "宋政策", Role.POLICY_EDITOR, "AH", date(1979, 9, 6), 208),
    ("medical", "唐医务", Role.SCREENING_MEDICAL, "AH", date(1985, 12, 7), 210),
    ("admin", "许管理", Role.ADMIN, "AH", date(1988, 3, 8), 205),
    ("officer2", "韩基层", Role.OFFICER, "AH-D01", date(1992, 5, 9), 212),
]


def load(settings: Settings) -> dict[str, str]:
    """Load shipped rules and calendar, and the demonstration union if there is no union yet.

    Returns:
        user name → password of the accounts made now; empty where a union is there already.
    """
    engine = create_engine(settings.database_url)
    try:
        with session_for(engine, _SYSTEM) as session:
            load_shipped(session, {} if settings.mode is Mode.PRODUCTION else _FIGURES)
        return {} if settings.mode is Mode.PRODUCTION else _load_union(engine, settings)
    finally:
        engine.dispose()


def _load_union(engine: Engine, settings: Settings) -> dict[str, str]:
    keys = Secrecy(settings.master_key, settings.index_key)
    now = datetime.now(UTC) + timedelta(seconds=settings.clock_offset_s)
    with session_for(engine, _SYSTEM, secrecy=keys) as session:
        if session.scalar(select(Unit.id).limit(1)) is not None:
            return {}
        units, year_end = _add_units(session), date(now.astimezone(UNION_ZONE).year, 12, 31)
        for row in _MEMBERS:
            _add_member(session, units, row, dues_paid_through=year_end)
        return {row[0]: _add_account(session, units, row, settings.demo_password, now) for row in _ACCOUNTS}


def _add_units(session: Session) -> dict[str, Unit]:
    root = Unit(
        code="AH",
        name="安徽省教科文卫体工会",
        path="/AH/",
        union_kind=UnionKind.COUNTY_AND_ABOVE,
        unit_kind="union_office",
        division_code="340000",
        credit_code="813400000000000196",
    )
    session.add(root)
    session.flush()
    units = {"AH": root}
    for code, name, kind, remote, basic in _UNITS:
        units[code] = Unit(
            code=code,
            name=name,
            parent_id=root.id,
            path=f"/AH/{code}/",
            union_kind=UnionKind.PRIMARY,
            unit_kind=kind,
            division_code="340100",
            remote_area=remote,
            basic_education=basic,
        )
        session.add(units[code])
    session.flush()
    return units


def _identity(birth_date: date, sequence: int) -> Identity:
    """A number under 340000, which is issued to nobody, with the one check digit that fits."""
    for check in "0123456789X":
        try:
            return parse_identity(f"340000{birth_date:%Y%m%d}{sequence:03d}{check}")
        except NotAnIdentity:
            continue
    raise AssertionError("one of eleven check digits always fits")


def _add_member(
    session: Session,
    units: dict[str, Unit],
    row: tuple[str, str, str, date, int, str, str, bool, bool],
    *,
    dues_paid_through: date,
) -> None:
    unit_code, staff_number, name, birth_date, sequence, department, post, frontline, outdoor = row
    keys, member_id = secrecy(session), new_id()
    person_id = register_person(session, _identity(birth_date, sequence))
    key = person_key(session, person_id)
    stem = f"62179900000000{sequence:04d}"
    card = stem + luhn.calc_check_digit(stem)
    session.add(
        Membership(
            id=member_id,
            person_id=person_id,
            unit_id=units[unit_code].id,
            staff_number=staff_number,
            name=name,
            name_key=name_key(name),
            state=MembershipState.ACTIVE,
            in_service=True,
            employment_type="established",
            department=department,
            post=post,
            frontline=frontline,
            outdoor=outdoor,
            dues_paid_through=dues_paid_through,
            phone_cipher=keys.encrypt(key, member_id, "phone", f"1390000{sequence:04d}"),
            phone_masked=f"139****{sequence:04d}",
            bank="徽商银行",
            account_holder=name,
            account_cipher=keys.encrypt(key, member_id, "account", card),
            account_hash=keys.index("account", card),
            account_last4=card[-4:],
        )
    )
    session.flush()


def _add_account(
    session: Session,
    units: dict[str, Unit],
    row: tuple[str, str, Role, str, date, int],
    fixed_password: str | None,
    now: datetime,
) -> str:
    username, name, role, unit_code, birth_date, sequence = row
    password = fixed_password or secrets.token_urlsafe(12)
    account = Account(
        username=username,
        name=name,
        person_id=register_person(session, _identity(birth_date, sequence)),
        unit_id=units[unit_code].id,
        password_hash=hash_password(password),
        sign_ins_valid_from=now,
    )
    session.add(account)
    session.flush()
    session.add(Grant(account_id=account.id, unit_id=units[unit_code].id, role=role, valid_from=date(2018, 1, 1)))
    session.flush()
    return password
