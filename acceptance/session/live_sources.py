"""Shots of a plan that are to be captured from the network: where from, and what is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.errors import PlanError, UsageError
from acceptance.files import url_password
from acceptance.live import address
from acceptance.live.rtsp import url
from acceptance.messages import tr
from acceptance.session import plan_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from acceptance.model import Plan, Shot

SECONDS = 60.0  # of a shot that does not say
LONGEST = 3600.0  # s of one shot: all its packets are read at once
MAIN = "main"  # how plans call the first profile of a device
HOST = re.compile(r"[.:]")
HEXADECIMAL, SHA256 = re.compile(r"[^0-9a-f]"), 64  # what else people write; digits
MADE = ("clip", "arrivals", "packets", "stream_record")


@dataclass(frozen=True, kw_only=True)
class LiveShot:
    """A shot to be captured."""

    shot: Shot
    """As the plan has it."""

    source: str
    """URL of its stream, without password, or ``HOST[:PORT]`` that names it by ONVIF."""

    profile: str
    """Of which a HOST is asked: the shot's condition ``profile``; empty (for ``main``, too): the
    first."""

    seconds: float
    """How long is captured."""

    transport: str
    """``tcp``, ``udp`` or ``multicast``."""

    fingerprint: str
    """SHA-256 of the certificate to trust; empty: none but those that this machine trusts."""

    @property
    def by_onvif(self) -> bool:
        """Whether the device is asked where its stream is."""
        return not url.is_url(self.source)


def of(plan: Plan) -> list[LiveShot]:
    """Return the shots of a checked plan that are to be captured, in its order."""
    sources = _sources(plan)
    return [
        LiveShot(
            shot=shot,
            source=sources.get(shot.source, shot.source),
            profile=_profile(shot),
            seconds=SECONDS if shot.seconds is None else shot.seconds,
            transport=shot.transport or url.TRANSPORTS[0],
            fingerprint=shot.fingerprint,
        )
        for shot in plan.shots
        if shot.source
    ]


def _sources(plan: Plan) -> dict[str, str]:
    return {subject.id: subject.source for subject in plan.subjects}


def _profile(shot: Shot) -> str:
    stated = (str(each.value) for each in shot.conditions if each.name == "profile")
    return next((name for name in stated if name != MAIN), "")


def check(plan: Plan, where: str) -> None:
    """Refuse shots without clip or source, and sources that cannot be captured. Raises PlanError.

    No sentence repeats a source that holds a password.
    """
    for complaint in complaints(plan, where):
        raise complaint


def complaints(plan: Plan, where: str) -> Iterator[PlanError]:
    """Yield an error for each such subject and shot."""
    for subject in plan.subjects:
        if subject.source:
            place = tr("{plan}: subject {subject}, source", plan=where, subject=subject.id)
            yield from _refused(_check_source, subject.source, place)
    sources = _sources(plan)
    for shot in plan.shots:
        place = tr("{plan}: shot {shot}", plan=where, shot=shot.id)
        yield from _refused(_check_shot, shot, sources, place)


def _refused(check: Callable[..., None], *given: object) -> Iterator[PlanError]:
    try:
        check(*given)
    except PlanError as error:
        yield error


def _check_shot(shot: Shot, sources: Mapping[str, str], place: str) -> None:
    if url.is_url(shot.clip):
        raise plan_words.wrong(f"{place}, clip", tr("is a URL: give it as source"))
    if bool(shot.clip) == bool(shot.source):
        raise plan_words.wrong(place, tr("a shot has either a clip or a source"))
    if shot.source:
        _check_live(shot, sources, place)


def _check_live(shot: Shot, sources: Mapping[str, str], place: str) -> None:
    made = [field for field in MADE if getattr(shot, field)]
    if made:
        raise plan_words.wrong(f"{place}, {made[0]}", tr("the capture makes it: take it out"))
    source = tr("{place}, source", place=place)
    if shot.source in sources and not sources[shot.source]:
        what = tr("the subject has no source")
        raise PlanError(what, where=source, hint=tr("Give it the one of `acceptance discover`"))
    if shot.source not in sources:
        _check_own(shot.source, source)
    if shot.seconds is not None and not 0 < shot.seconds <= LONGEST:
        what = tr("must be above 0 and at most {most:g}", most=LONGEST)
        raise plan_words.wrong(f"{place}, seconds", what)
    if shot.transport and shot.transport not in url.TRANSPORTS:
        what = tr("must be one of {names}", names=", ".join(url.TRANSPORTS))
        raise plan_words.wrong(f"{place}, transport", what)
    if shot.fingerprint and len(HEXADECIMAL.sub("", shot.fingerprint.lower())) != SHA256:
        what = tr("a fingerprint has 64 hexadecimal digits (SHA-256)")
        raise plan_words.wrong(f"{place}, fingerprint", what)


def _check_own(source: str, place: str) -> None:
    """Refuse what is neither URL nor HOST; a mere word is taken for the id of a subject."""
    if not (url.is_url(source) or HOST.search(source)):
        what = tr("is neither a URL, nor a HOST[:PORT], nor the id of a subject with a source")
        hint = tr("Give rtsp://HOST/PATH; `acceptance probe` names the streams of a device")
        raise PlanError(what, where=place, hint=hint)
    _check_source(source, place)


def _check_source(source: str, place: str) -> None:
    if url.is_url(source):
        _check_url(source, place)
        return
    try:
        address.parse(source, address.HTTP)
    except UsageError as error:
        raise PlanError(error.what, where=place, hint=error.hint) from error


def _check_url(source: str, place: str) -> None:
    if url_password.holds(source):
        hint = tr(
            "Take it out: the plan is kept in the session; give it when asked, by the keyring or "
            "in ACCEPTANCE_PASSWORD"
        )
        raise PlanError(tr("the source holds a password"), where=place, hint=hint)
    try:
        url.parse(source)
    except UsageError as error:
        raise PlanError(error.what, where=place, hint=error.hint) from error


def require_none(plan: Plan, where: str) -> None:
    """Refuse a plan of which something is still to be captured. Raises PlanError."""
    for live in of(plan):
        raise PlanError(
            tr("is captured live, which only a run of the plan does"),
            where=tr("{plan}: shot {shot}", plan=where, shot=live.shot.id),
            hint=tr("Use `acceptance run`; or capture it first, and name the clip"),
        )
