"""The screening criteria through zen-engine: one compiled expression per criterion; an error stands for unknown."""

import zen
from screening import CRITERIA, report

COMPILED = [zen.compile_expression(text.replace("&&", "and").replace("||", "or")) for text in CRITERIA]


def passes(expression, facts):
    """True, False, or None where the engine gives up on a null."""
    try:
        return expression.evaluate(facts)
    except RuntimeError:
        return None


report(lambda members: [[passes(expression, facts) for expression in COMPILED] for facts in members])
