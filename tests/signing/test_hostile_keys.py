"""Files of keys and certificates from elsewhere are refused before they cost hours or memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from asn1crypto import pkcs12
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from acceptance.errors import InputError, KeyFileError
from acceptance.signing import certificates, key_files, pinned
from acceptance.signing.chains import DemoChain, make_demo_chain

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> DemoChain:
    """Make keys."""
    return make_demo_chain(tmp_path_factory.mktemp("keys"))


def test_a_key_file_that_takes_hours_to_open_is_refused(
    chain: DemoChain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says itself how often a password is hashed, in PKCS#12 as in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    secret = BestAvailableEncryption(chain.password.encode())
    pem = tmp_path / "key.pem"
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secret))
    assert key_files.opened(chain.signer, chain.password)
    monkeypatch.setattr(key_files, "MOST_ROUNDS", 100)
    for path in (chain.signer, pem):
        with pytest.raises(KeyFileError, match="rounds to try a password; 100 at most"):
            key_files.opened(path, chain.password)


def test_rounds_of_all_parts_of_a_key_file_count_together(chain: DemoChain) -> None:
    """Each part is opened with its own."""
    whole = pkcs12.Pfx.load(chain.signer.read_bytes())
    stated = [whole["mac_data"].native, *key_files._encryptions(whole)]
    every = [*map(key_files._rounds, stated)]
    assert len(every) == 3
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(key_files, "MOST_ROUNDS", sum(every))
        key_files._require_few_rounds(chain.signer, stated)
        patched.setattr(key_files, "MOST_ROUNDS", sum(every) - 1)
        with pytest.raises(KeyFileError, match=f"asks for {sum(every)} rounds"):
            key_files._require_few_rounds(chain.signer, stated)


def test_a_file_of_very_many_roots_is_refused(chain: DemoChain, tmp_path: Path) -> None:
    """Reading 20,000 of them took half a minute."""
    many = tmp_path / "many.pem"
    many.write_bytes(chain.root.read_bytes() * (certificates.MOST_BLOCKS + 1))
    with pytest.raises(InputError, match="holds 2001 certificates or lists; 2000 at most"):
        certificates.load_trust([many])


def test_a_signer_is_no_device_that_never_ends() -> None:
    """Three gigabytes of it were read, and more would have been."""
    with pytest.raises(InputError, match="is no certificate"):
        pinned.read(["/dev/zero"])
