"""Records of probe and audit become part of a session: their files, figures, and what they say."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import outcomes
import pytest
from peers.onvif_device import Faults, OnvifDevice
from peers.open_device import free_port

from acceptance import metrics, wording
from acceptance.checks import judging
from acceptance.errors import InputError
from acceptance.live import authorisation, transcript
from acceptance.live.address import Address
from acceptance.live.audit import audited, auditing, contacts, record
from acceptance.live.credentials import Credentials
from acceptance.live.onvif import clock
from acceptance.live.onvif.asking import Probe
from acceptance.live.own_clock import OwnClock
from acceptance.metrics import device
from acceptance.model import (
    Answer,
    AuditLog,
    DeviceRecord,
    Finding,
    Measurement,
    Note,
    Plan,
    Session,
    Subject,
    SubjectKind,
    Verdict,
)
from acceptance.report import render
from acceptance.session import plan, remeasuring, runner, store

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "s3cret-7"  # noqa: S105 -- of the device of these tests
SKEW = 2.0  # s
OWN = OwnClock(offset=0.0, uncertainty=0.01, source="stated")
PLAN = """
packs = ["gb_55029_2022"]
scope = "site"
[[subjects]]
id = "system"
kind = "system"
[[subjects]]
id = "gate"
kind = "fixed"
parent = "system"
source = "{host}:{port}"
[[device_records]]
id = "gate-net"
subject = "gate"
probe = "gate.probe.jsonl"
audit = "site.audit.jsonl"
"""


def authorised(folder: Path) -> authorisation.Authorisation:
    """Return an authorisation for this machine that is valid now."""
    path, now = folder / "authorisation.toml", datetime.now(UTC)
    path.write_text(
        'authorised_by = "Li"\nauthorised = ["Wang"]\nreference = "No. 7"\n'
        'ranges = ["127.0.0.0/16"]\nactions = ["audit"]\n'
        f"valid_from = {(now - timedelta(days=1)).isoformat()}\n"
        f"valid_until = {(now + timedelta(days=1)).isoformat()}\n",
        "utf-8",
    )
    return authorisation.load(path)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Probe and audit a device that lets everybody in; return the folder of plan and records."""
    folder = tmp_path_factory.mktemp("site")
    with (
        pytest.MonkeyPatch.context() as patched,
        OnvifDevice(Faults(auth="none", clock_skew=SKEW)) as device,
    ):
        patched.setattr(clock, "EDGES", 2)  # a busy machine may be late at one
        patched.setattr(contacts.time, "sleep", lambda _: None)
        Probe(
            Address(device.host, device.port), folder / "gate.probe.jsonl", total=60.0,
            timeout=10.0, credentials=Credentials("admin", PASSWORD), own_clock=OWN,
        ).run()  # fmt: skip
        with transcript.Transcript(folder / "site.audit.jsonl", "audit") as log:
            auditing.audit(
                [f"{device.host}:{device.port}"], authorised(folder), log, users=["admin"],
                rtsp_port=free_port(), tls_port=free_port(), rate=10, seconds=1.0,
            )  # fmt: skip
        text = PLAN.format(host=device.host, port=device.port)
    (folder / "plan.toml").write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def made(site: Path) -> tuple[Session, Path]:
    return runner.run(plan.read(site / "plan.toml"), site, site / "out")


def figures(session: Session) -> dict[str, Measurement]:
    return {found.quantity: found for found in session.measurements}


def test_a_probe_and_an_audit_become_figures_of_the_session(made: tuple[Session, Path]) -> None:
    session, _ = made
    found = figures(session)
    offset = found["device.clock_offset"]
    assert abs(offset.value - SKEW) <= offset.expanded < 0.5  # of two readings
    assert found["device.anonymous_calls"].value >= 10
    assert found["device.plain_http"].value == 1
    assert not {"device.wrong_passwords", "device.lowest_tls", "device.still_axes"} & found.keys()
    reasons = {note.quantity: note.reason.code for note in session.notes}
    assert reasons["device.wrong_passwords"] == "audit_not_tried"  # nothing was refused
    assert reasons["device.still_axes"] == "not_actuated"


def findings(session: Session) -> dict[str, Finding]:
    return {found.requirement: found for found in session.findings if found.subject == "system"}


def test_what_was_seen_fails_the_clause_on_passwords(made: tuple[Session, Path]) -> None:
    session, _ = made
    found = findings(session)["gb_55029_2022#open-calls"]
    assert (found.verdict, found.value) == (
        Verdict.FAIL, figures(session)["device.anonymous_calls"].value,
    )  # fmt: skip
    assert found.decides
    assert session.verdict is Verdict.FAIL


def test_what_was_not_looked_at_passes_nothing_and_an_answer_stays_one(site: Path) -> None:
    """An audit that found nothing, beside a person who inspected the passwords."""
    read = plan.read(site / "plan.toml")
    inspected = Answer(
        subject="system", requirement="gb_55029_2022#passwords", yes=True, by="Wang",
        when="2026-12-02",
    )  # fmt: skip
    packs = store.load_packs(read)
    seen = AuditLog(
        authorised_by="Li", authorised=("Wang",), ranges=(), valid_from="", valid_until="",
        authorisation="", requests=40, checks={"anonymous": "not_seen"},
    )  # fmt: skip
    [asked] = read.device_records
    items = list(device.measure(replace(asked, audited=seen), None))
    notes = [
        replace(item, shot=asked.id, subject="gate") for item in items if isinstance(item, Note)
    ]
    assert not outcomes.measurements(items)
    done = judging.judge(
        packs, replace(read, answers=(inspected,)), (), notes, (asked,), today="2026-12-02",
        quantities=metrics.quantities(),
    )  # fmt: skip
    found = {each.requirement: each for each in done if each.subject == "system"}
    assert found["gb_55029_2022#open-calls"].verdict is Verdict.NOT_TESTED
    assert not found["gb_55029_2022#open-calls"].decides
    assert found["gb_55029_2022#open-calls"].reason.code == "audit_saw_none"
    assert found["gb_55029_2022#open-streams"].reason.code == "audit_not_tried"
    assert found["gb_55029_2022#passwords"].verdict is Verdict.PASS


def test_the_session_keeps_the_records_and_what_the_audit_says(made: tuple[Session, Path]) -> None:
    session, folder = made
    [kept] = session.device_records
    assert (folder / kept.probe).read_bytes() and (folder / kept.audit).is_file()  # noqa: PT018 -- both files
    log = kept.audited
    assert log is not None
    assert (log.authorised_by, log.authorised, log.reference) == ("Li", ("Wang",), "No. 7")
    assert log.requests > 20
    lines = (folder / kept.audit).read_text("utf-8").splitlines()
    for found in log.findings:
        shown = [json.loads(lines[number - 1]) for number in found.lines]
        assert all(line["event"] in {"reply", "seen"} for line in shown)
    assert store.load(folder) == session


def test_no_file_of_the_session_holds_the_password(made: tuple[Session, Path]) -> None:
    held = [path for path in made[1].rglob("*") if path.is_file()]
    assert len(held) > 5
    assert [path for path in held if PASSWORD.encode() in path.read_bytes()] == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_report_shows_who_allowed_the_audit_and_what_it_saw_on_which_lines(
    lang: str, made: tuple[Session, Path]
) -> None:
    session, folder = made
    page = render.html(session, store.load_packs(session.plan), folder, lang)
    log = session.device_records[0].audited
    assert log is not None
    words = wording.phrases(lang)
    section = page[page.index(f"{words['audit']['heading']}</h2>") :].partition("</section>")[0]
    assert [text for text in ("Li", "Wang", "No. 7", "127.0.0.0/16") if text not in section] == []
    for found in log.findings:
        assert words["bottom_line"]["comma"].join(map(str, found.lines)) in section
    assert words["audit_check"]["any_password"] in section  # which could not be tried
    bare = replace(session, device_records=())
    assert words["audit"]["heading"] not in render.html(
        bare, store.load_packs(session.plan), folder, lang
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_finding_and_check_of_an_audit_has_its_words(lang: str) -> None:
    words = wording.phrases(lang)
    assert set(words["audit_finding"]) == set(audited.REFERENCES)
    assert set(words["audit_check"]) == set(audited.titles())


def test_measured_again_nothing_moves_and_a_forged_log_is_named(made: tuple[Session, Path]) -> None:
    session, folder = made
    again = remeasuring.remeasure(folder, session)
    assert (again.moved, again.misstated, again.notes) == ((), (), ())
    assert again.figures == len(session.measurements)
    [kept] = session.device_records
    assert kept.audited
    forged = replace(kept, audited=replace(kept.audited, findings=()))
    again = remeasuring.remeasure(folder, replace(session, device_records=(forged,)))
    assert again.misstated == ("gate-net.audited",)


@pytest.mark.parametrize(
    ("source", "used"),
    [("192.0.2.9", 0), ("rtsp://192.0.2.9/live", 0), ("127.0.0.1", 2),
     ("gate.example", 2), ("", 2)],
)  # fmt: skip
def test_a_record_of_another_device_gives_no_figure_and_is_named(
    source: str, used: int, site: Path, tmp_path: Path
) -> None:
    shutil.copytree(site, tmp_path / "plan", ignore=shutil.ignore_patterns("out"))
    path = tmp_path / "plan" / "plan.toml"
    lines = path.read_text("utf-8").splitlines()
    other = [f'source = "{source}"' if line.startswith("source") else line for line in lines]
    path.write_text("\n".join(other), "utf-8")
    session, _ = runner.run(plan.read(path), tmp_path / "plan", tmp_path / "out")
    codes = [note.reason.code for note in session.notes]
    assert sum(code.endswith("_of_other_device") for code in codes) == 2 - used
    assert bool(session.measurements) is bool(used)


def without_own_clock(site: Path) -> list[dict[str, Any]]:
    lines = [
        json.loads(line)
        for line in (site / "gate.probe.jsonl").read_text("utf-8").split("\n")
        if line
    ]
    for line in lines:
        if line["event"] == "fact" and line["name"] == "clock":
            line["value"]["own_uncertainty"] = None
    return lines


def test_without_a_bound_for_the_own_clock_there_is_no_offset(site: Path, tmp_path: Path) -> None:
    lines = without_own_clock(site)
    path = tmp_path / "a.probe.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    subject = Subject(id="gate", kind=SubjectKind.FIXED)
    asked = DeviceRecord(id="net", subject="gate", probe=path.name)
    session, _ = runner.run(
        Plan(subjects=(subject,), device_records=(asked,)), tmp_path, tmp_path / "out"
    )
    [note] = [note for note in session.notes if note.quantity == "device.clock_offset"]
    assert isinstance(note, Note)
    assert note.reason.code == "own_clock_unknown"
    assert note.reason.parameters["offset"] == pytest.approx(SKEW, abs=0.6)


BENT = {
    "the text of the authorisation": ("authorisation", "text", 'authorised_by = "Zhao"'),
    "a finding": ("finding", "code", "harmless"),
    "its lines": ("finding", "lines", [10**6]),
    "its place": ("finding", "lines", ["x"]),
    "a check": ("check", "outcome", "fine"),
    "an address": ("request", "address", 7),
    "a version": ("device", "tls_versions", None),
}


@pytest.mark.parametrize("way", BENT)
def test_a_record_that_was_changed_is_refused_in_a_sentence(
    way: str, site: Path, tmp_path: Path
) -> None:
    event, field, value = BENT[way]
    text = (site / "site.audit.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    next(line for line in lines if line["event"] == event)[field] = value
    path = tmp_path / "x.audit.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    with pytest.raises(InputError, match="is no record of an audit"):
        record.read(path)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "names neither a probe nor an audit"),
        ({"probe": "site.audit.jsonl"}, "is no transcript of the kind probe"),
        ({"audit": "gate.probe.jsonl"}, "is no transcript of the kind audit"),
        ({"audit": "none.jsonl"}, "does not exist"),
        ({"probe": "plan.toml"}, "is no transcript"),
    ],
)
def test_what_is_no_record_is_refused_before_anything_is_written(
    fields: dict[str, str], words: str, site: Path, tmp_path: Path
) -> None:
    asked = DeviceRecord(id="net", subject="gate", **fields)  # type: ignore[arg-type] # all texts
    subject = Subject(id="gate", kind=SubjectKind.FIXED)
    with pytest.raises(InputError, match=words):
        runner.run(Plan(subjects=(subject,), device_records=(asked,)), site, tmp_path / "out")
    assert not list((tmp_path / "out").glob("2*"))
