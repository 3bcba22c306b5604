"""What the templates of pages have in common."""

from __future__ import annotations

import pytest

from acceptance.errors import PlanError
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


PEOPLE = {"people": [{"name": f"{number}", "role": ""} for number in range(3000)]}
EACH = "{% for one in people %}"
OTHER = "{% for other in people %}"


@pytest.mark.parametrize(
    "text",
    [
        EACH + OTHER + "{% endfor %}{% endfor %}",
        EACH + OTHER + "{% if one.name == other.role %}x{% endif %}{% endfor %}{% endfor %}",
        "{% for a in text %}{% for b in text %}{% endfor %}{% endfor %}",
        EACH + "{% for other in people if other.role %}x{% endfor %}{% endfor %}",
    ],
)
def test_loops_that_make_nothing_come_to_an_end(text: str) -> None:
    """A step is one on every machine, however fast it is."""
    with pytest.raises(PlanError, match="its loops take more than 1000000 steps"):
        templates.own_template(text, PEOPLE | {"text": "x" * 2000}, "cover.html")


def test_loops_are_what_they_are_without_counting() -> None:
    text = EACH + "{% if loop.index < 3 or loop.last %}{{ one.name }} {% endif %}{% endfor %}"
    assert templates.own_template(text, PEOPLE, "cover.html") == "0 1 2999 "
    text = "{% for one in people if one.role %}x{% else %}nobody{% endfor %}"
    assert templates.own_template(text, PEOPLE, "cover.html") == "nobody"
    with pytest.raises(PlanError, match="Name may not stand"):
        templates.own_template("{{ _counted }}", PEOPLE, "cover.html")
