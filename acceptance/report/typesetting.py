"""Pages of HTML as PDF, the same bytes for the same input.

WeasyPrint is imported late: only a report needs its system libraries.
"""

from __future__ import annotations

import ctypes.util
import hashlib
import importlib
import io
import os
import sys
import warnings
import zlib
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname

from acceptance.errors import NO_FONT, NO_PANGO, SetupError
from acceptance.files import paths, shortage
from acceptance.files.collector import without_collector
from acceptance.messages import tr
from acceptance.report import layout_shortcuts, own_typefaces
from acceptance.report.archival import ADDRESS, finish
from acceptance.report.own_typefaces import SANS, SERIF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from types import ModuleType

    from weasyprint.document import Document, Page
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    from acceptance.report.sign_fields import WrittenPdf

LIBRARIES = ("weasyprint", "pydyf", "fonttools", "pillow", "pyphen", "tinycss2", "cssselect2")
PANGO = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"  # packages of Debian
# Pango chooses quotation marks and fonts by the user's languages, where a text states none: pages
# would differ from one desk to the next.
LANGUAGE = "en"
ARCHIVED = {
    "pdf_variant": "pdf/a-3b",
    "pdf_tags": True,
    "optimize_images": True,
    "dpi": 150,
    "jpeg_quality": 80,
}


def typeset(page: str, moment: datetime) -> bytes:
    """Return a page that needs no file beside it as PDF whose fonts carry the time ``moment``."""
    with _frozen_time(moment), without_collector():
        document = _html()(string=page, url_fetcher=fetcher())
        return bytes(document.write_pdf(finisher=lambda made, _: _require_own(page, made)))


@dataclass(frozen=True, kw_only=True)
class SetPage:
    """A page as it was set, and the stills in it: names in the folder -> SHA-256."""

    pdf: bytes
    stills: Mapping[str, str]


def archived(page: str, folder: Path, moment: datetime, attachments: Mapping[str, bytes]) -> bytes:
    """Return a page with the stills of a session folder as PDF/A-3b.

    ``attachments``: name -> content of the files embedded (relationship Source). What this process
    has just set is not set again while page, stills and attachments are the same to the byte.
    """
    made = just_set(page, folder, moment, attachments)
    made = made or laid_out(page, folder, moment, attachments)
    keep(page, moment, attachments, made)
    return made.pdf


def just_set(
    page: str, folder: Path, moment: datetime, attachments: Mapping[str, bytes]
) -> SetPage | None:
    """Return what ``keep`` was given; None where it has nothing, or stills were changed since."""
    found = _JUST_SET.get(_key(page, moment, attachments))
    return found if found and found.stills == _hashes(folder, found.stills) else None


def laid_out(
    page: str, folder: Path, moment: datetime, attachments: Mapping[str, bytes]
) -> SetPage:
    """Set a page as ``archived`` does, whatever was set before."""
    read = fetcher(folder)
    content = _archived(page, read, moment, attachments)
    return SetPage(pdf=content, stills=_hashes(folder, read.names))


def keep(page: str, moment: datetime, attachments: Mapping[str, bytes], made: SetPage) -> None:
    """Keep what was set of a page, for a while; the last used comes last."""
    key = _key(page, moment, attachments)
    _JUST_SET.pop(key, None)
    for oldest in [*_JUST_SET][: 1 - MOST_KEPT]:
        del _JUST_SET[oldest]
    _JUST_SET[key] = made


def set_here(pdf: bytes) -> bool:
    """Whether this process has just set the pages of a PDF, signed since or not."""
    return any(pdf.startswith(made.pdf) for made in _JUST_SET.values())


_JUST_SET: dict[str, SetPage] = {}  # by the hash of page, time and attachments
MOST_KEPT = 14  # two reports with their annexes


def _key(page: str, moment: datetime, attachments: Mapping[str, bytes]) -> str:
    return _digest(page.encode(), moment.isoformat().encode(), *_parts(attachments))


def _digest(*parts: bytes) -> str:
    """Hash parts, each by its own hash, so that none runs into the next."""
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def _parts(attachments: Mapping[str, bytes]) -> Iterator[bytes]:
    for name, content in sorted(attachments.items()):
        yield from (name.encode(), content)


def _hashes(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """SHA-256 of files below a folder; empty for one that is not there."""
    files = {name: folder / name for name in names}
    return {
        name: _digest(file.read_bytes()) if file.is_file() else "" for name, file in files.items()
    }


def _archived(
    page: str, read: URLFetcher, moment: datetime, attachments: Mapping[str, bytes]
) -> bytes:

    def finished(document: Document, pdf: WrittenPdf) -> None:
        finish(document, pdf)
        _require_own(page, document)

    library = _weasyprint()
    attached = [
        library.Attachment(
            string=content, name=name, created=moment, modified=moment, relationship="Source"
        )
        for name, content in sorted(attachments.items())  # as a name tree is
    ]
    with _frozen_time(moment), without_collector():
        document = _html()(string=page, base_url=ADDRESS, url_fetcher=read)
        return bytes(document.write_pdf(attachments=attached, finisher=finished, **ARCHIVED))


def _require_own(page: str, document: Document) -> None:
    """Refuse a page that asks for our typefaces, where others drew letters that ours hold.

    Also letters for which the page asks for others: they stand between words set in ours.
    """
    if SANS in page or SERIF in page:
        _require_installed()
        fonts = document.fonts.values()
        own_typefaces.require_none(own_typefaces.strangers(fonts, _probe().heads, _held))


def rendered(page: str, folder: Path) -> Document:
    """Lay out a page with the pictures of a folder, and write nothing.

    Raises SetupError without the renderer's libraries.
    """
    with without_collector():
        read = fetcher(folder)
        return _html()(string=page, base_url=ADDRESS, url_fetcher=read).render()


class TextBox(Protocol):
    """A piece of text on a page that was laid out, in pixels of CSS."""

    position_x: float
    position_y: float
    height: float
    text: str


def texts(page: Page) -> list[TextBox]:
    """Return the pieces of text of a page, in the order of the source."""
    root = page._page_box  # noqa: SLF001 -- there is no other way to what it says
    return [box for box in root.descendants(placeholders=True) if getattr(box, "text", "")]


def check_fonts() -> None:
    """Set a line in each typeface and look at what the renderer took.

    Raises ``SetupError`` where it is another one, be it for some letters.
    """
    _require_installed()
    own_typefaces.require_none(_probe().strangers)


def _require_installed() -> None:
    """Raise SetupError where one of our typefaces is missing."""
    missing = {SANS, SERIF} - {family for family, _ in _probe().heads}
    if missing:
        names = ", ".join(sorted(missing))
        raise SetupError(
            tr("the Chinese typefaces are not installed: {names}", names=names),
            hint=_fonts_hint(),
            code=NO_FONT,
        )


@lru_cache
def fingerprint() -> dict[str, str]:
    """Name all that the bytes of a PDF depend on but its content: the same gives the same bytes.

    Versions of the renderer and its libraries; of our typefaces SHA-256 of the beginning of each
    file, which lists its tables with a sum of each. Raises SetupError where the renderer's
    libraries are not installed.
    """
    heads = _probe().heads
    native = importlib.import_module("weasyprint.text.ffi")
    native.ffi.cdef("const char *hb_version_string(void);")  # WeasyPrint does not ask for it
    return {
        **{name: metadata.version(name) for name in LIBRARIES},
        "pango": str(native.pango.pango_version()),
        "harfbuzz": native.ffi.string(native.harfbuzz.hb_version_string()).decode(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        **{f"{family} {weight}": _digest(head) for (family, weight), head in heads.items()},
    }


@dataclass(frozen=True, kw_only=True)
class _Probe:
    """What the renderer took for our typefaces."""

    heads: Mapping[tuple[str, int], bytes]
    """As ``own_typefaces.heads`` gives them."""

    strangers: Sequence[str]
    """Others that drew letters of ours."""


@lru_cache
def _probe() -> _Probe:
    """Look at what the renderer takes for the letters that are probed."""
    fonts = _drawn(own_typefaces.probed())
    heads = own_typefaces.heads(fonts)
    return _Probe(heads=heads, strangers=own_typefaces.strangers(fonts, heads, _held))


@lru_cache
def _held() -> frozenset[int] | None:
    """Return the letters that all of our typefaces hold; it is rarely asked, and takes a while."""
    fonts = _drawn("检")
    return own_typefaces.letters_held(fonts, own_typefaces.heads(fonts))


def _drawn(letters: str) -> list[own_typefaces.DrawnTypeface]:
    """Set letters in each of our typefaces; return what drew them."""
    document = _html()(string=own_typefaces.sample(letters)).render()
    document.write_pdf(uncompressed_pdf=True)
    return sorted(document.fonts.values(), key=lambda font: (font.family, font.weight))


def _html() -> Callable[..., Any]:
    _weasyprint()
    return layout_shortcuts.html()


def _weasyprint() -> ModuleType:
    os.environ["PANGO_LANGUAGE"] = LANGUAGE
    try:
        # without Pango WeasyPrint prints advice on standard output
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()), _found_by_file_name():
            # without any font, Pango ends the process
            warnings.filterwarnings("error", "No fonts|FontConfig cannot")
            return importlib.import_module("weasyprint")
    except UserWarning as error:
        what = tr("no fonts are installed")
        raise SetupError(what, hint=_fonts_hint(), code=NO_FONT) from error
    except OSError as error:
        shortage.require_none(error)
        what, hint = tr("Pango is not installed"), tr("Install it: {how}", how=pango())
        raise SetupError(what, hint=hint, code=NO_PANGO) from error


@contextmanager
def _found_by_file_name() -> Iterator[None]:
    """Let libraries be loaded by the names of their files alone, where the system has such names.

    WeasyPrint tries those last: for every name before them Python starts linker and compiler, some
    fifty processes, which find what the name of the file gives.
    """
    search = ctypes.util.find_library
    if sys.platform == "linux":
        ctypes.util.find_library = _nothing
    try:
        yield
    finally:
        ctypes.util.find_library = search


def _nothing(name: str) -> str | None:
    """Find no library."""
    del name
    return None


def load() -> None:
    """Load the renderer, which takes half a second, before there is a page to set."""
    _html()


def pango() -> str:
    """Say how Pango is installed on this system, as WeasyPrint documents it."""
    return {
        "win32": tr(
            "MSYS2 in C:\\msys64, and in its shell: pacman -S mingw-w64-ucrt-x86_64-pango "
            "(elsewhere: WEASYPRINT_DLL_DIRECTORIES=FOLDER)"
        ),
        "darwin": tr(
            "brew install pango (where it is not found: "
            "DYLD_FALLBACK_LIBRARY_PATH=/opt/homebrew/lib)"
        ),
    }.get(sys.platform, f"apt-get install {PANGO}")


def fonts() -> str:
    """Say how our typefaces are installed on this system."""
    return {
        "win32": tr("the fonts Noto Sans CJK SC and Noto Serif CJK SC, for all users"),
        "darwin": "brew install --cask font-noto-sans-cjk-sc font-noto-serif-cjk-sc",
    }.get(sys.platform, "apt-get install fontconfig fonts-noto-cjk")


def _fonts_hint() -> str:
    return tr("Install them: {how}", how=fonts())


def fetcher(folder: Path | None = None) -> URLFetcher:
    """Return a fetcher of ``data:`` addresses and files within ``folder``, and of nothing else.

    Its ``names`` are those of the files that it has read, from the folder on.

    ``ADDRESS`` stands for the folder. It raises ``ValueError`` at any other address, whatever the
    case of its scheme: another host, a link or ``%2e%2e`` that leads out of the folder, a pipe or a
    device.
    """
    from weasyprint import urls  # noqa: PLC0415 -- late, as above

    root = folder and folder.resolve()

    class Fetcher(urls.URLFetcher):  # type: ignore[misc, unused-ignore] # untyped base class
        names: tuple[str, ...] = ()

        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
            if root and url.startswith(ADDRESS):
                url = f"{root.as_uri()}/{url.removeprefix(ADDRESS)}"
            address = urlsplit(url)
            if address.scheme == "data":
                return super().fetch(url, headers)
            path = Path(url2pathname(address.path)).resolve()
            local = (address.scheme, address.netloc) == ("file", "")
            name = path.relative_to(root).as_posix() if root and path.is_relative_to(root) else ""
            stored = paths.stored(root, name) if root and local and name else None
            if not (root and stored):
                raise ValueError(tr("outside the session folder: {address}", address=url))
            self.names += (name,)
            # what was looked at, and nothing else
            return super().fetch((root / stored).as_uri(), headers)

    return Fetcher(allowed_protocols={"data", "file"}, allow_redirects=False)


@contextmanager
def _frozen_time(moment: datetime) -> Iterator[None]:
    """Make embedded fonts carry this time.

    The variable is that of https://reproducible-builds.org/specs/source-date-epoch.
    """
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = str(int(moment.timestamp()))
    try:
        yield
    finally:
        del os.environ["SOURCE_DATE_EPOCH"]
        if before is not None:
            os.environ["SOURCE_DATE_EPOCH"] = before
