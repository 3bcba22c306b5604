"""Scores of a panel: drawn up blind, filled in, read back; refused with file, row and field."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from acceptance.errors import PlanError
from acceptance.forms import panel_key, scores
from acceptance.model import Condition

if TYPE_CHECKING:
    from pathlib import Path

GRADE = panel_key.PanelItem(text="图像质量", requirements=("x#grade",))
ASKED = tuple(
    panel_key.PanelClip(subject=f"camera-{n}", items=(GRADE,), files=(f"clips/camera-{n}.mp4",))
    for n in range(6)
)
RATERS = {
    "R1": ("王工", "是"),
    "R2": ("李工", "是"),
    "R3": ("赵", "否"),
    "R4": ("钱", "否"),
    "R5": ("孙", "否"),
}
KEY = panel_key.draw_up(ASKED, raters=5, seed=4, leader="王工")


def filled(key: panel_key.Key = KEY, **changed: str) -> list[list[str]]:
    """Fill in the table as five raters would; ``changed``: other cells, ``R2_1_score`` ..."""
    table = scores.table(key, "zh")
    subjects = {one.code: int(one.subject[-1]) for one in key.clips}
    heading = list(scores.COLUMNS)
    for row in table[1:]:
        name, expert = RATERS[row[0]]
        if row[5] == "1":
            row[1:5] = [name, expert, "2026-11-24", "6"]
        row[9] = str(3 + subjects[row[6]] % 3)
        place = f"{row[0]}_{subjects[row[6]]}"
        for field in heading:
            row[heading.index(field)] = changed.get(f"{place}_{field}", row[heading.index(field)])
    return table


def write(
    folder: Path, rows: list[list[str]], encoding: str = "utf-8-sig", key: panel_key.Key = KEY
) -> Path:
    """Write scores and key as they lie beside a plan."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    (folder / "panel.csv").write_text(text.getvalue(), encoding=encoding)
    (folder / "panel.key.toml").write_text(panel_key.dumps(key), encoding="utf-8")
    return folder / "panel.csv"


def test_a_key_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    """Names with quotes and Chinese too."""
    clip = panel_key.PanelClip(
        subject="摄像机", items=(panel_key.PanelItem(text="“清晰”\n", requirements=('x#a "b"',)),)
    )
    key = panel_key.draw_up((clip,), raters=2, seed=1, leader='L"i\\n')
    (tmp_path / "k.toml").write_text(panel_key.dumps(key), encoding="utf-8")
    assert panel_key.loads(tmp_path / "k.toml", "k.toml") == key


def test_the_same_seed_draws_the_same_and_another_one_something_else() -> None:
    """Whoever has the key can show how the order came about."""
    again, other = (panel_key.draw_up(ASKED, raters=5, seed=seed, leader="王工") for seed in (4, 5))
    assert again == KEY
    assert other.clips != KEY.clips
    assert other.orders != KEY.orders


def test_more_clips_than_codes_are_refused() -> None:
    """Nobody rates thousands of clips; a sample is drawn."""
    many = [panel_key.PanelClip(subject=str(number), items=()) for number in range(4000)]
    with pytest.raises(PlanError, match="4000 clips, but only 3872 codes"):
        panel_key.draw_up(many, raters=5, seed=1, leader="Li")


def test_codes_and_orders_give_nothing_away() -> None:
    """Every rater sees every clip once, in an order of his own.

    Codes hold no part of a name, and none is twice.
    """
    codes = {one.code for one in KEY.clips}
    assert len(codes) == len(ASKED)
    assert all(sorted(order) == sorted(codes) for order in KEY.orders.values())
    assert len(set(KEY.orders.values())) == 5
    text = " ".join(cell for row in scores.table(KEY, "zh") for cell in row)
    assert not any(word in text for one in ASKED for word in (one.subject, *one.files, "x#grade"))


def test_places_in_the_order_are_shared_out_evenly() -> None:
    """Of 400 raters about 67 see the first clip first.

    Chi-squared with 5 degrees of freedom below 20.5 (0.1 %).
    """
    key = panel_key.draw_up(ASKED, raters=400, seed=2, leader="")
    first = [sum(order[0] == one.code for order in key.orders.values()) for one in key.clips]
    assert sum((count - 400 / 6) ** 2 / (400 / 6) for count in first) < 20.5


def test_raters_who_watch_one_screen_share_an_order() -> None:
    """Nobody can be shown something else on the same screen."""
    key = panel_key.draw_up(ASKED, raters=5, seed=4, leader="", together=True)
    assert len(set(key.orders.values())) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_filled_in_scores_become_answers_under_their_true_names(
    tmp_path: Path, encoding: str
) -> None:
    """Codes are resolved through the key; every subject gets the scores that were meant for it."""
    answers = scores.read(write(tmp_path, filled(), encoding), "panel.csv")
    assert {(one.subject, one.requirement) for one in answers} == {
        (one.subject, "x#grade") for one in ASKED
    }
    for answer in answers:
        assert {score.score for score in answer.scores} == {3 + int(answer.subject[-1]) % 3}
        assert {score.rater: score.expert for score in answer.scores} == {
            name: sort == "是" for name, sort in RATERS.values()
        }
        assert answer.conditions == (Condition(name="viewing_distance", value=6, unit="H"),)
        assert (answer.by, answer.when) == ("王工", "2026-11-24")
        assert answer.origin.startswith("panel.csv, clip ")


def test_a_clip_that_answers_several_requirements_is_scored_once(tmp_path: Path) -> None:
    """Two standards that ask the same of one picture do not make raters score it twice."""
    item = panel_key.PanelItem(text="图像质量", requirements=("x#a", "y#b"))
    clip = panel_key.PanelClip(subject="camera-0", items=(item,))
    key = panel_key.draw_up((clip,), raters=5, seed=1, leader="王工")
    answers = scores.read(write(tmp_path, filled(key), key=key), "panel.csv")
    assert [one.requirement for one in answers] == ["x#a", "y#b"]
    assert answers[0].scores == answers[1].scores


def test_several_items_of_a_clip_are_scored_one_by_one(tmp_path: Path) -> None:
    """Blocking and sharpness of one picture are two answers, from rows of their own."""
    items = tuple(
        panel_key.PanelItem(text=text, requirements=(f"x#{text}",))
        for text in ("blocking", "sharpness")
    )
    clip = panel_key.PanelClip(subject="camera-0", items=items)
    key = panel_key.draw_up((clip,), raters=5, seed=1, leader="王工")
    rows = filled(key)
    for row in rows[2::2]:
        row[9] = "5"
    answers = scores.read(write(tmp_path, rows, key=key), "panel.csv")
    assert [(one.requirement, one.scores[0].score) for one in answers] == [
        ("x#blocking", 3),
        ("x#sharpness", 5),
    ]


def test_a_rater_who_did_not_come_is_left_out(tmp_path: Path) -> None:
    """All of the rater's cells are empty; four remain, and judging says that they are too few."""
    rows = [row[:1] + [""] * 4 + row[5:9] + [""] if row[0] == "R5" else row for row in filled()]
    answers = scores.read(write(tmp_path, rows), "panel.csv")
    assert {len(one.scores) for one in answers} == {4}


def test_a_table_without_any_score_gives_no_answers(tmp_path: Path) -> None:
    """The form as it was drawn up is not yet an answer."""
    assert scores.read(write(tmp_path, scores.table(KEY, "en")), "panel.csv") == ()


def test_half_grades_count_and_distances_are_kept_apart(tmp_path: Path) -> None:
    """The scale has five grades; halves between them are taken, thirds are not."""
    code = KEY.orders["R3"][0]
    place = next(int(one.subject[-1]) for one in KEY.clips if one.code == code)
    rows = filled(**{f"R3_{place}_distance": "4.5H", "R2_1_score": "4.5"})
    answers = scores.read(write(tmp_path, rows), "panel.csv")
    assert [(one.value, one.source) for one in answers[0].conditions] == [
        (4.5, "赵"),
        (6, "王工, 李工, 钱, 孙"),
    ]
    second = next(answer for answer in answers if answer.subject == "camera-1")
    assert max(score.score for score in second.scores) == 4.5


def test_a_distance_that_one_rater_leaves_out_is_not_stated_for_any(tmp_path: Path) -> None:
    """Then judging misses it: INCONCLUSIVE, not a guess."""
    code = KEY.orders["R3"][0]
    place = next(int(one.subject[-1]) for one in KEY.clips if one.code == code)
    answers = scores.read(write(tmp_path, filled(**{f"R3_{place}_distance": ""})), "panel.csv")
    assert answers[0].conditions == ()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"R2_1_rater": "R9"}, r"panel\.csv, row \d+, rater: there is no rater 'R9'.*R1, R2"),
        ({"R2_1_clip": "ZZZ"}, r"row \d+, clip: there is no clip 'ZZZ'"),
        ({"R2_1_item": "2"}, r"row \d+, item: there is no item '2'"),
        ({"R2_1_score": "6"}, r"row \d+, score: 6 is not a grade.*from 1 to 5, whole or half"),
        ({"R2_1_score": "3.7"}, r"row \d+, score: 3\.7 is not a grade"),
        ({"R2_1_score": "good"}, r"row \d+, score: 'good' is not a number"),
        ({"R2_1_score": ""}, r"panel\.csv, score: R2 has no score for item 1 of \w\w\w"),
        ({"R2_1_name": "别人"}, r"row \d+, name: '.+' here and '.+' in panel\.csv, row \d+"),
        (
            {f"R2_{n}_name": "" for n in range(6)},
            r"panel\.csv, name: R2 has scores, but this is empty",
        ),
        (
            {f"R2_{n}_expert": "也许" for n in range(6)},
            r"row \d+, expert: '也许' is neither yes nor no",
        ),
        (
            {f"R2_{n}_date": "" for n in range(6)},
            r"panel\.csv, date: R2 has scores, but this is empty",
        ),
        ({f"R2_{n}_name": "王工" for n in range(6)}, r"row \d+, name: 王工 is R1 and R2"),
        ({f"R2_{n}_distance": "-6" for n in range(6)}, r"row \d+, distance: -6 is not a distance"),
    ],
)
def test_wrong_scores_are_reported_with_file_row_and_field(
    tmp_path: Path, changed: dict[str, str], message: str
) -> None:
    """And with what to write instead."""
    with pytest.raises(PlanError, match=message):
        scores.read(write(tmp_path, filled(**changed)), "panel.csv")


def test_a_score_given_twice_is_refused(tmp_path: Path) -> None:
    """Even where it is the same."""
    rows = filled()
    with pytest.raises(PlanError, match=r"row 32, score: R\d scores item 1 of \w+ twice"):
        scores.read(write(tmp_path, [*rows, rows[3]]), "panel.csv")


def test_a_row_that_was_deleted_is_missed(tmp_path: Path) -> None:
    """A clip that one rater was not shown is a hole in the panel."""
    with pytest.raises(PlanError, match="R1 has no score for"):
        scores.read(write(tmp_path, filled()[:3] + filled()[4:]), "panel.csv")


@pytest.mark.parametrize(
    "text", ["leader = 1", "[[clips]]\n", "not toml", 'leader=""\nseed=1\nclips=[1]\n[orders]\n']
)
def test_a_key_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    """By its name."""
    path = write(tmp_path, filled())
    (tmp_path / "panel.key.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PlanError, match=r"panel\.key\.toml: "):
        scores.read(path, "panel.csv")


def test_scores_without_their_key_are_refused(tmp_path: Path) -> None:
    """Nobody knows what the codes stand for."""
    path = write(tmp_path, filled())
    (tmp_path / "panel.key.toml").unlink()
    with pytest.raises(PlanError, match=r"panel\.key\.toml: cannot be read.*beside the scores"):
        scores.read(path, "panel.csv")
