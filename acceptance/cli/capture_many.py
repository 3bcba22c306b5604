"""Several captures at once, with one live line for all of them."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.charts import definition
from acceptance.errors import AcceptanceError
from acceptance.live import address
from acceptance.live.rtsp import capture, url
from acceptance.live.rtsp.capturing import over_changes
from acceptance.scene.chart_sighting import sighting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from acceptance.charts.nouns import Chart
    from acceptance.footage.clip import Frame
    from acceptance.live.credentials import Credentials
    from acceptance.live.onvif.stream_address import StreamAddress
    from acceptance.live.rtsp import Captured
    from acceptance.live.rtsp.capture_loop import LiveRates
    from acceptance.live.rtsp.capturing import Times
    from acceptance.scene.chart_sighting import Sighting

    Show = Callable[[Sequence["CaptureOutcome"], float], None]

TICK = 0.2  # s


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A stream that is to be captured."""

    source: str
    """URL of the stream, or ``HOST[:PORT]`` of a device that is asked for it."""

    profile: str
    """Token or name of the profile of which such a device is asked; empty: its first."""

    recording: str
    """Token of the recording that such a device replays, or its channel's name; empty: the only."""

    clip: Path
    credentials: Credentials | None
    transport: str
    seconds: float | None
    frames: int | None
    timeout: float
    fingerprint: str
    replay: Times | None


@dataclass(kw_only=True)
class CaptureOutcome:
    """What has become of it, and how it goes meanwhile."""

    wanted: Wanted
    rates: LiveRates | None = None
    sighting: Sighting | None = None
    place: StreamAddress | None = None
    captured: Captured | None = None
    further: Sequence[Captured] = ()
    """Clips that follow where size or codec of the picture changed."""
    error: AcceptanceError | None = None
    """Why nothing came, or nothing more after size or codec changed."""

    @property
    def whole(self) -> bool:
        """Whether all came that was asked for."""
        return self.captured is not None and self.captured.whole


def run(wanted: Sequence[Wanted], show: Show, *, look: bool) -> list[CaptureOutcome]:
    """Capture all at once, until each is over or Ctrl-C is pressed; what came is kept.

    ``show`` is called meanwhile with all outcomes and the time in s.
    """
    outcomes, stop = [CaptureOutcome(wanted=each) for each in wanted], threading.Event()
    charts = [definition.load(name) for name in definition.names()] if look else []
    shown = [chart for chart in charts if not chart.found_by]
    with ThreadPoolExecutor(len(outcomes)) as pool:
        running = {pool.submit(_take, outcome, shown, stop) for outcome in outcomes}
        try:
            _watch(running, outcomes, show)
        except KeyboardInterrupt:
            stop.set()
            wait(running)
        finally:
            stop.set()
    for future in running:
        future.result()
    return outcomes


def _place(wanted: Wanted, stop: threading.Event) -> StreamAddress:
    """Find out where the stream is. Raises DeviceError."""
    from acceptance.live.onvif import replay_address, stream_address  # noqa: PLC0415 -- lxml

    source, who, timeout = wanted.source, wanted.credentials, wanted.timeout
    if wanted.replay is None or url.is_url(source):
        return stream_address.of_source(
            source, who, profile=wanted.profile, timeout=timeout, stop=stop
        )
    return replay_address.replay_address(
        address.parse(source, address.HTTP), who, wanted.replay,
        recording=wanted.recording, timeout=timeout, stop=stop,
    )  # fmt: skip


def _watch(running: set[Future[None]], outcomes: Sequence[CaptureOutcome], show: Show) -> None:
    while wait(running, TICK).not_done:
        show(outcomes, time.monotonic())


def _take(outcome: CaptureOutcome, charts: Sequence[Chart], stop: threading.Event) -> None:
    def look(frame: Frame) -> None:
        outcome.sighting = sighting(frame.luma, charts)

    def hear(rates: LiveRates) -> None:
        outcome.rates = rates

    wanted = outcome.wanted
    try:
        outcome.place = _place(wanted, stop)
        place = outcome.place

        def take(
            clip: Path, seconds: float | None, frames: int | None, replay: Times | None
        ) -> Captured:
            return capture(
                place.url, clip,
                credentials=wanted.credentials, transport=wanted.transport, seconds=seconds,
                frames=frames, timeout=wanted.timeout, fingerprint=wanted.fingerprint,
                replay=replay, stop=stop, stated=place.stated,
                on_frame=look if charts else None, on_rates=hear,
            )  # fmt: skip

        (outcome.captured, *outcome.further), outcome.error = over_changes(
            take, wanted.clip, wanted.seconds, wanted.frames, wanted.replay
        )
    except AcceptanceError as error:
        outcome.error = error
