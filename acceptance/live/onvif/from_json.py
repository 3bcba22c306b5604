"""Nouns made of what JSON kept of them."""

from __future__ import annotations

import types
import typing
from dataclasses import MISSING, fields


def made(kind: object, value: object) -> object:
    """Make what a field holds of what JSON kept of it. Raises TypeError, ValueError, KeyError."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType:
        return None if value is None else made(inner[0], value)
    if origin is tuple and isinstance(value, list):
        kinds = [inner[0]] * len(value) if inner[1:] == (Ellipsis,) else inner
        return tuple(made(each, item) for each, item in zip(kinds, value, strict=True))
    if isinstance(kind, type) and isinstance(value, dict):
        hints = typing.get_type_hints(kind)
        needed = [each for each in fields(kind) if each.name in value or each.default is MISSING]
        return kind(**{each.name: made(hints[each.name], value[each.name]) for each in needed})
    if isinstance(kind, type) and kind is float and type(value) in {int, float}:
        return value
    if isinstance(kind, type) and isinstance(value, kind):
        return value
    raise TypeError(str(kind))
