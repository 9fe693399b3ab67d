"""What a value must keep to; the refusal names it, so that the sender knows what would be taken."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import validate

from benefits.core.errors import Fault


def told(code: str, **params: object) -> list[Fault]:
    """A message with what fills it; the place is the field's (`api.arguments`)."""
    return [Fault("", code, params)]


class OneOf(validate.OneOf):
    """One of some words, which the refusal names."""

    def __call__(self, value: Any) -> Any:
        """Raises ValidationError, `choice_unknown`."""
        try:
            return super().__call__(value)
        except ma.ValidationError:
            raise ma.ValidationError(told("choice_unknown", choices=[*self.choices])) from None


class Length(validate.Length):
    """So many characters or items, both bounds inclusive, which the refusal names."""

    def __call__(self, value: Any) -> Any:
        """Raises ValidationError, `length_refused`."""
        try:
            return super().__call__(value)
        except ma.ValidationError:
            raise ma.ValidationError(told("length_refused", least=self.min, most=self.max)) from None


class Range(validate.Range):
    """A number within two bounds, both inclusive, which the refusal names."""

    def __call__(self, value: Any) -> Any:
        """Raises ValidationError, `out_of_range`."""
        try:
            return super().__call__(value)
        except ma.ValidationError:
            raise ma.ValidationError(told("out_of_range", least=self.min, most=self.max)) from None
