"""An institute arranges whole pages; nothing that it writes hides what the report must show."""

from __future__ import annotations

import shutil
import struct
import subprocess
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sample_session import pack_of_db50, session_of

from acceptance.errors import PlanError
from acceptance.model import Institute, Session
from acceptance.report import own_pages, render, whole_page
from acceptance.report.book import Book
from acceptance.report.volumes import Volumes

if TYPE_CHECKING:
    from pathlib import Path

PACK = pack_of_db50()
SESSION = session_of(PACK)
TOPS = {
    "number": 12,
    "verdict": 22,
    "reached": 50,
    "failed": 85,
    "replaced": 150,
    "signatures": 200,
}
RULES = "\n".join(
    f".my-{name} {{ position: absolute; left: 13mm; top: {top}mm; width: 184mm }}"
    for name, top in TOPS.items()
)
PLACES = "".join(f'<div class="my-{name}">{{{{ part.{name} }}}}</div>' for name in TOPS)

LETTERS = {"kelvin": "\u212a", "long_s": "\u017f", "begin": "\ue000", "end": "\ue001"}
BEYOND = r"""
@page { margin: 0 }
@page whole { size: 1mm }
@import 'x.css';
@media print { p { color: red } }
@font-face { font-family: x; src: url(x) }
@layer x;
html { display: none }
:root { color: red }
* { display: none }
body { margin: -9cm }
.part { display: none }
.parts { opacity: 0 }
.decision { color: #fff }
.own-page { width: 0 }
section { display: none }
#place-verdict { width: 0 }
[id] { width: 0 }
a { color: red }
p:has(b) { color: red }
p:not(b) { color: red }
p::before { color: red }
p, .part { color: red }
p { .my-a { color: red } }
p { & ~ .part { display: none } }
p { color: red !important }
p { position: fixed }
p { position: FIXED }
p { position: running(number) }
p { position: sticky }
p { float: footnote }
p { page: cover }
p { break-before: page }
p { counter-reset: page 7 }
p { string-set: x 'y' }
p { bookmark-label: 'x' }
p { content: '合格' }
p { transform: scale(0) }
p { clip-path: inset(50%) }
p { clip: rect(0 0 0 0) }
p { mix-blend-mode: difference }
p { background: url(x.png) }
p { background-image: url(x.png) }
p { background: white }
p { font-family: Arial }
p { font-family: 'Arial' }
p { font: 1pt 'Noto Sans CJK SC' }
p { direction: rtl }
p { unicode-bidi: bidi-override }
p { order: 2 }
p { columns: 9 }
p { grid-template: repeat(9999, 1fr) }
p { display: grid }
p { display: flex }
p { display: footnote }
p { width: 99999mm }
p { width: 1e9mm }
p { width: calc(1mm * 9) }
p { color: var(--x) }
p { color: \72 ed }
p { --x: 1 }
p { anchor: x }
p { link: x }
p { -weasy-link: x }
p { color: red
p color: red }
}
p { color: red } }
p { color: re/**/d; co/**/lor: red }
p { width: 1<kelvin>m }
p { po<long_s>ition: fixed }
/* x
p { color: &#114;ed }
{{ project.title }} { color: red }
"""
NOT_PLAIN = r"""
<p style="color:red">x</p>
<img src="x.png" alt="">
<style>p { color: red }</style>
<script>x</script>
<p class="part">x</p>
<p class="decision">x</p>
<p id="x">x</p>
<p class="running-number">x</p>
<a href="x">x</a>
</div></section>
<svg></svg>
{{ part.verdict }}
{{ part.nothing }}
{{ part.__class__ }}
{% include 'cover.html' %}
{% include '/etc/passwd' %}
{% import 'x' as y %}
{% for a in range(9) %}x{% endfor %}
{% raw %}{{ x }}{% endraw %}<b
<p>结论：合格</p>
<p>合<b>格</b></p>
PASS
<p>CMA 1</p>
<begin>verdict<end>
<p>&#x202e;</p>
"""


def listed(attacks: str) -> list[str]:
    """Return attacks, one a line; letters that look like others are named in them."""
    for name, letter in LETTERS.items():
        attacks = attacks.replace(f"<{name}>", letter)
    return attacks.strip().splitlines()


def page_of(rules: str = "", body: str = "") -> str:
    return f"<style>{RULES}\n{rules}</style>{PLACES}{body}"


def of(folder: Path, text: str, session: Session = SESSION, name: str = "cover") -> Volumes:
    """Return a report whose institute arranges a page by this template."""
    (folder / "own").mkdir(exist_ok=True)
    (folder / "own" / f"{name}.html").write_text(text, "utf-8")
    institute = Institute(file="i", name="某检验所", templates="own")
    plan = replace(session.plan, institute=institute)
    book = Book(session=replace(session, plan=plan), packs=[PACK], folder=folder, lang="zh")
    return Volumes(book=book)


def filled(folder: Path, text: str) -> None:
    of(folder, text)
    whole_page.fill(folder / "own" / "cover.html", own_pages.example(folder).context)


@pytest.mark.parametrize("rule", listed(BEYOND))
def test_styles_that_reach_beyond_the_page_are_refused(tmp_path: Path, rule: str) -> None:
    with pytest.raises(PlanError):
        filled(tmp_path, page_of(rule))


@pytest.mark.parametrize("body", listed(NOT_PLAIN))
def test_what_is_no_plain_page_is_refused(tmp_path: Path, body: str) -> None:
    with pytest.raises(PlanError):
        filled(tmp_path, page_of(body=body))


@pytest.mark.parametrize("name", sorted(whole_page.SHEETS["cover"]))
def test_a_page_without_a_place_for_what_must_be_shown_is_refused_and_it_is_named(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(PlanError, match=rf"no place for .*part\.{name}"):
        filled(tmp_path, page_of().replace(f"{{{{ part.{name} }}}}", ""))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (".my-verdict { display: none }", r"part\.verdict.* is not drawn"),
        (".my-verdict { left: -190mm }", r"part\.verdict.* does not lie on the page"),
        (".my-verdict { top: 275mm }", r"part\.verdict.* does not lie on the page"),
        (".my-verdict { left: 0 }", r"part\.verdict.* does not lie on the page"),
        (".my-verdict { margin-top: -80mm }", r"part\.verdict.* does not lie on the page"),
        (".my-verdict { width: 20mm }", r"part\.verdict.* is 20 mm wide"),
        (".my-verdict div { width: 0 }", r"part\.verdict.* is 0 mm wide"),
        (".my-reached { top: 30mm }", r"part\.verdict.*part\.reached.* overlap"),
        (".my-signatures { position: static; margin-top: 290mm }", "does not lie on the page"),
    ],
)  # fmt: skip
def test_a_place_where_nobody_could_read_it_is_refused(
    tmp_path: Path, rule: str, said: str
) -> None:
    with pytest.raises(PlanError, match=said):
        of(tmp_path, page_of(rule)).own_sheet("cover", 3)


def test_words_of_a_verdict_put_together_by_the_layout_are_refused(tmp_path: Path) -> None:
    rule = ".my-x { width: 30mm } .my-x span { float: right }"
    body = '<div class="my-x"><span>格</span><span>合</span></div>'
    with pytest.raises(PlanError, match="verdicts and marks come from the report alone"):
        of(tmp_path, page_of(rule, body)).own_sheet("cover", 3)


HOSTILE = """
.my-verdict, .my-reached, .my-failed { opacity: 0; visibility: hidden; overflow: hidden }
.my-verdict { z-index: -9 }
div { color: #fff; font-size: 0; letter-spacing: -9mm; line-height: 0; text-indent: -999mm }
.my-over { position: absolute; z-index: 999; left: 0; top: 0; width: 210mm; height: 280mm }
.my-over { background: #fff }
.my-over b { position: absolute; z-index: 999; left: 0; top: 0; font-size: 400pt }
"""
OVER = '<div class="my-over"><b>████</b></div>'


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="needs poppler-utils")
def test_whatever_the_page_does_what_must_be_seen_looks_the_same(tmp_path: Path) -> None:
    """To the pixel: nothing covers, fades, shrinks or moves it."""
    sides, pages = [], [page_of(), page_of(HOSTILE, OVER)]
    for number, text in enumerate(pages):
        folder = tmp_path / str(number)
        folder.mkdir()
        volumes = of(folder, text)
        assert [*volumes.own_sheets] == ["cover"]
        (folder / "report.pdf").write_bytes(volumes.report({}, {}))
        sides.append(_first_page(folder / "report.pdf"))
    (plain, hostile), dots = sides, 100 / 25.4
    left, right = int(14 * dots), int(196 * dots)
    assert plain != hostile
    for name, height in {"verdict": 19, "reached": 24, "failed": 20, "signatures": 16}.items():
        rows = range(int((TOPS[name] + 0.5) * dots), int((TOPS[name] + height) * dots))
        seen = [plain[row][left * 3 : right * 3] for row in rows]
        assert any(set(line) != {255} for line in seen)
        assert seen == [hostile[row][left * 3 : right * 3] for row in rows]


def _first_page(pdf: Path) -> list[bytes]:
    """Rows of red, green and blue of the first page, at 100 dots per inch."""
    command = ["pdftoppm", "-r", "100", "-l", "1", str(pdf)]
    drawn = subprocess.run(command, capture_output=True, check=True).stdout
    _, size, _, dots = drawn.split(b"\n", 3)
    width = int(size.split()[0]) * 3
    return [dots[at : at + width] for at in range(0, len(dots), width)]


def test_where_a_page_cannot_show_all_the_usual_page_stands_and_the_notices_say_so(
    tmp_path: Path,
) -> None:
    text = render.printed(of(tmp_path, page_of(".my-verdict { display: none }")).book)
    assert 'class="cover"' in text
    assert "通用版式" in text


def test_a_plan_whose_project_is_named_after_a_verdict_keeps_the_page(tmp_path: Path) -> None:
    project = replace(SESSION.plan.project, title="某工程验收合格复核")
    session = replace(SESSION, plan=replace(SESSION.plan, project=project))
    assert of(tmp_path, page_of(body="<p>{{ project.title }}</p>"), session).own_sheets


def test_two_pages_do_not_style_each_other(tmp_path: Path) -> None:
    of(tmp_path, "<style>.my-verdict { left: 90mm }</style><p>声明</p>", name="statement")
    alone, both = tmp_path / "alone", of(tmp_path, page_of())
    alone.mkdir()
    assert [*both.own_sheets] == ["cover", "statement"]
    assert of(alone, page_of()).own_sheets["cover"] == both.own_sheets["cover"]


def test_the_logo_stands_where_the_page_wants_it(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(_png())
    volumes = of(tmp_path, page_of(body="<div>{{ part.logo }}</div>"))
    institute = replace(volumes.book.session.plan.institute, logo="logo.png")
    plan = replace(volumes.book.session.plan, institute=institute)
    book = replace(volumes.book, session=replace(volumes.book.session, plan=plan))
    page = Volumes(book=book).own_sheet("cover", 3)
    assert 'class="logo" src="logo.png"' in page


def _png() -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    dots = zlib.compress(b"\0\xff\0\0")
    return own_pages.PNG[:8] + chunk(b"IHDR", head) + chunk(b"IDAT", dots) + chunk(b"IEND", b"")
