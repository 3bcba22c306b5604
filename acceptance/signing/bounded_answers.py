"""What authorities answer over HTTP: bounded in bytes and in time altogether.

Libraries bound each wait, not all waits together, and take as many bytes as come: a server that
sends one a second, or gigabytes, would hold whoever signs, or take all memory.
"""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING

import requests
from requests.auth import HTTPBasicAuth
from requests.utils import get_auth_from_url, urldefragauth

from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

WAITING = 20  # seconds that nothing may come
PATIENCE = 3 * WAITING  # seconds for all of an answer
AT_ONCE = 1 << 16  # bytes
AS_IT_IS = {"Accept-Encoding": "identity"}  # what is packed could be of any size


async def answer(
    address: str,
    most: int,
    *,
    request: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = PATIENCE,
) -> tuple[str, bytes]:
    """Ask a server; return the content type, and at most ``most`` bytes as they came.

    ``request``: what is sent to it; None: nothing, it is fetched. User and password of the address
    are sent to its host alone. Raises OSError: it does not answer, refuses, says more than that, or
    is not done after ``seconds``.
    """
    came: Future[tuple[str, bytes]] = Future()
    until = time.monotonic() + seconds + 1  # nobody waits any longer

    def ask() -> None:
        if not came.set_running_or_notify_cancel():
            return
        try:
            came.set_result(_answer(address, most, request, headers or {}, until))
        except MemoryError as error:
            came.set_exception(error)
        except Exception as error:  # noqa: BLE001 -- an address or an answer can be anything
            came.set_exception(OSError(str(error)))

    threading.Thread(target=ask, daemon=True).start()  # no library bounds the time of headers
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.wrap_future(came)
    except TimeoutError as error:
        what = tr("is not done answering after {seconds:g} s", seconds=seconds)
        raise TimeoutError(what) from error


def _answer(
    address: str, most: int, request: bytes | None, headers: Mapping[str, str], until: float
) -> tuple[str, bytes]:
    user, password = get_auth_from_url(address)
    with requests.request(
        "GET" if request is None else "POST", urldefragauth(address), data=request,
        headers={**AS_IT_IS, **headers}, timeout=WAITING, stream=True,
        auth=HTTPBasicAuth(user.encode(), password.encode()) if user or password else None,
    ) as reply:  # fmt: skip
        reply.raise_for_status()
        content = bytearray()
        while some := reply.raw.read1(AT_ONCE):
            content += some
            if len(content) > most:
                raise OSError(tr("answers with more than {count} MB", count=most >> 20))
            if time.monotonic() > until:
                raise TimeoutError
        return reply.headers.get("Content-Type", ""), bytes(content)
