"""What a batch is given becomes plans: files, patterns, folders, clips and device lists."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import batch_site
import pytest

from acceptance.batch import inputs
from acceptance.errors import PlanError

if TYPE_CHECKING:
    from pathlib import Path

LIST = """\
id,kind,name,parent,model,system
site,site,Depot,,,digital
cam-1,fixed,Gate,site,K7,
门口,dome,Yard,site,K8,
"""
TEMPLATE = """\
operator = "{model} by {manufacturer}"
[[shots]]
id = "chart"
subject = "{id}"
clip = "clips/{id} {name}.png"
"""


def names(items: list[inputs.Item]) -> list[str]:
    """Return the names without folders."""
    return [item.name.rpartition("/")[2] for item in items]


def test_a_folder_gives_its_plans_in_natural_order_and_nothing_that_is_no_plan(
    tmp_path: Path,
) -> None:
    for name in ("cam10", "cam2", "门"):
        batch_site.plan(tmp_path, name)
    (tmp_path / "copy.toml").write_text('chart = "acceptance"\nserial = "K-7"\n', "utf-8")
    (tmp_path / ".hidden.toml").write_text("subjects = []", "utf-8")
    assert names(inputs.read([tmp_path])) == ["cam2.toml", "cam10.toml", "门.toml"]


def test_a_folder_without_plans_gives_a_device_for_each_clip(tmp_path: Path) -> None:
    for name in ("cam 10.png", "cam 2.png", "notes.txt"):
        batch_site.still(tmp_path / "x.png").rename(tmp_path / name)
    facts = {"system": "digital"}
    assert names(inputs.read([tmp_path])) == ["cam-2", "cam-10"]
    options = inputs.ForClips(facts=facts, fields={"chart": "acceptance"}, operator="Li")
    [first, _] = inputs.read([tmp_path], options=options)
    assert first.plan is not None
    [device], [shot] = first.plan.subjects, first.plan.shots
    assert (device.id, device.name, dict(device.facts)) == ("cam-2", "cam 2", facts)
    assert (shot.subject, shot.chart, first.plan.operator) == ("cam-2", "acceptance", "Li")


def test_a_pattern_gives_what_it_stands_for_and_a_plan_named_twice_is_one(tmp_path: Path) -> None:
    for name in ("a b", "c"):
        (tmp_path / name).mkdir()
        batch_site.plan(tmp_path / name, "plan")
    twice = [tmp_path / "*" / "plan.toml", tmp_path / "c" / "plan.toml", tmp_path / "**" / "*.toml"]
    assert len(inputs.read(twice)) == 2
    with pytest.raises(PlanError, match="nothing has such a name"):
        inputs.read([tmp_path / "*" / "no.toml"])


def test_a_plan_or_clip_of_a_folder_that_is_named_by_itself_too_is_one(tmp_path: Path) -> None:
    plan = batch_site.plan(tmp_path / ".." / tmp_path.name, "cam")
    assert len(inputs.read([tmp_path, plan])) == 1
    (tmp_path / "clips").mkdir()
    clip = batch_site.still(tmp_path / "clips" / "cam.png")
    assert len(inputs.read([clip, tmp_path / "clips"])) == 1


def test_what_sessions_have_kept_is_nothing_that_a_pattern_stands_for(tmp_path: Path) -> None:
    """The second batch on ``**`` found packs, charts and clips of the first one's sessions."""
    batch_site.plan(tmp_path, "cam")
    kept = tmp_path / "out" / "1"
    (kept / "data" / "packs").mkdir(parents=True)
    for name in ("session.json", "bagit.txt", "data/packs/own.toml", "data/cam.png"):
        (kept / name).write_text("", "utf-8")
    assert names(inputs.read([tmp_path / "**" / "*.toml"])) == ["cam.toml"]
    assert names(inputs.read([tmp_path / "**" / "*.png"])) == ["cam"]
    with pytest.raises(PlanError, match="nothing has such a name"):
        inputs.read([kept / "data" / "*.png"])


def test_a_template_is_filled_for_each_device_and_what_is_above_it_is_added(
    tmp_path: Path,
) -> None:
    (tmp_path / "devices.csv").write_text(LIST, "utf-8")
    (tmp_path / "template.toml").write_text(TEMPLATE, "utf-8")
    found = inputs.read([tmp_path / "devices.csv"], tmp_path / "template.toml")
    assert [item.name for item in found] == ["cam-1", "门口"]
    plan = found[1].plan
    assert plan is not None
    assert [one.id for one in plan.subjects] == ["site", "门口"]
    assert plan.subjects[0].facts["system"] == "digital"
    assert (plan.shots[0].subject, plan.shots[0].clip) == ("门口", "clips/门口 Yard.png")
    assert plan.operator == "K8 by "


def test_a_pattern_of_a_recorders_names_keeps_its_own_braces(tmp_path: Path) -> None:
    """A fact of the list may be called as a part of the pattern."""
    recordings = (
        '[[recordings]]\nid = "r"\nsubject = "{id}"\nsource = "export"\n'
        'name_pattern = "{id}_{channel}_{start}.mp4"\n'
    )
    (tmp_path / "devices.csv").write_text(LIST, "utf-8")
    (tmp_path / "template.toml").write_text(TEMPLATE + recordings, "utf-8")
    found = inputs.read([tmp_path / "devices.csv"], tmp_path / "template.toml")
    plans = [item.plan for item in found]
    assert [plan and plan.recordings[0].name_pattern for plan in plans] == [
        "cam-1_{channel}_{start}.mp4", "门口_{channel}_{start}.mp4",
    ]  # fmt: skip


def test_a_word_that_the_list_does_not_have_is_the_error_of_its_device(tmp_path: Path) -> None:
    (tmp_path / "devices.csv").write_text(LIST, "utf-8")
    (tmp_path / "template.toml").write_text(TEMPLATE.replace("{model}", "{modell}"), "utf-8")
    found = inputs.read([tmp_path / "devices.csv"], tmp_path / "template.toml")
    assert [item.plan for item in found] == [None, None]
    assert "cam-1" in str(found[0].error)
    assert "no 'modell'" in str(found[0].error)


def test_what_a_row_says_cannot_lead_out_of_the_folder_or_break_the_plan(tmp_path: Path) -> None:
    rows = LIST.replace("Gate", "../../etc/passwd").replace("Yard", "'\\ [[shots]]")
    (tmp_path / "devices.csv").write_text(rows, "utf-8")
    (tmp_path / "template.toml").write_text(TEMPLATE.replace("{id} {name}", "{name}"), "utf-8")
    found = inputs.read([tmp_path / "devices.csv"], tmp_path / "template.toml")
    assert "lies outside" in str(found[0].error)
    assert found[1].plan is None or len(found[1].plan.shots) == 1


@pytest.mark.parametrize("subjects", ["5", '"cam"', "[1]", "[{ id = [1] }]"])
def test_subjects_of_a_template_that_are_none_are_the_error_of_each_device(
    tmp_path: Path, subjects: str
) -> None:
    (tmp_path / "devices.csv").write_text(LIST, "utf-8")
    (tmp_path / "template.toml").write_text(f"subjects = {subjects}\n{TEMPLATE}", "utf-8")
    found = inputs.read([tmp_path / "devices.csv"], tmp_path / "template.toml")
    assert ["subjects" in str(item.error) for item in found] == [True, True]


def test_a_device_whose_file_cannot_be_read_is_not_passed_by_in_silence(tmp_path: Path) -> None:
    batch_site.still(tmp_path / "a.png")
    (tmp_path / "b.png").symlink_to(tmp_path / "gone.png")
    os.mkfifo(tmp_path / "c.png")
    assert names(inputs.read([tmp_path])) == ["a", "b", "c"]
    (tmp_path / "d.toml").symlink_to(tmp_path / "gone.toml")
    (tmp_path / "e.toml").write_text('packs = ["db50_216_2006"]\n[[subject]]\nid = "a"\n', "utf-8")
    found = inputs.read([tmp_path])
    assert names(found) == ["d.toml", "e.toml"]
    assert all(item.error for item in found)


def test_a_list_without_a_template_is_refused(tmp_path: Path) -> None:
    (tmp_path / "devices.csv").write_text(LIST, "utf-8")
    with pytest.raises(PlanError, match=r"--plan TEMPLATE\.toml"):
        inputs.read([tmp_path / "devices.csv"])


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        batch_site.still(tmp_path / name / "cam.png")
    said = r"cam: two plans or devices would have this name: \S+/a/cam\.png, \S+/b/cam\.png\."
    with pytest.raises(PlanError, match=said):
        inputs.read([tmp_path / "a", tmp_path / "b"])


def test_two_clips_of_one_stem_in_a_folder_are_both_named(tmp_path: Path) -> None:
    for name in ("cam.png", "cam.bmp"):
        batch_site.still(tmp_path / name)
    with pytest.raises(PlanError, match=r"/cam\.bmp, \S+/cam\.png"):
        inputs.read([tmp_path])


@pytest.mark.parametrize("name", ["devices.xls", "devices.ods", "devices.txt"])
def test_a_list_in_another_format_is_no_clip(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"id,kind")
    with pytest.raises(PlanError, match=r"a device list is read as XLSX or CSV, not as \."):
        inputs.read([tmp_path / name])


def test_a_template_without_a_device_list_is_refused(tmp_path: Path) -> None:
    batch_site.still(tmp_path / "cam.png")
    (tmp_path / "template.toml").write_text(TEMPLATE, "utf-8")
    with pytest.raises(PlanError, match="a template is for a device list, and none is given"):
        inputs.read([tmp_path / "cam.png"], tmp_path / "template.toml")


def test_a_plan_named_by_two_ways_there_is_one(tmp_path: Path) -> None:
    plan = batch_site.plan(tmp_path, "cam")
    (tmp_path / "beside").mkdir()
    assert len(inputs.read([plan, tmp_path / "beside" / ".." / "cam.toml"])) == 1
