"""More ways to bend a verdict: days, kinds, taps, twins, split sites, rulers in place of meters."""

from __future__ import annotations

from dataclasses import replace

from reached_session import CAMERA, LOOK, NOISE, SHOT, STEPS, Case, figure, pack
from ways_to_bend import (
    CAMERAS,
    DEVICE,
    DRAW,
    HONEST,
    KEPT,
    MEAN,
    PASSES,
    SECOND,
    SITE,
    Way,
    drawn,
    reading,
)

from acceptance.checks import pack as packs
from acceptance.model import (
    Answer,
    Condition,
    Instrument,
    Note,
    Plan,
    Reason,
    Scope,
    Score,
    Subject,
    SubjectKind,
    Tap,
)

RECORDER = Subject(id="nvr", kind=SubjectKind.RECORDER)
LETTER, TODAY = "db50_216_2006", "db50_216_2006_current"
AT_CAMERA = pack(more='taps = ["camera"]\n')
LUX = pack(more='conditions = ["illuminance"]\n')
GUARDED = pack(more='decision_rule = { kind = "guarded" }\n')
PANEL = """
[[requirements]]
id = "picture"
clause = "1"
how = "rated"
text = "主观评价"
text_en = "Picture rating"
limit = { at_least = 4, unit = "1" }
conditions = ["viewing_distance"]
minimum_raters = 4
figure = { PROVENANCE }
"""
BY_MODEL = pack(LOOK).replace("share = 0.2", "share = 0.2\nper_model = true")
CALIBRATED = {"calibrated_on": "2026-01-01", "due": "2027-01-01"}
METER = Instrument(id="meter", name="信噪比仪", unit="dB", largest_error=9.0, **CALIBRATED)  # type: ignore[arg-type]
RULER = Instrument(id="ruler", name="卷尺", unit="m", **CALIBRATED)  # type: ignore[arg-type]
LUX_METER = replace(RULER, id="lux", unit="lx", range_from=10.0, range_to=1000.0)
NIGHT = Condition(name="day_night", value="night")
BAD = figure(value=40.0, subject="cam-2", shot="shot-2")
GOOD = figure(value=46.0, shot="shot-2")
SECOND_PASSES = (
    figure("grey_scale.steps", 11.0, "shot-2", unit="1", subject="cam-2"),
    figure(value=46.0, subject="cam-2", shot="shot-2"),
)
OF_SECOND_CAMERA = replace(SHOT, id="shot-2", subject="cam-2", sha256="bb" * 32)
SUB_STREAM = Note(
    reason=Reason(
        code="size_contradicted",
        parameters={"source": "ONVIF", "stated": "1920 × 1080", "received": "704 × 576"},
    ),
    shot="shot-1",
    metric="stream",
)
TWO = replace(DEVICE, subjects=(CAMERA, CAMERAS[1]))
LOOSE = pack(LOOK.replace('subjects = ["fixed"]', ""))


def kept_for(days: float, profile: str) -> Case:
    """Judge by a shipped profile how long a recorder keeps what it records."""
    asked = Plan(subjects=(RECORDER,), operator="王工", scope=Scope.SITE)
    found = figure("recordings.retention", days, "kept", unit="d", subject="nvr",
                   statistic="continuous")  # fmt: skip
    return Case(
        packs={profile: packs.file_of(profile).read_text("utf-8")},
        judge_by=(profile,),
        plan=asked,
        shots=(),
        measurements=(replace(found, region=""),),
        recordings=(replace(KEPT, subject="nvr"),),
    )


def two_cameras(second: Subject) -> Case:
    """Film a good camera, and a bad one of some kind."""
    return replace(
        HONEST,
        plan=replace(DEVICE, subjects=(CAMERA, second)),
        shots=(SHOT, OF_SECOND_CAMERA),
        measurements=(*PASSES, BAD),
    )


def lit(value: float, unit: str, instrument: str = "lux") -> Case:
    """Film in a light that was read with an instrument."""
    light = Condition(name="illuminance", value=value, unit=unit, instrument=instrument)
    return replace(
        HONEST,
        packs={"base": LUX},
        plan=replace(DEVICE, instruments=(LUX_METER, RULER)),
        shots=(replace(SHOT, conditions=(light,)),),
        measurements=PASSES,
    )


def rated(*, experts: int, raters: int = 4, distance: float = 60.0, silent: int = 0) -> Case:
    """Let a panel rate a picture from some distance, in heights of the screen."""
    scores = tuple(
        Score(rater=f"评{number}", score=4.5, expert=number < experts) for number in range(raters)
    )
    answer = Answer(
        subject="cam-1", requirement="base#picture", by="王工", when="2026-11-20", scores=scores,
        conditions=(Condition(name="viewing_distance", value=distance, unit="H"),),
        silent=tuple(f"R{number}" for number in range(silent)),
    )  # fmt: skip
    return Case(
        packs={"base": pack(PANEL)}, plan=replace(DEVICE, answers=(answer,)),
        shots=(), measurements=(),
    )  # fmt: skip


def modelled(*models: str) -> Case:
    """Draw by model from cameras of these models."""
    devices = tuple(
        replace(one, manufacturer="甲厂", model=models[number % len(models)])
        for number, one in enumerate(CAMERAS)
    )
    return replace(drawn(DRAW, devices=devices, no=""), packs={"base": BY_MODEL})


def at_site(*devices: Subject, no: str) -> Case:
    """Inspect some cameras of one site."""
    return replace(drawn(devices=(SITE, *devices), no=no), packs={"base": LOOSE})


ASSUMED = replace(
    figure(value=180.0),
    quantity="latency.glass_to_glass",
    unit="ms",
    details={"clock_screen": "assumed"},
)

MORE_WAYS = (
    Way(
        what="a film of two monitors, of which the one ahead may be a fast camera's",
        codes=("clock_assumed",),
        honest=replace(HONEST, measurements=PASSES),
        bent=replace(HONEST, measurements=(*PASSES, ASSUMED)),
        words=("shot-1",),
    ),
    Way(
        what="a profile whose letter asks for 15 days where 30 are generally asked",
        codes=("below_advice", "source_replaced", "other_profile"),
        honest=kept_for(20.0, TODAY),
        bent=kept_for(20.0, LETTER),
        words=("not the 30 d that 渝府令第230号",),
    ),
    Way(
        what="the work said to be older than the source of the limit",
        codes=("source_not_yet",),
        honest=kept_for(31.0, LETTER),
        bent=replace(
            kept_for(31.0, LETTER),
            recordings=(replace(KEPT, subject="nvr", until="2006-08-31"),),
        ),
    ),
    Way(
        what="no day stated of a film that may be years old",
        codes=("day_not_stated",),
        bent=replace(HONEST, shots=(replace(SHOT, filmed="", filmed_by=""),), measurements=PASSES),
        words=("shot-1",),
    ),
    Way(
        what="a day of filming that is still to come",
        codes=("day_ahead",),
        bent=replace(HONEST, shots=(replace(SHOT, filmed="2099-01-01"),), measurements=PASSES),
        words=("shot-1: 2099-01-01",),
    ),
    Way(
        what="answered on a day that is still to come",
        codes=("day_ahead",),
        bent=replace(
            reading(),
            plan=replace(DEVICE, answers=(replace(reading().plan.answers[0], when="2099-01-01"),)),
        ),
        words=("2099-01-01",),
    ),
    Way(
        what="another day of filming than the clip states",
        codes=("filmed_otherwise",),
        bent=replace(HONEST, shots=(replace(SHOT, created="2025-03-01"),), measurements=PASSES),
        words=("shot-1: 2026-11-20 ≠ 2025-03-01",),
    ),
    Way(
        what="the sub-stream captured in place of the stream that was meant",
        codes=("stream_contradicts",),
        bent=replace(HONEST, notes=(SUB_STREAM,), measurements=PASSES),
        words=("shot-1: ONVIF 1920 × 1080 ≠ 704 × 576",),
    ),
    Way(
        what="the bad film said to come from a tap that is not accepted",
        codes=("miss_not_judged",),
        honest=replace(HONEST, packs={"base": AT_CAMERA}),
        bent=replace(
            HONEST,
            packs={"base": AT_CAMERA},
            shots=(replace(SHOT, tap=Tap.SCREEN), SECOND),
            measurements=(*HONEST.measurements, GOOD),
        ),
        words=("“1 Signal-to-noise ratio”", "cam-1: 44.9 dB (shot-1)"),
    ),
    Way(
        what="the bad one of two cameras said to be thermal",
        codes=("miss_not_judged", "nothing_judged"),
        honest=two_cameras(CAMERAS[1]),
        bent=two_cameras(replace(CAMERAS[1], kind=SubjectKind.THERMAL)),
        words=("cam-2 (thermal camera)", "cam-2: 40 dB"),
    ),
    Way(
        what="a bad film averaged away",
        codes=("miss_averaged", "retaken"),
        honest=replace(HONEST, packs={"base": MEAN}),
        bent=replace(
            HONEST,
            packs={"base": MEAN},
            shots=(SHOT, SECOND),
            measurements=(*HONEST.measurements, GOOD),
        ),
        words=("cam-1: 44.9 dB (shot-1)",),
    ),
    Way(
        what="the good camera's film given for the bad one",
        codes=("footage_shared",),
        honest=two_cameras(CAMERAS[1]),
        bent=replace(
            HONEST,
            plan=TWO,
            shots=(SHOT, replace(OF_SECOND_CAMERA, sha256=SHOT.sha256)),
            measurements=(*PASSES, *SECOND_PASSES),
        ),
        words=("cam-1 = cam-2",),
    ),
    Way(
        what="one camera filmed under two names",
        codes=("devices_alike",),
        honest=two_cameras(CAMERAS[1]),
        bent=replace(
            HONEST,
            plan=replace(
                TWO,
                subjects=(replace(CAMERA, serial="SN 001"), replace(CAMERAS[1], serial="sn-001")),
            ),
            shots=(SHOT, OF_SECOND_CAMERA),
            measurements=(*PASSES, *SECOND_PASSES),
        ),
    ),
    Way(
        what="a lot split by a blank in the model's name",
        codes=("models_alike",),
        honest=modelled("A"),
        bent=modelled("A", "A "),
    ),
    Way(
        what="a lot split by the width of a letter",
        codes=("models_alike",),
        honest=modelled("A"),
        bent=modelled("A", "Ａ"),
    ),
    Way(
        what="the film at night left out",
        codes=("filmed_less",),
        first=replace(HONEST, shots=(SHOT, replace(SECOND, conditions=(NIGHT,)))),
        bent=replace(HONEST, measurements=PASSES),
        words=("(fail)",),
    ),
    Way(
        what="a site in two sessions, so that the bad camera is alone",
        codes=("site_split",),
        honest=at_site(*CAMERAS[:4], no="cam-3"),
        first=at_site(CAMERAS[2], no="cam-3"),
        bent=at_site(*CAMERAS[:2], CAMERAS[3], no=""),
        words=("(fail)", "cam-3"),
    ),
    Way(
        what="an instrument of no accuracy under a guard band",
        codes=("uncertainty_averts",),
        bent=replace(
            reading(44.0, instrument="meter"),
            packs={"base": GUARDED},
            plan=replace(reading(44.0, instrument="meter").plan, instruments=(METER,)),
        ),
    ),
    Way(
        what="a light read with a tape measure",
        codes=("conditions_stated",),
        honest=lit(500.0, "lx"),
        bent=lit(500.0, "lx", "ruler"),
        words=("illuminance: 500",),
    ),
    Way(
        what="a light beyond the meter's range",
        codes=("conditions_stated",),
        honest=lit(500.0, "lx"),
        bent=lit(0.5, "lx"),
    ),
    Way(
        what="a panel that sat far away",
        codes=("conditions_stated",),
        bent=rated(experts=2),
        words=("viewing distance: 60",),
    ),
    Way(
        what="the scores of one rater left out",
        codes=("raters_silent",),
        honest=rated(experts=2),
        bent=rated(experts=2, silent=1),
        words=("R0",),
    ),
)

# What gives no pass in the first place, and says why.
HELD = {
    "a light in klx": (lit(0.5, "klx"), "condition_unusable"),
    "no light at all": (lit(0.0, "lx"), "condition_unusable"),
    "lay persons only": (rated(experts=0), "raters_of_one_sort"),
    "experts only": (rated(experts=4), "raters_of_one_sort"),
    "too few raters": (rated(experts=1, raters=3), "too_few_raters"),
    "a huge U under a guard band": (
        replace(
            HONEST,
            packs={"base": GUARDED},
            measurements=(PASSES[0], figure(value=46.0, uncertainty=50.0)),
        ),
        "inside_guard_band",
    ),
    "no film of the bad device": (
        replace(HONEST, packs={"base": pack(STEPS, NOISE)}, measurements=PASSES[:1]),
        "not_measured",
    ),
}
