"""Reports whose pages are not laid out, for tests that look at everything else of a report.

Such a PDF/A-3b holds its attachments and, in place of its pages, one that bears the hash of what
they would show: it still follows from the session, and another session gives another file. Such
pages need the same few letters, of which the typefaces are made once.
"""

from __future__ import annotations

import hashlib
import re
import runpy
import sys
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from datetime import datetime
    from typing import Any

HEAD = re.compile(r"(?s).*?</head>")
STYLE = re.compile(r"(?s)<style.*?</style>")
SUBSETS: dict[tuple[object, ...], bytes] = {}  # by typeface and letters


@contextmanager
def plain() -> Iterator[None]:
    """Set plain pages meanwhile, in this process."""
    from acceptance.report import set_apart, typesetting  # late: a plugin starts fast

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typesetting, "_archived", _bare(typesetting._archived))
        patch.setattr(typesetting, "_JUST_SET", {})
        patch.setattr(set_apart, "LARGE", sys.maxsize)  # a child would lay them out
        patch.setattr(set_apart, "WORTH", sys.maxsize)
        patch.setattr(set_apart, "ahead", lambda *_: None)
        yield


@cache  # the same function each time: by it tests know what they have kept
def _bare(lay_out: Callable[..., bytes]) -> Callable[..., bytes]:
    """Return what sets one page in place of those that ``lay_out`` would set."""
    from acceptance.report import typesetting

    def bare(page: str, read: object, moment: datetime, attachments: dict[str, bytes]) -> bytes:
        head = HEAD.match(page)
        assert head
        digest = hashlib.sha256(page.encode()).hexdigest()
        text = f"{STYLE.sub('', head[0])}<body><p>{digest}</p></body></html>"
        typesetting.load()
        with _typefaces_once():
            return lay_out(text, read, moment, attachments)

    return bare


@contextmanager
def _typefaces_once() -> Iterator[None]:
    """Make of each typeface the same few letters once."""
    from weasyprint.pdf.fonts import Font

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Font, "_harfbuzz_subset", _once(Font._harfbuzz_subset))
        yield


def _once(subset: Callable[[Any, dict[int, str], bool], None]) -> Callable[..., None]:
    def kept(font: Any, letters: dict[int, str], hinting: bool) -> None:  # noqa: FBT001 -- as there
        asked = font.name, font.index, bool(font.missing), hinting, frozenset(letters)
        if asked not in SUBSETS:
            subset(font, letters, hinting)
            SUBSETS[asked] = font.file_content
        font.file_content = SUBSETS[asked]

    return kept


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Set plain pages in every test, where this is a plugin."""
    with plain():
        return (yield)


if __name__ == "__main__":
    del sys.argv[0]
    with plain():
        runpy.run_path(sys.argv[0], run_name="__main__")
