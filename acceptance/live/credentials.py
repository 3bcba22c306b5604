"""User names and passwords: from the environment, the keyring or a prompt, and never shown again.

A password is never an argument of a command, so no process list and no history of a shell has it.
Whatever is written goes through ``Mask`` first.
"""

from __future__ import annotations

import base64
import hashlib
import importlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, unquote, urlsplit, urlunsplit
from xml.sax.saxutils import escape

from acceptance.errors import UsageError
from acceptance.files import url_password
from acceptance.files.url_password import HIDDEN
from acceptance.messages import tr

USER, PASSWORD = "ACCEPTANCE_USER", "ACCEPTANCE_PASSWORD"
SERVICE = "db50-acceptance"
SHORTEST = 3  # characters of a password that are looked for everywhere

Prompt = Callable[[str], str]
"""Asks for the password of the user and host that it is told, without showing it."""


@dataclass(frozen=True, repr=False)
class Credentials:
    """Who logs in; neither ``repr`` nor ``str`` shows the password."""

    user: str
    """Name of the user."""

    password: str
    """Its password, as it is: not percent-encoded."""

    def __repr__(self) -> str:
        return f"Credentials(user={self.user!r}, password={HIDDEN})"


def find(host: str, user: str = "", *, prompt: Prompt | None = None) -> Credentials | None:
    """Look for the credentials of ``host``: environment, keyring, prompt, in this order.

    ``ACCEPTANCE_PASSWORD_<HOST>`` (in upper case, ``_`` for all but letters and digits) goes
    before ``ACCEPTANCE_PASSWORD``; the same for ``ACCEPTANCE_USER``. None without a user, and where
    nobody knows the password.

    Raises UsageError where one of them is in an encoding that the system does not have.
    """
    user = user or _environment(USER, host)
    if not user:
        return None
    password = _environment(PASSWORD, host) or _from_keyring(host, user)
    if not password and prompt is not None:
        password = prompt(f"{user}@{host}")
    for name, value in ((USER, user), (PASSWORD, password)):
        _check(name, value)
    return Credentials(user, password) if password else None


def _check(name: str, value: str) -> None:
    """Refuse what was typed or set in another encoding than the system's. Raises UsageError."""
    try:
        value.encode()
    except UnicodeEncodeError:
        what = tr("is not text in the system's encoding")
        hint = tr("Set it in a terminal whose encoding is UTF-8")
        raise UsageError(what, where=name, hint=hint) from None


def _environment(name: str, host: str) -> str:
    own = f"{name}_{re.sub('[^A-Z0-9]', '_', host.upper())}"
    return os.environ.get(own) or os.environ.get(name, "")


def _from_keyring(host: str, user: str) -> str:
    """Ask the system's keyring (extra ``keyring``); nothing where there is none."""
    try:
        keyring = importlib.import_module("keyring")
        return keyring.get_password(SERVICE, f"{user}@{host}") or ""
    except Exception:  # noqa: BLE001 -- each system's keyring fails in its own way, and none is needed
        return ""


def taken_out(url: str) -> tuple[str, Credentials | None]:
    """Take user and password out of a URL: the URL without them, and who they are."""
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url, None
    who, _, host = parts.netloc.rpartition("@")
    user, _, password = who.partition(":")
    return urlunsplit(parts._replace(netloc=host)), Credentials(unquote(user), unquote(password))


class Mask:
    """Replaces passwords in whatever is written, in each of the forms that protocols give them.

    Plain, percent-encoded, of XML, as basic authentication, and any among the fields of a URL. A
    password of one or two letters is replaced only where it stands in such a form: else hardly a
    word would remain.
    """

    def __init__(self, *credentials: Credentials | None) -> None:
        forms = {form for who in credentials if who for form in _forms(who)}
        self._forms = sorted(forms, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return ``text`` without passwords."""
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        return url_password.without(text)

    def data(self, content: bytes) -> bytes:
        """Do the same in bytes, where the password is in UTF-8."""
        for form in self._forms:
            content = content.replace(form.encode(), HIDDEN.encode())
        return url_password.without(content.decode("latin-1")).encode("latin-1")


def _forms(who: Credentials) -> set[str]:
    together = f"{who.user}:{who.password}".encode()
    forms = {base64.b64encode(together).decode(), f":{quote(who.password, safe='')}@"}
    if len(who.password) >= SHORTEST:
        plain = who.password
        forms |= {plain, quote(plain), quote(plain, safe=""), quote_plus(plain), escape(plain)}
        forms |= {escape(plain, {'"': "&quot;", "'": "&apos;"}), repr(plain)[1:-1]}
        forms |= {plain.replace("\\", "\\\\").replace('"', '\\"')}
        forms |= {base64.b64encode(plain.encode()).decode()}
        forms |= {hashlib.md5(plain.encode(), usedforsecurity=False).hexdigest()}
    return forms - {""}
