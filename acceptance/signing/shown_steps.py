"""The steps of verifying that ask whether what people see follows from the session.

Web page, JUnit and pages are made again from the session and compared. That takes longest, so a
child begins with it while other steps are taken (``pages_ahead``).
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance import __version__, wording
from acceptance.errors import OTHER_FONT, SetupError
from acceptance.messages import tr
from acceptance.report import (
    bottom_lines,
    page_words,
    render,
    set_apart,
    typesetting,
)
from acceptance.report.book import Book
from acceptance.report.set_apart import PagesBeingSet
from acceptance.report.volumes import Volumes
from acceptance.session import evidence, store
from acceptance.session.evidence import Kind, Problem
from acceptance.session.integrity import shorten
from acceptance.session.journal import current
from acceptance.signing import pages_ahead, renderings
from acceptance.signing.pages_ahead import PagesAhead, PagesOrder
from acceptance.signing.signatures import State, worst
from acceptance.signing.target import Target, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.signing.pages_ahead import Ahead
    from acceptance.signing.renderings import Renderings

Outcome = tuple[State, tuple[str, ...]]
MOST = 32 << 20  # bytes of a session, and of all but its clips: what is larger waits its turn


class ShownSteps(Target):
    """A target and the steps that make again what people see of it.

    Whoever begins pages, or gets ready for them, closes it.
    """

    ahead: PagesAhead | None = None

    def get_ready(self) -> None:
        """Let a child begin with the pages, where there are enough, and this process has none.

        Nothing is known of them yet but that they are bounded: see ``_order``.
        """
        if not (self.folder and self.pdf and set_apart.MANY <= len(self.on_disc) <= MOST):
            return
        if typesetting.set_here(self.pdf):
            return
        child, order = set_apart.ahead(pages_ahead.MODULE), None
        try:
            order = self._order()
        finally:
            if child and not order:
                child.end()
        if child and order:
            self.ahead = PagesAhead(child, order, dict(self.attachments))

    def begin_pages(self) -> None:
        """Begin to set the pages in children, where that was not begun before.

        Where it was, the child is still making them: this process, which is to help, gets ready.
        """
        if self.ahead:
            typesetting.load()
        elif self.folder and self.pdf and self.made and self._may_render():
            self._begin(self.made)

    def give_up_pages(self) -> None:
        """End what a child began of a session that is broken: nothing of it is looked at."""
        ahead, self.ahead = self.ahead, None
        if ahead:
            ahead.close()

    def close(self) -> None:
        """End the children that still set pages, or were to."""
        if self._pages:
            self._pages.close()
        self.give_up_pages()
        set_apart.dismiss(pages_ahead.MODULE)

    def _order(self) -> PagesOrder | None:
        """Say what a child is to make; None for what is broken already, or large.

        Files below ``data/`` have the sizes that the session gives them, and no file is opened to
        see that. Raises what a changed file causes.
        """
        folder, made = self.folder, self.made
        if not folder or not made or self.attached != (self.on_disc,):
            return None
        if self.session.tool_version != __version__ or evidence.of_other_size(folder, self.session):
            return None
        shown = (
            size
            for path, size in evidence.sizes(folder).items()
            if not path.startswith(store.CLIPS)
        )
        if sum(shown) > MOST:
            return None
        return PagesOrder(
            folder=str(folder.resolve()),
            session=self.on_disc.decode(),
            language=made.language,
            annexes=made.annexes,
        )

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
            here = self._made_ahead.renderer if self._made_ahead else render.fingerprint()
            compared = [*self._set_again(self.folder, self.made, here)]
        except SetupError as error:
            replaced = error.code == OTHER_FONT
            return State.INDETERMINATE if replaced else State.SKIPPED, (str(error),)
        details = [detail for _, details in compared for detail in details]
        return worst(state for state, _ in compared), (
            *shorten(details),
            *renderings.otherwise(self.made.renderer, here),
        )

    _pages: PagesBeingSet | None = None

    def _begin(self, made: Renderings) -> PagesBeingSet:
        if self._made_ahead:
            return self._made_ahead.pages
        if not self._pages:
            volumes = Volumes(book=self._books[made.language])
            tasks = volumes.tasks(made.annexes, dict(self.attachments))
            self._pages = PagesBeingSet(tasks)
        return self._pages

    @property
    def _made_ahead(self) -> Ahead | None:
        """What a child has made of the session, as soon as it has; None where it could not."""
        return self.ahead.made.result() if self.ahead else None

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
        return not self._may_render() or hashlib.sha256(content).hexdigest() in self._rendered[name]

    def _may_render(self) -> bool:
        """Whether this is the version that made the session, with all that its report shows."""
        shown = [
            problem for problem in self.differences if not problem.path.startswith(store.CLIPS)
        ]
        return self.session.tool_version == __version__ and not shown

    @cached_property
    def _rendered(self) -> dict[str, set[str]]:
        """Name of a file -> hashes that it may have: HTML in the language signed or any, JUnit."""
        if self._made_ahead:
            return {name: {digest} for name, digest in self._made_ahead.hashes.items()}
        made = [pages_ahead.shown(book) for book in self._books.values()]
        return {name: {hashes[name] for hashes in made} for name in renderings.MADE}

    def _not_set_again(self) -> Outcome:
        """Say that another version set the pages, and whether they state the conclusion."""
        from acceptance.signing import set_again  # noqa: PLC0415 -- late: brings pyHanko

        what = tr("only the same version can set them again, from unchanged evidence")
        if wrong := [*set_again.added(self.pdf), *set_again.active(self.pdf)]:
            return State.BROKEN, shorten(wrong)
        if page_words.first_state(self.pdf, bottom_lines.conclusions(self.session)):
            return State.SKIPPED, (what,)
        lacking = tr("the first pages do not state the conclusion that is in the session")
        return State.INDETERMINATE, (what, lacking)

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
