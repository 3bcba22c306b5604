"""The figures of a stream against simulated packets of known loss, delay and clocks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import outcomes
import pytest

from acceptance import wording
from acceptance.footage import encode
from acceptance.live import stream_tables
from acceptance.live.onvif.facts import EncoderSetting
from acceptance.metrics import stream as metric
from acceptance.metrics.stream import blocks, delay_figures
from acceptance.model import Measurement, Note, Shot
from acceptance.scene import build
from acceptance.session import measuring
from acceptance.simulate import packets
from acceptance.simulate.packets import Stream

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.scene.build import Scene

FRAMES = 60


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Look at a clip of a few frames: all else is made of the packets."""
    folder = tmp_path_factory.mktemp("stream")
    luma = [np.full((48, 64), 90, np.uint8)] * FRAMES
    encode.write(folder / "clip.mp4", luma, options={"g": "20", "sc_threshold": "0"})
    return build.look(Shot(id="s", subject="c", clip="clip.mp4"), folder)


def captured(
    scene: Scene, stream: Stream, folder: Path, transport: str = "udp", every: float = 5.0
) -> tuple[Scene, packets.Sent]:
    """Return the scene with a stream's packets and record."""
    sent = packets.write(folder / "clip.mp4", stream, transport=transport, every=every)
    record = stream_tables.record(folder / "clip.stream.jsonl")
    return replace(scene, packets=sent.table, stream_record=record), sent


def measured(scene: Scene) -> tuple[dict[str, Measurement], dict[str, str]]:
    """Figures by quantity and statistic, and the codes of the reasons for those missing."""
    figures, reasons = {}, {}
    for item in metric.measure(scene):
        name = item.quantity.removeprefix("stream.")
        if isinstance(item, Note):
            reasons[name] = item.reason.code
        else:
            figures[f"{name} {item.statistic}".strip()] = item
    return figures, reasons


def uniform(random: np.random.Generator, frames: int) -> packets.Floats:
    return random.uniform(0, 0.03, frames)


PLAIN = Stream(seconds=30.0, delays=uniform)


def test_what_was_planted_lies_within_u(scene: Scene, tmp_path: Path) -> None:
    """Loss, jitter, drift and rates at once; the coverage over many runs is a benchmark's."""
    stream = replace(PLAIN, loss=0.01, drift=300.0, duplicated=0.01, overtaken=0.01)
    seen, sent = captured(scene, stream, tmp_path)
    figures, _ = measured(seen)
    truths = {
        "loss": 0.01, "duplicates": 0.01, "jitter mean": 10.0, "clock_drift rtp_time": 300.0,
        "clock_drift sender_reports": 300.0, "frame_rate": 25.0,
        "delay_variation percentile_95": 28.5,
    }  # fmt: skip
    for name, truth in truths.items():
        figure = figures[name]
        assert abs(figure.value - truth) <= figure.expanded, name
        assert 0 < figure.expanded < 0.5 * truth, name
    assert figures["missing"].value == sent.lost
    assert figures["loss"].details["expected"] == sent.sent


@pytest.mark.parametrize("loss", [0.001, 0.05])
def test_the_count_of_missing_packets_is_exact_over_wraps_and_reconnects(
    scene: Scene, tmp_path: Path, loss: float
) -> None:
    """Between the first and the last packet of each connection, as a firewall's counter has it."""
    stream = replace(PLAIN, loss=loss, reconnects={200: 3.0, 500: 1.0}, overtaken=0.02, late=0.02)
    seen, sent = captured(scene, stream, tmp_path)
    figures, _ = measured(seen)
    assert sent.lost
    assert figures["missing"].value == sent.lost
    assert figures["reconnects"].value == 2
    assert figures["reconnect_gap worst"].value == pytest.approx(3.04, abs=0.035)


def test_where_nothing_was_lost_the_share_is_a_bound(scene: Scene, tmp_path: Path) -> None:
    figures, _ = measured(captured(scene, PLAIN, tmp_path)[0])
    loss = figures["loss"]
    assert loss.upper_bound
    assert loss.value == pytest.approx(3 / loss.samples, rel=0.01)  # the rule of three


def test_losses_in_bursts_leave_more_doubt(scene: Scene, tmp_path: Path) -> None:
    alone, _ = measured(captured(scene, replace(PLAIN, loss=0.01), tmp_path)[0])
    again = tmp_path / "again"
    again.mkdir()
    bursts, _ = measured(captured(scene, replace(PLAIN, loss=0.01, burst=8.0), again)[0])
    assert bursts["loss"].expanded > 2 * alone["loss"].expanded


def test_tcp_hides_what_the_network_does(scene: Scene, tmp_path: Path) -> None:
    figures, reasons = measured(captured(scene, PLAIN, tmp_path, "tcp")[0])
    for name in ("loss", "overtaken", "duplicates"):
        assert reasons[name] == "tcp_hides_loss"
    assert "jitter mean" in figures


def test_what_the_testers_own_computer_lost_makes_the_loss_a_bound(
    scene: Scene, tmp_path: Path
) -> None:
    seen, _ = captured(scene, replace(PLAIN, loss=0.01), tmp_path)
    assert seen.stream_record
    dropping = replace(seen, stream_record=replace(seen.stream_record, own_drops=7))
    figures, _ = measured(dropping)
    assert figures["own_drops"].value == 7
    assert figures["loss"].upper_bound
    assert figures["loss"].bound_by
    assert figures["loss"].bound_by.code == "own_drops"


@pytest.mark.parametrize("half", [0.005, 0.02])
def test_jitter_of_5_ms_and_more_is_right_within_a_tenth(
    scene: Scene, tmp_path: Path, half: float
) -> None:
    """E|D| of two independent uniform delays is a third of their width (bar of the issue)."""

    def delays(random: np.random.Generator, frames: int) -> packets.Floats:
        return random.uniform(0, 2 * half, frames)

    seen, _ = captured(scene, replace(PLAIN, seconds=60.0, delays=delays), tmp_path)
    figures, _ = measured(seen)
    assert figures["jitter mean"].value == pytest.approx(2000 * half / 3, rel=0.1)


def test_the_running_jitter_is_that_of_rfc_3550() -> None:
    steps, jitter, expected = np.array([3.0, 0.0, 8.0, 2.5]), 0.0, []
    for step in steps:
        jitter += (step - jitter) / 16
        expected.append(jitter)
    assert delay_figures._running(steps) == pytest.approx(expected)


def test_without_the_kernels_stamps_u_says_so(scene: Scene, tmp_path: Path) -> None:
    kernel, _ = measured(captured(scene, PLAIN, tmp_path)[0])
    again = tmp_path / "again"
    again.mkdir()
    program, _ = measured(captured(scene, replace(PLAIN, kernel=False), again)[0])
    assert program["jitter mean"].details["stamped_by"] == "program"
    assert program["jitter mean"].expanded > 35 > kernel["jitter mean"].expanded


def test_jumps_and_new_beginnings_are_counted_and_harm_no_figure(
    scene: Scene, tmp_path: Path
) -> None:
    stream = replace(
        PLAIN, seconds=60.0, jumps={300: 40.0, 700: -5.0, 900: 0.9}, resets=frozenset({1200}),
        loss=0.002, drift=300.0,
    )  # fmt: skip
    seen, sent = captured(scene, stream, tmp_path)
    figures, _ = measured(seen)
    assert figures["time_jumps"].value == 4
    assert figures["missing"].value <= sent.lost
    for name, truth in (("jitter mean", 10.0), ("clock_drift rtp_time", 300.0)):
        assert abs(figures[name].value - truth) <= figures[name].expanded, name
    assert figures["frame_rate"].value == pytest.approx(25, abs=0.05)


def test_an_outage_or_a_stall_is_no_jump(scene: Scene, tmp_path: Path) -> None:
    """Lost packets explain a gap of both clocks; a queue delays, and all comes at once."""

    def stalled(_: np.random.Generator, frames: int) -> packets.Floats:
        delays = np.zeros(frames)
        delays[200:250] = np.arange(50, 0, -1) / 25
        return delays

    seen, _ = captured(scene, replace(PLAIN, delays=stalled), tmp_path)
    assert seen.packets
    kept = (seen.packets.frame < 400) | (seen.packets.frame >= 500)
    table = {name: column[kept] for name, column in vars(seen.packets).items()}
    figures, _ = measured(replace(seen, packets=stream_tables.PacketTable(**table)))
    assert figures["time_jumps"].value == 0
    assert figures["missing"].value == (~kept).sum()


def test_a_rate_that_the_rtp_times_contradict_is_measured_by_the_arrivals(
    scene: Scene, tmp_path: Path
) -> None:
    """Time stamps 40 ms apart although 20 frames are sent a second: quirk 14."""
    seen, _ = captured(scene, replace(PLAIN, rate=20.0, nominal_rate=25.0), tmp_path)
    figure = measured(seen)[0]["frame_rate"]
    assert abs(figure.value - 20) <= figure.expanded < 0.2
    assert figure.details["rate_rtp_time"] == pytest.approx(25, rel=1e-3)
    assert figure.details["sdp_frame_rate"] == 25


SET = EncoderSetting(
    profile="p", name="main", media=2, codec="H264", width=64, height=48, rate=25.0,
    bit_rate=3000.0, key_interval=20, codec_profile="Main", address="",
)  # fmt: skip
TOLD = {
    "as it is": ({}, {}, []),
    "half of the pictures": ({"rate": 12.5}, {}, ["frame_rate", "frame_rate"]),
    "another size": ({}, {"width": 1920, "height": 1080}, ["size"]),
    "another codec": ({}, {"codec": "H265"}, ["codec"]),
    "a rate that rounds to the true one": ({"rate": 24.975}, {}, []),
    "a rate written to two digits": ({}, {"rate": 24.95}, ["frame_rate"]),
    "a maximum that is reached": ({}, {"bit_rate": 2550.0}, []),
    "a maximum that is passed": ({}, {"bit_rate": 2000.0}, ["bit_rate"]),
    "a maximum that is far away": ({}, {"bit_rate": 16000.0}, []),
    "key frames further apart": ({}, {"key_interval": 19}, ["gop_length"]),
    "key frames nearer": ({}, {"key_interval": 50}, ["gop_length"]),
    "key frames nearer by what was lost": ({"loss": 0.01}, {"key_interval": 22}, []),
    "nothing by ONVIF": ({}, None, []),
    "zeros": ({}, {"width": 0, "height": 0, "rate": 0.0, "bit_rate": 0.0, "key_interval": 0}, []),
}


@pytest.mark.parametrize("what", TOLD)
def test_what_is_stated_is_held_against_what_came(scene: Scene, tmp_path: Path, what: str) -> None:
    sent, by_onvif, differing = TOLD[what]
    seen, _ = captured(scene, replace(PLAIN, seconds=60.0, **sent), tmp_path)
    assert seen.stream_record
    encoder = None if by_onvif is None else replace(SET, **by_onvif)
    stated = replace(seen, stream_record=replace(seen.stream_record, encoder=encoder))
    figures, _ = measured(stated)
    notes = [item for item in metric.measure(stated) if isinstance(item, Note)]
    codes = [note.reason.code for note in notes if note.reason.code.endswith("_contradicted")]
    assert codes == [f"{name}_contradicted" for name in differing]
    assert figures["contradictions"].value == len(differing)
    assert figures["contradictions"].samples == {"nothing by ONVIF": 2, "zeros": 3}.get(what, 7)


@pytest.mark.parametrize(("stated", "against"), [(FRAMES - 1, 1), (FRAMES, 0), (900, 0)])
def test_the_only_group_that_was_seen_is_a_bound_for_what_is_stated(
    scene: Scene, tmp_path: Path, stated: int, against: int
) -> None:
    seen, _ = captured(scene, replace(PLAIN, seconds=60.0), tmp_path)
    assert seen.stream_record
    record = replace(seen.stream_record, encoder=replace(SET, key_interval=stated))
    series = replace(seen.series, keys=np.arange(FRAMES) == 0)
    _, reasons = measured(replace(seen, stream_record=record, series=series))
    assert [*reasons.values()].count("gop_length_contradicted") == against


def test_pictures_sent_out_of_order_have_no_delay(scene: Scene, tmp_path: Path) -> None:
    seen, _ = captured(scene, PLAIN, tmp_path)
    assert seen.packets
    frame = seen.packets.frame
    shown = frame + np.where(frame % 3 == 1, 1, np.where(frame % 3 == 2, -1, 0))
    mixed = replace(seen.packets, rtp_time=shown * 3600)
    figures, reasons = measured(replace(seen, packets=mixed))
    assert reasons["jitter"] == reasons["frame_rate"] == "sent_out_of_order"
    assert figures["time_jumps"].value == 0


def test_bit_rate_is_that_of_the_payload(scene: Scene, tmp_path: Path) -> None:
    stream = replace(PLAIN, group=25, size=10_000, key_size=100_000)
    figures, _ = measured(captured(scene, stream, tmp_path)[0])
    truth = 8 * (24 * 10_000 + 100_000) / 1000
    mean, peak = figures["bit_rate mean"], figures["bit_rate peak_second"]
    alone = 0.2 / 3**0.5 * 8 * 10_000 / 1000 * (30 * 25) ** 0.5 / 30  # sd by chance, kbit/s
    assert abs(mean.value - truth) <= mean.expanded
    assert alone < mean.expanded < 6 * alone, "key frames come by their interval, not by chance"
    assert truth < peak.value < 1.5 * truth
    assert mean.details["sdp_bit_rate"] == 4096


def test_a_period_adds_nothing_to_the_doubt_of_a_sum_and_what_hangs_together_does() -> None:
    random = np.random.default_rng(8)
    white = [random.normal(0, 1, 1000) for _ in range(100)]
    period = 30 * (np.arange(1000) % 37 == 0)
    memory = [np.convolve(part, np.ones(10), "same") for part in white]
    for parts, truth in (
        (white, 1000**0.5), ([part + period for part in white], 1000**0.5),
        (memory, 10 * 1000**0.5),
    ):  # fmt: skip
        doubts = [blocks.of_sum(part) for part in parts]
        assert np.mean(np.square(doubts)) ** 0.5 == pytest.approx(truth, rel=0.1)


def test_key_frames_are_counted_in_the_clip(scene: Scene, tmp_path: Path) -> None:
    seen, _ = captured(scene, PLAIN, tmp_path)
    figures, _ = measured(seen)
    assert figures["gop_length median"].value == 20
    assert figures["key_frame_interval maximum"].value == pytest.approx(0.8)
    keys = np.arange(FRAMES) == 0
    figures, _ = measured(replace(seen, series=replace(seen.series, keys=keys)))
    assert figures["gop_length maximum"].lower_bound
    assert figures["gop_length maximum"].value == FRAMES


def test_the_clock_of_the_sender_reports(scene: Scene, tmp_path: Path) -> None:
    stream = replace(PLAIN, clock_error=-3600.0)
    seen, _ = captured(scene, stream, tmp_path)
    offset = measured(seen)[0]["report_offset"]
    assert abs(offset.value + 3600) <= offset.expanded < 2
    moved = measured(replace(seen, clock_moved=3.0))[0]["report_offset"]
    assert moved.expanded > 3, "of the tester's own clock"


@pytest.mark.parametrize(
    ("error", "drift", "every", "code"),
    [
        (0.0, 0.0, 0.0, "no_sender_reports"),
        (-1.7e9, 0.0, 5.0, "sender_clock_not_set"),
        (0.0, -0.9e6, 5.0, "sender_reports_stale"),
    ],
)
def test_sender_reports_that_say_nothing_are_named(
    scene: Scene, tmp_path: Path, error: float, drift: float, every: float, code: str
) -> None:
    stream = replace(PLAIN, clock_error=error, drift=drift)
    _, reasons = measured(captured(scene, stream, tmp_path, every=every)[0])
    assert reasons["report_offset"] == code


def test_a_short_capture_gives_reasons_and_no_numbers(scene: Scene, tmp_path: Path) -> None:
    figures, reasons = measured(captured(scene, replace(PLAIN, seconds=1.5), tmp_path)[0])
    assert reasons["loss"] == "too_few_packets"
    assert reasons["jitter"] == reasons["frame_rate"] == "too_few_frames"
    assert reasons["bit_rate"] == "too_short"
    assert figures["missing"].value == 0


@pytest.mark.parametrize(("kernel", "half"), [(True, 0.0002), (False, 0.035)])
def test_the_start_up_delay_is_as_sure_as_the_arrival_of_its_packet(
    scene: Scene, tmp_path: Path, half: float, *, kernel: bool
) -> None:
    stream = replace(PLAIN, kernel=kernel)
    figures, _ = measured(captured(scene, stream, tmp_path)[0])
    lines = outcomes.contributions(figures["start_up key_frame"].budget)
    assert lines["arrival_time"] == pytest.approx(half / 3**0.5)


def test_a_stream_without_its_record_is_measured_as_far_as_packets_go(
    scene: Scene, tmp_path: Path
) -> None:
    seen, _ = captured(scene, replace(PLAIN, loss=0.01), tmp_path)
    figures, reasons = measured(replace(seen, stream_record=None))
    assert "loss" in figures
    assert reasons["start_up"] == reasons["report_offset"] == "no_stream_record"


@pytest.mark.parametrize("seed", range(20))
def test_no_packets_make_it_fail(scene: Scene, seed: int) -> None:
    """Numbers in their ranges, but senseless: figures or reasons, nothing else."""
    random = np.random.default_rng(seed)
    count = int(random.integers(1, 400))
    spans = random.choice([1, 2, 30, 1 << 16], 4)
    table = stream_tables.PacketTable(
        connection=np.sort(random.integers(0, min(spans[0], 9), count)),
        sequence=random.integers(0, spans[1], count),
        rtp_time=random.integers(0, spans[2], count) * 3600,
        arrival=np.sort(random.integers(0, spans[3], count) / 7.0),
        user=np.sort(random.integers(0, spans[3], count) / 7.0),
        size=random.integers(0, 1400, count),
        marker=random.random(count) < 0.5,
        frame=random.integers(-1, 30, count),
    )
    found, notes = measuring.measure(replace(scene, packets=table), {"stream.loss"})
    for item in found:
        assert np.isfinite([item.value, item.uncertainty]).all(), item.quantity
    for note in notes:
        for lang in ("zh", "en"):
            assert note.reason.code in wording.phrases(lang)["reason"]
