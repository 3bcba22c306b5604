"""The audit, against devices that are less closed than they should be."""

from __future__ import annotations

import itertools
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import marks
import pytest
from peers import open_device, tls_peer
from peers.awaited import OwnTime

from acceptance.errors import DeviceError, PlanError, UsageError
from acceptance.live import authorisation, transcript
from acceptance.live.audit import auditing, contacts, operations
from acceptance.live.audit.audited import REFERENCES, CheckOutcome
from acceptance.live.audit.service_access import LOCKED

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.live.audit.audited import DeviceAudit

USERS = ("admin", "operator")
RECORD = """
authorised_by = "Li"
authorised = ["Wang"]
ranges = ["127.0.0.1", "::1"]
valid_from = 2026-01-01T00:00:00Z
valid_until = 2026-12-31T23:59:59Z
actions = ["audit"]
"""
MOMENT = "acceptance.live.authorisation.Authorisation._require_moment"


@pytest.fixture
def permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> authorisation.Authorisation:
    monkeypatch.setattr(MOMENT, lambda *_: None)
    path = tmp_path / "authorisation.toml"
    path.write_text(RECORD, "utf-8")
    return authorisation.load(path)


class Audited:
    """An audit of a device that behaves as told, with its record."""

    def __init__(self, folder: Path, permission: authorisation.Authorisation) -> None:
        self.path, self.permission = folder / "x.audit.jsonl", permission
        self.device: open_device.Device
        self.seconds = 0.0

    def __call__(self, **options: Any) -> DeviceAudit:
        """Audit once; what is a field of the device goes there, the rest to the audit."""
        way = {name: options.pop(name) for name in list(options) if name in WAYS}
        self.device = open_device.Device(**way)
        with ExitStack() as ending:
            ending.enter_context(open_device.serving(self.device))
            log = ending.enter_context(transcript.Transcript(self.path, "audit"))
            asked = {
                "users": USERS, "rate": 10, "seconds": 1.0,
                "tls_port": open_device.free_port(),
                "rtsp_port": self.device.rtsp_port or open_device.free_port(),
            }  # fmt: skip
            own = ending.enter_context(OwnTime())
            address = f"127.0.0.1:{self.device.onvif_port or open_device.free_port()}"
            [found] = auditing.audit([address], self.permission, log, **asked | options)
            self.seconds = own.now
        return found

    def lines(self) -> list[dict[str, Any]]:
        """Return what the record holds."""
        return transcript.read(self.path, "audit")  # type: ignore[return-value]


WAYS = set(open_device.Device.__dataclass_fields__)


@pytest.fixture
def audited(
    tmp_path: Path, permission: authorisation.Authorisation, monkeypatch: pytest.MonkeyPatch
) -> Audited:
    """Audit without waiting for turns; the rate has a test of its own."""
    monkeypatch.setattr(contacts.time, "sleep", lambda _: None)
    return Audited(tmp_path, permission)


def codes(found: DeviceAudit) -> list[str]:
    return [finding.code for finding in found.findings]


CLOSED = ["plain_http"]


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ({}, CLOSED),
        ({"onvif": "token"}, CLOSED),
        ({"onvif": "open"}, [*CLOSED, *["anonymous_read"] * 3]),
        ({"rtsp": "open"}, [*CLOSED, "rtsp_anonymous", "rtsp_open_onvif_closed"]),
        ({"rtsp": "any path", "onvif": "open"},
         [*CLOSED, *["anonymous_read"] * 3, "rtsp_any_path", "rtsp_anonymous"]),
        ({"any_password": True}, [*CLOSED, "any_password", "rtsp_any_password"]),
        ({"onvif": "clock closed"}, [*CLOSED, "open_call_refused"]),
        ({"onvif": "basic"}, [*CLOSED, "basic_in_clear"]),
        ({"rtsp": "basic"}, [*CLOSED, "basic_in_clear"]),
        ({"locks": True}, [*CLOSED, "locked_out"]),
        ({"onvif": "none", "rtsp": "open"}, ["rtsp_anonymous"]),
        ({"onvif": "html"}, CLOSED),
    ],
)  # fmt: skip
def test_exactly_what_a_device_does_wrong_is_found(
    audited: Audited, way: dict[str, Any], expected: list[str]
) -> None:
    assert codes(audited(**way)) == expected


def test_what_everybody_may_read_is_named_by_class_with_the_lines_that_show_it(
    audited: Audited,
) -> None:
    found = audited(onvif="open")
    by_class = {
        finding.parameters["access_class"]: finding
        for finding in found.findings
        if finding.code == "anonymous_read"
    }
    assert {name: finding.parameters["operations"] for name, finding in by_class.items()} == {
        "READ_SYSTEM": "GetDeviceInformation, GetNTP, GetScopes",
        "READ_SYSTEM_SECRET": "GetUsers",
        "READ_MEDIA": "GetProfiles",
    }
    [number] = by_class["READ_SYSTEM_SECRET"].lines
    shown = audited.lines()[number - 2]  # the first line is the record's own
    assert shown["event"] == "reply"
    assert shown["purpose"] == "GetUsers anonymous"
    assert "GetUsersResponse" in shown["content"]
    assert by_class["READ_MEDIA"].reference == "GB 55029-2022 2.0.4"


def test_operations_that_are_open_by_the_policy_are_no_finding(audited: Audited) -> None:
    audited()
    asked = b"".join(audited.device.requests)
    assert all(f"<{operation.name}>".encode() in asked for operation in operations.OPEN)
    assert not any(b"<Set" in request for request in audited.device.requests)


@pytest.mark.parametrize("onvif", ["digest", "token"])
def test_each_user_is_tried_once_in_onvif_and_once_in_rtsp(audited: Audited, onvif: str) -> None:
    audited(onvif=onvif)
    assert audited.device.logins == [*USERS, *USERS]


def test_after_the_first_word_of_a_lock_nothing_is_tried_any_more(audited: Audited) -> None:
    found = audited(locks=True)
    assert audited.device.logins == ["admin"]
    assert found.checks[6].why == "the device locks logins"


def test_a_device_that_locks_who_only_asks_is_left_alone(audited: Audited) -> None:
    found = audited(locks=True, patience=8)
    calls = [request for request in audited.device.requests if request.startswith(b"POST")]
    assert b"<GetNTP>" in calls[-1]  # the first that is refused after eight calls
    assert audited.device.logins == []
    assert "locked_out" in codes(found)


@pytest.mark.parametrize(
    ("text", "locked"),
    [
        ("Account locked", True),
        ("<lockStatus>lock</lockStatus>", True),
        ("<lockStatus>unlock</lockStatus><retryLoginTime>5</retryLoginTime>", False),
        ("Too many failed attempts, try again later", True),
        ("用户已被锁定，请30分钟后再试", True),
        ("401 Unauthorized", False),
        ("a blocked port, a clock", False),
    ],
)
def test_words_of_a_lock_are_known(text: str, locked: bool) -> None:  # noqa: FBT001 -- a table
    assert bool(LOCKED.search(text)) is locked


def test_a_server_that_takes_any_password_is_found_although_its_clock_is_wrong(
    audited: Audited,
) -> None:
    """A token of the wrong time would be refused, and look like a check of passwords."""
    found = audited(onvif="token", any_password=True, checks_clock=True, clock_ahead=7200.0)
    finding = next(each for each in found.findings if each.code == "any_password")
    assert finding.parameters["user"] == "admin"
    assert len(finding.lines) == 5


def test_without_a_user_no_password_is_tried_and_that_is_said(audited: Audited) -> None:
    found = audited(users=())
    assert audited.device.logins == []
    tried = [check for check in found.checks if check.outcome is CheckOutcome.NOT_TRIED]
    assert "no user was named" in {check.why for check in tried}


def test_the_path_of_a_stream_that_onvif_gives_is_asked_at_the_device_itself(
    audited: Audited,
) -> None:
    """Its address names another host, which nobody has allowed."""
    found = audited(onvif="open", rtsp="open")
    finding = next(each for each in found.findings if each.code == "rtsp_anonymous")
    assert finding.parameters["paths"] == "/, /live/main"
    asked = {line["address"].rpartition(":")[0] for line in audited.lines() if "purpose" in line}
    assert asked == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("way", "most"),
    [
        ("bomb", 3), ("external", 3), ("nonsense", 3), ("empty", 3), ("huge", 5), ("slow", 5),
        marks.slow("silent", 5), marks.slow("html", 3),
    ],
)  # fmt: skip
def test_whatever_a_device_sends_the_audit_ends_in_time_and_goes_on_with_rtsp(
    audited: Audited, way: str, most: float
) -> None:
    found = audited(onvif=way, rtsp="open")
    assert audited.seconds < most
    assert "rtsp_anonymous" in codes(found)
    assert "anonymous_read" not in codes(found)
    assert {check.outcome for check in found.checks[1:4]} == {CheckOutcome.NOT_TRIED}


def test_requests_keep_their_distance(tmp_path: Path, permission: Any) -> None:
    asked = Audited(tmp_path, permission)
    asked(onvif="html", users=(), rate=10)
    begun = [line["monotonic"] for line in asked.lines() if line["event"] == "request"]
    assert len(begun) >= 4
    gaps = [after - before for before, after in itertools.pairwise(begun)]
    assert min(gaps) >= 0.1


def test_tls_is_looked_at(audited: Audited, tmp_path: Path) -> None:
    files = tls_peer.certificate(tls_peer.Wanted(bits=1024, names=("192.0.2.1",)), tmp_path)
    with tls_peer.openssl("TLS 1.0", "TLS 1.2", files) as port:
        found = audited(tls_port=port)
    assert found.tls_versions == ("TLS 1.0", "TLS 1.1", "TLS 1.2")
    said = {finding.code: finding.said for finding in found.findings}
    assert said["tls_deprecated"] == "speaks versions that are deprecated: TLS 1.0, TLS 1.1"
    assert said["tls_weak_cipher"] == "takes weak ciphers: anonymous"
    assert "certificate_self_signed" in said
    assert said["certificate_weak_key"] == "its key is short: RSA with 1024 bits"
    assert said["certificate_names"] == (
        "its certificate is not for 127.0.0.1 (but for: 192.0.2.1)"
    )


def test_an_expired_certificate_is_found_and_a_good_one_is_none(
    audited: Audited, tmp_path: Path
) -> None:
    old = tls_peer.Wanted(days_from=-9, days_until=-1, issuer="vendor")
    files = tls_peer.certificate(old, tmp_path)
    with tls_peer.openssl("TLS 1.2", "TLS 1.3", files, "DEFAULT") as port:
        assert codes(audited(tls_port=port)) == ["plain_http", "certificate_expired"]
    audited.path.unlink()
    good = tls_peer.Wanted(issuer="authority")
    files = tls_peer.certificate(good, tmp_path)
    with tls_peer.openssl("TLS 1.2", "TLS 1.3", files, "DEFAULT") as port:
        assert codes(audited(tls_port=port)) == ["plain_http"]


def test_a_device_of_ipv6_is_audited_by_its_literal(
    tmp_path: Path, permission: authorisation.Authorisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contacts.time, "sleep", lambda _: None)
    device = open_device.Device(rtsp="open")
    log = transcript.Transcript(tmp_path / "x.jsonl", "audit")
    with open_device.serving(device, "::1"), log:
        [found] = auditing.audit(
            [f"[::1]:{device.onvif_port}"], permission, log, rtsp_port=device.rtsp_port,
            tls_port=open_device.free_port(), seconds=2,
        )  # fmt: skip
    assert codes(found) == ["plain_http", "rtsp_anonymous", "rtsp_open_onvif_closed"]
    assert b"DESCRIBE rtsp://[::1]:" in device.requests[-1]


def test_onvif_over_tls_alone_is_audited(
    tmp_path: Path, permission: authorisation.Authorisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contacts.time, "sleep", lambda _: None)
    files = tls_peer.certificate(tls_peer.Wanted(issuer="authority"), tmp_path)
    context = tls_peer.context("TLS 1.2", "TLS 1.3", files, "DEFAULT")
    device = open_device.Device(onvif="open", rtsp="none")
    log = transcript.Transcript(tmp_path / "x.jsonl", "audit")
    with open_device.serving(device, context=context), log:
        [found] = auditing.audit(
            [f"127.0.0.1:{device.onvif_port}"], permission, log, tls_port=device.onvif_port,
            rtsp_port=open_device.free_port(), seconds=2,
        )  # fmt: skip
    assert codes(found) == ["anonymous_read"] * 3


def test_every_kind_of_finding_has_a_reference_or_says_that_there_is_none(
    audited: Audited,
) -> None:
    found = audited(onvif="open", rtsp="any path")
    assert {finding.code: finding.reference for finding in found.findings}.items() <= (
        REFERENCES.items()
    )


def test_findings_and_checks_stand_in_the_record_too(audited: Audited) -> None:
    found = audited(rtsp="open")
    lines = audited.lines()
    assert [line["code"] for line in lines if line["event"] == "finding"] == codes(found)
    assert sum(line["event"] == "check" for line in lines) == len(found.checks) == 11
    assert lines[0]["event"] == "authorisation"


@pytest.mark.parametrize(
    ("hosts", "options", "error", "words"),
    [
        (["192.0.2.1"], {}, PlanError, "does not allow 192.0.2.1"),
        (["127.0.0.1", "192.0.2.1"], {}, PlanError, "does not allow 192.0.2.1"),
        ([], {}, UsageError, "give 1 to 1024 devices"),
        (["127.0.0.1"], {"users": list("abcdef")}, UsageError, "at most 5 users"),
        (["127.0.0.1"], {"paths": ["live"]}, UsageError, "begins with /"),
        (["127.0.0.1"], {"paths": ["/a\r\nX: y"]}, UsageError, "begins with /"),
        (["127.0.0.1"], {"rate": 11}, UsageError, "at most 10 requests"),
        (["127.0.0.1"], {"seconds": 31}, UsageError, "30 s at most"),
        (["127.0.0.1:99999"], {}, UsageError, "is no address of a device"),
    ],
)
def test_what_is_not_allowed_is_refused_before_any_contact(
    tmp_path: Path, permission: authorisation.Authorisation, hosts: list[str],
    options: dict[str, Any], error: type[Exception], words: str,
) -> None:  # fmt: skip
    log = transcript.Transcript(tmp_path / "x.jsonl", "audit")
    with log, pytest.raises(error, match=words):
        auditing.audit(hosts, permission, log, **options)
    assert transcript.read(tmp_path / "x.jsonl", "audit") == []


def test_nobody_there_is_an_error_with_what_to_do(
    tmp_path: Path, permission: authorisation.Authorisation
) -> None:
    ports = {"rtsp_port": open_device.free_port(), "tls_port": open_device.free_port()}
    log = transcript.Transcript(tmp_path / "x.jsonl", "audit")
    with log, pytest.raises(DeviceError, match="does not answer"):
        auditing.audit([f"127.0.0.1:{open_device.free_port()}"], permission, log, **ports)


def test_ctrl_c_ends_it_at_once_with_a_whole_record(
    tmp_path: Path, permission: authorisation.Authorisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[float] = []

    def sleep(seconds: float) -> None:
        turns.append(seconds)
        if len(turns) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(contacts.time, "sleep", sleep)
    path = tmp_path / "x.jsonl"
    with open_device.serving(open_device.Device()) as device:
        log = transcript.Transcript(path, "audit")
        with log, pytest.raises(KeyboardInterrupt):
            auditing.audit([f"127.0.0.1:{device.onvif_port}"], permission, log)
    lines = transcript.read(path, "audit")
    assert lines[-1]["event"] == "interrupted"
    assert sum(line["event"] == "request" for line in lines) == 3
