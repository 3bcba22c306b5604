"""A probe: everything that a device is asked, in order, as far as it answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from acceptance.errors import DeviceError
from acceptance.live.credentials import Mask
from acceptance.live.onvif import clock, conformance, facts, identity, media, ptz, recordings
from acceptance.live.onvif.client import OnvifClient
from acceptance.live.onvif.facts import DeviceFacts, PtzTrial
from acceptance.live.transcript import Transcript
from acceptance.messages import tr
from acceptance.model import Reason

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from acceptance.live.address import Address
    from acceptance.live.credentials import Credentials
    from acceptance.live.onvif.facts import EncoderSetting, Found, PresetFigure
    from acceptance.live.onvif.ptz import Look, Picture, Shift
    from acceptance.live.own_clock import OwnClock

    Section = Callable[[OnvifClient], Found]
    Tell = Callable[[str, int, int], object]

FIRST = 3  # sections: a device that answers none of them speaks no ONVIF


@dataclass(frozen=True, kw_only=True)
class Actuation:
    """That heads may be moved, and how that is seen."""

    look: Callable[[str], AbstractContextManager[Look]]
    """Opens the pictures of a stream by its RTSP address."""

    shift: Shift
    """Compares two of them."""

    repeatability: Callable[[str, Sequence[Picture]], tuple[PresetFigure, ...]]
    """Measures by pictures how well a preset of that name is found again."""


class Probe:
    """The probe of one device; its record is kept as it goes, whatever happens later."""

    def __init__(
        self,
        address: Address,
        record: Path,
        *,
        tls: bool = False,
        credentials: Credentials | None = None,
        timeout: float = 5.0,
        total: float = 90.0,
        own_clock: OwnClock | None = None,
        actuation: Actuation | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        """``timeout`` and ``total``: s for each wait and for all together; ``stop`` ends them.

        Raises OutputError.
        """
        self._transcript = Transcript(record, facts.KIND, Mask(credentials))
        self.client = OnvifClient(
            address, tls=tls, credentials=credentials, timeout=timeout, total=total,
            transcript=self._transcript, stop=stop,
        )  # fmt: skip
        self._own, self._actuation = own_clock, actuation
        self._found: Found = {}
        self._errors: list[DeviceError] = []
        self._failed: list[str] = []

    def run(self, tell: Tell | None = None) -> DeviceFacts:
        """Ask everything. Raises DeviceError where the device cannot be reached, or is none."""
        name = str(self.client.address)
        sections = list(self._sections())
        try:
            for number, (what, section) in enumerate(sections, start=1):
                if self.client.given_up:
                    break
                if self.client.time_is_over:
                    self._failed.append(tr("{call}: the stated total time is over", call=what))
                else:
                    self._ask(section)
                if number == FIRST and len(self._failed) == FIRST and self._errors:
                    raise self._errors[0]
                if tell:
                    tell(name, number, len(sections))
            self._finish()
        finally:
            self.client.close()
            self._transcript.close()
        return DeviceFacts(**self._found, notes=tuple(self.client.notes))

    def _ask(self, section: Section) -> None:
        """Ask for some facts and write them down at once."""
        try:
            found = section(self.client)
        except DeviceError as error:
            if error.code == "unreachable" and not self._found:
                raise
            if error.code != "not_supported":
                self._errors.append(error)
                self._failed.append(f"{error.where.rpartition(' ')[2]}: {error.what}")
        else:
            self._keep(found)

    def _keep(self, found: dict[str, object]) -> None:
        self._found.update(found)
        facts.write(self._transcript, found)

    def _sections(self) -> Iterator[tuple[str, Section]]:
        """Yield names of calls and what asks them; those of services when it is their turn."""
        yield "GetSystemDateAndTime", self._time_setting
        yield "GetServices", identity.services
        yield "GetDeviceInformation", identity.information
        yield "GetScopes", identity.scopes
        yield "GetHostname", identity.hostname
        yield "GetNetworkInterfaces", identity.interfaces
        yield "GetNetworkProtocols", identity.protocols
        yield "GetNetworkDefaultGateway", identity.gateways
        yield "GetDNS", identity.name_servers
        yield "GetNTP", identity.time_servers
        yield "GetUsers", identity.accounts
        yield "GetProfiles", media.encoders
        yield "GetNodes", self._of("ptz", ptz.nodes)
        yield "GetPresets", self._of("ptz", self._presets)
        yield "clock", self._clock
        yield "GetRecordingSummary", self._of("search", recordings.summary)
        yield "FindRecordings", self._of("search", recordings.kept)
        if self._actuation:
            yield "ContinuousMove", self._of("ptz", self._moves)

    def _of(self, service: str, section: Section) -> Section:
        """Ask only where the device offers the service."""
        return lambda client: section(client) if client.has(service) else {}

    def _time_setting(self, client: OnvifClient) -> Found:
        """Read the clock once, so that a login by token is made at the device's time."""
        found = identity.time_setting(client) | identity.tls(client)
        client.clock_offset = clock.roughly(client)
        return found

    def _clock(self, client: OnvifClient) -> Found:
        measured = clock.measured(client)
        if self._own:
            measured = replace(
                measured,
                offset=measured.offset + self._own.offset,
                own_uncertainty=self._own.uncertainty,
                own_source=self._own.source,
            )
        if measured.hours:
            parameters = {"hours": measured.hours}
            client.note(Reason(code="clock_hours_off", parameters=parameters))
        elif abs(measured.offset) > clock.WRONG:
            client.note(Reason(code="clock_off", parameters={"seconds": measured.offset}))
        return {"clock": measured}

    @property
    def _main(self) -> EncoderSetting | None:
        """The profile whose head is moved and whose stream is looked at; the first if none can."""
        settings: tuple[EncoderSetting, ...] = self._found.get("encoders", ())
        return next(iter(sorted(settings, key=lambda each: not each.moves)), None)

    def _presets(self, client: OnvifClient) -> Found:
        if not self._found.get("ptz_nodes") or self._main is None:
            return {}
        return ptz.presets(client, self._main.profile)

    def _moves(self, client: OnvifClient) -> Found:
        """Try the moves; what was tried is kept also where a later move fails."""
        nodes = self._found.get("ptz_nodes")
        if not nodes or self._main is None or self._actuation is None:
            return {}
        trials: list[PtzTrial] = []
        with self._actuation.look(self._main.address) as look:
            actuator = ptz.Actuator(client, self._main.profile, look, self._actuation.shift)
            presets = self._found.get("ptz_presets", ())
            try:
                trials.extend(actuator.trials(presets, zoom="zoom" in nodes[0].moves))
            finally:
                self._keep({"ptz_trials": tuple(trials)})
        if not actuator.arrivals:
            return {}
        figures = self._actuation.repeatability(presets[0].name, actuator.arrivals)
        return {"ptz_repeatability": figures}

    def _finish(self) -> None:
        """Write what is known at the end: login, conformance, what failed."""
        if not self.client.given_up:
            for complaint in conformance.complaints(self.client.replies):
                self.client.note(complaint)
        self._keep({
            "address": str(self.client.address),
            "login": self.client.scheme,
            "failed": tuple(self._failed),
        })  # fmt: skip
