"""What ``verify`` is about: a session folder or a report, each part of it read once."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from acceptance.errors import InputError, SessionError
from acceptance.session import contents, evidence, store
from acceptance.session.journal import current
from acceptance.session.store import REPORT
from acceptance.signing import renderings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from acceptance.model import Session
    from acceptance.session.evidence import Problem
    from acceptance.session.measuring import Progress
    from acceptance.signing.policy import Policy
    from acceptance.signing.renderings import Renderings
    from acceptance.signing.signatures import SignatureReport


class Target:
    """A session folder or a report, and what it is held against."""

    def __init__(
        self,
        target: Path,
        trust: Sequence[Path] = (),
        *,
        roles: Sequence[str] = (),
        signers: Sequence[Path | str] = (),
        policy: Policy | None = None,
        at: datetime | None = None,
    ) -> None:
        self.folder = target if target.is_dir() else None
        self.trust, self.roles, self.signers, self.at = trust, roles, signers, at
        self.policy = policy
        self.progress: Progress | None = None
        self.report = current(target, REPORT) if self.folder else target.resolve()
        self.pdf = read(self.report, REPORT)

    @cached_property
    def attachments(self) -> tuple[tuple[str, bytes], ...]:
        """Name and content of all that is attached to the report; empty where unreadable."""
        if not self.pdf:
            return ()
        from acceptance.signing import pades  # noqa: PLC0415 -- late: brings pyHanko

        try:
            return pades.attachments(self.pdf)
        except InputError:
            return ()

    @property
    def attached(self) -> tuple[bytes, ...]:
        """The contents of all attachments called ``session.json``."""
        return tuple(content for name, content in self.attachments if name == store.FILE)

    @cached_property
    def made(self) -> Renderings | None:
        """What the report says of its renderings; None where it says nothing.

        Raises InputError where that is not as this tool writes it.
        """
        found = [content for name, content in self.attachments if name == renderings.FILE]
        return renderings.parse(found[0]) if found else None

    @cached_property
    def on_disc(self) -> bytes:
        """``session.json`` of the folder; empty where it is missing."""
        return read(current(self.folder, store.FILE), store.FILE) if self.folder else b""

    @cached_property
    def session(self) -> Session:
        """The session that the signature covers; where that cannot be read, the one on disc."""
        if self.attached:
            with suppress(SessionError):
                return store.parse(self.attached[0], store.FILE)
        return store.parse(self.on_disc, store.FILE)

    @cached_property
    def found(self) -> dict[str, str]:
        """The hashes of all files in the folder but for what desktops left there."""
        if not self.folder:
            return {}
        return contents.hashes(self.folder, self.session)

    @cached_property
    def differences(self) -> tuple[Problem, ...]:
        """What differs below ``data/`` from the hashes in the session."""
        payload = {
            path: digest for path, digest in self.found.items() if path.startswith(evidence.PAYLOAD)
        }
        return evidence.compare(self.session.hashes, payload)

    @property
    def known_number(self) -> str:
        """The report number, empty where no session can be read."""
        try:
            return self.session.id
        except SessionError:
            return ""

    @cached_property
    def signatures(self) -> SignatureReport:
        """The signatures of the report, and what is wrong with them."""
        from acceptance.signing import signature_check  # noqa: PLC0415 -- late: brings pyHanko

        return signature_check.verify_pdf(
            self.pdf, self.trust, roles=self.roles, signers=self.signers, policy=self.policy,
            at=self.at,
        )  # fmt: skip

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """SHA-256 of the root certificates to trust; empty where there are none."""
        if not self.trust:
            return ()
        from acceptance.signing import certificates, pinned  # noqa: PLC0415 -- late: brings pyHanko

        return tuple(map(pinned.of_certificate, certificates.load_trust(self.trust).roots))


def read(path: Path, name: str) -> bytes:
    """Read a file of bounded size; give nothing of what is none, or too large."""
    if path.is_symlink() or not path.is_file():
        return b""
    return path.read_bytes() if path.stat().st_size <= contents.most(name) else b""
