"""Time stamps (RFC 3161) that bear witness to a commitment: asked for, and checked offline."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asn1crypto import algos, cms, tsp  # type: ignore[import-untyped]  # ships no types
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

from acceptance.errors import InputError
from acceptance.messages import tr
from acceptance.signing.certificates import common_name, load_trust

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path


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


def check(answer: bytes, commitment: str, trust: Sequence[Path]) -> TimeStamp:
    """Check a time stamp (a response or a token, DER) over a commitment against given roots only.

    ``trust`` are files of root certificates, PEM or DER. Raises InputError: no time stamp, of
    something else, or by nobody whom the roots vouch for.
    """
    where, roots = tr("time stamp"), load_trust(trust).roots
    if not roots:
        hint = tr("Give the root certificate of the time stamping authority: --trust")
        raise InputError(tr("no root certificate to trust was given"), where=where, hint=hint)
    hint = tr("Ask for it with the request that acceptance sample --commit wrote")
    try:
        token = _token(answer)
        signed = token["content"]
        found = asyncio.run(_validated(signed, commitment, roots))
    # whatever is no time stamp can make a parser fail in any way
    except Exception as error:
        what = tr("this is no time stamp of the commitment ({cause})", cause=error)
        raise InputError(what, where=where, hint=hint) from error
    if not (found["intact"] and found["valid"] and found["trust_problem_indic"] is None):
        what = tr("the time stamp does not hold against the given root certificates")
        raise InputError(what, where=where, hint=hint)
    name = common_name(found["signing_cert"])
    info = signed["encap_content_info"]["content"]
    when = info.parsed["gen_time"].native
    return TimeStamp(token=token.dump(), info=bytes(info), authority=name, when=when)


async def _validated(
    signed: cms.SignedData, commitment: str, roots: Sequence[object]
) -> dict[str, object]:
    context = ValidationContext(
        trust_roots=list(roots), allow_fetching=False, revocation_mode="soft-fail"
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
