"""What a device says of itself: the facts of a probe, as its record keeps them.

Each is one line ``{"event": "fact", "name": ..., "value": ...}`` in ``NAME.probe.jsonl``, where
``name`` is a field of ``DeviceFacts``; what is odd about the device is a line ``{"event": "note",
"code": ..., "parameters": ...}``. Readers of the record use ``read`` and nothing else.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, get_type_hints

from acceptance.errors import SessionError
from acceptance.live import transcript
from acceptance.live.onvif.from_json import made
from acceptance.messages import tr
from acceptance.model import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from acceptance.live.transcript import Field, Transcript

KIND = "probe"
LEAST_GAP = 5.0  # s that counts; the list has all
STILL = 0.002  # of the device's units, from -1 to 1: a position that changes less stands
Found = dict[str, Any]
"""Facts by the names of their fields in ``DeviceFacts``."""


@dataclass(frozen=True, kw_only=True)
class ClockOffset:
    """A device's clock against this computer's; seconds."""

    offset: float
    """By how much the device is ahead."""

    half_width: float
    """The offset lies within this much of ``offset``, this computer's clock being right."""

    edges: int
    """How many changes of the second were seen."""

    own_uncertainty: float | None = None
    """Half-width of this computer's own error; None: not known."""

    own_source: str = ""
    """Where that is from: ``stated``, ``chrony``, ``ntp``; empty: not known."""

    hours: int = 0
    """By how many whole hours it is off, as wrong zones make it; 0: by no such number."""

    @property
    def expanded(self) -> float | None:
        """Half-width of both together; None where this computer's own is not known."""
        if self.own_uncertainty is None:
            return None
        return self.half_width + self.own_uncertainty


@dataclass(frozen=True, kw_only=True)
class DeviceService:
    """A service that a device offers."""

    name: str
    """``device``, ``media``, ``media2``, ``ptz`` ...; else its namespace."""

    version: str
    """For instance ``2.60``; empty: not stated."""

    path: str
    """Path of its address."""


@dataclass(frozen=True, kw_only=True)
class EncoderSetting:
    """How a device says that it encodes the stream of a profile: set, not measured."""

    profile: str
    """Token of the profile."""

    name: str
    """Name of the profile."""

    media: int
    """Version of the media service that said so: 1 or 2."""

    codec: str
    """``H264``, ``H265``, ``JPEG`` ... as sent."""

    width: int | None
    """px."""

    height: int | None
    """px."""

    rate: float | None
    """frame/s; of a limit with an interval of encoding what is left of it."""

    bit_rate: float | None
    """kbit/s."""

    key_interval: int | None
    """Frames from one key frame to the next."""

    codec_profile: str
    """``Main``, ``High`` ... as sent."""

    address: str
    """RTSP address, at the host that was reached; empty: not told."""

    moves: bool = False
    """Whether the profile has a head that can be moved."""


@dataclass(frozen=True, kw_only=True)
class DeviceUser:
    """An account of the device."""

    name: str
    """Its name."""

    level: str
    """``Administrator``, ``Operator``, ``User`` ... as sent."""


@dataclass(frozen=True, kw_only=True)
class PtzNode:
    """A head that can be moved."""

    token: str
    """Its token."""

    moves: tuple[str, ...]
    """What it says it can do: ``absolute``, ``relative``, ``continuous``, ``zoom``."""

    most_presets: int | None
    """How many presets it can keep."""


@dataclass(frozen=True, kw_only=True)
class PtzPreset:
    """A preset; positions in the device's own units, None where not told."""

    token: str
    """Its token."""

    name: str
    """Its name."""

    pan: float | None = None
    """Pan."""

    tilt: float | None = None
    """Tilt."""

    zoom: float | None = None
    """Zoom."""


@dataclass(frozen=True, kw_only=True)
class KeptTrack:
    """What a recorder says it has kept of a channel; POSIX seconds."""

    channel: str
    """Name of the channel."""

    recording: str
    """Token of the recording."""

    track: str
    """Token of the track."""

    stretches: tuple[tuple[float, float], ...]
    """From when to when, gaps between them."""

    source: str
    """``events``: gaps were walked; ``tracks``: only first and last time are known."""

    @property
    def gaps(self) -> list[float]:
        """Lengths of the gaps between stretches, s; what only touches leaves none."""
        apart = (later[0] - earlier[1] for earlier, later in pairwise(self.stretches))
        return [seconds for seconds in apart if seconds > LEAST_GAP]


@dataclass(frozen=True, kw_only=True)
class PtzTrial:
    """A move that was tried."""

    what: str
    """``pan``, ``tilt``, ``zoom``, ``preset`` (found again), ``back`` (at the start again)."""

    reported: float | None
    """By how much GetStatus says it moved, in the device's own units; None: it does not say."""

    changed: bool | None
    """Whether the picture is another one; None: there was no picture."""

    shift: float | None
    """By how much the picture moved, in px; None: no picture, or the two have nothing in common."""

    stopped: bool
    """Whether Stop was answered."""

    @property
    def moved(self) -> bool | None:
        """Whether it moved, by the picture, else by its own word; None: nothing tells."""
        if self.changed is not None:
            return self.changed
        return None if self.reported is None else self.reported > STILL


@dataclass(frozen=True, kw_only=True)
class PresetFigure:
    """How well a preset is found again, by the metric ``geometry``; px."""

    statistic: str
    """``sd`` or ``worst``."""

    value: float
    """Its value."""

    expanded: float
    """Its U."""


@dataclass(frozen=True, kw_only=True)
class DeviceFacts:
    """Everything that a probe found; what was not told is empty or None."""

    address: str = ""
    """HOST:PORT that was reached."""

    manufacturer: str = ""
    """As told; so are the next four."""

    model: str = ""
    """Model."""

    firmware: str = ""
    """Version of the firmware."""

    serial_number: str = ""
    """Serial number."""

    hardware: str = ""
    """Hardware's id."""

    scopes: tuple[str, ...] = ()
    """Scopes: profiles, name, place."""

    login: str = ""
    """What let the user in: ``digest``, ``token``; empty: nothing was needed, or nothing did."""

    tls_version: str = ""
    """``TLSv1.3`` ...; empty: plain HTTP."""

    tls_cipher: str = ""
    """OpenSSL's name of the cipher."""

    certificate_doubt: str = ""
    """Why this computer does not trust the certificate; empty: it does, or plain HTTP."""

    certificate_sha256: str = ""
    """Fingerprint in hexadecimal."""

    services: tuple[DeviceService, ...] = ()
    """Services."""

    clock: ClockOffset | None = None
    """The clock's offset."""

    zone: str = ""
    """Time zone as the device writes it (POSIX)."""

    time_source: str = ""
    """``NTP`` or ``Manual``."""

    time_servers: tuple[str, ...] = ()
    """NTP servers."""

    hostname: str = ""
    """Host name."""

    interfaces: tuple[str, ...] = ()
    """``NAME MAC ADDRESS/LENGTH ...``."""

    protocols: tuple[str, ...] = ()
    """``RTSP 554`` ...: those that are on."""

    gateways: tuple[str, ...] = ()
    """Default gateways."""

    name_servers: tuple[str, ...] = ()
    """DNS servers."""

    users: tuple[DeviceUser, ...] = ()
    """Accounts."""

    encoders: tuple[EncoderSetting, ...] = ()
    """Encoder settings, one for each profile and media service."""

    ptz_nodes: tuple[PtzNode, ...] = ()
    """Heads."""

    ptz_presets: tuple[PtzPreset, ...] = ()
    """Presets."""

    ptz_trials: tuple[PtzTrial, ...] = ()
    """Moves that were tried (``--actuate``)."""

    ptz_repeatability: tuple[PresetFigure, ...] = ()
    """How well the first preset is found again (``--actuate``), by the picture."""

    recorded_from: float | None = None
    """Earliest time of GetRecordingSummary, POSIX s."""

    recorded_until: float | None = None
    """Latest time of GetRecordingSummary, POSIX s."""

    recordings: tuple[KeptTrack, ...] = ()
    """What is kept, channel by channel."""

    failed: tuple[str, ...] = ()
    """Calls that were not answered as they should: facts are missing."""

    notes: tuple[Reason, ...] = ()
    """What is odd about the device."""


TYPES = get_type_hints(DeviceFacts)


def write(record: Transcript, found: Found) -> None:
    """Write facts by the names of their fields."""
    for name, value in found.items():
        record.write("fact", name=name, value=_plain(value))


def _plain(value: object) -> Field:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, str | int | float | bool | None):
        return value
    return asdict(value)  # type: ignore[call-overload,no-any-return]


def read(path: Path) -> DeviceFacts:
    """Read the facts of a probe's record. Raises SessionError."""
    lines = transcript.read(path, KIND)
    found: dict[str, Any] = {}
    notes = []
    try:
        for line in lines:
            if line["event"] == "fact":
                name = str(line["name"])
                found[name] = made(TYPES[name], line["value"])
            elif line["event"] == "note":
                notes.append(_note(line["code"], line["parameters"]))
    except (KeyError, TypeError, ValueError) as error:
        what = tr("is no record of a probe")
        raise SessionError(what, where=str(path)) from error
    return DeviceFacts(**{**found, "notes": tuple(notes)})


def encoder_setting(line: Mapping[str, Field]) -> EncoderSetting | None:
    """Read a setting from a line of a record; None where a field is missing or wrong."""
    try:
        setting = made(EncoderSetting, line)
    except (KeyError, TypeError, ValueError):
        return None
    return setting if isinstance(setting, EncoderSetting) else None


def _note(code: Field, parameters: Field) -> Reason:
    if not isinstance(code, str) or not isinstance(parameters, dict):
        raise TypeError(str(code))
    plain = {
        key: value for key, value in parameters.items() if isinstance(value, str | int | float)
    }
    return Reason(code=code, parameters=plain)
