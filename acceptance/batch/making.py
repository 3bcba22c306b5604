"""The session of a plan whose shots are measured, made as ``acceptance run`` makes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from acceptance.batch import keys, record
from acceptance.batch.cache import Cache, Damaged, Entry
from acceptance.batch.record import SESSION, Record
from acceptance.errors import NO_PAGES, SetupError
from acceptance.files.output import put
from acceptance.session import measuring, runner, store
from acceptance.session.log_book import LogBook
from acceptance.signing import issuing, predecessors

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from acceptance.batch.tasks import SessionTask
    from acceptance.model import Precedence, Predecessor, Shot
    from acceptance.session.measuring import Measured, Progress
    from acceptance.signing.certificates import Signer


class Unreported(issuing.Issuing):
    """Examines older sessions as issuing does, and leaves the report to ``acceptance report``."""

    def ready(self) -> None:
        """Refuse roots that cannot be read; nothing else is needed."""
        predecessors.load_roots(self.trust)

    def __call__(self, folder: Path) -> issuing.Issued:
        """Leave the folder as it is."""
        return issuing.Issued(folder)


@dataclass(frozen=True)
class Kept:
    """Takes what shots gave from the cache; measures what is not there (``runner.run``'s look).

    The key is made of the files as they lie in the session. So what is taken was measured in them.
    """

    cache: Cache

    earlier: Collection[str]
    """Ids of shots that an earlier batch measured; the log tells so."""

    def __call__(
        self, shot: Shot, bag: Path, judged: Collection[str], progress: Progress | None
    ) -> Measured:
        """Return what a shot gave; its stills are put into ``bag``."""
        key = keys.of(shot, bag, judged)
        entry = self._found(key)
        if entry is None:
            return measuring.look_and_draw(shot, bag, judged, progress)
        for name, still in entry.stills.items():
            put(bag / name, still)
        if shot.id in self.earlier:
            LogBook(bag).append("measured_before", {"shot": shot.id, "key": key})
        return keys.restored(shot, entry.measured)

    def _found(self, key: str) -> Entry | None:
        try:
            return self.cache.find(key)
        except Damaged:
            return None


def signer(key: str, password: str) -> Signer | None:
    """Load the key that signs; None: none is named. Raises KeyFileError."""
    if not key:
        return None
    from acceptance.signing.certificates import load_signer  # noqa: PLC0415 -- late: brings pyHanko

    return load_signer(Path(key), password)


def issue(lang: str, key: Signer | None, trust: Iterable[str], *, report: bool) -> issuing.Issuing:
    """Return how reports are issued."""
    kind = issuing.Issuing if report else Unreported
    return kind(lang=lang, signer=key, trust=tuple(trust))


@dataclass(frozen=True)
class Recorded:
    """Issues a report, then records the session: before its folder gets its name.

    A kill in between leaves a line without a session, never a session without a line.
    """

    issuing: issuing.Issuing

    book: Record
    """Of the batch."""

    details: dict[str, str]
    """Plan, and key of the session."""

    @property
    def lang(self) -> str:
        """Language of the report."""
        return self.issuing.lang

    def ready(self) -> None:
        """Refuse what issuing refuses."""
        self.issuing.ready()

    def predecessor(self, folder: Path, role: Precedence) -> Predecessor:
        """Examine an old session as issuing does."""
        return self.issuing.predecessor(folder, role)

    def __call__(self, folder: Path) -> None:
        """Issue and record; also what lacks nothing but pages, which are set later."""
        try:
            self.issuing(folder)
        except SetupError as error:
            if error.code in NO_PAGES:
                self._record(folder, without_report=True)
            raise
        self._record(folder)

    def _record(self, folder: Path, **more: bool) -> None:
        self.book.add(SESSION, **self.details, **record.about(folder, store.load(folder)), **more)


def made(task: SessionTask) -> dict[str, Any]:
    """Make the session; return what the record says of it. Raises as ``session.runner.run``."""
    out = Path(task.out)
    key = signer(task.key, task.password)
    issued = issue(task.lang, key, task.trust, report=task.report)
    recorded = Recorded(issued, Record(out), {"plan": task.name, "key": task.session})
    look = Kept(Cache(Path(task.cache)), task.earlier)
    plan = store.parse_plan(task.plan.encode())
    _, folder = runner.run(plan, Path(task.folder), out, issue=recorded, look=look)
    return record.about(folder, store.load(folder))
