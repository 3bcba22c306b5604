"""An institute arranges whole pages; nothing that it writes hides what the report must show."""

from __future__ import annotations

import functools
import html
import io
import re
import shutil
import struct
import subprocess
import zlib
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pypdf
import pytest
from archive_rules import broken
from marks import slow
from sample_session import pack_of_db50, session_of

from acceptance import data
from acceptance.errors import PlanError
from acceptance.model import Institute, Session
from acceptance.report import own_pages, papers, render, templates, whole_page
from acceptance.report.book import Book
from acceptance.report.sheets import SHEETS
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


LINKS = functools.partial(re.findall, r'(?:href|id)="((?!part-|place-)[^"]*)"')
TAGS = re.compile(r"<style>.*?</style>|<[^>]+>", re.DOTALL)
USUAL = {
    "summary": papers.site_summary,
    "rectification": functools.partial(papers.notice, until=date(2026, 12, 31)),
}
PAPERS = {
    "summary": papers.own_summary,
    "rectification": functools.partial(papers.own_notice, until=date(2026, 12, 31)),
}
ORIGIN = papers.ReportNamed(session_sha256="5e" * 32)


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


def filled(folder: Path, text: str, name: str = "cover") -> None:
    of(folder, text, name=name)
    whole_page.fill(folder / "own" / f"{name}.html", own_pages.example(folder).context)


def example(name: str) -> str:
    """Return the template of a page that an institute gets to begin from."""
    file = data.folder("report_templates") / "institute" / "zh" / f"{name}.html"
    return file.read_text("utf-8")


@pytest.mark.parametrize("rule", listed(BEYOND))
def test_styles_that_reach_beyond_the_page_are_refused(tmp_path: Path, rule: str) -> None:
    with pytest.raises(PlanError):
        filled(tmp_path, page_of(rule))


@pytest.mark.parametrize("body", listed(NOT_PLAIN))
def test_what_is_no_plain_page_is_refused(tmp_path: Path, body: str) -> None:
    with pytest.raises(PlanError):
        filled(tmp_path, page_of(body=body))


@pytest.mark.parametrize(
    ("sheet", "name"),
    [
        slow(sheet, name) if number else (sheet, name)
        for sheet in SHEETS
        for number, name in enumerate(sorted(SHEETS[sheet].due))
    ],
)
def test_a_page_without_a_place_for_what_must_be_shown_is_refused_and_it_is_named(
    tmp_path: Path, sheet: str, name: str
) -> None:
    text = example(sheet)
    assert f"part.{name} " in text
    filled(tmp_path, text, sheet)
    with pytest.raises(PlanError, match=rf"no place for .*part\.{name}"):
        filled(tmp_path, text.replace(f"{{{{ part.{name} }}}}", ""), sheet)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (".my-verdict { display: none }", r"part\.verdict.* is not drawn"),
        (".my-verdict { left: -190mm }", r"part\.verdict.* does not lie on the page"),
        slow(".my-verdict { top: 275mm }", r"part\.verdict.* does not lie on the page"),
        slow(".my-verdict { left: 0 }", r"part\.verdict.* does not lie on the page"),
        (".my-verdict { left: 60mm; width: 144mm }", r"part\.verdict.* lies where the words of"),
        slow(".my-verdict { margin-top: -80mm }", r"part\.verdict.* does not lie on the page"),
        (".my-verdict { width: 20mm }", r"part\.verdict.* is 20 mm wide"),
        slow(".my-verdict div { width: 0 }", r"part\.verdict.* is 0 mm wide"),
        (".my-reached { top: 30mm }", r"part\.verdict.*part\.reached.* overlap"),
        (".my-signatures { position: static; margin-top: 290mm }", "does not lie on the page"),
    ],
)  # fmt: skip
def test_a_place_where_nobody_could_read_it_is_refused(
    tmp_path: Path, rule: str, said: str
) -> None:
    with pytest.raises(PlanError, match=said):
        of(tmp_path, page_of(rule)).own_sheet("cover")


def test_words_of_a_verdict_put_together_by_the_layout_are_refused(tmp_path: Path) -> None:
    rule = ".my-x { width: 30mm } .my-x span { float: right }"
    body = '<div class="my-x"><span>格</span><span>合</span></div>'
    with pytest.raises(PlanError, match="verdicts and marks come from the report alone"):
        of(tmp_path, page_of(rule, body)).own_sheet("cover")


HOSTILE = """
.my-verdict, .my-reached, .my-failed { opacity: 0; visibility: hidden; overflow: hidden }
.my-verdict { z-index: -9 }
div { color: #fff; font-size: 0; letter-spacing: -9mm; line-height: 0; text-indent: -999mm }
.my-over { position: absolute; z-index: 999; left: 0; top: 0; width: 210mm; height: 280mm }
.my-over { background: #fff }
.my-over b { position: absolute; z-index: 999; left: 0; top: 0; font-size: 400pt }
"""
OVER = '<div class="my-over"><b>████</b></div>'


DRAWN_BY = pytest.mark.skipif(not shutil.which("pdftoppm"), reason="needs poppler-utils")


@DRAWN_BY
def test_whatever_the_page_does_what_must_be_seen_looks_the_same(tmp_path: Path) -> None:
    """To the pixel: nothing covers, fades, shrinks or moves it."""
    sides, pages = [], [page_of(), page_of(HOSTILE, OVER)]
    for number, text in enumerate(pages):
        folder = tmp_path / str(number)
        folder.mkdir()
        volumes = of(folder, text)
        assert [*volumes.own_sheets] == ["cover"]
        (folder / "report.pdf").write_bytes(volumes.report({}, {}))
        sides.append(_drawn_page(folder / "report.pdf", 1))
    spans = {"verdict": 19, "reached": 24, "failed": 20, "signatures": 16}
    _require_alike(sides, [(TOPS[name], height) for name, height in spans.items()])


@DRAWN_BY
@pytest.mark.parametrize("name", ["contents", "annex", *map(slow, PAPERS)])
def test_on_no_page_anything_covers_what_must_be_seen(tmp_path: Path, name: str) -> None:
    """Whatever its styles: each part is drawn as on a page that only places it."""
    sides, spans = [], []
    for number, (rules, body) in enumerate([("", ""), (HOSTILE, OVER)]):
        folder = tmp_path / str(number)
        folder.mkdir()
        text, spans = _placed(name, rules, body)
        volumes = of(folder, text, name=name)
        (folder / "page.pdf").write_bytes(_set(volumes, name))
        sides.append(_drawn_page(folder / "page.pdf", 1))
    _require_alike(sides, spans)


def _placed(name: str, rules: str, body: str) -> tuple[str, list[tuple[float, float]]]:
    """Return a template that puts each part at a height of its own, and where to look."""
    due = sorted(SHEETS[name].due)
    step = 260 / len(due)
    tops = {part: 10 + number * step for number, part in enumerate(due)}
    placing = "\n".join(
        f".my-{part} {{ position: absolute; left: 13mm; top: {top:.1f}mm; width: 184mm }}"
        for part, top in tops.items()
    )
    places = "".join(f'<div class="my-{part}">{{{{ part.{part} }}}}</div>' for part in due)
    text = f"<style>{placing}\n{rules}</style>{places}{body}"
    return text, [(top, 4.0) for top in tops.values()]


def _set(volumes: Volumes, name: str) -> bytes:
    """Return the PDF that has a page of the institute."""
    if name in PAPERS:
        return render.paper(PAPERS[name](volumes.book, ORIGIN), volumes.book)
    styles = "".join(map(templates.style, (SHEETS[name].styles, "whole.css")))
    sheet = volumes.own_sheet(name, "a" if name == "annex" else "")
    return render.paper(f"<style>{styles}</style>{sheet}", volumes.book)


def _require_alike(sides: list[list[bytes]], spans: list[tuple[float, float]]) -> None:
    """Hold two pages against each other in bands (top and height in mm) in which a part lies."""
    (plain, hostile), dots = sides, 100 / 25.4
    left, right = int(14 * dots), int(196 * dots)
    assert plain != hostile
    for top, height in spans:
        rows = range(int((top + 0.5) * dots), int((top + height) * dots))
        seen = [plain[row][left * 3 : right * 3] for row in rows]
        assert any(set(line) != {255} for line in seen)
        assert seen == [hostile[row][left * 3 : right * 3] for row in rows]


def _drawn_page(pdf: Path, number: int) -> list[bytes]:
    """Rows of red, green and blue of a page, at 100 dots per inch."""
    command = ["pdftoppm", "-r", "100", "-f", str(number), "-l", str(number), str(pdf)]
    drawn = subprocess.run(command, capture_output=True, check=True).stdout
    _, size, _, dots = drawn.split(b"\n", 3)
    width = int(size.split()[0]) * 3
    return [dots[at : at + width] for at in range(0, len(dots), width)]


def test_a_report_with_pages_of_the_institute_breaks_no_rule_and_can_be_signed(
    tmp_path: Path,
) -> None:
    examples = data.folder("report_templates") / "institute" / "zh"
    for name in ("statement", "cover"):
        volumes = of(tmp_path, (examples / f"{name}.html").read_text("utf-8"), name=name)
    assert [*volumes.own_sheets] == ["cover", "statement"]
    pdf = volumes.report({}, {})
    assert [*dict.fromkeys(broken(pdf))] == []
    fields = pypdf.PdfReader(io.BytesIO(pdf)).get_fields() or {}
    assert {*fields} == {"inspector", "reviewer", "approver", "seal"}


@pytest.mark.parametrize("part", ["signatures", "verdict", "chapters", "steps"])
def test_what_belongs_to_one_page_stands_on_no_other(tmp_path: Path, part: str) -> None:
    with pytest.raises(PlanError, match="may not stand on this page"):
        of(tmp_path, f"<p>x</p>{{{{ part.{part} }}}}", name="statement").own_sheet("statement")


def test_a_text_that_takes_more_than_a_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="over the end of the page"):
        of(tmp_path, page_of(body="<p>" + "字" * 18_000 + "</p>")).own_sheet("cover")


def test_where_a_page_cannot_show_all_the_usual_page_stands_and_the_notices_say_so(
    tmp_path: Path,
) -> None:
    volumes = of(tmp_path, page_of(".my-verdict { display: none }"))
    text = render.printed(volumes.book)
    assert 'class="cover"' in text
    assert "通用版式" in text
    [why] = volumes.left_out
    assert "part.verdict" in str(why)


@pytest.mark.parametrize("name", ["contents", "annex"])
def test_another_page_that_hides_a_part_gives_way_to_the_usual(tmp_path: Path, name: str) -> None:
    assert not of(tmp_path, example(name), name=name).left_out
    hiding = "<style>div { display: none }</style>" + "".join(
        f"<div>{{{{ part.{part} }}}}</div>" for part in SHEETS[name].due
    )
    volumes = of(tmp_path, hiding, name=name)
    assert not volumes.own_sheets
    assert volumes.left_out
    pages = [volumes.printed, *(page for _, page in volumes.annex_pages())]
    assert "通用版式" in pages[0]
    for page in pages:
        assert 'class="whole"' not in page
        assert 'id="contents"' in page or 'id="top"' in page


@pytest.mark.parametrize("name", ["contents", "annex"])
def test_the_institutes_contents_and_annexes_lead_where_the_usual_ones_do(
    tmp_path: Path, name: str
) -> None:
    usual = of(tmp_path, "<p>x</p>", name="statement")
    own = of(tmp_path, example(name), name=name)
    hashes = {file: f"{number:064x}" for number, (file, _) in enumerate(own.annex_pages(), 1)}
    made, was = (each._page("", "main.html", hashes) for each in (own, usual))
    assert LINKS(made) == LINKS(was)
    assert all(digest in made for digest in hashes.values())
    for (_, page), (_, before) in zip(own.annex_pages(), usual.annex_pages(), strict=True):
        assert LINKS(page) == LINKS(before)


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("lang", ["zh", slow("en")])
def test_a_paper_on_the_institutes_page_says_all_that_the_usual_one_says_there(
    tmp_path: Path, name: str, lang: str
) -> None:
    book = replace(of(tmp_path, example(name), name=name).book, lang=lang)
    usual = USUAL[name](book, ORIGIN)
    pdf = render.paper(PAPERS[name](book, ORIGIN), book)
    own = _words(pdf)
    assert "某检验所" in own
    said = html.unescape(TAGS.sub(" ", usual))
    missing = {word for word in re.findall(r"\w{2,}", said) if word not in own}
    assert not missing
    assert [*dict.fromkeys(broken(pdf))] == []


def _words(pdf: bytes) -> str:
    return "".join(
        "".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages
    )


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("rule", ["div { display: none }", "div { width: 20mm }"])
def test_a_paper_whose_page_hides_a_part_is_refused(tmp_path: Path, name: str, rule: str) -> None:
    text = example(name).replace("<style>", f"<style>{rule}")
    with pytest.raises(PlanError, match=r"is not drawn|mm wide"):
        PAPERS[name](of(tmp_path, text, name=name).book, ORIGIN)


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
    page = Volumes(book=book).own_sheet("cover")
    assert 'class="logo" src="logo.png"' in page


def _png() -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    dots = zlib.compress(b"\0\xff\0\0")
    return own_pages.PNG[:8] + chunk(b"IHDR", head) + chunk(b"IDAT", dots) + chunk(b"IEND", b"")
