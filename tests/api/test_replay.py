"""Every stored decision comes out the same when it is evaluated anew; one that would not is named."""

from __future__ import annotations

from collections.abc import Callable

from tests.api.test_household_reviews import review
from tests.clock import today
from tests.conftest import as_superuser
from tests.driver import Api
from tests.file_life import FACTS, opened_file
from tests.story import approved, done, new_fund, submitted
from tools.provision import Provisioned


def replay(api: Api, worker: Callable[[], bool]) -> dict[str, object]:
    started = api("auditor").post("/audit/replays")
    assert started.status_code == 202, started.get_json()
    assert worker()
    job = done(api("auditor").get(f"/jobs/{started.get_json()['id']}"))
    assert job["state"] == "done", job
    result: dict[str, object] = job["result"]
    return result


def test_the_auditor_replays_every_decision(
    committed_api: Api, worker: Callable[[], bool], superuser_url: str, committed: Provisioned
) -> None:
    api = committed_api
    submitted(api)
    approved(api, new_fund(api), member="D01-002")
    done(review(api, opened_file(api, today(), "D01-003"), FACTS, today()))
    assert api("officer").post("/audit/replays").status_code == 403
    result = replay(api, worker)
    assert (result["assessments"], result["different"]) == (4, 0)

    # Somebody with all rights makes the rules say something else than they said.
    with as_superuser(superuser_url, committed) as connection:
        connection.exec_driver_sql("ALTER TABLE policy DISABLE TRIGGER keep_published")
        connection.exec_driver_sql(
            "UPDATE policy SET content = replace(content, '34893', '100') WHERE programme = 'hardship'"
        )
    altered = replay(api, worker)
    assert (altered["assessments"], altered["different"]) == (4, 4)
