"""The screening criteria through a CEL library in Rust: one compiled program per criterion; an error is unknown."""

import cel
from screening import CRITERIA, report

COMPILED = [cel.compile(text) for text in CRITERIA]


def passes(program, facts):
    """True, False, or None where the engine gives up on a null."""
    try:
        return program.execute(facts)
    except TypeError:
        return None


report(lambda members: [[passes(program, facts) for program in COMPILED] for facts in members])
