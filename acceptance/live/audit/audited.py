"""What an audit saw: findings with their evidence, and what became of each check.

A finding says what a device did, and which rule speaks of it; no verdict follows from it alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acceptance.live.tls import ServerCertificate

PASSWORDS = "GB 55029-2022 2.0.4"  # no weak passwords, boundary protection
POLICY = "ONVIF Core Specification, access policy"
REFERENCES = {
    "anonymous_read": PASSWORDS,
    "open_call_refused": POLICY,
    "any_password": PASSWORDS,
    "locked_out": PASSWORDS,
    "rtsp_anonymous": PASSWORDS,
    "rtsp_any_path": "",
    "rtsp_any_password": PASSWORDS,
    "rtsp_open_onvif_closed": PASSWORDS,
    "plain_http": "",
    "basic_in_clear": "RFC 7617 4",
    "tls_deprecated": "RFC 7568, RFC 8996",
    "tls_weak_cipher": "RFC 7465, RFC 9325 4.1",
    "certificate_self_signed": "",
    "certificate_expired": "RFC 5280 4.1.2.5",
    "certificate_names": "RFC 9110 4.3.4",
    "certificate_weak_key": "RFC 9325 4.5",
    "certificate_weak_hash": "RFC 9155",
    "certificate_unreadable": "RFC 5280",
}
"""Where something is said about each kind of finding; empty: nowhere that the toolkit knows."""

Value = str | int | float | bool


class CheckOutcome(StrEnum):
    """What became of a check."""

    SEEN = "seen"
    NOT_SEEN = "not_seen"
    NOT_TRIED = "not_tried"


@dataclass(frozen=True, kw_only=True)
class AuditFinding:
    """What a device did."""

    code: str
    """Kind of finding: a name of ``REFERENCES``."""

    said: str
    """The same as a sentence, in the user's language."""

    lines: tuple[int, ...]
    """Lines of the record that show it, from 1."""

    reference: str
    """Rule that speaks of it; empty: none that the toolkit knows."""

    parameters: Mapping[str, Value]
    """What was found, by name."""


@dataclass(frozen=True, kw_only=True)
class AuditCheck:
    """What was looked for, and what became of it."""

    code: str
    """What was looked for: a name of ``titles``."""

    outcome: CheckOutcome
    """Whether it was seen."""

    why: str = ""
    """Why it was not tried; empty: it was."""

    @property
    def name(self) -> str:
        """What, in a few words, in the user's language."""
        return titles()[self.code]


@dataclass(kw_only=True)
class DeviceAudit:
    """Everything about one device; filled as the audit goes on."""

    host: str
    """IP address."""

    address: str
    """IP address and port of its service."""

    findings: list[AuditFinding] = field(default_factory=list)
    """What was seen, in order."""

    checks: list[AuditCheck] = field(default_factory=list)
    """What was looked for, in order."""

    tls_versions: tuple[str, ...] = ()
    """Versions of TLS that it speaks; empty: none, or not tried."""

    certificate: ServerCertificate | None = None
    """Of its TLS port; None: there is none, or it could not be read."""

    reached: bool = False
    """Whether it answered at all."""

    def found(self, code: str, said: str, *lines: int, **parameters: Value) -> None:
        """Add a finding."""
        reference = REFERENCES[code]
        finding = AuditFinding(
            code=code, said=said, lines=lines, reference=reference, parameters=parameters
        )
        self.findings.append(finding)

    def checked(self, code: str, *, seen: bool) -> None:
        """Add a check that was made."""
        outcome = CheckOutcome.SEEN if seen else CheckOutcome.NOT_SEEN
        self.checks.append(AuditCheck(code=code, outcome=outcome))

    def not_tried(self, code: str, why: str) -> None:
        """Add a check that could not be made."""
        self.checks.append(AuditCheck(code=code, outcome=CheckOutcome.NOT_TRIED, why=why))

    def has(self, code: str) -> bool:
        """Whether there is a finding of that kind."""
        return any(finding.code == code for finding in self.findings)


def titles() -> dict[str, str]:
    """Name every check, in the user's language."""
    return {
        "anonymous": tr("ONVIF reads without login"),
        "open_calls": tr("ONVIF asks for a login where it must not"),
        "any_password": tr("ONVIF takes a wrong password"),
        "rtsp_anonymous": tr("RTSP without login"),
        "rtsp_any_path": tr("RTSP gives a stream for a random path"),
        "rtsp_any_password": tr("RTSP takes a wrong password"),
        "plain_http": tr("HTTP without TLS"),
        "basic": tr("basic authentication in the clear"),
        "tls_versions": tr("old versions of TLS"),
        "tls_ciphers": tr("weak ciphers"),
        "certificate": tr("certificate"),
    }
