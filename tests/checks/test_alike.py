"""Devices and instruments that are two, though they look alike, and planned shots that are none."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from acceptance.checks.warned import doubtful, twins
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
    ],
)
def test_addresses_that_differ_are_not_taken_for_one(addresses: tuple[str, str]) -> None:
    assert not [*twins.devices(judged(cameras(address=addresses)))]


@pytest.mark.parametrize(
    "addresses",
    [("http://10.0.0.1:80/", "10.0.0.1"), ("[2001:db8::1]:554", "rtsp://lee@[2001:db8::1]/")],
)
def test_one_address_in_two_writings_is_seen(addresses: tuple[str, str]) -> None:
    assert [*twins.devices(judged(cameras(address=addresses)))]


@pytest.mark.parametrize("serial", ["无", "N/A", "不详", "-"])
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
