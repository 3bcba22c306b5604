"""Signatures: who signed in which role, what is wrong with them, and what that amounts to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from acceptance.messages import in_turn, tr
from acceptance.model.basics import CHINA
from acceptance.signing import roles

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

ROLE = roles.INSPECTOR  # of the first signature
LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")  # of PAdES, each more than the one before


class State(StrEnum):
    """The result of a check."""

    OK = "ok"
    BROKEN = "broken"
    INCOMPLETE = "incomplete"
    INDETERMINATE = "indeterminate"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class SignatureProblem:
    """One thing that is wrong.

    ``code`` is an AdES sub-indication in lower case or a code of our own policy, ``detail`` a
    sentence for users.
    """

    code: str
    detail: str
    state: State = State.BROKEN


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Who signed in which role, when, and at which PAdES level.

    ``role`` is the name of the signature field, ``when`` the time by the signer's own clock;
    ``certificate`` and ``key`` are the SHA-256 of the signer's certificate and public key (DER),
    ``subject`` is all that the certificate says of the signer. ``stamped`` is when an
    ``authority`` whose root is trusted stamped it (RFC 3161); None: no such time is proven.
    ``stamp_doubt``: why a time stamp that it carries proves no time; empty: it does, or there is
    none. ``archived``: such an authority stamped the whole report after it.
    ``of_test_chain``: the certificate says of itself that it is worth nothing. ``reason``: why it
    was signed, in words of whoever signed; the toolkit writes the number of the report.
    """

    role: str
    name: str
    when: datetime | None
    level: str
    certificate: str
    key: str
    subject: str = ""
    stamped: datetime | None = None
    authority: str = ""
    stamp_doubt: str = ""
    archived: bool = False
    of_test_chain: bool = False
    reason: str = ""

    def __str__(self) -> str:
        signer = {"role": roles.word(self.role), "name": self.name, "level": self.level}
        signer |= {"certificate": self.certificate}
        if self.when is None:
            said = tr(
                "{role}: signed by {name} ({level}); certificate {certificate} (SHA-256)", **signer
            )
        else:
            said = tr(
                "{role}: signed by {name} on {when:%Y-%m-%d at %H:%M:%S %z} ({level}); "
                "certificate {certificate} (SHA-256)",
                when=self.when.astimezone(CHINA),
                **signer,
            )
        return in_turn(filter(None, (said, self._stamp(), self._worth())))

    def shares(self, certificate: str, key: str, subject: str) -> str:
        """Say what shows that a certificate is of the person who signed; empty where nothing does.

        ``certificate`` and ``key`` are its SHA-256 and its key's, ``subject`` all that it says of
        its holder: two people of one name differ there, in a serial number for instance.
        """
        if certificate == self.certificate:
            return tr("the same certificate")
        if key == self.key:
            return tr("the same key")
        return tr("the same subject") if subject and subject == self.subject else ""

    def _stamp(self) -> str:
        if self.stamped is None:
            doubt = self.stamp_doubt
            return tr("its time stamp proves no time: {why}", why=doubt) if doubt else ""
        parameters = {"name": self.authority, "when": self.stamped.astimezone(CHINA)}
        return tr("time stamp of {name} on {when:%Y-%m-%d at %H:%M:%S %z}", **parameters)

    def _worth(self) -> str:
        return tr("A TEST CERTIFICATE, WITHOUT LEGAL VALUE") if self.of_test_chain else ""


@dataclass(frozen=True, kw_only=True)
class SignatureReport:
    """All signatures of a report, and everything that is wrong with them.

    ``valid``: not a byte differs from what was signed. ``trusted``: moreover, the certificate of
    each signer leads to a given root.
    """

    signatures: tuple[Signature, ...]
    problems: tuple[SignatureProblem, ...]

    @property
    def state(self) -> State:
        """The worst of the problems: broken before incomplete before indeterminate."""
        return worst(problem.state for problem in self.problems)

    @property
    def valid(self) -> bool:
        """There is a signature, and none is broken."""
        return bool(self.signatures) and self.state in {State.OK, State.INDETERMINATE}

    @property
    def trusted(self) -> bool:
        """There is a signature, and nothing at all is wrong."""
        return bool(self.signatures) and self.state is State.OK


def worst(states: Iterable[State]) -> State:
    """Return the worst state: broken before incomplete before indeterminate before ok."""
    present = set(states)
    order = (State.BROKEN, State.INCOMPLETE, State.INDETERMINATE)
    return next((state for state in order if state in present), State.OK)
