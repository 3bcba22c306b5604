"""``probe --audit`` and ``discover`` as commands: what they say before, and what they refuse."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from peers import network, open_device
from peers.awaited import until

from acceptance.cli import verbs
from acceptance.errors import OutputError, PlanError, UsageError
from acceptance.live import authorisation, discovery, sweep, transcript

if TYPE_CHECKING:
    from pathlib import Path


def record(folder: Path, *, actions: str = '"audit", "sweep"', days: int = 2) -> Path:
    begin = datetime.now(UTC) - timedelta(days=1)
    path = folder / "authorisation.toml"
    path.write_text(
        'authorised_by = "Li"\nauthorised = ["Wang"]\nranges = ["127.0.0.0/24"]\n'
        f"valid_from = {begin.isoformat()}\n"
        f"valid_until = {(begin + timedelta(days=days)).isoformat()}\nactions = [{actions}]\n",
        "utf-8",
    )
    return path


def said(done: subprocess.CompletedProcess[str]) -> str:
    return " ".join((done.stdout + done.stderr).split())


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Audit an open device by the command line."""
    folder = tmp_path_factory.mktemp("audit")
    with open_device.serving(open_device.Device(onvif="open")) as device:
        host = f"127.0.0.1:{device.onvif_port}"
        done = subprocess.run(
            [sys.executable, "-m", "acceptance", "probe", "--audit", host,
             "--authorised", str(record(folder)), "--try-user", "admin", "--rate", "10",
             "--timeout", "2", "--json", "audit.json"],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
    [path] = (folder / "probes").glob("*.audit.jsonl")
    return done, json.loads((folder / "audit.json").read_text("utf-8")), path


def test_an_audit_says_before_how_long_and_by_whose_leave(audit: Any) -> None:
    done, _, path = audit
    assert done.returncode == 0, done.stderr
    assert "Audit: 10 requests a second, about" in said(done)
    assert "Allowed by Li until" in said(done)
    assert "User admin: one random password" in said(done)
    assert path.name in said(done)


def test_findings_are_shown_with_lines_and_reference_and_as_no_verdict(audit: Any) -> None:
    done, content, path = audit
    [device] = content["devices"]
    codes = [finding["code"] for finding in device["findings"]]
    assert codes[:4] == ["plain_http", "anonymous_read", "anonymous_read", "anonymous_read"]
    assert "GB 55029-2022 2.0.4" in done.stdout
    assert "They are no verdict." in done.stdout
    lines = path.read_text("utf-8").splitlines()
    for finding in device["findings"]:
        assert all('"event": "reply"' in lines[number - 1] for number in finding["lines"])


def test_the_record_begins_with_the_permission(audit: Any) -> None:
    _, content, path = audit
    [first, *_] = transcript.read(path, "audit")
    assert first["event"] == "authorisation"
    assert first["sha256"] == content["authorisation"]


def test_ctrl_c_stops_an_audit_at_once_and_its_record_is_whole(tmp_path: Path) -> None:
    """While a device is waited for that says nothing."""
    with open_device.serving(open_device.Device(onvif="silent")) as device:
        auditing = subprocess.Popen(
            [sys.executable, "-m", "acceptance", "probe", "--audit",
             f"127.0.0.1:{device.onvif_port}", "--authorised", str(record(tmp_path)),
             "--timeout", "30"],
            cwd=tmp_path, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        until(lambda: device.requests, "the first request")
        started = time.monotonic()
        auditing.send_signal(signal.SIGINT)
        _, errors = auditing.communicate(timeout=120)
    assert time.monotonic() - started < 15  # of 30
    assert auditing.returncode == 130
    assert "Traceback" not in errors
    [path] = (tmp_path / "probes").glob("*.audit.jsonl")
    events = [line["event"] for line in transcript.read(path, "audit")]
    assert events == ["authorisation", "audit", "request", "device", "interrupted"]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (["probe", "--audit", "127.0.0.1"], UsageError, "needs an authorisation record"),
        (["discover", "--sweep", "127.0.0.0/30"], UsageError, "needs an authorisation record"),
        (["probe", "127.0.0.1", "--try-user", "x"], UsageError, "belong to an audit"),
        (["probe", "--audit", "192.0.2.1", "--authorised", "RECORD"], PlanError,
         "does not allow 192.0.2.1"),
        (["discover", "--unicast-only", "--sweep", "192.0.2.0/30", "--authorised", "RECORD",
          "--log", "LOG"], PlanError, "does not allow"),
        (["discover", "--unicast-only", "--sweep", "127.0.0.1/8", "--authorised", "RECORD",
          "--log", "LOG"], PlanError, "is no network"),
        (["discover", "-o", "devices.txt"], UsageError, ".csv / .xlsx"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_refused(
    tmp_path: Path, arguments: list[str], error: type[Exception], words: str
) -> None:
    places = {"RECORD": str(record(tmp_path)), "LOG": str(tmp_path / "x.jsonl")}
    given = [places.get(argument, argument) for argument in arguments]
    given += ["-o", str(tmp_path / "probes")] if given[0] == "probe" else []
    done = CliRunner().invoke(verbs.cli, given)
    assert isinstance(done.exception, error)
    assert words in str(done.exception)


def test_the_template_is_printed_by_discover() -> None:
    done = CliRunner().invoke(verbs.cli, ["discover", "--template"])
    assert done.output == authorisation.template()


@pytest.mark.skipif(bool(network.refused()), reason=network.refused() or "—")
def test_where_there_is_no_network_a_search_says_so(tmp_path: Path) -> None:
    with network.site({}) as alone:
        done = alone.acceptance("discover", "--seconds", "2", cwd=tmp_path)
    assert done.returncode == 2
    assert "no probe could be sent" in said(done)


MATCH = b"<e><d:ProbeMatch xmlns:d='d'><d:XAddrs>http://127.0.0.9/</d:XAddrs></d:ProbeMatch></e>"


@pytest.mark.parametrize(
    ("during", "ending"),
    [
        ("search", KeyboardInterrupt()),
        ("search", OutputError("the disc is full")),
        ("sweep", KeyboardInterrupt()),
        ("sweep", PlanError("expired")),
        ("sweep", OutputError("the disc is full")),
    ],
)
def test_what_answered_is_kept_whatever_ends_the_command(
    during: str, ending: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also before the sweep has found the first open port."""

    def listen(doing: discovery._Search, _: float) -> None:
        discovery._take(doing, MATCH, "127.0.0.9", "127.0.0.1")
        if during == "search":
            raise ending

    def knock(*_: object, **__: object) -> None:
        raise ending

    monkeypatch.setattr(discovery, "_run", listen)
    monkeypatch.setattr(sweep, "sweep", knock)
    arguments = [
        "discover", "127.0.0.1", "--unicast-only", "--sweep", "127.0.0.0/30",
        "--authorised", str(record(tmp_path)), "--log", str(tmp_path / "x.jsonl"),
        "--json", str(tmp_path / "found.json"),
    ]  # fmt: skip
    done = CliRunner().invoke(verbs.cli, arguments)
    assert done.exit_code != 0
    [device] = json.loads((tmp_path / "found.json").read_text("utf-8"))["devices"]
    assert device["address"] == "127.0.0.9"
