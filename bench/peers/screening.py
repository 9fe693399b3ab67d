"""The screening criteria as another engine could write them, and the count of what it decides otherwise."""

import json
import sys
import time
from pathlib import Path

# Those that hold on the day of the bench; ages as bounds on the birth date, days as whole numbers, for them to compare.
CRITERIA = (
    "birth > 19571001 && birth <= 19871001",
    "membership_active",
    "sex == 'female'",
    "basic_education",
    "remote_area",
    "frontline",
    "last_normal <= 20191001",
)


def outcome(passes):
    """Kleene's `and` in words."""
    if False in passes:
        return "ineligible"
    return "undetermined" if None in passes else "eligible"


def report(decide, more=None):
    """Decide the members of the file named on the command line, and print what it took and what came out otherwise."""
    members = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for facts in members:
        facts.update({name: of(facts) for name, of in (more or {}).items()})
    begun = time.monotonic()
    outcomes = [outcome(passes) for passes in decide(members)]
    seconds = time.monotonic() - begun
    other = sum(seen != facts["outcome"] for seen, facts in zip(outcomes, members, strict=True))
    print(json.dumps({"seconds": seconds, "decided_otherwise": other}))
