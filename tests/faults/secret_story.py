"""A long story full of secrets, told over HTTP to what serves a world: what succeeds, what is refused, what fails."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from tests.clock import today
from tests.families import HEAD, seated
from tests.faults.listening import Told, refused, superuser
from tests.faults.worlds import World
from tests.screened import CLEAR, attended, disclosed, follow_ups, result_of
from tests.story import HOSPITAL, MEDICAL, done, filed, new_fund

_HEADER = "单位代码,姓名,证件类型,证件号码,性别,出生日期,用工形式,会籍状态,手机号,户名,银行卡号,开户行\n"
_DUES = {"dues_paid_through": "2026-12-31"}
_GARBAGE = "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl"


def tell(world: World) -> Told:
    """Tell everything."""
    told = Told(world)
    for part in (_signing_in, _registering, _family, _case, _screening, _importing, _failing):
        part(told)
        told.look()
    return told


def _signing_in(told: Told) -> None:
    password = told.secrets["password"]
    account = {"username": "canary", "password": password, "name": "周管理", "unit_code": "AH"}
    identity = {"id_number": told.secrets["child_id_number"]}
    done(told("admin").post("/accounts", account | identity))
    for again in (account | identity, account, account | {"unit_code": password}, account | {"password": [password]}):
        refused(told("admin").post("/accounts", again))
    nobody = told(None)
    for name, word in (("canary", password + "x"), (password, "x"), (told.secrets["id_number"], password)):
        refused(nobody.post("/auth/tokens", {"username": name, "password": word}))
    tokens = done(nobody.post("/auth/tokens", {"username": "canary", "password": password}))
    told.secrets |= {"access token": tokens["access_token"], "refresh token": tokens["refresh_token"]}
    bearer = f"Bearer {tokens['access_token']}"
    refused(
        told.raw(None, "POST", "/me/password", f'{{"current": "{password}", "new": "{password}"', Authorization=bearer)
    )
    for bad in (bearer + "x", f"Bearer {tokens['refresh_token']}", f"Basic {password}", f"Bearer {_GARBAGE}"):
        refused(told.raw(None, "GET", f"/me?access_token={tokens['access_token']}", "", Authorization=bad))
    refused(nobody.post("/auth/tokens/refresh", {"refresh_token": tokens["access_token"]}))
    done(nobody.post("/auth/tokens/refresh", {"refresh_token": tokens["refresh_token"]}))
    refused(nobody.post("/auth/tokens/refresh", {"refresh_token": tokens["refresh_token"]}))  # a second use


def _member(told: Told, **other: object) -> dict[str, Any]:
    kept = {name: told.secrets[name] for name in ("name", "id_number", "phone")}
    return {"unit_code": "AH-D01", "employment_type": "established", "staff_number": "C-1", **_DUES, **kept, **other}


def _registering(told: Told) -> None:
    """Members: registered, refused in many ways, looked for, shown."""
    officer, said = told("officer"), told.secrets
    made = done(officer.post("/members", _member(told)))
    path = f"/members/{made['id']}"
    account = {"holder": said["name"], "account_number": said["card"], "bank": "徽商银行"}
    tag = officer.get(path).headers["ETag"]
    done(officer.patch(path, {"account": account}, if_match=tag))
    refused(officer.patch(path, {"phone": said["phone"]}, if_match=tag))
    wrong = account | {"account_number": said["card"][:-1] + str((int(said["card"][-1]) + 1) % 10)}
    bodies = (_member(told), _member(told, unit_code=said["id_number"]), _member(told, state=said["card"]))
    more = (_member(told, id_number=said["card"]), _member(told, joined_on=said["phone"]), _member(told, account=wrong))
    for body in (*bodies, *more, _member(told, phone=said["card"]), [_member(told)], {"id_number": said}):
        refused(officer.post("/members", body))
    for who in ("officer2", "reviewer", "finance"):
        refused(told(who).post("/members", _member(told)))
        refused(told(who).post(f"{path}/disclosures", {"fields": ["id_number"], "purpose": ""}))
    done(officer.post("/members/searches", {"id_number": said["id_number"]}))
    refused(officer.post("/members/searches", {"id_number": said["card"] + said["phone"]}))
    everything = {"fields": ["id_number", "phone", "account_number"], "purpose": "核对"}
    assert done(officer.post(f"{path}/disclosures", everything))["account_number"] == said["card"]
    for line in (
        f"/members/{said['id_number']}",
        f"/units/{said['card']}",
        f"/nothing/{said['phone']}?a={said['card']}",
    ):
        for method in ("GET", "POST", "PATCH", "DELETE"):
            refused(told.raw("officer", method, line, "{}"))
    refused(told.raw("officer", "POST", "/members", f'{{"id_number": "{said["id_number"]}", "name": {said["name"]}'))
    refused(told.raw("officer", "POST", "/members", f"id_number={said['id_number']}", **{"Content-Type": "text/plain"}))
    refused(told.raw("officer", "POST", "/members", "{}", **{"Idempotency-Key": said["id_number"] * 20}))
    key = str(uuid4())
    refused(officer.post("/members", _member(told, id_number=said["phone"]), key=key))
    assert told("officer").get(f"{path}/statement.pdf").body.startswith(b"%PDF")


def _family(told: Told) -> None:
    """A file of hardship with a child, its sheet, and numbers shown."""
    officer, said = told("officer"), told.secrets
    made = done(officer.post("/households", {"member_id": _only(told)}))
    path = f"/households/{made['id']}"
    head = {**HEAD, "address": said["address"], "health": "cancer"}
    tag = officer.get(path).headers["ETag"]
    done(officer.patch(path, {"details": head}, if_match=tag))
    child = {"name": said["child"], "id_number": said["child_id_number"], "illness": said["diagnosis"]}
    seat = seated(told, path, "20", consent="2026-01-05", **child)
    body = {"relation": "20", "details": {**child, "health": said["diagnosis"], "phone": said["card"]}}
    refused(officer.act(path, "members", body))
    refused(officer.act(path, "members", {"relation": said["child"], "details": said["address"]}))
    refused(officer.patch(path, {"details": head | {"housing": said["address"]}}, if_match=tag))
    shown = done(officer.post(f"{path}/members/{seat}/disclosures", {"fields": ["id_number"], "purpose": "核对"}))
    assert shown["id_number"] == said["child_id_number"]
    assert officer.get(f"{path}/file.pdf").status_code == 200
    refused(told("cashier").get(path))


def _only(told: Told) -> str:
    query = f"SELECT id::text FROM membership WHERE name = '{told.secrets['name']}'"
    return str(superuser(told.world, query)[0][0])


def _case(told: Told) -> None:
    """A case that is paid to a card of somebody else."""
    said = told.secrets
    payee = {"holder": said["name"], "account_number": said["card"], "bank": "徽商银行"}
    path = filed(told, "C-1", "500.00", programme="holiday_visit", facts=HOSPITAL, payee=payee)
    fund = new_fund(told)
    refused(told("officer").post(f"{path}/submit", {"note": said["diagnosis"]}, if_match='"99"'))
    refused(told("reviewer").act(path, "approve", {"fund_id": said["card"]}))
    done(told("officer").act(path, "submit"))
    refused(told("officer").act(path, "approve", {"fund_id": fund}))
    done(told("reviewer").act(path, "approve", {"fund_id": fund}))
    refused(told("reviewer").act(path, "approve", {"fund_id": fund, "reason": said["note"]}))
    bad = MEDICAL | {"medical_total": said["card"], "aid_kind": said["diagnosis"]}
    body = {"programme": "hardship", "member_id": _only(told), "on": "2026-06-01", "facts": bad, "payee": payee}
    refused(told("officer").post("/applications", body))


def _screening(told: Told) -> None:
    """A clinical result, its follow-up, and a look at it."""
    said = told.secrets
    path = attended(told, parts="both")
    done(told("medical").act(path, "register", {"marital_status": "10", "births": 0, "note": said["note"]}))
    result = result_of(told, path, {**CLEAR, "tbs": "HSIL", "institution": said["address"]})
    follow_up = f"/screening/follow-ups/{follow_ups(told, result)[0]['id']}"
    seen = {"on": f"{today()}", "institution": said["address"], "codes": {"colposcopy": "abnormal"}}
    done(told("medical").act(follow_up, "examine", seen))
    closing = {"outcome": "treated", "evidence": "medical_report", "on": f"{today()}", "finding": said["diagnosis"]}
    refused(told("medical").act(follow_up, "close", closing | {"outcome": said["diagnosis"]}))
    done(told("medical").act(follow_up, "close", closing))
    refused(told("medical").act(follow_up, "close", closing))
    refused(told("officer").post(f"{result}/disclosures", {"purpose": "看看"}))
    assert said["diagnosis"] in str(told("medical").post(f"{result}/disclosures", {"purpose": "核对"}).get_json())
    disclosed(told, result)


def _importing(told: Told) -> None:
    """A roster with rows that are wrong in every cell; its findings and its marked workbook."""
    said = told.secrets
    names = ("card", "child", "diagnosis", "card", "note", "phone", "address", "note", "card", "name", "id_number")
    bad = ",".join([*(said[name] for name in names), said["password"]]) + "\n"
    for mode in ("check", "apply"):
        table = (_HEADER + _row(told, "AH-D01") + bad + _row(told, "AH-D01")).encode()
        answer = told("officer").sent_file("/imports", table, kind="members", mode=mode)(None)
        assert answer.status_code == 202, answer.body
        path = f"/imports/{answer.get_json()['id']}"
        assert _ended(told, path)["rejected"] >= 1
        assert said["card"] not in told("officer").get(f"{path}/findings?limit=200").get_data(as_text=True)
        assert told("officer").get(f"{path}/workbook.xlsx").status_code == 200
    refused(told("officer").sent_file("/imports", said["card"].encode(), kind=said["card"], mode="apply")(None))
    broken = told("officer").sent_file("/imports", (said["card"] + "\x00\xff").encode(), kind="members", mode="check")
    if (answer := broken(None)).status_code == 202:
        _ended(told, f"/imports/{answer.get_json()['id']}")


def _row(told: Told, unit: str, whose: str = "id_number") -> str:
    said, number = told.secrets, told.secrets[whose]
    sex, born = "女男"[int(number[16]) % 2], f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    cells = (
        unit,
        said["name"],
        "居民身份证",
        number,
        sex,
        born,
        "在编",
        "在职",
        said["phone"],
        said["name"],
        said["card"],
    )
    return ",".join([*cells, "徽商银行"]) + "\n"


def _ended(told: Told, path: str) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while (found := done(told("officer").get(path)))["state"] in {"queued", "running"}:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return dict(found)


def _failing(told: Told) -> None:
    """What nobody foresaw: the database refuses the row itself, to the server and to the worker."""
    said = told.secrets
    body = _member(told, unit_code="AH-D02", id_number=said["child_id_number"])
    with _refusing(told):
        failed = told("officer").post("/members", body)
        assert failed.status_code == 500, failed.body
        path = f"/members/{_only(told)}"
        tag = told("officer").get(path).headers["ETag"]
        failed = told("officer").patch(path, {"department": said["name"]}, if_match=tag)
        assert failed.status_code == 500, failed.body  # and its statement has the name in it
        table = (_HEADER + _row(told, "AH-D02", "child_id_number")).encode()
        sent = told("officer").sent_file("/imports", table, kind="members", mode="apply")(None)
        assert _ended(told, f"/imports/{sent.get_json()['id']}")["state"] == "failed"
        told.look()


@contextmanager
def _refusing(told: Told) -> Iterator[None]:
    rule = f"CHECK (name <> '{told.secrets['name']}') NOT VALID"
    superuser(told.world, f"ALTER TABLE membership ADD CONSTRAINT ck_of_a_test {rule}")
    try:
        yield
    finally:
        superuser(told.world, "ALTER TABLE membership DROP CONSTRAINT ck_of_a_test")
