"""What holds the books, whoever writes: a voucher balances when its transaction ends, and nothing posted is changed."""

from __future__ import annotations

from sqlalchemy import Connection

_KEEP = """
CREATE OR REPLACE FUNCTION keep_posted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what is posted is never changed' USING ERRCODE = 'restrict_violation'; END $$;
CREATE OR REPLACE TRIGGER keep_posted BEFORE UPDATE OR DELETE ON voucher
    FOR EACH ROW EXECUTE FUNCTION keep_posted();
CREATE OR REPLACE TRIGGER keep_posted BEFORE UPDATE OR DELETE ON voucher_line
    FOR EACH ROW EXECUTE FUNCTION keep_posted();
CREATE OR REPLACE TRIGGER keep_posted BEFORE UPDATE OR DELETE ON closed_month
    FOR EACH ROW EXECUTE FUNCTION keep_posted();
"""
# Lines added to a posted voucher would change its sums, so they are refused too.
_BALANCE = """
CREATE OR REPLACE FUNCTION voucher_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    which uuid := coalesce(to_jsonb(NEW) ->> 'voucher_id', to_jsonb(NEW) ->> 'id');
    sums record;
BEGIN
    SELECT sum(debit) AS debit, sum(credit) AS credit INTO sums FROM voucher_line WHERE voucher_id = which;
    IF (sums.debit, sums.credit) IS DISTINCT FROM (SELECT (v.total, v.total) FROM voucher v WHERE v.id = which) THEN
        RAISE EXCEPTION 'a voucher does not balance' USING ERRCODE = 'check_violation', CONSTRAINT = 'voucher_balances';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER voucher_balances AFTER INSERT ON voucher
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION voucher_balances();
CREATE CONSTRAINT TRIGGER voucher_balances AFTER INSERT ON voucher_line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION voucher_balances();
"""
_CLOSED = """
CREATE OR REPLACE FUNCTION month_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM closed_month c WHERE c.unit_id = NEW.unit_id
               AND c.year = NEW.year AND c.month = extract(month FROM NEW.posted_on)) THEN
        RAISE EXCEPTION 'the month is closed' USING ERRCODE = 'check_violation', CONSTRAINT = 'month_is_open';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER month_is_open BEFORE INSERT ON voucher FOR EACH ROW EXECUTE FUNCTION month_is_open();
"""


# Closing entries alone are posted into closed months, and nothing at all into a closed year.
_YEAR = """
CREATE OR REPLACE FUNCTION month_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM year_closing y WHERE y.unit_id = NEW.unit_id AND y.year = NEW.year
               AND y.state = 'posted') THEN
        RAISE EXCEPTION 'the year is closed' USING ERRCODE = 'check_violation', CONSTRAINT = 'year_is_open';
    END IF;
    IF NEW.kind <> 'closing' AND EXISTS (
            SELECT 1 FROM closed_month c WHERE c.unit_id = NEW.unit_id
            AND c.year = NEW.year AND c.month = extract(month FROM NEW.posted_on)) THEN
        RAISE EXCEPTION 'the month is closed' USING ERRCODE = 'check_violation', CONSTRAINT = 'month_is_open';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION keep_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a closed year stays closed' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER keep_closed BEFORE UPDATE ON year_closing FOR EACH ROW WHEN (OLD.state = 'posted')
    EXECUTE FUNCTION keep_closed();
CREATE TRIGGER keep_closed_row BEFORE DELETE ON year_closing FOR EACH ROW WHEN (OLD.state = 'posted')
    EXECUTE FUNCTION keep_closed();
"""


def install_balance(connection: Connection) -> None:
    """Guard the books; once, by the migration that makes them."""
    for statement in (_KEEP, _BALANCE, _CLOSED):
        connection.exec_driver_sql(statement)


def install_year_guard(connection: Connection) -> None:
    """Close the door of a closed year; once, by the migration that makes `year_closing`."""
    connection.exec_driver_sql(_YEAR)


def remove_year_guard(connection: Connection) -> None:
    """The way back, while the months are still guarded."""
    connection.exec_driver_sql("DROP FUNCTION keep_closed() CASCADE; DROP TRIGGER month_is_open ON voucher")
    connection.exec_driver_sql(_CLOSED)


def remove_balance(connection: Connection) -> None:
    """The way back, after the tables are gone."""
    connection.exec_driver_sql(
        "DROP FUNCTION keep_posted(); DROP FUNCTION voucher_balances(); DROP FUNCTION month_is_open()"
    )
