"""Basic and digest authentication (RFC 7617, 7616, 2617) as RTSP and SIP use it, on both sides."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from acceptance.live.credentials import Credentials

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
ORDER = ("SHA-512-256", "SHA-256", "MD5")  # the best that a device offers
SCHEME = re.compile(r"\b(Digest|Basic)\b\s*(?=[A-Za-z-]+\s*=|,|$)", re.IGNORECASE)
PARAMETER = re.compile(  # no name begins within another: a long one would be read again and again
    r'(?<![A-Za-z-])([A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))'
)


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """How a device asks who is there."""

    scheme: str
    """``basic`` or ``digest``."""

    realm: str = ""
    """What the password is for."""

    nonce: str = ""
    """Of digest: the server's random text."""

    algorithm: str = ""
    """Of digest: as it was named, for instance ``MD5`` or ``SHA-256-sess``; empty: not named."""

    qop: str = ""
    """Of digest: ``auth`` or empty (RFC 2069)."""

    opaque: str | None = None
    """Of digest: to be given back as it is; None: none was given."""

    stale: bool = False
    """Of digest: the password was right, the nonce was too old."""

    cnonce: str = field(default_factory=lambda: secrets.token_hex(8), compare=False)
    """Ours, for as long as the challenge is used: ``-sess`` is of the first (RFC 7616, 3.4.2)."""


def challenges(headers: Iterable[str]) -> tuple[Challenge, ...]:
    """Read every challenge of the ``WWW-Authenticate`` headers; several may stand in one.

    What is neither basic nor digest, or asks for an unknown algorithm, is left out.
    """
    return tuple(found for header in headers for found in _of_header(header))


def _of_header(header: str) -> Iterator[Challenge]:
    begins = list(SCHEME.finditer(header))
    ends = [found.start() for found in begins[1:]] + [len(header)]
    for begin, end in zip(begins, ends, strict=False):
        given = parameters(header[begin.end() : end])
        options = [each.strip().lower() for each in given.get("qop", "").split(",")]
        challenge = Challenge(
            scheme=begin[1].lower(),
            realm=given.get("realm", ""),
            nonce=given.get("nonce", ""),
            algorithm=given.get("algorithm", ""),
            qop="auth" if "auth" in options else "",
            opaque=given.get("opaque"),
            stale=given.get("stale", "").lower() == "true",
        )
        if challenge.scheme == "basic" or _family(challenge.algorithm) in HASHES:
            yield challenge


def parameters(text: str) -> dict[str, str]:
    """Read ``name="value", name=value``; names in lower case."""
    return {
        name.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else plain
        for name, quoted, plain in PARAMETER.findall(text)
    }


def best(offered: Iterable[Challenge]) -> Challenge | None:
    """Choose: digest before basic, the stronger hash first; None where nothing is offered."""
    return min(offered, key=_rank, default=None)


def _rank(challenge: Challenge) -> int:
    if challenge.scheme == "basic":
        return len(ORDER)
    return ORDER.index(_family(challenge.algorithm))


def authorization(
    challenge: Challenge,
    credentials: Credentials,
    method: str,
    uri: str,
    *,
    count: int = 1,
    cnonce: str = "",
) -> str:
    """Return the ``Authorization`` header that answers a challenge.

    ``count``: how often this nonce has been used, this time included.
    """
    if challenge.scheme == "basic":
        together = f"{credentials.user}:{credentials.password}".encode()
        return f"Basic {base64.b64encode(together).decode()}"
    cnonce = cnonce or challenge.cnonce
    answer = response(challenge, credentials, method, uri, count=count, cnonce=cnonce)
    quoted = {
        "username": credentials.user,
        "realm": challenge.realm,
        "nonce": challenge.nonce,
        "uri": uri,
        "response": answer,
    }
    parts = [f'{name}="{_escaped(value)}"' for name, value in quoted.items()]
    if challenge.algorithm:
        parts.append(f"algorithm={challenge.algorithm}")
    if challenge.opaque is not None:
        parts.append(f'opaque="{_escaped(challenge.opaque)}"')
    if challenge.qop:
        parts += [f"qop={challenge.qop}", f"nc={count:08x}"]
    if challenge.qop or _session(challenge.algorithm):
        parts.append(f'cnonce="{cnonce}"')
    return "Digest " + ", ".join(parts)


def response(
    challenge: Challenge,
    credentials: Credentials,
    method: str,
    uri: str,
    *,
    count: int = 1,
    cnonce: str = "",
) -> str:
    """Return the ``response`` of digest authentication, in hexadecimal (RFC 7616, 3.4.1)."""
    algorithm = challenge.algorithm

    def hashed(*parts: str) -> str:
        name = HASHES[_family(algorithm)]
        return hashlib.new(name, ":".join(parts).encode(), usedforsecurity=False).hexdigest()

    secret = hashed(credentials.user, challenge.realm, credentials.password)
    if _session(algorithm):
        secret = hashed(secret, challenge.nonce, cnonce)
    asked = hashed(method, uri)
    if challenge.qop:
        middle = (challenge.nonce, f"{count:08x}", cnonce, challenge.qop)
        return hashed(secret, *middle, asked)
    return hashed(secret, challenge.nonce, asked)


def is_right(header: str, challenge: Challenge, password: str, method: str) -> bool:
    """Whether an ``Authorization`` header answers ``challenge`` with the right password."""
    scheme, _, rest = header.strip().partition(" ")
    given = parameters(rest)
    if scheme.lower() != "digest" or given.get("nonce") != challenge.nonce:
        return False
    if given.get("realm") != challenge.realm or challenge.qop != given.get("qop", ""):
        return False
    try:
        count = int(given.get("nc", "1"), 16)
    except ValueError:
        return False
    expected = response(
        challenge,
        Credentials(given.get("username", ""), password),
        method,
        given.get("uri", ""),
        count=count,
        cnonce=given.get("cnonce", ""),
    )
    return hmac.compare_digest(expected.encode(), given.get("response", "").lower().encode())


def _family(algorithm: str) -> str:
    """Name the hash of an algorithm; MD5 where none is named."""
    return algorithm.upper().removesuffix("-SESS") or "MD5"


def _session(algorithm: str) -> bool:
    return algorithm.upper().endswith("-SESS")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
