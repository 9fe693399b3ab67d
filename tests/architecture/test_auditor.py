"""An auditor changes nothing but the audit's own work, and whatever shows secrets in the clear leaves an entry."""

from __future__ import annotations

from flask import Flask

from benefits.core.permissions import PERMISSIONS
from tests.architecture.test_files import HOUSE
from tests.architecture.test_routes import routes

_API = "/api/v1"
# What an auditor may do beside reading: the audit's own work, jobs that read, their own account, questions.
OWN_WORK = {
    ("POST", "/audit/exports"),
    ("POST", "/audit/replays"),
    ("POST", "/audit/samples"),
    ("POST", "/audit/samples/<uuid:sample_id>/rows/<int(max=2147483647):number>/examination"),
    ("POST", "/audit/findings"),
    ("POST", "/audit/restorations/<uuid:restoration_id>/record"),
    ("POST", "/audit/restorations/<uuid:restoration_id>/release"),
    ("POST", "/audit/verifications"),
    *(
        ("POST", f"/audit/findings/<uuid:finding_id>/{act}")
        for act in ("assign", "return", "close", "revisit", "reopen")
    ),
    ("POST", "/reports/<name>/snapshots"),
    ("POST", "/members/searches"),  # a number in the body, nothing written
    ("POST", "/members/<uuid:member_id>/disclosures"),  # recorded with its purpose
    ("POST", "/programmes/<code>/assessments"),  # nothing is stored
    ("DELETE", "/auth/tokens"),
    ("POST", "/me/password"),
    ("POST", "/accounts/<uuid:account_id>/relatives"),  # one's own
    ("POST", "/delegations/<uuid:delegation_id>/revoke"),  # one's own
    ("DELETE", "/jobs/<uuid:job_id>"),  # one's own
    ("POST", "/imports"),  # each kind asks for its own permission, and an auditor holds none
}
# Files and disclosures: the action under which a look at them enters the record.
RECORDED = {
    ("GET", "/applications/<uuid:application_id>"): "case.facts",
    ("GET", "/applications/<uuid:application_id>/documents/<uuid:document_id>"): "document",
    ("GET", "/applications/<uuid:application_id>/form.pdf"): "case.facts",
    ("GET", "/audit/exports/<uuid:export_id>/file"): "record_export",
    ("GET", "/audit/findings/<uuid:finding_id>/documents/<uuid:paper_id>"): "finding_paper",
    ("GET", "/audit/findings/<uuid:finding_id>/notice.pdf"): "finding.notice",
    ("GET", "/audit/findings/register.pdf"): "finding.register",
    ("GET", "/audit/samples/<uuid:sample_id>/file"): "audit_sample.rows",
    ("GET", "/audit/samples/<uuid:sample_id>/population.csv"): "audit_sample.population",
    ("GET", "/households/<uuid:household_id>/file.pdf"): "household.read",
    ("POST", "/households/<uuid:household_id>/members/<uuid:member_id>/disclosures"): "household.disclose",
    ("GET", "/imports/<uuid:import_id>/workbook.xlsx"): "import.workbook",
    ("POST", "/members/<uuid:member_id>/disclosures"): "member.disclose",
    ("GET", "/mutual-aid/register.pdf"): "cover_register",
    ("GET", "/mutual-aid/register.xlsx"): "cover_register",
    ("GET", "/payment-batches/<uuid:batch_id>/file"): "bank_file",
    ("POST", "/relief-points/<uuid:point_id>/disclosures"): "relief.disclose",
    ("GET", "/rosters/<uuid:roster_id>/sheet.pdf"): "roster_sheet",
    ("GET", "/rosters/<uuid:roster_id>/sheet.xlsx"): "roster_sheet",
    **{
        ("GET", f"/rounds/<uuid:round_id>/{paper}"): "leave_"
        for paper in ("participants.pdf", "participants.xlsx", "sign-in-sheet.pdf")
    },
    ("GET", "/reports/snapshots/<uuid:snapshot_id>/file"): "report.",
    ("POST", "/screening/appointments/<uuid:appointment_id>/disclosures"): "screening.disclose",
    ("GET", "/screening/follow-ups/<uuid:follow_up_id>/letter.pdf"): "screening.letter",
    ("POST", "/screening/results/<uuid:result_id>/disclosures"): "screening.disclose",
}
# Files that show no number in full, no health and no child: why.
PLAIN = {
    ("GET", "/audit/checkpoints/<int(max=9223372036854775807):size>/slip.pdf"): "digests",
    ("GET", "/disbursements/<uuid:disbursement_id>/slip.pdf"): "the account is masked",
    ("GET", "/goods/account.pdf"): "goods, no persons",
    ("GET", "/goods/account.xlsx"): "goods, no persons",
    ("GET", "/honours/file"): "titles and names",
    ("GET", "/imports/templates/<name>.xlsx"): "empty",
    ("GET", "/ledger/vouchers/<uuid:voucher_id>/form.pdf"): "accounts of the ledger",
    ("GET", "/members/<uuid:member_id>/statement.pdf"): "the number is masked, occasions of health are left out",
    ("GET", "/policies/<uuid:policy_id>/simulation/<uuid:job_id>/file"): "amounts by member id",
    ("GET", "/relief-points/<uuid:point_id>/sheet.pdf"): "the phone is masked",
    ("GET", "/relief-points/season.pdf"): "points and sums",
    ("GET", "/relief-points/season.xlsx"): "points and sums",
}
_ENDINGS = (".pdf", ".xlsx", ".csv", "/file", "/disclosures", "<uuid:document_id>", "<uuid:paper_id>")


def test_an_auditor_writes_nothing_but_the_audits_own_work(served: Flask) -> None:
    found = {
        (method, rule.rule.removeprefix(_API))
        for method, rule, guard in routes(served)
        if method != "GET" and guard is not None and not guard.public
        if guard.permission is None or "auditor" in PERMISSIONS[guard.permission]
    }
    assert found <= OWN_WORK, "what more may an auditor change, and why?"


def test_every_file_and_disclosure_is_recorded_or_plain(served: Flask) -> None:
    found = {
        (method, rule.rule.removeprefix(_API))
        for method, rule, guard in routes(served)
        if method in {"GET", "POST"} and guard is not None and not guard.public
        if rule.rule.endswith(_ENDINGS)
    }
    assert not RECORDED.keys() & PLAIN.keys()
    assert found <= RECORDED.keys() | PLAIN.keys(), "does it show what is secret, and does the record say who looked?"


def test_what_is_recorded_is_written_somewhere() -> None:
    sources = "".join(
        file.read_text(encoding="utf-8") for floor in ("benefits", "api") for file in (HOUSE / floor).rglob("*.py")
    )
    for route, action in RECORDED.items():
        assert f'"{action}' in sources, route
