"""Litter of desktops and drives: the toolkit and the other verifier know the same files."""

from __future__ import annotations

import pytest
import second_verifier

from acceptance.files.litter import MOST_OF_LINES, is_litter

LITTER = (
    "x/.@__thumb/s100IMG_1.JPG", "x/.@__thumb/default100a.jpg", "@eaDir/r.pdf@SynoEAStream",
    "x/@eaDir/r.pdf/SYNOPHOTO_THUMB_XL.jpg", "x/@eaDir/.DS_Store@SynoResource",
    "x/@eaDir/SYNOINDEX_MEDIA_INFO", "x/@eaDir/r.mp4/SYNOVIDEO_VIDEO_SCREENSHOT.jpg",
    "a.pdf:zone.identifier", "report.pdf:Zone.Identifier", "x/Icon\r", "x/Thumbs.db", "x/._a#",
    "x/#recycle/desktop.ini", "._a:Zone.Identifier", ".~lock.a.odt#", "~$a.docx", "é/.DS_Store",
)  # fmt: skip
KEPT = (
    "x/@EADIR/r.pdf/SYNOPHOTO_THUMB_M.jpg", "x/@eaDir/r.pdf/synophoto_thumb_m.jpg",
    "x/@eaDir/r.pdf/SYNOFILE_THUMB_é.jpg", "x/@eaDir/r.pdf/SYNOFILE_THUMB_é", "x/.@__qini",
    "x/@eaDir/sub/r.pdf/SYNOPHOTO_THUMB_M.jpg", "x/@eaDir/r.pdf/r.pdf", "x/.@__THUMB/s100a.jpg",
    "@eaDir/a\nb@SynoEAStream", "x/a\nb:Zone.Identifier", "a\nb/Thumbs.db", "x/._a\n", "x/Icon\n",
    "x/.@__thumb/a\nb.jpg", "x/de\u017fktop.ini", ":Zone.Identifier",
    "report.pdf:Zone.Identifier:$DATA", "x\\@eaDir\\SYNOINDEX_MEDIA_INFO", "x/icon",
    "a.pdf:Zone.\u0130dentifier", "x/@eaDir/r.mp4/SYNOVIDEO:FILM.mpg", "x/.@__thumb/a.html",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "size", "left"),
    [
        *((name, 100, True) for name in LITTER),
        *((name, 100, False) for name in KEPT),
        (".~lock.a.odt#", MOST_OF_LINES + 1, False),
        ("a.pdf:Zone.Identifier", MOST_OF_LINES + 1, False),
        ("x/._a#", MOST_OF_LINES + 1, True),
        ("._a:Zone.Identifier", MOST_OF_LINES + 1, True),
    ],
)
def test_both_verifiers_know_the_same_litter(name: str, size: int, *, left: bool) -> None:
    assert is_litter(name, size) is left
    assert second_verifier.loaded().litter(name, size) is left
