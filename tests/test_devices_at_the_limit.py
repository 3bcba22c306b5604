"""A simulated device just inside and one just outside each measured limit of the shipped packs, judged right.

*Just*: beyond the uncertainty, and no farther from the limit than a few times that. The whole shot is measured again,
so that a verdict on anything else that moved along would show.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import ndimage

from acceptance import metrics
from acceptance.charts import definition
from acceptance.checks import pack
from acceptance.checks.judge import judge
from acceptance.footage import clip, encode
from acceptance.model import (
    Condition,
    Deviation,
    Finding,
    How,
    Measurement,
    Plan,
    Recordings,
    Requirement,
    Scope,
    Shot,
    SignalPath,
    Subject,
    SubjectKind,
    Tap,
    Verdict,
)
from acceptance.session import intake, measuring
from acceptance.simulate import films as film_maker
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable, Sequence

QUANTITIES = metrics.quantities()
PACKS = pack.load_all(pack.names(), QUANTITIES)
CAMERA = Camera(noise=0.008, crf=12, seed=11)
SECONDS = 6.0
CONDITIONS = (
    Condition(name="illuminance", value=500, unit="lx"),
    Condition(name="agc", value="off"),
)
HD = {"width": 1920, "height": 1080}
UHD = {"width": 3840, "height": 2160, "chart": "acceptance_a0", "seconds": 0.24}
FIELD = """
name = "field"
title = "地面大测试卡"
title_en = "Chart on a field"
based_on = "acceptance"
scale = {scale}
paper = [{width}, {height}]
codes = [0x47F5, 0x071F, 0x28B2, 0x3CEE, 0x1E0C, 0x085E, 0x04BC, 0x3BF1]
"""
LEFT_OUT = {
    "a chart for 80 px/m and below is 7 m wide and more, which the simulator, a sample a mm, does not hold": (
        "geometry.pixels_per_metre",
        {12.5, 20.0, 25.0, 40.0, 62.5, 80.0},
    ),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A limit of a quantity, and how to make a device on either side of it; ``count``.

    Judged as a count.
    """

    quantity: str
    limit: float
    make: Callable[[pathlib.Path, Any], Sequence[Measurement]]
    inside: Any
    outside: Any
    count: bool = False


def shot(clip: str, **fields: Any) -> Shot:
    """Name a clip as the shot of the device."""
    return Shot(
        **{"id": "shot", "subject": "device", "clip": clip, "chart_copy": "as_drawn", **fields}
    )


def of_chart(folder: pathlib.Path, camera: dict[str, Any]) -> Sequence[Measurement]:
    """Film a chart for a second and measure all there is."""
    name = camera.get("chart", "acceptance")
    if "scale" in camera:
        name = str(folder / "field.toml")
        paper = {"width": 400 * camera["scale"] + 20, "height": 300 * camera["scale"] + 20}
        (folder / "field.toml").write_text(FIELD.format(scale=camera["scale"], **paper), "utf-8")
    fields = {
        key: value for key, value in camera.items() if key not in {"chart", "seconds", "scale"}
    }
    seconds = camera.get("seconds", 1.0)
    film_maker.film_chart(
        replace(CAMERA, **fields), definition.load(name), folder / "chart.mp4", seconds
    )
    return measuring.look(
        shot("chart.mp4", chart=name, conditions=CONDITIONS), folder=folder
    ).measurements


def of_clock(folder: pathlib.Path, camera: dict[str, Any]) -> Sequence[Measurement]:
    """Film the clock and measure all there is."""
    film_maker.film_clock(
        replace(CAMERA, **camera), definition.load("clock"), folder / "clock.mp4", SECONDS
    )
    return measuring.look(shot("clock.mp4", chart="clock"), folder=folder).measurements


def of_stream(folder: pathlib.Path, delay: float) -> Sequence[Measurement]:
    """Film the clock, with the times at which its pictures arrive, and measure how late they are."""
    logs = {"arrivals": "arrivals.csv", "screen_log": "screen.csv"}
    film_maker.film_clock(
        CAMERA, definition.load("clock"), folder / "clock.mp4", SECONDS, stream_delay=delay,
        arrivals_path=folder / "arrivals.csv", log_path=folder / "screen.csv",
    )  # fmt: skip
    return measuring.look(shot("clock.mp4", chart="clock", **logs), folder=folder).measurements


def of_soft_corners(folder: pathlib.Path, blur: float) -> Sequence[Measurement]:
    """Film a chart that fills the picture through a lens that blurs its corners by ``blur`` px (0.6 elsewhere)."""
    films = [replace(CAMERA, blur=one, crf=0, share=1.0) for one in (0.6, blur)]
    for camera, name in zip(films, ("sharp.mp4", "soft.mp4"), strict=True):
        film_maker.film_chart(camera, definition.load("acceptance"), folder / name, 1.0)
    sharp, soft = (clip.open_clip(folder / name).frames() for name in ("sharp.mp4", "soft.mp4"))
    rows, columns = np.ogrid[-1 : 1 : CAMERA.height * 1j, -1 : 1 : CAMERA.width * 1j]
    middle = np.hypot(rows, columns) < 0.75  # of half the height and half the width
    lumas = (np.where(middle, one.luma, other.luma) for one, other in zip(sharp, soft, strict=True))
    encode.write(folder / "chart.mp4", lumas, options={"crf": "12"})
    return measuring.look(
        shot("chart.mp4", chart="acceptance", conditions=CONDITIONS), folder=folder
    ).measurements


def of_screens(folder: pathlib.Path, delay: float) -> Sequence[Measurement]:
    """Film clock and monitor side by side and measure the delay between them."""
    phone = Camera(rate=Fraction(60), exposure=0.004, noise=0.006, seed=7)
    film_maker.film_screens(
        phone,
        CAMERA,
        definition.load("clock"),
        folder / "screens.mp4",
        delay=delay,
        seconds=SECONDS,
    )
    return measuring.look(
        shot("screens.mp4", chart="clock", tap=Tap.SCREEN), folder=folder
    ).measurements


def of_list(folder: pathlib.Path, days: float) -> Sequence[Measurement]:
    """List an hour's recording after the other for so many days, and measure what was kept."""
    china = timezone(timedelta(hours=8))
    end = datetime(2026, 11, 20, tzinfo=china)
    hours = [end - timedelta(hours=n) for n in range(int(days * 24), 0, -1)]
    with (folder / "list.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["channel", "start", "end"])
        rows.writerows(
            ["1", f"{at:%Y-%m-%d %H:%M:%S}", f"{at + timedelta(hours=1):%Y-%m-%d %H:%M:%S}"]
            for at in hours
        )
    asked = Recordings(
        id="shot",
        subject="device",
        source="list.csv",
        until=f"{end:%Y-%m-%d %H:%M:%S}",
        in_service="2026-01-01",
    )
    (folder / "bag" / "data").mkdir(parents=True)
    kept, found = intake.take_recordings(asked, folder, folder / "bag", tell=lambda *_: None)
    return [one for one in measuring.recorded(kept, found) if isinstance(one, Measurement)]


def of_coder(folder: pathlib.Path, crf: int) -> Sequence[Measurement]:
    """Record a sequence of a textured scene through x264 at ``crf``, and hold the recording against the sequence."""
    texture = ndimage.gaussian_filter(np.random.default_rng(3).normal(0, 1, (192, 400)), 1.2)
    ground = 125 + 30 * texture / texture.std()
    colour = np.full((96, 160), 128, np.uint8)
    for name, options in (("sequence.mkv", {"qp": "0"}), ("recorded.mkv", {"crf": f"{crf}"})):
        lumas = (
            np.clip(np.rint(ground[:, 2 * n : 2 * n + 320]), 0, 255).astype(np.uint8)
            for n in range(24)
        )
        encode.write(folder / name, ((luma, colour, colour) for luma in lumas), options=options)
    return measuring.look(
        shot("recorded.mkv", reference="sequence.mkv"), folder=folder
    ).measurements


LINES = [
    Line(
        quantity="resolution.wedge_horizontal", limit=220, make=of_chart, inside={"blur": 2.12}, outside={"blur": 2.26},
    ),
    Line(
        quantity="resolution.wedge_horizontal", limit=270, make=of_chart, inside={"blur": 1.71}, outside={"blur": 1.82},
    ),
    Line(
        quantity="resolution.wedge_horizontal", limit=400, make=of_chart, inside={"blur": 1.14}, outside={"blur": 1.23},
    ),
    Line(
        quantity="resolution.wedge_horizontal", limit=450, make=of_chart,
        inside={"blur": 1.005}, outside={"blur": 1.07},
    ),
    Line(
        quantity="resolution.wedge_horizontal", limit=650, make=of_chart,
        inside={"blur": 0.655}, outside={"blur": 0.705},
    ),
    Line(
        quantity="resolution.wedge_horizontal", limit=900, make=of_chart,
        inside=HD | {"blur": 0.73}, outside=HD | {"blur": 0.775},
    ),
    Line(
        quantity="resolution.wedge_horizontal", limit=1700, make=of_chart,
        inside=UHD | {"blur": 0.78}, outside=UHD | {"blur": 0.822},
    ),
    Line(quantity="resolution.corner_ratio", limit=0.7, make=of_soft_corners, inside=0.88, outside=0.96),
    Line(quantity="latency.stream", limit=200, make=of_stream, inside=0.170, outside=0.227),
    Line(
        quantity="grey_scale.steps", limit=8, make=of_chart, inside={"white": 3.6}, outside={"white": 4.2}, count=True,
    ),
    Line(
        quantity="noise.snr", limit=36, make=of_chart,
        inside={"noise": 0.0155, "crf": 0}, outside={"noise": 0.0162, "crf": 0},
    ),
    Line(
        quantity="noise.snr", limit=37, make=of_chart,
        inside={"noise": 0.0138, "crf": 0}, outside={"noise": 0.0144, "crf": 0},
    ),
    Line(
        quantity="geometry.pixels_per_metre", limit=125, make=of_chart,
        inside={"scale": 11.52, "share": 0.4545}, outside={"scale": 11.52, "share": 0.4455},
    ),
    Line(
        quantity="geometry.pixels_per_metre", limit=250, make=of_chart,
        inside={"scale": 5.76, "share": 0.4545}, outside={"scale": 5.76, "share": 0.4455},
    ),
    Line(
        quantity="geometry.pixels_per_metre", limit=1500, make=of_chart,
        inside={"share": 0.475}, outside={"share": 0.463},
    ),
    Line(
        quantity="geometry.pixels_per_metre", limit=500, make=of_chart,
        inside={"chart": "acceptance_a0", "share": 0.445}, outside={"chart": "acceptance_a0", "share": 0.43},
    ),
    Line(
        quantity="geometry.pixels_per_metre", limit=1000, make=of_chart,
        inside={"share": 0.316}, outside={"share": 0.309},
    ),
    Line(
        quantity="frame_rate.unique", limit=25, make=of_clock,
        inside={"dropped": frozenset({70})}, outside={"dropped": frozenset({70, 90})}, count=True,
    ),
    Line(
        quantity="frame_rate.unique", limit=15, make=of_clock,
        inside={"rate": Fraction(15), "dropped": frozenset({40})},
        outside={"rate": Fraction(15), "dropped": frozenset({40, 60})}, count=True,
    ),
    Line(quantity="latency.glass_to_glass", limit=2000, make=of_screens, inside=1.955, outside=2.03),
    Line(quantity="recordings.retention", limit=15, make=of_list, inside=15.25, outside=14.75),
    Line(quantity="recordings.retention", limit=30, make=of_list, inside=30.25, outside=29.75),
    Line(quantity="recordings.retention", limit=90, make=of_list, inside=90.25, outside=89.75),
    Line(quantity="compression.psnr", limit=32, make=of_coder, inside=32, outside=34),
]  # fmt: skip


def bound(one: Requirement) -> float | None:
    """Return the limit's number; those of the shipped packs have one each."""
    return (
        None
        if one.limit is None
        else one.limit.at_most
        if one.limit.at_least is None
        else one.limit.at_least
    )


def concerned(quantity: str, limit: float) -> list[tuple[pack.Pack, Requirement]]:
    """Find the measured requirements that hold this limit against this quantity."""
    return [
        (standard, one)
        for standard in PACKS
        for one in standard.requirements
        if one.how is How.MEASURED and one.quantity == quantity and bound(one) == limit
    ]


def judged(
    standard: pack.Pack, one: Requirement, found: Sequence[Measurement]
) -> dict[str, Finding]:
    """Judge the device as one that the requirement concerns, filmed at a tap and path that it accepts."""
    kind = one.subjects[0] if one.subjects else SubjectKind.FIXED
    conditions = (
        *CONDITIONS,
        *(Condition(name=name, value=value) for name, value in one.only_with.items()),
    )
    tap, path = (one.taps or (Tap.CAMERA,))[0], one.path or SignalPath.LIVE
    subject = Subject(id="device", kind=kind, facts=dict(one.when))
    taken = shot("clip.mp4", tap=tap, path=path, conditions=conditions)
    plan = Plan(
        subjects=(subject,), shots=(taken,), packs=(standard.id,), scope=Scope.SITE, minimum_duration=SECONDS,
        deviations=(Deviation(what="minimum_duration", value=SECONDS, why="a short film"),),
    )  # fmt: skip
    findings = judge(
        [standard], plan, found, (), (taken,), today="2026-11-25", quantities=QUANTITIES
    )
    return {finding.requirement: finding for finding in findings if finding.subject == "device"}


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.quantity} {line.limit:g}")
def test_a_device_just_inside_passes_and_one_just_outside_fails_and_nothing_else_changes(
    line: Line, tmp_path: pathlib.Path
) -> None:
    """For every requirement of every pack that holds this limit against this quantity."""
    made = {}
    for side in ("inside", "outside"):
        (tmp_path / side).mkdir()
        made[side] = line.make(tmp_path / side, getattr(line, side))
    demands = concerned(line.quantity, line.limit)
    assert demands
    for standard, one in demands:
        inside, outside = (judged(standard, one, made[side]) for side in ("inside", "outside"))
        name = f"{standard.id}#{one.id}"
        assert (inside[name].verdict, outside[name].verdict) == (Verdict.PASS, Verdict.FAIL), name
        same = {f"{standard.id}#{other.id}" for other in standard.requirements if _same(one, other)}
        changed = {key for key in inside if inside[key].verdict is not outside[key].verdict}
        assert changed <= same
        if not line.count:
            for finding in (inside[name], outside[name]):
                distance = abs((finding.value or 0) - line.limit)
                expanded = (finding.k or 0) * (finding.uncertainty or 0)
                assert expanded < distance < max(8 * expanded, 0.02 * line.limit), (
                    name,
                    finding.value,
                    expanded,
                )


def _same(one: Requirement, other: Requirement) -> bool:
    return other.how is How.MEASURED and (other.quantity, bound(other)) == (
        one.quantity,
        bound(one),
    )


def test_every_measured_limit_of_the_shipped_packs_has_its_two_devices_or_a_reason() -> None:
    """The faults have devices of known strength of their own (``benchmarks/faults.py``)."""
    held = {(line.quantity, line.limit) for line in LINES}
    excused = {(quantity, limit) for quantity, limits in LEFT_OUT.values() for limit in limits}
    asked = {
        (one.quantity, bound(one))
        for standard in PACKS
        for one in standard.requirements
        if one.how is How.MEASURED
        and one.quantity in QUANTITIES
        and one.limit
        and standard.id != "picture_faults"
    }
    assert asked - held - excused == set()
