"""Devices that answer WS-Discovery, each in its own way: a program of the standard library alone.

``python discovery_peer.py INTERFACE ADDRESS=WAY ...`` on an interface that has the addresses. It
prints ``ready`` when it listens. An address ``fe80`` is a device of IPv6 alone.
"""

from __future__ import annotations

import re
import selectors
import socket
import struct
import sys
import time

GROUP, PORT = "239.255.255.250", 3702
MATCH = """<?xml version="1.0" encoding="{encoding}"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"
 xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:dn="http://www.onvif.org/ver10/network/wsdl">
<SOAP-ENV:Header><wsa:RelatesTo>uuid:{relates}</wsa:RelatesTo></SOAP-ENV:Header>
<SOAP-ENV:Body><d:ProbeMatches><d:ProbeMatch>
<wsa:EndpointReference><wsa:Address>urn:uuid:{endpoint}</wsa:Address></wsa:EndpointReference>
<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>
<d:Scopes>onvif://www.onvif.org/name/{name} onvif://www.onvif.org/hardware/IPC-{number}
 onvif://www.onvif.org/location/city/chongqing onvif://www.onvif.org/Profile/Streaming
 {more}</d:Scopes>
<d:XAddrs>http://{host}/onvif/device_service</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>
</d:ProbeMatch></d:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>"""
BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "{}">]><a>&b;</a>'.format("x" * 1000)
CAMERA = "%E5%8C%97%E9%97%A8"  # "north gate" in UTF-8


def answers(way: str, probe: bytes, address: str) -> list[tuple[float, bytes]]:
    """Return what a device sends after how many seconds."""
    relates = re.search(rb"uuid:([0-9a-f-]+)", probe)
    typed = b"NetworkVideoTransmitter" in probe
    number = address.rpartition(".")[2].rpartition(":")[2].partition("%")[0]
    fields = {
        "encoding": "utf-8", "relates": relates[1].decode() if relates else "", "name": CAMERA,
        "endpoint": f"00000000-0000-0000-0000-{number:>012}", "number": number,
        "host": f"[{address}]" if ":" in address else address, "more": "",
    }  # fmt: skip
    if way in {"typed", "untyped"}:
        return [(0.0, whole(fields))] * (typed == (way == "typed"))
    return ways(way, fields)


def ways(way: str, fields: dict[str, str]) -> list[tuple[float, bytes]]:
    same = "00000000-0000-0000-0000-00000000same"
    special = {
        "plain": [(0.05, whole(fields))],
        "twice": [(0.0, whole(fields)), (0.1, whole(fields))],
        "late": [(1.8, whole(fields))],
        "multihomed": [(0.0, whole(fields | {"endpoint": same, "host": "10.81.0.2"}))],
        "cloned": [(0.0, whole(fields | {"endpoint": "00000000-0000-0000-0000-0000000clone"}))],
        "other host": [(0.0, whole(fields | {"host": "192.0.2.99:8000"}))],
        "blanks": [(0.0, whole(fields | {"name": "Virtual IP Camera"}))],
        "port": [(0.0, whole(fields | {"host": fields["host"] + ":8000"}))],
        "undeclared": [(0.0, re.sub(rb' xmlns:d="[^"]*"', b"", whole(fields)))],
        "cut off": [(0.0, whole(fields).partition(b"<d:MetadataVersion>")[0])],
        "gb18030": [(0.0, whole(fields | {"encoding": "gb18030", "name": "北门"}, "gb18030"))],
        "unlabelled gbk": [(0.0, whole(fields | {"name": "北门"}, "gb18030"))],
        "ptz": [(0.0, whole(fields | {"more": "onvif://www.onvif.org/type/ptz"}))],
        "stranger": [(0.0, whole(fields | {"relates": "1234"}))],
        "html": [(0.0, b"<html><body>Not found</body></html>")],
        "bomb": [(0.0, BOMB.encode())],
        "noise": [(0.0, bytes(range(256)) * 200)],
        "empty": [(0.0, b"")],
        "flood": [(0.0, whole(fields))] * 500,
    }
    return special[way]


def whole(fields: dict[str, str], encoding: str = "utf-8") -> bytes:
    return MATCH.format(**fields).encode(encoding)


def listening(interface: str, address: str) -> tuple[list[socket.socket], socket.socket]:
    """Return sockets on which probes come in, and the one from which a device answers."""
    index = socket.if_nametoindex(interface)
    if address == "fe80":
        own = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        own.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        own.bind(("::", PORT))
        joined = socket.inet_pton(socket.AF_INET6, "ff02::c") + struct.pack("@I", index)
        own.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, joined)
        return [own], own
    group = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    group.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    group.bind((GROUP, PORT))
    joined = struct.pack("=4s4si", socket.inet_aton(GROUP), bytes(4), index)
    group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
    group.setsockopt(socket.IPPROTO_IP, 49, 0)  # IP_MULTICAST_ALL: of this interface only
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    own.bind((address, PORT))
    return [group, own], own


def serve(interface: str, devices: dict[str, str]) -> None:
    """Answer for ever."""
    waiting, due = selectors.DefaultSelector(), []
    for address, way in devices.items():
        inputs, output = listening(interface, address)
        for each in inputs:
            waiting.register(each, selectors.EVENT_READ, (address, way, output))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        for key, _ in waiting.select(0.02):
            address, way, output = key.data
            probe, sender = key.fileobj.recvfrom(65535)
            for delay, content in answers(way, probe, address):
                due.append((time.monotonic() + delay, content, sender, output))
        for entry in [entry for entry in due if entry[0] <= time.monotonic()]:
            due.remove(entry)
            entry[3].sendto(entry[1], entry[2])


if __name__ == "__main__":
    serve(sys.argv[1], dict(word.split("=", 1) for word in sys.argv[2:]))
