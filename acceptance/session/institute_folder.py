"""An institute's folder: started from examples, and what is in it, said."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from acceptance import data, wording
from acceptance.errors import PlanError, SetupError
from acceptance.files import regular
from acceptance.files.output import put_new, require_new, writing
from acceptance.messages import tr
from acceptance.report import own_pages, papers, sample_books
from acceptance.report.sheets import ANNEX, NOTICE, SHEETS, SUMMARY
from acceptance.report.volumes import Volumes
from acceptance.session import institute_file, report_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from acceptance.model import Institute, Plan
    from acceptance.report.book import Book

TEMPLATES, NUMBERS = "templates", "numbers.jsonl"


def export(folder: Path, lang: str, first: int = 1, *, pages: bool = False) -> list[Path]:
    """Write an institute's file, one template for each place, and a list of numbers.

    With ``pages`` those of whole pages as well. The list begins with the serial ``first``. Return
    the files. Raises InputError (no such language, a serial below 1) and OutputError: one of the
    files is there already.
    """
    wording.phrases(lang)
    source = data.folder("report_templates") / "institute" / lang
    places = {institute_file.FILE: source / institute_file.FILE}
    for name in (*own_pages.PLACES, *(SHEETS if pages else ())):
        file = f"{name}{own_pages.ENDING}"
        places[f"{TEMPLATES}/{file}"] = source / file
    numbers, missing = folder / NUMBERS, []
    require_new(numbers)
    for name, example in places.items():
        if not _is_as(folder / name, example):
            require_new(folder / name)
            missing.append(name)
    with writing(folder.parent):
        (folder / TEMPLATES).mkdir(parents=True, exist_ok=True)
    for name in missing:
        put_new(folder / name, places[name].read_bytes())
    report_numbers.begin(numbers, first)
    return [*(folder / name for name in places), numbers]


def _is_as(file: Path, example: Path) -> bool:
    """Whether a file is there already, from an export that was interrupted before the list."""
    try:
        return regular.content(file) == example.read_bytes()
    except OSError:
        return False


def said(file: Path) -> Iterator[str]:
    """Say what an institute's file, or the one in a folder, puts on reports.

    Raises PlanError as ``institute_file.read`` does.
    """
    file = file / institute_file.FILE if file.is_dir() else file
    institute = institute_file.read(file)
    yield tr("{file}: {name}, in order", file=file, name=institute.name or tr("no name"))
    if institute.number:
        following = report_numbers.following(institute, file.parent / institute.counter)
        yield tr("Next number: {number}", number=following)
    if institute.templates:
        every = (*own_pages.PLACES, *SHEETS)
        names = [place for place in every if _has(file.parent, institute, place)]
        yield tr("Templates: {names}", names=", ".join(names) or tr("none"))
        yield from _tried(institute, file.parent, [*{*names} & {*SHEETS}])
    for held in institute.accreditations:
        yield tr("{mark} {number}, until {until}: {items}", mark=held.mark, number=held.number,
                 until=held.until, items=", ".join(held.items))  # fmt: skip


def _tried(institute: Institute, folder: Path, names: Sequence[str]) -> Iterator[str]:
    """Set each whole page for a made-up session of each kind. Raises PlanError."""
    for name, lang in itertools.product(sorted(names), wording.COMPLETE):
        kinds = []
        for kind, book in sample_books.books(institute, folder, lang):
            if _try_out(name, book):
                kinds.append(kind)
        yield tr("{file}, {lang}: shows all that it must ({kinds})",
                 file=name + own_pages.ENDING, lang=lang, kinds=", ".join(kinds))  # fmt: skip


def refused(plan: Plan, folder: Path) -> Iterator[PlanError]:
    """Say which whole pages of an institute in ``folder`` have no room for what a plan says.

    Each is tried on a made-up session that fails, the hardest to find room for; not where this
    machine can lay out no page.
    """
    institute = plan.institute
    for name in [name for name in SHEETS if _has(folder, institute, name)]:
        try:
            for lang in wording.COMPLETE:
                *_, (_, book) = sample_books.books(institute, folder, lang, plan.project)
                _try_out(name, book)
        except PlanError as error:
            yield error
        except SetupError:
            return


def _try_out(name: str, book: Book) -> bool:
    """Arrange a page of an institute for a book; say whether it has one. Raises PlanError."""
    volumes, origin = Volumes(book=book), papers.ReportNamed(session_sha256="0" * 64)
    if name == SUMMARY:
        return bool(papers.own_summary(book, origin))
    if name == NOTICE:
        return bool(book.summary.failed and papers.own_notice(book, origin, until=None))
    return bool(volumes.own_sheet(name, volumes.wordiest if name == ANNEX else ""))


def _has(folder: Path, institute: Institute, place: str) -> bool:
    return (folder / institute.templates / f"{place}{own_pages.ENDING}").is_file()
