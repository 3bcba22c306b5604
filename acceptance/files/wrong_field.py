"""What is wrong with a field, in a sentence: the errors of a data class that was not filled right.

Pydantic names each error by a code and words it for programmers. Here each code has a sentence for
whoever wrote the file. https://docs.pydantic.dev/latest/errors/validation_errors/ lists the codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from acceptance.messages import tr, tr_count

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 80  # characters shown of a wrong value
TEXTS = ("string_type",)
NUMBERS = ("float_type", "float_parsing")
WHOLE_NUMBERS = ("int_type", "int_parsing", "int_from_float")
TRUTH_VALUES = ("bool_type", "bool_parsing")
DATES = ("date_type",)
LISTS = ("tuple_type", "list_type", "set_type", "frozen_set_type")
TABLES = ("dict_type", "mapping_type", "dataclass_type", "dataclass_exact_type")
UNKNOWN = ("unexpected_keyword_argument", "extra_forbidden")


def place(error: Mapping[str, Any], skipped: int = 1) -> str:
    """Name the field of an error, for instance ``shots.0.chip``; ``skipped`` are outer places."""
    return ".".join(str(part) for part in error["loc"][skipped:])


def sentence(error: Mapping[str, Any]) -> str:
    """Say what is wrong with a field: an entry of ``ValidationError.errors()`` as a sentence.

    ``error`` has ``type`` and ``input``, and ``ctx`` where the type has parameters.
    """
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return tr("this field is missing")
    if kind in UNKNOWN:
        return tr("unknown field")
    return _wrong_value(kind, context, _shown(error["input"]))


def _wrong_value(kind: str, context: Mapping[str, Any], value: str) -> str:
    if kind in {"enum", "literal_error"}:
        choices = str(context["expected"]).replace(" or ", ", ")
        return tr("must be one of {choices}, not {value}", choices=choices, value=value)
    if kind in {"too_short", "too_long"}:
        return _wrong_length(kind, context)
    if kind == "finite_number":
        return tr("must be a finite number, not {value}", value=value)
    if kind == "value_error":
        return tr("is wrong ({cause}): {value}", cause=context["error"], value=value)
    return _wrong_type(kind, value)


def _wrong_length(kind: str, context: Mapping[str, Any]) -> str:
    found = context["actual_length"]
    if kind == "too_short":
        return tr_count(
            "must have at least {count} entry, not {found}",
            "must have at least {count} entries, not {found}",
            context["min_length"], found=found,
        )  # fmt: skip
    return tr_count(
        "must have at most {count} entry, not {found}",
        "must have at most {count} entries, not {found}",
        context["max_length"], found=found,
    )  # fmt: skip


def _wrong_type(kind: str, value: str) -> str:
    sentences = {
        TEXTS: tr("must be text in quotes, not {value}", value=value),
        NUMBERS: tr("must be a number, not {value}", value=value),
        WHOLE_NUMBERS: tr("must be a whole number, not {value}", value=value),
        TRUTH_VALUES: tr("must be true or false, not {value}", value=value),
        LISTS: tr("must be a list, not {value}", value=value),
        DATES: tr("must be a date like 2026-11-25, without quotes, not {value}", value=value),
        TABLES: tr("must be a table, not {value}", value=value),
    }
    general = tr("is not allowed here ({kind}): {value}", kind=kind, value=value)
    return next((said for kinds, said in sentences.items() if kind in kinds), general)


def _shown(value: object) -> str:
    return f"{value!r:.{LONGEST}}"
