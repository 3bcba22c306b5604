"""``renderings.json``: what is beside the session in a report, and signed with it.

No signature covers ``report.html``, ``report.xml`` and the annexes, so their hashes are attached to
the report. So are its language and the renderer of its pages, by which they can be set again and
compared.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

from acceptance import wording
from acceptance.errors import InputError
from acceptance.files import regular, strict_json
from acceptance.messages import tr
from acceptance.report import file_names, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE = "renderings.json"
MADE = HTML, JUNIT = ("report.html", "report.xml")
ANNEXES = frozenset(file_names.ANNEXES.values())
FIRST = (0, 7, 0)  # the first version that attaches it


@dataclass(frozen=True, kw_only=True)
class Renderings:
    """What was made of a session, and by what."""

    language: str
    """Language of report, HTML and JUnit."""

    hashes: Mapping[str, str]
    """SHA-256 of ``report.html``, ``report.xml``, and of the annexes that there are."""

    renderer: Mapping[str, str]
    """Versions and typefaces with which the pages were set (``render.fingerprint``)."""

    @property
    def annexes(self) -> dict[str, str]:
        """SHA-256 of the annexes; empty before 0.11.0, which had none."""
        return {name: digest for name, digest in self.hashes.items() if name in ANNEXES}


def of(language: str, files: Mapping[str, bytes]) -> Renderings:
    """Describe HTML, JUnit and annexes (contents by name), to be attached to the report."""
    return Renderings(language=language, hashes=hashed(files), renderer=render.fingerprint())


def hashed(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of files by name."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def dumps(made: Renderings) -> bytes:
    """Write as JSON (UTF-8), in the only form that ``parse`` takes."""
    return (json.dumps(asdict(made), ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def parse(content: bytes) -> Renderings:
    """Read what ``dumps`` wrote. Raises InputError for whatever it would not have written."""
    try:
        made = Renderings(**cast("dict[str, Any]", strict_json.loads(content)))
        sound = made.language in wording.LANGUAGES and {*MADE} <= made.hashes.keys() <= {
            *MADE,
            *ANNEXES,
        }
        texts = [*made.hashes.values(), *made.renderer.values()]
        sound &= all(isinstance(text, str) for text in texts) and dumps(made) == content
        sound &= all(regular.SHA256.fullmatch(digest) for digest in made.hashes.values())
    except (ValueError, TypeError, AttributeError, RecursionError):
        sound = False
    if not sound:
        what = tr("{file} in the report is not as this tool writes it", file=FILE)
        raise InputError(what, hint=tr("Ask for the report again"))
    return made


def due(version: str) -> bool:
    """Whether a report of this version of the tool has the attachment; rubbish counts as new."""
    numbers = version.split(".")
    return not all(map(str.isdecimal, numbers)) or tuple(map(int, numbers)) >= FIRST


def otherwise(there: Mapping[str, str], here: Mapping[str, str]) -> Iterator[str]:
    """Say by what the pages were set that are not set alike here."""
    names = [name for name in {**there, **here} if there.get(name) != here.get(name)]
    if names:
        listed = ", ".join(f"{name} {there.get(name, '-')[:12]}" for name in names)
        yield tr(
            "the pages were set with {listed}, which is not here: what they say and draw was "
            "compared, not their bytes",
            listed=listed,
        )
