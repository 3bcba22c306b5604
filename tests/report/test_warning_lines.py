"""How warnings of a session are worded."""

from __future__ import annotations

import pytest

from acceptance.model import SessionWarning, Severity
from acceptance.report import warning_lines


@pytest.mark.parametrize(
    ("code", "item", "lang", "words"),
    [
        ("source_replaced", "GA 1 (A) (… 2026-01-31, → GA 2)", "zh",
         "GA 1 (A)（施行至 2026-01-31，由 GA 2 代替）"),
        ("source_replaced", "GA 1 (… 2026-01-31, → GA 2)", "en",
         "GA 1 (until 2026-01-31, now GA 2)"),
        ("source_not_yet", "GA 1 (2027-01-01 …)", "zh", "GA 1（自 2027-01-01 起施行）"),
        ("source_not_yet", "GA 1 (2027-01-01 …)", "en", "GA 1 (in force from 2027-01-01)"),
    ],
)  # fmt: skip
def test_days_of_a_source_are_words(code: str, item: str, lang: str, words: str) -> None:
    warning = SessionWarning(code=code, severity=Severity.CAUTION, items=(item,), parameters={})
    [line] = warning_lines.lines([warning], lang, [])
    assert words in line.sentence
