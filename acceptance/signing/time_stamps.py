"""Time stamps (RFC 3161) that bear witness to a commitment: asked for, and checked offline."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from asn1crypto import algos, cms, tsp, x509  # type: ignore[import-untyped]  # ships no types
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

from acceptance.checks.commitments import seed_of_time_stamp
from acceptance.errors import InputError
from acceptance.files import regular
from acceptance.messages import tr
from acceptance.model.basics import CHINA
from acceptance.signing import fitness, listed_revocations, proven_times
from acceptance.signing.certificates import common_name, load_trust
from acceptance.signing.fitness import CLOCKS_APART
from acceptance.signing.signatures import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from acceptance.model import Value
    from acceptance.signing.certificates import Trust


@dataclass(frozen=True, kw_only=True)
class TimeStamp:
    """A token that was checked."""

    token: bytes
    """The token as DER."""

    info: bytes
    """What the authority signed in it (TSTInfo, DER), whose SHA-256 is the seed: around it, bytes
    may be changed until a seed suits."""

    authority: str
    """Name in the certificate of who stamped."""

    when: datetime
    """When it was stamped, in UTC."""

    @property
    def seed(self) -> str:
        """The seed that it gives."""
        return seed_of_time_stamp(self.info.hex())

    @property
    def details(self) -> dict[str, Value]:
        """What is written down of it beside the seed (``session.commitments``)."""
        return {
            "witness": self.authority,
            "stamped": self.when.isoformat(timespec="seconds"),
            "info": self.info.hex(),
            "token": self.token.hex(),
        }


def request(commitment: str) -> bytes:
    """Return the request (DER) for a time stamp over a commitment's SHA-256, 64 hex digits."""
    message = {
        "version": "v1",
        "message_imprint": _imprint(commitment),
        "nonce": secrets.randbits(63),
        "cert_req": True,
    }
    dumped: bytes = tsp.TimeStampReq(message).dump()
    return dumped


def _imprint(commitment: str) -> tsp.MessageImprint:
    """Return what is stamped: the commitment itself, by its SHA-256."""
    algorithm = algos.DigestAlgorithm({"algorithm": "sha256"})
    stamped = bytes.fromhex(commitment)
    return tsp.MessageImprint({"hash_algorithm": algorithm, "hashed_message": stamped})


def read(path: Path, commitment: str, trust: Sequence[Path]) -> TimeStamp:
    """Read and check a time stamp from its file, as ``check`` does. Raises InputError."""
    return check(regular.read(path, InputError, tr("Check the path")), commitment, trust)


def check(answer: bytes, commitment: str, trust: Sequence[Path]) -> TimeStamp:
    """Check a time stamp (a response or a token, DER) over a commitment against given roots only.

    ``trust`` are files of root certificates and (``.crl``) revocation lists, PEM or DER. Raises
    InputError: no time stamp, of something else, or by nobody whom the roots vouch for.
    """
    where = tr("time stamp")
    try:
        stamp, doubt = _examined(answer, commitment, trust)
    except ValueError as error:
        hint = tr("Ask for it with the request that acceptance sample --commit wrote")
        raise InputError(str(error), where=where, hint=hint) from error
    if stamp.when > datetime.now(UTC) + CLOCKS_APART:
        what = tr("it was stamped on {when:%Y-%m-%d %H:%M} UTC, which is still to come",
                  when=stamp.when)  # fmt: skip
        raise InputError(what, where=where, hint=tr("Choose another one"))
    if doubt:
        what = tr("it proves no time: {why}", why=doubt)
        hint = tr("Give the root certificate of its authority (--trust), or choose another one")
        raise InputError(what, where=where, hint=hint)
    return stamp


def again(details: Mapping[str, Value], trust: Sequence[Path]) -> tuple[State, str]:
    """Check what was written down of a time stamp; return the state and what was found."""
    token, commitment = (str(details.get(name, "")) for name in ("token", "commitment"))
    try:
        stamp, doubt = _examined(bytes.fromhex(token), commitment, trust)
    except ValueError as error:
        return State.BROKEN, str(error)
    if {name: details.get(name) for name in stamp.details} != stamp.details:
        return State.BROKEN, tr("what is said of a time stamp is not what it says")
    parameters = {"name": stamp.authority, "when": stamp.when}
    if doubt:
        return State.INDETERMINATE, tr("time stamp of {name}: {why}", why=doubt, **parameters)
    parameters["when"] = stamp.when.astimezone(CHINA)
    return State.OK, tr("time stamp of {name} on {when:%Y-%m-%d at %H:%M:%S %z}", **parameters)


def _examined(answer: bytes, commitment: str, trust: Sequence[Path]) -> tuple[TimeStamp, str]:
    """Return a time stamp of a commitment, and why it proves no time; empty: it does.

    Raises ValueError with a sentence where it is none.
    """
    given = load_trust(trust)
    try:
        token = _token(answer)
        signed = token["content"]
        found = asyncio.run(_validated(signed, commitment, given.roots))
        info = signed["encap_content_info"]["content"]
        when = info.parsed["gen_time"].native
    # whatever is no time stamp can make a parser fail in any way
    except Exception as error:
        what = tr("this is no time stamp ({cause})", cause=error)
        raise ValueError(what) from error
    if not (found["intact"] and found["valid"]):
        raise ValueError(tr("this is no time stamp of the commitment"))
    name = common_name(found["signing_cert"])
    stamp = TimeStamp(token=token.dump(), info=bytes(info), authority=name, when=when)
    return stamp, fitness.unfit_authority(found["signing_cert"]) or _untrusted(found, given, when)


def _untrusted(found: Mapping[str, Any], given: Trust, when: datetime) -> str:
    lists = [CRLContainer(each) for each in given.crls]
    if listed_revocations.proves_no_time(found.get("validation_path"), lists, when):
        return proven_times.revoked()
    return proven_times.untrusted(found["trust_problem_indic"])


async def _validated(
    signed: cms.SignedData, commitment: str, roots: Sequence[x509.Certificate]
) -> dict[str, Any]:
    """Validate as pyHanko does, offline, with these roots only."""
    context = ValidationContext(
        trust_manager=SimpleTrustManager.build(trust_roots=roots),
        allow_fetching=False,
        revocation_mode="soft-fail",
    )

    def expected(algorithm: str) -> bytes:
        return bytes.fromhex(commitment) if algorithm == "sha256" else b""

    return dict(await validate_tst_signed_data(signed, context, expected))


def _token(answer: bytes) -> cms.ContentInfo:
    """Return the token of a response, or the token itself."""
    try:
        response = tsp.TimeStampResp.load(answer, strict=True)
        return response["time_stamp_token"]
    except ValueError:
        return cms.ContentInfo.load(answer, strict=True)
