"""What the templates of pages have in common."""

from __future__ import annotations

import pytest

from acceptance.report import templates


@pytest.mark.parametrize("text", ["复核 " + "很长的说明" * 50, "no blank " + "x" * 300])
def test_a_long_text_is_cut_where_there_is_no_more_room_not_at_its_last_blank(text: str) -> None:
    made = templates._environment("zh").from_string("{{ text | truncate(200) }}").render(text=text)
    assert len(made) == 200
    assert made[:-1] == text[:199]
    assert made[-1] == "…"


def test_a_text_that_has_room_stays() -> None:
    made = templates._environment("en").from_string("{{ text | truncate(5) }}")
    assert made.render(text="abcde") == "abcde"


def test_a_word_at_the_end_stays_whole() -> None:
    made = templates._environment("en").from_string("{{ text | truncate(20) }}")
    assert made.render(text="as far as the eye reaches") == "as far as the eye…"
