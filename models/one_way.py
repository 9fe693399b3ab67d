"""Rows that go one way only, whoever writes: what was lent is revoked, a restoration is recorded and then released."""

from __future__ import annotations

from sqlalchemy import Connection

# The act under a delegation asks again whether it stands; days, unit, role and amount it need not ask again.
_LENT = """
CREATE OR REPLACE FUNCTION only_revoked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE free text[] := '{revoked_at, revoked_by, version, touched_at}';
BEGIN
    IF TG_OP = 'DELETE' OR OLD.revoked_at IS NOT NULL OR to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'what was lent is revoked, never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER only_revoked BEFORE UPDATE OR DELETE ON delegation
    FOR EACH ROW EXECUTE FUNCTION only_revoked();
"""
# Whoever records or releases is the account of the scope, as the person whose account it is; two persons by a check.
_RESTORED = """
CREATE OR REPLACE FUNCTION restoration_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    account_ uuid := nullif(current_setting('benefits.account', true), '')::uuid;
    recorded text[] := '{state, reason, lost, recorded_by, recorded_by_person, recorded_at, version, touched_at}';
    released text[] := '{state, released_by, released_by_person, released_at, version, touched_at}';
    sound boolean;
BEGIN
    IF TG_OP = 'INSERT' THEN
        sound := NEW.state = 'found';
    ELSIF TG_OP = 'UPDATE' AND NEW.state = 'recorded' AND OLD.state IN ('found', 'recorded') THEN
        sound := to_jsonb(NEW) - recorded = to_jsonb(OLD) - recorded
            AND (NEW.recorded_by, NEW.recorded_by_person) = (account_, account_person(account_));
    ELSIF TG_OP = 'UPDATE' AND NEW.state = 'released' AND OLD.state = 'recorded' THEN
        sound := to_jsonb(NEW) - released = to_jsonb(OLD) - released
            AND (NEW.released_by, NEW.released_by_person) = (account_, account_person(account_));
    END IF;
    IF sound IS NOT TRUE THEN
        RAISE EXCEPTION 'a restoration is found, recorded and released' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER restoration_moves BEFORE INSERT OR UPDATE OR DELETE ON restoration
    FOR EACH ROW EXECUTE FUNCTION restoration_moves();
"""


def install_one_way(connection: Connection) -> None:
    """Guard both tables."""
    for statement in (_LENT, _RESTORED):
        connection.exec_driver_sql(statement)


def remove_one_way(connection: Connection) -> None:
    """The way back."""
    connection.exec_driver_sql("DROP FUNCTION only_revoked() CASCADE; DROP FUNCTION restoration_moves() CASCADE")
