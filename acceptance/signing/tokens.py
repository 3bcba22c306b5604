"""Keys in a token or card, by PKCS#11: named by a URI (RFC 7512), never read out of it.

    pkcs11:token=institute;object=zhang?module-path=/usr/lib/softhsm/libsofthsm2.so

Needs the package python-pkcs11 (``pip install 'db50-acceptance[pkcs11]'``).
"""

from __future__ import annotations

import asyncio
import importlib.util
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from acceptance.errors import KeyFileError, SetupError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asn1crypto import x509  # type: ignore[import-untyped]  # ships no types
    from pkcs11 import Session
    from pyhanko.sign.pkcs11 import PKCS11Signer

SCHEME = "pkcs11:"
KNOWN = {"token", "serial", "object", "id", "type", "module-path"}
SECRET = {"pin-value", "pin-source"}


def signer(uri: str, pin: str, chain: Iterable[x509.Certificate]) -> PKCS11Signer:
    """Open a token and find key and certificate in it; ``chain`` is what else to embed.

    Where the token holds no certificate of the key, it is the first of ``chain``.

    Raises KeyFileError: a URI that names no key, no module, token or key there, a wrong PIN;
    SetupError where python-pkcs11 is not installed.
    """
    named = _named(uri)
    if importlib.util.find_spec("pkcs11") is None:
        what = tr("keys in tokens need the package python-pkcs11, which is not installed")
        hint = tr("Install it: pip install 'db50-acceptance[pkcs11]'")
        raise SetupError(what, where=uri, hint=hint)
    import pkcs11  # noqa: PLC0415 -- late: an extra

    try:
        found = _opened(named, pin, [*chain])
        # what is missing must show here
        asyncio.run(found.ensure_objects_loaded())  # type: ignore[no-untyped-call]
        # tokens that cannot hash for curves sign a digest (CKM_ECDSA)
        found.use_raw_mechanism = found.signing_cert.public_key.algorithm == "ec"
    except pkcs11.exceptions.PKCS11Error as error:
        raise _refusal(uri, error) from error
    except (RuntimeError, OSError) as error:  # of the module itself
        what = tr("the PKCS#11 module cannot be used ({cause})", cause=error)
        raise KeyFileError(what, where=uri, hint=tr("Check module-path")) from error
    return found


def _opened(named: dict[str, bytes], pin: str, chain: list[x509.Certificate]) -> PKCS11Signer:
    import pkcs11  # noqa: PLC0415 -- late, an extra
    from pyhanko.config.pkcs11 import TokenCriteria  # noqa: PLC0415 -- late, as above
    from pyhanko.sign import pkcs11 as tokens  # noqa: PLC0415 -- late, as above

    criteria = TokenCriteria(label=_text(named, "token"), serial=named.get("serial"))
    module = named["module-path"].decode()
    try:
        session = tokens.open_pkcs11_session(module, None, criteria, pin or None)
    except pkcs11.exceptions.UserAlreadyLoggedIn:  # by this program, for another signature
        session = tokens.open_pkcs11_session(module, None, criteria)
    label, own = _text(named, "object"), {}
    if chain and not _holds_certificate(session, named):
        own = {"signing_cert": chain[0]}
    return tokens.PKCS11Signer(
        session,
        **own,
        cert_label=label,
        key_label=label,
        key_id=named.get("id"),
        cert_id=named.get("id"),
        ca_chain=chain,
        other_certs_to_pull=None,
    )


def _holds_certificate(session: Session, named: dict[str, bytes]) -> bool:
    """Whether the certificate lies beside the key in its token; many hold the key alone."""
    from pkcs11 import Attribute, ObjectClass  # noqa: PLC0415 -- late, an extra

    sought: dict[Attribute, object] = {Attribute.CLASS: ObjectClass.CERTIFICATE}
    if "object" in named:
        sought[Attribute.LABEL] = _text(named, "object")
    if "id" in named:
        sought[Attribute.ID] = named["id"]
    return any(True for _ in session.get_objects(sought))


def _text(named: dict[str, bytes], attribute: str) -> str | None:
    return named[attribute].decode() if attribute in named else None


def _refusal(uri: str, error: Exception) -> KeyFileError:
    """Word why a token does not give the key."""
    kind = type(error).__name__
    if kind in {"PinIncorrect", "PinInvalid", "PinLenRange", "PinLocked", "PinExpired"}:
        what, hint = (
            tr("the PIN does not open the token ({cause})", cause=kind),
            tr("Check the PIN"),
        )
    else:
        what = tr("the token has no such key ({cause})", cause=str(error) or kind)
        hint = tr(
            "Check token and object: pkcs11-tool --list-objects, or softhsm2-util --show-slots"
        )
    return KeyFileError(what, where=uri, hint=hint)


def _named(uri: str) -> dict[str, bytes]:
    """Read the attributes of a URI. Raises KeyFileError for one that names no key."""
    path, _, query = uri.removeprefix(SCHEME).partition("?")
    pairs = [part.partition("=") for part in (*path.split(";"), *query.split("&")) if part]
    named = {name: unquote_to_bytes(value) for name, _, value in pairs}
    hint = tr("Write it like pkcs11:token=NAME;object=NAME?module-path=/path/to/module.so")
    if SECRET & named.keys():
        what = tr("a PIN does not belong into a command line")
        raise KeyFileError(what, where=SCHEME, hint=tr("Give it by --password-file"))
    if strange := sorted(named.keys() - KNOWN):
        what = tr("unknown field {name!r}", name=strange[0])
        raise KeyFileError(what, where=uri, hint=hint)
    if "module-path" not in named or not {"object", "id"} & named.keys():
        what = tr("names no key in a token, or not its module")
        raise KeyFileError(what, where=uri, hint=hint)
    return named
