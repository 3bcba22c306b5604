"""Devices and instruments that are two, though they look alike, and planned shots that are none."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from acceptance.checks.warned import alike, doubtful, twins
from acceptance.model import Instrument, Matrix, Plan, Sample, SignalPath, Subject, SubjectKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.checks.warned.judged import Judged

METER = Instrument(id="lux-1", name="照度计", model="T-10", serial="A-17")
SITE = Subject(id="site", kind=SubjectKind.SITE, name="site")


def judged(plan: Plan, days: Sequence[str] = (), samples: Sequence[Sample] = ()) -> Judged:
    """Make of a judged session what these warnings look at."""
    session = SimpleNamespace(
        plan=plan, days_of_work=tuple(days), samples=tuple(samples), shots=(), started="2026-06-02"
    )
    seen: Any = SimpleNamespace(session=session, logged=lambda _: ())
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
     ("7", False), ("。。。", False), ("Test", False), ("aa", False)],
)  # fmt: skip
def test_a_word_for_nothing_is_no_reason(
    text: str,
    something: bool,  # noqa: FBT001 -- a row of the table
) -> None:
    assert alike.says_something(text) is something


@pytest.mark.parametrize(
    ("value", "weight"),
    [(45.123456789012345, 3), (30000 / 1001, 1), (100 / 3, 1), (0.1, 1), (45.6, 1),
     (1.2345678901234e-7, 3)],
)  # fmt: skip
def test_figures_of_many_digits_tell_films_apart_but_for_ratios(value: float, weight: int) -> None:
    assert twins._weight(value) == weight
