"""Profiles, encoder settings and stream addresses, by both versions of the media service."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from acceptance.errors import DeviceError
from acceptance.files import url_password
from acceptance.live import credentials
from acceptance.live.markup import every, number, text, whole
from acceptance.live.onvif import login
from acceptance.live.onvif.facts import EncoderSetting
from acceptance.model import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml import etree

    from acceptance.live.onvif.client import OnvifClient
    from acceptance.live.onvif.facts import Found
    from acceptance.live.onvif.wsdl import Parameter

MOST_PROFILES = 64  # whose stream addresses are asked for
SETUP: Parameter = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}


def encoders(client: OnvifClient) -> Found:
    """Ask for the settings of every profile, and where its stream is.

    Raises DeviceError where neither version of the service answers.
    """
    return {"encoders": tuple(settings(client))}


def settings(client: OnvifClient, profile: str = "") -> Iterator[EncoderSetting]:
    """Yield the settings of profiles, each asked for its stream when it is its turn.

    ``profile``: token or name of those that are meant, capitals or not; empty: all. Media2 (Profile
    T) is asked first: only there H.265 is told. Raises DeviceError where neither version answers.
    """
    errors: list[DeviceError] = []
    answered = False
    for service, ask in (("media2", _by_media2), ("media", _by_media)):
        if client.has(service):
            try:
                yield from ask(client, profile.casefold())
                answered = True
            except DeviceError as error:
                errors.append(error)
    if errors and not answered:
        raise errors[0]


def profile_names(client: OnvifClient) -> Iterator[str]:
    """Yield the names of the profiles that the device has told so far, each once."""
    calls = (("media2", "GetProfiles"), ("media", "GetProfiles"))
    replies = [client.replies[call] for call in calls if call in client.replies]
    profiles = [profile for reply in replies for profile in every(reply, "Profiles")]
    yield from dict.fromkeys(text(each, "Name") or each.get("token", "") for each in profiles)


def _profiles(reply: etree._Element, wanted: str) -> Iterator[etree._Element]:
    """Yield the profiles of a reply whose token or name is wanted; all where none is."""
    found = [
        profile
        for profile in every(reply, "Profiles")
        if wanted in {"", profile.get("token", "").casefold(), text(profile, "Name").casefold()}
    ]
    yield from found[:MOST_PROFILES]


def _by_media(client: OnvifClient, wanted: str) -> Iterator[EncoderSetting]:
    reply = client.call("media", "GetProfiles")
    for profile in _profiles(reply, wanted):
        encoder = profile.find("{*}VideoEncoderConfiguration")
        codec = text(encoder, "Encoding")
        token = profile.get("token", "")
        yield EncoderSetting(
            profile=token,
            name=text(profile, "Name"),
            media=1,
            codec=codec,
            width=whole(encoder, "Resolution/Width"),
            height=whole(encoder, "Resolution/Height"),
            rate=_rate(encoder),
            bit_rate=number(encoder, "RateControl/BitrateLimit"),
            key_interval=whole(encoder, f"{codec or 'H264'}/GovLength"),
            codec_profile=text(encoder, f"{codec or 'H264'}/{codec or 'H264'}Profile"),
            address=address(client, lambda: _stream(client, token)),  # noqa: B023 -- called at once
            moves=profile.find("{*}PTZConfiguration") is not None,
        )


def _rate(encoder: etree._Element | None) -> float | None:
    """Return frame/s: of the limit one frame in so many is encoded (EncodingInterval)."""
    limit, interval = (
        number(encoder, f"RateControl/{name}") for name in ("FrameRateLimit", "EncodingInterval")
    )
    return limit if limit is None or not interval or interval < 1 else limit / interval


def _stream(client: OnvifClient, token: str) -> str:
    reply = client.call("media", "GetStreamUri", StreamSetup=SETUP, ProfileToken=token)
    return text(reply, "MediaUri/Uri")


def _by_media2(client: OnvifClient, wanted: str) -> Iterator[EncoderSetting]:
    """Ask with requests written by hand: the package has no WSDL of Media2."""
    reply = client.call("media2", "GetProfiles", Type=["VideoEncoder", "PTZ"])
    for profile in _profiles(reply, wanted):
        encoder = profile.find("{*}Configurations/{*}VideoEncoder")
        token = profile.get("token", "")
        yield EncoderSetting(
            profile=token,
            name=text(profile, "Name"),
            media=2,
            codec=text(encoder, "Encoding"),
            width=whole(encoder, "Resolution/Width"),
            height=whole(encoder, "Resolution/Height"),
            rate=number(encoder, "RateControl/FrameRateLimit"),
            bit_rate=number(encoder, "RateControl/BitrateLimit"),
            key_interval=_attribute(encoder, "GovLength"),
            codec_profile="" if encoder is None else encoder.get("Profile", ""),
            address=address(client, lambda: _stream2(client, token)),  # noqa: B023 -- as above
            moves=profile.find("{*}Configurations/{*}PTZ") is not None,
        )


def _stream2(client: OnvifClient, token: str) -> str:
    reply = client.call("media2", "GetStreamUri", Protocol="RTSP", ProfileToken=token)
    return text(reply, "Uri")


def _attribute(element: etree._Element | None, name: str) -> int | None:
    value = "" if element is None else element.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() else None


def address(client: OnvifClient, ask: Callable[[], str]) -> str:
    """Return a stream's address at the host that was reached; empty where the device tells none."""
    try:
        told_address = ask()
    except DeviceError as error:
        client.note(Reason(code="no_stream_address", parameters={"why": error.what}))
        return ""
    try:
        bare, who = credentials.taken_out(told_address)
        parts = urlsplit(bare)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        shown_address = login.without_proofs(told_address[:200].encode()).decode()
        client.note(Reason(code="no_stream_address", parameters={"why": shown_address}))
        return ""
    if who or url_password.holds(bare):
        client.note(Reason(code="password_in_address"))
    reached = client.address.host
    if host != client.address.without_zone.host.lower():
        parameters = {"shown": host, "reached": reached}
        client.note(Reason(code="other_stream_address", parameters=parameters))
    shown = f"[{reached}]" if ":" in reached else reached
    return urlunsplit(parts._replace(netloc=f"{shown}:{port}" if port else shown))
