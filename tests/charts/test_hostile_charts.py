"""Definitions of charts made to stop the toolkit: each is refused at once, with file and field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from acceptance import data
from acceptance.charts import definition
from acceptance.errors import ChartError

if TYPE_CHECKING:
    from pathlib import Path

SOUND = data.folder("test_charts") / "acceptance.toml"
LABEL = "{width:g} x {height:g} mm"
MANY = "".join(
    f'  {{ name = "g{n}", rect = [{n}, 1, 0.1, 0.1], printed = {{ diameter = 0.1 }} }},\n'
    for n in range(1001)
)
HOSTILE = {
    "an attribute": (LABEL, "{name.foo}", "may hold {name}"),
    "what an object holds": (LABEL, "{name.__class__.__mro__}", "may hold {name}"),
    "an item": (LABEL, "{width[0]}", "may hold {name}"),
    "a gigabyte of blanks": (LABEL, "{name:>900000000}", "may hold {name}"),
    "a gigabyte of digits": (LABEL, "{width:.900000000f}", "may hold {name}"),
    "a size of 400 digits": (
        "size = [400,",
        f"size = [{'9' * 400},",
        "size.0: a whole number of more than 64 bits",
    ),
    "a size that is none": ("size = [400,", "size = [nan,", "size: must be a finite number"),
    "a paper without end": ("paper = [420,", "paper = [inf,", "paper: must be a finite number"),
    "100 million bars": ("bars = 9", "bars = 100000000", "bars: from 2 to 99"),
    "bars of no frequency": ("from = 0.222222", "from = 0.0", "from: from 0.001 to 1000"),
    "a step of no light": (
        "reflectance = 0.03,",
        "reflectance = 0.0,",
        "reflectance: from 0.0001 to 1",
    ),
    "an edge along its axis": ("angle = 5.5", "angle = 90.0", "angle: from -44 to 44"),
    "a code of 60 bits": ("0x0EFB", f"0x{'F' * 15}", "code: from 0 to 65535"),
    "a code of 1,200 bits": ("0x0EFB", f"0x{'F' * 300}", "code: a whole number of more than 64"),
    "bars of 400 digits": ("bars = 9", f"bars = 1{'0' * 400}", "bars: a whole number of more than"),
    "bars less than none": ("bars = 9", f"bars = -1{'0' * 400}", "bars: a whole number of more"),
    "a size of 16,000 bits": ("size = [400,", f"size = [0x{'F' * 4000},", "size.0: a whole number"),
    "an angle of as many": ("angle = 5.5", f"angle = 0x{'F' * 4000}", "angle: a whole number of"),
    "a colour of as many": ("lab = [", f"lab = [0x{'F' * 4000}, ", "lab.0: a whole number of more"),
    "a law of its own": ('form = "hyperbolic"', 'form = "mine"', "form: must be one of"),
    "a thousand regions": ("grid = [\n", f"grid = [\n{MANY}", "regions; 1000 at most"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_definition_is_refused(what: str, tmp_path: Path) -> None:
    old, new, says = HOSTILE[what]
    text = SOUND.read_text("utf-8")
    assert old in text
    hostile = tmp_path / "own.toml"
    hostile.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ChartError, match=r"own\.toml") as refused:
        definition.load(str(hostile))
    assert says in str(refused.value)


def test_a_chart_that_is_based_on_itself_is_refused(tmp_path: Path) -> None:
    words = 'name = "a"\ntitle = "a"\ntitle_en = "a"\nbased_on = "a"\ncodes = []\n'
    (tmp_path / "a.toml").write_text(words, "utf-8")
    with pytest.raises(ChartError, match="a is itself based on another chart"):
        definition.load(str(tmp_path / "a.toml"))
