"""A report in volumes: the main report, and annexes that it names by their hashes.

Each is a file of its own; they lie in one folder and lead to each other. Which sections stand in
which volume is said here and nowhere else; ``report_templates`` has the sections.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.errors import PlanError
from acceptance.messages import tr, visible
from acceptance.report import export_tables, own_pages, ways, whole_page
from acceptance.report.file_names import ANNEXES, REPORT, beside
from acceptance.report.set_apart import Task, archived
from acceptance.report.sheets import ANNEX, CONTENTS, COVER, OF_REPORT
from acceptance.report.templates import contents, drawn, moment, style, template
from acceptance.report.typesetting import check_fonts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from acceptance.report.book import Book

    Progress = Callable[[str, int, int], None]

MAIN = ("notices", "outcome", "conclusion", "clauses", "circumstances", "deviations",
        "instruments", "site", "people")  # fmt: skip
OF_ANNEXES: Mapping[str, Sequence[str]] = {
    "a": ("acceptance_forms", "results", "answers", "conditions", "comparison", "recordings",
          "audits"),
    "b": ("curves",),
    "c": ("stills",),
    "d": ("uncertainty",),
    "e": ("coverage", "levels", "provenance", "differences", "confirm", "warnings"),
    "f": ("evidence",),
}  # fmt: skip
HEADING = re.compile(r"<h2\b")
ROWS_TO_TRY = (5, 3)  # failed items on an institute's own first page, where more have no room
# What stands for the hashes of annexes while a page is arranged: their length is that of hashes.
STAND_INS = {name: hashlib.sha256(name.encode()).hexdigest() for name in ANNEXES.values()}


@dataclass(frozen=True, kw_only=True)
class Volumes:
    """The volumes of a report that is to be called ``main``; annexes lie beside it."""

    book: Book
    main: str = REPORT

    @property
    def files(self) -> dict[str, str]:
        """What each annex is called, by its letter; "" is the main report."""
        return {"": self.main} | {
            letter: beside(self.main, name) for letter, name in ANNEXES.items()
        }

    @cached_property
    def bodies(self) -> dict[str, str]:
        """What stands in each volume but its first pages, by its letter; "" is the main report.

        A volume in which nothing stands is left out.
        """
        left_out = bool(self.left_out)
        made = {"": self._body("", MAIN, left_out=left_out), **self._of_annexes}
        known = {self.files[letter]: ways.anchors(body) for letter, body in made.items()}
        known[self.main] |= {"contents"}
        return {
            letter: ways.living(body, self.files[letter], known) for letter, body in made.items()
        }

    @cached_property
    def _of_annexes(self) -> dict[str, str]:
        made = {letter: self._body(letter, names) for letter, names in OF_ANNEXES.items()}
        return {letter: body for letter, body in made.items() if HEADING.search(body)}

    @cached_property
    def own_sheets(self) -> dict[str, str]:
        """The pages that the institute arranges itself, by their names; of annexes with the letter.

        Of one that does not show what this report has to show, the usual page stands.
        """
        return {name: drawn(page) for name, page in self._tried.items() if isinstance(page, str)}

    @property
    def left_out(self) -> list[PlanError]:
        """Why the usual page stands in place of one that the institute arranges, for each."""
        return [error for error in self._tried.values() if isinstance(error, PlanError)]

    @cached_property
    def _tried(self) -> dict[str, str | PlanError]:
        letters = {ANNEX: [*self._of_annexes]}
        return {
            name + letter: self._own_sheet(name, letter)
            for name in OF_REPORT
            if self.book.own.file(name)
            for letter in letters.get(name, [""])
        }

    def _own_sheet(self, name: str, letter: str) -> str | PlanError:
        try:
            return self.own_sheet(name, letter)
        except PlanError as refused:
            return refused

    def own_sheet(self, name: str, letter: str = "") -> str:
        """Arrange a page of the institute, with as many failed items as it has room for.

        ``letter`` is that of an annex. Raises as ``whole_page.arranged``.
        """
        context = self._context(letter)
        if name == CONTENTS:
            context |= self._listed(self._body("", MAIN), STAND_INS)
        page = self.book.first_page
        rows = sorted({page.failed_shown, *ROWS_TO_TRY}, reverse=True)
        tried = [
            context | {"most_failed": most, "crowded": crowded}
            for most in (rows if name == COVER else rows[:1])
            for crowded in dict.fromkeys([page.crowded and name == COVER, True])
        ]
        return whole_page.arranged(name, self.book, tried)

    def annex_pages(self) -> Iterator[tuple[str, str]]:
        """Give each annex's name (of ``ANNEXES``, whatever the report is called) and its page."""
        for letter in self.letters:
            yield ANNEXES[letter], self._page(letter, "annex.html")

    @property
    def printed(self) -> str:
        """The pages of all volumes, hashes left out."""
        return "\n".join([self._page("", "main.html"), *(page for _, page in self.annex_pages())])

    @property
    def letters(self) -> list[str]:
        """The letters of the annexes that there are."""
        return [letter for letter in ANNEXES if letter in self._of_annexes]

    @property
    def wordiest(self) -> str:
        """The letter of the annex whose name is the longest."""
        names = wording.phrases(self.book.lang)["volume"]
        return max(ANNEXES, key=lambda letter: len(names[letter]))

    def annexes(self, progress: Progress | None = None) -> Iterator[tuple[str, bytes]]:
        """Set the annexes; give the name of each (of ``ANNEXES``) and the PDF/A-3b.

        ``progress`` is told what is being set, how many volumes were, and how many there are.
        Raises SetupError without a Chinese font: the renderer would draw empty boxes and say
        nothing.
        """
        check_fonts()
        made = archived({name: self._annex(name, page) for name, page in self.annex_pages()})
        for done, (name, pdf) in enumerate(made, 1):
            _tell(progress, done, len(self.letters) + 1)
            yield name, pdf

    def report(
        self,
        hashes: Mapping[str, str],
        attachments: Mapping[str, bytes],
        progress: Progress | None = None,
    ) -> bytes:
        """Set the main report as PDF/A-3b with files attached (relationship Source).

        ``hashes``: SHA-256 of the annexes by name (of ``ANNEXES``), ``attachments``: content by
        name. ``progress`` is told that it is done. Raises as ``annexes`` does.
        """
        check_fonts()
        ((_, pdf),) = archived({"": self._main(hashes, attachments)})
        _tell(progress, len(self.letters) + 1, len(self.letters) + 1)
        return pdf

    def tasks(self, hashes: Mapping[str, str], attachments: Mapping[str, bytes]) -> dict[str, Task]:
        """Make the pages of all volumes whose ``hashes`` are known: the report, as "", and annexes.

        They are still to be set, which is faster side by side than ``report`` and ``annexes`` in
        turn. Raises as ``annexes`` does.
        """
        check_fonts()
        annexes = {name: self._annex(name, page) for name, page in self.annex_pages()}
        return {"": self._main(hashes, attachments)} | annexes

    def _attached(self, name: str) -> dict[str, bytes]:
        """Return what is attached to an annex: all results, where not all are listed."""
        if name != ANNEXES["a"] or not self.book.results.left_out:
            return {}
        book = self.book
        results = export_tables.tables(book.session, book.packs, book.lang)["results"]
        return {"results.csv": export_tables.csv(results)}

    def _main(self, hashes: Mapping[str, str], attachments: Mapping[str, bytes]) -> Task:
        return self._task(self._page("", "main.html", hashes=hashes), attachments)

    def _annex(self, name: str, page: str) -> Task:
        return self._task(page, self._attached(name))

    def _task(self, page: str, attachments: Mapping[str, bytes]) -> Task:
        finished = moment(self.book.session.finished)
        return Task(page=page, folder=self.book.folder, moment=finished, attachments=attachments)

    def _body(self, letter: str, sections: Iterable[str], *, left_out: bool = False) -> str:
        context = self._context(letter) | {"sheets_left_out": left_out}
        parts = (
            template(f"{name}.html", self.book.lang).render(**context).strip() for name in sections
        )
        return visible("\n".join(parts), lines=True)

    def _context(self, letter: str) -> dict[str, object]:
        """Return what every section may ask for."""
        book, plan = self.book, self.book.session.plan
        words = own_pages.worded(plan.institute, book.lang)
        return {
            "book": book,
            "names": book.names,
            "s": book.session,
            "plan": plan,
            "project": plan.project,
            "p": words,
            "t": words["label"],
            "letter": letter,
            "ways": ways.Guide(session=book.session, names=book.names, files=self.files,
                               here=letter, curves=book.curves.places),
            "rendering": False,
            "most_failed": book.first_page.failed_shown,
        }  # fmt: skip

    def _page(self, letter: str, frame: str, hashes: Mapping[str, str] | None = None) -> str:
        body, hashes = self.bodies[letter], hashes or {}
        page = template(frame, self.book.lang).render(
            **self._context(letter),
            **self._listed(body, hashes),
            style=style("style.css") + style("whole.css"),
            own_sheets=self._sheets(letter, hashes),
            body=drawn(body),
        )
        return visible(page, lines=True)

    def _sheets(self, letter: str, hashes: Mapping[str, str]) -> dict[str, str]:
        """Return the institute's pages of a volume, with the hashes of the annexes."""
        if letter:
            return {ANNEX: self.own_sheets.get(ANNEX + letter, "")}
        sheets = {name: page for name, page in self.own_sheets.items() if name in OF_REPORT}
        if CONTENTS in sheets:
            for name, stand_in in STAND_INS.items():
                digest = hashes.get(name) or wording.DASH
                sheets[CONTENTS] = sheets[CONTENTS].replace(stand_in, digest)
        return sheets

    def _listed(self, body: str, hashes: Mapping[str, str]) -> dict[str, object]:
        """Return what the contents of a volume list: its headings, and the annexes."""
        return {
            "contents": contents(body),
            "annexes": [
                (each, self.files[each] if each in self.letters else "", hashes.get(name))
                for each, name in ANNEXES.items()
            ],
        }


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress:
        progress(tr("report"), done, total)
