"""Log lines as JSON on stderr: a static message, ids as fields, and nothing in the shape of a person's secret."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime

SECRET_NAMES = re.compile(
    r"password|token|secret|authorization|cookie|key$|cipher|id_number|account_number|phone", re.IGNORECASE
)
WITHHELD = "[withheld]"

# A UUID is an id and stays; the rest are a token, a phone number, an identity number, a bank card (\d: full width too).
SHAPES = re.compile(
    r"""
    (?P<id>(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f]))
    | eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?
    | \bBearer\s+[\w.~+/=-]+
    | (?<!\d)(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)
    | (?<!\d)\d{17}[\dXx\uff38\uff58](?!\d)
    | (?<!\d)\d(?:[ -]?\d){11,18}(?!\d)
    """,
    re.VERBOSE | re.IGNORECASE,
)
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def configure(level: int = logging.INFO) -> None:
    """Send every log line of this process to stderr, one JSON object a line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLine())
    logging.basicConfig(level=level, handlers=[handler], force=True)


class JsonLine(logging.Formatter):
    """`{"at", "level", "logger", "message", …}` with what `extra` brought; of an exception its class and the places."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; an exception's own words are left out, since the database puts a row's values into them."""
        fields = {name: value for name, value in vars(record).items() if name not in STANDARD}
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": withheld(record.getMessage()),
        }
        line |= {name: WITHHELD if SECRET_NAMES.search(name) else _plain(value) for name, value in fields.items()}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__qualname__
            line["stack"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(record.exc_info[2])
            ]
        return json.dumps(line, ensure_ascii=False, default=str)


def withheld(text: str) -> str:
    """`text` without anything in the shape of an identity number, bank card, phone number or token."""
    return SHAPES.sub(lambda match: match[0] if match["id"] else WITHHELD, text)


def _plain(value: object) -> object:
    """A field's value: flags as they are, and everything else without secrets, numbers too when they look like one."""
    if value is None or isinstance(value, bool):
        return value
    text = withheld(str(value))
    return value if isinstance(value, int | float) and text == str(value) else text
