"""An error in the files of a site is reported with file, row and field; no session is made."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from acceptance.cli import verbs
from acceptance.session import plan

if TYPE_CHECKING:
    from collections.abc import Callable

SITE = Path(__file__).resolve().parents[2] / "examples" / "site"
EVIDENCE_ASKED = """
id = "own"
extends = "db50_216_2006"

[[requirements]]
id = "6.2/cables"
evidence = true
"""


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Copy the example without its clips: errors must be found before any of them is opened."""
    return Path(shutil.copytree(SITE, tmp_path / "site", ignore=shutil.ignore_patterns("footage")))


@pytest.fixture
def refusal(
    copied: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[], tuple[int, str]]:
    """Run the plan; return exit code and message."""

    def run() -> tuple[int, str]:
        monkeypatch.chdir(copied)
        monkeypatch.setattr(sys, "argv", ["acceptance", "run", "plan.toml", "-o", "out"])
        with pytest.raises(SystemExit) as caught:
            verbs.main()
        assert not list((copied / "out").glob("2*"))
        return int(caught.value.code or 0), " ".join(capsys.readouterr().err.split())

    return run


def changed(path: Path, old: str, new: str) -> None:
    """Replace the first occurrence in a file."""
    text = path.read_text(encoding="utf-8-sig")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def row_of(path: Path, *words: str) -> int:
    """Return the row, counted from the heading as 1, that holds all the words."""
    rows = enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1)
    return next(number for number, row in rows if all(word in row for word in words))


def test_the_example_is_read_and_only_its_clips_are_missing(
    refusal: Callable[[], tuple[int, str]],
) -> None:
    """So each of the messages below is about the file that was changed."""
    code, message = refusal()
    assert code == 2
    assert "footage" in message


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-8-sig"])
def test_lists_sheets_and_scores_are_read_in_gbk_and_in_utf8_alike(
    copied: Path, encoding: str
) -> None:
    before = plan.read(copied / "plan.toml")
    for name in ("devices.csv", "answers.csv", "panel.csv"):
        text = (copied / name).read_text(encoding="utf-8-sig")
        # GBK has no ², as in m²
        (copied / name).write_text(text, encoding=encoding, errors="replace")
    after = plan.read(copied / "plan.toml")
    assert after.subjects == before.subjects
    read, expected = (
        [(answer.requirement, answer.grade, answer.value) for answer in of.answers]
        for of in (after, before)
    )
    assert read == expected


@pytest.mark.parametrize("name", ["devices.csv", "answers.csv", "panel.csv"])
def test_a_table_in_no_known_encoding_is_named(
    copied: Path, refusal: Callable[[], tuple[int, str]], name: str
) -> None:
    path = copied / name
    path.write_bytes(b"\xff\xff" + path.read_bytes())
    code, message = refusal()
    assert (code, f"{name}" in message, "neither UTF-8 nor GBK" in message) == (2, True, True)


@pytest.mark.parametrize(
    ("name", "old", "new", "parts"),
    [
        ("devices.csv", "编号,类型,", "编号,品种,", ("devices.csv, row 1, kind", "no such column")),
        ("devices.csv", "编号,类型,", "编号,编号,", ("devices.csv, row 1", "duplicate column")),
        (
            "devices.csv",
            "cam-02,枪机",
            "cam-01,枪机",
            ("devices.csv, row 6, id", "duplicate id 'cam-01'"),
        ),
        ("devices.csv", "rec-1,NVR", "site,NVR", ("devices.csv, row 2, id", "duplicate id 'site'")),
        (
            "devices.csv",
            "cam-02,枪机",
            "cam-02,抢机",
            ("devices.csv, row 6, kind", "unknown kind '抢机'"),
        ),
        (
            "devices.csv",
            "东门出口,site",
            "东门出口,sit",
            ("devices.csv, row 6, parent", "no parent 'sit'"),
        ),
        (
            "devices.csv",
            "192.0.2.12",
            "rtsp://admin:1@192.0.2.12",
            ("devices.csv, row 6, address", "password"),
        ),
        ("answers.csv", "要求编号", "要求", ("answers.csv, row 1", "no such column")),
        ("panel.csv", "评分人", "评委", ("panel.csv, row 1, rater", "no such column")),
        ("panel.csv", "R1,何工,是", "R1,何工,也许", ("panel.csv, row 2, expert", "neither")),
        ("panel.key.toml", "seed = 216", "seed = ", ("panel.key.toml",)),
        ("plan.toml", 'packs = ["db50_216_2006"]', 'packs = ["db50_216_2060"]', ("db50_216_2060",)),
        ("plan.toml", 'scope = "site"', 'scope = "city"', ("plan.toml: scope",)),
        (
            "plan.toml",
            'sampling = "gb_50348_2004#devices"',
            'sampling = "gb_50348_2004#all"',
            ("matrix 1, sampling", "no draw"),
        ),
        ("plan.toml", 'subject = "cam-04"', 'subject = "cam-40"', ("concession 1", "cam-40")),
        ("plan.toml", "#5.3.1/height-outdoor", "#5.3.1/hight", ("concession 1", "5.3.1/hight")),
        (
            "plan.toml",
            "minimum_duration = 6\n",
            "minimum_duration = 6\nspeed = 1\n",
            ("plan.toml: speed",),
        ),
    ],
)
def test_a_broken_file_is_named_with_row_and_field(
    copied: Path,
    refusal: Callable[[], tuple[int, str]],
    name: str,
    old: str,
    new: str,
    parts: tuple[str, ...],
) -> None:
    changed(copied / name, old, new)
    code, message = refusal()
    assert code == 2
    assert [part for part in parts if part not in message] == [], message


def test_a_sheet_filled_in_wrongly_is_reported_by_row_and_field(
    copied: Path, refusal: Callable[[], tuple[int, str]]
) -> None:
    """Each error is in the row of the camera that is mounted too low."""
    path, height = copied / "answers.csv", "3.20"
    row = row_of(path, "cam-04", "5.3.1/height-outdoor")
    good = path.read_text(encoding="utf-8-sig")
    for new, field in (("3,20 m", ""), ("niedrig", "value"), ("nan", "value")):
        path.write_text(good.replace(f",{height},", f',"{new}",', 1), encoding="utf-8")
        code, message = refusal()
        assert code == 2
        assert f"answers.csv, row {row}, {field}".rstrip(", ") in message, message


def contradicted(path: Path, *words: str, grade: str) -> tuple[int, int]:
    """Answer a row of the sheet a second time, with another grade; return both rows."""
    rows = path.read_text(encoding="utf-8-sig").splitlines()
    first = row_of(path, *words)
    rows.append(rows[first - 1].replace("基本符合,", "符合,").replace(",符合,", f",{grade},", 1))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return first, len(rows)


def test_two_answers_to_one_item_are_refused_whatever_they_say(
    copied: Path, refusal: Callable[[], tuple[int, str]]
) -> None:
    _, second = contradicted(copied / "answers.csv", ",site,", "#6.2/insulation", grade="不符合")
    code, message = refusal()
    assert code == 2
    assert f"answers.csv, row {second}" in message, message
    assert "6.2/insulation" in message


def test_grade_and_reading_at_once_are_refused(
    copied: Path, refusal: Callable[[], tuple[int, str]]
) -> None:
    path = copied / "answers.csv"
    row = row_of(path, ",site,", "#6.1/room-area")
    rows = path.read_text(encoding="utf-8-sig").splitlines()
    place = rows[0].split(",").index("评定")
    cells = rows[row - 1].split(",")
    cells[place] = "符合"
    rows[row - 1] = ",".join(cells)
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    code, message = refusal()
    assert code == 2
    assert f"answers.csv, row {row}" in message, message


def test_two_scores_of_one_rater_for_one_item_are_refused(
    copied: Path, refusal: Callable[[], tuple[int, str]]
) -> None:
    path = copied / "panel.csv"
    rows = path.read_text(encoding="utf-8-sig").splitlines()
    path.write_text("\n".join([*rows, rows[3].rsplit(",", 1)[0] + ",1"]) + "\n", encoding="utf-8")
    code, message = refusal()
    assert code == 2
    assert f"panel.csv, row {len(rows) + 1}, score" in message, message


def test_an_answer_without_the_evidence_that_its_requirement_asks_for_is_refused(
    copied: Path, refusal: Callable[[], tuple[int, str]]
) -> None:
    """No shipped pack asks for it; an institute's own does."""
    (copied / "own.toml").write_text(EVIDENCE_ASKED, encoding="utf-8")
    for name in ("plan.toml", "answers.csv", "panel.key.toml"):
        text = (copied / name).read_text(encoding="utf-8-sig").replace("db50_216_2006#", "own#")
        text = text.replace('["db50_216_2006"]', '["own.toml"]')
        (copied / name).write_text(text, encoding="utf-8")
    changed(copied / "answers.csv", "evidence/cables.png", "")
    row = row_of(copied / "answers.csv", ",site,", "#6.2/cables")
    code, message = refusal()
    assert code == 2
    assert f"answers.csv, row {row}" in message, message
    assert "evidence" in message


def test_evidence_that_is_not_there_is_named_with_its_row(
    copied: Path, refusal: Callable[[], tuple[int, str]]
) -> None:
    text = (copied / "plan.toml").read_text(encoding="utf-8")
    # clips are read first
    (copied / "plan.toml").write_text(text[: text.index("[[shots]]")], encoding="utf-8")
    (copied / "evidence" / "cables.png").unlink()
    row = row_of(copied / "answers.csv", "evidence/cables.png")
    code, message = refusal()
    assert code == 2
    assert f"answers.csv, row {row}, evidence" in message, message


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("id = ", ("own.toml", "TOML")),
        ('id = "own"\nextends = "nobody"\n', ("own.toml", "nobody")),
        (EVIDENCE_ASKED.replace("evidence = true", "evidenz = true"), ("own.toml", "evidenz")),
        (
            EVIDENCE_ASKED.replace("evidence = true", "limit = { at_least = 3 }"),
            ("own.toml", "limit"),
        ),
        (EVIDENCE_ASKED.replace("evidence = true", 'sampling = "gb_0#x"'), ("own.toml", "gb_0#x")),
    ],
)
def test_a_bad_pack_is_named_with_its_field(
    copied: Path, refusal: Callable[[], tuple[int, str]], text: str, parts: tuple[str, ...]
) -> None:
    (copied / "own.toml").write_text(text, encoding="utf-8")
    changed(copied / "plan.toml", '["db50_216_2006"]', '["own.toml"]')
    code, message = refusal()
    assert code == 2
    assert [part for part in parts if part not in message] == [], message
