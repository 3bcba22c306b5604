"""The shorter ways through WeasyPrint give the bytes that WeasyPrint gives without them.

But for one: pydyf compresses as hard as zlib can, the shortcuts as zlib does if nobody asks.
"""

from __future__ import annotations

import ctypes.util
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from acceptance.report import layout_shortcuts, typesetting
from acceptance.report.templates import style

if TYPE_CHECKING:
    from pathlib import Path

MOMENT = datetime(2026, 11, 29, tzinfo=UTC)
WITHOUT = """
import sys, zlib
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
import pydyf
from acceptance.report import layout_shortcuts, typesetting
layout_shortcuts.known = lambda: False
pydyf.zlib = SimpleNamespace(compressobj=lambda level: zlib.compressobj())
typesetting._found_by_file_name = nullcontext
page, folder = Path(sys.argv[1]), Path(sys.argv[2])
moment = datetime.fromisoformat(sys.argv[3])
sys.stdout.buffer.write(typesetting.archived(page.read_text("utf-8"), folder, moment, {"a.txt": b"A"}))
"""  # noqa: E501 -- a program
ROW = (
    '<tr id="row-{0}"><td>{0}</td><td>清晰度<div class="small">水平</div></td>'
    '<td class="figure">(570 ± 15) TVL</td><td><span class="verdict fail">'
    '<span class="symbol">×</span>不符合</span> <a href="#row-1">一</a></td></tr>'
)
# what the templates use: running heads, leaders, tables over pages, columns, lists, flex, floats,
# percentages, drawings, another kind of page, words too long for their line
PAGE = f"""<html lang="zh"><head><title>检验报告</title><style>{style("style.css")}
.float {{ float: left; width: 30% }} .wide {{ width: calc(50% - 3mm) }} .narrow {{ width: 12mm }}
.two {{ columns: 2 }} .clip {{ overflow: hidden; text-overflow: ellipsis; white-space: nowrap }}
</style></head><body><div class="running-title">检验报告</div>
<div class="running-number">2026-1</div><div class="running-page"></div>
<section class="cover" id="top"><p class="title">检验报告</p>
<div class="letterhead"><div class="own"><p class="large">研究所</p></div><b>章</b></div></section>
<section class="contents" id="contents"><ol><li><a href="#results">结果</a></li>
<li><a href="#row-60">第六十行</a></li></ol></section>
<h2 id="results">结果</h2><style>#chosen td {{ color: #0000ff; padding-left: 9mm }}</style>
<table><tr id="chosen"><td>蓝色</td><td>blue</td></tr></table>
<div class="float">左边</div><div class="wide">右边 half as wide</div>
<table class="grid"><thead><tr><th>号</th><th>项目</th><th>结果</th><th>判定</th></tr></thead>
{"".join(ROW.format(number) for number in range(1, 90))}</table>
<div class="two"><p>一</p><p>二</p><p>三</p></div><ul><li>a<ul><li>b</li></ul></li></ul>
<p class="narrow">{"0123456789" * 9}</p><p class="narrow clip">{"不符合" * 20}</p><hr>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" width="30mm" height="30mm">
<rect x="1.25" y="2" width="3" height="4"/>
<text x="1" y="9" font-size="2" font-family="Noto Sans CJK SC">字</text></svg>
</body></html>"""


def without_shortcuts(page: str, folder: Path) -> bytes:
    """Set a page by WeasyPrint alone, in a process of its own."""
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    command = [sys.executable, "-c", WITHOUT, str(file), str(folder), MOMENT.isoformat()]
    return subprocess.run(command, check=True, capture_output=True).stdout


def test_pages_are_the_same_to_the_byte_with_and_without_shortcuts(tmp_path: Path) -> None:
    plain = without_shortcuts(PAGE, tmp_path)
    assert layout_shortcuts.known()
    assert plain.startswith(b"%PDF")
    for _ in range(2):  # the second time its style sheets have been read
        typesetting._JUST_SET.clear()
        assert typesetting.archived(PAGE, tmp_path, MOMENT, {"a.txt": b"A"}) == plain


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere files have other names")
def test_to_load_the_renderer_no_linker_is_asked_for_libraries() -> None:
    asked = ctypes.util.find_library
    with typesetting._found_by_file_name():
        assert ctypes.util.find_library("c") is None
    assert ctypes.util.find_library is asked


def test_another_version_of_weasyprint_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    import weasyprint

    monkeypatch.setattr(layout_shortcuts, "known", lambda: False)
    assert layout_shortcuts.html.__wrapped__() is weasyprint.HTML


def test_a_style_sheet_is_read_once_but_for_one_that_brings_a_typeface(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from weasyprint import css

    layout_shortcuts.html()
    read: list[str] = []
    parse = css.preprocess_stylesheet

    def parsing(*given: object, **named: object) -> None:
        read.append("a sheet")
        parse(*given, **named)

    monkeypatch.setattr("weasyprint.preprocess_stylesheet", parsing)
    page = "<style>@page {{ margin: {}mm }}</style><style>p {{ color: {} }}</style><p>字"
    for margin, colour in ((9, "red"), (9, "blue"), (8, "red")):
        typesetting.typeset(page.format(margin, colour), MOMENT)
    assert len(read) == 4
    for number in range(2):
        typesetting.typeset(f"<style>@font-face {{ font-family: x; src: url(x{number}) }}", MOMENT)
    assert len(read) == 6
