"""The record role's functions on delegations: whether one stands, and to whom one may be given."""

from __future__ import annotations

DELEGATION_FUNCTIONS = {
    # Whether a delegation is in force on a day: not revoked, and its giver can still do what was lent, there and then.
    "delegation_stands(delegation_ uuid, on_ date)": (
        "boolean",
        """
BEGIN
    RETURN EXISTS (
        SELECT 1 FROM delegation d
        JOIN unit u ON u.id = d.unit_id
        JOIN account a ON a.id = d.from_account_id AND a.enabled
        JOIN account_grant g ON g.account_id = a.id AND g.role = d.role AND g.revoked_at IS NULL
             AND g.valid_from <= on_ AND (g.valid_until IS NULL OR g.valid_until >= on_)
        JOIN unit over ON over.id = g.unit_id AND starts_with(u.path, over.path)
        WHERE d.id = delegation_ AND d.revoked_at IS NULL AND on_ BETWEEN d.valid_from AND d.valid_until);
END""",
    ),
    # Account, person and name behind a user name: a colleague of the giver's, or below the unit lent; else null.
    "delegate_by_username(username_ text, giver_ uuid, path_ text)": (
        "text[]",
        """
BEGIN
    RETURN (SELECT ARRAY[a.id::text, a.person_id::text, a.name] FROM account a JOIN unit u ON u.id = a.unit_id
            WHERE a.username = username_ AND a.enabled
              AND (starts_with(u.path, path_) OR a.unit_id = (SELECT g.unit_id FROM account g WHERE g.id = giver_)));
END""",
    ),
}
