"""A small made-up programme and editions of it, for the tests of the rules."""

from datetime import date

from benefits.core.calendar import Calendar
from benefits.rules.declaration import Fact, Programme, label
from benefits.rules.policy_text import load_edition

SPRING_2022 = Calendar(
    {
        date(2022, 1, 31): False,
        date(2022, 1, 29): True,
        date(2022, 1, 30): True,
        date(2022, 1, 3): False,
        **{date(2022, 2, day): False for day in range(1, 7)},
    },
    frozenset({2022}),
)

TYPES = {
    "n": "money",
    "m": "money",
    "i": "integer",
    "j": "integer",
    "p": "bool",
    "q": "bool",
    "r": "bool",
    "s": "text",
    "t": "text",
    "d": "date",
    "e": "date",
    "ts": "texts",
    "us": "texts",
    "ns": "integers",
}
PROGRAMME = Programme(
    code="made_up",
    titles=label("虚构", "made up"),
    shape="claim",
    facts=(
        *(Fact(name, kind, label(f"事实{name}", f"fact {name}")) for name, kind in TYPES.items()),
        Fact("h", "texts", label("健康", "health"), default=(), sensitive=True),
        Fact("given_this_year", "money", label("本年", "this year"), period=True, source="record"),
    ),
)
FIGURE = 'source = "a source"\nclause = "1"\nconfidence = "H"\n'
TEXT = """
programme = "made_up"
edition = "made_up-1"
valid_from = 2000-01-01
valid_to = 2099-12-31
source = "a source"
at = "on"

[[figures.cap]]
from = 2000-01-01
value = 1500.00
{figure}
[[figures.cap]]
from = 2020-01-01
value = 2000.00
{figure}
[[figures.levels]]
from = 2000-01-01
value = ["a", "b"]
{figure}
[[figures.waiting]]
from = 2000-01-01
value = [{{ up_to = 30, value = 0 }}, {{ up_to = 90, value = 500 }}, {{ value = 10000 }}]
{figure}
[[figures.bounded]]
from = 2000-01-01
value = [{{ up_to = 35.5, value = 1 }}]
{figure}
[[figures.lines]]
from = 2000-01-01
value = {{ "340000" = 800.00, "2021" = 30904 }}
{figure}
[derived]
{derived}

{criteria}

[entitlement]
form = "'money'"
amount_max = "cap"
payer = "'union'"
kind = "coalesce(s, 'any')"
occasion = "''"
year = "year(at)"
once = "False"
{tail}
"""


def criterion(expr, code="c", when=None, **more):
    lines = [f'code = "{code}"', f'expr = "{expr}"', 'clause = "§1"', 'message = { zh-CN = "规则", en = "The rule" }']
    lines += [f'when = "{when}"'] if when else []
    lines += [f'{key} = "{value}"' for key, value in more.items()]
    return "[[criteria]]\n" + "\n".join(lines) + "\n"


def edition_text(*criteria, derived="", tail="", figure=FIGURE):
    return TEXT.format(criteria="\n".join(criteria), derived=derived, tail=tail, figure=figure)


def edition_of(*criteria, **more):
    return load_edition(edition_text(*(criteria or (criterion("p"),)), **more), PROGRAMME)
