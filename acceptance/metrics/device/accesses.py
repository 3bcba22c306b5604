"""What an audit saw from outside: open calls and streams, wrong passwords, HTTP, TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.metrics.device.figures import figure, note
from acceptance.model.basics import Reason
from acceptance.model.measurement import Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.model.device_record import AuditLog, DeviceRecord
    from acceptance.model.measurement import Measurement

CALLS_METHOD = "reading calls of ONVIF that were answered without a login"
STREAMS_METHOD = "paths of RTSP that were described without a login"
PASSWORDS_METHOD = "logins with a random password that were taken"
HTTP_METHOD = "1: HTTP without TLS is answered, 0: it is not"
TLS_METHOD = "lowest version of TLS that the device agrees to; SSL 3.0 counts as 0"
# What is counted, the checks that count it, the findings that hold it.
COUNTED = (
    ("anonymous_calls", ("anonymous",), ("anonymous_read",), CALLS_METHOD),
    ("anonymous_streams", ("rtsp_anonymous",), ("rtsp_anonymous",), STREAMS_METHOD),
    (
        "wrong_passwords",
        ("any_password", "rtsp_any_password"),
        ("any_password", "rtsp_any_password"),
        PASSWORDS_METHOD,
    ),
)


def figures(taken: DeviceRecord, audited: AuditLog) -> Iterator[Measurement | Note]:
    """Yield what an audit gives; a Note for what it could not try.

    An audit tries a few doors: a count is a lower bound, and that none was open is no figure.
    """
    for name, checks, codes, method in COUNTED:
        if not audited.tried(*checks):
            yield note(name, "audit_not_tried")
            continue
        lines = [line for code in codes for found in audited.seen(code) for line in found.lines]
        logins = [found for code in codes for found in audited.seen(code)]
        if not lines:
            yield note(name, "audit_saw_none", requests=audited.requests)
            continue
        yield figure(
            taken, name, len(logins if name == "wrong_passwords" else lines),
            samples=audited.requests, method=method,
            lower_bound=True,
            details={"lines": ", ".join(map(str, lines))},
        )  # fmt: skip
    yield _plain_http(taken, audited)
    yield _lowest_tls(taken, audited)
    if audited.interrupted:
        yield Note(metric="probe", reason=Reason(code="audit_interrupted"))


def _plain_http(taken: DeviceRecord, audited: AuditLog) -> Measurement | Note:
    if not audited.tried("plain_http"):
        return note("plain_http", "audit_not_tried")
    seen = bool(audited.seen("plain_http"))
    return figure(taken, "plain_http", seen, samples=1, method=HTTP_METHOD)


def _lowest_tls(taken: DeviceRecord, audited: AuditLog) -> Measurement | Note:
    if not audited.tls_versions:
        return note("lowest_tls", "audit_not_tried")
    lowest = min(map(_number, audited.tls_versions))
    return figure(
        taken, "lowest_tls", lowest, samples=len(audited.tls_versions), method=TLS_METHOD,
        details={"versions": ", ".join(audited.tls_versions)},
    )  # fmt: skip


def _number(version: str) -> float:
    name, _, number = version.partition(" ")
    return float(number) if name == "TLS" else 0.0
