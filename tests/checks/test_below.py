"""What is measured of devices counts for the system above them, where a requirement says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acceptance import metrics
from acceptance.checks import judging, pack
from acceptance.model import (
    Answer,
    Finding,
    Instrument,
    Measurement,
    Note,
    Pack,
    Person,
    Plan,
    Reason,
    Scope,
    Shot,
    Subject,
    SubjectKind,
)

STANDARD = pack.load("gb_t_28181_2016", metrics.quantities())
LOSS = "gb_t_28181_2016#packet-loss"
FACTS = {"system": "digital"}
SITE = Plan(
    scope=Scope.SITE,
    packs=("gb_t_28181_2016",),
    subjects=(
        Subject(id="site", kind=SubjectKind.SITE, facts=FACTS),
        Subject(id="system", kind=SubjectKind.SYSTEM, parent="site"),
        Subject(id="hub", kind=SubjectKind.RECORDER, parent="system"),
        Subject(id="a", kind=SubjectKind.FIXED, parent="hub"),
        Subject(id="b", kind=SubjectKind.FIXED, parent="system"),
        Subject(id="elsewhere", kind=SubjectKind.FIXED, parent="site"),
    ),
    shots=tuple(Shot(id=name, subject=name, clip="c.mp4") for name in ("a", "b", "elsewhere")),
)


def figure(camera: str, value: float, quantity: str = "stream.loss") -> Measurement:
    return Measurement(
        subject=camera, shot=camera, quantity=quantity, value=value,
        unit=metrics.quantities()[quantity], uncertainty=1e-5, k=2.0, degrees_of_freedom=None,
        samples=9, method="m", statistic="worst",
    )  # fmt: skip


def judged(
    *figures: Measurement, notes: tuple[Note, ...] = (), standard: Pack = STANDARD
) -> dict[str, Finding]:
    """Return the findings on the system by requirement."""
    asked = replace(SITE, packs=(standard.id,))
    found = judging.judge(
        (standard,), asked, figures, notes, asked.shots, today="2026-11-28",
        quantities=metrics.quantities(),
    )  # fmt: skip
    return {finding.requirement: finding for finding in found if finding.subject == "system"}


def test_the_worst_of_the_devices_below_decides_at_any_depth() -> None:
    assert judged(figure("b", 2e-4), figure("a", 5e-4))[LOSS].verdict == "pass"
    worst = judged(figure("b", 2e-4), figure("a", 5e-3))[LOSS]
    assert (worst.verdict, worst.value) == ("fail", 5e-3)


def test_what_does_not_lie_below_does_not_count() -> None:
    finding = judged(figure("elsewhere", 5e-3))[LOSS]
    assert (finding.verdict, finding.reason.code) == ("not_tested", "not_measured")


def test_a_note_on_a_device_below_says_why_nothing_was_measured() -> None:
    hidden = Note(
        reason=Reason(code="tcp_hides_loss", parameters={"missing": 0}), shot="a", subject="a",
        metric="stream", quantity="stream.loss",
    )  # fmt: skip
    assert judged(notes=(hidden,))[LOSS].reason.code == "tcp_hides_loss"


@pytest.mark.parametrize("name", ["db50_216_2006", "db50_216_2006_current"])
def test_clause_5_4_2_of_db50_216_is_judged_by_the_streams_of_a_site(name: str) -> None:
    """It borrows the figures of GB/T 28181-2016: measured now, and no longer read."""
    found = judged(
        figure("b", 5e-3),
        figure("b", 12.0, "stream.jitter"),
        standard=pack.load(name, metrics.quantities()),
    )
    assert found[f"{name}#5.4.2/packet-loss"].verdict == "fail"
    assert found[f"{name}#5.4.2/network-jitter"].verdict == "pass"


def test_a_reading_with_an_instrument_serves_where_nothing_was_captured() -> None:
    """As a reading: by somebody who is authorised to read, with an instrument in its range."""
    reading = Answer(
        subject="system", requirement=LOSS, value=2e-4, unit="1", uncertainty=5e-5, by="Li",
        when="2026-11-28", instrument="net-1",
    )  # fmt: skip
    tester = Instrument(id="net-1", name="network tester", due="2027-01-01")
    asked = replace(SITE, answers=(reading,), instruments=(tester,))
    for methods, verdict in ((("read",), "pass"), (("rated",), "inconclusive")):
        people = (Person(name="Li", role="tester", methods=methods),)
        found = judging.judge(
            (STANDARD,), replace(asked, people=people), (), (), asked.shots, today="2026-11-28",
            quantities=metrics.quantities(),
        )  # fmt: skip
        assert [one.verdict for one in found if one.requirement == LOSS] == [verdict]
