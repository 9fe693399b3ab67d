"""How a payee is written in a request and shown, masked, in an answer."""

from __future__ import annotations

from typing import Any

from api.fields import Body, Text


class PayeeBody(Body):
    """An account to pay to; the number is 13 to 19 digits with a Luhn check."""

    holder = Text(required=True, least=1, most=60)
    account_number = Text(required=True, least=13, most=30)
    bank = Text(required=True, least=1, most=100)


class PayeeView(Body):
    """A payee: the account by its last four digits."""

    holder = Text(required=True)
    bank = Text(required=True)
    account_number = Text(required=True, metadata={"description": "masked"})


def shown_payee(row: Any) -> dict[str, str]:
    """The payee of a row with `payee_…` columns, masked."""
    return {"holder": row.payee_holder, "bank": row.payee_bank, "account_number": f"****{row.payee_last4}"}
