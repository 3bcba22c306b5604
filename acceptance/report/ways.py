"""Ways through a report: from a finding to all that it rests on, and back.

Each leads to an anchor, in the same volume or, by a relative name, in another one. Anchors are
numbers: what people call their devices cannot break them. A volume shows only so many rows and
pictures; a way to what it does not show is taken out (``living``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from acceptance import wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acceptance.model import Answer, Measurement, Session, Taken
    from acceptance.report.names import Names
    from acceptance.report.rows import FindingRow

ANCHOR = re.compile(r'\bid="([a-z0-9-]+)"')
# What ``macros.html`` writes, and nothing that a session holds: that comes escaped.
LINK = re.compile(r'<a class="(way|to)" href="([^"#]*)#([a-z0-9-]+)">(.*?)</a>', re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Way:
    """A link, and what it leads to: a code of the phrases ``way``."""

    kind: str
    address: str
    at: str = ""
    """Where in a clip, in words; empty: anywhere."""


@dataclass(frozen=True, kw_only=True)
class Guide:
    """Addresses as one volume, ``here``, writes them.

    ``files``: letter of a volume -> name; without it all is in one page.

    ``curves``: index of a measurement -> anchor of the plot that shows it.
    """

    session: Session
    names: Names
    here: str
    files: Mapping[str, str] = field(default_factory=dict)
    curves: Mapping[int, str] = field(default_factory=dict)

    def to(self, letter: str, anchor: str) -> str:
        """Return the address of an anchor in a volume."""
        file = "" if letter == self.here else quote(self.files.get(letter, ""))
        return f"{file}#{anchor}"

    def of(self, row: FindingRow) -> list[Way]:
        """Return the ways from a finding, the nearest first."""
        return list({way.address: way for way in self._from(row)}.values())

    def _from(self, row: FindingRow) -> Iterator[Way]:
        finding = row.finding
        if self.here != "a":
            yield Way(kind="result", address=self.to("a", f"finding-{row.number}"))
        else:
            yield Way(
                kind="main", address=self.to("", self.item(finding.requirement, finding.subject))
            )
        yield Way(kind="clause", address=self.to("e", self.clause(finding.pack, finding.clause)))
        if finding.answer is not None:
            yield Way(kind="answer", address=self.to("a", f"answer-{finding.answer}"))
        for index in finding.measurements:
            yield from self._of_measurement(index)

    def _of_measurement(self, index: int) -> Iterator[Way]:
        measured = self.session.measurements[index]
        yield Way(kind="budget", address=self.to("d", f"budget-{index}"))
        if index in self.curves:
            yield Way(kind="curve", address=self.to("b", self.curves[index]))
        at = str(measured.details.get("worst_s", ""))
        still = f"frame-{index}" if at else self.shot("still", measured.shot)
        yield Way(kind="still", address=self.to("c", still))
        yield Way(kind="shot", address=self.to("a", self.shot("shot", measured.shot)))
        yield Way(kind="clip", address=self.to("f", self.file(self._clip(measured))),
                  at=_seconds(at))  # fmt: skip

    def _clip(self, measured: Measurement) -> str:
        taken = self._taken.get(measured.shot)
        return str(getattr(taken, "clip", "") or getattr(taken, "source", ""))

    def item(self, requirement: str, subject: str | None = None) -> str:
        """Name the anchor of a requirement's row in the main report.

        It is that of devices like ``subject``, or the first.
        """
        kinds = self._rows.get(requirement, {})
        kind = next(iter(kinds), "") if subject is None else self.names.kind(subject)
        return f"item-{kinds.get(kind, 'none')}"

    def clause(self, pack: str, number: str) -> str:
        """Name the anchor of a clause."""
        return f"clause-{self._clauses.get((pack, number), 'none')}"

    def source(self, requirement: str) -> str:
        """Name the anchor of where a requirement comes from."""
        return f"source-{self._requirements.get(requirement, 'none')}"

    def file(self, path: str) -> str:
        """Name the anchor of a file of the evidence."""
        return f"file-{self._files.get(path, 'none')}"

    def shot(self, kind: str, identifier: str) -> str:
        """Name the anchor of a shot's conditions or still."""
        return f"{kind}-{self._shots.get(identifier, 'none')}"

    def answer(self, answer: Answer) -> str:
        """Name the anchor of an answer."""
        return f"answer-{self._answers.get(id(answer), 'none')}"

    def measurement(self, kind: str, measured: Measurement) -> str:
        """Name the anchor of a measurement's budget or frame."""
        return f"{kind}-{self._measurements.get(id(measured), 'none')}"

    @cached_property
    def _taken(self) -> dict[str, Taken]:
        return {taken.id: taken for taken in self.session.taken}

    @cached_property
    def _rows(self) -> dict[str, dict[str, int]]:
        """Requirement -> kind of device -> number of their row."""
        rows: dict[str, dict[str, int]] = {}
        for number, finding in enumerate(self.session.findings):
            kinds = rows.setdefault(finding.requirement, {})
            kinds.setdefault(self.names.kind(finding.subject), number)
        return rows

    @cached_property
    def _requirements(self) -> dict[str, int]:
        every = dict.fromkeys(finding.requirement for finding in self.session.findings)
        return {name: number for number, name in enumerate(every)}

    @cached_property
    def _clauses(self) -> dict[tuple[str, str], int]:
        return {key: number for number, key in enumerate(self.names.clauses)}

    @cached_property
    def _files(self) -> dict[str, int]:
        return {path: number for number, path in enumerate(self.session.hashes)}

    @cached_property
    def _shots(self) -> dict[str, int]:
        return {shot.id: number for number, shot in enumerate(self.session.shots)}

    @cached_property
    def _answers(self) -> dict[int, int]:
        return {id(answer): index for index, answer in enumerate(self.session.plan.answers)}

    @cached_property
    def _measurements(self) -> dict[int, int]:
        return {id(measured): index for index, measured in enumerate(self.session.measurements)}


def _seconds(at: str) -> str:
    return f"{wording.number(round(float(at), 2))}{wording.NARROW}s" if at else ""


def anchors(page: str) -> set[str]:
    """Return the anchors in a page."""
    return set(ANCHOR.findall(page))


def living(page: str, own: str, known: Mapping[str, set[str]]) -> str:
    """Return a page without links that lead nowhere.

    ``own`` is its file, ``known`` has the anchors of each file by its name. The words of a link in
    a sentence (class ``to``) stay; one of a list of ways (``way``) goes.
    """
    named = {quote(file): targets for file, targets in known.items()}

    def judged(found: re.Match[str]) -> str:
        kind, file, anchor, words = found.groups()
        if anchor in named.get(file or quote(own), ()):
            return found[0]
        return words if kind == "to" else ""

    return LINK.sub(judged, page)
