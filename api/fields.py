"""The kinds of value that cross the wire, strict in and exact out; every fault is a stable code."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.bounds import Length, OneOf, Range, told
from benefits.core.money import GRAMMAR, SIGNED_GRAMMAR, parse_yuan, show_yuan

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
_DEGREES = re.compile(r"-?(0|[1-9][0-9]?)\.[0-9]\Z", re.ASCII)
_DIGITS = re.compile(r"-?[0-9]{1,20}\Z", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


_COMMON = {"required": "required", "null": "null_forbidden", "validator_failed": "value_refused"}


class Body(ma.Schema):
    """A JSON object; fields that it does not name are refused."""

    class Meta:
        unknown = ma.RAISE

    error_messages = {"unknown": "unknown_field", "type": told("wrong_type", expected="object")}  # type: ignore[dict-item]


class Money(fields.Field[Decimal]):
    """Yuan as a string with exactly two decimals."""

    default_error_messages = {**_COMMON, "invalid": "money_malformed"}

    def __init__(self, *, signed: bool = False, **kwargs: Any) -> None:
        """With `signed`, a leading minus is allowed."""
        super().__init__(**kwargs)
        self.signed = signed

    def _serialize(self, value: Decimal | None, *_args: Any, **_kwargs: Any) -> str | None:
        return None if value is None else show_yuan(value)

    def _deserialize(self, value: object, *_args: Any, **_kwargs: Any) -> Decimal:
        amount = parse_yuan(value, signed=self.signed)
        if amount is None:
            raise self.make_error("invalid")
        return amount

    @property
    def pattern(self) -> str:
        """The grammar, for OpenAPI."""
        return SIGNED_GRAMMAR if self.signed else GRAMMAR


class Degrees(fields.Field[Decimal]):
    """Degrees Celsius as a string with exactly one decimal, between -50.0 and 60.0."""

    PATTERN = r"^-?(0|[1-9][0-9]?)\.[0-9]$"
    default_error_messages = {**_COMMON, "invalid": "degrees_malformed"}

    def _serialize(self, value: Decimal | None, *_args: Any, **_kwargs: Any) -> str | None:
        return None if value is None else f"{value:.1f}"

    def _deserialize(self, value: object, *_args: Any, **_kwargs: Any) -> Decimal:
        if not isinstance(value, str) or not _DEGREES.match(value) or not -50 <= Decimal(value) <= 60:
            raise self.make_error("invalid")
        return Decimal(value)


class Day(fields.Field[date]):
    """A day as YYYY-MM-DD, between 1900 and 2100."""

    default_error_messages = {**_COMMON, "invalid": "date_malformed"}

    def _serialize(self, value: date | None, *_args: Any, **_kwargs: Any) -> str | None:
        return None if value is None else value.isoformat()

    def _deserialize(self, value: object, *_args: Any, **_kwargs: Any) -> date:
        if not isinstance(value, str) or not _DAY.match(value):
            raise self.make_error("invalid")
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise self.make_error("invalid") from None
        if not 1900 <= day.year <= 2100:
            raise self.make_error("invalid")
        return day


class Instant(fields.Field[datetime]):
    """An instant as RFC 3339 with offset."""

    default_error_messages = {**_COMMON, "invalid": "instant_malformed"}

    def _serialize(self, value: datetime | None, *_args: Any, **_kwargs: Any) -> str | None:
        return None if value is None else value.isoformat()

    def _deserialize(self, value: object, *_args: Any, **_kwargs: Any) -> datetime:
        try:
            instant = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            instant = None
        if instant is None or instant.tzinfo is None:
            raise self.make_error("invalid")
        return instant


class Text(fields.String):
    """Text of a bounded length without control characters; surrounding blanks go."""

    default_error_messages = {
        **_COMMON,
        "invalid": told("wrong_type", expected="string"),
        "invalid_utf8": told("wrong_type", expected="string"),
        "control": "control_characters",
    }

    def __init__(self, *, least: int = 0, most: int = 200, choices: tuple[str, ...] = (), **kwargs: Any) -> None:
        """Lengths in characters; with `choices`, only those words."""
        if choices:
            kwargs["validate"] = OneOf(choices)
        else:
            kwargs.setdefault("validate", Length(min=least, max=most))
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, *args, **kwargs)
        if _CONTROL.search(text):
            raise self.make_error("control")
        return text.strip()


class Whole(fields.Integer):
    """A whole number; booleans, strings and fractions are refused."""

    default_error_messages = {
        **_COMMON,
        "invalid": told("wrong_type", expected="integer"),
        "too_large": told("out_of_range", least=0, most=2**31 - 1),
    }

    def __init__(self, *, least: int = 0, most: int = 2**31 - 1, **kwargs: Any) -> None:
        """Both bounds are inclusive."""
        super().__init__(strict=True, validate=Range(min=least, max=most), **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid")
        number: int = super()._deserialize(value, *args, **kwargs)
        return number


class QueryWhole(fields.Integer):
    """A whole number in a query string."""

    default_error_messages = {
        **_COMMON,
        "invalid": told("wrong_type", expected="integer"),
        "too_large": told("out_of_range", least=0, most=2**31 - 1),
    }

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        """Both bounds are inclusive."""
        super().__init__(validate=Range(min=least, max=most), **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> int:
        if not _DIGITS.match(value):
            raise self.make_error("invalid")
        number: int = super()._deserialize(value, *args, **kwargs)
        return number


class Flag(fields.Boolean):
    """true or false, nothing else."""

    default_error_messages = {**_COMMON, "invalid": told("wrong_type", expected="boolean")}

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class QueryFlag(fields.Boolean):
    """`true` or `false` in a query string."""

    truthy = {"true"}
    falsy = {"false"}
    default_error_messages = {**_COMMON, "invalid": told("wrong_type", expected="boolean")}


class Id(fields.UUID):
    """A UUID string."""

    default_error_messages = {**_COMMON, "invalid_uuid": "id_malformed"}


class Items(fields.List[Any]):
    """A list of bounded length."""

    default_error_messages = {**_COMMON, "invalid": told("wrong_type", expected="array")}

    def __init__(self, inner: Any, *, least: int = 0, most: int = 1000, **kwargs: Any) -> None:
        """`least` and `most` bound the number of items."""
        super().__init__(inner, validate=Length(min=least, max=most), **kwargs)


class Part(fields.Nested):
    """A JSON object within another."""

    default_error_messages = {**_COMMON, "type": told("wrong_type", expected="object")}


class Json(fields.Dict):
    """A JSON object whose fields another room checks (facts are the programme's own)."""

    default_error_messages = {**_COMMON, "invalid": told("wrong_type", expected="object")}
