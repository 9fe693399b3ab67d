"""The record role's functions about places: what an officer of a unit below may neither hold nor see."""

from __future__ import annotations

# Signature -> (result, body), as models/functions.py installs them.
PLACE_FUNCTIONS = {
    # Hold a round until the transaction ends: the lock before its places, also for those who may not change the round.
    "round_hold(round_ uuid)": (
        "uuid",
        "BEGIN PERFORM id FROM round WHERE id = round_ FOR NO KEY UPDATE; RETURN round_; END",
    ),
    # A place is free: the first who waits in this unit's order has it now, else it lapses to the round's pool.
    # An officer of a unit below may neither change the round nor see who is next elsewhere.
    "place_offer_next(round_ uuid, quota_unit_ uuid, waiting_ boolean, account_ uuid, at_ timestamptz)": (
        "uuid",
        """
DECLARE next_ uuid;
BEGIN
    UPDATE round SET touched_at = at_ WHERE id = round_;
    UPDATE place SET state = 'held', moved_by = account_, moved_at = at_, touched_at = at_
    WHERE waiting_ AND id = (SELECT id FROM place WHERE round_id = round_ AND quota_unit_id = quota_unit_
                             AND state = 'waiting' ORDER BY rank LIMIT 1)
    RETURNING id INTO next_;
    IF next_ IS NULL THEN
        UPDATE round_quota SET places = places - 1 WHERE round_id = round_ AND unit_id = quota_unit_;
        UPDATE allocation SET pool = pool + 1 WHERE round_id = round_;
    END IF;
    RETURN next_;
END""",
    ),
    # The last day of a person's last attended leave before a day, over all unions; null: the books know of none.
    "last_leave_ended_on(person_ uuid, on_ date, except_ uuid)": (
        "date",
        """
BEGIN
    RETURN (SELECT max(ended_on) FROM place
            WHERE person_id = person_ AND ended_on < on_ AND (except_ IS NULL OR application_id <> except_));
END""",
    ),
}
