"""Log lines: JSON that keeps ids and withholds whatever looks like a person's secret."""

from __future__ import annotations

import io
import json
import logging

import pytest

from config.logging import WITHHELD, JsonLine, withheld


@pytest.fixture
def written():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLine())
    logger = logging.Logger("benefits.test")  # noqa: LOG001 - one that belongs to this test alone
    logger.addHandler(handler)
    return logger, lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize(
    "secret",
    [
        "11010519491231002X",
        "11010519491231002x",
        "110105491231002",
        "１１０１０５１９４９１２３１００２Ｘ",
        "6222021234567890123",
        "6222 0212 3456 7890 123",
        "6222-0212-3456-7890",
        "13800138000",
        "+86 138-0013-8000",
        "Bearer abcdef.ghi",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    ],
)
def test_shapes_of_secrets_are_withheld(secret):
    assert withheld(f"said {secret}, then left") == f"said {WITHHELD}, then left"


@pytest.mark.parametrize(
    "harmless",
    [
        "12345678-1234-1234-1234-123456789012",
        "/api/v1/members/018f2b6a-0000-7000-8000-000000000001",
        "2026-11-22T10:00:00.123+00:00",
        "12000.00",
        "20261122",
        "唐㛃 𠮷",
    ],
)
def test_ids_days_and_amounts_stay(harmless):
    assert withheld(harmless) == harmless


def test_fields_are_kept_and_secret_ones_withheld(written):
    logger, lines = written
    fields = {"job": "018f2b6a-0000-7000-8000-000000000001", "password": "x", "count": 7, "card": 6222021234567890123}
    logger.warning("job was interrupted", extra=fields)
    (line,) = lines()
    assert line["message"] == "job was interrupted"
    assert line["level"] == "warning"
    assert line["job"] == fields["job"]
    assert line["count"] == 7
    assert line["password"] == line["card"] == WITHHELD


def test_an_exception_gives_its_class_and_place_and_not_its_words(written):
    logger, lines = written
    try:
        int("王小明")
    except ValueError:
        logger.exception("import failed")
    (line,) = lines()
    assert line["error"] == "ValueError"
    assert "test_log_lines.py" in line["stack"][-1]
    assert "王小明" not in json.dumps(line, ensure_ascii=False)
