"""The key of a measurement: whatever measuring reads makes another one, and nothing else does."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import os
import shutil
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import batch_site
import pytest
from test_architecture import HOMES

from acceptance import data
from acceptance.batch import keys
from acceptance.charts import copy_template, definition
from acceptance.model import Coding, Condition, Plan, Recordings, Shot, SignalPath, Tap
from acceptance.session import intake, measuring, plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

JUDGED = frozenset({"noise.snr"})
SHOT = Shot(
    id="s1", subject="gate", clip="a.png", chart="own.toml", chart_copy="copy.toml",
    filmed="2026-11-20", arrivals="arrivals.csv", screen_log="log.csv", drive="drive.csv",
    reference="reference.png", packets="a.packets.csv", stream_record="a.stream.jsonl",
)  # fmt: skip
TABLES = ("arrivals.csv", "log.csv", "drive.csv", "a.packets.csv", "a.stream.jsonl")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write every file that a shot can name."""
    monkeypatch.chdir(tmp_path)  # from where a chart's path counts
    for name in ("a.png", "reference.png"):
        batch_site.still(tmp_path / name)
    for name in TABLES:
        (tmp_path / name).write_text("time_s,level\n0,1\n", "utf-8")
    shutil.copy(data.folder("test_charts") / "acceptance.toml", tmp_path / "own.toml")
    copy_template.start(definition.load("acceptance"), "K-7", tmp_path / "copy.toml")
    return tmp_path


def key(shot: Shot, folder: Path, judged: frozenset[str] = JUDGED) -> str:
    """Return the key."""
    return keys.of(shot, folder, judged)


READ = {
    "id": "s2", "subject": "yard", "tap": Tap.SCREEN, "chip": 0.01, "plain_edges": True,
    "wall": (("gate", ""),),
    "regions": {"grey": (1.0, 2.0, 3.0, 4.0)}, "coding": Coding(full_range=True),
    "conditions": (Condition(name="illuminance", value=500, unit="lx"),),
    "chart": None, "chart_copy": "K-8", "filmed": "2099-01-01",
}  # fmt: skip
NOT_READ = {
    "instruments": ("meter",), "retaken": "glare", "live": "s0", "screen": "monitor",
    "path": SignalPath.PLAYBACK, "source": "rtsp://h/a", "seconds": 5.0, "transport": "udp",
    "fingerprint": "ab" * 32,
}  # fmt: skip
OF_THE_TOOL = ("sha256", "filmed_by", "created", "corners", "still", "stream")


def test_every_field_of_a_shot_is_read_or_not_or_written_by_the_tool() -> None:
    named = {*READ, *NOT_READ, *OF_THE_TOOL, *plan.FIELDS}
    assert named == {field.name for field in dataclasses.fields(Shot)}


@pytest.mark.parametrize("field", READ)
def test_what_measuring_reads_of_a_shot_makes_another_key(folder: Path, field: str) -> None:
    assert key(replace(SHOT, **{field: READ[field]}), folder) != key(SHOT, folder)  # type: ignore[arg-type]


@pytest.mark.parametrize("field", NOT_READ)
def test_what_measuring_does_not_read_makes_the_same_key_and_is_kept_from_it(
    folder: Path, field: str
) -> None:
    other = replace(SHOT, **{field: NOT_READ[field]})  # type: ignore[arg-type]
    assert key(other, folder) == key(SHOT, folder)
    assert getattr(keys.bare(other), field) == getattr(SHOT, field)
    measured = measuring.Measured(shot=keys.bare(other), measurements=(), notes=())
    assert keys.restored(other, measured).shot == other


@pytest.mark.parametrize("file", ["a.png", "reference.png", *TABLES, "own.toml", "copy.toml"])
def test_every_byte_of_every_file_counts(folder: Path, file: str) -> None:
    before, path = key(SHOT, folder), folder / file
    path.write_bytes(path.read_bytes() + b"\n")
    assert key(SHOT, folder) != before


@pytest.mark.parametrize("field", plan.FIELDS)
def test_a_file_that_is_not_named_any_more_counts(folder: Path, field: str) -> None:
    if field != "clip":
        assert key(replace(SHOT, **{field: ""}), folder) != key(SHOT, folder)  # type: ignore[arg-type]
    (folder / "b.png").write_bytes((folder / "a.png").read_bytes())
    assert key(replace(SHOT, clip="b.png"), folder) != key(SHOT, folder)


def test_stills_count_each_and_in_their_order(folder: Path) -> None:
    (folder / "stills").mkdir()
    for number, grey in enumerate((10, 20, 30)):
        batch_site.still(folder / "stills" / f"{number}.png", grey)
    shot = replace(SHOT, clip="stills")
    before = key(shot, folder)
    batch_site.still(folder / "stills" / "3.png", 40)
    assert key(shot, folder) != before
    (folder / "stills" / "3.png").unlink()
    assert key(shot, folder) == before
    (folder / "stills" / "0.png").rename(folder / "stills" / "9.png")
    assert key(shot, folder) != before


def test_quantities_judged_and_versions_count(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = key(SHOT, folder)
    assert key(SHOT, folder, frozenset()) != before
    versions = keys.toolkit()
    for name in versions:
        other = {**versions, name: "another"}
        monkeypatch.setattr(keys, "toolkit", partial(dict, other))
        assert key(SHOT, folder) != before, name


def test_a_copy_that_falls_due_counts_where_nobody_says_the_day(folder: Path) -> None:
    """The same file is another copy after its last day; where the day is stated, it is not."""
    text = (folder / "copy.toml").read_text("utf-8")
    (folder / "copy.toml").write_text(
        'measured_on = 2026-01-01\ndue = 2026-11-25\nby = "Li"\n'
        + "\n".join(
            line for line in text.splitlines()
            if not line.lstrip("# ").startswith(("measured_on", "due", "by"))
        ), "utf-8",
    )  # fmt: skip
    undated = replace(SHOT, filmed="")
    expired = keys.copies_expired(undated, folder)
    assert expired == [True]
    assert keys.copies_expired(replace(SHOT, filmed="2026-11-20"), folder) == [False]


def test_the_shot_in_a_session_has_the_key_of_the_plans(folder: Path) -> None:
    bag = folder / "bag"
    bag.mkdir()
    for shot in (SHOT, replace(SHOT, filmed=""), replace(SHOT, chart_copy="K-7", chart=None)):
        assert key(intake.take(shot, folder, bag), bag) == key(shot, folder)


def test_every_library_that_measures_is_in_the_key() -> None:
    """The homes of libraries are those of the test of architecture."""
    measuring_rooms = {"footage", "charts", "scene", "metrics", "uncertainty", "session"}
    found = importlib.metadata.packages_distributions()
    for library, homes in HOMES.items():
        if {home.partition(".")[0] for home in homes} & measuring_rooms:
            assert set(found[library]) & set(keys.READING) or library == "pydantic_core", library
    assert {"numpy", "scipy"} <= set(keys.READING)


@pytest.mark.parametrize("change", ["plan", "evidence", "packs", "how", "shots"])
def test_all_that_a_session_rests_on_is_in_its_key(tmp_path: Path, change: str) -> None:
    asked = Plan(shots=(SHOT,), answer_files=("answers.csv",))
    (tmp_path / "answers.csv").write_text("x", "utf-8")
    given: dict[str, object] = {"packs": {"p": "0"}, "how": {"lang": "zh"}, "shots": ["k"]}

    def of(asked: Plan) -> str:
        make: Callable[..., str] = keys.of_session
        return make(asked, tmp_path, given["shots"], given["packs"], given["how"])

    before = of(asked)
    assert of(asked) == before
    if change == "plan":
        asked = replace(asked, operator="Li")
    elif change == "evidence":
        (tmp_path / "answers.csv").write_text("y", "utf-8")
    else:
        given[change] = {"packs": {"p": "1"}, "how": {"lang": "en"}, "shots": ["l"]}[change]
    assert of(asked) != before


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the day on which a file was made")
def test_a_recording_in_place_of_another_of_its_size_and_day_counts(tmp_path: Path) -> None:
    """A link that leads nowhere is one of the names, too: it ended the plan as a fault."""
    asked = Plan(recordings=(Recordings(id="r", subject="nvr", source="export"),))
    film = tmp_path / "export" / "1.mp4"
    film.parent.mkdir()
    film.write_bytes(b"one")
    (film.parent / "2.mp4").symlink_to("nowhere")
    before = keys.of_session(asked, tmp_path, (), {}, {})
    assert keys.of_session(asked, tmp_path, (), {}, {}) == before
    day = film.stat()
    (tmp_path / "other").write_bytes(b"two")
    os.utime(tmp_path / "other", ns=(day.st_atime_ns, day.st_mtime_ns))
    (tmp_path / "other").replace(film)
    assert film.stat().st_mtime_ns == day.st_mtime_ns
    assert keys.of_session(asked, tmp_path, (), {}, {}) != before
