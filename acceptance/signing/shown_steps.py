"""The steps of verifying that ask whether what people see follows from the session.

Web page, JUnit and pages are made again from the session and compared. That takes longest, so the
pages are begun in children while other steps are taken (``report.set_apart``).
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance import __version__, wording
from acceptance.errors import SetupError
from acceptance.messages import tr
from acceptance.report import bottom_lines, page_words, render, set_apart, web_page
from acceptance.report.book import Book
from acceptance.report.volumes import Volumes
from acceptance.session import evidence, store
from acceptance.session.evidence import Kind, Problem
from acceptance.session.integrity import shorten
from acceptance.session.journal import current
from acceptance.signing import renderings
from acceptance.signing.signatures import State, worst
from acceptance.signing.target import Target, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.report.set_apart import Child, PagesBeingSet
    from acceptance.signing.renderings import Renderings

Outcome = tuple[State, tuple[str, ...]]
MANY = 200_000  # bytes of a session whose pages are worth a child that is started ahead


class ShownSteps(Target):
    """A target and the steps that make again what people see of it.

    Whoever begins pages, or gets ready for them, closes it.
    """

    child: Child | None = None

    def get_ready(self) -> None:
        """Start a child that loads the renderer, where there are pages enough to be set."""
        if self.folder and self.pdf and len(self.on_disc) >= MANY:
            self.child = set_apart.ahead()

    def begin_pages(self) -> None:
        """Begin to set the pages in children, while other steps are taken."""
        if self.folder and self.pdf and self.made and self._may_render():
            self._begin(self.made)

    def close(self) -> None:
        """End the children that still set pages."""
        if self._pages:
            self._pages.close()
        elif self.child:
            self.child.end()

    def renderings(self) -> Outcome:
        """Compare HTML and JUnit with the hashes that are signed, and write them again."""
        if not self.folder:
            return alone()
        if not self.made and not self._may_render():
            what = tr("only the same version can write them again, from unchanged evidence")
            return State.SKIPPED, (what,)
        problems = []
        for name in renderings.MADE:
            path = current(self.folder, name)
            if not path.is_file():
                problems.append(Problem(kind=Kind.MISSING, path=name))
            elif not self._is_made(name, read(path, name)):
                problems.append(Problem(kind=Kind.CHANGED, path=name))
        return judge_problems(problems)

    def annexes(self) -> Outcome:
        """Compare the annexes with the hashes that are signed, and printed, in the report."""
        if not self.folder:
            return alone()
        if not self.pdf or (self.made is None and renderings.due(self.session.tool_version)):
            return State.SKIPPED, ()
        listed = self.made.annexes if self.made else {}
        found = {name: digest for name, digest in self.found.items() if name in renderings.ANNEXES}
        return judge_problems(evidence.compare(listed, found))

    def pages(self) -> Outcome:
        """Set the pages of the report and its annexes again from the session, and compare."""
        if not self.folder:
            return alone()
        if not self.pdf:
            return State.SKIPPED, ()
        if not (self.made and self._may_render()):
            return self._not_set_again()
        try:
            here = render.fingerprint()
            compared = [*self._set_again(self.folder, self.made, here)]
        except SetupError as error:
            return State.SKIPPED, (str(error),)
        details = [detail for _, details in compared for detail in details]
        return worst(state for state, _ in compared), (
            *shorten(details),
            *renderings.otherwise(self.made.renderer, here),
        )

    _pages: PagesBeingSet | None = None

    def _begin(self, made: Renderings) -> PagesBeingSet:
        if not self._pages:
            volumes = Volumes(book=self._books[made.language])
            self._pages = volumes.begin(made.annexes, dict(self.attachments), self.child)
        return self._pages

    @cached_property
    def _books(self) -> dict[str, Book]:
        """The session as the pages of a report, in the language signed or in any."""
        session, folder = self.session, self.folder or Path()
        packs, profiles = store.load_all_packs(session, folder)
        languages = [self.made.language] if self.made else wording.LANGUAGES
        return {
            lang: Book(session=session, packs=packs, folder=folder, lang=lang, profiles=profiles)
            for lang in languages
        }

    def _is_made(self, name: str, content: bytes) -> bool:
        """Whether a rendering is the one signed and, as far as this version can tell, due."""
        signed = self.made and self.made.hashes[name]
        if signed and hashlib.sha256(content).hexdigest() != signed:
            return False
        return not self._may_render() or content in self._rendered[name]

    def _may_render(self) -> bool:
        """Whether this is the version that made the session, with all that its report shows."""
        footage = f"{store.DATA}/clips/"
        shown = [problem for problem in self.differences if not problem.path.startswith(footage)]
        return self.session.tool_version == __version__ and not shown

    @cached_property
    def _rendered(self) -> dict[str, set[bytes]]:
        """Name of a file -> what it may contain: HTML in the language signed or any, JUnit."""
        books = self._books.values()
        junit = {render.junit(book.session, book.packs).encode() for book in books}
        return {
            renderings.HTML: {web_page.html(book).encode() for book in books},
            renderings.JUNIT: junit,
        }

    def _not_set_again(self) -> Outcome:
        """Say that another version set the pages, and whether they state the conclusion."""
        from acceptance.signing import set_again  # noqa: PLC0415 -- late: brings pyHanko

        what = tr("only the same version can set them again, from unchanged evidence")
        if acting := tuple(set_again.active(self.pdf)):
            return State.BROKEN, shorten([*acting])
        if page_words.first_state(self.pdf, bottom_lines.conclusions(self.session)):
            return State.SKIPPED, (what,)
        wrong = tr("the first pages do not state the conclusion that is in the session")
        return State.INDETERMINATE, (what, wrong)

    def _set_again(
        self, folder: Path, made: Renderings, here: Mapping[str, str]
    ) -> Iterator[Outcome]:
        """Compare the report, then each annex that lies there, with what is set here."""
        from acceptance.signing import set_again  # noqa: PLC0415 -- late: brings pyHanko

        pages, same = self._begin(made), here == made.renderer
        due = pages.every()
        _, own = next(due)
        state, details = set_again.compare(self.pdf, own, made.language, same_renderer=same)
        yield state, details
        if state is State.BROKEN:
            return
        for name in sorted(made.annexes.keys() ^ (pages.tasks.keys() - {""})):
            yield State.BROKEN, (tr("{path} does not follow from the session", path=name),)
        for done, (name, annex) in enumerate(due, 2):
            if self.progress:
                self.progress(tr("report"), done, len(pages.tasks))
            found = read(current(folder, name), name)
            if found and found != annex:
                state, details = set_again.compare_annex(found, annex, same_renderer=same)
                yield state, tuple(f"{name}: {detail}" for detail in details)


def alone() -> Outcome:
    """Say that there is no folder to check."""
    return State.INCOMPLETE, (tr("only the report was given, not the session folder"),)


def judge_problems(problems: Sequence[Problem]) -> Outcome:
    """Say what differs: what is only missing leaves a session incomplete."""
    if not problems:
        return State.OK, ()
    only_missing = all(problem.kind is Kind.MISSING for problem in problems)
    state = State.INCOMPLETE if only_missing else State.BROKEN
    return state, shorten([str(problem) for problem in problems])
