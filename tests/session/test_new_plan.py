"""What a new plan begins with: clips found, names proposed, tables noticed."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from acceptance.errors import OutputError, PlanError
from acceptance.files.output import put_new
from acceptance.forms.devices import IDENTIFIER
from acceptance.model import Scope
from acceptance.session import new_plan

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Film


@pytest.mark.parametrize(
    ("clip", "device"),
    [
        ("gate-1 chart.mp4", "gate-1"),
        ("gate-1测试卡.mp4", "gate-1"),
        ("1号门_时钟_夜间.mkv", "1号门"),
        ("footage/cam-01/chart.mp4", "cam-01"),
        ("footage/cam-7/clock.mp4", "cam-7"),
        ("footage/CAM-02 whatever.mp4", "cam-02"),
        ("chart.mp4", "camera-1"),
        ("orchart.mp4", "orchart"),
        ('北门 "一" 🎥.mp4', "北门-一"),
        ("---.mp4", "camera-1"),
        ("a/%d.mp4", "d"),
    ],
)
def test_a_clip_proposes_its_device_by_the_list_else_by_its_name(clip: str, device: str) -> None:
    assert new_plan.proposed_device(clip, ["cam-0", "cam-01", "cam-02"]) == device


@pytest.mark.parametrize("name", ["a" * 90, "北" * 90, "x y", "_x_", "é/ü"])
def test_what_is_proposed_is_an_id(name: str) -> None:
    identity = new_plan.identifier(name)
    assert IDENTIFIER.fullmatch(identity)
    used = {identity}
    assert IDENTIFIER.fullmatch(new_plan.unique(identity, used))
    shot = new_plan.shot_id(identity, "chart-playback", ())
    assert IDENTIFIER.fullmatch(shot)
    assert new_plan.shot_id(identity, "chart-playback", {shot}) != shot


def test_a_folder_gives_its_clips_in_order_without_sessions_and_hidden_files(
    tmp_path: Path, clock_film: Film
) -> None:
    for name in ("cam-10/a.mp4", "cam-2/a.MP4", ".trash/a.mp4", "out/s/data/a.mp4", "note.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(clock_film.path, tmp_path / name)
    (tmp_path / "out/s/session.json").touch()
    found = new_plan.given([tmp_path], tmp_path / "plan.toml")
    assert [found.path(clip) for clip in found.clips] == ["cam-2/a.MP4", "cam-10/a.mp4"]


def test_tables_beside_a_clip_are_known_by_their_headings(tmp_path: Path) -> None:
    for name, heading in (
        ("times.csv", "frame,arrival_s"),
        ("clock-K7Q2MX.csv", "index,time_s"),
        ("other-K7Q2MX.csv", "index, time_s"),
        ("devices.csv", "编号,类型"),
    ):
        (tmp_path / name).write_text(f"{heading}\n", encoding="utf-8")
    beside = new_plan.side_tables(tmp_path / "clock.mp4")
    assert {field: file.name for field, file in beside.items()} == {
        "arrivals": "times.csv", "screen_log": "clock-K7Q2MX.csv",
    }  # fmt: skip
    assert new_plan.side_tables(tmp_path / "gate.mp4").keys() == {"arrivals"}, "two logs: neither"


def test_what_a_capture_left_is_known_by_its_name(tmp_path: Path) -> None:
    for name in ("gate.packets.csv", "gate.stream.jsonl", "gate.arrivals.csv", "yard.packets.csv"):
        (tmp_path / name).touch()
    (tmp_path / "yard.stream.jsonl").mkdir()
    beside = new_plan.captured(tmp_path / "gate.mp4")
    assert {field: file.name for field, file in beside.items()} == {
        "packets": "gate.packets.csv", "stream_record": "gate.stream.jsonl",
        "arrivals": "gate.arrivals.csv",
    }  # fmt: skip
    assert new_plan.captured(tmp_path / "yard.mp4").keys() == {"packets"}


@pytest.mark.parametrize(
    ("lines", "above"),
    [
        (("cam-1,fixed,",), [("site", None), ("system", "site")]),
        (("cam-1,fixed,滨江",), [("滨江", None), ("system", "滨江")]),
        (("cam-1,fixed,s", "s,site,"), [("system", "s")]),
        (("cam-1,fixed,v", "v,system,"), [("site", None)]),
        (("site,fixed,",), [("site-2", None), ("system", "site-2")]),
    ],
)
def test_site_and_system_are_added_as_far_as_the_list_lacks_them(
    tmp_path: Path, lines: tuple[str, ...], above: list[tuple[str, str | None]]
) -> None:
    listed = tmp_path / "devices.csv"
    listed.write_text("\n".join(("id,kind,parent", *lines)), encoding="utf-8")
    found = new_plan.given([listed], tmp_path / "plan.toml")
    own = new_plan.above(found, Scope.DEVICE, "")
    assert [(subject.id, subject.parent) for subject in own] == above


def test_a_list_with_two_unknown_parents_is_refused_before_any_question(tmp_path: Path) -> None:
    listed = tmp_path / "devices.csv"
    listed.write_text("id,kind,parent\na,fixed,x\nb,fixed,y\n", encoding="utf-8")
    with pytest.raises(PlanError, match="row 2, parent"):
        new_plan.given([listed], tmp_path / "plan.toml")


def test_a_new_file_never_replaces_another_and_leaves_no_half(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    put_new(path, b"first")
    with pytest.raises(OutputError):
        put_new(path, b"second")
    assert path.read_bytes() == b"first"
    (tmp_path / "link.toml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputError):
        put_new(tmp_path / "link.toml", b"second")
    with pytest.raises(TypeError):
        put_new(tmp_path / "half.toml", "no bytes")  # type: ignore[arg-type]
    assert not (tmp_path / "half.toml").exists()
