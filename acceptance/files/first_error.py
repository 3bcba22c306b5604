"""Checks of data classes that stop at the first wrong item of a list or table.

Pydantic states every error: a list of a million empty tables (3 MB of JSON) takes 80 s and 14 GB to
refuse. Where only the first one is shown, the others need not be found.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic_core import SchemaValidator

from acceptance.files import wrong_field

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import CoreSchema, ValidationError

Kind = TypeVar("Kind")

STOPPING = {"list", "tuple", "set", "frozenset", "dict"}


def check(adapter: TypeAdapter[Kind], value: object) -> Kind:
    """Make of a value what the adapter is for.

    Raises pydantic's ValidationError, whose errors end at the first wrong item of each list or
    table.
    """
    return cast("Kind", _validator(adapter).validate_python(value))


def told(error: ValidationError) -> str:
    """Say of the first error which field is wrong, and what is wrong with it."""
    first = error.errors(include_url=False)[0]
    return ": ".join(filter(None, (wrong_field.place(first), wrong_field.sentence(first))))


@functools.cache
def _validator(adapter: TypeAdapter[Any]) -> SchemaValidator:
    adapter.rebuild()
    return SchemaValidator(cast("CoreSchema", _stopping(adapter.core_schema)))


def _stopping(schema: object) -> object:
    if isinstance(schema, list | tuple):
        return type(schema)(_stopping(part) for part in schema)
    if not isinstance(schema, dict):
        return schema
    parts = {key: part if key == "metadata" else _stopping(part) for key, part in schema.items()}
    return parts | {"fail_fast": True} if schema.get("type") in STOPPING else parts
