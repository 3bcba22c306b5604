"""What people write in a plan, in Chinese or English: understood, or refused with a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from acceptance import charts
from acceptance.errors import PlanError
from acceptance.forms import vocabulary
from acceptance.model import Condition, Plan, Shot, SignalPath, Subject, SubjectKind, Tap
from acceptance.session import plan, plan_names, runner, store

if TYPE_CHECKING:
    from pathlib import Path

PLAN = """
[[subjects]]
"{id}" = "gate"
"{kind}" = "{fixed}"
"品牌" = "示例"
facts = {{ "{picture}" = "{colour}", "系统制式" = "数字" }}

[[shots]]
id = "chart"
subject = "gate"
clip = "gate.mp4"
tap = "{tap}"
path = "{path}"
conditions = [{{ {condition} }}]
regions = {{ "{region}" = [0, 0, 8, 8] }}
"""
CHINESE = {
    "id": "编号", "kind": "类别", "fixed": "枪机", "picture": "图像", "colour": "彩色",
    "tap": "录像机", "path": "回放", "condition": 'name = "照度", value = "480lx"',
    "region": "中心.灰阶块3",
}  # fmt: skip
ENGLISH = {
    "id": "id", "kind": "kind", "fixed": "Fixed", "picture": "picture", "colour": "color",
    "tap": "Recorder", "path": "playback", "region": "centre.grey3",
    "condition": 'name = "illuminance", value = 480, unit = "lux"',
}  # fmt: skip


def written(tmp_path: Path, **words: str) -> Plan:
    """Read a plan with these words in it."""
    path = tmp_path / "plan.toml"
    path.write_text(PLAN.format(**(CHINESE | words)), "utf-8")
    return plan.read(path)


@pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_words_of_the_trade_in_either_language_are_understood(
    tmp_path: Path, words: dict[str, str]
) -> None:
    """类别, 品牌, 枪机, 照度, 480lx: the same plan, and the same names in the session."""
    assert written(tmp_path, **words) == Plan(
        subjects=(
            Subject(
                id="gate",
                kind=SubjectKind.FIXED,
                manufacturer="示例",
                facts={"picture": "colour", "system": "digital"},
            ),
        ),
        shots=(
            Shot(
                id="chart",
                subject="gate",
                clip="gate.mp4",
                tap=Tap.RECORDER,
                path=SignalPath.PLAYBACK,
                conditions=(Condition(name="illuminance", value=480.0, unit="lx"),),
                regions={"centre.grey3": (0, 0, 8, 8)},
            ),
        ),
    )


@pytest.mark.parametrize("word", ["半球", "筒机", "bullet", "FIXED", "枪型摄像机", " 枪机 "])
def test_a_fixed_camera_has_many_names(tmp_path: Path, word: str) -> None:
    assert written(tmp_path, fixed=word).subjects[0].kind is SubjectKind.FIXED


@pytest.mark.parametrize(
    ("stated", "value", "unit"),
    [
        ('value = "480lx"', 480, "lx"),
        ('value = "480 lx"', 480, "lx"),
        ('value = "480 勒克斯"', 480, "lx"),
        ('value = "４８０ｌｘ"', 480, "lx"),
        ('value = "0.48 klx"', 480, "lx"),
        ('value = 0.48, unit = "klx"', 480, "lx"),
        ('value = "480", unit = "lx"', 480, "lx"),
        ('value = 480, unit = "LUX"', 480, "lx"),
        ("value = 480", 480, ""),
        ('value = "480 cd"', "480 cd", ""),  # candela are no lux
        ('value = "480 lx", unit = "dB"', "480 lx", "dB"),
        ('value = "bright"', "bright", ""),
        ("value = true", True, ""),
    ],
)  # fmt: skip
def test_a_figure_with_its_unit_is_read_as_one(
    tmp_path: Path, stated: str, value: float | str, unit: str
) -> None:
    [condition] = written(tmp_path, condition=f'name = "照度", {stated}').shots[0].conditions
    assert (condition.value, condition.unit) == (value, unit)


@pytest.mark.parametrize("value", ["4k", "5.2.1", "2026-11-20", "1080p", "f/2.8"])
def test_a_word_that_begins_with_a_digit_stays_a_word(tmp_path: Path, value: str) -> None:
    said = f'name = "profile", value = "{value}"'
    assert written(tmp_path, condition=said).shots[0].conditions[0].value == value


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ({"condition": 'name = "iluminance", value = 480'}, "illuminance"),
        ({"condition": 'name = "illuminence", value = 480'}, "illuminance"),
        ({"condition": 'name = "自动增益控", value = "off"'}, "agc"),
        ({"condition": 'name = "viewing_distanc", value = 6'}, "viewing_distance"),
        ({"condition": 'name = "mains_freqency", value = 50'}, "mains_frequency"),
        ({"condition": 'name = "mains_freq", value = 50'}, "mains_frequency"),
        ({"condition": 'name = "gains", value = 6'}, "gain"),
        ({"condition": 'name = "增益值", value = 6'}, "gain"),
        ({"condition": 'name = "照照度", value = 500'}, "illuminance"),
        ({"condition": 'name = "bitrate", value = 4000'}, "bit_rate"),
        ({"picture": "pictrue"}, "picture"),
        ({"picture": "resolution_clas"}, "resolution_class"),
        ({"picture": "安装位"}, "position"),
    ],
)
def test_a_misspelt_condition_or_fact_is_refused_with_what_was_meant(
    tmp_path: Path, words: dict[str, str], meant: str
) -> None:
    asked = written(tmp_path, **words)
    with pytest.raises(PlanError, match=f"Did you mean '{meant}'"):
        runner.prepare(asked)


@pytest.mark.parametrize("name", ["light_non_uniformity", "illuminance_accuracy", "humidity"])
@pytest.mark.parametrize(
    ("stated", "refused"),
    [
        ("value = 0.05", True),
        ('value = "0.05"', True),
        ('value = 0.05, unit = "%"', False),
        ('value = "0.05 %"', False),
        ("value = 5", False),
        ("value = 0", False),
        ('value = "unknown"', False),
    ],
)
def test_a_share_where_per_cent_are_due_is_refused_unless_its_unit_says_that_it_is_none(
    tmp_path: Path, name: str, stated: str, *, refused: bool
) -> None:
    """A light uneven by 5 % was taken for one of 0.05 %, and U was small."""
    asked = written(tmp_path, condition=f'name = "{name}", {stated}')
    if refused:
        with pytest.raises(PlanError, match=f"{name} = 0.05 may be a share or per cent"):
            runner.prepare(asked)
    else:
        runner.prepare(asked)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"fixed": "fixd"}, "did you mean 'fixed'"),
        ({"fixed": "球形摄象机"}, "did you mean 'dome'"),
        ({"tap": "recoder"}, "did you mean 'recorder'"),
        ({"path": "playbak"}, "did you mean 'playback'"),
        ({"kind": "knd"}, "unknown field .did you mean 'kind'"),
        ({"colour": "colourr"}, "Did you mean 'colour'"),
        ({"region": "centre.gray3"}, "does not say what it shows"),
        ({"region": "cntre.flat"}, "Did you mean 'centre'"),
        ({"region": "flat.midle"}, "Did you mean 'middle'"),
    ],
)
def test_a_misspelt_kind_tap_path_field_word_or_region_is_refused(
    tmp_path: Path, words: dict[str, str], said: str
) -> None:
    with pytest.raises(PlanError, match=said):
        runner.prepare(written(tmp_path, **words))


def test_a_field_that_is_given_in_both_languages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="unknown field"):
        written(tmp_path, id='manufacturer" = "x"\n"id')


@pytest.mark.parametrize(
    "name",
    [
        *("weather", "天气", "humidity_outside", "lens_serial", "x"),
        *("主码流", "子码流", "substream", "照度计", "色温计编号", "network_delay", "stream_load"),
    ],
)
def test_a_condition_of_ones_own_is_kept_as_it_is(tmp_path: Path, name: str) -> None:
    asked = written(tmp_path, condition=f'name = "{name}", value = "y"')
    made, _ = runner.prepare(asked)
    assert made.shots[0].conditions[0].name == name


@pytest.mark.parametrize(
    "name",
    [
        *("flat.right", "osd.title", "edge.night", "flat2.画面", "edge_horizontal_2"),
        *("centre.wedge_horizontal", "centre.edge_horizontal", "upper_left.EDGE_vertical"),
    ],
)
def test_a_region_of_ones_own_is_kept_though_a_known_word_is_like_it(
    tmp_path: Path, name: str
) -> None:
    made, _ = runner.prepare(written(tmp_path, region=name))
    assert made.shots


def test_no_region_of_a_chart_is_taken_for_a_misspelt_one() -> None:
    names = {region.name for name in charts.names() for region in charts.load(name).regions}
    regions = {f"flat.{name}{more}": (0.0, 0.0, 9.0, 9.0) for name in names for more in ("", "_2")}
    asked = Plan(subjects=(), shots=(Shot(id="chart", subject="gate", regions=regions),))
    assert [str(error) for error in plan_names.complaints((), asked)] == []


def test_every_misspelt_name_is_listed_not_only_the_first(tmp_path: Path) -> None:
    asked = written(
        tmp_path, picture="pictrue", condition='name = "agcc", value = 1', region="centre.gray"
    )
    packs = store.load_packs(asked)
    assert [error.where for error in plan_names.complaints(packs, asked)] == [
        "subject gate, facts",
        "shot chart, conditions",
        "shot chart",
    ]


def test_no_word_means_two_names() -> None:
    """Of one section, but for what the trade's word decides."""
    for section in ("kind", "tap", "path", "condition", "field"):
        found: dict[str, set[str]] = {}
        for name, words in vocabulary.MORE[section].items():
            for word in (name, *words):
                found.setdefault(vocabulary.plain(word), set()).add(name)
        assert {word: names for word, names in found.items() if len(names) > 1} == {}


def test_every_condition_that_a_pack_or_metric_asks_for_is_a_known_name() -> None:
    """Else nobody would be told that it is misspelt."""
    packs = store.load_packs(Plan(packs=("db50_216_2006", "gb_50395_2007", "gb_50198_2011")))
    asked = {name for one in packs for demand in one.requirements for name in demand.conditions}
    assert asked
    assert asked <= set(vocabulary.names("condition").values())
