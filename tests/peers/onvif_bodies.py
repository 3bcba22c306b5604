"""The replies of an ONVIF device, built by zeep from the official WSDL that onvif-zeep ships."""

from __future__ import annotations

import functools
import importlib.util
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree
from zeep import Client

if TYPE_CHECKING:
    from peers.onvif_device import OnvifDevice

SERVICES = {  # name: (namespace, WSDL, binding)
    "device": ("http://www.onvif.org/ver10/device/wsdl", "devicemgmt.wsdl"),
    "media": ("http://www.onvif.org/ver10/media/wsdl", "media.wsdl"),
    "media2": ("http://www.onvif.org/ver20/media/wsdl", ""),
    "ptz": ("http://www.onvif.org/ver20/ptz/wsdl", "ptz.wsdl"),
    "search": ("http://www.onvif.org/ver10/search/wsdl", "search.wsdl"),
    "recording": ("http://www.onvif.org/ver10/recording/wsdl", "recording.wsdl"),
    "replay": ("http://www.onvif.org/ver10/replay/wsdl", "replay.wsdl"),
    "events": ("http://www.onvif.org/ver10/events/wsdl", "events.wsdl"),
}
TT = "http://www.onvif.org/ver10/schema"
WSNT = "http://docs.oasis-open.org/wsn/b-2"
SOAP = "http://www.w3.org/2003/05/soap-envelope"
SPACES = "http://www.onvif.org/ver10/tptz"
TOPIC = "tns1:RecordingHistory/Track/State"


@functools.cache
def wsdl_folder() -> Path:
    """Where onvif-zeep put the official WSDL."""
    found = importlib.util.find_spec("onvif")
    assert found
    assert found.origin
    return Path(found.origin).parent.parent / "wsdl"


@functools.cache
def client(service: str) -> Client:
    """Parse the WSDL of a service, once for each process."""
    return Client(str(wsdl_folder() / SERVICES[service][1]))


def build(service: str, element: str, **values: Any) -> etree._Element:
    """Build an element of a service's namespace as the schema has it."""
    namespace = SERVICES[service][0]
    kind = client(service).get_element(f"{{{namespace}}}{element}")
    parent = etree.Element("parent")
    kind.render(parent, kind(**values))
    return parent[0]


def envelope(content: etree._Element) -> bytes:
    """Put an element into a SOAP envelope."""
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"s": SOAP, "tt": TT})
    etree.SubElement(root, f"{{{SOAP}}}Body").append(content)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def fault(code: str, subcode: str, reason: str) -> bytes:
    """Write a SOAP 1.2 fault."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP}" '
        'xmlns:ter="http://www.onvif.org/ver10/error"><s:Body><s:Fault><s:Code>'
        f"<s:Value>s:{code}</s:Value><s:Subcode><s:Value>ter:{subcode}</s:Value></s:Subcode>"
        f'</s:Code><s:Reason><s:Text xml:lang="en">{reason}</s:Text></s:Reason></s:Fault>'
        "</s:Body></s:Envelope>"
    ).encode()


def zulu(moment: float) -> str:
    """Write POSIX seconds as xs:dateTime."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


# --- device


def system_date_and_time(device: OnvifDevice, _: etree._Element) -> etree._Element:
    shown = datetime.fromtimestamp(device.clock(), UTC)
    local = shown + timedelta(hours=8)
    if device.faults.utc == "local":
        shown = local
    fields: dict[str, Any] = {
        "DateTimeType": "NTP" if device.faults.ntp else "Manual",
        "DaylightSavings": False,
        "TimeZone": {"TZ": "CST-8"},
        "LocalDateTime": _split(local),
    }
    if device.faults.utc != "missing":
        fields["UTCDateTime"] = _split(shown)
    return build("device", "GetSystemDateAndTimeResponse", SystemDateAndTime=fields)


def _split(moment: datetime) -> dict[str, Any]:
    return {
        "Time": {"Hour": moment.hour, "Minute": moment.minute, "Second": moment.second},
        "Date": {"Year": moment.year, "Month": moment.month, "Day": moment.day},
    }


def services(device: OnvifDevice, _: etree._Element) -> etree._Element:
    rows = [
        {
            "Namespace": SERVICES[name][0],
            "XAddr": device.address_of(name),
            "Version": {"Major": 2, "Minor": 60},
        }
        for name in device.services
    ]
    return build("device", "GetServicesResponse", Service=rows)


def capabilities(device: OnvifDevice, _: etree._Element) -> etree._Element:
    names = [name for name in device.services if not device.faults.capabilities_differ]
    names = names or ["device", "media"]
    at = device.address_of
    main = {
        "Device": {"XAddr": at("device")},
        "Events": {
            "XAddr": at("events"),
            "WSSubscriptionPolicySupport": False,
            "WSPullPointSupport": True,
            "WSPausableSubscriptionManagerInterfaceSupport": False,
        },
        "Media": {"XAddr": at("media"), "StreamingCapabilities": {"RTPMulticast": False}},
        "PTZ": {"XAddr": at("ptz")},
    }
    extension = {
        "Recording": {
            "XAddr": at("recording"),
            "ReceiverSource": False,
            "MediaProfileSource": True,
            "DynamicRecordings": False,
            "DynamicTracks": False,
            "MaxStringLength": 64,
        },
        "Search": {"XAddr": at("search"), "MetadataSearch": False},
        "Replay": {"XAddr": at("replay")},
    }
    shown: dict[str, Any] = {key: main[key] for key in main if key.lower() in names}
    further = {key: extension[key] for key in extension if key.lower() in names}
    if further:
        shown["Extension"] = {"_value_1": [], **further}
    return build("device", "GetCapabilitiesResponse", Capabilities=shown)


def device_information(device: OnvifDevice, _: etree._Element) -> etree._Element:
    return build(
        "device",
        "GetDeviceInformationResponse",
        Manufacturer="Simulated Optics",
        Model="SO-2000",
        FirmwareVersion="1.4.2",
        SerialNumber=device.serial,
        HardwareId="7",
    )


def scopes(_: OnvifDevice, __: etree._Element) -> etree._Element:
    base = "onvif://www.onvif.org"
    items = [f"{base}/name/SO-2000", f"{base}/Profile/Streaming", f"{base}/Profile/G"]
    rows = [{"ScopeDef": "Fixed", "ScopeItem": item} for item in items]
    return build("device", "GetScopesResponse", Scopes=rows)


def hostname(_: OnvifDevice, __: etree._Element) -> etree._Element:
    return build(
        "device", "GetHostnameResponse", HostnameInformation={"FromDHCP": False, "Name": "cam-7"}
    )


def users(device: OnvifDevice, _: etree._Element) -> etree._Element:
    levels = {"admin": "Administrator", "guest": "User"}
    rows = [{"Username": name, "UserLevel": levels.get(name, "Operator")} for name in device.users]
    return build("device", "GetUsersResponse", User=rows)


def network_interfaces(_: OnvifDevice, __: etree._Element) -> etree._Element:
    interface = {
        "token": "eth0",
        "Enabled": True,
        "Info": {"Name": "eth0", "HwAddress": "02:00:5e:10:00:07", "MTU": 1500},
        "IPv4": {
            "Enabled": True,
            "Config": {
                "Manual": [{"Address": "192.0.2.7", "PrefixLength": 24}],
                "DHCP": False,
            },
        },
    }
    return build("device", "GetNetworkInterfacesResponse", NetworkInterfaces=[interface])


def network_protocols(device: OnvifDevice, _: etree._Element) -> etree._Element:
    rows = [
        {"Name": "HTTP", "Enabled": not device.faults.tls, "Port": [80]},
        {"Name": "HTTPS", "Enabled": device.faults.tls, "Port": [443]},
        {"Name": "RTSP", "Enabled": True, "Port": [554]},
    ]
    return build("device", "GetNetworkProtocolsResponse", NetworkProtocols=rows)


def ntp(device: OnvifDevice, _: etree._Element) -> etree._Element:
    server = {"Type": "IPv4", "IPv4Address": "192.0.2.1"}
    manual = [server] if device.faults.ntp else []
    return build(
        "device", "GetNTPResponse", NTPInformation={"FromDHCP": False, "NTPManual": manual}
    )


def dns(_: OnvifDevice, __: etree._Element) -> etree._Element:
    return build("device", "GetDNSResponse", DNSInformation={"FromDHCP": False})


def gateway(_: OnvifDevice, __: etree._Element) -> etree._Element:
    return build(
        "device",
        "GetNetworkDefaultGatewayResponse",
        NetworkGateway={"IPv4Address": ["192.0.2.1"]},
    )


# --- media

MULTICAST = {
    "Address": {"Type": "IPv4", "IPv4Address": "0.0.0.0"},  # noqa: S104 -- what cameras send
    "Port": 0,
    "TTL": 1,
    "AutoStart": False,
}
ENCODERS = {"main": (1920, 1080, 25, 4096, 50), "sub": (640, 360, 15, 512, 30)}


def _encoder(token: str) -> dict[str, Any]:
    width, height, rate, bits, gop = ENCODERS[token]
    return {
        "token": f"encoder-{token}",
        "Name": token,
        "UseCount": 1,
        "Encoding": "H264",
        "Resolution": {"Width": width, "Height": height},
        "Quality": 4.0,
        "RateControl": {"FrameRateLimit": rate, "EncodingInterval": 1, "BitrateLimit": bits},
        "H264": {"GovLength": gop, "H264Profile": "Main"},
        "Multicast": MULTICAST,
        "SessionTimeout": timedelta(seconds=60),
    }


def profiles(device: OnvifDevice, _: etree._Element) -> etree._Element:
    rows = []
    for token in ENCODERS:
        row: dict[str, Any] = {
            "token": token,
            "fixed": True,
            "Name": token,
            "VideoSourceConfiguration": {
                "token": "source",
                "Name": "source",
                "UseCount": 2,
                "SourceToken": "sensor",
                "Bounds": {"x": 0, "y": 0, "width": 1920, "height": 1080},
            },
            "VideoEncoderConfiguration": _encoder(token),
        }
        if device.faults.ptz != "none":
            row["PTZConfiguration"] = {
                "token": "ptz", "Name": "ptz", "UseCount": 2, "NodeToken": "node",
            }  # fmt: skip
        rows.append(row)
    return build("media", "GetProfilesResponse", Profiles=rows)


def stream_uri(device: OnvifDevice, asked: etree._Element) -> etree._Element:
    token = asked.findtext("{*}ProfileToken") or ""
    if token not in ENCODERS:
        raise LookupError(token)
    uri = {
        "Uri": device.stream_address(token),
        "InvalidAfterConnect": False,
        "InvalidAfterReboot": False,
        "Timeout": timedelta(0),
    }
    return build("media", "GetStreamUriResponse", MediaUri=uri)


# --- Media2: its WSDL is not shipped, so these are written by hand after the specification


def media2(device: OnvifDevice, asked: etree._Element) -> etree._Element:
    operation = etree.QName(asked).localname
    namespaces = f'xmlns:tr2="{SERVICES["media2"][0]}" xmlns:tt="{TT}"'
    if operation == "GetStreamUri":
        token = asked.findtext("{*}ProfileToken") or ""
        body = f"<tr2:Uri>{device.stream_address(token)}</tr2:Uri>"
    elif operation == "GetProfiles":
        body = "".join(
            f'<tr2:Profiles token="{token}" fixed="true"><tr2:Name>{token}</tr2:Name>'
            f"<tr2:Configurations>{_encoder2('tr2:VideoEncoder', token)}</tr2:Configurations>"
            "</tr2:Profiles>"
            for token in ENCODERS
        )
    else:
        body = "".join(_encoder2("tr2:Configurations", token) for token in ENCODERS)
    text = f"<tr2:{operation}Response {namespaces}>{body}</tr2:{operation}Response>"
    return etree.fromstring(text)


def _encoder2(name: str, token: str) -> str:
    width, height, rate, bits, gop = ENCODERS[token]
    return (
        f'<{name} token="encoder-{token}" GovLength="{gop}" Profile="Main">'
        f"<tt:Name>{token}</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>H265</tt:Encoding>"
        f"<tt:Resolution><tt:Width>{width}</tt:Width><tt:Height>{height}</tt:Height>"
        f'</tt:Resolution><tt:RateControl ConstantBitRate="false"><tt:FrameRateLimit>{rate}'
        f"</tt:FrameRateLimit><tt:BitrateLimit>{bits}</tt:BitrateLimit></tt:RateControl>"
        f"<tt:Quality>4</tt:Quality></{name}>"
    )


# --- PTZ


def _range(low: float, high: float) -> dict[str, float]:
    return {"Min": low, "Max": high}


def nodes(device: OnvifDevice, _: etree._Element) -> etree._Element:
    def plane(kind: str, low: float) -> list[dict[str, Any]]:
        uri = f"{SPACES}/PanTiltSpaces/{kind}"
        return [{"URI": uri, "XRange": _range(low, 1), "YRange": _range(low, 1)}]

    def line(kind: str, low: float) -> list[dict[str, Any]]:
        return [{"URI": f"{SPACES}/ZoomSpaces/{kind}", "XRange": _range(low, 1)}]

    node = {
        "token": "node",
        "Name": "node",
        "SupportedPTZSpaces": {
            "AbsolutePanTiltPositionSpace": plane("PositionGenericSpace", -1),
            "AbsoluteZoomPositionSpace": line("PositionGenericSpace", 0),
            "ContinuousPanTiltVelocitySpace": plane("VelocityGenericSpace", -1),
            "ContinuousZoomVelocitySpace": line("VelocityGenericSpace", -1),
        },
        "MaximumNumberOfPresets": 300,
        "HomeSupported": True,
    }
    rows = [] if device.faults.ptz == "none" else [node]
    return build("ptz", "GetNodesResponse", PTZNode=rows)


def _vector(where: tuple[float, float, float]) -> dict[str, Any]:
    pan, tilt, zoom = where
    return {
        "PanTilt": {"x": pan, "y": tilt, "space": f"{SPACES}/PanTiltSpaces/PositionGenericSpace"},
        "Zoom": {"x": zoom, "space": f"{SPACES}/ZoomSpaces/PositionGenericSpace"},
    }


def presets(device: OnvifDevice, _: etree._Element) -> etree._Element:
    rows = [
        {"token": token, "Name": f"preset {token}", "PTZPosition": _vector(where)}
        for token, where in device.head.presets.items()
    ]
    return build("ptz", "GetPresetsResponse", Preset=rows)


def status(device: OnvifDevice, _: etree._Element) -> etree._Element:
    moving = "MOVING" if device.head.moving else "IDLE"
    shown: dict[str, Any] = {
        "MoveStatus": {"PanTilt": moving, "Zoom": moving},
        "UtcTime": datetime.fromtimestamp(device.clock(), UTC),
    }
    if device.faults.ptz != "no_position":
        shown["Position"] = _vector(device.head.shown)
    return build("ptz", "GetStatusResponse", PTZStatus=shown)


def moved(device: OnvifDevice, asked: etree._Element) -> etree._Element:
    """Answer every call that moves: its parameters go to the head."""
    operation = etree.QName(asked).localname
    device.head.obey(operation, asked)
    return build("ptz", f"{operation}Response")


# --- recordings


def summary(device: OnvifDevice, _: etree._Element) -> etree._Element:
    stretches = [stretch for kept in device.recordings.values() for stretch in kept]
    empty = device.faults.summary == "empty" or not stretches
    shown = {
        "DataFrom": zulu(0 if empty else min(start for start, _ in stretches)),
        "DataUntil": zulu(0 if empty else max(end for _, end in stretches)),
        "NumberRecordings": 0 if empty else len(device.recordings),
    }
    return build("search", "GetRecordingSummaryResponse", Summary=shown)


def find(device: OnvifDevice, asked: etree._Element) -> etree._Element:
    operation = etree.QName(asked).localname
    token = device.searches.begin(operation, asked)
    return build("search", f"{operation}Response", SearchToken=token)


def recording_results(device: OnvifDevice, asked: etree._Element) -> etree._Element:
    state, tokens = device.searches.results(asked.findtext("{*}SearchToken") or "")
    rows = [_information(device, token) for token in tokens]
    listed = {"SearchState": state, "RecordingInformation": rows}
    return build("search", "GetRecordingSearchResultsResponse", ResultList=listed)


def _information(device: OnvifDevice, token: str) -> dict[str, Any]:
    kept = device.recordings[token]
    first, last = kept[0][0], kept[-1][1]
    track = {
        "TrackToken": "VIDEO001",
        "TrackType": "Video",
        "Description": "main stream",
        "DataFrom": zulu(first),
        "DataTo": zulu(last),
    }
    return {
        "RecordingToken": token,
        "Source": {
            "SourceId": f"urn:source:{token}",
            "Name": f"camera {token}",
            "Location": "gate",
            "Description": "",
            "Address": "",
        },
        "EarliestRecording": zulu(first),
        "LatestRecording": zulu(last),
        "Content": "",
        "Track": [track],
        "RecordingStatus": "Recording",
    }


def event_results(device: OnvifDevice, asked: etree._Element) -> etree._Element:
    state, events = device.searches.results(asked.findtext("{*}SearchToken") or "")
    listed = {"SearchState": state, "Result": [_event(*event) for event in events]}
    reply = build("search", "GetEventSearchResultsResponse", ResultList=listed)
    for event, (token, moment, present) in zip(reply.iter(f"{{{TT}}}Event"), events, strict=True):
        _fill(event, token, moment, present=present)
    return reply


def _event(token: str, moment: float, _: bool) -> dict[str, Any]:  # noqa: FBT001 -- of a tuple
    return {
        "RecordingToken": token,
        "TrackToken": "VIDEO001",
        "Time": zulu(moment),
        "Event": {
            "Topic": {"Dialect": "any", "_value_1": etree.Element("topic")},
            "Message": {"_value_1": etree.Element("message")},
        },
        "StartStateEvent": False,
    }


def _fill(event: etree._Element, token: str, moment: float, *, present: bool) -> None:
    """Write topic and message, which the schema leaves open."""
    for child in list(event):
        event.remove(child)
    dialect = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
    namespaces = (
        f'xmlns:wsnt="{WSNT}" xmlns:tt="{TT}" xmlns:tns1="http://www.onvif.org/ver10/topics"'
    )
    text = (
        f'<e {namespaces}><wsnt:Topic Dialect="{dialect}">{TOPIC}</wsnt:Topic><wsnt:Message>'
        f'<tt:Message UtcTime="{zulu(moment)}"><tt:Source>'
        f'<tt:SimpleItem Name="RecordingToken" Value="{token}"/>'
        '<tt:SimpleItem Name="Track" Value="VIDEO001"/></tt:Source><tt:Data>'
        f'<tt:SimpleItem Name="IsDataPresent" Value="{str(present).lower()}"/></tt:Data>'
        "</tt:Message></wsnt:Message></e>"
    )
    event.extend(list(etree.fromstring(text)))


def end_search(device: OnvifDevice, asked: etree._Element) -> etree._Element:
    device.searches.end(asked.findtext("{*}SearchToken") or "")
    return build("search", "EndSearchResponse", Endpoint=zulu(device.clock()))


def replay_uri(device: OnvifDevice, asked: etree._Element) -> etree._Element:
    token = asked.findtext("{*}RecordingToken") or ""
    return build("replay", "GetReplayUriResponse", Uri=device.stream_address(f"replay/{token}"))


ANSWERS = {
    "GetSystemDateAndTime": system_date_and_time,
    "GetServices": services,
    "GetCapabilities": capabilities,
    "GetDeviceInformation": device_information,
    "GetScopes": scopes,
    "GetHostname": hostname,
    "GetUsers": users,
    "GetNetworkInterfaces": network_interfaces,
    "GetNetworkProtocols": network_protocols,
    "GetNTP": ntp,
    "GetDNS": dns,
    "GetNetworkDefaultGateway": gateway,
    "GetProfiles": profiles,
    "GetStreamUri": stream_uri,
    "GetNodes": nodes,
    "GetPresets": presets,
    "GetStatus": status,
    "ContinuousMove": moved,
    "AbsoluteMove": moved,
    "GotoPreset": moved,
    "Stop": moved,
    "GetRecordingSummary": summary,
    "FindRecordings": find,
    "FindEvents": find,
    "GetRecordingSearchResults": recording_results,
    "GetEventSearchResults": event_results,
    "EndSearch": end_search,
    "GetReplayUri": replay_uri,
}


def answer(device: OnvifDevice, asked: etree._Element) -> bytes:
    """Answer a call by its operation. Raises KeyError for unknown ones."""
    name = etree.QName(asked)
    if name.namespace == SERVICES["media2"][0]:
        return envelope(media2(device, asked))
    return envelope(ANSWERS[name.localname](device, asked))
