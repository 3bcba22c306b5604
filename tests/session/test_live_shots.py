"""Live shots: captured when the plan is run, kept when it is interrupted, no password anywhere."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from issued_session import PACK_TEXT
from marks import slow
from pdf_words import words
from peers.onvif_device import Faults, OnvifDevice
from peers.rtsp_camera import camera

from acceptance.batch import inputs, planned
from acceptance.errors import DeviceError, PlanError
from acceptance.footage import encode
from acceptance.forms import devices
from acceptance.live import rtsp
from acceptance.live.credentials import Credentials, _forms
from acceptance.live.rtsp.capture_loop import LiveRates
from acceptance.model import Condition, Plan, Shot, Subject, SubjectKind
from acceptance.session import evidence, plan, predecessors, readiness, remeasuring, runner, store
from acceptance.session.evidence import check
from acceptance.simulate import packets

if TYPE_CHECKING:
    from acceptance.live.onvif.facts import EncoderSetting

PASSWORD = "Zürich&7/№%"  # noqa: S105 -- of a camera of this test
URL = "rtsp://192.0.2.11/live"


def plan_of(*shots: Shot) -> Plan:
    gate = Subject(id="gate", kind=SubjectKind.FIXED, source=URL)
    dark = Subject(id="dark", kind=SubjectKind.FIXED)
    return Plan(subjects=(gate, dark), shots=shots)


def live(name: str = "s", source: str = "gate", **fields: Any) -> Shot:
    return Shot(id=name, subject="gate", source=source, seconds=20.0, transport="udp", **fields)


class Captures:
    """Stands in for the network: what was asked for, and what does not answer."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[tuple[str, str, Credentials | None]] = []
        self.silent: set[str] = set()
        self.stated: list[EncoderSetting | None] = []
        self.trusted: list[str] = []
        self.film = folder / "film.mp4"
        encode.write(self.film, [np.full((48, 64), 90, np.uint8)] * 30)

    def __call__(self, url: str, clip: Path, **options: Any) -> rtsp.Captured:
        """Do what ``rtsp.capture`` does."""
        self.asked.append((clip.stem, url, options["credentials"]))
        self.stated.append(options["stated"])
        self.trusted.append(options["fingerprint"])
        if clip.stem in self.silent:
            raise DeviceError("does not answer", where="192.0.2.11:554", code="silent")
        packets.write(clip, packets.Stream(seconds=options["seconds"]))
        shutil.copy(self.film, clip)
        times = (f"{frame},{packets.BEGIN + frame / 25:.6f}\n" for frame in range(30))
        clip.with_suffix(".arrivals.csv").write_text("frame,arrival_s\n" + "".join(times))
        options["on_rates"](_rates(options["seconds"]))
        return rtsp.Captured(
            clip=clip, arrivals=clip, packets=clip, stream_record=clip, frames=30, received=1,
            lost=0, own_drops=0, connections=1, seconds=20.0, kernel_times=True, lag=0.0,
            clock_moved=0.0, reason="seconds", foreign=0, longest_break=0.04, frame_rate=25.0,
            stated_rate=25.0,
        )  # fmt: skip


def _rates(seconds: float) -> Any:
    return LiveRates(
        seconds=seconds, frames=30, frame_rate=25, bit_rate=1e6, lost=0, own_drops=0, connected=True
    )


@pytest.fixture
def network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Captures:
    captures = Captures(tmp_path)
    monkeypatch.setattr(rtsp, "capture", captures)
    return captures


def test_a_live_shot_becomes_a_clip_of_the_session_like_any_other(
    network: Captures, tmp_path: Path
) -> None:
    heard: list[tuple[str, int, int]] = []
    trusted = ":".join(["3F"] * 32)
    wanted = plan_of(live(), live("own", "rtsp://198.51.100.7/sub", fingerprint=trusted))
    done, folder = runner.run(
        wanted, Path(), tmp_path / "out", progress=lambda *what: heard.append(what)
    )
    assert [(name, url) for name, url, _ in network.asked] == [
        ("s", URL), ("own", "rtsp://198.51.100.7/sub"),
    ]  # fmt: skip
    assert network.trusted == ["", trusted]
    shot = done.shots[0]
    assert (shot.clip, shot.source) == ("data/clips/s/s.mp4", "gate")
    assert (shot.filmed, shot.filmed_by) == ("2026-11-25", "capture")
    for file in (shot.clip, shot.arrivals, shot.packets, shot.stream_record):
        assert file in done.hashes
    loss = [figure for figure in done.measurements if figure.quantity == "stream.loss"]
    assert [figure.shot for figure in loss] == ["s", "own"]
    assert heard[0] == ("s", 20, 20)
    assert check(folder) == ()
    again = remeasuring.remeasure(folder, store.load(folder))
    assert (again.moved, again.misstated, again.notes, again.absent) == ((), (), (), ())
    assert [path.name for path in (tmp_path / "out").iterdir()] == [folder.name]
    [captured, _] = [entry.details for entry in done.log if entry.what == "captured"]
    assert captured["source"] == URL


def test_a_device_that_is_named_by_its_host_is_asked_for_the_stream_of_the_shot(
    network: Captures, tmp_path: Path
) -> None:
    """The shot's profile; that of a shot that states none, or ``main``, is the first."""
    sub = Condition(name="profile", value="sub", source="plan")
    with OnvifDevice(Faults(auth="none")) as device:
        host = f"{device.host}:{device.port}"
        wanted = plan_of(live(), live("low", host, conditions=(sub,)))
        gate = replace(wanted.subjects[0], source=host)
        wanted = replace(wanted, subjects=(gate, *wanted.subjects[1:]))
        done, _ = runner.run(wanted, Path(), tmp_path / "out")
    asked = [url for _, url, _ in network.asked]
    assert asked == ["rtsp://127.0.0.1:554/main", "rtsp://127.0.0.1:554/sub"]
    assert [stated and stated.profile for stated in network.stated] == ["main", "sub"]
    [captured, _] = [entry.details for entry in done.log if entry.what == "captured"]
    assert captured["source"] == host


def test_a_camera_that_does_not_answer_costs_no_other_capture(
    network: Captures, tmp_path: Path
) -> None:
    wanted = plan_of(*map(live, ("a", "b", "c", "d")))
    network.silent = {"a", "c"}
    with pytest.raises(DeviceError, match=r"shot a, 192\.0\.2\.11:554: .* So with a, c;"):
        runner.run(wanted, Path(), tmp_path / "out")
    network.asked, network.silent = [], set()
    done, _ = runner.run(wanted, Path(), tmp_path / "out")
    assert [name for name, _, _ in network.asked] == ["a", "c"]
    assert [shot.id for shot in done.shots] == ["a", "b", "c", "d"]


def test_an_interrupted_run_goes_on_with_what_was_captured(
    network: Captures, tmp_path: Path
) -> None:
    class Interrupting:
        def ready(self) -> None: ...

        predecessor = staticmethod(predecessors.examine)

        def __call__(self, _: Path) -> None:
            raise KeyboardInterrupt

    wanted, out = plan_of(live()), tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        runner.run(wanted, Path(), out, issue=Interrupting())
    [work] = out.iterdir()
    with pytest.raises(KeyboardInterrupt):
        runner.run(wanted, Path(), out, issue=Interrupting())
    assert len(network.asked) == 1
    table = work / "captured/s/s.packets.csv"
    table.write_bytes(table.read_bytes()[:-40])
    done, folder = runner.run(wanted, Path(), out)
    assert len(network.asked) == 2, "somebody changed it: captured again"
    assert check(folder) == ()
    [aside] = [entry.details["set_aside"] for entry in done.log if entry.what == "set_aside"]
    assert (out / str(aside) / "s.packets.csv").is_file(), "nothing is lost"


@pytest.mark.parametrize(
    "source",
    [
        "rtsp://admin:geheim7@192.0.2.11/live", "rtsp://:geheim7@192.0.2.11/live",
        "rtsp://admin:gehe@im/7:geheim7@192.0.2.11/live",
        "rtsp://192.0.2.11/user=admin&password=geheim7&channel=1", "RTSP://admin:geheim7@h/",
        "rtsp://192.0.2.11/live?Pwd=geheim7",
    ],
)  # fmt: skip
def test_a_password_in_a_source_is_refused_and_not_repeated(tmp_path: Path, source: str) -> None:
    head = '[[subjects]]\nid = "g"\nkind = "fixed"\n'
    shot = f'[[shots]]\nid = "s"\nsubject = "g"\nsource = "{source}"\n'
    plans = (f'{head}source = "{source}"\n', head + shot)
    for number, text in enumerate(plans):
        file = tmp_path / f"{number}.toml"
        file.write_text(text)
        with pytest.raises(PlanError, match="the source holds a password") as refused:
            plan.read(file)
        assert "geheim7" not in str(refused.value)
        assert "geheim7" not in "".join(map(str, readiness.of(file).problems))
    listed = tmp_path / "devices.csv"
    listed.write_text(f"id,kind,source\ng,fixed,{source}\n")
    with pytest.raises(PlanError, match="the source holds a password") as refused:
        devices.read(listed)
    assert "geheim7" not in str(refused.value)


@pytest.mark.parametrize(
    "field", ["source = [{}]", "sourc = {}", "clip = {}", "seconds = {}", "filmed = [{}]"]
)
def test_nor_is_one_in_another_field(tmp_path: Path, field: str) -> None:
    file = tmp_path / "a.toml"
    given = field.format('"rtsp://admin:geheim7@192.0.2.11/live"')
    file.write_text(
        f'[[subjects]]\nid = "g"\nkind = "fixed"\n[[shots]]\nid = "s"\nsubject = "g"\n{given}\n'
    )
    with pytest.raises(PlanError) as refused:
        plan.read(file)
    assert "geheim7" not in str(refused.value)
    assert "geheim7" not in "".join(map(str, readiness.of(file).problems))


@pytest.mark.parametrize(
    ("shot", "what"),
    [
        (Shot(id="s", subject="gate"), "either a clip or a source"),
        (live(clip="a.mp4"), "either a clip or a source"),
        (live(arrivals="a.csv"), "the capture makes it"),
        (Shot(id="s", subject="gate", clip="rtsp://a:b@192.0.2.1/"), "is a URL: give it as source"),
        (live(source="yard"), "neither a URL, nor a HOST.*, nor the id of a subject"),
        (live(source="dark"), "the subject has no source"),
        (live(source="192.0.2.11:0"), "is no address of a device"),
        (live(source="http://192.0.2.11/"), "is no URL of a stream"),
        (replace(live(), seconds=0.0), "above 0 and at most 3600"),
        (replace(live(), seconds=4000.0), "above 0 and at most 3600"),
        (replace(live(), transport="sctp"), "must be one of tcp, udp, multicast"),
        (live(fingerprint="3f:9a"), "64 hexadecimal digits"),
    ],
)
def test_a_live_shot_that_cannot_be_captured_is_refused(shot: Shot, what: str) -> None:
    with pytest.raises(PlanError, match=what):
        plan.checked(plan_of(shot))


@pytest.mark.parametrize("source", [URL, "192.0.2.11:8000"])
def test_check_says_what_would_be_captured_and_touches_no_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    file = tmp_path / "plan.toml"
    file.write_text(
        '[[subjects]]\nid = "gate"\nkind = "fixed"\n'
        f'source = "{source}"\nfacts = {{ system = "digital", picture = "colour" }}\n'
        '[[shots]]\nid = "s"\nsubject = "gate"\nsource = "gate"\n'
    )
    found = readiness.of(file)
    assert [(each.shot.id, each.source) for each in found.live] == [("s", source)]
    assert [each.by_onvif for each in found.live] == [source != URL]
    assert found.problems == ()
    assert found.undated == ()
    assert found.seconds == 60


def test_batch_and_plugin_refuse_what_only_a_run_captures(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="only a run of the plan does"):
        planned.Checker().checked(inputs.Item(name="a.toml", plan=plan_of(live()), source=tmp_path))
    file = tmp_path / "a.acceptance.toml"
    file.write_bytes(
        b'[[subjects]]\nid = "g"\nkind = "fixed"\n[[shots]]\nid = "s"\nsubject = "g"\n'
        b'source = "rtsp://192.0.2.11/"\n'
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(file)]
    ended = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert "only a run of the plan does" in ended.stdout


def test_passwords_are_asked_for_once_a_host_before_anything_is_captured(
    network: Captures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("ACCEPTANCE_")]:
        monkeypatch.delenv(name)
    asked: list[str] = []

    def prompt(who: str) -> str:
        assert not network.asked
        asked.append(who)
        return "geheim7"

    shots = (live("a", "rtsp://li@192.0.2.1/1"), live("b", "rtsp://li@192.0.2.1/2"), live("c"))
    _, folder = runner.run(plan_of(*shots), Path(), tmp_path / "out", prompt=prompt)
    assert asked == ["li@192.0.2.1"]
    assert [who and who.password for _, _, who in network.asked] == ["geheim7", "geheim7", None]
    assert "@" not in "".join(url for _, url, _ in network.asked)
    assert holding(folder, "geheim7") == []


def holding(folder: Path, *forms: str) -> list[str]:
    """Name the files below a folder that hold any of these, PDF text and names included."""
    found = []
    for path in sorted(folder.rglob("*")):
        content = path.name.encode() + (path.read_bytes() if path.is_file() else b"")
        if path.suffix == ".pdf":
            content += words(path).encode()
        found += [f"{path}: {form}" for form in forms if form.encode() in content]
    return found


@pytest.mark.pages
@pytest.mark.film
@pytest.mark.parametrize("by_onvif", [False, slow(True)])
def test_no_password_is_left_anywhere_by_a_full_run(tmp_path: Path, *, by_onvif: bool) -> None:
    """From a real server that asks for a digest: session, report, log, record, all that is said."""
    forms = sorted(_forms(Credentials("li", PASSWORD)))
    with camera(user="li", password=PASSWORD, path="/main") as peer, OnvifDevice() as device:
        device.users["li"], device.rtsp = PASSWORD, peer.url.removesuffix("main")
        source = peer.url.replace("rtsp://", "rtsp://li@")
        if by_onvif:
            source = f"{device.host}:{device.port}"
        (tmp_path / "made_up.toml").write_text(PACK_TEXT, "utf-8")  # its pages are soon set
        (tmp_path / "plan.toml").write_text(
            'packs = ["made_up.toml"]\n'
            'minimum_duration = 2\n[[deviations]]\nwhat = "minimum_duration"\nvalue = 2\n'
            'why = "a test"\n[[subjects]]\nid = "gate"\nkind = "fixed"\n'
            f'source = "{source}"\nfacts = {{ system = "digital", picture = "colour" }}\n'
            '[[shots]]\nid = "s"\nsubject = "gate"\nsource = "gate"\nseconds = 5\n'
            'transport = "udp"\n',
            "utf-8",
        )
        wrong = acceptance_run(tmp_path, PASSWORD + "x", "wrong")
        assert wrong.returncode == 2
        right = acceptance_run(tmp_path, PASSWORD, "out")
    assert right.returncode in {1, 3}, right.stderr
    [session] = (tmp_path / "out").glob("*/session.json")
    figures = {item["quantity"] for item in json.loads(session.read_text())["measurements"]}
    assert {"stream.missing", "stream.jitter", "frame_rate.mean"} <= figures
    pages = "".join(path.read_text("utf-8") for path in session.parent.glob("*.html"))
    assert ("ONVIF 标称：H265 1920 × 1080 · 实测：h264 320 × 240" in pages) == by_onvif
    said = right.stdout + right.stderr + wrong.stdout + wrong.stderr
    assert [form for form in forms if form in said] == []
    assert holding(tmp_path, *forms) == []
    assert evidence.check(session.parent) == ()


def acceptance_run(folder: Path, password: str, out: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "acceptance", "run", "plan.toml", "-o", out]
    surroundings = {**os.environ, "ACCEPTANCE_USER": "li", "ACCEPTANCE_PASSWORD": password}
    return subprocess.run(
        command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False,
        timeout=180,
    )  # fmt: skip
