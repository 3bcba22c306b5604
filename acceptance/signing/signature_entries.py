"""What a signature says of itself beside its container: viewers show it in a panel of their own.

Whoever signs with a tool of their own could put a verdict there: as reason, as place, as name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.messages import tr
from acceptance.signing import roles
from acceptance.signing.certificates import common_name
from acceptance.signing.signatures import SignatureProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

    from acceptance.signing.signatures import Signature

# ISO 32000-2, table 255: what every version of this tool has written.
WRITTEN = {
    *("/Type", "/Filter", "/SubFilter", "/Contents", "/ByteRange", "/M", "/Name", "/Reason"),
    *("/Reference", "/V"),
}


def strange(signature: EmbeddedPdfSignature) -> Iterator[SignatureProblem]:
    """Find what a signature says of itself that this tool never writes."""
    held, role = signature.sig_object, roles.word(signature.field_name)
    for key in sorted({*held} - WRITTEN):
        detail = tr("{role}: the signature holds {key}, which this tool never writes",
                    role=role, key=key)  # fmt: skip
        yield SignatureProblem(code="signature_entry", detail=detail)
    due = common_name(signature.signer_cert)
    if "/Name" in held and str(held["/Name"]) != due:
        detail = tr("{role}: the signature calls its signer {name!r:.80}, the certificate {due}",
                    role=role, name=str(held["/Name"]), due=due)  # fmt: skip
        yield SignatureProblem(code="signature_name", detail=detail)


def other_reasons(signatures: Sequence[Signature], number: str) -> Iterator[str]:
    """Say which signatures give another reason than the number of the report."""
    for each in signatures:
        if each.reason not in {"", number}:
            yield tr("{role}: signed for the reason {reason!r:.80}, not for report {number}",
                     role=roles.word(each.role), reason=each.reason, number=number)  # fmt: skip
