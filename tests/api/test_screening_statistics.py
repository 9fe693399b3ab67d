"""Figures of a round: every form has the same rows, small cells are hidden, and nobody is named."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import load_workbook
from sqlalchemy import text

from tests.driver import Api
from tests.screened import CLEAR, EVENT, attended, result_of, round_of, teacher
from tests.story import books, done

STATISTICS = "/screening/statistics"


# More women like the first: rows that say what theirs would say, without walking each through every act.
_PEOPLE = """
CREATE TEMPORARY TABLE people ON COMMIT DROP AS
SELECT id AS membership, person_id, unit_id, gen_random_uuid() AS application, gen_random_uuid() AS appointment,
       row_number() OVER (ORDER BY id) AS n
FROM membership WHERE id = ANY(CAST(:members AS uuid[]))"""
_LIKE = """
INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, to_jsonb(t) || jsonb_build_object({changes}))).*
FROM {table} t, people p WHERE {where}"""
_OWN = "'person_id', p.person_id, 'unit_id', p.unit_id"
_ROWS = (
    {
        "table": "application",
        "changes": f"{_OWN}, 'membership_id', p.membership, 'id', p.application, 'assessment_id', NULL, "
        "'number', nextval('application_number')",
        "where": "t.programme = 'screening'",
    },
    {
        "table": "screening_appointment",
        "changes": f"{_OWN}, 'membership_id', p.membership, 'id', p.appointment, 'application_id', p.application, "
        "'assessment_id', NULL, 'state', CASE WHEN p.n <= 7 THEN 'attended' ELSE 'invited' END, "
        "'attended_on', CASE WHEN p.n <= 7 THEN t.attended_on END",
        "where": "t.state = 'attended'",
    },
    {
        "table": "screening_result",
        "changes": f"{_OWN}, 'id', gen_random_uuid(), 'appointment_id', p.appointment, 'result_class', 'normal'",
        "where": "p.n <= 7 AND t.result_class = 'needs_follow_up'",
    },
)


def filled(api: Api) -> str:
    """A round with one woman who needs follow-up, seven who are normal, and nine who have not been examined."""
    of = round_of(api, EVENT)
    result_of(api, attended(api, 700, of=of), {**CLEAR, "bi_rads_left": "0"})
    members = [teacher(api, 702 + 2 * n) for n in range(16)]
    with books(api) as session:
        session.execute(text(_PEOPLE), {"members": members})
        for row in _ROWS:
            session.execute(text(_LIKE.format(**row)))
    return of[0]


def asked(api: Api, round_id: str, by: str, **other: Any) -> Any:
    extra = "".join(f"&{name}={value}" for name, value in other.items())
    return api("officer").get(f"{STATISTICS}?round={round_id}&by={by}{extra}")


def test_small_cells_are_hidden_and_the_forms_agree_to_the_row(api: Api) -> None:
    of = filled(api)
    by_class = done(asked(api, of, "class"))
    assert by_class["least"] == 5
    totals = {row["group"]: row["total"] for row in by_class["rows"]}
    assert totals == {
        **dict.fromkeys(("declined", "examined", "normal", "needs_follow_up", "closed")),
        "waiting": 9,
        "*": 17,
    }
    by_unit = done(asked(api, of, "unit"))
    assert [row["group"] for row in by_unit["rows"]] == ["AH-D03", "*"]
    assert by_unit["rows"][-1]["figures"] == [totals[each] for each in by_unit["classes"]]
    assert by_unit["rates"] == {"followed": None, "closed_in_time": None}
    for by in ("unit", "age_band", "class", "follow_up"):
        rows = done(asked(api, of, by))["rows"]
        wanted = [[("*" if figure is None else figure) for figure in (*row["figures"], row["total"])] for row in rows]
        book = asked(api, of, by, format="xlsx")
        (sheet,) = load_workbook(io.BytesIO(book.data)).worksheets
        assert [list(row[1:]) for row in sheet.iter_rows(min_row=2, values_only=True)] == wanted
        paper = asked(api, of, by, format="pdf")
        assert (paper.status_code, paper.data[:4]) == (200, b"%PDF")
        text_of_all = book.get_data() + paper.get_data()
        assert "许教师".encode() not in text_of_all


def test_a_round_of_another_programme_or_out_of_sight_is_unknown(api: Api) -> None:
    of = round_of(api)[0]
    assert done(asked(api, of, "class"))["rows"][-1] == {"group": "*", "figures": [], "total": None}
    absent = asked(api, "0190a3f0-0000-7000-8000-000000000000", "class")
    assert (absent.status_code, absent.get_json()["errors"][0]["pointer"]) == (422, "/round")
    assert asked(api, of, "person").status_code == 422
    assert api("medical").get(f"{STATISTICS}?round={of}").status_code == 200
    assert api("finance").get(f"{STATISTICS}?round={of}").status_code == 403
