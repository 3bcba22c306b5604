"""Ways to bend a verdict by what a plan states: dates, names, reasons, shots that it only plans."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from more_ways_to_bend import PANEL, SECOND_PASSES, TWO, two_cameras
from reached_session import CAMERA, SEEN, SHOT, Case, figure, overlay, pack
from ways_to_bend import (
    CAMERAS,
    DEVICE,
    DRAW,
    HONEST,
    MEAN,
    PASSES,
    SECOND,
    Way,
    drawn,
)

from acceptance.model import (
    Answer,
    Concession,
    Condition,
    Instrument,
    Matrix,
    Score,
    Shot,
    SignalPath,
    Subject,
    SubjectKind,
    Tap,
)
from acceptance.session import commitments, store

if TYPE_CHECKING:
    from pathlib import Path

METER = Instrument(
    id="lux-1", name="照度计", model="T-10", serial="A 17", calibrated_on="2026-01-05",
    due="2027-01-04",
)  # fmt: skip
AGAIN = figure(value=46.0, shot="shot-2")
NIGHT = Matrix(kinds=(SubjectKind.FIXED,), light=("day", "night"))
LIT = replace(SHOT, conditions=(Condition(name="illuminance", value=500.0, unit="lx"),))
DAY = replace(SHOT, conditions=(Condition(name="day_night", value="day"),))
CONCESSION = Concession(
    subject="cam-1", requirement="base#noise", decision="接收", by="组长", when="2026-11-21",
    why="影响不大", expires="2027-11-21",
)  # fmt: skip


def taken_again(why: str) -> Case:
    """Film a second time, for a reason."""
    return replace(
        HONEST,
        packs={"base": MEAN},
        shots=(SHOT, replace(SECOND, retaken=why)),
        measurements=(*HONEST.measurements, AGAIN),
    )


def with_instruments(*instruments: Instrument) -> Case:
    """Name instruments, the first of which was used."""
    return replace(
        HONEST,
        plan=replace(DEVICE, instruments=instruments),
        shots=(replace(SHOT, instruments=(instruments[0].id,)),),
        measurements=PASSES,
    )


def conceded(**fields: str) -> Case:
    """Accept what fails in spite of the verdict."""
    return replace(HONEST, plan=replace(DEVICE, concessions=(replace(CONCESSION, **fields),)))


def named(*devices: Subject) -> Case:
    """Film two devices, both of them good."""
    return replace(
        HONEST,
        plan=replace(TWO, subjects=devices),
        shots=(SHOT, replace(SECOND, subject=devices[1].id)),
        measurements=(*PASSES, *(replace(one, subject=devices[1].id) for one in SECOND_PASSES)),
    )


def rated_by(*names: str) -> Case:
    """Let a panel rate a picture; the second half are experts."""
    scores = tuple(
        Score(rater=name, score=4.5, expert=2 * place >= len(names))
        for place, name in enumerate(names)
    )
    answer = Answer(
        subject="cam-1", requirement="base#picture", by="王工", when="2026-11-20", scores=scores,
        conditions=(Condition(name="viewing_distance", value=6, unit="H"),),
    )  # fmt: skip
    return Case(
        packs={"base": pack(PANEL)}, plan=replace(DEVICE, answers=(answer,)),
        shots=(), measurements=(),
    )  # fmt: skip


def confirmed(by: str, copy: str) -> Case:
    """Confirm a limit."""
    text = (
        '[[confirmations]]\nrequirement = "noise"\nlevel = "seen"\n'
        f'by = "{by}"\non = "2026-11-20"\ncopy = "{copy}"\n'
    )
    return Case(
        packs={"base": pack(provenance=SEEN), "own": overlay(text)},
        judge_by=("own",),
        measurements=PASSES,
    )


def witnessed(by: str) -> object:
    """Let somebody give the seed."""

    def bend(case: Case, folder: Path) -> Case:
        file = folder / "commitments.jsonl"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "base.toml").write_text(case.packs["base"], "utf-8")
        asked = replace(case.plan, packs=(str(folder / "base.toml"),))
        made = commitments.commit(asked, store.load_packs(asked), file, "base#cameras")
        commitments.seed(file, made, "7", witness=by, statement="函")
        return replace(case, plan=replace(case.plan, commitments=commitments.read(file)))

    return bend


def twice_filed(**fields: object) -> Case:
    """Give the film of a shot for a second one of which something else is said."""
    second = replace(LIT, id="shot-2", **fields)  # type: ignore[arg-type]
    again = (replace(one, shot="shot-2") for one in PASSES)
    return replace(HONEST, shots=(LIT, second), measurements=(*PASSES, *again))


def stating(name: str, value: float, unit: str) -> Shot:
    """Say of a film what nothing in it shows."""
    return replace(SHOT, conditions=(Condition(name=name, value=value, unit=unit),))


MANY = (
    *PASSES,
    *(replace(figure(value=46.1 + part / 7), region=f"flat.{part}") for part in range(8)),
)
MANY_AGAIN = tuple(replace(one, shot="shot-2") for one in MANY)

WAYS_BY_STATEMENT = (
    Way(
        what="shots at night that the plan wants and nobody took",
        codes=("planned_not_filmed",),
        bent=replace(
            HONEST, plan=replace(DEVICE, matrix=(NIGHT,)), shots=(DAY,), measurements=PASSES
        ),
        words=("wants 2 shots", "1 of them are not in this session: cam-1"),
    ),
    Way(
        what="an instrument that had expired, listed again under another id",
        codes=("instruments_alike",),
        honest=with_instruments(METER),
        bent=with_instruments(
            METER,
            replace(METER, id="lux-9", calibrated_on="2020-01-05", due="2021-01-04", serial="a17"),
        ),
        words=("lux-1 = lux-9",),
    ),
    Way(
        what="a calibration for ever",
        codes=("resources_open",),
        honest=with_instruments(METER),
        bent=with_instruments(replace(METER, due="2099-12-31")),
        words=("more than five years: lux-1",),
    ),
    Way(
        what="a calibration for ever of which nobody knows the beginning",
        codes=("resources_open",),
        honest=with_instruments(METER),
        bent=with_instruments(replace(METER, due="2099-12-31", calibrated_on=None)),
        words=("more than five years: lux-1",),
    ),
    *(
        Way(
            what=f"filmed again until it suits, for the reason {why!r}",
            codes=("retaken",),
            honest=taken_again("照明被关闭"),
            bent=taken_again(why),
            words=("Reason: none is given",),
        )
        for why in ("-", "无。", "N/A", "重拍", "不合格", "效果不好", "见附件", "Too low")
    ),
    Way(
        what="a dash in place of who measured",
        codes=("resources_open",),
        bent=replace(HONEST, plan=replace(DEVICE, operator="—"), measurements=PASSES),
        words=("Who measured is not stated",),
    ),
    Way(
        what="a dash in place of who answered",
        codes=("resources_open",),
        bent=replace(
            drawn(no=""),
            plan=replace(
                drawn(no="").plan,
                answers=tuple(replace(one, by="/") for one in drawn(no="").plan.answers),
            ),
        ),
        words=("Who measured is not stated",),
    ),
    *(
        Way(
            what=f"one camera under an id {how}",
            codes=("devices_alike",),
            honest=two_cameras(CAMERAS[1]),
            bent=named(CAMERA, replace(CAMERAS[1], id=alike)),
            words=(f"cam-1 = {alike}",),
        )
        for how, alike in (("in other letters", "CAM-1"), ("with another dash", "cam_1"))
    ),
    *(
        Way(
            what=f"one camera under two addresses, {address}",
            codes=("devices_alike",),
            honest=two_cameras(CAMERAS[1]),
            bent=named(replace(CAMERA, address="10.0.0.64"), replace(CAMERAS[1], address=address)),
            words=("cam-1 = cam-2",),
        )
        for address in ("http://10.0.0.64/", "10.000.0.064:554", "admin@１０.0.0.64")
    ),
    Way(
        what="one rater under two spellings",
        codes=("raters_alike",),
        honest=rated_by("甲", "乙", "丙", "丁"),
        bent=rated_by("甲", "乙", "丙", "丙 "),
        words=("“丙” ≈ “丙 ”",),
    ),
    Way(
        what="a film of years ago among those of today",
        codes=("days_far_apart",),
        honest=replace(HONEST, packs={"base": MEAN}),
        bent=replace(
            HONEST,
            packs={"base": MEAN},
            shots=(SHOT, replace(SECOND, filmed="2022-05-06", retaken="照明被关闭")),
            measurements=(*HONEST.measurements, AGAIN),
        ),
        words=("2022-05-06 and 2026-11-20: shot-2",),
    ),
    Way(
        what="a concession that had expired",
        codes=("concession_untimely", "concession"),
        honest=conceded(),
        bent=conceded(when="2025-11-21", expires="2025-12-31"),
        words=("expired",),
    ),
    Way(
        what="a concession from before the work",
        codes=("concession_untimely", "concession"),
        honest=conceded(),
        bent=conceded(when="2026-01-02"),
        words=("2026-01-02 &lt; 2026-11-20".replace("&lt;", "<"),),
    ),
    Way(
        what="a concession by who measured",
        codes=("concession_by_operator", "concession"),
        honest=conceded(),
        bent=conceded(by="王 工"),
    ),
    *(
        Way(
            what=f"confirmed by {by!r} in {copy!r}",
            codes=("confirmed_by_nobody",),
            honest=confirmed("李工", "12 号"),
            bent=confirmed(by, copy),
        )
        for by, copy in (("-", "12 号"), ("李工", "无"))
    ),
    *(
        Way(
            what=f"a seed of which {by!r} bears witness",
            codes=("seed_by_operator",),
            honest=drawn(no=""),
            bent=drawn(DRAW, no=""),
            prepare=witnessed(by),  # type: ignore[arg-type]
            words=("with the seed 7",),
        )
        for by in ("王 工", "-")
    ),
    Way(
        what="one film for the light of day and for the dark",
        codes=("conditions_shared",),
        bent=twice_filed(conditions=(Condition(name="illuminance", value=0.1, unit="lx"),)),
        words=("shot-1 = shot-2",),
    ),
    Way(
        what="one film for two taps",
        codes=("conditions_shared",),
        bent=twice_filed(tap=Tap.SCREEN),
    ),
    Way(
        what="one film for live and playback, packed anew",
        codes=("conditions_shared",),
        bent=replace(
            twice_filed(path=SignalPath.PLAYBACK, sha256="bb" * 32),
            measurements=(*MANY, *MANY_AGAIN[1:]),
        ),
    ),
    Way(
        what="the good camera's film given for another one, in a session of its own",
        codes=("footage_shared_before",),
        first=replace(HONEST, measurements=PASSES),
        bent=replace(
            HONEST,
            plan=replace(DEVICE, subjects=(CAMERAS[1],)),
            shots=(replace(SHOT, subject="cam-2"),),
            measurements=tuple(replace(one, subject="cam-2") for one in PASSES),
        ),
        words=("cam-1 = cam-2",),
    ),
    Way(
        what="an old certificate, with a later one of the same meter in the list",
        codes=("instruments_alike",),
        bent=with_instruments(
            METER, replace(METER, id="lux-2", calibrated_on="2026-10-05", due="2027-10-04")
        ),
    ),
    *(
        Way(
            what=f"one camera under {what} with a letter of another script",
            codes=("devices_alike",),
            bent=named(*devices),
        )
        for what, devices in {
            "an id": (CAMERA, replace(CAMERA, id="\u0441am-1")),
            "a serial number": (
                replace(CAMERA, serial="SN 001"),
                replace(CAMERAS[1], serial="\u0405N 001"),
            ),
        }.items()
    ),
    *(
        Way(
            what=f"a figure corrected by a {name} that somebody states",
            codes=("conditions_stated",),
            honest=replace(HONEST, measurements=PASSES),
            bent=replace(HONEST, shots=(stating(name, value, unit),), measurements=PASSES),
            words=(f"{value:g} {unit} (shot-1)".replace("  ", " "),),
        )
        for name, value, unit in (
            ("page_offset", 400.0, "ms"),
            ("microphone_distance", 30.0, "m"),
            ("stream_delay", 5.0, "s"),
            ("reference_time_accuracy", 0.0, "s"),
            ("screen_scan", 16.0, "ms"),
            ("screen_refresh", 50.0, "Hz"),
            ("light_non_uniformity", 0.0, "%"),
            ("focal_length", 50.0, "mm"),
            ("filter", 0.001, "%"),
        )
    ),
)
