"""Facts as people type them in a sheet: found by their label in either language, read as they were meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from benefits import catalogue
from benefits.core.as_typed import read_day, tidy, tidy_number
from benefits.core.errors import Invalid
from benefits.core.money import FEN
from benefits.intake.row import RowReader
from benefits.intake.workbook import YES_NO, as_heading
from benefits.rules.declaration import Programme, parse_facts
from benefits.rules.facts import Fact
from models.vocabulary import Severity

PAIRS = "情况"
_PAYEE = ("收款户名", "收款账号", "开户行")
OWN = ("项目", "证件号码", "单位代码", "事件日期", "姓名", "申请金额", "批次", *_PAYEE, "提交", PAIRS)  # no facts
_NOT_TYPED = frozenset({"amount", "honours"})  # a column of its own; the register's
_PAIR = re.compile(r"[；;\n\r]+")
_EQUALS = re.compile(r"[=＝:：]")
_BRACKETS = re.compile(r"[（(][^（(]*[)）]$")
_LIST = re.compile(r"[、，,/]+")
_AMOUNT = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?", re.ASCII)
_NONE = frozenset({"无", "none"})


class _Unreadable(Exception):  # noqa: N818 - a fact about a cell
    """The text cannot be the fact's value; `code` says why."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def typed_facts(programme: Programme) -> Iterator[Fact]:
    """The facts of a programme that a sheet may give."""
    return (fact for fact in programme.all_facts.values() if fact.name not in _NOT_TYPED)


@cache
def headings(code: str) -> Mapping[str, Fact]:
    """The facts of a programme by their labels in both languages and by their names, as headings are compared.

    A label's last brackets, such as （元）, may be left out.
    """
    facts = list(typed_facts(catalogue.programme(code)))
    whole = {as_heading(text).casefold(): fact for fact in facts for text in (*fact.label.values(), fact.name)}
    return {**{_BRACKETS.sub("", heading): fact for heading, fact in whole.items()}, **whole}


def all_headings() -> frozenset[str]:
    """The headings of every programme's facts, as far as a sheet of cases does not use them otherwise."""
    return frozenset(heading for code in catalogue.programmes() for heading in headings(code)) - {*OWN}


def read_facts(reader: RowReader, programme: Programme) -> dict[str, Any]:
    """The facts of a row as JSON has them; what cannot be read is a finding in its cell.

    Codes: `fact_unknown` (the programme asks no such fact), `fact_twice`, `pair_malformed`, those of a value
    (`money_malformed`, `decimal_malformed`, `choice_unknown`, `date_unreadable`, `wrong_type` …).
    """
    known, facts = headings(programme.code), dict[str, Any]()
    for column, heading, text in _given(reader):
        fact = known.get(heading)
        if fact is None:
            reader.fault(column, "fact_unknown")
        elif fact.name in facts:
            reader.fault(column, "fact_twice")
        else:
            try:
                facts[fact.name] = _value(fact, text)
                parse_facts(programme, {fact.name: facts[fact.name]})
            except _Unreadable as unreadable:
                reader.fault(column, unreadable.code, Severity.ERROR, **unreadable.params)
            except Invalid as invalid:
                reader.fault(column, invalid.faults[0].code, Severity.ERROR, **invalid.faults[0].params)
    return facts


def _given(reader: RowReader) -> Iterator[tuple[str, str, str]]:
    """Column, heading and text of each fact of a row: first those with a column of their own."""
    every = all_headings()
    for column, cell in reader.cells.items():
        heading = column.casefold()
        if heading in every and cell.strip():
            yield column, heading, cell.strip()
    for number, pair in enumerate(filter(str.strip, _PAIR.split(reader.cells.get(PAIRS, ""))), 1):
        name, *value = _EQUALS.split(pair, maxsplit=1)
        if not value or not value[0].strip():
            reader.fault(PAIRS, "pair_malformed", number=number)
        else:
            yield PAIRS, as_heading(name).casefold(), value[0].strip()


def _value(fact: Fact, text: str) -> Any:
    free = fact.type == "text" and not fact.choices
    if not free and fact.type != "bool" and tidy(text).casefold() in _NONE:
        return None  # known: none; of a flag it says no
    return _READ[fact.type](fact, text)


def _number(text: str, code: str, **params: object) -> Decimal:
    plain = re.sub(r"[¥￥,，元]", "", tidy_number(text))
    if not _AMOUNT.fullmatch(plain):
        raise _Unreadable(code, **params)
    return Decimal(plain)


def _money(_: Fact, text: str) -> str:
    amount = _number(text, "money_malformed")
    if amount != amount.quantize(FEN):
        raise _Unreadable("money_malformed")
    return f"{amount:.2f}"


def _word(fact: Fact, text: str) -> str:
    meant = as_heading(text).casefold()
    for code, label in fact.choices.items():
        if meant in {code.casefold(), *(as_heading(word).casefold() for word in label.values())}:
            return code
    if fact.choices and not fact.open_choices:
        raise _Unreadable("choice_unknown", choices=_words(fact, "zh-CN"))
    return tidy(text)


def _whole(_: Fact, text: str) -> int:
    number = _number(text, "wrong_type", expected="integer")
    if number != int(number):
        raise _Unreadable("wrong_type", expected="integer")
    return int(number)


def _flag(_: Fact, text: str) -> bool:
    code = YES_NO.read(text)
    if code is None:
        raise _Unreadable("code_unknown", choices=YES_NO.chinese)
    return code == "yes"


def _day(_: Fact, text: str) -> str:
    day = read_day(text)
    if day is None:
        raise _Unreadable("date_unreadable")
    return day.isoformat()


def _items(read: Callable[[Fact, str], Any]) -> Callable[[Fact, str], list[Any]]:
    return lambda fact, text: [read(fact, part) for part in _LIST.split(text) if part.strip()]


_READ: Mapping[str, Callable[[Fact, str], Any]] = {
    "money": _money,
    "decimal": lambda _, text: f"{_number(text, 'decimal_malformed'):f}",
    "integer": _whole,
    "bool": _flag,
    "text": _word,
    "date": _day,
    "texts": _items(_word),
    "integers": _items(_whole),
}


def further_columns(code: str, language: str) -> list[tuple[str, list[str]]]:
    """A column for each fact that a programme asks of a case, with the words it takes; raises NotFound."""
    asked = [fact for fact in typed_facts(catalogue.programme(code)) if fact.source == "given"]
    titles = [fact.name if fact.label[language] in OWN else fact.label[language] for fact in asked]
    return [(title, _words(fact, language)) for title, fact in zip(titles, asked, strict=True)]


def _words(fact: Fact, language: str) -> list[str]:
    if fact.type == "bool":
        return [label["zh"] for label in YES_NO.labels.values()]
    return [label[language] for label in fact.choices.values()] if fact.type == "text" else []
