"""The record role's part in forgetting files: those of jobs by age, the bank's answers after their years."""

from __future__ import annotations

# A legal hold on a file of hardship, or audit work that is not done; a package that is being made may name anybody.
_HELD = """
BEGIN
    RETURN EXISTS (SELECT FROM household h WHERE h.person_id = person_ AND h.held_for IS NOT NULL)
        OR EXISTS (SELECT FROM audit_finding f
                   WHERE f.application_id = application_ AND f.state IN ('open', 'answered', 'returned'))
        OR EXISTS (SELECT FROM audit_sample_row r WHERE r.application_id = application_ AND r.examined_at IS NULL)
        OR EXISTS (SELECT FROM job j WHERE j.kind = 'evidence_package' AND j.state IN ('queued', 'running'));
END"""

# Signature -> (result, body), as models/functions.py installs them.
KEEPING_FUNCTIONS = {
    # The content of files of ended jobs from before an instant, never of the last day, and the keys of those sent in:
    # how many parts went. The bank's answers are not among them.
    "files_forget(before_ timestamptz)": (
        "bigint",
        """
DECLARE
    until_ timestamptz := least(before_, clock_timestamp() - interval '1 day');
    sent_ bigint;
    made_ bigint;
BEGIN
    DELETE FROM import_part p USING "import" i, job j
    WHERE i.id = p.import_id AND j.id = i.id AND i.kind <> 'bank_results' AND j.finished_at < until_;
    GET DIAGNOSTICS sent_ = ROW_COUNT;
    UPDATE "import" i SET key_wrapped = NULL FROM job j
    WHERE j.id = i.id AND i.kind <> 'bank_results' AND i.key_wrapped IS NOT NULL AND j.finished_at < until_;
    DELETE FROM export_part p USING job j WHERE j.id = p.export_id AND j.finished_at < until_;
    GET DIAGNOSTICS made_ = ROW_COUNT;
    RETURN sent_ + made_;
END""",
    ),
    # Whether a case's papers must stay beyond their years, whichever union asks for it.
    "case_held(application_ uuid, person_ uuid)": ("boolean", _HELD),
    # The bank's answers sent in before an instant, never of the last day: key and content go, unless the case of one of
    # their payments is held. How many files.
    "bank_answers_forget(before_ timestamptz)": (
        "bigint",
        """
DECLARE
    until_ timestamptz := least(before_, clock_timestamp() - interval '1 day');
    gone_ bigint;
BEGIN
    UPDATE "import" i SET key_wrapped = NULL FROM job j
    WHERE j.id = i.id AND i.kind = 'bank_results' AND i.key_wrapped IS NOT NULL AND j.finished_at < until_
      AND NOT EXISTS (SELECT FROM bank_result b JOIN disbursement d ON d.id = b.disbursement_id
                      WHERE b.import_id = i.id AND case_held(d.application_id, d.person_id));
    GET DIAGNOSTICS gone_ = ROW_COUNT;
    DELETE FROM import_part p USING "import" i
    WHERE i.id = p.import_id AND i.kind = 'bank_results' AND i.key_wrapped IS NULL;
    RETURN gone_;
END""",
    ),
}
