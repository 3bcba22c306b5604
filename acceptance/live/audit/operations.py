"""Operations of ONVIF that only read, and who may call them.

Source: ONVIF Core Specification, default access policy and the access class stated with each
operation; Media, PTZ, Recording Control, Recording Search, Replay and Event specifications.
Left out: operations that need a token, and those that make a device pack files (backup, support
information).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

VER10, VER20 = "http://www.onvif.org/ver10", "http://www.onvif.org/ver20"
DEVICE = f"{VER10}/device/wsdl"
MEDIA, MEDIA2 = f"{VER10}/media/wsdl", f"{VER20}/media/wsdl"
PTZ = f"{VER20}/ptz/wsdl"
EVENTS = f"{VER10}/events/wsdl"
RECORDING, SEARCH, REPLAY = (f"{VER10}/{name}/wsdl" for name in ("recording", "search", "replay"))
# Names of the services in GetCapabilities, for devices without GetServices.
NAMED = {
    "Media": MEDIA,
    "PTZ": PTZ,
    "Events": EVENTS,
    "Recording": RECORDING,
    "Search": SEARCH,
    "Replay": REPLAY,
}


class AccessClass(StrEnum):
    """Who may call: anybody before logging in, any user, or administrators only."""

    PRE_AUTH = "PRE_AUTH"
    READ_SYSTEM = "READ_SYSTEM"
    READ_SYSTEM_SECRET = "READ_SYSTEM_SECRET"  # noqa: S105 -- a class of access
    READ_MEDIA = "READ_MEDIA"


@dataclass(frozen=True)
class Operation:
    """An operation without parameters that depend on the device."""

    name: str
    """As in the WSDL."""

    access: AccessClass
    """Who may call it."""

    service: str = DEVICE
    """Namespace of its service."""

    inside: str = ""
    """XML inside the call."""

    @property
    def body(self) -> str:
        """The call, as the content of SOAP's body."""
        return f"<{self.name}>{self.inside}</{self.name}>"


def _of(access: AccessClass, service: str, *names: str) -> tuple[Operation, ...]:
    return tuple(Operation(name, access, service) for name in names)


CLOCK = Operation("GetSystemDateAndTime", AccessClass.PRE_AUTH)
SERVICES = Operation(
    "GetServices", AccessClass.PRE_AUTH, inside="<IncludeCapability>false</IncludeCapability>"
)
CAPABILITIES = Operation("GetCapabilities", AccessClass.PRE_AUTH)
OPEN = (
    *(CLOCK, SERVICES, CAPABILITIES),
    *_of(AccessClass.PRE_AUTH, DEVICE, "GetServiceCapabilities", "GetHostname"),
)
PROFILES = Operation("GetProfiles", AccessClass.READ_MEDIA, MEDIA)
READING = (
    *_of(AccessClass.READ_SYSTEM, DEVICE, "GetDeviceInformation", "GetNetworkInterfaces"),
    *_of(AccessClass.READ_SYSTEM, DEVICE, "GetNetworkProtocols", "GetNetworkDefaultGateway"),
    *_of(AccessClass.READ_SYSTEM, DEVICE, "GetDNS", "GetNTP", "GetZeroConfiguration"),
    *_of(AccessClass.READ_SYSTEM, DEVICE, "GetIPAddressFilter", "GetScopes", "GetDiscoveryMode"),
    *_of(AccessClass.READ_SYSTEM, DEVICE, "GetSystemUris", "GetGeoLocation"),
    *_of(AccessClass.READ_SYSTEM_SECRET, DEVICE, "GetUsers", "GetAccessPolicy", "GetRemoteUser"),
    Operation("GetSystemLog", AccessClass.READ_SYSTEM_SECRET, inside="<LogType>System</LogType>"),
    PROFILES,
    *_of(AccessClass.READ_MEDIA, MEDIA, "GetVideoSources", "GetVideoEncoderConfigurations"),
    *_of(AccessClass.READ_MEDIA, MEDIA2, "GetProfiles", "GetVideoEncoderConfigurations"),
    *_of(AccessClass.READ_MEDIA, PTZ, "GetNodes", "GetConfigurations"),
    *_of(AccessClass.READ_MEDIA, EVENTS, "GetEventProperties"),
    *_of(AccessClass.READ_MEDIA, RECORDING, "GetRecordings", "GetRecordingJobs"),
    *_of(AccessClass.READ_MEDIA, SEARCH, "GetRecordingSummary"),
    *_of(AccessClass.READ_MEDIA, REPLAY, "GetReplayConfiguration"),
)


def stream_address(token: str) -> Operation:
    """Return the call of GetStreamUri for a profile; ``token`` is escaped XML."""
    setup = (
        '<StreamSetup><Stream xmlns="http://www.onvif.org/ver10/schema">RTP-Unicast</Stream>'
        '<Transport xmlns="http://www.onvif.org/ver10/schema"><Protocol>RTSP</Protocol></Transport>'
        f"</StreamSetup><ProfileToken>{token}</ProfileToken>"
    )
    return Operation("GetStreamUri", AccessClass.READ_MEDIA, MEDIA, setup)
