"""An edition read from its TOML text, with every check that keeps a bad rule from coming into force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from benefits.core.errors import Fault
from benefits.rules.declaration import Programme
from benefits.rules.facts import WRITINGS
from benefits.rules.figure_text import read_figures
from benefits.rules.functions import FUNCTIONS, SPECIAL
from benefits.rules.nodes import Choice, Node, Reference, facts_read
from benefits.rules.parse import Unreadable, parse
from benefits.rules.policy import (
    Criterion,
    Edition,
    Entitlement,
    Figure,
    Line,
    PolicyInvalid,
    Ranking,
)
from benefits.rules.step_text import read_steps
from benefits.rules.toml_table import Table, read_toml
from benefits.rules.values import FIRST_DAY, NUMERIC, ORDERED, Type

_RESERVED = frozenset({"at", "on"}) | FUNCTIONS.keys() | SPECIAL
_AT = Reference(Type.DATE, "day", "at")
_ON = Reference(Type.DATE, "day", "on")
# Derived for every programme (contract §4, row "all"); an edition may define its own instead.
_AGE = "years_between(birth_date, at)"
_ORDERS = {"high_first": True, "low_first": False}


def load_edition(text: str, programme: Programme, *, overrides: Mapping[str, Any] | None = None) -> Edition:
    """The edition that `text` describes; the same text always gives the same edition.

    `overrides` replace figures by a demonstration's own, marked as examples: `{"notice_working_days": 0}`.

    Raises:
        PolicyInvalid: with every fault at once; the pointer leads into the text's tables, `column` into an
            expression.
    """
    return _EditionReader(text, programme, overrides or {}).read()


class _EditionReader:
    def __init__(self, text: str, programme: Programme, overrides: Mapping[str, Any]) -> None:
        self.text, self.programme, self.overrides = text, programme, overrides
        self.faults: list[Fault] = []
        self.names: dict[str, Reference] = {
            name: Reference(WRITINGS[fact.type].type, "fact", name) for name, fact in programme.all_facts.items()
        }
        self.derived: dict[str, Node] = {}

    def read(self) -> Edition:
        top = read_toml(self.text, self.faults)
        if self.faults:
            raise PolicyInvalid(self.faults)
        if top.text("programme") != self.programme.code:
            top.fault("programme", "programme_mismatch", expected=self.programme.code)
        valid_from, valid_to = top.day("valid_from") or FIRST_DAY, top.day("valid_to", required=False)
        if valid_to is not None and valid_to < valid_from:
            top.fault("valid_to", "dates_reversed")
        at = self._expression(top, "at", Type.DATE, names={**self.names, "on": _ON}) or _ON
        figures = self._figures(top.table("figures", required=False), valid_from)
        self.names["at"] = _AT
        self._derived(top.table("derived", required=False))
        edition = Edition(
            programme=self.programme,
            code=top.text("edition"),
            valid_from=valid_from,
            valid_to=valid_to,
            source=top.text("source"),
            text=self.text,
            at=at,
            figures=figures,
            derived=self.derived,
            criteria=self._criteria(top.tables("criteria")),
            entitlement=self._entitlement(top.table("entitlement")),
            steps=read_steps(top.tables("steps", required=False)),
            ranking=self._ranking(top.tables("ranking", required=False)),
        )
        top.done()
        if self.faults:
            raise PolicyInvalid(self.faults)
        return edition

    def _named(self, table: Table, name: str, reference: Reference) -> None:
        if name in self.names or name in _RESERVED or not name.isidentifier() or not name.isascii():
            table.fault(name, "name_taken", name=name)
        self.names[name] = reference

    def _figures(self, table: Table, valid_from: date) -> dict[str, Figure]:
        figures = read_figures(table, valid_from, self.overrides)
        for name, figure in figures.items():
            self._named(table, name, Reference(figure.type, "figure", name))
        return figures

    def _derived(self, table: Table) -> None:
        """Each derived value may read those above it, so that none can lead back to itself."""
        if "age" not in table.content:
            self.derived["age"] = parse(_AGE, self.names)
            self.names["age"] = Reference(Type.INTEGER, "derived", "age")
        for name in table.content:
            listed = isinstance(table.content[name], list)
            node = self._steps_of(table, name) if listed else self._expression(table, name)
            if node is not None:
                self._named(table, name, Reference(node.type, "derived", name))
                self.derived[name] = node

    def _steps_of(self, table: Table, name: str) -> Node | None:
        """First-match steps `[{when, then}, …]`; only the last may leave `when` out."""
        branches: list[tuple[Node, Node]] = []
        otherwise = None
        tables = table.tables(name)
        for i, row in enumerate(tables):
            then = self._expression(row, "then")
            if "when" not in row.content and i == len(tables) - 1:
                otherwise = then
            else:
                when = self._expression(row, "when", Type.BOOL)
                if when is not None and then is not None:
                    branches.append((when, then))
            row.done()
        results = [then for _, then in branches] + ([otherwise] if otherwise else [])
        kinds = {result.type for result in results}
        if len(kinds) > 1 and not kinds <= NUMERIC:
            table.fault(name, "type_mismatch", expected=results[0].type.value, found="…")
        if not results:
            return None
        return Choice(Type.NUMBER if len(kinds) > 1 else results[0].type, tuple(branches), otherwise)

    def _criteria(self, tables: list[Table]) -> tuple[Criterion, ...]:
        criteria: dict[str, Criterion] = {}
        for table in tables:
            code, fact = table.text("code"), table.text("fact", required=False) or None
            if code in criteria:
                table.fault("code", "code_duplicate", found=code)
            if fact is not None and fact not in self.names:
                table.fault("fact", "name_unknown", name=fact)
            when = self._expression(table, "when", Type.BOOL, required=False)
            expr = self._expression(table, "expr", Type.BOOL)
            clause, rule = table.text("clause", blank=True), table.label("message")
            table.done()
            if expr is not None:
                criteria[code] = Criterion(code, when, expr, fact, clause, rule)
        return tuple(criteria.values())

    def _entitlement(self, table: Table) -> Entitlement:
        form, payer = (self._expression(table, key, Type.TEXT) or _AT for key in ("form", "payer"))
        amount_max = self._expression(table, "amount_max", Type.NUMBER, Type.INTEGER) or _AT
        key = {
            part: self._expression(table, part, kind) or _AT
            for part, kind in (
                ("kind", Type.TEXT),
                ("occasion", Type.TEXT),
                ("year", Type.INTEGER),
                ("once", Type.BOOL),
            )
        }
        for part, node in key.items():
            # The ledger is asked by this key, so the key cannot wait for the ledger's answer.
            if any(self.programme.all_facts[f].source == "record" for f in facts_read(node, self.derived)):
                table.fault(part, "key_reads_record")
        lines = tuple(self._line(line) for line in table.tables("lines", required=False))
        table.done()
        return Entitlement(form, amount_max, payer, lines, **key)

    def _line(self, table: Table) -> Line:
        line = Line(
            code=table.text("code"),
            title=table.label("title"),
            when=self._expression(table, "when", Type.BOOL, required=False),
            amount=self._expression(table, "amount", Type.NUMBER, Type.INTEGER, required=False),
            payer=self._expression(table, "payer", Type.TEXT, required=False),
        )
        table.done()
        return line

    def _ranking(self, tables: list[Table]) -> tuple[Ranking, ...]:
        """The order of candidates: the first criterion decides, those below it among equals."""
        ranking: dict[str, Ranking] = {}
        for table in tables:
            code, order = table.text("code"), table.text("order")
            if code in ranking:
                table.fault("code", "code_duplicate", found=code)
            if order and order not in _ORDERS:
                table.fault("order", "choice_unknown", choices=list(_ORDERS))
            expr = self._expression(table, "expr", Type.BOOL, *ORDERED)
            if expr and any(self.programme.all_facts[f].sensitive for f in facts_read(expr, self.derived)):
                table.fault("expr", "ranking_reads_sensitive")  # its values are published
            clause, rule = table.text("clause", blank=True), table.label("message")
            table.done()
            if expr is not None:
                ranking[code] = Ranking(code, expr, _ORDERS.get(order, True), clause, rule)
        return tuple(ranking.values())

    def _expression(
        self,
        table: Table,
        key: str,
        *wanted: Type,
        required: bool = True,
        names: Mapping[str, Reference] | None = None,
    ) -> Node | None:
        """The tree of the expression at `key`; None where it is missing or at fault."""
        text = table.text(key, required=required)
        if not text:
            return None
        try:
            node = parse(text, self.names if names is None else names)
        except Unreadable as unreadable:
            table.fault(key, unreadable.code, column=unreadable.column, **unreadable.params)
            return None
        if wanted and node.type not in wanted:
            expected = " | ".join(kind.value for kind in wanted)
            table.fault(key, "type_mismatch", column=1, expected=expected, found=node.type.value)
            return None
        return node
