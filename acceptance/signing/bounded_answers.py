"""What authorities answer over HTTP: bounded in bytes and in time altogether.

Libraries bound each wait, not all waits together, and take as many bytes as come: a server that
sends one a second, or gigabytes, would hold whoever signs, or take all memory.
"""

from __future__ import annotations

import base64
import http.client
import threading
import urllib.request
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

WAITING = 20  # seconds that nothing may come
PATIENCE = 3 * WAITING  # seconds for all of an answer


def answer(
    address: str,
    most: int,
    *,
    request: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = PATIENCE,
) -> tuple[str, bytes]:
    """Ask a server; return the content type, and at most ``most`` bytes as they came.

    ``request``: what is sent to it; None: nothing, it is fetched. Raises OSError: it does not
    answer, refuses, says more than that, or is not done after ``seconds``.
    """
    came: Future[tuple[str, bytes]] = Future()

    def ask() -> None:
        try:
            came.set_result(_answer(address, most, request, headers or {}))
        except (OSError, ValueError, http.client.HTTPException) as error:
            came.set_exception(OSError(str(error)))

    threading.Thread(target=ask, daemon=True).start()
    if not wait([came], timeout=seconds).done:
        raise TimeoutError(tr("is not done answering after {seconds:g} s", seconds=seconds))
    return came.result()


def _answer(
    address: str, most: int, request: bytes | None, headers: Mapping[str, str]
) -> tuple[str, bytes]:
    bare, who = _login(address)
    asked = urllib.request.Request(bare, request, {**who, **headers})  # noqa: S310 -- of http(s)
    with urllib.request.urlopen(asked, timeout=WAITING) as reply:  # noqa: S310 -- as above
        content = reply.read(most + 1)
        kind: str = reply.headers.get("Content-Type", "")
    if len(content) > most:
        raise OSError(tr("answers with more than {count} MB", count=most >> 20))
    return kind, content


def _login(address: str) -> tuple[str, dict[str, str]]:
    """Take user and password out of an address; return what is left, and the header with them."""
    parts = urlsplit(address)
    who, at, host = parts.netloc.rpartition("@")
    if not at:
        return address, {}
    coded = base64.b64encode(unquote_to_bytes(who)).decode()
    return parts._replace(netloc=host).geturl(), {"Authorization": f"Basic {coded}"}
