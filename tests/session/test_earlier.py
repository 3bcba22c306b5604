"""Sessions beside a new one that cannot be read are told; what is whole, or of others, is not."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from reached_session import CAMERA, reach
from ways_to_bend import HONEST

from acceptance.model import Subject, SubjectKind
from acceptance.session import contents, earlier, evidence, store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from acceptance.model import Session

    Bend = Callable[[bytes], bytes]

FOREIGN = b'{"windows": [{"tabs": []}]}'


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Session, Path]:
    """Return a session and its sealed folder."""
    return reach(HONEST, tmp_path_factory.mktemp("sealed"))


@pytest.fixture(params=[True, False], ids=["of the same device", "of another device"])
def made(request: pytest.FixtureRequest, sealed: tuple[Session, Path]) -> Session:
    """Return a session that was just measured, of which the other has a device, or none."""
    if request.param:
        return sealed[0]
    other = replace(sealed[0].plan, subjects=(replace(CAMERA, id="north-9"),), answers=())
    return replace(sealed[0], plan=other, shots=(), recordings=(), measurements=())


def lost(out: Path, made: Session) -> list[str]:
    """Name the folders that are told."""
    details = dict(earlier.beside(out, made)).get(earlier.UNREADABLE, {})
    return str(details["folders"]).split(", ") if details else []


def at_middle(change: Bend, size: int) -> Bend:
    """Return what changes ``size`` bytes in the middle."""

    def act(content: bytes) -> bytes:
        at = content.index(b'"', len(content) // 2)
        return content[:at] + change(content[at : at + size]) + content[at + size :]

    return act


@pytest.mark.parametrize(
    "bend",
    [
        at_middle(lambda _: b"\0", 1),
        at_middle(lambda _: b"}", 600),
        at_middle(lambda held: bytes(len(held)), 4096),
        lambda content: content[:-9],
        lambda content: content[: len(content) // 2] + b"}\n",
        lambda content: json.dumps({"id": json.loads(content)["id"]}).encode(),
        lambda _: b"",
        lambda _: b"\xff" * 9,
        lambda _: b"[" * 100_000,
    ],
    ids=["a byte", "600 bytes", "zeros", "the end", "half", "members", "all", "no text", "deep"],
)
def test_a_session_damaged_anywhere_is_told(
    tmp_path: Path, sealed: tuple[Session, Path], made: Session, bend: Bend
) -> None:
    folder = shutil.copytree(sealed[1], tmp_path / "before")
    assert lost(tmp_path, made) == []
    (folder / store.FILE).write_bytes(bend((folder / store.FILE).read_bytes()))
    assert lost(tmp_path, made) == ["before"]


@pytest.mark.parametrize("how", ["gone", "a link", "a pipe", "a folder", "too large"])
def test_a_session_that_is_no_file_to_read_is_told(
    tmp_path: Path, sealed: tuple[Session, Path], made: Session, how: str
) -> None:
    file = shutil.copytree(sealed[1], tmp_path / "before") / store.FILE
    file.rename(tmp_path / "kept.json")
    if how == "a link":
        file.symlink_to(tmp_path / "kept.json")
    elif how == "a pipe":
        os.mkfifo(file)
    elif how == "a folder":
        file.mkdir()
    elif how == "too large":
        file.touch()
        os.truncate(file, contents.most(store.FILE) + 1)
    assert lost(tmp_path, made) == ["before"]


@pytest.mark.parametrize(
    "bend",
    [
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: json.dumps(json.loads(content), indent=4).encode(),
        lambda content: json.dumps(json.loads(content)).encode() + b"\n\n",
    ],
    ids=["ends of lines", "indent", "one line"],
)
def test_a_session_written_in_another_form_is_read(
    tmp_path: Path, sealed: tuple[Session, Path], made: Session, bend: Bend
) -> None:
    folder = shutil.copytree(sealed[1], tmp_path / "before")
    before = [*earlier.beside(tmp_path, made)]
    (folder / store.FILE).write_bytes(bend((folder / store.FILE).read_bytes()))
    assert [*earlier.beside(tmp_path, made)] == before
    assert lost(tmp_path, made) == []


def test_what_other_programs_left_is_not_told(tmp_path: Path, made: Session) -> None:
    """Bags of other tools, and files called as a session is."""
    held = {
        "bag": {evidence.MANIFEST: b"0" * 64 + b"  data/x\n", evidence.BAGIT: b"BagIt-Version"},
        "browser": {store.FILE: FOREIGN},
        "broken": {store.FILE: FOREIGN[:-1]},
        "bagged": {store.FILE: FOREIGN, evidence.MANIFEST: b""},
    }
    for name, files in held.items():
        (tmp_path / name).mkdir()
        for file, content in files.items():
            (tmp_path / name / file).write_bytes(content)
    assert lost(tmp_path, made) == []


@pytest.mark.parametrize("mark", ["log.jsonl", "plan.toml", "report.pdf", "a line of its manifest"])
def test_what_is_left_of_a_session_is_told_by_what_lies_beside(
    tmp_path: Path, made: Session, mark: str
) -> None:
    folder = tmp_path / "left"
    folder.mkdir()
    (folder / store.FILE).write_bytes(b"{")
    assert lost(tmp_path, made) == []
    if mark.startswith("a line"):
        (folder / evidence.TAG_MANIFEST).write_bytes(b"0" * 64 + b"  session.json\n")
    else:
        (folder / mark).touch()
    assert lost(tmp_path, made) == ["left"]


def test_the_session_that_is_judged_again_is_not_told(
    tmp_path: Path, sealed: tuple[Session, Path], made: Session
) -> None:
    (shutil.copytree(sealed[1], tmp_path / "before") / store.FILE).write_bytes(b"{")
    assert lost(tmp_path, replace(made, supersedes="before")) == []


@pytest.mark.parametrize(
    ("before", "now", "is_told"),
    [
        ({"picture": "colour"}, {"picture": "monochrome"}, True),
        ({"picture": "colour"}, {"picture": "colour"}, False),
        ({}, {"picture": "colour"}, False),
        ({"picture": "colour"}, {}, False),
        ({"picture": "colour"}, {"picture": "colour", "low_light": "yes"}, False),
        ({"picture": "Colour "}, {"picture": "ｃolour"}, False),
        ({"picture": "不详"}, {"picture": "colour"}, False),
        ({"low_light": "no"}, {"low_light": "yes"}, True),
        ({"height": "4.5"}, {"height": "45"}, True),
        ({"infrared": "√"}, {"infrared": "×"}, True),
        ({"infrared": "√"}, {"infrared": "无"}, True),
        ({"infrared": "+"}, {"infrared": "-"}, False),
        ({"infrared": "…"}, {"infrared": "yes"}, False),
        ({"kept": "24 h"}, {"kept": "24h"}, False),
        ({"size": "4 CIF"}, {"size": "4CIF"}, False),
        ({"lines": "1 2"}, {"lines": "12"}, True),
        ({"height": "0.50"}, {"height": "0.5"}, False),
        ({"height": "2.50 m"}, {"height": "2.5m"}, False),
        ({"height": "3.0 m"}, {"height": "3.01 m"}, True),
        ({"height": "30 m"}, {"height": "3 m"}, True),
        ({"firmware": "5.10"}, {"firmware": "5.1"}, True),
        ({"firmware": "3.10b"}, {"firmware": "3.1b"}, True),
        ({"height": "<未知>"}, {"height": "5 m"}, False),
        ({"codec": "‹TBD›"}, {"codec": "H.265"}, False),
    ],
)
def test_only_what_both_sessions_state_of_a_device_can_differ(
    before: dict[str, str], now: dict[str, str], *, is_told: bool
) -> None:
    """Facts are completed between two sessions, as the report asks for."""

    def stating(facts: dict[str, str]) -> Any:
        device = Subject(id="cam-1", kind=SubjectKind.FIXED, name="", facts=facts)
        return SimpleNamespace(plan=SimpleNamespace(subjects=(device,)))

    assert bool(earlier._restated(stating(before), stating(now))) is is_told
