"""A sweep of a small network: what is open is found, every contact is recorded, and it is slow."""

from __future__ import annotations

import ipaddress
import json
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from peers import network
from peers.awaited import until

from acceptance.errors import OutputError, PlanError, UsageError
from acceptance.forms import devices as device_list
from acceptance.live import authorisation, sweep, transcript

if TYPE_CHECKING:
    from collections.abc import Iterator

PEER = str(Path(__file__).parents[1] / "peers" / "open_device.py")
needs_namespaces = pytest.mark.skipif(bool(network.refused()), reason=network.refused() or "—")


def record(folder: Path, ranges: str, *, actions: str = '"sweep"', days: int = 1) -> Path:
    """Write a record that is valid from yesterday for some days."""
    begin = datetime.now(UTC) - timedelta(days=1)
    fields = {
        "authorised_by": '"Li"', "authorised": '["Wang"]', "ranges": f"[{ranges}]",
        "valid_from": begin.isoformat(), "actions": f"[{actions}]",
        "valid_until": (begin + timedelta(days=days, hours=1)).isoformat(),
    }  # fmt: skip
    path = folder / "authorisation.toml"
    path.write_text("\n".join(f"{name} = {value}" for name, value in fields.items()), "utf-8")
    return path


@pytest.fixture(scope="module")
def site() -> Iterator[network.Site]:
    """Two open devices among silence: one of ONVIF at 8000 and RTSP, one of RTSP alone."""
    devices = (("10.83.0.2", 8000, 554), ("10.83.0.5", 8081, 8554))
    with network.site({"lan": "10.83"}) as made, ExitStack() as ending:
        network.ip("-n", made.devices, "address", "add", "10.83.0.5/24", "dev", "lan")
        for address, http, rtsp in devices:
            peer = made.start(
                made.devices, sys.executable, PEER, address, str(http), str(rtsp),
                stdout=subprocess.PIPE,
            )  # fmt: skip
            ending.callback(peer.wait)
            ending.callback(peer.kill)
            assert peer.stdout is not None
            ending.callback(peer.stdout.close)
            assert peer.stdout.readline() == "ready\n"
        yield made


@pytest.fixture(scope="module")
def swept(site: network.Site, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("sweep")
    done = site.acceptance(
        "discover", "--unicast-only", "--sweep", "10.83.0.0/29", "--rate", "50", "--log", "x.jsonl",
        "--authorised", str(record(folder, '"10.83.0.0/24"')), "--json", "found.json",
        "-o", "devices.xlsx", cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "found.json").read_text("utf-8")), folder, done.stderr


@needs_namespaces
def test_onvif_and_rtsp_are_told_apart_from_what_is_closed(swept: Any) -> None:
    found = {device["address"]: device for device in swept[0]["devices"]}
    ports = {
        address: {port["port"]: port["service"] for port in device["open_ports"]}
        for address, device in found.items()
    }
    assert ports == {"10.83.0.2": {554: "rtsp", 8000: "onvif"}, "10.83.0.5": {8554: "rtsp"}}
    assert found["10.83.0.2"]["source"] == "10.83.0.2:8000"
    assert found["10.83.0.5"]["source"] == "rtsp://10.83.0.5:8554/"


@needs_namespaces
def test_the_list_of_a_sweep_is_one_that_a_plan_takes(swept: Any) -> None:
    listed = device_list.read(swept[1] / "devices.xlsx")
    assert [device.address for device in listed] == ["10.83.0.2", "10.83.0.5"]


@needs_namespaces
def test_time_authority_and_record_are_stated_before_the_start(swept: Any) -> None:
    said = " ".join(swept[2].split())
    assert said.startswith(
        "Sweep of 10.83.0.0/29: 6 ports of each address, 50 connections a second"
    )
    assert "Allowed by Li until" in said
    assert "Everything is written to x.jsonl" in said


@needs_namespaces
def test_every_contact_is_recorded_at_the_stated_rate(swept: Any) -> None:
    lines = transcript.read(swept[1] / "x.jsonl", "discovery")
    assert [line["event"] for line in lines[:2]] == ["authorisation", "sweep"]
    contacts = [line for line in lines if line["event"] == "connect"]
    assert len(contacts) == 6 * 6
    outcomes = {(line["address"], line["port"]): line["outcome"] for line in contacts}
    assert outcomes["10.83.0.2", 8000] == "open"
    assert outcomes["10.83.0.2", 80] == "closed"
    begun = sorted(line["monotonic"] - line["seconds"] for line in contacts)
    assert begun[-1] - begun[0] >= 0.9 * 35 / 50
    asked = [line["address"] for line in lines if line["event"] == "request"]
    assert asked == ["10.83.0.2:554", "10.83.0.2:8000", "10.83.0.5:8554"]


@needs_namespaces
def test_ctrl_c_stops_a_sweep_at_once_and_what_it_found_is_kept(
    site: network.Site, tmp_path: Path
) -> None:
    sweeping = site.start(
        site.tester, sys.executable, "-m", "acceptance", "discover", "--unicast-only", "--sweep",
        "10.83.0.0/24", "--authorised", str(record(tmp_path, '"10.83.0.0/24"')), "--log", "x.jsonl",
        "--port", "8000", "--json", "found.json",
        cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    log = tmp_path / "x.jsonl"
    until(lambda: log.exists() and log.read_text("utf-8").count('"connect"') >= 3, "three contacts")
    started = time.monotonic()
    sweeping.send_signal(signal.SIGINT)
    _, said = sweeping.communicate(timeout=120)
    assert time.monotonic() - started < 10
    assert sweeping.returncode == 130
    assert "Traceback" not in said
    lines = transcript.read(log, "discovery")
    assert lines[-1]["event"] == "interrupted"
    connects = [line for line in lines if line["event"] == "connect"]
    assert 3 <= len(connects) < 254
    assert log.read_text("utf-8").endswith("}\n")
    assert "10.83.0.2" in (tmp_path / "found.json").read_text("utf-8")  # it had knocked there


NETWORK = ipaddress.ip_network("192.0.2.0/29")


@pytest.mark.parametrize(
    ("ranges", "options", "network_text", "words"),
    [
        ('"192.0.2.0/30"', {}, "192.0.2.0/29", "does not allow"),
        ('"192.0.2.0/24"', {"actions": '"audit"'}, "192.0.2.0/29", "does not allow 'sweep'"),
        ('"192.0.2.0/24"', {"days": 0}, "192.0.2.0/29", "expired"),
        ('"10.0.0.0/16"', {}, "10.0.0.0/16", "65536 addresses; 1024 at most"),
        ('"2001:db8::/64"', {}, "2001:db8::/64", "1024 at most"),
    ],
)
def test_what_is_not_allowed_or_too_large_is_refused_before_any_contact(
    tmp_path: Path, ranges: str, options: dict[str, Any], network_text: str, words: str
) -> None:
    permission = authorisation.load(record(tmp_path, ranges, **options))
    log = transcript.Transcript(tmp_path / "x.jsonl", "discovery")
    with log, pytest.raises((PlanError, UsageError), match=words):
        sweep.sweep(ipaddress.ip_network(network_text), permission, log)
    assert transcript.read(tmp_path / "x.jsonl", "discovery") == []


def test_a_record_that_expires_during_the_sweep_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    permission = authorisation.load(record(tmp_path, '"127.0.0.0/24"'))
    checks: list[object] = []

    def require(*given: object) -> None:
        checks.append(given)
        if len(checks) > 4:
            raise PlanError("expired")

    monkeypatch.setattr(authorisation.Authorisation, "require", require)
    log = transcript.Transcript(tmp_path / "x.jsonl", "discovery")
    with log, pytest.raises(PlanError, match="expired"):
        sweep.sweep(ipaddress.ip_network("127.0.0.0/28"), permission, log, rate=50)
    lines = transcript.read(tmp_path / "x.jsonl", "discovery")
    assert sum(line["event"] == "connect" for line in lines) == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [({"rate": 51}, "50 connections"), ({"rate": 0}, "50 connections"), ({"ports": []}, "ports"),
     ({"ports": [0]}, "ports"), ({"ports": range(1, 30)}, "1 to 20 ports")],
)  # fmt: skip
def test_a_sweep_is_bounded(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    permission = authorisation.load(record(tmp_path, '"192.0.2.0/24"'))
    log = transcript.Transcript(tmp_path / "x.jsonl", "discovery")
    with log, pytest.raises(UsageError, match=words):
        sweep.sweep(NETWORK, permission, log, **options)


def test_a_sweep_takes_the_time_that_was_stated() -> None:
    assert sweep.planned_seconds(ipaddress.ip_network("192.0.2.0/24")) == pytest.approx(77.2)


def test_a_record_that_cannot_be_written_ends_the_sweep_at_once_and_no_port_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    permission = authorisation.load(record(tmp_path, '"127.0.0.0/24"'))
    written: list[str] = []

    def write(_: transcript.Transcript, event: str, **__: object) -> int:
        written.append(event)
        if event == "connect":
            raise OutputError("the disc is full")
        return len(written)

    found: list[sweep.OpenPort] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with transcript.Transcript(tmp_path / "x.jsonl", "discovery") as log:
            monkeypatch.setattr(transcript.Transcript, "write", write)
            with pytest.raises(OutputError, match="the disc is full"):
                sweep.sweep(
                    ipaddress.ip_network("127.0.0.1/32"), permission, log, rate=50,
                    ports=[port, *range(9, 28)], keep=found.append,
                )  # fmt: skip
    assert found == [sweep.OpenPort(address="127.0.0.1", port=port)]
    assert written.count("connect") <= 3, "of 20"
