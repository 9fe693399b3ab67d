"""What belongs to nobody's key, in books, rosters and stock, stands there in the clear: it names no person's number."""

from __future__ import annotations

from benefits.core.errors import invalid
from benefits.core.identity import names_a_number


def require_plain(pointer: str, text: str) -> str:
    """The text, where it holds no identity number, bank card or mobile number.

    No erasure finds it, for it belongs to no single person; whom it is about stands beside it, in a case or an annex.

    Raises:
        Invalid: `names_a_number`, at the pointer.
    """
    if names_a_number(text):
        raise invalid(pointer, "names_a_number")
    return text
