"""What was found out about a device on the network: the records of ``acceptance probe``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from acceptance.model.basics import Value
from acceptance.model.shot import Condition, SignalPath, Tap, WithoutPicture


@dataclass(frozen=True, kw_only=True)
class LoggedFinding:
    """What an audit saw a device do."""

    code: str
    """Kind of finding, worded in ``docs/audit.md``."""

    lines: tuple[int, ...]
    """Lines of the record that show it, from 1."""

    reference: str = ""
    """Rule that speaks of it; empty: none that the toolkit knows."""

    parameters: Mapping[str, Value] = field(default_factory=dict)
    """What was found, by name."""


@dataclass(frozen=True, kw_only=True)
class AuditLog:
    """The audit of a device: who allowed it, what was asked, what was seen."""

    authorised_by: str
    """Who allowed it."""

    authorised: tuple[str, ...]
    """Who was allowed to do it."""

    ranges: tuple[str, ...]
    """Addresses that could be contacted."""

    valid_from: str
    """ISO time from which it was allowed."""

    valid_until: str
    """ISO time until which it was allowed."""

    authorisation: str
    """SHA-256 of the authorisation record, which stands in the audit's record in full."""

    reference: str = ""
    """Number of the order or letter; empty: none stated."""

    host: str = ""
    """IP address of the device."""

    requests: int = 0
    """How often the device was contacted."""

    interrupted: bool = False
    """Whether the audit was ended before it was through."""

    checks: Mapping[str, str] = field(default_factory=dict)
    """What was looked for, and whether it was ``seen``, ``not_seen`` or ``not_tried``."""

    tls_versions: tuple[str, ...] = ()
    """Versions of TLS that the device speaks; empty: none, or not tried."""

    findings: tuple[LoggedFinding, ...] = ()
    """What was seen, in order."""

    def seen(self, code: str) -> tuple[LoggedFinding, ...]:
        """Return the findings of a kind."""
        return tuple(found for found in self.findings if found.code == code)

    def tried(self, *checks: str) -> bool:
        """Whether any of these was looked for."""
        return any(self.checks.get(name, "not_tried") != "not_tried" for name in checks)


@dataclass(frozen=True, kw_only=True)
class DeviceRecord(WithoutPicture):
    """What ``acceptance probe`` wrote about a device, with or without ``--audit``."""

    id: str
    """As a shot's; unique among shots, recordings and device records."""

    subject: str
    """Id of the device."""

    probe: str = ""
    """Record of a probe (``NAME.probe.jsonl``), a path like a shot's ``clip``; empty: none."""

    audit: str = ""
    """Record of an audit (``NAME.audit.jsonl``), which may hold other devices, too; empty: none."""

    conditions: tuple[Condition, ...] = ()
    """Circumstances, as of a shot."""

    instruments: tuple[str, ...] = ()
    """Ids of the instruments used."""

    filmed: str = ""
    """Written by the tool: ISO date of the record, in China; empty in a plan."""

    sha256: str = ""
    """Written by the tool: hash of the record, of two the hash of their hashes; empty in a plan."""

    audited: AuditLog | None = None
    """Written by the tool: what the record of the audit says of this device; None: nothing."""

    @property
    def tap(self) -> Tap:
        """Where in the chain: at the device."""
        return Tap.CAMERA

    @property
    def path(self) -> SignalPath:
        """Live."""
        return SignalPath.LIVE
