"""Simulated devices just inside and just outside each measured limit of the shipped packs.

*Just*: beyond the uncertainty, but no farther from the limit than a few times that. The whole shot
is measured again, so that a change of any other verdict would show.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import outcomes
import pytest
from marks import slow
from scipy import ndimage

from acceptance import metrics
from acceptance.charts import definition
from acceptance.checks import pack
from acceptance.checks.judging import judge
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
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable, Sequence

QUANTITIES = metrics.quantities()
PACKS = pack.load_all(pack.names(), QUANTITIES)
CAMERA = Camera(noise=0.008, crf=12, seed=11)
# times and counts depend neither on the size of the picture nor on how fast it is coded
SMALL = {"width": 640, "height": 360, "preset": "ultrafast"}
SECONDS = 4.0
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
    "a chart for 80 px/m or less is at least 7 m wide: too large for a simulator of 1 sample/mm": (
        "geometry.pixels_per_metre",
        {12.5, 20.0, 25.0, 40.0, 62.5, 80.0},
    ),
    # no films: streams and devices on a network have tests of their own
    "loss of the streams below a system: tests/checks/test_below.py": ("stream.loss", {0.001}),
    "jitter of the streams below a system: tests/checks/test_below.py": ("stream.jitter", {50.0}),
    **{
        f"{quantity} of a device on a network: tests/session/test_device_records.py": (
            f"device.{quantity}",
            {0.0},
        )
        for quantity in ("anonymous_calls", "anonymous_streams", "wrong_passwords", "still_axes")
    },
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A limit of a quantity, and how to make a device on either side of it.

    ``count``: the requirement is judged as a count.
    """

    quantity: str
    limit: float
    make: Callable[[pathlib.Path, Any], Sequence[Measurement]]
    inside: Any
    outside: Any
    count: bool = False


def shot(clip: str, **fields: Any) -> Shot:
    """Name a clip as the shot of the device."""
    given = {"id": "shot", "subject": "device", "clip": clip, "chart_copy": "as_drawn"}
    return Shot(**given, **fields)


def measured(folder: pathlib.Path, clip: str, **fields: Any) -> Sequence[Measurement]:
    """Measure everything in a clip of the device."""
    return measuring.look(shot(clip, **fields), folder=folder).measurements


def of_chart(folder: pathlib.Path, camera: dict[str, Any]) -> Sequence[Measurement]:
    """Film a chart for ten pictures and measure everything."""
    name = camera.get("chart", "acceptance")
    if "scale" in camera:
        name = str(folder / "field.toml")
        paper = {"width": 400 * camera["scale"] + 20, "height": 300 * camera["scale"] + 20}
        (folder / "field.toml").write_text(FIELD.format(scale=camera["scale"], **paper), "utf-8")
    keys = camera.keys() - {"chart", "seconds", "scale"}
    filmed_by = replace(CAMERA, **{key: camera[key] for key in keys})
    seconds = camera.get("seconds", 0.4)
    films.film_chart(filmed_by, definition.load(name), folder / "chart.mp4", seconds)
    return measured(folder, "chart.mp4", chart=name, conditions=CONDITIONS)


def of_clock(folder: pathlib.Path, camera: dict[str, Any]) -> Sequence[Measurement]:
    """Film the clock and measure everything."""
    path = folder / "clock.mp4"
    films.film_clock(replace(CAMERA, **SMALL, **camera), definition.load("clock"), path, SECONDS)
    return measured(folder, "clock.mp4", chart="clock")


def of_stream(folder: pathlib.Path, delay: float) -> Sequence[Measurement]:
    """Film the clock, with the times at which its pictures arrive, and measure their delay."""
    films.film_clock(
        replace(CAMERA, **SMALL), definition.load("clock"), folder / "clock.mp4", SECONDS,
        stream_delay=delay, arrivals_path=folder / "arrivals.csv", log_path=folder / "screen.csv",
    )  # fmt: skip
    logs = {"arrivals": "arrivals.csv", "screen_log": "screen.csv"}
    return measured(folder, "clock.mp4", chart="clock", **logs)


def of_soft_corners(folder: pathlib.Path, blur: float) -> Sequence[Measurement]:
    """Film a chart that fills the picture; the lens blurs its corners by ``blur`` px.

    The blur is 0.6 px elsewhere.
    """
    for name, sigma in (("sharp.mp4", 0.6), ("soft.mp4", blur)):
        camera = replace(CAMERA, blur=sigma, crf=0, share=1.0)
        films.film_chart(camera, definition.load("acceptance"), folder / name, 0.4)
    sharp, soft = (clip.open_clip(folder / name).frames() for name in ("sharp.mp4", "soft.mp4"))
    rows, columns = np.ogrid[-1 : 1 : CAMERA.height * 1j, -1 : 1 : CAMERA.width * 1j]
    middle = np.hypot(rows, columns) < 0.75  # of half the height and half the width
    lumas = (np.where(middle, a.luma, b.luma) for a, b in zip(sharp, soft, strict=True))
    encode.write(folder / "chart.mp4", lumas, options={"crf": "12"})
    return measured(folder, "chart.mp4", chart="acceptance", conditions=CONDITIONS)


def of_screens(folder: pathlib.Path, delay: float) -> Sequence[Measurement]:
    """Film clock and monitor side by side and measure the delay between them."""
    phone = Camera(rate=Fraction(60), exposure=0.004, noise=0.006, seed=7, **SMALL)
    path, clock = folder / "screens.mp4", definition.load("clock")
    films.film_screens(phone, replace(CAMERA, **SMALL), clock, path, delay=delay, seconds=SECONDS)
    return measured(folder, "screens.mp4", chart="clock", tap=Tap.SCREEN)


def of_list(folder: pathlib.Path, days: float) -> Sequence[Measurement]:
    """List one recording an hour for so many days, and measure the retention."""
    end, hour = datetime(2026, 11, 20, tzinfo=timezone(timedelta(hours=8))), timedelta(hours=1)
    starts = [end - n * hour for n in range(int(days * 24), 0, -1)]
    with (folder / "list.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["channel", "start", "end"])
        rows.writerows(["1", f"{at:{STAMP}}", f"{at + hour:{STAMP}}"] for at in starts)
    asked = Recordings(
        id="shot",
        subject="device",
        source="list.csv",
        until=f"{end:{STAMP}}",
        in_service="2026-01-01",
    )
    (folder / "bag" / "data").mkdir(parents=True)
    kept, found = intake.take_recordings(asked, folder, folder / "bag", tell=lambda *_: None)
    return outcomes.measurements(measuring.recorded(kept, found))


STAMP = "%Y-%m-%d %H:%M:%S"


def of_coder(folder: pathlib.Path, crf: int) -> Sequence[Measurement]:
    """Record a sequence of a textured scene through x264 at ``crf``, and compare the two."""
    texture = ndimage.gaussian_filter(np.random.default_rng(3).normal(0, 1, (192, 400)), 1.2)
    ground = 125 + 30 * texture / texture.std()
    colour = np.full((96, 160), 128, np.uint8)
    for name, options in (("sequence.mkv", {"qp": "0"}), ("recorded.mkv", {"crf": f"{crf}"})):
        panned = (np.rint(ground[:, 2 * n : 2 * n + 320]) for n in range(24))
        lumas = (np.clip(codes, 0, 255).astype(np.uint8) for codes in panned)
        encode.write(folder / name, ((luma, colour, colour) for luma in lumas), options=options)
    return measured(folder, "recorded.mkv", reference="sequence.mkv")


LINES = [
    Line(
        quantity="resolution.wedge_horizontal", limit=220, make=of_chart,
        inside={"blur": 2.07}, outside={"blur": 2.31},
    ),
    Line(
        quantity="resolution.wedge_horizontal", limit=270, make=of_chart,
        inside={"blur": 1.67}, outside={"blur": 1.86},
    ),
    Line(
        quantity="resolution.wedge_horizontal", limit=400, make=of_chart,
        inside={"blur": 1.11}, outside={"blur": 1.26},
    ),
    Line(
        quantity="resolution.wedge_horizontal", limit=450, make=of_chart,
        inside={"blur": 0.98}, outside={"blur": 1.1},
    ),
    Line(
        quantity="resolution.wedge_horizontal", limit=650, make=of_chart,
        inside={"blur": 0.635}, outside={"blur": 0.725},
    ),
    Line(
        quantity="resolution.wedge_horizontal", limit=900, make=of_chart,
        inside=HD | {"blur": 0.712}, outside=HD | {"blur": 0.793},
    ),
    Line(
        quantity="resolution.wedge_horizontal", limit=1700, make=of_chart,
        inside=UHD | {"blur": 0.752}, outside=UHD | {"blur": 0.84},
    ),
    Line(
        quantity="resolution.corner_ratio", limit=0.7, make=of_soft_corners,
        inside=0.86, outside=0.97,
    ),
    Line(quantity="latency.stream", limit=200, make=of_stream, inside=0.170, outside=0.227),
    Line(
        quantity="grey_scale.steps", limit=8, make=of_chart,
        inside={"white": 3.6}, outside={"white": 4.2}, count=True,
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
        inside={"chart": "acceptance_a0", "share": 0.445},
        outside={"chart": "acceptance_a0", "share": 0.43},
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
        outside={"rate": Fraction(15), "dropped": frozenset({40, 50})}, count=True,
    ),
    Line(
        quantity="latency.glass_to_glass", limit=2000, make=of_screens, inside=1.955, outside=2.03,
    ),
    Line(quantity="recordings.retention", limit=15, make=of_list, inside=15.25, outside=14.75),
    Line(quantity="recordings.retention", limit=30, make=of_list, inside=30.25, outside=29.75),
    Line(quantity="recordings.retention", limit=90, make=of_list, inside=90.25, outside=89.75),
    Line(quantity="compression.psnr", limit=32, make=of_coder, inside=32, outside=34),
]  # fmt: skip

# For make test-slow: six of seven resolutions (of 720, 1080 and 2160 rows) and the corners', all
# densities, and the second of two limits a decibel apart, of two rates and of two delays.
REPEATED = {
    ("resolution.corner_ratio", 0.7),
    ("latency.stream", 200),
    *(("resolution.wedge_horizontal", limit) for limit in (220, 270, 400, 450, 900, 1700)),
    ("frame_rate.unique", 15),
    *(("geometry.pixels_per_metre", limit) for limit in (125, 250, 500, 1000, 1500)),
    ("noise.snr", 37),
}


def bound(requirement: Requirement) -> float | None:
    """Return the limit's number; those of the shipped packs have one each."""
    limit = requirement.limit
    if limit is None:
        return None
    return limit.at_most if limit.at_least is None else limit.at_least


def concerned(quantity: str, limit: float) -> list[tuple[pack.Pack, Requirement]]:
    """Find the measured requirements that set this limit to this quantity."""
    return [
        (standard, demand)
        for standard in PACKS
        for demand in standard.requirements
        if demand.how is How.MEASURED and (demand.quantity, bound(demand)) == (quantity, limit)
    ]


def judged(
    standard: pack.Pack, demand: Requirement, found: Sequence[Measurement]
) -> dict[str, Finding]:
    """Judge a device to which the requirement applies, filmed at a tap and path that it accepts."""
    kind = demand.subjects[0] if demand.subjects else SubjectKind.FIXED
    needed = (Condition(name=name, value=value) for name, value in demand.only_with.items())
    tap, path = (demand.taps or (Tap.CAMERA,))[0], demand.path or SignalPath.LIVE
    subject = Subject(id="device", kind=kind, facts=dict(demand.when))
    taken = shot("clip.mp4", tap=tap, path=path, conditions=(*CONDITIONS, *needed))
    plan = Plan(
        subjects=(subject,), shots=(taken,), packs=(standard.id,), scope=Scope.SITE,
        minimum_duration=SECONDS,
        deviations=(Deviation(what="minimum_duration", value=SECONDS, why="a short film"),),
    )  # fmt: skip
    findings = judge(
        [standard], plan, found, (), (taken,), today="2026-11-25", quantities=QUANTITIES
    )
    return {finding.requirement: finding for finding in findings if finding.subject == "device"}


@pytest.mark.film
@pytest.mark.parametrize(
    "line",
    [slow(line) if (line.quantity, line.limit) in REPEATED else line for line in LINES],
    ids=lambda line: f"{line.quantity} {line.limit:g}",
)
def test_a_device_just_inside_passes_and_one_just_outside_fails_and_nothing_else_changes(
    line: Line, tmp_path: pathlib.Path
) -> None:
    """For every requirement of every pack that sets this limit to this quantity."""
    sides = []
    for side in ("inside", "outside"):
        (tmp_path / side).mkdir()
        sides.append(line.make(tmp_path / side, getattr(line, side)))
    demands = concerned(line.quantity, line.limit)
    assert demands
    for standard, demand in demands:
        inside, outside = (judged(standard, demand, found) for found in sides)
        name = f"{standard.id}#{demand.id}"
        assert (inside[name].verdict, outside[name].verdict) == (Verdict.PASS, Verdict.FAIL), name
        others = standard.requirements
        same = {f"{standard.id}#{other.id}" for other in others if _same(demand, other)}
        changed = {key for key in inside if inside[key].verdict is not outside[key].verdict}
        assert changed <= same
        if not line.count:
            for finding in (inside[name], outside[name]):
                distance = abs((finding.value or 0) - line.limit)
                expanded = (finding.k or 0) * (finding.uncertainty or 0)
                near = max(8 * expanded, 0.02 * line.limit)
                assert expanded < distance < near, (name, finding.value, expanded)


def _same(demand: Requirement, other: Requirement) -> bool:
    asked = (demand.quantity, bound(demand))
    return other.how is How.MEASURED and (other.quantity, bound(other)) == asked


def test_every_measured_limit_of_the_shipped_packs_has_its_two_devices_or_a_reason() -> None:
    """The faults have their own devices of known strength (``benchmarks/faults.py``)."""
    tried = {(line.quantity, line.limit) for line in LINES}
    excused = {(quantity, limit) for quantity, limits in LEFT_OUT.values() for limit in limits}
    asked = {
        (demand.quantity, bound(demand))
        for standard in PACKS
        for demand in standard.requirements
        if demand.how is How.MEASURED
        and demand.quantity in QUANTITIES
        and demand.limit
        and standard.id != "picture_faults"
    }
    assert asked - tried - excused == set()
