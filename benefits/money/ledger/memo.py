"""What stands in the books in the clear: a memo names no person's number, for vouchers are kept thirty years."""

from __future__ import annotations

from benefits.core.errors import invalid
from benefits.core.identity import names_a_number


def require_plain(pointer: str, text: str) -> str:
    """The text, where it holds no identity number, bank card or mobile number.

    Vouchers enter the record as they are, and belong to no single person whose key could hide a part of them; who was
    paid stands in the annex, masked.

    Raises:
        Invalid: `names_a_number`, at the pointer.
    """
    if names_a_number(text):
        raise invalid(pointer, "names_a_number")
    return text
