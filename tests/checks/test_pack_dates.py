"""From when to when standards hold, and what is said beside a verdict that rests on another day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from acceptance import metrics, wording
from acceptance.checks import judging, pack
from acceptance.errors import PackError
from acceptance.model import (
    Answer,
    BudgetLine,
    Finding,
    Instrument,
    Measurement,
    Plan,
    Reason,
    Recordings,
    Scope,
    Subject,
    SubjectKind,
    Verdict,
)

if TYPE_CHECKING:
    from pathlib import Path

QUANTITIES = metrics.quantities()
SHIPPED = {one.id: one for one in pack.load_all(pack.names(), QUANTITIES)}
OWN = "picture_faults"  # this toolkit's own, of no standard

# First day, last day, what replaced it ("-": not known) and how well that is known, typed again.
DATES = """
    chongqing_measures_2016  2016-08-01 -          -               seen
    chongqing_residential_2019 -        -          -               seen-2nd
    counter_terrorism_law    2016-01-01 -          -               recall-high
    db11_t_855_2025          2025-10-01 -          -               seen
    db50_216_2006            -          -          -               unknown
    db50_216_2006_current    -          -          -               unknown
    ga_308_2001              2001-12-01 -          -               seen
    ga_38_2015               -          -          -               unknown
    ga_t_1127_2013           -          2026-01-31 GA/T_1127-2025  seen
    ga_t_1127_2025           2026-02-01 -          -               seen
    ga_t_1128_2013           -          2026-01-31 GA/T_1127-2025  seen
    ga_t_75_1994             -          -          -               unknown
    gb_20815_2006            -          -          -               unknown
    gb_35114_2017            -          -          -               unknown
    gb_37300_2018            2020-01-01 -          -               seen-2nd
    gb_50198_1994            1994-11-01 2012-05-31 GB_50198-2011   seen
    gb_50198_2011            2012-06-01 -          -               seen
    gb_50339_2003            -          2014-01-31 GB_50339-2013   recall-high
    gb_50339_2013            2014-02-01 -          -               recall-high
    gb_50348_2004            2004-12-01 2018-11-30 GB_50348-2018   recall-high
    gb_50348_2018            2018-12-01 -          -               recall-high
    gb_50382_2016            2017-04-01 -          -               seen
    gb_50395_2007            2007-08-01 -          -               seen
    gb_50606_2010            -          -          -               unknown
    gb_51151_2016            -          -          -               unknown
    gb_51348_2019            2020-08-01 -          -               recall-high
    gb_55029_2022            2022-10-01 -          -               seen-2nd
    gb_t_28181_2016          -          2023-06-30 GB/T_28181-2022 seen-2nd
    gb_t_28181_2022          2023-07-01 -          -               seen-2nd
    gb_t_29315_2012          -          -          -               unknown
    gb_t_44297_2024          -          -          -               unknown
    gb_t_7401_1987           -          -          -               unknown
    iec_62676_4_2014         -          2025-10-08 IEC_62676-4:2025 seen
    iec_62676_4_2025         2025-10-08 -          -               seen
    order_196_2006           2006-09-01 2009-12-10 渝府令第230号    inference
    order_230_2009           2009-12-11 2016-07-31 重庆市公共安全视频图像信息系统管理办法 inference
    order_799_2025           2025-04-01 -          -               seen
    sf_t_0028_2018           -          -          -               unknown
"""

RECORDER = Subject(id="nvr", kind=SubjectKind.RECORDER, facts={"system": "digital"})
KEPT = Recordings(id="kept", subject="nvr", source="list.csv", until="2026-11-24 18:00:00")
RETENTION = "db50_216_2006#5.6.2a/retention"


def kept(days: float) -> Measurement:
    """Measure that a recorder has kept its recordings for ``days``."""
    return Measurement(
        subject="nvr",
        shot="kept",
        quantity="recordings.retention",
        statistic="continuous",
        value=days,
        unit="d",
        region="",
        budget=(BudgetLine(source="x", contribution=0.01),),
        uncertainty=0.01,
        k=2.0,
        degrees_of_freedom=None,
        samples=1,
        method="m",
    )


def judged(found: Measurement, *, pack_id: str = "db50_216_2006", **changes: object) -> Finding:
    """Judge the retention of a recorder by a profile of DB50/216."""
    plan = Plan(
        subjects=(RECORDER,), scope=Scope.SITE, recordings=(replace(KEPT, **changes),),  # type: ignore[arg-type]
        packs=(pack_id,),
    )  # fmt: skip
    findings = judging.judge(
        (SHIPPED[pack_id],), plan, (found,), (), plan.recordings, today="", quantities=QUANTITIES
    )
    wanted = f"{pack_id}#5.6.2a/retention"
    return next(one for one in findings if one.requirement == wanted)


def codes(finding: Finding) -> list[str]:
    """Return the codes of a finding's remarks."""
    return [one.code for one in finding.remarks]


def test_every_pack_says_from_when_to_when_it_holds() -> None:
    """Both ways: none is without, and no date is invented."""
    found = {
        name: (
            one.validity.since or "-",
            one.validity.until or "-",
            one.validity.replaced_by.replace(" ", "_") or "-",
            one.validity.level.value,
        )
        for name, one in SHIPPED.items()
        if one.validity
    }
    lines = (line.split() for line in DATES.strip().splitlines())
    assert found == {name: tuple(rest) for name, *rest in lines}
    assert {name for name in SHIPPED if name not in found} == {OWN}


@pytest.mark.parametrize(
    ("days", "verdict", "advised"),
    [
        (14.9, Verdict.FAIL, False),
        (15, Verdict.PASS, True),
        (20, Verdict.PASS, True),
        (29.9, Verdict.PASS, True),
        (30, Verdict.PASS, False),
        (35, Verdict.PASS, False),
    ],
)
def test_a_retention_that_passes_15_days_and_not_30_passes_with_a_remark(
    days: float, verdict: Verdict, *, advised: bool
) -> None:
    finding = judged(kept(days))
    assert finding.verdict is verdict
    assert ("below_advice" in codes(finding)) is advised
    assert "source_replaced" in codes(finding)  # order 196 itself


def test_the_remark_says_who_asks_what_since_when_in_both_languages() -> None:
    [remark] = [one for one in judged(kept(20)).remarks if one.code == "below_advice"]
    assert dict(remark.parameters) == {
        "source": "渝府令第230号",
        "clause": "第十九条（八）",
        "since": "2009-12-11",
        "limit": 30.0,
        "unit": "d",
    }
    for lang, day in (("zh", "30 d"), ("en", "30 d")):
        assert "2009-12-11" in wording.reason(remark, lang)
        assert "30" in wording.reason(remark, lang), day


def test_a_retention_that_somebody_states_has_the_remark_too() -> None:
    """Answering by hand is no way round it."""
    answer = Answer(
        subject="nvr", requirement=RETENTION, by="Li", when="2026-11-20", value=20, unit="d",
        uncertainty=0.1, evidence=("list.png",),
    )  # fmt: skip
    plan = Plan(subjects=(RECORDER,), scope=Scope.SITE, answers=(answer,))
    findings = judging.judge((SHIPPED["db50_216_2006"],), plan, (), (), (), today="")
    [finding] = [one for one in findings if one.requirement == RETENTION]
    assert finding.verdict is Verdict.PASS
    assert "below_advice" in codes(finding)


def test_by_todays_profile_30_days_decide() -> None:
    assert judged(kept(20), pack_id="db50_216_2006_current").verdict is Verdict.FAIL
    assert codes(judged(kept(30), pack_id="db50_216_2006_current")) == []


@pytest.mark.parametrize(
    ("until", "code"),
    [
        ("2009-12-10 10:00:00", []),  # the last day of order 196
        ("2009-12-11 10:00:00", ["source_replaced"]),
        ("2006-08-31 10:00:00", ["source_not_yet"]),
        ("", ["source_replaced"]),  # no day is stated
    ],
)
def test_a_source_is_marked_by_the_day_of_work(until: str, code: list[str]) -> None:
    assert codes(judged(kept(35), until=until)) == code


def test_what_was_not_judged_has_no_remark() -> None:
    plan = Plan(subjects=(RECORDER,), scope=Scope.SITE)
    findings = judging.judge((SHIPPED["db50_216_2006"],), plan, (), (), (), today="")
    assert {one.remarks for one in findings} == {()}


def test_an_instrument_is_not_held_against_the_day_of_the_run() -> None:
    """Without a day of filming nothing is known of its calibration."""
    lux = Instrument(id="lux", name="Lux meter", calibrated_on="2026-01-01", due="2027-01-01")
    for until, verdict in (("2026-11-24", Verdict.PASS), ("", Verdict.INCONCLUSIVE)):
        asked = replace(KEPT, until=until, instruments=("lux",))
        plan = Plan(subjects=(RECORDER,), scope=Scope.SITE, recordings=(asked,), instruments=(lux,))
        findings = judging.judge(
            (SHIPPED["db50_216_2006"],), plan, (kept(35),), (), (asked,), today=""
        )
        [finding] = [one for one in findings if one.requirement == RETENTION]
        assert finding.verdict is verdict
    assert finding.reason == Reason(code="day_not_stated", parameters={"instrument": "lux"})


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ('level = "seen", since = "2026-13-01"', "validity.since"),
        ('level = "seen", since = "2026-01-02", until = "2026-01-01"', "ends before it begins"),
        ('level = "seen", replaced_by = "X"', "validity.until"),
        ('since = "2026-01-01"', "level"),
    ],
)
def test_dates_that_cannot_be_are_refused(tmp_path: Path, dates: str, said: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'id = "own"\nnumber = "1"\ntitle = "x"\ntitle_en = "x"\nedition = "1"\n'
        f"validity = {{ {dates} }}\nrequirements = []\n"
        '[[clauses]]\nnumber = "1"\ntitle = "x"\n',
        "utf-8",
    )
    with pytest.raises(PackError, match=said):
        pack.load(str(own), QUANTITIES)


@pytest.mark.parametrize("loan", ["nobody#x", "order_230_2009#x", "order_799_2025#access-log"])
def test_advice_that_is_not_there_or_has_no_limit_is_refused(tmp_path: Path, loan: str) -> None:
    text = pack.file_of("order_196_2006").read_text("utf-8")
    own = tmp_path / "own.toml"
    own.write_text(
        text.replace('id = "order_196_2006"', 'id = "own"', 1)
        .replace("order_196_2006#", "own#")
        .replace("order_230_2009#retention", loan),
        "utf-8",
    )
    with pytest.raises(PackError, match="advised_by"):
        pack.load(str(own), QUANTITIES)
