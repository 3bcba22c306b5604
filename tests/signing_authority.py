"""A time stamping authority made for tests: a root, and who stamps below it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from asn1crypto import keys, tsp, x509
from cryptography import x509 as cx509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Authority:
    """A root, and an authority below it that stamps whatever it is asked to."""

    def __init__(
        self,
        folder: Path,
        *,
        purposes: Sequence[cx509.ObjectIdentifier] = (ExtendedKeyUsageOID.TIME_STAMPING,),
        critical: bool = True,
        days: tuple[int, int] = (-1, 2),
        at: datetime | None = None,
        bits: int = 2048,
    ) -> None:
        """``days`` that its certificate holds count from now; ``at``: where its clock stands."""
        root_key = ec.generate_private_key(ec.SECP256R1())
        key = rsa.generate_private_key(65537, bits)  # the stamper knows no other
        root_name, name = (
            cx509.Name([cx509.NameAttribute(NameOID.COMMON_NAME, text)])
            for text in ("Stamp root", "Stamp office")
        )
        usage = cx509.ExtendedKeyUsage(purposes) if purposes else None
        root = self._certificate(root_name, root_name, root_key, root_key, days=(-99, 99))
        leaf = self._certificate(
            name, root_name, key, root_key, days=days, usage=usage, critical=critical
        )
        self._issuer, self._office, self._folder = (root, root_key), leaf, folder
        self.root = folder / "root.pem"
        self.root.write_bytes(root.public_bytes(Encoding.PEM))
        private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        store = SimpleCertificateStore()
        store.register(x509.Certificate.load(root.public_bytes(Encoding.DER)))
        self.stamper = DummyTimeStamper(
            x509.Certificate.load(leaf.public_bytes(Encoding.DER)),
            keys.PrivateKeyInfo.load(private),
            certs_to_embed=store,
            fixed_dt=at,
        )
        self.certificates = [self.stamper.tsa_cert, *store]

    @staticmethod
    def _certificate(
        name: cx509.Name,
        issuer: cx509.Name,
        key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
        issuer_key: ec.EllipticCurvePrivateKey,
        *,
        days: tuple[int, int],
        usage: cx509.ExtendedKeyUsage | None = None,
        critical: bool = True,
    ) -> cx509.Certificate:
        now, ca = datetime.now(UTC).replace(microsecond=0), issuer == name
        builder = (
            cx509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(cx509.random_serial_number())
            .not_valid_before(now + timedelta(days=days[0]))
            .not_valid_after(now + timedelta(days=days[1]))
            .add_extension(cx509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if usage:
            builder = builder.add_extension(usage, critical=critical)
        return builder.sign(issuer_key, hashes.SHA256())

    def listed(self, days: int | None, reason: cx509.ReasonFlags | None = None) -> Path:
        """Write its issuer's list, on which it is revoked ``days`` from now; None: it is not."""
        root, key = self._issuer
        now = datetime.now(UTC).replace(microsecond=0)
        made = (
            cx509.CertificateRevocationListBuilder()
            .issuer_name(root.subject)
            .last_update(now - timedelta(days=1))
            .next_update(now + timedelta(days=30))
        )
        if days is not None:
            entry = cx509.RevokedCertificateBuilder().serial_number(self._office.serial_number)
            entry = entry.revocation_date(now + timedelta(days=days))
            if reason:
                entry = entry.add_extension(cx509.CRLReason(reason), critical=False)
            made = made.add_revoked_certificate(entry.build())
        path = self._folder / "revoked.crl"
        path.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
        return path

    def stamp(self, request: bytes) -> bytes:
        """Answer a request (RFC 3161)."""
        asked = tsp.TimeStampReq.load(request, strict=True)
        answer: bytes = asyncio.run(self.stamper.async_request_tsa_response(asked)).dump()
        return answer
