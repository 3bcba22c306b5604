"""WS-Discovery: devices behind real interfaces that answer in their own ways."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from peers import network

from acceptance.errors import DeviceError, UsageError
from acceptance.forms import devices as device_list
from acceptance.live import discovered, discovery, probe_answers, transcript
from acceptance.live.probe_answers import ProbeAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

PEER = str(Path(__file__).parents[1] / "peers" / "discovery_peer.py")
needs_namespaces = pytest.mark.skipif(bool(network.refused()), reason=network.refused() or "—")
LAN = {
    "10.81.0.2": "multihomed",
    "10.81.0.11": "plain",
    "10.81.0.12": "twice",
    "10.81.0.13": "late",
    "10.81.0.14": "typed",
    "10.81.0.15": "untyped",
    "10.81.0.16": "other host",
    "10.81.0.17": "undeclared",
    "10.81.0.18": "cut off",
    "10.81.0.19": "gb18030",
    "10.81.0.20": "unlabelled gbk",
    "10.81.0.21": "ptz",
    "10.81.0.22": "stranger",
    "10.81.0.23": "port",
    "10.81.0.24": "cloned",
    "10.81.0.25": "cloned",
    "10.81.0.26": "blanks",
    "10.81.0.31": "html",
    "10.81.0.32": "bomb",
    "10.81.0.33": "noise",
    "10.81.0.34": "empty",
    "10.81.0.35": "flood",
    "fe80": "plain",
}
UNREADABLE = {"10.81.0.31", "10.81.0.32", "10.81.0.33", "10.81.0.34"}
DMZ = {"10.82.0.2": "multihomed"}


@pytest.fixture(scope="module")
def site() -> Iterator[network.Site]:
    """Two interfaces; on the first, a device for each way of answering."""
    with network.site({"lan": "10.81", "dmz": "10.82"}) as made, ExitStack() as ending:
        for address in LAN:
            if address not in {"10.81.0.2", "fe80"}:
                network.ip("-n", made.devices, "address", "add", f"{address}/24", "dev", "lan")
        for interface, devices in (("lan", LAN), ("dmz", DMZ)):
            words = [f"{address}={way}" for address, way in devices.items()]
            peer = made.start(
                made.devices, sys.executable, PEER, interface, *words, stdout=subprocess.PIPE
            )
            ending.callback(peer.wait)
            ending.callback(peer.kill)
            assert peer.stdout is not None
            ending.callback(peer.stdout.close)
            assert peer.stdout.readline() == "ready\n"
        yield made


@pytest.fixture(scope="module")
def search(site: network.Site, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One search over both interfaces: JSON, folder of its files, and what was printed."""
    folder = tmp_path_factory.mktemp("search")
    done = site.acceptance(
        "discover", "--json", "found.json", "-o", "devices.csv", "--log", "log.jsonl", cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "found.json").read_text("utf-8")), folder, done.stdout


def by_address(found: Any) -> dict[str, Any]:
    return {device["address"]: device for device in found["devices"]}


@needs_namespaces
def test_every_device_is_found_once_whatever_its_way_of_answering(search: Any) -> None:
    found, _, _ = search
    addresses = [device["address"] for device in found["devices"]]
    expected = {address for address in LAN if address != "fe80"} - UNREADABLE
    assert {address for address in addresses if not address.startswith("fe80")} == expected
    assert len(addresses) == len(set(addresses))
    [six] = [address for address in addresses if address.startswith("fe80")]
    assert six.endswith("%lan")


@needs_namespaces
def test_a_device_with_two_interfaces_is_one_device(search: Any) -> None:
    device = by_address(search[0])["10.81.0.2"]
    assert device["other_addresses"] == ["10.82.0.2"]
    assert sorted(device["heard_on"]) == ["dmz", "lan"]


@needs_namespaces
def test_two_devices_with_one_identity_stay_two_and_say_so(search: Any) -> None:
    found = by_address(search[0])
    assert found["10.81.0.24"]["remarks"] == ["has the same endpoint reference as 10.81.0.25"]
    assert found["10.81.0.25"]["remarks"] == ["has the same endpoint reference as 10.81.0.24"]


@needs_namespaces
def test_scopes_are_read_in_utf_8_and_in_gb_18030_labelled_or_not(search: Any) -> None:
    found = by_address(search[0])
    names = {address: found[address]["name"] for address in ("10.81.0.11", "10.81.0.19")}
    assert set(names.values()) == {"北门"}
    assert found["10.81.0.20"]["name"] == "北门"
    assert found["10.81.0.11"]["hardware"] == "IPC-11"
    assert found["10.81.0.11"]["location"] == "city/chongqing"
    assert found["10.81.0.21"]["kind"] == "ptz"
    assert found["10.81.0.26"]["name"] == "Virtual IP Camera"


@needs_namespaces
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("10.81.0.16", "names another host as its own: 192.0.2.99"),
        ("10.81.0.17", "its XML is not well-formed: Namespace prefix d"),
        ("10.81.0.18", "its XML is not well-formed: Premature end"),
        ("10.81.0.22", "its answers name no probe of this search"),
    ],
)
def test_what_is_odd_about_an_answer_is_said(search: Any, address: str, words: str) -> None:
    [remark] = by_address(search[0])[address]["remarks"]
    assert remark.startswith(words)


@needs_namespaces
def test_what_cannot_be_read_is_told_by_its_sender_and_hides_nobody(search: Any) -> None:
    unreadable = search[0]["unreadable"]
    assert set(unreadable) == UNREADABLE | {"10.81.0.35"}
    assert unreadable["10.81.0.31"] == "sent a web page and no XML"
    assert unreadable["10.81.0.32"] == "sent XML with a document type, which is not read"
    assert unreadable["10.81.0.35"] == "sent more than 60 answers"


@needs_namespaces
def test_the_device_list_is_one_that_a_plan_takes(search: Any, site: network.Site) -> None:
    found, folder, _ = search
    listed = {device.id: device for device in device_list.read(folder / "devices.csv")}
    assert len(listed) == len(found["devices"])
    assert listed["10.81.0.11"].source == "10.81.0.11"
    assert listed["10.81.0.23"].source == "10.81.0.23:8000"
    assert listed["10.81.0.16"].source == "10.81.0.16:8000"
    assert listed["10.81.0.21"].kind == "ptz"
    done = site.acceptance("new", "devices.csv", "--yes", "-o", "plan.toml", cwd=folder)
    assert done.returncode == 0, done.stderr


@needs_namespaces
def test_probes_and_answers_are_in_the_record(search: Any) -> None:
    lines = transcript.read(search[1] / "log.jsonl", "discovery")
    probes = [line for line in lines if line["event"] == "probe"]
    assert {line["types"] for line in probes} == {"dn:NetworkVideoTransmitter", ""}
    assert {line["to"] for line in probes} == {"lan", "lan (IPv6)", "dmz", "dmz (IPv6)"}
    assert len(probes) == 3 * 2 * 4
    assert {line["sender"] for line in lines if line["event"] == "answer"} >= UNREADABLE


@needs_namespaces
def test_given_addresses_are_asked_straight_and_nobody_else(site: network.Site) -> None:
    done = site.acceptance("discover", "10.81.0.11", "--unicast-only", "--seconds", "2",
                           "--json", "-")  # fmt: skip
    found = json.loads(done.stdout)
    assert list(by_address(found)) == ["10.81.0.11"]
    assert found["asked"] == ["10.81.0.11"]


@needs_namespaces
def test_an_interface_can_be_chosen_and_nothing_found_is_said(
    site: network.Site, tmp_path: Path
) -> None:
    done = site.acceptance("discover", "--interface", "dmz", "--seconds", "2", "--json", "-")
    assert list(by_address(json.loads(done.stdout))) == ["10.82.0.2"]
    nobody = site.acceptance(
        "discover", "10.82.0.77", "--unicast-only", "--seconds", "2", "-o", "none.csv", cwd=tmp_path
    )
    assert (nobody.returncode, "0 devices found" in nobody.stdout) == (3, True)
    assert "no device list was written" in nobody.stdout
    assert not (tmp_path / "none.csv").exists()


def test_a_search_without_a_network_is_refused_with_what_to_do() -> None:
    with pytest.raises(UsageError, match="there is no interface 'nowhere'"):
        discovery.search(interfaces=["nowhere"])
    with pytest.raises(UsageError, match="2 to 60"):
        discovery.search(interfaces=[], seconds=600)
    with pytest.raises(DeviceError, match="no probe could be sent"):
        discovery.search(interfaces=[], seconds=2)
    with pytest.raises(DeviceError, match="this name is not known"):
        discovery.search(["no-such-host.invalid"], interfaces=[], seconds=2)


NAMES = st.text(max_size=30) | st.sampled_from(["=1+1", "'", "\x07", "北门", "a,b;c\td", "%00"])


@given(st.lists(st.tuples(NAMES, NAMES, st.sampled_from(["1", "2", "3"])), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_whatever_devices_are_called_their_list_can_be_read(
    named: list[tuple[str, str, str]],
) -> None:
    """Names come from strangers: formulas, controls, separators."""
    answers = [
        ProbeAnswer(
            sender=f"192.0.2.{number}",
            heard_on="lan",
            endpoint=endpoint,
            types=(),
            scopes=(f"onvif://www.onvif.org/name/{quote(name)}",),
            addresses=(f"http://192.0.2.{number}:8000/",),
            asked_for=True,
            wrong="",
        )
        for name, endpoint, number in named
    ]
    found = discovered.devices(answers)
    with tempfile.TemporaryDirectory() as folder:
        for ending in (".csv", ".xlsx"):
            path = Path(folder, f"devices{ending}")
            assert discovered.write(found, path) == len(found)
            assert [device.address for device in device_list.read(path)] == [
                device.address for device in found
            ]


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
@example(b"<:")
@example(b"<a:1b/>")
@example(b"</XAddrs></ProbeMatch><ProbeMatch><XAddrs>http://b/")
@settings(max_examples=200, deadline=None)
def test_whatever_comes_as_an_answer_it_is_read_or_refused(content: bytes) -> None:
    whole = b"<a><ProbeMatch><XAddrs>" + content + b"</XAddrs><Scopes>x</Scopes></ProbeMatch></a>"
    for answer in (content, whole):
        with contextlib.suppress(DeviceError):
            found = discovered.devices(probe_answers.read(answer, "192.0.2.1", "lan", ()))
            assert {device.address for device in found} == {"192.0.2.1"}
            assert all(device.heard_on == ("lan",) and device.remarks for device in found)


@pytest.mark.parametrize("lie", ["one_device", "one_endpoint", "many_devices"])
def test_thousands_of_answers_are_sorted_in_no_time(lie: str) -> None:
    """All of one sender; of as many that claim one identity; each of another identity."""
    answers = [
        ProbeAnswer(
            sender="192.0.2.1" if lie == "one_device" else f"10.1.{n // 250}.{n % 250}",
            heard_on="eth0", endpoint=str(n) if lie == "many_devices" else "urn:x", types=(),
            scopes=(), addresses=(f"http://10.2.{n // 250}.{n % 250}/",), asked_for=True, wrong="",
        )
        for n in range(3000)
    ]  # fmt: skip
    begun = time.process_time()
    found = discovered.devices(answers)
    assert len(found) == (1 if lie == "one_device" else 3000)
    assert max(len(remark) for device in found for remark in device.remarks) < 1000
    assert time.process_time() - begun < 10


def test_a_sender_that_names_hundreds_of_devices_is_cut_off() -> None:
    match = "<d:ProbeMatch xmlns:d='d'><d:XAddrs>http://10.0.0.1/</d:XAddrs></d:ProbeMatch>"
    content = f"<Envelope>{match * 700}</Envelope>".encode()
    doing = discovery._Search(None)
    for sender in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        discovery._take(doing, content, sender, "eth0")
    assert len(doing.answers) == 2 * discovery.MOST_MATCHES
    assert set(doing.unreadable) == {"192.0.2.1", "192.0.2.2"}
