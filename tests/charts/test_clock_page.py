"""The clock page in a real browser: draws the chart, counts what it missed, needs no network."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from browser import opened
from click.testing import CliRunner

from acceptance.charts import beep, clock_screen, definition, drawing, drive_sequence, finding
from acceptance.cli.verbs import cli
from acceptance.metrics._filmed_clock.readings import read
from acceptance.scene import side_tables
from acceptance.scene.watch import Track

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from browser import Page

CLOCK = definition.load("clock")


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "clock.html"
    done = CliRunner().invoke(cli, ["chart", "clock", "-o", str(path)])
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture(scope="module")
def still(page_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Show the page at refresh 1000; other refreshes and sessions come by script."""
    with opened(
        f"file://{page_file}#index=1000&session=K7Q2MX", tmp_path_factory.mktemp("still")
    ) as page:
        yield page


@pytest.fixture(scope="module")
def running(page_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with opened(
        f"file://{page_file}#session=AB23CD", tmp_path_factory.mktemp("running"), (640, 480)
    ) as page:
        page.wait("run.log.length > 60")
        yield page


@pytest.mark.parametrize(
    ("index", "session"), [(1000, "K7Q2MX"), (0, "------"), (16_777_215, "ZZZZZZ"), (77_777, "A")]
)
def test_the_page_shows_what_the_toolkit_draws(still: Page, index: int, session: str) -> None:
    """At a whole number of pixels a unit (1280 px, four a unit) every pixel is the same."""
    still.run(f"run.session = {session!r}; run.index = {index}; layOut()")
    drawn = drawing.draw(CLOCK, 1280, index=index, session=session)[..., 1]
    picture = still.picture()
    top = int(still.run("parseFloat(canvas.style.top)"))
    assert still.run("[canvas.width, canvas.height]") == [1280, 720]
    np.testing.assert_array_equal(
        picture[top : top + 720], np.rint(255 * drawing.srgb(drawn)).astype(np.uint8)
    )


def test_the_page_has_the_chips_of_the_sequence_in_every_place(still: Page) -> None:
    assert still.run("Array.from(chips)") == drive_sequence.chips().tolist()
    field = CLOCK.region("sequence.left")
    indices = [0, 14, 15, drive_sequence.PERIOD - 1, drive_sequence.PERIOD, 16_777_215]
    lit = still.run(f"{indices}.map(index => lit.sequence({{rect: [0, 0, 1, 1]}}, index).length)")
    assert lit == [len(clock_screen.lit(field, index)) for index in indices]


@pytest.mark.parametrize("size", [(1920, 1080), (801, 640), (500, 900), (2560, 600)])
@pytest.mark.parametrize("index", [1001, 16_000_003])
def test_a_window_of_any_shape_shows_a_clock_that_is_found_and_read(
    still: Page, size: tuple[int, int], index: int
) -> None:
    """Found by our finder, read by our decoder, the QR code by another; whole and unstretched."""
    width, height = size
    still.call(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=height,
        deviceScaleFactor=1,
        mobile=False,
    )
    still.run(f"run.session = 'K7Q2MX'; run.index = {index}; layOut()")
    luma = still.picture()
    located = finding.locate_one(luma, CLOCK)
    assert not located.cut_off
    assert located.width / (located.corners[3][1] - located.corners[0][1]) == pytest.approx(
        16 / 9, rel=0.01
    )
    track = Track(located, 0)
    track.read(type("Frame", (), {"luma": luma})())
    readings = read(track.column(1), CLOCK, lambda codes: np.asarray(codes, np.float64) / 255)
    assert readings.index.tolist() == [index]
    assert cv2.QRCodeDetector().detectAndDecode(luma)[0] == clock_screen.text(64, index, "K7Q2MX")


def test_the_page_runs_by_the_times_of_the_refreshes_and_counts_them_all(running: Page) -> None:
    """The log has every refresh that was shown; those missing between two match the time."""
    log = np.array(running.run("run.log"))
    rate = running.run("1000 / run.period")
    steps, intervals = np.diff(log[:, 0]), np.diff(log[:, 1])
    assert log[0, 0] == 1024
    assert 20 < rate < 400
    assert np.abs(intervals * rate / 1000 - steps).max() <= 0.5
    assert running.run("run.missed") >= steps.sum() - len(steps)


def test_a_page_that_was_held_up_counts_what_it_missed_and_says_so_loudly(running: Page) -> None:
    """Half a second without drawing: these refreshes are missing, and the bar turns red."""
    running.run("begin('STALLD')")
    running.wait("run.log.length > 60")
    box = "document.getElementById(name).getBoundingClientRect().toJSON()"
    place = f"['chart', 'bar'].map(name => Object.values({box}))"
    before, stood = running.run("run.missed"), running.run(place)
    running.run("{ const from = performance.now(); while (performance.now() - from < 500); }")
    running.wait(f"run.missed > {before}")
    running.wait("document.getElementById('bar').className === 'bad'")
    log = np.array(running.run("run.log"))
    assert np.diff(log[:, 0]).max() >= 0.4 * running.run("1000 / run.period")
    words = running.run("document.getElementById('message').textContent")
    assert "不可用" in words
    assert "CANNOT BE USED" in words
    assert running.run(place) == stood, "the clock must not move while it is filmed"
    assert running.run("document.getElementById('missed').textContent").split()[0] not in {"", "0"}


def test_the_log_is_saved_as_a_file_that_the_tool_reads(running: Page, tmp_path: Path) -> None:
    running.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    running.run("begin('QSAVED')")
    running.wait("run.log.length > 30")
    running.run("save()")
    running.until(lambda: any(tmp_path.glob("clock-QSAVED-*.csv")), "the download")
    [path] = tmp_path.glob("clock-QSAVED-*.csv")
    saved = side_tables.table(tmp_path, path.name, 2)
    shown = np.array(running.run("run.log"))[: len(saved)]
    np.testing.assert_array_equal(saved[:, 0], shown[:, 0])
    np.testing.assert_allclose(np.diff(saved[:, 1]), np.diff(shown[:, 1]) / 1000, atol=2e-6)
    assert path.read_text("utf-8").splitlines()[1].startswith("# session=QSAVED missed=")


def test_the_log_says_by_how_much_the_computer_s_clock_was_set(running: Page) -> None:
    """A page's times go on from the clock as it was when it was opened."""
    line = "csv().split('\\n')[1].split('clock_moved_ms=')[1]"
    running.run("Object.assign(ahead, {least: Infinity, most: -Infinity})")
    apart = time.time() - time.perf_counter()
    running.run("Object.assign(Date, {real: Date.now})")
    for set_back in (0, 40):
        before = running.run("run.log.length")
        running.run(f"Object.assign(Date, {{now: () => Date.real() - {set_back}}})")
        running.wait(f"run.log.length > {before + 30}")
        ours = 1000 * abs(time.time() - time.perf_counter() - apart)
        assert abs(int(running.run(line)) - set_back) <= 2 + ours
    running.run("Object.assign(Date, {now: Date.real})")


def test_a_session_may_be_named_and_each_new_one_has_another_name(running: Page) -> None:
    field = "Object.assign(document.getElementById('session'), {value: 'ab 1'})"
    running.run(f"{field}.dispatchEvent(new Event('change'))")
    assert running.run("run.session") == "AB1000"
    names = set()
    for _ in range(3):
        running.run("document.getElementById('again').click()")
        names.add(running.run("document.getElementById('session').value"))
        assert running.run("run.log.length") == 0
    assert len(names) == 3


def test_nothing_is_asked_of_any_network(still: Page, running: Page) -> None:
    """The browser reports every request: only the file itself and the saved log are among them."""
    for page in (still, running):
        asked = [
            details["request"]["url"]
            for method, details in page.events
            if method == "Network.requestWillBeSent"
        ]
        assert asked
        assert all(url.startswith(("file:///", "blob:")) for url in asked), asked
        assert page.run("document.querySelectorAll('[src], link').length") == 0


def test_flash_and_beep_of_the_page_are_those_of_the_toolkit(still: Page) -> None:
    """Flashes begin at the same refreshes, whatever the index; the beep has the same samples."""
    for first in (0, 1024, 16_700_000):
        lit = still.run(f"Array.from({{length: 400}}, (_, n) => flashes({first} + n))")
        begins = beep.indices(max(first - beep.FLASH, 0), first + 400)
        own = [
            bool(((n >= begins) & (n < begins + beep.FLASH)).any())
            for n in range(first, first + 400)
        ]
        assert lit == own
    samples = np.array(still.run("Array.from(wave(16000))"))
    np.testing.assert_allclose(samples, beep.analytic(16000).real, atol=1e-6)
    still.run("run.index = 1024 + 0; layOut()")
    begin = int(beep.indices(2000, 2200)[0])
    for index, lit_now in ((begin - 1, ""), (begin, "lit"), (begin + 8, "")):
        still.run(f"run.index = {index}; layOut()")
        assert still.run("square.className") == lit_now


def test_beeps_are_put_on_the_clock_of_the_sound_card(running: Page) -> None:
    """Each at the moment of its refresh; nothing is lost of the clock's count meanwhile.

    Begun again where a busy machine has held up the sound: what was planned comes late then.
    """

    def offset() -> float:
        stamp = running.run("sound.context.getOutputTimestamp()")
        return float(stamp["performanceTime"] - 1000 * stamp["contextTime"])

    def undisturbed() -> bool:
        running.run("begin('BEEPS2'); sound.log.length = 0")
        before = offset()
        running.wait("sound.log.length > 3")
        return abs(offset() - before) < running.run("run.period")

    running.call("Input.dispatchKeyEvent", type="keyDown", key="s")
    running.wait("sound.context !== null && sound.context.state === 'running'")
    running.until(undisturbed, "sound without a pause")
    planned = np.array(running.run("sound.log"))
    assert set(planned[:, 0]) <= set(beep.indices(1024, int(planned[-1, 0])).tolist())
    log = np.array(running.run("run.log"))
    shown = np.interp(planned[:, 0], log[:, 0], log[:, 1])
    sounded = offset() + 1000 * planned[:, 1]
    inside = planned[:, 0] <= log[-1, 0]
    assert np.abs(sounded - shown)[inside].max() < 3 * running.run("run.period")
    running.run("toggleSound()")
