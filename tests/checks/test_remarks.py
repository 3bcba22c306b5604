"""Dates of standards beside a verdict: to the day, and where a day or a source is not known."""

from __future__ import annotations

import pytest

from acceptance.checks import pack_dates, remarks
from acceptance.model import Level, Validity

ENDED = {"until": "2020-12-31"}
BEGINS = {"since": "2020-01-01"}


@pytest.mark.parametrize(
    ("dates", "days", "codes"),
    [
        (ENDED, {"2020-12-31"}, []),
        (ENDED, {"2021-01-01"}, ["source_replaced"]),
        (ENDED, {"2020-06-01", "2021-01-01"}, ["source_replaced"]),
        (ENDED, {"", "2020-06-01"}, ["source_replaced"]),
        (ENDED, {""}, ["source_replaced"]),
        (ENDED, set(), []),
        (BEGINS, {"2020-01-01"}, []),
        (BEGINS, {"2019-12-31"}, ["source_not_yet"]),
        (BEGINS, {"2019-12-31", "2020-06-01"}, ["source_not_yet"]),
        (BEGINS, {""}, []),
    ],
)
def test_a_source_is_in_force_from_its_first_day_to_its_last(
    dates: dict[str, str], days: set[str], codes: list[str]
) -> None:
    """The latest day decides on its end, the earliest on its beginning."""
    validity = Validity(level=Level.SEEN, **dates)
    assert [one.code for one in remarks._dated(validity, "X", days)] == codes


@pytest.mark.parametrize(("replaced_by", "said"), [("", "?"), ("X-2020", "X-2020")])
def test_what_replaced_a_source_is_named_where_it_is_known(replaced_by: str, said: str) -> None:
    validity = Validity(level=Level.SEEN, until="2020-12-31", replaced_by=replaced_by)
    [remark] = remarks._dated(validity, "X", {"2021-01-01"})
    assert remark.parameters["replaced_by"] == said


HOME = {"number": "X", "validity": {"since": "2020-01-01"}}
LIMITED = {"limit": {"at_least": 1}, "figure": {"source": "X"}}


@pytest.mark.parametrize(
    ("requirement", "home", "dated"),
    [
        (LIMITED, HOME, True),
        ({**LIMITED, "figure": {"source": "Y"}}, HOME, False),
        ({**LIMITED, "figure": "X"}, HOME, False),
        ({"figure": {"source": "X"}}, HOME, False),
        (LIMITED, {"number": "X"}, False),
    ],
)
def test_a_limit_of_a_packs_own_standard_has_the_dates_of_that_standard(
    requirement: dict[str, object], home: dict[str, object], *, dated: bool
) -> None:
    expected = {"validity": HOME["validity"]} if dated else {}
    assert pack_dates.validity(requirement, home) == expected


@pytest.mark.parametrize(
    ("validity", "since"), [({"since": "2020-01-01"}, "2020-01-01"), ({}, ""), ("x", "")]
)
def test_advice_dates_from_its_packs_own_beginning(validity: object, since: str) -> None:
    asked = pack_dates.advice({"limit": {"at_least": 2}}, {"validity": validity})
    assert asked == {"advice": {"limit": {"at_least": 2}, "figure": None, "since": since}}


@pytest.mark.parametrize(("until", "complained"), [("2020-01-01", False), ("2019-12-31", True)])
def test_a_standard_may_end_on_the_day_on_which_it_begins_and_not_before(
    until: str, *, complained: bool
) -> None:
    dates = Validity(level=Level.SEEN, since="2020-01-01", until=until)
    assert bool(list(pack_dates.complaints(dates))) is complained
