"""How a batch is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from acceptance.batch.child import Bounds
from acceptance.errors import UsageError
from acceptance.files import system
from acceptance.files.shortage import LEAST_MEMORY
from acceptance.messages import tr
from acceptance.session.evidence import hash_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HOUR = 3600.0
MOST_MEMORY = 1 << 50  # bytes of addresses; no machine has more
LEAST_BY_ITSELF = 4 << 30  # bytes of addresses: nobody who sets no limit is given less


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a batch is done; the defaults are those of the command."""

    workers: int = 0
    """How many processes at once; 0: as many as there are cores."""

    timeout: float = HOUR
    """Seconds after which a clip is given up."""

    memory: float | None = None
    """Bytes of addresses that a process may have; None: as many as the machine has memory, at
    least 4 GiB; 0: no limit."""

    cache: Path | None = None
    """Folder of the cache; None: ``.cache`` in the output folder."""

    forget: float | None = None
    """Days without use after which a measurement is removed from the cache; None: never."""

    scheduler: str = ""
    """Address of a Dask scheduler; empty: processes on this machine."""

    lang: str = "zh"
    """Language of the reports."""

    report: bool = True
    """Whether reports are made; without, ``acceptance report`` makes one later."""

    key: Path | None = None
    """Key file (PKCS#12) to sign the reports with; None: they are not signed."""

    password: str = ""
    """Of the key file."""

    trust: tuple[Path, ...] = ()
    """Roots that the signatures of older sessions must lead to."""

    def require_ready(self) -> None:
        """Refuse at once what would be refused when the work is done.

        Raises UsageError for what cannot be meant, and InputError as ``Issuing.ready`` does.
        """
        self._require_sense()
        from acceptance.batch import making  # noqa: PLC0415 -- late: brings the report

        signer = making.signer(str(self.key) if self.key else "", self.password)
        making.issue(self.lang, signer, map(str, self.trust), report=self.report).ready()

    def _require_sense(self) -> None:
        if self.workers < 0 or not self.timeout > 0:
            raise UsageError(tr("workers and the time for a clip must be above 0"))
        if self.forget is not None and not self.forget > 0:
            raise UsageError(tr("days after which a measurement is forgotten must be above 0"))
        if self.memory and not LEAST_MEMORY <= self.memory <= MOST_MEMORY:
            bounds = {"least": LEAST_MEMORY / 2**30, "most": MOST_MEMORY / 2**30}
            what = tr(
                "a process needs at least {least:g} GB of memory, at most {most:.0f}", **bounds
            )
            raise UsageError(what)
        if self.key and not self.report:
            raise UsageError(tr("a report that is not made cannot be signed"))

    @property
    def processes(self) -> int:
        """How many processes at once."""
        return self.workers or system.cores()

    @property
    def bounds(self) -> Bounds:
        """What a process for a clip may take."""
        own = system.memory_of_machine()
        usual = max(own, LEAST_BY_ITSELF) if own else 0
        memory = usual if self.memory is None else self.memory
        return Bounds(seconds=self.timeout, memory=round(memory))

    def bounds_of_session(self, shots: int) -> Bounds:
        """Return what a process for a session of so many shots may take."""
        own = self.bounds
        return Bounds(seconds=own.seconds * max(shots, 1), memory=own.memory)

    def changes(self) -> Mapping[str, Any]:
        """Return what of this changes a session. Raises InputError."""
        roots = [hash_file(root) for root in self.trust]
        key = hash_file(self.key) if self.key else ""
        return {"lang": self.lang, "report": self.report, "key": key, "trust": roots}
