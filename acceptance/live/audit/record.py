"""An audit's record read again: what it holds of each device, in no language."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from acceptance.errors import InputError, SessionError
from acceptance.live import address as addresses
from acceptance.live import authorisation, transcript
from acceptance.live.audit.audited import REFERENCES, CheckOutcome
from acceptance.messages import tr
from acceptance.model import AuditLog, LoggedFinding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.live.authorisation import Authorisation
    from acceptance.live.transcript import Field

    Line = dict[str, Field]

KIND = "audit"
BOM = b"\xef\xbb\xbf"  # of a file as Windows writes it


def read(path: Path) -> dict[str, AuditLog]:
    """Return what a record holds of each device, by its IP address. Raises SessionError."""
    lines = transcript.read(path, KIND)
    try:
        permission = _permission(lines, str(path))
        hosts = [str(line["host"]) for line in lines if line["event"] == "device"]
        return {host: _log(host, lines, permission) for host in hosts}
    except (InputError, KeyError, TypeError, ValueError, AttributeError) as error:
        hint = tr("Give the file as the toolkit wrote it")
        raise SessionError(tr("is no record of an audit"), where=str(path), hint=hint) from error


def _permission(lines: Sequence[Line], where: str) -> Authorisation:
    """Read the authorisation that the record holds; its hash shows that it is the one given."""
    [held] = [line for line in lines if line["event"] == "authorisation"]
    content = str(held["text"]).encode()
    if held["sha256"] not in {hashlib.sha256(mark + content).hexdigest() for mark in (b"", BOM)}:
        raise ValueError(where)
    return authorisation.parse(content, where)


def _log(host: str, lines: Sequence[Line], permission: Authorisation) -> AuditLog:
    own = [line for line in lines if _host(line) == host]
    times = Counter(line["event"] for line in own)
    return AuditLog(
        authorised_by=permission.authorised_by,
        authorised=permission.authorised,
        reference=permission.reference,
        ranges=tuple(map(str, permission.ranges)),
        valid_from=permission.valid_from.isoformat(),
        valid_until=permission.valid_until.isoformat(),
        authorisation=permission.sha256,
        host=host,
        requests=times["request"],
        interrupted=any(line["event"] == "interrupted" for line in lines),
        checks={str(line["code"]): str(CheckOutcome(_text(line["outcome"]))) for line in own
                if line["event"] == "check"},
        tls_versions=tuple(
            _text(version)
            for line in own
            if line["event"] == "device"
            for version in _list(line["tls_versions"])
        ),
        findings=tuple(_finding(line, len(lines)) for line in own if line["event"] == "finding"),
    )  # fmt: skip


def _host(line: Line) -> str:
    return addresses.parse(_text(line["address"]), 80).host if "address" in line else ""


def _finding(line: Line, count: int) -> LoggedFinding:
    code, parameters = _text(line["code"]), line["parameters"]
    shown = tuple(int(_text(str(each))) for each in _list(line["lines"]))
    if code not in REFERENCES or not isinstance(parameters, dict):
        raise ValueError(code)
    if not all(1 < number <= count + 1 for number in shown):
        raise ValueError(str(shown))
    plain = {
        name: value for name, value in parameters.items() if isinstance(value, str | int | float)
    }
    return LoggedFinding(code=code, lines=shown, reference=REFERENCES[code], parameters=plain)


def _text(value: Field) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value


def _list(value: Field) -> list[Field]:
    if not isinstance(value, list):
        raise TypeError(type(value).__name__)
    return value
