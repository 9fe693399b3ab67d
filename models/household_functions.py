"""The record role's words on hardship files: who shares one, over the walls of all unions; never what stands in it."""

from __future__ import annotations

# Signature -> (result, body), as models/functions.py installs them.
HOUSEHOLD_FUNCTIONS = {
    # These persons and all persons of the system who sit in a live file with one of them.
    "household_people(people_ uuid[])": (
        "uuid[]",
        """
BEGIN
    RETURN ARRAY(
        SELECT unnest(people_) UNION
        SELECT other.id FROM person p
        JOIN household_member mine ON mine.identity_hash = p.id_hash AND mine.left_on IS NULL
             AND mine.household_state IN ('draft', 'active', 'exiting')
        JOIN household_member seat ON seat.household_id = mine.household_id AND seat.left_on IS NULL
        JOIN person other ON other.id_hash = seat.identity_hash
        WHERE p.id = ANY (people_));
END""",
    ),
    # Hold all of them until the transaction ends, in id order.
    "household_lock(people_ uuid[])": (
        "void",
        """
BEGIN
    PERFORM id FROM person WHERE id = ANY (household_people(people_)) ORDER BY id FOR NO KEY UPDATE;
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
    # Whether whoever has this identity number sits in a live file.
    "household_seated(identity_hash_ bytea)": (
        "boolean",
        """
BEGIN
    RETURN EXISTS (SELECT 1 FROM household_member WHERE identity_hash = identity_hash_ AND left_on IS NULL
                   AND household_state IN ('draft', 'active', 'exiting'));
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
    # Live awards of the whole household, as entitlement_sum has them of one person: all members, purses and unions.
    "household_sum(person_ uuid, programme_ text, kind_ text, occasion_ text, year_ integer, except_ uuid)": (
        "numeric",
        """
BEGIN
    RETURN (SELECT coalesce(sum(entitlement_sum(member.id, programme_, kind_, occasion_, year_, except_)), 0)
            FROM unnest(household_people(ARRAY[person_])) AS member (id));
END""",
    ),
    # Hardship payments to the household that are made and not yet settled: how many.
    "household_payments_underway(person_ uuid)": (
        "bigint",
        """
BEGIN
    RETURN (SELECT count(*) FROM disbursement d JOIN application a ON a.id = d.application_id
            WHERE a.person_id = ANY (household_people(ARRAY[person_])) AND a.programme = 'hardship'
              AND d.state IN ('reserved', 'batched', 'released', 'unknown'));
END""",
    ),
}
