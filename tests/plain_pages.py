"""Reports whose pages are not laid out, for tests that look at everything else of a report.

Such a PDF/A-3b holds its attachments and, in place of its pages, one that bears the hash of what
they would show: it still follows from the session, and another session gives another file.
"""

from __future__ import annotations

import hashlib
import re
import runpy
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from datetime import datetime

HEAD = re.compile(r"(?s).*?</head>")
STYLE = re.compile(r"(?s)<style.*?</style>")


@contextmanager
def plain() -> Iterator[None]:
    """Set plain pages meanwhile, in this process."""
    from acceptance.report import set_apart, typesetting  # late: a plugin starts fast

    lay_out = typesetting._archived

    def bare(page: str, read: object, moment: datetime, attachments: dict[str, bytes]) -> bytes:
        head = HEAD.match(page)
        assert head
        digest = hashlib.sha256(page.encode()).hexdigest()
        text = f"{STYLE.sub('', head[0])}<body><p>{digest}</p></body></html>"
        return lay_out(text, read, moment, attachments)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typesetting, "_archived", bare)
        patch.setattr(typesetting, "_JUST_SET", {})
        patch.setattr(set_apart, "LARGE", sys.maxsize)  # a child would lay them out
        patch.setattr(set_apart, "WORTH", sys.maxsize)
        patch.setattr(set_apart, "ahead", lambda *_: None)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Set plain pages in every test, where this is a plugin."""
    with plain():
        return (yield)


if __name__ == "__main__":
    del sys.argv[0]
    with plain():
        runpy.run_path(sys.argv[0], run_name="__main__")
