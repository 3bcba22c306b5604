"""What audits of devices saw: who allowed them, what was found on which lines, what was not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance import wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.model import AuditLog, DeviceRecord, LoggedFinding, Session


@dataclass(frozen=True, kw_only=True)
class AuditsPage:
    """Audits of the session's devices."""

    session: Session
    lang: str

    @property
    def audited(self) -> list[DeviceRecord]:
        """Records that hold an audit of their device."""
        return [record for record in self.session.device_records if record.audited]

    def sentence(self, found: LoggedFinding) -> str:
        """Word what was seen."""
        phrase = wording.phrases(self.lang)["audit_finding"].get(found.code, found.code)
        return wording.filled(phrase, found.parameters, self.lang)

    def named(self, log: AuditLog, outcome: str) -> str:
        """Name the checks with an outcome, in order."""
        between: str = wording.phrases(self.lang)["audit"]["and"]
        return between.join(self._checks(log, outcome))

    def _checks(self, log: AuditLog, outcome: str) -> Iterator[str]:
        words = wording.phrases(self.lang)["audit_check"]
        yield from (words.get(code, code) for code, was in log.checks.items() if was == outcome)
