"""What is wrong with a field reaches users as a sentence of ours, never as the library's."""

from __future__ import annotations

import pytest

from acceptance.files import wrong_field


@pytest.mark.parametrize(
    ("kind", "value", "context", "sentence"),
    [
        ("missing", {}, {}, "this field is missing"),
        ("unexpected_keyword_argument", 1, {}, "unknown field"),
        ("extra_forbidden", 1, {}, "unknown field"),
        ("enum", "c", {"expected": "'a' or 'b'"}, "must be one of 'a', 'b', not 'c'"),
        ("literal_error", "c", {"expected": "'a', 'b' or 'd'"}, "must be one of 'a', 'b', 'd', "),
        ("string_type", 1, {}, "must be text in quotes, not 1"),
        ("float_type", "x", {}, "must be a number, not 'x'"),
        ("float_parsing", "x", {}, "must be a number, not 'x'"),
        ("finite_number", float("nan"), {}, "must be a finite number, not nan"),
        ("int_type", "x", {}, "must be a whole number, not 'x'"),
        ("bool_parsing", "x", {}, "must be true or false, not 'x'"),
        ("tuple_type", 3, {}, "must be a list, not 3"),
        ("dict_type", 3, {}, "must be a table, not 3"),
        ("dataclass_type", 3, {"class_name": "Shot"}, "must be a table, not 3"),
        (
            "too_short",
            (),
            {"min_length": 1, "actual_length": 0},
            "must have at least 1 entry, not 0",
        ),
        (
            "too_long",
            (1, 2, 3),
            {"max_length": 2, "actual_length": 3},
            "must have at most 2 entries, not 3",
        ),
        ("value_error", 3, {"error": ValueError("odd")}, "is wrong (odd): 3"),
        ("url_type", 3, {}, "is not allowed here (url_type): 3"),
    ],
)
def test_every_kind_of_error_has_a_sentence(
    kind: str, value: object, context: dict[str, object], sentence: str
) -> None:
    error = {"type": kind, "loc": (0, "shots", 2, "chip"), "input": value, "ctx": context}
    assert wrong_field.sentence(error).startswith(sentence)
    assert wrong_field.place(error) == "shots.2.chip"


def test_a_long_value_is_cut_off() -> None:
    error = {"type": "float_type", "loc": (0, "x"), "input": "x" * 1000}
    assert len(wrong_field.sentence(error)) < 2 * wrong_field.LONGEST
