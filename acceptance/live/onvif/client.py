"""Calls to one device: time-outs, login, and every request and reply kept as evidence."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from acceptance.errors import DeviceError
from acceptance.files import url_password
from acceptance.live import digest, markup
from acceptance.live.http_connection import HttpConnection
from acceptance.live.onvif import login, wsdl
from acceptance.live.reaching import UNREACHED
from acceptance.live.soap_request import DEVICE_PATH
from acceptance.messages import tr
from acceptance.model import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.live.address import Address
    from acceptance.live.credentials import Credentials
    from acceptance.live.http_reply import HttpReply
    from acceptance.live.onvif.wsdl import Parameter
    from acceptance.live.transcript import Transcript

MEDIA_TYPE = "application/soap+xml; charset=utf-8"
NOT_KNOWN = re.compile(r"not\s*(supported|implemented)", re.IGNORECASE)
REDIRECTS = {301, 302, 303, 307, 308}
MOST_KEPT = 1 << 20  # bytes of a reply in the record; good ones are a tenth of that
UNKNOWN = {"ActionNotSupported", "OptionalActionNotImplemented", "UnknownAction"}


@dataclass(frozen=True, kw_only=True)
class OnvifAnswer:
    """A reply and what it was read as."""

    reply: HttpReply
    """As it came."""

    content: etree._Element | None = None
    """What the SOAP body holds; None: nothing could be read."""

    undeclared: bool = False
    """Whether it has prefixes that it declares nowhere."""

    error: DeviceError | None = None
    """Why nothing could be read."""

    @property
    def fault(self) -> markup.SoapFault | None:
        """The refusal that it is, if it is one."""
        return None if self.content is None else markup.fault(self.content)

    @property
    def refused(self) -> bool:
        """Whether the caller may not."""
        return login.refuses(self.reply.status, self.fault)


class OnvifClient:
    """One device. Not for several threads at once."""

    def __init__(
        self,
        address: Address,
        *,
        tls: bool = False,
        credentials: Credentials | None = None,
        timeout: float = 5.0,
        total: float = 60.0,
        transcript: Transcript | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        """``timeout``: s that nothing may come; ``total``: s for all calls together.

        ``stop``: set by whoever gives up; what is waited for then raises DeviceError.
        """
        self.address, self._credentials, self._transcript = address, credentials, transcript
        self._stop, until = stop or threading.Event(), time.monotonic() + total
        self.connection = HttpConnection(
            address, tls=tls, timeout=timeout, until=until, stop=self._stop
        )
        self.paths = {"device": DEVICE_PATH}
        self.scheme = ""  # by which the device lets the user in; empty: not known yet
        self.clock_offset: float | None = None  # s that the device's clock is ahead of this one's
        self.notes: list[Reason] = []
        self.replies: dict[tuple[str, str], etree._Element] = {}  # the first of each call
        self._tried: list[str] = []
        self._refused_for_good = False
        self._challenge: digest.Challenge | None = None
        self._count = 0

    def call(self, service: str, operation: str, **parameters: Parameter) -> etree._Element:
        """Ask, and return the element ``<operation>Response``.

        Raises DeviceError; its code is ``not_supported`` where the device does not know the call.
        """
        request = wsdl.request(service, operation, **parameters)
        return self.content(operation, self.answer(service, operation, request))

    def has(self, service: str) -> bool:
        """Whether the device offers a service."""
        return service in self.paths

    @property
    def time_is_over(self) -> bool:
        """Whether the stated total time is over."""
        return time.monotonic() >= self.connection.until

    @property
    def given_up(self) -> bool:
        """Whether somebody gave up."""
        return self._stop.is_set()

    @contextlib.contextmanager
    def granted(self, seconds: float) -> Iterator[None]:
        """Grant time for what must not be left out, also when somebody gave up: to stop a move."""
        connection, stop = self.connection, self.connection.stop
        connection.until = max(connection.until, time.monotonic() + seconds)
        connection.stop = threading.Event()
        try:
            yield
        finally:
            connection.stop = stop

    def rest(self, seconds: float) -> None:
        """Wait; no longer where somebody gives up."""
        self._stop.wait(max(0.0, seconds))

    def note(self, what: Reason) -> None:
        """Keep what is odd about the device, each once."""
        if what not in self.notes:
            self.notes.append(what)
            if self._transcript:
                self._transcript.write("note", code=what.code, parameters=dict(what.parameters))

    def answer(self, service: str, operation: str, request: etree._Element) -> OnvifAnswer:
        """Send a request, logging in where the device asks for it. Raises DeviceError."""
        known = "" if operation in login.OPEN else self.scheme
        answer = self._asked(service, operation, request, known)
        if answer.refused and known == "digest":  # the nonce may have been too old
            answer = self._asked(service, operation, request, known)
        if answer.refused and not known:
            answer = self._logged_in(service, operation, request, answer)
        if answer.content is not None and not answer.fault and not answer.undeclared:
            self.replies.setdefault((service, operation), answer.content)
        return answer

    def _logged_in(
        self, service: str, operation: str, request: etree._Element, answer: OnvifAnswer
    ) -> OnvifAnswer:
        if operation in login.OPEN:
            parameters = {"call": operation}
            self.note(Reason(code="login_for_open_call", parameters=parameters))
        if not self._credentials or self._refused_for_good:
            return answer
        header = answer.reply.headers.get("www-authenticate", "")
        ways = [self.scheme] if self.scheme else login.schemes(header, self._tried)
        for scheme in ways:
            answer = self._asked(service, operation, request, scheme)
            if not answer.refused:
                self.scheme = scheme
                return answer
            self._tried.append(scheme)
            if login.is_lock_out(answer.fault):
                self.note(Reason(code="user_locked_out"))
                break
        if not self.scheme:
            self._refused_for_good = True
        return answer

    def _asked(
        self, service: str, operation: str, request: etree._Element, scheme: str
    ) -> OnvifAnswer:
        """Send a request once."""
        path = self.paths.get(service, DEVICE_PATH)
        headers = {"Content-Type": MEDIA_TYPE}
        if scheme == "token" and self._credentials:
            now = login.moment(self.clock_offset or 0.0)
            request = login.with_token(request, self._credentials, now)
        if scheme == "digest" and self._credentials and self._challenge:
            self._count += 1
            headers["Authorization"] = digest.authorization(
                self._challenge, self._credentials, "POST", path, count=self._count
            )
        sent = etree.tostring(request, xml_declaration=True, encoding="UTF-8")
        reply = self._posted(path, sent, headers)
        answer = self._read(operation, reply)
        self._keep(service, operation, path, headers, sent, answer)
        self._learn(answer)
        return answer

    def _posted(self, path: str, sent: bytes, headers: dict[str, str]) -> HttpReply:
        try:
            return self.connection.post(path, sent, headers)
        except DeviceError as error:
            if error.code not in UNREACHED:
                raise
            raise DeviceError(
                error.what, where=error.where, hint=error.hint, code="unreachable"
            ) from error

    def _learn(self, answer: OnvifAnswer) -> None:
        """Take the challenge and, where the device has told no other, the clock from a reply."""
        headers = answer.reply.headers
        found = login.challenge(headers.get("www-authenticate", ""))
        if found and (self._challenge is None or found.nonce != self._challenge.nonce):
            self._challenge, self._count = found, 0
        shown = login.stated_time(headers.get("date", ""))
        if self.clock_offset is None and answer.refused and shown:
            apart = (shown - login.moment(0.0)).total_seconds()
            self.clock_offset = apart + 0.5  # its fraction of a second is cut off

    def _read(self, operation: str, reply: HttpReply) -> OnvifAnswer:
        if reply.failure:
            error = DeviceError(reply.failure, where=self._where(operation), code="no_answer")
            return OnvifAnswer(reply=reply, error=error)
        if reply.status in REDIRECTS:
            place = url_password.bare(reply.headers.get("location", ""))[:200]
            what = tr("sends the caller on to {place}", place=place)
            hint = tr("Give --tls, or the host and port that it names")
            error = DeviceError(what, where=self._where(operation), hint=hint, code="redirect")
            return OnvifAnswer(reply=reply, error=error)
        if reply.compressed:
            what = tr("answers compressed ({kind}), which nobody asked for", kind=reply.compressed)
            error = DeviceError(what, where=self._where(operation), code="compressed")
            return OnvifAnswer(reply=reply, error=error)
        try:
            parsed = markup.parsed(reply.body)
            if parsed.undeclared:
                self.note(Reason(code="undeclared_prefix", parameters={"call": operation}))
            content = markup.body(parsed.root)
            return OnvifAnswer(reply=reply, content=content, undeclared=parsed.undeclared)
        except DeviceError as error:
            status = "" if reply.status == 200 else tr("; HTTP status {code}", code=reply.status)
            named = DeviceError(error.what + status, where=self._where(operation), code=error.code)
            return OnvifAnswer(reply=reply, error=named)

    def content(self, operation: str, answer: OnvifAnswer) -> etree._Element:
        """Return what an answer holds. Raises DeviceError where it is no good reply."""
        if answer.refused:
            raise self._refused(operation, answer)
        if answer.content is None:
            raise answer.error or DeviceError(tr("the answer is empty"))
        fault = answer.fault
        if fault:
            unknown = bool(UNKNOWN & set(fault.codes)) or bool(NOT_KNOWN.search(fault.reason))
            what = tr("refuses ({reason})", reason=fault.reason or ", ".join(fault.codes))
            code = "not_supported" if unknown else "fault"
            raise DeviceError(what, where=self._where(operation), code=code)
        if markup.local(answer.content) != f"{operation}Response":
            what = tr("answers with {name}", name=markup.local(answer.content))
            raise DeviceError(what, where=self._where(operation), code="other_answer")
        return answer.content

    def _refused(self, operation: str, answer: OnvifAnswer) -> DeviceError:
        if login.is_lock_out(answer.fault):
            what, hint = tr("has locked the user out"), tr("Wait, and try with the right password")
        elif not self._credentials:
            what = tr("asks for a login")
            hint = tr("Give --user, and the password in ACCEPTANCE_PASSWORD or when asked")
        elif self._refused_for_good:
            what = tr("refuses the user or the password")
            hint = tr("ONVIF often has users of its own: look in the device's set-up")
        else:
            what = tr("does not allow the user to ask this")
            hint = tr("Use an account that may read the device's set-up")
        return DeviceError(what, where=self._where(operation), hint=hint, code="login")

    def _where(self, operation: str) -> str:
        return f"{self.address} {operation}"

    def _keep(
        self,
        service: str,
        operation: str,
        path: str,
        headers: dict[str, str],
        sent: bytes,
        answer: OnvifAnswer,
    ) -> None:
        """Write a call into the transcript."""
        if not self._transcript:
            return
        reply = answer.reply
        proof = login.without_proofs(headers.get("Authorization", "").encode())
        self._transcript.write(
            "call", service=service, operation=operation, path=path,
            authorization=proof, request=login.without_proofs(sent),
            status=reply.status, reply=login.without_proofs(reply.raw[:MOST_KEPT]),
            reply_bytes=len(reply.raw), failure=reply.failure,
            sent_monotonic=reply.sent, headers_monotonic=reply.begun, ended_monotonic=reply.ended,
        )  # fmt: skip

    def close(self) -> None:
        """Hang up."""
        self.connection.close()
