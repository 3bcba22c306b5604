"""Devices and instruments that are two, though they look alike, and planned shots that are none."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from acceptance.checks.warned import alike, doubtful, parties, twins
from acceptance.model import (
    Instrument,
    Matrix,
    Person,
    Plan,
    Project,
    Sample,
    SignalPath,
    Subject,
    SubjectKind,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acceptance.checks.warned.judged import Judged

METER = Instrument(id="lux-1", name="照度计", model="T-10", serial="A-17")
SITE = Subject(id="site", kind=SubjectKind.SITE, name="site")


def judged(plan: Plan, days: Sequence[str] = (), samples: Sequence[Sample] = ()) -> Judged:
    """Make of a judged session what these warnings look at."""
    session = SimpleNamespace(
        plan=plan, days_of_work=tuple(days), samples=tuple(samples), shots=(), started="2026-06-02"
    )
    seen: Any = SimpleNamespace(session=session, packs=(), own_packs=(), logged=lambda _: ())
    return seen


def cameras(**fields: Sequence[str]) -> Plan:
    """Make a plan of two cameras that differ in these fields."""
    [(name, values)] = fields.items()
    devices = (
        Subject(id=f"cam-{number}", kind=SubjectKind.FIXED, name="", **{name: value})  # type: ignore[arg-type]
        for number, value in enumerate(values)
    )
    return Plan(subjects=tuple(devices))


@pytest.mark.parametrize(
    "addresses",
    [
        ("rtsp://10.0.0.1/cam@main", "rtsp://10.0.0.2/cam@main"),
        ("2001:db8::80", "2001:db8::443"),
        ("fe80::1:80", "fe80::1"),
        ("10.0.0.1/1", "10.0.0.1/2"),
        ("12", "0.0.0.12"),
        ("20230001", "1.52.175.1"),
        ("10.0.0.1:8080", "10.0.0.1:8081"),
        ("10.0.0.1:0808", "10.0.0.1:8080"),
        ("00:1a:2b:3c:4d:5e", "00:1a:2b:3c:4d:5f"),
    ],
)
def test_addresses_that_differ_are_not_taken_for_one(addresses: tuple[str, str]) -> None:
    assert not [*twins.devices(judged(cameras(address=addresses)))]


@pytest.mark.parametrize(
    "addresses",
    [
        ("http://10.0.0.1:80/", "10.0.0.1"),
        ("[2001:db8::1]:554", "rtsp://lee@[2001:db8::1]/"),
        ("fe80::1", "FE80:0:0::0001"),
        ("::ffff:10.0.0.64", "10.0.0.64"),
        ("cam.local.", "cam.local"),
        ("167772224", "10.0.0.64"),
        ("0x0a000040", "10.0.0.64"),
        ("167772224:8080", "10.0.0.64:8080"),
        ("[fe80::1]:8080", "[FE80:0:0::0001]:8080"),
        ("http://cam:080", "cam"),
        ("[fe80::1]:08080", "[fe80::1]:8080"),
    ],
)
def test_one_address_in_two_writings_is_seen(addresses: tuple[str, str]) -> None:
    assert [*twins.devices(judged(cameras(address=addresses)))]


@pytest.mark.parametrize("serial", ["无", "N/A", "不详", "-", "0000", "待定"])
def test_a_word_for_nothing_is_no_serial_number(serial: str) -> None:
    assert not [*twins.devices(judged(cameras(serial=(serial, serial))))]
    tapes = (replace(METER, serial=serial), replace(METER, serial=serial, id="b", due="2027-01-01"))
    assert not [*doubtful.instruments(judged(Plan(subjects=(SITE,), instruments=tapes)))]


def test_an_instrument_that_was_calibrated_between_two_days_of_work_is_listed_twice() -> None:
    before = replace(METER, calibrated_on="2025-06-10", due="2026-06-09")
    after = replace(METER, id="lux-1b", calibrated_on="2026-06-08", due="2027-06-07")
    plan = Plan(subjects=(SITE,), instruments=(before, after))
    assert not [*doubtful.instruments(judged(plan, ["2026-06-02", "2026-06-20"]))]
    assert [*doubtful.instruments(judged(plan, ["2026-06-20"]))], "the first had expired"


def test_a_retest_wants_no_shots_that_it_does_not_ask_for() -> None:
    fixed = cameras(model=("a", "b"))
    plan = replace(
        fixed,
        matrix=(Matrix(kinds=(SubjectKind.FIXED,), paths=(SignalPath.LIVE,), sampling="p#rule"),),
    )
    first = Sample(
        sampling="p#rule", standard="p", clause="1", seed="7", kind=SubjectKind.FIXED,
        lot=("cam-0", "cam-1"), drawn=("cam-0",),
    )  # fmt: skip
    again = replace(first, drawn=("cam-1",), retest_of="20260601-080000")
    [warning] = doubtful.planned(judged(plan, samples=(first, again)))
    assert (warning.items, warning.parameters["missing"]) == (("cam-0",), 1)


@pytest.mark.parametrize(
    ("name", "other", "alike_to_us"),
    [
        ("王工（检测）", "王工", True),
        ("王明 高级工程师", "王明", True),
        ("Ｌi Wei [QA]", "Li Wei", True),
        ("王教授", "王工", False),
        ("李明", "李明华", False),
        ("（检测）", "检测", True),
        ("乙检测公司（盖章）", "乙检测公司", True),
        ("乙公司（技术部）", "乙公司", True),
        ("王工程师", "王工", True),
        ("王高级工程师", "王教授", False),
        ("刘洋 主任", "刘洋", True),
        ("评委（1）", "评委（2）", False),
        ("Rater (1)", "Rater (2)", False),
        ("[1]", "[2]", False),
        ("观察者<甲>", "观察者<乙>", False),
        ("张三（监理）", "张三（业主）", False),
        ("王伟（男）", "王伟（女）", False),
        ("中国电信（重庆分公司）", "中国电信（南岸分公司）", False),
        ("某检测有限公司（重庆）", "某检测有限公司（四川）", False),
        ("中国电信（重庆）", "中国电信", False),
    ],
)
def test_a_person_is_the_same_with_a_title(
    name: str,
    other: str,
    alike_to_us: bool,  # noqa: FBT001 -- a row of the table
) -> None:
    assert (alike.person(name) == alike.person(other)) is alike_to_us


@pytest.mark.parametrize(
    ("text", "something"),
    [("照明被关闭", True), ("李", True), ("A", True), ("重拍", False), ("1111", False),
     ("7", False), ("。。。", False), ("Test", False), ("aa", False), ("啊啊", False),
     ("照度过低", True), ("镜头差", True), ("曝光过低", True), ("时长不够", True),
     ("整改后复测", True),
     ("light too low", True), ("failure of the lamp", True), ("a bad result", False)],
)  # fmt: skip
def test_a_word_for_nothing_is_no_reason(
    text: str,
    something: bool,  # noqa: FBT001 -- a row of the table
) -> None:
    assert alike.is_reason(text) is something


@pytest.mark.parametrize(
    "name",
    ["丽丽", "莉莉", "娜娜", "娜 娜", "Na", "Nan", "No", "Ok", "李", "A", "Bo", "AA", "JJ", "J.J."],
)
def test_a_short_name_is_somebody(name: str) -> None:
    assert alike.is_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "N/A",
        "NA",
        "n.a.",
        "ok",
        "无",
        "-",
        "",
        "系统",
        "某某",
        "admin",
        "111",
        "xx",
        "7",
        "no",
        "NN",
        "XX",
        "AAA",
    ],
)
def test_a_word_for_nothing_is_nobody(name: str) -> None:
    assert not alike.is_name(name)


@pytest.mark.parametrize(
    ("name", "is_somebody"),
    [("检测员", False), ("评委（3）", False), ("rater-3", False), ("Engineer Li", True),
     ("检测员王五", True), ("张工程师", True), ("Experta", True), ("甲", True), ("丁", True),
     ("李专家", True), ("1号 李四", True), ("评委1 李四", True), ("J. Tester", True),
     ("Judge", True),
     ("Wang (engineer)", True), ("A. Member", True), ("Q. A. Smith", True), ("组长", True)],
)  # fmt: skip
def test_what_somebody_does_is_no_name(name: str, is_somebody: bool) -> None:  # noqa: FBT001 -- a row of the table
    assert alike.is_name(name) is is_somebody


@pytest.mark.parametrize("serial", ["1", "5", "11", "7", "2222", "AA", "X1", "100"])
def test_a_short_serial_number_of_two_devices_is_told(serial: str) -> None:
    assert [*twins.devices(judged(cameras(serial=(serial, serial))))]


@pytest.mark.parametrize(
    "raters",
    [("评委（1）", "评委（2）"), ("Rater (1)", "Rater (2)"), ("张三（监理）", "张三（业主）"),
     ("刘洋 主任", "刘洋 经理"), ("[1]", "[2]")],
)  # fmt: skip
def test_raters_whose_titles_or_numbers_differ_are_two(raters: tuple[str, ...]) -> None:
    assert not [*doubtful.raters(rated(raters))]
    assert [*doubtful.raters(rated((raters[0], f" {raters[0]}")))]


def rated(raters: Sequence[str]) -> Judged:
    """Let raters answer one question."""
    answer = SimpleNamespace(scores=[SimpleNamespace(rater=name) for name in raters])
    seen: Any = SimpleNamespace(session=SimpleNamespace(plan=SimpleNamespace(answers=[answer])))
    return seen


@pytest.mark.parametrize(
    ("value", "weight"),
    [(45.123456789012345, 3), (30000 / 1001, 1), (100 / 3, 1), (0.1, 1), (45.6, 1),
     (1.2345678901234e-7, 3)],
)  # fmt: skip
def test_figures_of_many_digits_tell_films_apart_but_for_ratios(value: float, weight: int) -> None:
    assert twins._weight(value) == weight


# Of two films by one encoder at 30 frame/s in MKV: other pictures, and the same settings and times.
OF_THE_ENCODER = {
    "frame_rate.mean": 30.000694463735108, "frame_rate.jitter": 0.4714045207910317,
    "frame_rate.longest_gap": 34.00000000000091, "stream.key_frame_interval": 1.0006712345678,
    "noise.snr": 48.130803608679074, "geometry.tilt": 0.123456789012345,
}  # fmt: skip


def shared(figures_of: Mapping[str, float], bound: str = "") -> dict[str, set[str]]:
    """Say which of two films share these figures; one of them may be a bound."""
    figures: list[Any] = [
        SimpleNamespace(
            quantity=name, region="", statistic="mean", value=value, shot=shot,
            lower_bound=name == bound, upper_bound=False,
        )
        for name, value in figures_of.items()
        for shot in ("a", "b")
    ]  # fmt: skip
    return twins.alike_films(figures)


def test_two_films_by_one_encoder_are_two() -> None:
    """One figure of the picture may be the same by chance; where nothing varies, S/N is a bound."""
    assert not any(shared(OF_THE_ENCODER, bound="noise.snr").values())


def test_two_films_of_the_same_figures_of_the_picture_are_one() -> None:
    pictures = {"noise.snr": 41.23456789012345, "geometry.tilt": 0.123456789012345}
    assert not any(shared(pictures).values()), "two are too few"
    assert shared({**pictures, "shading.luma": 7.718281828459045})["a"] == {"a", "b"}


BUILDERS = (
    ("甲公司", "甲公司", "甲公司 赵工", "", True),
    ("甲公司", "", "甲公司（赵工）", "", True),
    ("", "丙设计院", "丙 设计院", "", True),
    ("中建三局", "", "王工", "中建三局 质检员", True),
    ("甲公司", "", "王工", "施工 单位代表", True),
    ("甲公司", "", "王工", "总承包单位", True),
    ("甲公司", "", "王工", "分包单位", True),
    ("甲公司", "", "王工", "承包商", True),
    ("甲公司", "", "王工", "集成商", True),
    ("甲公司", "", "王工", "设计单位代表", True),
    ("甲公司", "", "王工", "Sub-contractor", True),
    ("甲公司", "", "王工", "installer's foreman", True),
    ("甲公司", "", "王工", "designer", True),
    ("", "王", "王磊", "", False),
    ("", "李明", "李明华", "", False),
    ("A", "", "Adam Hall", "", False),
    ("", "设计院", "重庆市设计院检测中心 李工", "", False),
    ("重庆", "", "重庆检测院 王工", "", False),
    ("甲", "", "甲", "", False),
    ("", "不适用", "王工", "不适用", False),
    ("", "自行设计", "王工", "自行设计", False),
    ("", "本院", "本院", "", False),
    ("甲公司", "", "王工", "施工方案审核", False),
    ("甲公司", "", "王工", "施工方法检查员", False),
    ("甲公司", "", "王工", "施工验收组", False),
    ("甲公司", "", "王工", "与施工方无关的第三方检测员", False),
    ("甲公司", "", "王工", "独立于施工方", False),
    ("甲公司", "", "王工", "independent of the contractor", False),
    ("甲公司", "", "王工", "contractor's work inspected by this third party", False),
    ("甲公司", "", "王工", "监理（施工单位以外）", False),
    ("甲公司", "", "王工", "施工单位以外的检测员", False),
    ("甲公司", "", "王工", "检测员（见证施工单位整改）", False),
    ("甲公司", "", "王工", "检测员（受甲公司委托）", False),
    ("甲公司", "", "王工", "检测员，施工图审查", False),
    ("甲公司", "", "王工", "建设单位代表", False),
    ("甲公司", "", "王工", "供应商", False),
)


@pytest.mark.parametrize(("builder", "designer", "name", "role", "is_told"), BUILDERS)
def test_who_tests_their_own_work_is_told_by_a_whole_name_or_the_beginning_of_a_role(
    builder: str, designer: str, name: str, role: str, *, is_told: bool
) -> None:
    plan = Plan(
        subjects=(SITE,),
        operator=name,
        people=(Person(name=name, role=role),),
        project=Project(builder=builder, designer=designer),
    )
    case: Any = judged(plan)
    case.session.operator = name
    assert [one.code for one in parties.parties(case)] == ["work_by_party"] * is_told


@pytest.mark.parametrize(
    ("sources", "kind", "is_one"),
    [
        (("rtsp://10.0.0.9/1", "rtsp://10.0.0.9:554/1"), SubjectKind.FIXED, True),
        (("rtsp://u@cam:554/live", "RTSP://CAM/live"), SubjectKind.FIXED, True),
        (("rtsp://10.0.0.9/1", "rtsp://10.0.0.9/1"), SubjectKind.THERMAL, False),
        (("rtsp://10.0.0.9/", "rtsp://10.0.0.9/"), SubjectKind.FIXED, False),
        (("10.0.0.9:80", "10.0.0.9:80"), SubjectKind.FIXED, False),
        (("rtsp://10.0.0.9/live/A", "rtsp://10.0.0.9/live/a"), SubjectKind.FIXED, False),
        (("rtsp://nvr/cam?channel=1", "rtsp://nvr/cam?channel=2"), SubjectKind.FIXED, False),
    ],
)
def test_one_stream_is_of_one_device_of_a_kind(
    sources: tuple[str, str], kind: SubjectKind, *, is_one: bool
) -> None:
    plan = cameras(source=sources)
    first, second = plan.subjects
    plan = replace(plan, subjects=(first, replace(second, kind=kind)))
    assert bool([*twins.devices(judged(plan))]) is is_one
