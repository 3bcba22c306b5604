"""A report is opened first here: as a PDF, in bounded time and memory, whoever wrote it.

A few megabytes can name one node of a tree by a million ways, or say that there are a million
objects. What this tool never writes is refused before pyHanko walks it.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfReadError

from acceptance.messages import tr
from acceptance.signing.object_streams import ListedReader

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

MOST_OBJECTS = 500_000
MOST_NODES = 20_000  # of a form, of the pages, or of the tree of attachments
MOST_REVISIONS = 50  # one, and one for each signature
END = re.compile(rb"startxref\s+\d+\s+%%EOF")  # pyHanko looks for it byte by byte, backwards
# of a table of objects (ISO 32000-2, 7.5.4); by its end, which begins with a byte that is seldom
ENTRY = re.compile(rb" [nf](?<=\d{10} \d{5} [nf])")


def opened(pdf: bytes) -> PdfFileReader:
    """Open a report. Raises PdfReadError for what is none, or would take too long to read."""
    if not END.search(pdf[-1024:]):
        raise PdfReadError(tr("it does not end as a PDF does"))
    objects = sum(1 for _ in ENTRY.finditer(pdf))
    if objects > MOST_OBJECTS:
        raise PdfReadError(tr("it lists {count} objects", count=objects))
    reader = ListedReader(io.BytesIO(pdf))
    revisions = reader.xrefs.total_revisions
    if revisions > MOST_REVISIONS:
        raise PdfReadError(tr("it has {count} revisions", count=revisions))
    for number in range(revisions):
        root = reader.get_historical_resolver(number).root
        _require_trees(root, "/AcroForm", "/Fields")
        _require_trees(root, "/Names", "/EmbeddedFiles")
        _require_trees(root, "/Pages")
    return reader


def _require_trees(root: generic.PdfObject, *keys: str) -> None:
    """Refuse trees of more nodes than a report has, each counted as often as it is named."""
    waiting: list[Any] = [root]
    for key in keys:
        waiting = [found[key] for found in waiting if _holds(found, key)]
    count = 0
    while waiting:
        node, count = waiting.pop(), count + 1
        if count > MOST_NODES:
            raise PdfReadError(
                tr("{key} has more than {count} nodes", key=keys[-1], count=MOST_NODES)
            )
        if isinstance(node, generic.ArrayObject):
            waiting += (node[index] for index in range(min(len(node), MOST_NODES + 1)))
        elif _holds(node, "/Kids"):
            waiting.append(node["/Kids"])


def _holds(found: object, key: str) -> bool:
    return isinstance(found, generic.DictionaryObject) and key in found
