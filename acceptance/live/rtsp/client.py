"""A session of RTSP (RFC 2326) with one device: described, set up, playing, kept alive."""

from __future__ import annotations

import contextlib
import math
import re
import time
from typing import TYPE_CHECKING, Self

from acceptance import errors
from acceptance.errors import DeviceError
from acceptance.files import url_password
from acceptance.live import digest
from acceptance.live.rtsp import connecting, packet_sockets, replies, sdp
from acceptance.messages import tr

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Mapping

    from acceptance.live.credentials import Credentials
    from acceptance.live.rtsp.packet_sockets import Arrived, Transport
    from acceptance.live.rtsp.replies import RtspReply
    from acceptance.live.rtsp.url import StreamUrl
    from acceptance.live.transcript import Transcript

AGENT = "acceptance"
SESSION_TIMEOUT = 60  # s, where the device names none (RFC 2326, 12.37)
REDIRECTS = {301, 302, 303, 305, 307}
TRIES = 3  # of one request: asked who is there, and once more with a new nonce
GOODBYE = 2.0  # s for the answer to TEARDOWN


class RtspClient:
    """A session with one device.

    Every request waits ``timeout`` s at most; what was asked and answered goes into ``transcript``.
    """

    def __init__(
        self,
        place: StreamUrl,
        credentials: Credentials | None,
        transcript: Transcript,
        *,
        timeout: float,
        fingerprint: str = "",
        stop: threading.Event | None = None,
        by_digest: bool = False,
    ) -> None:
        """Connect; ``fingerprint`` is that of a certificate to trust, ``stop`` ends all waiting.

        ``by_digest``: the device has asked for a digest before, on another connection. Raises
        DeviceError.
        """
        self.place, self._credentials, self._transcript = place, credentials, transcript
        self._timeout, self._sequence = timeout, 0
        self._challenge: digest.Challenge | None = None
        self.by_digest = by_digest  # whether it was ever answered so: the password is not sent then
        self._used = 0  # how often its nonce was used
        self._let_in = False  # whether the device has taken the answer to it
        self._again = False  # whether the keep-alive was sent again because of a new nonce
        self._session, self._every = "", SESSION_TIMEOUT / 2
        self._alive_until, self._alive = 0.0, "OPTIONS"
        self._url = place.sent
        self.wire = connecting.connected(place, timeout, fingerprint, stop)
        self.transport: Transport | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: object, __: object) -> None:
        self.close(patient=error is None)

    def describe(self) -> sdp.VideoMedia:
        """Ask what there is. Raises DeviceError."""
        options = self._ask("OPTIONS", self.place.sent, required=False)
        if options.status == 401:  # asked once more, a wrong password would count twice
            raise refused(options, self.place, self._credentials)
        if "GET_PARAMETER" in options.value("public"):
            self._alive = "GET_PARAMETER"
        reply = self._ask("DESCRIBE", self.place.sent, {"Accept": "application/sdp"})
        text = reply.body.decode("utf-8", "replace")
        self._transcript.write("described", sdp=text, url=self.place.sent)
        named = (reply.value("content-base"), reply.value("content-location"))
        base = next((each for each in named if "://" in each), self.place.sent)
        return sdp.video(text, self._reachable(base))

    def set_up(
        self, video: sdp.VideoMedia, transport: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """Agree on how the packets come. Raises DeviceError."""
        self.transport = packet_sockets.transport(transport, self.wire, video)
        self._url, url = self._reachable(video.session), self._reachable(video.control)
        asked = {"Transport": self.transport.header, **(headers or {})}
        reply = self._ask("SETUP", url, asked)
        self._session, *rest = reply.value("session").split(";")
        found = re.search(r"timeout\s*=\s*(\d{1,6})", ";".join(rest))
        self._every = max(1.0, (int(found[1]) if found else SESSION_TIMEOUT) / 2)
        self.transport.agree(reply.value("transport"))

    def play(self, headers: Mapping[str, str]) -> RtspReply:
        """Let the packets come. Raises DeviceError."""
        reply = self._ask("PLAY", self._url, headers)
        self._alive_until = time.perf_counter() + self._every
        return reply

    def receive(self, until: float) -> Iterator[Arrived]:
        """Yield the packets that are there, wait at most until then. Raises DeviceError."""
        if time.perf_counter() >= self._alive_until:
            self._keep_alive()
        assert self.transport is not None  # noqa: S101 -- set_up comes before
        for item in self.transport.receive(until):
            if not isinstance(item, replies.RtspReply):
                yield item
            elif item.status == 401 and not self._again and self._answers(item):
                self._keep_alive()
                self._again = True  # once each time: a device may have a new nonce for ever

    def _keep_alive(self) -> None:
        """Say that somebody is still here; the answer is read when it comes."""
        now = time.perf_counter()
        self._alive_until, self._again = now + self._every, False
        self.wire.send(self._request(self._alive, self._url, {}), now + self._timeout)

    @property
    def own_drops(self) -> int | None:
        """Packets that this machine has dropped on this connection; None: nobody counts them."""
        return None if self.transport is None else self.transport.own_drops

    def close(self, *, patient: bool = True) -> None:
        """End the session, as far as the device still listens, and hang up.

        ``patient``: wait for the answer; a device still busy sending may find that nobody is there
        before it reads the request.
        """
        self.wire.stop = None  # a session that is not ended blocks a place in the device
        with contextlib.suppress(DeviceError, errors.OutputError):
            until = time.perf_counter() + min(GOODBYE, self._timeout)
            if self._session and patient:
                self._ask("TEARDOWN", self._url, required=False, until=until)
            elif self._session:
                self.wire.send(self._request("TEARDOWN", self._url, {}), until)
        if self.transport is not None:
            self.transport.close()
        self.wire.close()

    def _ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        required: bool = True,
        until: float = math.inf,
    ) -> RtspReply:
        """Ask until it is answered, with the password where that is asked for."""
        for _ in range(TRIES):
            reply = self._exchange(method, url, headers or {}, until)
            if reply.status != 401:
                self._let_in = self._challenge is not None
                break
            if not self._answers(reply):
                break
        if required and reply.status != 200:
            raise refused(reply, self.place, self._credentials)
        return reply

    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], until: float
    ) -> RtspReply:
        until = min(until, time.perf_counter() + self._timeout)
        self.wire.send(self._request(method, url, headers), until)
        wanted = str(self._sequence)
        while True:
            reply = self.wire.reply(until)
            if reply.value("cseq") in {wanted, ""}:
                break
        self._transcript.write(
            "exchange", method=method, url=url, status=reply.status, phrase=reply.phrase,
            headers=[f"{name}: {value}" for name, value in reply.headers],
        )  # fmt: skip
        return reply

    def _request(self, method: str, url: str, headers: Mapping[str, str]) -> bytes:
        self._sequence += 1
        lines = {"CSeq": str(self._sequence), "User-Agent": AGENT, **headers}
        if self._session:
            lines["Session"] = self._session
        if self._challenge and self._credentials:
            self._used += 1
            lines["Authorization"] = digest.authorization(
                self._challenge, self._credentials, method, url, count=self._used
            )
        return replies.request(method, url, lines)

    def _answers(self, reply: RtspReply) -> bool:
        """Whether it makes sense to ask again: there is a password, and it was not yet refused.

        A device that had let it in may want a new nonce for each request, and not call that stale.
        Raises DeviceError: after a digest it asks for the password itself, as somebody in between
        would.
        """
        offered = digest.best(digest.challenges(reply.values("www-authenticate")))
        if self._credentials is None or offered is None:
            return False
        if self._challenge is not None and not (offered.stale or self._let_in):
            return False
        if self.by_digest and offered.scheme == "basic":
            what = tr("asks for the password itself, after it took a digest of it")
            hint = tr("Somebody may stand in between: connect the device directly")
            raise DeviceError(what, where=self.place.shown, hint=hint, code="bare_password")
        self._challenge, self._used, self._let_in = offered, 0, False
        self.by_digest |= offered.scheme == "digest"
        return True

    def _reachable(self, url: str) -> str:
        """Put the address that was reached into a URL: devices name others, and 0.0.0.0."""
        found = re.match(r"rtsps?://[^/]*", url)
        own = re.match(r"rtsps?://[^/]*", self.place.sent)
        return own[0] + url[found.end() :] if found and own else url


def refused(reply: RtspReply, place: StreamUrl, credentials: Credentials | None) -> DeviceError:
    """Return the error for what a device refuses."""
    where = place.shown
    if reply.status == 401:
        return _unauthorised(where, credentials)
    if reply.status in {453, 503}:
        what = tr("is busy ({status} {phrase})", status=reply.status, phrase=reply.phrase)
        hint = tr("End other viewers of the device, or record fewer channels at once")
        return DeviceError(what, where=where, hint=hint, code="busy")
    if reply.status in REDIRECTS and (named := reply.value("location")):
        shown = url_password.bare(named)[:200]
        what = tr("sends the caller on to {place}", place=shown)
        hint = tr("Find out whose address that is; if it is the device's, give it in its place")
        return DeviceError(what, where=where, hint=hint, code="redirect")
    what = tr("refuses ({status} {phrase})", status=reply.status, phrase=reply.phrase)
    hint = tr("Check the path of the stream, and the transport (--transport)")
    return DeviceError(what, where=where, hint=hint, code="refused")


def _unauthorised(where: str, credentials: Credentials | None) -> DeviceError:
    hint = tr("Set ACCEPTANCE_USER and ACCEPTANCE_PASSWORD, or give --user")
    if credentials is None:
        what = tr("asks for a user and a password")
    else:
        what = tr("refuses the user {user} with this password", user=credentials.user)
        hint = tr("Check user and password; a clock that is wrong can have the same effect")
    return DeviceError(what, where=where, hint=hint, code="unauthorised")
