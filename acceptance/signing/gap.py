"""The container of a signature, which nothing signs: each of its bytes must be accounted for.

It lies in the gap between the signed bytes, and must be in its only form, padded with zeros.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asn1crypto import cms, core, x509  # type: ignore[import-untyped]  # ships no types

if TYPE_CHECKING:
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

STAMP = "signature_time_stamp_token"


def accounted(pdf: bytes, signature: EmbeddedPdfSignature, known: set[bytes]) -> bool:
    """Whether every byte in the gap is accounted for.

    It must hold no certificate but the signer's and those that the signed part of the report
    (``known``) holds as well, and no unsigned attribute but one time stamp (RFC 3161), whose own
    frame may have any form that its authority gave it.
    """
    start, length, resume, _ = signature.byte_range
    digits = _container(signature).hex().ljust(resume - length - 2, "0")
    gap = pdf[length:resume].decode("ascii", errors="replace")
    others = [item.dump() for item in signature.other_embedded_certs]
    strange = known and set(others) - known
    sole = _adds_a_stamp_at_most(signature)
    return start == 0 and not strange and sole and gap in {f"<{digits}>", f"<{digits.upper()}>"}


def _adds_a_stamp_at_most(signature: EmbeddedPdfSignature) -> bool:
    attributes = signature.signer_info["unsigned_attrs"]
    if isinstance(attributes, core.Void):
        return True
    return [(each["type"].native, len(each["values"])) for each in attributes] == [(STAMP, 1)]


def _container(signature: EmbeddedPdfSignature) -> bytes:
    """Return the container of a signature in its only form: one signer, data outside (RFC 5652).

    That of a time stamp on the whole report is the stamp itself.
    """
    if signature.sig_object_type == "/DocTimeStamp":
        found = cms.ContentInfo({"content_type": "signed_data", "content": signature.signed_data})
        return bytes(found.dump())
    held = signature.signed_data["certificates"]
    return framed(signature.signer_info, signature.signer_cert, held)


def framed(signer: cms.SignerInfo, certificate: x509.Certificate, held: object) -> bytes:
    """Put who signed, and certificates, into a container of the only form."""
    sid = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    identifier = cms.SignerIdentifier({"issuer_and_serial_number": sid})
    others = [name for name in signer if name not in {"version", "sid"}]
    # what is there is not looked into: attributes hold whole lists of revocations
    kept = {name: signer[name] for name in others if not isinstance(signer[name], core.Void)}
    content = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [signer["digest_algorithm"]],
            "encap_content_info": {"content_type": "data"},
            "certificates": held,
            "signer_infos": [{"version": "v1", "sid": identifier, **kept}],
        }
    )
    dumped: bytes = cms.ContentInfo({"content_type": "signed_data", "content": content}).dump()
    return dumped
