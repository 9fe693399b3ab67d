"""The record role's words on mutual aid: which cover holds and what was given on it, over the walls of all unions."""

from __future__ import annotations

# Signature -> (result, body), as models/functions.py installs them.
COVER_FUNCTIONS = {
    # Mutual aid, over all unions: the cover that holds on a day (its premium paid), a unit's own before a top-up. One
    # that ended with its benefit holds on no day any more: it bears one benefit.
    "cover_holding(person_ uuid, plan_ text, on_ date)": (
        "uuid",
        """
BEGIN
    RETURN (SELECT id FROM cover
            WHERE person_id = person_ AND plan = plan_ AND state <> 'pending'
              AND coalesce(ended_reason, '') NOT IN ('taken_back', 'claimed_out')
              AND on_ BETWEEN effective_on AND coalesce(ended_on, term_end_on)
            ORDER BY top_up, id LIMIT 1);
END""",
    ),
    "cover_effective_on(cover_ uuid)": ("date", "BEGIN RETURN (SELECT effective_on FROM cover WHERE id = cover_); END"),
    "cover_is_first(cover_ uuid)": (
        "boolean",
        "BEGIN RETURN (SELECT first_enrolment FROM cover WHERE id = cover_); END",
    ),
    # The shares of a cover and of the gifts that hold beside it.
    "cover_shares(cover_ uuid)": (
        "integer",
        """
BEGIN
    RETURN (SELECT sum(b.shares) FROM cover a JOIN cover b
                ON b.person_id = a.person_id AND b.plan = a.plan AND b.term_start_on = a.term_start_on
            WHERE a.id = cover_ AND (b.id = a.id OR b.top_up AND b.state = 'in_force'));
END""",
    ),
    # What was given on a cover already, but for one case, in yuan.
    "cover_paid(cover_ uuid, except_ uuid)": (
        "numeric",
        """
BEGIN
    RETURN (SELECT coalesce(sum(e.amount), 0) FROM claim c
            JOIN entitlement e ON e.application_id = c.application_id AND e.state <> 'released'
            WHERE c.cover_id = cover_ AND c.application_id IS DISTINCT FROM except_);
END""",
    ),
    # Whether the books speak of a day although no cover holds on it: one had begun, or the first of all came later.
    "cover_rules_out(person_ uuid, plan_ text, on_ date)": (
        "boolean",
        """
BEGIN
    RETURN EXISTS (SELECT FROM cover
                   WHERE person_id = person_ AND plan = plan_ AND ended_reason IS DISTINCT FROM 'taken_back'
                     AND (term_start_on <= on_ OR first_enrolment));
END""",
    ),
    # Whether a person's cover of a plan runs at any time of a term, but for that of one case.
    "cover_overlaps(person_ uuid, plan_ text, top_up_ boolean, from_ date, to_ date, except_ uuid)": (
        "boolean",
        """
BEGIN
    RETURN EXISTS (SELECT FROM cover
                   WHERE person_id = person_ AND plan = plan_ AND top_up = top_up_
                     AND application_id IS DISTINCT FROM except_ AND ended_reason IS DISTINCT FROM 'taken_back'
                     AND term_start_on <= to_ AND coalesce(ended_on, term_end_on) >= from_);
END""",
    ),
    # The last day of a person's cover of a plan before a day; null where there was none.
    "cover_end_before(person_ uuid, plan_ text, before_ date)": (
        "date",
        """
BEGIN
    RETURN (SELECT max(CASE WHEN ended_reason = 'left' THEN ended_on ELSE term_end_on END) FROM cover
            WHERE person_id = person_ AND plan = plan_ AND state <> 'pending'
              AND ended_reason IS DISTINCT FROM 'taken_back' AND term_start_on < before_);
END""",
    ),
    # Whether a benefit was given to this person for this disease by any union, in another case.
    "disease_paid(person_ uuid, disease_hash_ bytea, except_ uuid)": (
        "boolean",
        """
BEGIN
    RETURN EXISTS (SELECT FROM claim c
                   JOIN entitlement e ON e.application_id = c.application_id AND e.state <> 'released'
                   WHERE c.person_id = person_ AND c.disease_hash = disease_hash_
                     AND c.application_id IS DISTINCT FROM except_);
END""",
    ),
    # Benefits of mutual aid in the twelve months up to a day, over all unions; null (unknown) where there was none.
    "mutual_aid_paid(person_ uuid, on_ date, except_ uuid)": (
        "numeric",
        """
BEGIN
    RETURN (SELECT sum(amount) FROM entitlement
            WHERE person_id = person_ AND programme = 'mutual_aid' AND kind = 'claim' AND state <> 'released'
              AND event_on > on_ - interval '12 months' AND event_on <= on_
              AND application_id IS DISTINCT FROM except_);
END""",
    ),
}
