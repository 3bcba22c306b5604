"""Latency with a driven light: the true delay inside U, through files too.

Reasons where the light is another's.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from marks import slow

from acceptance.charts import drive_sequence
from acceptance.errors import GapError, PlanError
from acceptance.footage import encode
from acceptance.metrics import latency
from acceptance.metrics.latency import delay, driven_light
from acceptance.model import Measurement, Shot, Tap
from acceptance.scene import build, side_tables
from acceptance.uncertainty import combine

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

CHIP = 0.0173
DRIVE = drive_sequence.of_chips(CHIP, rounds=1)
BEGAN = 40.0  # s on the drive's clock at the film's time 0
DELAY = 0.18


def levels(middles: Array, exposure: float) -> Array:
    """Level of the light over exposures, s of the film."""
    return DRIVE.mean(BEGAN + middles - exposure / 2, BEGAN + middles + exposure / 2)


def film(rate: float, exposure: float, seconds: float = 8.0) -> tuple[Array, Array, Array, Array]:
    """Film times, the light and its picture on a monitor of 59.3 Hz, and true latencies in ms.

    Without noise.
    """
    times = np.arange(int(seconds * rate)) / rate
    middles = -1.0 + np.arange(int((seconds + 1.5) * 25)) / 25.003
    lights = np.ceil((middles + DELAY) * 59.3) / 59.3
    ends = np.append(lights[1:], np.inf)
    seen = np.minimum(times[:, None] + exposure / 2, ends) - np.maximum(
        times[:, None] - exposure / 2, lights
    )
    monitor = np.clip(seen, 0, None) / exposure @ levels(middles, 0.012)
    inside = (lights > 0.05) & (lights < times[-1] - 0.05)
    return times, levels(times, exposure), monitor, (lights - middles)[inside] * 1000


@pytest.mark.parametrize(("rate", "exposure", "bar"), [(60.0, 0.014, 2.0), slow(240.0, 0.003, 1.0)])
def test_the_delay_of_a_film_comes_back_inside_its_uncertainty(
    rate: float, exposure: float, bar: float
) -> None:
    """2 % noise, a curve of 0.8 on the monitor.

    Mean and worst inside U, and within what such a film leaves open.
    """
    random = np.random.default_rng(5)
    times, source, monitor, true = film(rate, exposure)
    noisy = [
        one + 0.02 * random.standard_normal(len(times))
        for one in (source, 0.5 * np.maximum(monitor, 0) ** 0.8)
    ]
    found = driven_light.glass_to_glass(times, *noisy, DRIVE)
    for (value, lines), truth in zip(
        [delay.mean(found.draws), delay.worst(found.draws, delay.OwnErrors(single=found.single))],
        [true.mean(), true.max()],
        strict=True,
    ):
        combined = combine(lines)
        assert abs(value - truth) <= combined.k * combined.uncertainty + 0.1
    assert abs(found.each.mean() - true.mean()) < bar
    assert found.holds.mean() == pytest.approx(40, abs=2)


def test_the_delay_of_a_stream_comes_back_at_a_third_of_a_millisecond() -> None:
    """25 frame/s, 1 ms of jitter, exposures of 15 ms, a curve of 0.7.

    Five pictures that are another's are left out.
    """
    random = np.random.default_rng(6)
    taken = np.arange(300) / 25.0
    came = BEGAN + taken + 0.21 + random.normal(0, 0.001, 300)
    light = levels(taken, 0.015) ** 0.7 + 0.02 * random.standard_normal(300)
    light[[50, 99, 120, 200, 250]] = 1 - light[[50, 99, 120, 200, 250]]
    found = driven_light.stream(taken, light, came, DRIVE)
    assert found.each.mean() == pytest.approx(210, abs=0.33)
    assert 290 <= len(found.each) <= 299


def test_a_light_that_does_not_follow_the_drive_is_told() -> None:
    """Noise, or another sequence."""
    random = np.random.default_rng(7)
    times = np.arange(480) / 60
    with pytest.raises(GapError) as caught:
        driven_light.glass_to_glass(
            times, random.standard_normal(480), random.standard_normal(480), DRIVE
        )
    assert caught.value.code == "sequence_not_seen"
    with pytest.raises(GapError) as caught:
        driven_light.stream(times[:60], random.standard_normal(60), times[:60], DRIVE)
    assert caught.value.code == "too_few_frames"


def coded(path: Path, *fields: Array) -> None:
    """Write a film of 96 x 64 in which fields side by side, 24 px wide, show levels 0..1."""
    frames = []
    for row in zip(*fields, strict=True):
        luma = np.full((64, 96), 60, np.uint8)
        for number, level in enumerate(row):
            luma[16:48, 12 + 36 * number : 36 + 36 * number] = round(
                30 + 180 * float(np.clip(level, 0, 1)) ** 0.45
            )
        frames.append((luma, np.full((32, 48), 128, np.uint8), np.full((32, 48), 128, np.uint8)))
    encode.write(
        path, frames, rate=Fraction(60), times=[Fraction(n, 60) for n in range(len(frames))]
    )


REGIONS = {
    "source.sequence": (16.0, 20.0, 16.0, 24.0),
    "monitor.sequence": (52.0, 20.0, 16.0, 24.0),
}


def test_a_coded_film_with_regions_by_hand_gives_every_figure(tmp_path: Path) -> None:
    """From file to measurements: mean inside U, hold time 40 ms.

    Without the monitor's region a reason.
    """
    _, source, monitor, true = film(60.0, 0.014, 6.0)
    coded(tmp_path / "led.mp4", source, monitor)
    shot = Shot(id="led", subject="c", clip="led.mp4", tap=Tap.SCREEN, regions=REGIONS, chip=CHIP)
    looked = build.look(shot, tmp_path)
    assert latency.serves(looked)
    found = {
        (one.quantity, one.statistic): one
        for one in latency.measure(looked)
        if isinstance(one, Measurement)
    }
    mean = found["latency.glass_to_glass", "mean"]
    assert abs(mean.value - true.mean()) <= mean.expanded
    assert mean.details["reading"] == "sequence"
    assert found["latency.hold_time", "mean"].value == pytest.approx(40, abs=2)
    alone = Shot(
        id="led",
        subject="c",
        clip="led.mp4",
        regions={"source.sequence": REGIONS["source.sequence"]},
        chip=CHIP,
    )
    with pytest.raises(GapError) as caught:
        list(latency.measure(build.look(alone, tmp_path)))
    assert caught.value.code == "no_monitor_region"


def test_a_log_drives_as_the_sequence_does(tmp_path: Path) -> None:
    """The changes of the sequence written as time_s,level in any unit: the same means."""
    chips = drive_sequence.level(np.arange(400))
    rows = [f"{n * CHIP:.6f},{7 + 3 * int(chip)}" for n, chip in enumerate(chips)]
    (tmp_path / "led.csv").write_text("time_s,level\n" + "\n".join(rows))
    drive = side_tables.drive(Shot(id="led", subject="c", clip="x", drive="led.csv"), tmp_path)
    assert drive is not None
    begin = np.linspace(0, 6, 50)
    assert drive.mean(begin, begin + 0.03) == pytest.approx(
        DRIVE.mean(begin, begin + 0.03), abs=1e-4
    )
    assert drive.unit == pytest.approx(CHIP, rel=1e-3)


@pytest.mark.parametrize(
    ("text", "chip", "words"),
    [
        ("time_s,level\n0,0\n2,1\n1,0\n", None, r"do not ascend \(line 4\)"),
        ("time_s,level\n0,0\n1,1\n2,0\n", None, "changes 2 times"),
        ("time_s,level\n0,dark\n", None, "cannot be read"),
        ("time_s,level\n0,0\n", 0.0173, "both given"),
        ("", 1.5, "chip is 1.5 s"),
    ],
)
def test_a_bad_drive_is_answered_in_one_sentence(
    text: str, chip: float | None, words: str, tmp_path: Path
) -> None:
    (tmp_path / "led.csv").write_text(text)
    with pytest.raises(PlanError, match=words):
        side_tables.drive(
            Shot(id="led", subject="c", clip="x", drive="led.csv" if text else "", chip=chip),
            tmp_path,
        )
