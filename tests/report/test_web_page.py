"""The web page of a session in a browser: on a phone and a desk, filtered, without script."""

from __future__ import annotations

import base64
import importlib.util
import io
import itertools
import math
import re
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pypdf
import pytest
from browser import opened
from many_cameras import GAP, draw, fails, pack_of_many, session_of_many
from marks import slow
from sample_session import LONG, pack_of_db50, session_of

from acceptance.model import Verdict
from acceptance.report import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from browser import Page

PHONE, DESK = (390, 844), (1280, 900)
COUNT = 14  # cameras, of which 4 and 14 fail
PACK = pack_of_many()
SESSION = session_of_many(PACK, COUNT)
OFFLINE = ("file:", "data:", "about:", "blob:")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("会话 of many")
    draw(folder, COUNT)
    for lang in ("zh", "en"):
        page = render.html(SESSION, [PACK], folder, lang)
        (folder / f"{lang}.html").write_text(page, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def phone(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with opened((folder / "zh.html").as_uri(), tmp_path_factory.mktemp("phone"), PHONE) as tab:
        yield tab


@pytest.fixture
def fresh(phone: Page, folder: Path) -> Page:
    """Return the page as it is when it is opened."""
    reopen(phone, folder / "zh.html")
    return phone


def reopen(tab: Page, file: Path, size: tuple[int, int] = PHONE) -> None:
    show(tab, size)
    tab.call("Page.navigate", url="about:blank")
    tab.call("Page.navigate", url=file.as_uri())
    tab.wait(f"document.readyState === 'complete' && location.href === {file.as_uri()!r}")


def show(tab: Page, size: tuple[int, int]) -> None:
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
    tab.call("Emulation.setDeviceMetricsOverride", **metrics)


def click(tab: Page, found: str) -> None:
    """Press the mouse on the middle of what a script finds, as a hand would: once it lies still."""
    place = tab.run(
        "(async () => { let before, now; do { before = now;"
        f"const found = {found}; found.scrollIntoView({{ block: 'center' }});"
        "const box = found.getClientRects()[0];"
        "now = [box.x + box.width / 2, box.y + box.height / 2];"
        "for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);"
        "} while (String(before) !== String(now)); return now; })()"
    )
    for kind in ("mousePressed", "mouseReleased"):
        tab.call(
            "Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left",
            clickCount=1,
        )  # fmt: skip


def named(selector: str, *words: str) -> str:
    """Return a script that finds the first element with all these words."""
    wanted = list(words)
    return (
        f"[...document.querySelectorAll({selector!r})]"
        f".find((each) => {wanted}.every((word) => each.textContent.includes(word)))"
    )


def seen(tab: Page, selector: str) -> str:
    """Return the text of what is shown and fits the selector."""
    return str(
        tab.run(
            f"[...document.querySelectorAll({selector!r})].filter((each) => each.checkVisibility())"
            ".map((each) => each.textContent).join('\\n')"
        )
    )


def shown(tab: Page) -> int:
    return int(tab.run("document.querySelectorAll('tbody.finding:not([hidden])').length"))


def choose(tab: Page, name: str, value: str) -> None:
    """Give a field of the filter a value, as its user does."""
    tab.run(
        f"(() => {{ const field = document.forms[0].elements[{name!r}]; field.value = {value!r};"
        "field.dispatchEvent(new Event('input', { bubbles: true })); })()"
    )


def tick(tab: Page, verdict: str) -> None:
    click(tab, f"document.querySelector('input[value={verdict}]')")


# --- It fits


@pytest.mark.parametrize("lang", ["zh", slow("en")])
@pytest.mark.parametrize("size", [PHONE, slow((320, 600)), DESK])
def test_the_page_never_scrolls_sideways(
    phone: Page, folder: Path, lang: str, size: tuple[int, int]
) -> None:
    reopen(phone, folder / f"{lang}.html", size)
    click(phone, "document.querySelector('#open-all')")
    click(phone, "document.querySelector('button.open')")
    click(phone, "document.querySelector('button.open')")
    assert phone.run("document.documentElement.scrollWidth") <= size[0]


def test_names_of_ten_thousand_characters_break_no_layout(phone: Page, tmp_path: Path) -> None:
    pack = pack_of_db50()
    small = session_of(pack)
    long, unbroken = "某" * 10_000, "W" * 10_000
    subjects = [
        replace(subject, name=name, model=unbroken, serial=unbroken)
        for subject, name in zip(
            small.plan.subjects, (long, unbroken, LONG * 100, "\u202e\ue000𠮷"), strict=True
        )
    ]
    project = replace(small.plan.project, title=unbroken, laboratory=long, report_title=unbroken)
    plan = replace(small.plan, subjects=tuple(subjects), project=project, operator=unbroken)
    page = render.html(replace(small, plan=plan), [pack], tmp_path, "zh")
    file = tmp_path / "report.html"
    file.write_text(page, encoding="utf-8")
    for size in (PHONE, DESK):
        reopen(phone, file, size)
        assert phone.run("document.documentElement.scrollWidth") <= size[0]
    assert "\u202e" not in page
    assert "\\u202e" in page


def test_the_page_asks_nothing_of_a_network(fresh: Page) -> None:
    click(fresh, "document.querySelector('button.open')")
    asked = [
        parameters["request"]["url"]
        for method, parameters in fresh.events
        if method == "Network.requestWillBeSent"
    ]
    assert asked
    assert [url for url in asked if not url.startswith(OFFLINE)] == []


def test_only_the_script_of_the_page_runs(phone: Page, folder: Path) -> None:
    """The policy names it by its hash: another, or a handler in a tag, is not run."""
    evil = "<script>window.evil = 1</script><img src=x onerror='window.evil = 2'>"
    page = (folder / "zh.html").read_text("utf-8").replace("<main>", f"<main>{evil}")
    (folder / "evil.html").write_text(page, encoding="utf-8")
    reopen(phone, folder / "evil.html")
    assert phone.run("window.evil") is None
    assert phone.run("document.documentElement.className") == "script"


# --- At most three clicks


def test_why_camera_4_failed_its_still_and_instruments_are_a_click_away(fresh: Page) -> None:
    click(fresh, named("#verdict a", "4 号摄像机", "彩色图像"))
    fresh.wait("document.querySelector('.why.open img')?.naturalWidth === 640")
    why = seen(fresh, ".why.open")
    for words in ("超出限值", "手机-01", "卡-03", "CAL-2026-0031"):
        assert words in why
    link = fresh.run("document.querySelector('.why.open video').getAttribute('src')")
    assert link == "data/clips/cam4-chart.mp4"
    box = fresh.run(
        "(({ top, bottom }) => [top, bottom])"
        "(document.querySelector('.why.open').previousElementSibling.getBoundingClientRect())"
    )
    assert -1 <= box[0] < box[1] <= PHONE[1]


def test_a_camera_of_many_is_found_by_its_name_in_three_clicks(fresh: Page) -> None:
    click(fresh, named("a.device", "14 号摄像机"))
    fresh.wait("document.querySelectorAll('tbody.finding:not([hidden])').length === 7")
    click(fresh, named("tbody.finding:not([hidden]) button.open", "帧率"))
    fresh.wait("document.querySelector('.why.open video') !== null")
    assert "21.7" in seen(fresh, "tbody.finding")
    clip = fresh.run("document.querySelector('.why.open video').getAttribute('src')")
    assert float(clip.split("#t=")[1]) == GAP


def test_who_answered_item_5_1_is_three_clicks_away(fresh: Page) -> None:
    place = fresh.run(
        "[...document.forms[0].elements.clause.options]"
        ".find((option) => option.textContent.startsWith('5.1 ')).value"
    )
    choose(fresh, "clause", place)  # two clicks: the list, and its entry
    assert shown(fresh) == COUNT
    click(fresh, "document.querySelector('tbody.finding:not([hidden]) button.open')")
    fresh.wait("document.querySelector('.why.open') !== null")
    assert "王工，2026-11-20 10:15；逐项操作" in seen(fresh, ".why.open")


def test_the_photo_of_an_answer_is_opened_in_place(fresh: Page) -> None:
    click(fresh, named("#verdict a", "4 号摄像机", "叠加"))
    fresh.wait("document.querySelector('.why.open img.photo')?.naturalWidth === 480")


def write_clip(path: Path) -> None:
    """Write twenty seconds of small grey pictures."""
    path.parent.mkdir(exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=5, options={"g": "5"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(100):
            frame = av.VideoFrame.from_ndarray(np.full((72, 64), number, np.uint8), "yuv420p")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


@pytest.mark.film
def test_a_clip_stands_at_the_moment_and_plays_from_it_on_a_click(
    fresh: Page, folder: Path
) -> None:
    write_clip(folder / "data" / "clips" / "cam4-chart.mp4")
    click(fresh, named("#verdict a", "4 号摄像机", "帧率"))
    video = "document.querySelector('.why.open video')"
    fresh.wait(f"{video}?.readyState >= 2 && !{video}.seeking")
    assert abs(float(fresh.run(f"{video}.currentTime")) - GAP) < 0.3
    assert fresh.run(f"{video}.paused")
    click(fresh, named(".why.open a.moment", "12.40 s"))
    fresh.wait(f"{video}.currentTime > {GAP} && !{video}.paused")
    assert fresh.run("location.pathname").endswith("zh.html")
    assert seen(fresh, ".why.open .unplayable") == ""


# --- Filter and order


def test_the_filter_takes_verdict_device_clause_and_text_together(fresh: Page) -> None:
    failing = [number for number in range(1, COUNT + 1) if fails(number)]
    assert shown(fresh) == len(SESSION.findings)
    tick(fresh, "fail")
    assert shown(fresh) == 3 * len(failing)
    tick(fresh, "not_tested")
    assert shown(fresh) == 3 * len(failing) + COUNT
    choose(fresh, "device", "3")
    assert shown(fresh) == 3 + 1
    choose(fresh, "text", "清晰度 402")
    assert shown(fresh) == 0
    choose(fresh, "text", "清晰度 210")
    assert shown(fresh) == 1
    assert seen(fresh, "#shown").startswith(f"显示 1 项，共 {len(SESSION.findings)} 项（已筛选")
    click(fresh, "document.querySelector('button[type=reset]')")
    fresh.wait("document.querySelector('#shown').textContent.startsWith('显示全部')")
    assert shown(fresh) == len(SESSION.findings)
    assert "筛选" not in seen(fresh, "#shown")


def order(tab: Page, what: str) -> list[Any]:
    found = tab.run(
        f"[...document.querySelectorAll('tbody.finding')].map((each) => each.dataset.{what})"
    )
    return [int(each) for each in found]


def test_rows_are_sorted_by_their_headings_both_ways(phone: Page, folder: Path) -> None:
    reopen(phone, folder / "zh.html", DESK)
    assert order(phone, "rank") == sorted(order(phone, "rank"))
    for key in ("device", "clause", "rank"):
        click(phone, f"document.querySelector('th[data-sort={key}] button')")
        assert order(phone, key) == sorted(order(phone, key))
        click(phone, f"document.querySelector('th[data-sort={key}] button')")
        assert order(phone, key) == sorted(order(phone, key), reverse=True)
        state = f"document.querySelector('th[data-sort={key}]').getAttribute('aria-sort')"
        assert phone.run(state) == "descending"


def test_failures_come_first_and_clauses_in_their_natural_order(fresh: Page) -> None:
    first = fresh.run("document.querySelector('tbody.finding').dataset.verdict")
    assert first == Verdict.FAIL
    choose(fresh, "sort", "clause")
    numbers = fresh.run(
        "[...document.querySelectorAll('.c-clause .clause')].map((each) => each.textContent)"
    )
    assert [*dict.fromkeys(number.split()[0] for number in numbers)] == [
        "5.1",
        "5.2",
        "5.3.1",
        "5.5.2",
    ]


# --- Curves


def test_the_pointer_reads_values_off_a_curve(phone: Page, folder: Path) -> None:
    reopen(phone, folder / "zh.html", DESK)
    figure = named("#shots article:nth-of-type(1) figure.drawing", "调制传递函数")
    words = moved(phone, figure, 1 / 2, 1 / 3)
    x, y = (float(found) for found in re.findall(r"\d+\.?\d*", words.replace("MTF50", ""))[:2])
    assert y == pytest.approx(math.exp(-((x / 0.4) ** 2) * 2.3), abs=0.01)
    phone.run(f"{figure}.focus()")
    phone.call("Input.dispatchKeyEvent", type="keyDown", key="ArrowRight", code="ArrowRight")
    assert phone.run(f"{figure}.querySelector('.values').textContent") != words


def moved(tab: Page, figure: str, across: float, down: float) -> str:
    """Move the pointer over a drawing, to shares of its width and height; give what is read."""
    box = tab.run(
        f"(() => {{ const svg = {figure}.querySelector('svg');"
        "svg.scrollIntoView({ block: 'center' });"
        "const { x, y, width, height } = svg.getBoundingClientRect();"
        "return [x, y, width, height]; })()"
    )
    place = {"x": box[0] + across * box[2], "y": box[1] + down * box[3]}
    tab.call("Input.dispatchMouseEvent", type="mouseMoved", **place)
    return str(tab.run(f"{figure}.querySelector('.values').textContent"))


def test_the_pointer_reads_all_panels_at_one_place_and_names_the_patch_below_it(
    phone: Page, folder: Path
) -> None:
    mtf = next(figure for figure in SESSION.measurements if figure.curve)
    zones = [
        replace(mtf, region=f"{zone}.edge_horizontal")
        for zone in ("centre", "upper_left", "lower_right")
    ]
    lists = {"patch_l": "50; 50", "patch_a": "40; -40", "patch_b": "0; 0", "seen_a": "40; -30",
             "seen_b": "9; 0", "u_a": "1; 1", "u_b": "1; 1", "correlation_ab": "0; 0"}  # fmt: skip
    patches = replace(
        mtf, quantity="colour.delta_e00_mean", unit="dE", region="", direction="", curve=None,
        details={"patch_names": "red; cyan", **lists},
    )  # fmt: skip
    more = replace(SESSION, measurements=(*SESSION.measurements, *zones[1:], patches))
    file = folder / "panels.html"
    file.write_text(render.html(more, [PACK], folder, "zh"), encoding="utf-8")
    reopen(phone, file, DESK)
    panels = named("#shots article:nth-of-type(1) figure.drawing", "调制传递函数", "左上")
    first, second = moved(phone, panels, 0.3, 0.1), moved(phone, panels, 0.3 + 162 / 360, 0.1)
    x, *values = (float(each) for each in re.findall(r"\d+\.\d+", first))
    assert values == pytest.approx([math.exp(-((x / 0.4) ** 2) * 2.3)] * 3, abs=0.02)
    assert first == second, "the same place in the next panel"
    plane = named("#shots article:nth-of-type(1) figure.drawing", "a*b*")
    assert moved(phone, plane, 0.75, 0.25).startswith("红：a* 40.0 → 40.0，b* 0.0 → 9.0")
    phone.run(f"{plane}.focus()")
    phone.call("Input.dispatchKeyEvent", type="keyDown", key="ArrowRight", code="ArrowRight")
    assert str(phone.run(f"{plane}.querySelector('.values').textContent")).startswith("青")


# --- Without script, printed


def test_everything_is_read_without_script(phone: Page, folder: Path) -> None:
    phone.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        reopen(phone, folder / "zh.html")
        text = phone.run("document.body.innerText")
        assert phone.run("document.querySelector('form').checkVisibility()") is False
        assert "▸" not in text
        assert len(seen(phone, ".why").split("王工，2026")) - 1 == 2 * COUNT
        assert phone.run("document.documentElement.scrollWidth") <= PHONE[0]
        target = phone.run("document.querySelector('.evidence a').hash")
        assert phone.run(f"document.querySelector({target!r}).checkVisibility()")
    finally:
        phone.call("Emulation.setScriptExecutionDisabled", value=False)


def printed(tab: Page) -> str:
    answer = tab.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
    reader = pypdf.PdfReader(io.BytesIO(base64.b64decode(answer["data"])))
    text = "\n".join(page.extract_text() for page in reader.pages)
    return unicodedata.normalize("NFKC", text)  # radicals as the characters that they are


def test_a_print_says_that_it_was_filtered_and_has_no_controls(fresh: Page) -> None:
    tick(fresh, "fail")
    text = printed(fresh)
    assert f"显示 6 项,共 {len(SESSION.findings)} 项(已筛选,其余未显示)" in text
    assert "不合格" in text
    assert "清除筛选" not in text


# --- For everybody


def problems(tab: Page, script: str) -> list[str]:
    """Run axe; return what it finds serious or critical."""
    tab.run(script)
    found = tab.run(
        "axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations"
        ".filter((each) => ['serious', 'critical'].includes(each.impact))"
        ".map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(' ')}`))"
    )
    return [str(each) for each in found]


@pytest.mark.parametrize(("lang", "size"), [("zh", PHONE), ("en", DESK)])
def test_axe_finds_nothing_serious(
    phone: Page, tmp_path: Path, lang: str, size: tuple[int, int]
) -> None:
    package = importlib.util.find_spec("axe_core_python")
    if package is None or package.origin is None:
        pytest.skip("axe-core-python is not installed")
    script = Path(package.origin).with_name("axe.min.js").read_text("utf-8")
    draw(tmp_path, 4)
    file = tmp_path / "report.html"
    page = render.html(session_of_many(PACK, 4), [PACK], tmp_path, lang)
    file.write_text(page, encoding="utf-8")
    reopen(phone, file, size)
    click(phone, "document.querySelector('button.open')")
    assert problems(phone, script) == []


def test_ids_are_unique_links_lead_somewhere_and_pictures_have_words(fresh: Page) -> None:
    click(fresh, "document.querySelector('button.open')")
    ids = fresh.run("[...document.querySelectorAll('[id]')].map((each) => each.id)")
    assert len(ids) == len({*ids})
    dead = fresh.run(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map((each) => each.hash.slice(1))"
        ".filter((hash) => !document.getElementById(hash))"
    )
    assert dead == []
    assert fresh.run("document.querySelectorAll('img:not([alt]), img[alt=\"\"]').length") == 0
    levels = fresh.run(
        "[...document.querySelectorAll('header h1, main > section :is(h2, h3, h4)')]"
        ".map((each) => Number(each.tagName[1]))"
    )
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
