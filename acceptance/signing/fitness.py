"""Whether a certificate is fit to sign a report: its kind, its usage, and its time (RFC 5280).

A key that proves a web server, a program or a time stamp says nothing of who answers for a report,
though it leads to the same root.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asn1crypto import x509  # type: ignore[import-untyped]  # ships no types

# Extended key usages under which documents are signed. E-mail protection is what most certificates
# of persons carry, and what readers of PDF accept (RFC 9336, 1); "any" restricts nothing.
FOR_DOCUMENTS = {
    "1.3.6.1.5.5.7.3.36",  # documentSigning, RFC 9336
    "1.3.6.1.4.1.311.10.3.12",  # Microsoft, document signing
    "1.2.840.113583.1.1.5",  # Adobe, authentic documents trust
    "1.3.6.1.5.5.7.3.4",  # emailProtection, RFC 5280, 4.2.1.12
    "2.5.29.37.0",  # anyExtendedKeyUsage
}
STAMPING = "1.3.6.1.5.5.7.3.8"  # timeStamping, RFC 5280, 4.2.1.12
SIGNING = {"digital_signature", "non_repudiation"}  # bits of the key usage; one is enough
FEWEST_BITS = {"rsa": 2048, "rsassa_pss": 2048, "ec": 224}  # NIST SP 800-57, 112 bits of security
CLOCKS_APART = timedelta(minutes=5)  # two computers that are both set right


def unfit(certificate: x509.Certificate) -> str:
    """Say why a certificate is none to sign reports with; empty where it is one.

    The key usage must say so; without extended ones any purpose is meant (RFC 5280, 4.2.1.12).
    """
    usage = certificate.key_usage_value
    usages = usage.native if usage is not None else set()
    if certificate.ca:
        return tr("it is the certificate of a certification authority, not of a signer")
    if not certificate.subject.native:
        return tr("its subject names nobody")
    if not usages & SIGNING:
        return tr("its key usage ({usages}) does not include signing", usages=_named(usages))
    return weak(certificate) or unfit_purpose(certificate)


def weak(certificate: x509.Certificate) -> str:
    """Say that others could compute the key of a certificate; empty where they cannot."""
    key = certificate.public_key
    if key.algorithm not in FEWEST_BITS:  # asn1crypto knows no size of Ed25519; pyHanko judges it
        return ""
    if key.bit_size >= FEWEST_BITS[key.algorithm]:
        return ""
    return tr("its key ({kind}, {bits} bits) is too weak", kind=key.algorithm, bits=key.bit_size)


def unfit_purpose(certificate: x509.Certificate) -> str:
    """Say which other purposes a certificate is for; empty where it may be for documents.

    An issuer's purposes bind what it issues (as browsers and readers of PDF hold it).
    """
    purposes = certificate.extended_key_usage_value
    if purposes is None or not FOR_DOCUMENTS.isdisjoint(item.dotted for item in purposes):
        return ""
    return tr("it is for {purposes}, not for documents", purposes=_named(purposes.native))


def unfit_authority(certificate: x509.Certificate) -> str:
    """Say why a certificate stamps no times; empty where it does.

    That must be its only purpose, marked critical (RFC 3161, 2.3): a signer whose certificate is
    for mail as well would be a witness of their own.
    """
    purposes = certificate.extended_key_usage_value
    if {item.dotted for item in purposes or ()} != {STAMPING}:
        named = _named(purposes.native if purposes is not None else ())
        return tr("it is for {purposes}, not for time stamps alone", purposes=named)
    if "extended_key_usage" not in certificate.critical_extensions:
        return tr("it does not mark its purpose as critical (RFC 3161)")
    return weak(certificate)


def _named(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes)) or "-"


def untimely(
    certificate: x509.Certificate, signed: datetime | None, now: datetime
) -> Iterator[tuple[str, str]]:
    """Yield code and sentence of what is wrong with the time of a signature.

    ``signed`` is the time that the signer states, ``now`` the verifier's; both know their zone.
    """
    start, end = certificate.not_valid_before, certificate.not_valid_after
    if signed is None or signed.tzinfo is None:
        yield "no_time", tr("the signature does not say when it was made")
    elif not start <= signed <= end:
        yield (
            "not_valid_then",
            tr(
                "signed on {when:%Y-%m-%d %H:%M} UTC, when the certificate was not valid: it is "
                "from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC",
                when=signed.astimezone(UTC), start=start, end=end,
            ),
        )  # fmt: skip
    elif signed > now + CLOCKS_APART:
        what = tr(
            "signed on {when:%Y-%m-%d %H:%M} UTC, which is still to come; check the clock of this "
            "computer",
            when=signed.astimezone(UTC),
        )
        yield "in_future", what
