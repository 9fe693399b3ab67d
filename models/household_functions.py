"""The record role's words on hardship files: who shares one, over the walls of all unions; never what stands in it."""

from __future__ import annotations

# Signature -> (result, body), as models/functions.py installs them.
HOUSEHOLD_FUNCTIONS = {
    # The person and all persons of the system who sit in the same live file.
    "household_people(person_ uuid)": (
        "uuid[]",
        """
BEGIN
    RETURN ARRAY(
        SELECT person_ UNION
        SELECT other.id FROM person p
        JOIN household_member mine ON mine.identity_hash = p.id_hash AND mine.left_on IS NULL
             AND mine.household_state IN ('draft', 'active', 'exiting')
        JOIN household_member seat ON seat.household_id = mine.household_id AND seat.left_on IS NULL
        JOIN person other ON other.id_hash = seat.identity_hash
        WHERE p.id = person_);
END""",
    ),
    # Hold all of them until the transaction ends, in id order; how many.
    "household_lock(person_ uuid)": (
        "integer",
        """
BEGIN
    PERFORM id FROM person WHERE id = ANY (household_people(person_)) ORDER BY id FOR NO KEY UPDATE;
    RETURN cardinality(household_people(person_));
END""",
    ),
    # Whether another's open file holds this person. As of now, whatever day is asked: a backdated case finds it too.
    "household_filed_elsewhere(person_ uuid, on_ date, except_ uuid)": (
        "boolean",
        """
BEGIN
    RETURN EXISTS (SELECT 1 FROM person p
                   JOIN household_member seat ON seat.identity_hash = p.id_hash AND seat.left_on IS NULL
                        AND seat.household_state IN ('active', 'exiting')
                   WHERE p.id = person_ AND seat.person_id <> person_);
END""",
    ),
    # The live file in which the person sits, as head or not; null where there is none.
    "household_of(person_ uuid)": (
        "uuid",
        """
BEGIN
    RETURN (SELECT seat.household_id FROM person p
            JOIN household_member seat ON seat.identity_hash = p.id_hash AND seat.left_on IS NULL
                 AND seat.household_state IN ('draft', 'active', 'exiting')
            WHERE p.id = person_);
END""",
    ),
    # The state of the live file of which the person is the head; null where there is none.
    "household_headed(person_ uuid)": (
        "text",
        """
BEGIN
    RETURN (SELECT state FROM household WHERE person_id = person_ AND state IN ('draft', 'active', 'exiting'));
END""",
    ),
    # Living aid to the whole household in the calendar year of the day: all its members, purses and unions.
    "household_living_aid(person_ uuid, on_ date, except_ uuid)": (
        "numeric",
        """
BEGIN
    RETURN (SELECT coalesce(sum(amount), 0) FROM entitlement
            WHERE person_id = ANY (household_people(person_)) AND programme = 'hardship' AND kind = 'living'
              AND year = extract(year FROM on_) AND state <> 'released'
              AND (except_ IS NULL OR application_id <> except_));
END""",
    ),
}
