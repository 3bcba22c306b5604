"""What authorities answer over HTTP: bounded in bytes and in time altogether.

Libraries bound each wait, not all waits together, and take as many bytes as come: a server that
sends one a second, or gigabytes, would hold whoever signs, or take all memory. They also read all
that comes with a redirect, so redirects are followed here, and what comes with them is left.
"""

from __future__ import annotations

import asyncio
import re
import socket
import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

import requests
from requests.auth import HTTPBasicAuth
from requests.utils import urldefragauth

from acceptance.files import url_password
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Auth = Callable[[requests.PreparedRequest], requests.PreparedRequest]

WAITING = 20  # seconds that nothing may come
PATIENCE = 3 * WAITING  # seconds for all of an answer
AT_ONCE = 1 << 16  # bytes
MOST_REDIRECTS = 5
KEEP_THE_REQUEST = {307, 308}  # RFC 9110, 15.4; after others it becomes a GET, as is usual
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
            came.set_exception(OSError(cause(error)))

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
    login, body = _login(address), request
    first = here = urldefragauth(address)
    for _ in range(MOST_REDIRECTS + 1):
        with _Session() as session, session.request(
            "GET" if body is None else "POST", here, data=body, timeout=WAITING, stream=True,
            headers={**AS_IT_IS, **headers},
            auth=_nobody if _other(first, here) else login,
        ) as reply:  # fmt: skip
            if not reply.is_redirect:
                _require_success(reply)
                return reply.headers.get("Content-Type", ""), _content(reply, most, until)
            here = urldefragauth(urljoin(here, reply.headers["Location"]))
            body = body if reply.status_code in KEEP_THE_REQUEST else None
        _require_time(until)
    raise OSError(tr("sends the caller on more than {count} times", count=MOST_REDIRECTS))


def _other(first: str, here: str) -> bool:
    """Whether an address is of another host than the first, as requests judges redirects."""
    return bool(requests.Session().should_strip_auth(first, here))  # type: ignore[no-untyped-call]


class _Session(requests.Session):
    """Asks once: redirects are left alone (told not to follow, requests still reads their body)."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return none."""


def cause(error: BaseException) -> str:
    """Say why there is no answer: the innermost reason, without anything of the address."""
    if isinstance(error, ValueError):  # of requests, or of what takes addresses apart
        return tr("it is no address on the web")
    while (inner := _inner(error)) is not None:
        error = inner
    if isinstance(error, ConnectionRefusedError):
        return tr("nothing listens there")
    if isinstance(error, socket.gaierror):
        return tr("the host is not known")
    if isinstance(error, TimeoutError):
        return tr("does not answer within {seconds:g} s", seconds=WAITING)
    said = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return re.sub(r"\?\S*", "", url_password.bare(said)) or type(error).__name__


def _inner(error: BaseException) -> BaseException | None:
    """Return the reason of an error of requests or urllib3."""
    causes = (getattr(error, "reason", None), *error.args, error.__cause__, error.__context__)
    return next((each for each in causes if isinstance(each, BaseException)), None)


def shown(address: str) -> str:
    """Return an address without a login, and without its query, which may hold a key."""
    return url_password.bare(address).partition("?")[0]


def _require_success(reply: requests.Response) -> None:
    if not reply.ok:
        status = f"{reply.status_code} {reply.reason or ''}".strip()
        raise OSError(tr("refuses ({reason})", reason=status))


def _login(address: str) -> Auth:
    """Return what sends user and password of an address."""
    parts = urlsplit(address)
    if parts.username is None and parts.password is None:
        return _nobody
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return HTTPBasicAuth(user.encode(), password.encode())


def _nobody(asked: requests.PreparedRequest) -> requests.PreparedRequest:
    """Add no login: without any ``auth``, requests would take one from ``~/.netrc``."""
    return asked


def _content(reply: requests.Response, most: int, until: float) -> bytes:
    content = bytearray()
    while some := reply.raw.read1(AT_ONCE):
        content += some
        if len(content) > most:
            raise OSError(tr("answers with more than {count} MB", count=most >> 20))
        _require_time(until)
    return bytes(content)


def _require_time(until: float) -> None:
    if time.monotonic() > until:
        raise TimeoutError
