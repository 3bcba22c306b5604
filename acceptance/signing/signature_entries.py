"""What a signature says of itself beside its container: viewers show it in a panel of their own.

Whoever signs with a tool of their own could put a verdict there: as reason, as place, as name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyhanko.pdf_utils.generic import DictionaryObject

from acceptance.checks.verdict_words import states_a_verdict
from acceptance.messages import tr
from acceptance.signing import roles
from acceptance.signing.certificates import common_name
from acceptance.signing.signatures import SignatureProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asn1crypto import x509  # type: ignore[import-untyped]  # ships no types
    from pyhanko.pdf_utils.generic import PdfObject
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

    from acceptance.signing.signatures import Signature

# ISO 32000-2, tables 255 to 257: what every version of this tool has written, and how.
ANY = "(?s).*"  # looked at elsewhere
COMMON = {
    "/Filter": "/Adobe.PPKLite",
    "/Contents": ANY,
    "/ByteRange": r"\[\d+, \d+, \d+, \d+\]",
}
OF_TIME_STAMP = COMMON | {"/Type": "/DocTimeStamp", "/SubFilter": r"/ETSI\.RFC3161"}
OF_SIGNATURE = COMMON | {
    "/Type": "/Sig",
    "/SubFilter": r"/ETSI\.CAdES\.detached",
    "/M": r"D:\d{14}(Z|[+-]\d\d'\d\d'?)",
    "/Name": ANY,
    "/Reason": ANY,
    "/Reference/Type": "/SigRef",
    "/Reference/TransformMethod": "/DocMDP",
    "/Reference/TransformParams/Type": "/TransformParams",
    "/Reference/TransformParams/V": r"/1\.2",
    "/Reference/TransformParams/P": "2",
}
# Signed attributes of the container (RFC 5652, 5035, 6211, 8551; Adobe's revocation lists), none
# of which holds words. Others name a place, a commitment, or a policy with a notice to read.
OF_CONTAINER = {
    "1.2.840.113549.1.9.3",  # content type
    "1.2.840.113549.1.9.4",  # message digest
    "1.2.840.113549.1.9.5",  # signing time
    "1.2.840.113549.1.9.15",  # what the signer's mail program reads
    "1.2.840.113549.1.9.52",  # algorithms
    "1.2.840.113549.1.9.16.2.12",  # signing certificate
    "1.2.840.113549.1.9.16.2.47",  # the same, second version
    "1.2.840.113583.1.1.8",  # Adobe's revocation lists
}
OF_REFERENCE = {"/Reference", "/Reference/TransformParams"}  # nothing else leads anywhere


def strange(signature: EmbeddedPdfSignature) -> Iterator[SignatureProblem]:
    """Find what a signature says of itself that this tool never writes."""
    held, role = signature.sig_object, roles.word(signature.field_name)
    known = OF_TIME_STAMP if signature.sig_object_type == "/DocTimeStamp" else OF_SIGNATURE
    for path, value in _entries(held):
        if path in known and re.fullmatch(known[path], str(value)):
            continue
        key = f"{path} {value!s:.40}" if path in known else path
        detail = tr("{role}: the signature holds {key}, which this tool never writes",
                    role=role, key=key)  # fmt: skip
        yield SignatureProblem(code="signature_entry", detail=detail)
    for each in () if known is OF_TIME_STAMP else signature.signer_info["signed_attrs"]:
        if each["type"].dotted not in OF_CONTAINER:
            key = each["type"].dotted
            detail = tr("{role}: the signature holds {key}, which this tool never writes",
                        role=role, key=key)  # fmt: skip
            yield SignatureProblem(code="signature_entry", detail=detail)
    due = common_name(signature.signer_cert)
    if "/Name" in held and str(held["/Name"]) not in {
        due,
        _name_before_0_12(signature.signer_cert),
    }:
        detail = tr("{role}: the signature calls its signer {name!r:.80}, the certificate {due}",
                    role=role, name=str(held["/Name"]), due=due)  # fmt: skip
        yield SignatureProblem(code="signature_name", detail=detail)
    if states_a_verdict(signature.field_name):
        detail = tr("{role}: the role in which it is signed states a verdict", role=role)
        yield SignatureProblem(code="signature_role", detail=detail)


def _entries(held: DictionaryObject, place: str = "") -> Iterator[tuple[str, PdfObject]]:
    """Yield what a signature holds; the one thing that it refers to, and its parameters, by key."""
    for key in held:
        path, value = place + key, held[key]
        if path == "/Reference" and isinstance(value, list) and len(value) == 1:
            value = value[0]
        if path in OF_REFERENCE and isinstance(value, DictionaryObject):
            yield from _entries(value, path)
        else:
            yield path, value


def _name_before_0_12(certificate: x509.Certificate) -> str:
    """Return what was written of several common names up to 0.11: a list, as Python prints it."""
    return str(certificate.subject.native.get("common_name", ""))


def other_reasons(signatures: Sequence[Signature], number: str) -> Iterator[str]:
    """Say which signatures give another reason than the number of the report."""
    for each in signatures:
        if each.reason not in {"", number}:
            yield tr("{role}: signed for the reason {reason!r:.80}, not for report {number}",
                     role=roles.word(each.role), reason=each.reason, number=number)  # fmt: skip
