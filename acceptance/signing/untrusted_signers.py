"""Why nobody knows whether to trust a signer's certificate: no chain, no list, expired, weak."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyhanko.sign.ades.report import AdESIndeterminate, AdESPassed

from acceptance.messages import tr
from acceptance.signing.certificates import common_name

if TYPE_CHECKING:
    from datetime import datetime

    from pyhanko.sign.ades.report import AdESSubIndic
    from pyhanko.sign.validation.status import PdfSignatureStatus

    from acceptance.signing.proven_times import Proof


def why(status: PdfSignatureStatus, proof: Proof, moment: datetime) -> str:
    """Say why nobody knows whether to trust the signer's certificate; empty where they do."""
    name = common_name(status.signing_cert)
    if proof.indication is AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND:
        return tr(
            "the certificate of {name} leads to none of the given root certificates", name=name
        )
    if proof.indication is AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE:
        return tr("the signature of {name} rests on a hash or key that is too weak", name=name)
    start, end = status.signing_cert.not_valid_before, status.signing_cert.not_valid_after
    held = proof.indication is AdESPassed.OK
    if not start <= moment <= end and not (held and proof.stamped):
        return tr(
            "the certificate of {name} is only valid from {start:%Y-%m-%d} to {end:%Y-%m-%d}",
            name=name, start=start, end=end,
        )  # fmt: skip
    return "" if held else _not_offline(name, proof.indication)


def _not_offline(name: str, indication: AdESSubIndic) -> str:
    if indication is AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE:
        return tr("the chain of certificates of {name} does not hold: one of them has expired, or "
                  "may not issue certificates of this kind or name", name=name)  # fmt: skip
    return tr(
        "the certificate of {name} cannot be checked offline ({code}); "
        "a newer revocation list may help",
        name=name,
        code=str(indication.standard_name).lower(),
    )
