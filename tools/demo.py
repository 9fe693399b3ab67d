"""`make demo`: the whole story against the running server, from a roster to payments that agree with the books."""

from __future__ import annotations

import csv
import io
import os
import sys
import time
import urllib.error
from datetime import date
from decimal import Decimal
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from stdnum import luhn

from bench.roster import HEADER, UNIT_HEADER, make_rows, make_units, write_table
from config.settings import CHECKOUT, data_dir_of
from tools.caller import Caller, Refused
from tools.keys import kept_accounts

ROSTER = CHECKOUT.parent / "shared" / "data" / "roster-5k"
ROLES = ("admin", "officer", "reviewer", "finance", "cashier", "auditor")
CASES = 12


class Story:
    """The steps, in order; each says what it did."""

    def __init__(self, base: str, passwords: dict[str, str]) -> None:
        self.people = {role: Caller(base, role, passwords[role]) for role in ROLES}
        self.officer, self.reviewer = self.people["officer"], self.people["reviewer"]
        self.finance, self.cashier, self.auditor = (self.people[role] for role in ("finance", "cashier", "auditor"))
        self.year = date.today().year  # noqa: DTZ011 - a person's day, at the keyboard

    def tell(self) -> bool:
        """Run it all; whether the sums agree at the end."""
        self.bring_members()
        fund = self.open_fund()
        cases = self.file_and_decide(fund)
        returned = self.pay(fund, fail=2)
        self.repay(fund, returned)
        return self.check(fund, cases) and self.export()

    def bring_members(self) -> None:
        """Import units and roster, twice: the second time nothing changes."""
        for kind, filename, content in _files():
            started = time.monotonic()
            who = self.people["admin"] if kind == "units" else self.officer
            sent = who.upload("/imports", {"kind": kind, "mode": "apply"}, filename, content).json
            who.wait(sent["id"])
            done = who.get(f"/imports/{sent['id']}").json
            said = f"{done['rows']} rows, {done['accepted']} accepted, {done['rejected']} rejected"
            print(f"  imported {kind}: {said}, {done['warnings']} warnings, {time.monotonic() - started:.1f} s")
            findings = who.get(f"/imports/{sent['id']}/findings?limit=3").json["items"]
            for finding in findings:
                print(f"    row {finding['row']} {finding['column']}: {finding['message']}")

    def open_fund(self) -> str:
        """Finance opens a purse."""
        body = {
            "unit_code": "AH",
            "name": f"困难职工帮扶 {int(time.time())}",
            "year": self.year,
            "source": "union_funds",
            "appropriated": "50000.00",
        }
        fund = self.finance.post("/funds", body).json
        print(f"  finance opened the fund {fund['name']} with {fund['appropriated']} yuan")
        return str(fund["id"])

    def file_and_decide(self, fund_id: str) -> list[str]:
        """File cases until enough are approved; refusals are explained, one is returned and comes back."""
        approved: list[str] = []
        after = ""
        while len(approved) < CASES:
            shelf = self.officer.get(f"/members?limit=50&state=active{after}").json
            for member in shelf["items"]:
                if len(approved) < CASES and (case := self._case(member["id"], fund_id, first=not approved)):
                    approved.append(case)
            if not shelf["next"]:
                break
            after = f"&after={shelf['next']}"
        print(f"  {len(approved)} cases filed by the officer and approved by the reviewer")
        return approved

    def _case(self, member_id: str, fund_id: str, *, first: bool) -> str | None:
        facts = {
            "aid_kind": "living",
            "household_size": 3,
            "annual_disposable_income": "48000.00",
            "annual_rigid_spending": "28000.00",
            "accidental_event": False,
            "household_already_filed": False,
            "homes_owned": 1,
            "owns_business": False,
            "high_fee_school": False,
            "non_work_vehicle": False,
        }
        on = date.today().isoformat()  # noqa: DTZ011 - a person's day, at the keyboard
        question = {"on": on, "member_id": member_id, "facts": {**facts, "amount": "1500.00"}}
        answer = self.officer.post("/programmes/hardship/assessments", question).json
        if answer["outcome"] != "eligible":
            return None
        body = {"programme": "hardship", "member_id": member_id, "on": on, "amount": "1500.00", "facts": facts}
        case = self.officer.post("/applications", body).json
        path = f"/applications/{case['id']}"
        self.officer.act(path, "submit")
        if first:
            self.reviewer.act(path, "return", {"reason": "请补充家庭收入证明"})
            self.officer.act(path, "submit")
            print("  one case was returned for a missing paper and handed in again")
        self.reviewer.act(path, "approve", {"fund_id": fund_id})
        return str(case["id"])

    def pay(self, fund_id: str, *, fail: int) -> list[str]:
        """Batch, approve, release, and bring the bank's answer; the first `fail` payments come back."""
        waiting = self.finance.get(f"/disbursements?fund_id={fund_id}&state=reserved&limit=200").json["items"]
        body = {"fund_id": fund_id, "disbursement_ids": [payment["id"] for payment in waiting]}
        batch = self.finance.post("/payment-batches", body).json
        path = f"/payment-batches/{batch['id']}"
        self.finance.act(path, "approve")
        self.cashier.act(path, "release")
        lines = list(csv.DictReader(io.StringIO(self.cashier.get(f"{path}/file").content.decode("utf-8-sig"))))
        print(
            f"  batch {batch['number']}: {batch['payments']} payments, {batch['total']} yuan, released by the cashier"
        )
        self._bank_answers(_answers(lines, fail))
        back = self.finance.get(f"/disbursements?batch_id={batch['id']}&state=returned&limit=200").json["items"]
        print(f"  the bank paid {len(lines) - len(back)} and returned {len(back)}")
        return [payment["id"] for payment in back]

    def _bank_answers(self, content: bytes) -> None:
        for round_ in ("first", "again"):
            sent = self.cashier.upload("/imports", {"kind": "bank_results", "mode": "apply"}, "results.csv", content)
            self.cashier.wait(sent.json["id"])
            done = self.cashier.get(f"/imports/{sent.json['id']}").json
            print(f"    bank results, {round_}: {done['accepted']} of {done['rows']} rows accepted")

    def repay(self, fund_id: str, returned: list[str]) -> None:
        """The officer corrects the accounts, the reviewer approves them, and they are paid once."""
        for place, payment_id in enumerate(returned):
            path = f"/disbursements/{payment_id}"
            holder = self.finance.get(path).json["payee"]["holder"]
            stem = f"62179988000000000{place}"
            account = {"holder": holder, "account_number": stem + luhn.calc_check_digit(stem), "bank": "徽商银行"}
            self.officer.act(path, "account", account)
            self.reviewer.act(path, "approve")
            try:
                self.reviewer.act(path, "approve")
            except Refused as refused:
                print(f"  approving the corrected account a second time: {refused.status} {refused.problem['code']}")
        self.pay(fund_id, fail=0)

    def check(self, fund_id: str, cases: list[str]) -> bool:
        """The fund's books, its payments and the cases say the same."""
        fund = self.finance.get(f"/funds/{fund_id}").json
        payments = self.finance.get(f"/disbursements?fund_id={fund_id}&limit=200").json["items"]
        paid = sum((Decimal(each["amount"]) for each in payments if each["state"] == "paid"), Decimal(0))
        decided = Decimal("1500.00") * len(cases)
        agree = Decimal(fund["spent"]) == paid == decided and fund["reserved"] == fund["committed"] == "0.00"
        left = Decimal(fund["appropriated"]) - paid
        agree = agree and Decimal(fund["available"]) == left
        print(
            f"  fund: spent {fund['spent']}, available {fund['available']}; payments paid {paid:.2f}; decided {decided}"
        )
        return agree

    def export(self) -> bool:
        """The auditor takes the same selection in three forms; they agree to the row."""
        counts = {}
        for kind in ("jsonl", "csv", "xlsx"):
            sent = self.auditor.post("/audit/exports", {"format": kind, "table": "disbursement"}).json
            job = self.auditor.wait(sent["id"])
            size = len(self.auditor.get(f"/audit/exports/{sent['id']}/file").content)
            counts[kind] = (job["result"]["rows"], job["result"].get("digest"))
            print(f"  audit export {kind}: {job['result']['rows']} entries, {size} bytes")
        return len(set(counts.values())) == 1


def _files() -> list[tuple[str, str, bytes]]:
    """The shared roster of 5,000 where it lies beside the checkout, else one of our own making."""
    if ROSTER.exists():
        return [
            (kind, path.name, path.read_bytes()) for kind, path in _both(ROSTER / "units.xlsx", ROSTER / "roster.xlsx")
        ]
    units = list(make_units(4))
    codes = [unit[0] for unit in units if unit[0].count("-") == 2]
    rows = ([row.cells[name] for name in HEADER] for row in make_rows(5000, codes))
    with TemporaryDirectory() as folder:
        listed, roster = Path(folder) / "units.xlsx", Path(folder) / "roster.xlsx"
        write_table(listed, "单位", chain([UNIT_HEADER], units))
        write_table(roster, "会员花名册", chain([HEADER], rows))
        return [(kind, path.name, path.read_bytes()) for kind, path in _both(listed, roster)]


def _both(units: Path, roster: Path) -> list[tuple[str, Path]]:
    """Each file twice: the second time nothing changes."""
    return [("units", units), ("members", roster)] * 2


def _answers(lines: list[dict[str, str]], fail: int) -> bytes:
    """A bank's answer to a file: all paid but the first `fail`."""
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(["批次号", "序号", "账号", "金额", "状态", "原因", "银行流水号", "日期"])
    today = date.today().isoformat()  # noqa: DTZ011 - the bank's day
    for place, line in enumerate(lines):
        head = [line["批次号"], line["序号"], line["账号"], line["金额"]]
        if place < fail:
            write.writerow([*head, "失败", "账号已销户", "", today])
        else:
            write.writerow([*head, "成功", "", f"B{line['批次号']}{line['序号']}", today])
    return out.getvalue().encode("utf-8-sig")


def main() -> int:
    """Tell the story to the server that `make run` started; exit 0 when the sums agree."""
    base = f"http://127.0.0.1:{os.environ.get('PORT') or '8000'}"
    fixed = os.environ.get("DEMO_PASSWORD")
    passwords = dict.fromkeys(ROLES, fixed) if fixed else kept_accounts(Path(data_dir_of(os.environ)))
    try:
        agree = Story(base, {role: word for role, word in passwords.items() if word}).tell()
    except Refused as refused:
        print(f"Stopped: {refused}", file=sys.stderr)
        return 1
    except (urllib.error.URLError, KeyError) as error:
        print(f"No server with the demonstration union at {base} ({error}): start it with `make run`.", file=sys.stderr)
        return 1
    print("The sums agree." if agree else "THE SUMS DO NOT AGREE.")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
