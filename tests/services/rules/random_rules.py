"""Random editions of a made-up programme, and random facts for them: every form of the language, edges preferred."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

from benefits.rules.declaration import Fact, Honour, Programme, label
from benefits.rules.policy import Edition, PolicyInvalid
from benefits.rules.policy_text import load_edition

_TYPES = {
    "n": "money", "m": "money", "x": "decimal", "i": "integer", "j": "integer", "p": "bool", "q": "bool", "s": "text",
    "t": "text", "d": "date", "e": "date", "ts": "texts", "us": "texts", "ns": "integers", "os": "integers",
    "hs": "honours",
}  # fmt: skip
PROGRAMME = Programme(
    code="random",
    titles=label("随机", "random"),
    shape="claim",
    facts=(
        *(Fact(name, kind, label(name, name)) for name, kind in _TYPES.items()),  # type: ignore[arg-type]
        Fact("nothing", "money", label("零", "nothing"), none=Decimal("0.00")),
        Fact("presumed", "text", label("默认", "presumed"), default="a", none="b"),
        Fact("presumed_none", "date", label("默认无", "presumed none"), default=None),
    ),
)
NAMES = {
    "number": ["n", "m", "x", "nothing", "cap", "part"],
    "integer": ["i", "j", "least"],
    "bool": ["p", "q", "strict"],
    "text": ["s", "t", "presumed", "letter"],
    "date": ["d", "e", "presumed_none", "at", "start_day"],
    "texts": ["ts", "us", "hs", "letters"],
    "numbers": ["ns", "os", "sizes"],
}
_FIGURES = {
    "cap": ("1500.50", "2"), "part": ("0.3", "7.125"), "least": ("2", "3"), "strict": ("true", "false"),
    "letter": ("'a'", "'b'"), "start_day": ("2020-02-29", "2022-01-31"), "letters": ("['a', 'national']", "['b']"),
    "sizes": ("[1, 2.5]", "[3]"), "lines": ("{ a = 1.5, '3' = 7, '03' = 9 }", "{ b = 2 }"),
    "waiting": ("[{ up_to = 1, value = 3 }, { up_to = 2.5, value = 5 }]", "[{ up_to = 3, value = 1 }, { value = 9 }]"),
}  # fmt: skip
_SOURCE = 'source = "s"\nconfidence = "H"\n'
_DAYS = [date(1900, 1, 1), date(1900, 2, 28), date(2100, 12, 31), date(2000, 2, 29), date(2019, 12, 31)]


class Writer:
    """Writes random expressions of a type; `names` grows by the derived values."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.names = {kind: list(names) for kind, names in NAMES.items()}

    def write(self, kind: str, depth: int) -> str:
        """An expression of `kind`, at most `depth` deep."""
        if depth == 0 or self.dice.random() < 0.15:
            return self._leaf(kind)
        return self.dice.choice(getattr(self, f"_{kind}", self._any)(depth - 1, kind))

    def _leaf(self, kind: str) -> str:
        literals = {
            "number": ["0.5", "2.50", "0.01", "3"], "integer": ["0", "1", "2", "12", "36", "999999999"],
            "bool": ["True", "False"], "text": ["'a'", "'b'", "''"],
        }.get(kind, [])  # fmt: skip
        names = self.names[kind] + (self.names["integer"] if kind == "number" else [])
        return self.dice.choice(names * 2 + literals)

    def _any(self, depth: int, kind: str) -> list[str]:
        a, b, c = self.write(kind, depth), self.write(kind, depth), self.write("bool", depth)
        return [f"({a} if {c} else {b})", f"coalesce({a}, {b})"]

    def _texts(self, depth: int, kind: str) -> list[str]:
        items = [self.write("text", depth) for _ in range(self.dice.randint(1, 3))]
        return [*self._any(depth, kind), f"texts({', '.join(items)})"]

    def _number(self, depth: int, kind: str) -> list[str]:
        a, b, c = (self.write(self.dice.choice([kind, "integer"]), depth) for _ in range(3))
        if kind == "integer":
            a, b, c = (self.write(kind, depth) for _ in range(3))
        shared = [f"({a} {sign} {b})" for sign in "+-*"] + [f"min({a}, {b}, {c})", f"max({a}, {b})", f"(-{a})"]
        return shared + (self._any(depth, kind) if kind == "integer" else [*self._any(depth, kind), *self._of(a, b)])

    def _of(self, a: str, b: str) -> list[str]:
        key = self.dice.choice(["i", "j", "s", "t", "least + 1"])
        places = self.dice.randint(0, 6)
        return [f"({a} / {b})"] * 3 + [f"round({a}, {places})", f"tier({a}, waiting)", f"lookup(lines, {key})"]

    def _integer(self, depth: int, kind: str) -> list[str]:
        d, e = self.write("date", depth), self.write("date", depth)
        days = [f"years_between({d}, {e})", f"months_between({d}, {e})", f"year({d})", f"({d} - {e})"]
        return [*self._number(depth, kind), *days, *days]

    def _date(self, depth: int, kind: str) -> list[str]:
        d, n = self.write(kind, depth), self.write("integer", depth)
        moved = [f"add_years({d}, {n})", f"add_months({d}, {n})", f"month_start({d})", f"({d} + {n})", f"({d} - {n})"]
        return [*self._any(depth, kind), *moved, f"working_days_after({d}, {n})", f"min({d}, {self._leaf(kind)})"]

    def _bool(self, depth: int, kind: str) -> list[str]:
        a, b, c = (self.write(kind, depth) for _ in range(3))
        logic = [f"({a} and {b})", f"({a} or {b})", f"({a} and {b} or {c})", f"(not {a})", *self._any(depth, kind)]
        return [*logic, *self._tests(depth), *self._tests(depth)]

    def _tests(self, depth: int) -> list[str]:
        of = self.dice.choice(["number", "integer", "date", "number"])
        x, y, z = (self.write(of, depth) for _ in range(3))
        text = self.write("text", depth)
        one, two, three = self.dice.choices(["<", "<=", ">", ">=", "==", "!="], k=3)
        fact = self.dice.choice(("n", "i", "s", "d", "ts", "p", "nothing", "presumed", "presumed_none"))
        some = self.dice.choice(["text", "number", "date", "texts", "bool"])
        texts, numbers = self.write("texts", depth), self.write("numbers", depth)
        number, part = self.write("number", depth), self.dice.choice(["3", "7", "0.3", "i", "x"])
        return [
            f"({x} {one} {y})", f"({x} {one} {y} {two} {z})", f"({x} {one} {y} {two} {z} {three} {x})",
            f"({text} == {self._leaf('text')})", f"({text} != {self._leaf('text')})",
            f"({text} in {{'a', ''}})", f"({text} not in letters)", f"({number} in sizes)",
            f"({number} / {part} * {part} == {number})",
            f"({number} not in {{1, 0.5, 3}})", f"any_in({texts}, letters)", f"any_in({numbers}, sizes)",
            f"any_in({texts}, {self.write('texts', depth)})",
            f"known({self.write(some, depth)})", f"none({fact})", f"known({fact})",
        ]  # fmt: skip


def random_edition(dice: random.Random) -> Edition:
    """An edition with derived values, criteria and an amount, all random; one that the loader refuses is redrawn."""
    while True:
        try:
            return load_edition(_text(dice), PROGRAMME)
        except PolicyInvalid as invalid:
            if {fault.code for fault in invalid.faults} - {"expression_too_long", "expression_too_deep"}:
                raise


def _text(dice: random.Random) -> str:
    writer = Writer(dice)
    at = dice.choice(["on", "on", "coalesce(d, on)", "e"])
    lines = ['programme = "random"', 'edition = "random-1"', "valid_from = 1900-01-01", 'source = "s"', f'at = "{at}"']
    for name, values in _FIGURES.items():
        for start, value in zip(("1900-01-01", "2021-06-30"), values, strict=True):
            lines.append(f"[[figures.{name}]]\nfrom = {start}\nvalue = {value}\n{_SOURCE}")
    lines.append("[derived]")
    for kind in dice.sample([*NAMES, "number", "bool"], 5):
        name = f"derived_{len(lines)}"
        lines.append(f"{name} = {_steps(writer, kind)}")
        writer.names[kind].append(name)
    for code in ("one", "two", "amount_within_limit"):
        when = [f'when = "{writer.write("bool", 2)}"'] if dice.random() < 0.5 else []
        lines += ["[[criteria]]", f'code = "{code}"', f'expr = "{writer.write("bool", dice.randint(1, 4))}"', *when]
        lines += ['clause = "§"', 'message = { zh-CN = "规则", en = "rule" }']
    lines += ["[entitlement]", "form = \"'money'\"", "payer = \"'union'\"", "kind = \"'k'\"", "occasion = \"''\""]
    lines += ['year = "year(on)"'.replace("on", "at"), 'once = "False"', f'amount_max = "{writer.write("number", 3)}"']
    return "\n".join(lines)


def _steps(writer: Writer, kind: str) -> str:
    if writer.dice.random() < 0.7:
        return f'"{writer.write(kind, 3)}"'
    rows = [f'{{ when = "{writer.write("bool", 2)}", then = "{writer.write(kind, 2)}" }}' for _ in range(3)]
    rows += [f'{{ then = "{writer.write(kind, 1)}" }}'] * (writer.dice.random() < 0.6)
    return f"[{', '.join(rows)}]"


def random_value(dice: random.Random, fact: Fact) -> object:
    """A value as `parse_facts` gives it."""
    match fact.type:
        case "money":
            return dice.choice([Decimal("0.00"), Decimal("0.01"), Decimal(dice.randrange(700)) / 100, Decimal("99.99")])
        case "decimal":
            return Decimal(dice.randrange(-4_000_000, 4_000_000)).scaleb(-dice.choice([0, 3, 6]))
        case "integer":
            least = fact.minimum if fact.minimum is not None else -40
            return dice.choice([*range(max(least, -3), 4), dice.randint(least, 40), 10**9])
        case "bool":
            return dice.random() < 0.5
        case "text":
            return dice.choice(
                [*fact.choices, "a", "b", "", "3", "会"] if fact.open_choices or not fact.choices else [*fact.choices]
            )
        case "date":
            return random_day(dice)
        case "texts":
            return tuple(dice.sample([*fact.choices] or ["a", "b", "", "national"], k=dice.randint(0, 2)))
        case "integers":
            return tuple(dice.choices(range(-1, 4), k=dice.randint(0, 3)))
    return tuple(
        Honour(None, dice.choice(["national", "unit"]), dice.random() < 0.6) for _ in range(dice.randint(0, 2))
    )


def random_day(dice: random.Random) -> date:
    """A day of 1900–2100; the ends of months, 29 February and 2022 come often."""
    if dice.random() < 0.1:
        return dice.choice(_DAYS)
    middle = date(dice.randint(1902, 2098), dice.randint(1, 12), 1)
    if dice.random() < 0.7:
        middle = middle.replace(year=dice.choice([1980, 2000, 2019, 2020, 2021, 2022, 2023]))
    return middle + timedelta(days=dice.choice([-2, -1, 0, 1, dice.randint(0, 30)]))
