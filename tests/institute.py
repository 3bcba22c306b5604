"""A signing institute's certificates, made and served by certomancer on the loopback.

Root, intermediate, and one certificate for each thing that may be wrong with a signer's. Lists of
revoked certificates are fetched from the addresses that the certificates name, as a person would
do before going on site; a time-stamping authority answers beside them.
"""

from __future__ import annotations

import threading
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asn1crypto import pem
from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry.common import ArchLabel, CertLabel
from certomancer.registry.config import CertomancerConfig
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from certomancer.registry.pki_arch import PKIArchitecture

PASSWORD = "password of the tests"  # noqa: S105 -- of keys that live as long as the tests
LABEL = "institute"
KEYS = ("root", "intermediate", "inspector", "namesake", "chief", "tsa", "other-root", "stranger")
LONG = ("2020-01-01", "2060-01-01")
DOCUMENTS = "1.3.6.1.5.5.7.3.36"  # id-kp-documentSigning, RFC 9336
INSPECTOR = "张检验"


@dataclass(frozen=True)
class Leaf:
    """One certificate of a person: whose name and key, and what is particular about it."""

    subject: str = "inspector"
    key: str = "inspector"
    years: tuple[str, str] = LONG
    purposes: tuple[str, ...] = ()
    usage: tuple[str, ...] = ("digital_signature", "non_repudiation")
    revoked: str = ""
    issuer: str = "intermediate"


LEAVES = {
    "inspector": Leaf(),
    "chief": Leaf(subject="chief", key="chief"),
    "for-documents": Leaf(purposes=(DOCUMENTS,)),
    "for-a-server": Leaf(purposes=("server_auth",)),
    "for-a-client": Leaf(purposes=("client_auth",)),
    "for-code": Leaf(purposes=("code_signing",)),
    "for-time-stamps": Leaf(purposes=("time_stamping",)),
    "for-anything": Leaf(purposes=("any_extended_key_usage",)),
    "for-a-server-and-documents": Leaf(purposes=("server_auth", DOCUMENTS)),
    "for-encryption": Leaf(usage=("key_encipherment",)),
    "expired": Leaf(years=("2020-01-01", "2026-01-01")),
    "not-yet-valid": Leaf(years=("2050-01-01", "2060-01-01")),
    "revoked": Leaf(revoked="2026-05-01"),
    "namesake": Leaf(key="namesake"),  # another person of the same name, from the same issuer
    "renewed": Leaf(years=("2021-01-01", "2060-01-01")),  # the same key, a new certificate
    "stranger": Leaf(subject="stranger", key="stranger", issuer="other-root"),
}


@dataclass(frozen=True)
class Institute:
    """The certificates while they are served, and where their files are written."""

    folder: Path
    architecture: PKIArchitecture
    address: str

    @property
    def root(self) -> Path:
        """The root certificate, to be trusted."""
        return self.certificate("root")

    def certificate(self, name: str) -> Path:
        """Write a certificate as a file, to trust it or to pin a signer by it; return the file."""
        path = self.folder / f"{name}.crt"
        found = self.architecture.get_cert(CertLabel(name))
        path.write_bytes(pem.armor("CERTIFICATE", found.dump()))
        return path

    def key_file(self, name: str) -> Path:
        """Write key, certificate and chain of one of ``LEAVES``, revocation lists beside them."""
        path = self.folder / f"{name}.p12"
        pack = self.architecture.package_pkcs12(CertLabel(name), password=PASSWORD.encode())
        path.write_bytes(pack)
        lists = (self.fetched(f"crls/{issuer}/latest.crl.pem") for issuer in ISSUERS)
        path.with_suffix(".crl").write_bytes(b"".join(lists))
        return path

    def fetched(self, path: str, request: bytes | None = None) -> bytes:
        """Return what the institute answers at a path below its address."""
        url = f"{self.address}/{LABEL}/{path}"
        with urllib.request.urlopen(url, request) as answer:  # noqa: S310 -- of the loopback
            content: bytes = answer.read()
        return content


ISSUERS = ("root", "intermediate", "other-root")


@contextmanager
def institute(folder: Path) -> Iterator[Institute]:
    """Make keys in ``folder``, and serve the institute on the loopback as long as this is open."""
    for name in KEYS:
        _write_key(folder / f"{name}.pem")
    server = make_server("127.0.0.1", 0, _nothing, threaded=True, request_handler=_Quiet)
    address = f"http://127.0.0.1:{server.port}"
    keys = {name: {"path": f"{name}.pem"} for name in KEYS}
    settings = {
        "external-url-prefix": address,
        "keysets": {LABEL: {"path-prefix": ".", "keys": keys}},
        "pki-architectures": {LABEL: _architecture()},
    }
    found = CertomancerConfig(settings, str(folder)).get_pki_arch(ArchLabel(LABEL))
    server.app = Animator(AnimatorArchStore({ArchLabel(LABEL): found}), with_web_ui=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Institute(folder, found, address)
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(WSGIRequestHandler):
    """Serves without a line for each request."""

    def log_request(self, *_: object) -> None:
        """Say nothing."""


def _nothing(*_: object) -> list[bytes]:
    return []


def _write_key(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _architecture() -> dict[str, Any]:
    people = {"inspector": INSPECTOR, "chief": "李主任", "stranger": "王外人", "tsa": "时间戳"}
    return {
        "keyset": LABEL,
        "entity-defaults": {"country-name": "CN", "organization-name": "某检验机构"},
        "entities": {name: {"common-name": people.get(name, name)} for name in (*ISSUERS, *people)},
        "certs": {
            "root": _certificate("root", "root", "root", _of_issuer("root")),
            "other-root": _certificate(
                "other-root", "other-root", "other-root", _of_issuer("other-root")
            ),
            "intermediate": _certificate(
                "intermediate", "intermediate", "root", _of_issuer("root")
            ),
            "tsa": _certificate("tsa", "tsa", "intermediate", _purposes(("time_stamping",))),
            **{name: _leaf(leaf) for name, leaf in LEAVES.items()},
        },
        "services": {
            "crl-repo": {
                name: {"for-issuer": name, "simulated-update-schedule": "P90D"} for name in ISSUERS
            },
            "time-stamping": {"tsa": {"signing-key": "tsa", "signing-cert": "tsa"}},
        },
    }


def _leaf(leaf: Leaf) -> dict[str, Any]:
    usage = {"id": "key_usage", "critical": True}
    usage["smart-value"] = {"schema": "key-usage", "params": list(leaf.usage)}
    extensions = [
        usage,
        _lists_of(leaf.issuer),
        *(_purposes(leaf.purposes) if leaf.purposes else ()),
    ]
    made = _certificate(leaf.subject, leaf.key, leaf.issuer, extensions, leaf.years)
    revoked = {"revoked-since": f"{leaf.revoked}T00:00:00+0000", "reason": "key_compromise"}
    return made | ({"revocation": revoked} if leaf.revoked else {})


def _certificate(
    subject: str, key: str, issuer: str, extensions: list[Any], years: tuple[str, str] = LONG
) -> dict[str, Any]:
    start, end = (f"{day}T00:00:00+0000" for day in years)
    return {
        "subject": subject, "subject-key": key, "issuer": issuer, "authority-key": issuer,
        "validity": {"valid-from": start, "valid-to": end}, "extensions": extensions,
    }  # fmt: skip


def _lists_of(issuer: str) -> dict[str, Any]:
    address = {"schema": "crl-dist-url", "params": {"crl-repo-names": [issuer]}}
    return {"id": "crl_distribution_points", "smart-value": address}


def _of_issuer(lists: str) -> list[Any]:
    usage = {"schema": "key-usage", "params": ["key_cert_sign", "crl_sign"]}
    return [
        {"id": "basic_constraints", "critical": True, "value": {"ca": True}},
        {"id": "key_usage", "critical": True, "smart-value": usage},
        _lists_of(lists),
    ]


def _purposes(names: tuple[str, ...]) -> list[Any]:
    return [{"id": "extended_key_usage", "critical": True, "value": list(names)}]
