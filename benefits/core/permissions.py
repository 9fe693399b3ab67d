"""What each role may do; the one table of it."""

from __future__ import annotations

from types import MappingProxyType

# Permission -> roles that carry it. A route names one; the act checks it again with the thing in hand.
PERMISSIONS = MappingProxyType(
    {
        "unit.read": frozenset(
            {
                "officer",
                "reviewer",
                "finance",
                "cashier",
                "auditor",
                "policy_editor",
                "screening_medical",
                "admin",
            }
        ),
        "unit.keep": frozenset({"admin"}),
        "member.read": frozenset({"officer", "reviewer", "auditor"}),
        "member.register": frozenset({"officer"}),
        "member.disclose": frozenset({"officer", "reviewer", "finance", "auditor"}),
        "honour.check": frozenset({"officer", "reviewer"}),
        "erasure.read": frozenset({"officer", "reviewer", "auditor"}),
        "erasure.request": frozenset({"officer"}),
        "erasure.decide": frozenset({"reviewer"}),
        "unit.dues": frozenset({"admin", "finance"}),
        "report.read": frozenset({"officer", "reviewer", "finance", "auditor"}),
        "import.unit": frozenset({"admin"}),
        "import.calendar": frozenset({"admin"}),
        "import.member": frozenset({"officer"}),
        "import.honour": frozenset({"officer"}),
        "import.case": frozenset({"officer"}),
        "import.bank_result": frozenset({"cashier"}),
        "import.roster_line": frozenset({"officer"}),
        "import.read": frozenset({"officer", "admin", "cashier", "finance", "auditor"}),
        "account.keep": frozenset({"admin"}),
        "account.read": frozenset({"admin", "auditor"}),
        "delegation.give": frozenset({"reviewer", "finance", "cashier"}),
        "case.read": frozenset({"officer", "reviewer", "finance", "cashier", "auditor"}),
        "case.file": frozenset({"officer"}),
        "case.decide": frozenset({"reviewer"}),
        "household.read": frozenset({"officer", "reviewer", "auditor"}),
        "household.keep": frozenset({"officer"}),
        "household.decide": frozenset({"reviewer"}),
        "household.private": frozenset({"officer", "reviewer"}),
        "fund.read": frozenset({"officer", "reviewer", "finance", "cashier", "auditor"}),
        "fund.keep": frozenset({"finance"}),
        "payment.read": frozenset({"officer", "reviewer", "finance", "cashier", "auditor"}),
        "payment.batch": frozenset({"finance"}),
        "payment.release": frozenset({"cashier"}),
        "payment.file": frozenset({"finance", "cashier", "auditor"}),
        "payment.resolve": frozenset({"finance"}),
        "payment.reverse": frozenset({"finance"}),
        "ledger.read": frozenset({"finance", "cashier", "auditor"}),
        "ledger.keep": frozenset({"finance"}),
        "round.read": frozenset({"officer", "reviewer", "finance", "auditor"}),
        "round.keep": frozenset({"officer"}),
        "goods.read": frozenset({"officer", "reviewer", "finance", "auditor"}),
        "goods.keep": frozenset({"officer"}),
        "goods.check": frozenset({"reviewer"}),
        "receivable.read": frozenset({"officer", "reviewer", "finance", "cashier", "auditor"}),
        "receivable.receive": frozenset({"finance"}),
        "receivable.write_off": frozenset({"reviewer"}),
        "cover.read": frozenset({"officer", "reviewer", "finance", "auditor"}),
        "cover.keep": frozenset({"officer"}),
        "premium.confirm": frozenset({"finance"}),
        "heat.read": frozenset({"officer", "reviewer", "finance", "auditor"}),
        "heat.keep": frozenset({"officer"}),
        "relief.read": frozenset({"officer", "reviewer", "finance", "auditor"}),
        "relief.keep": frozenset({"officer"}),
        "relief.check": frozenset({"reviewer"}),
        "relief.settle": frozenset({"finance"}),
        "relief.disclose": frozenset({"officer", "reviewer"}),
        "policy.edit": frozenset({"policy_editor"}),
        "screening.read": frozenset({"officer", "reviewer", "auditor", "screening_medical"}),
        "screening.keep": frozenset({"officer", "screening_medical"}),
        "screening.result": frozenset({"screening_medical"}),
        "record.read": frozenset({"auditor"}),
        "restoration.read": frozenset({"auditor", "finance", "admin"}),
        "restoration.record": frozenset({"auditor"}),
        "restoration.release": frozenset({"auditor", "admin"}),
        "audit.work": frozenset({"auditor"}),
        "finding.read": frozenset(
            {
                "officer",
                "reviewer",
                "finance",
                "cashier",
                "auditor",
                "policy_editor",
                "screening_medical",
                "admin",
            }
        ),
        "finding.answer": frozenset(
            {"officer", "reviewer", "finance", "cashier", "policy_editor", "screening_medical", "admin"}
        ),
    }
)

# What is signed with a name: a grant of one's own, or a delegation that is shown beside the name (代).
SIGNED = frozenset({"case.decide", "payment.batch", "payment.release"})
# Role -> what a delegation of its duty carries: the signature, and what must be read for it. Nothing of it can be lent
# again, and nothing else that the role may do is lent with it.
_CASES_AND_MONEY = frozenset({"unit.read", "case.read", "fund.read", "payment.read"})
LENT = MappingProxyType(
    {
        "reviewer": _CASES_AND_MONEY | {"case.decide", "round.read", "household.read"},
        "finance": _CASES_AND_MONEY | {"payment.batch", "payment.file"},
        "cashier": _CASES_AND_MONEY | {"payment.release", "payment.file"},
    }
)


def carries(role: str, permission: str, *, lent: bool = False) -> bool:
    """Whether a grant of the role, or a delegation of it, gives the permission; an unknown one is a mistake of ours."""
    return permission in LENT[role] if lent else role in PERMISSIONS[permission]


def roles_with(permission: str) -> frozenset[str]:
    """The roles that carry a permission by a grant of one's own."""
    return PERMISSIONS[permission]
