"""Ways to damage a file: what ``fuzz`` gives to readers, drawn by Hypothesis."""

from __future__ import annotations

import io
import re
import zipfile
from typing import NamedTuple

from hypothesis import strategies as st

PLACE = 10**5  # a place in a file is given in parts of this
# Values, texts and pieces that readers have stumbled over, here or elsewhere.
NUMBERS = (
    *("0", "-1", "-0", "9" * 5000, "1" * 400, "1e400", "1e999", "-1e-999", "nan", "inf", "1_000"),
    *("0x7fffffff", "½", "٣", "9999-12-31", "0001-01-01", "2026-02-30", "24:00:00", "+99:99"),
)
WORDS = (
    *("", "true", "null", '""', '"', "'", "'''", "[]", "{}", "[[", "=1+1", "\\", "\\ud800", "%s"),
    *("{0}", '"../../../etc/passwd"', '"/dev/zero"', '"C:\\\\x"', '"con"', '".."', '"a\\u0000b"'),
    *('"\\u202egp4.mp4"', "\u202e", "\u2028", "\ufeff", "\x00", "\x1b[2J", "\ud800", "\r", "\n"),
)
PIECES = (
    *("[" * 3000, "{a=" * 2000, '{"a":' * 3000, "a." * 500 + "a = 1\n", "x" * 5000, ";" * 200),
    *("\n" * 5000, ",\n" * 2000, ",", "=", "#", "]]>", "<!DOCTYPE x>", "&a;", "<c r='A0'/>", "\t"),
)
NASTY = [piece.encode("utf-8", "surrogatepass") for piece in (*NUMBERS, *WORDS, *PIECES)]
TOKEN = re.compile(rb'"[^"\n]{0,200}"|[\w.:+-]+|[\[\]{}=<>/,;]')
KINDS = ("token", "token", "token", "insert", "delete", "flip", "copy", "cut", "repeat")


class Mutation(NamedTuple):
    """One change of a file: how, where (two places, in parts of ``PLACE``), and by what."""

    kind: str
    at: int
    to: int
    piece: int


MUTATIONS = st.builds(
    Mutation,
    st.sampled_from(KINDS),
    st.sampled_from(range(PLACE + 1)),  # drawn evenly
    st.sampled_from(range(PLACE + 1)),
    st.sampled_from(range(len(NASTY))),
)


def mutated(content: bytes, mutation: Mutation) -> bytes:
    """Return the content with one change."""
    at, to = sorted(place * len(content) // PLACE for place in (mutation.at, mutation.to))
    before, some, nasty = content[:at], content[at : min(to, at + 200)], NASTY[mutation.piece]
    bit = 1 << mutation.piece % 8
    changed = {
        "insert": before + nasty + content[at:],
        "delete": before + content[at + len(some) :],
        "flip": before + bytes(byte ^ bit for byte in some[:1]) + content[at + len(some[:1]) :],
        "copy": content[:to] + some + content[to:],
        "cut": content[:to],
        "repeat": before + some * (1 + mutation.piece * 10) + content[at:],
    }
    return changed.get(mutation.kind) or _other_token(content, mutation)


def _other_token(content: bytes, mutation: Mutation) -> bytes:
    """Replace a word, number or sign near a place by a piece."""
    start = mutation.at * len(content) // PLACE
    found = TOKEN.search(content, start) or TOKEN.search(content)
    if not found:
        return NASTY[mutation.piece]
    return content[: found.start()] + NASTY[mutation.piece] + content[found.end() :]


def of_bytes(content: bytes, mutation: Mutation) -> bytes:
    """Change a file that has no words."""
    kind = "flip" if mutation.kind in {"token", "repeat"} else mutation.kind
    return mutated(content, mutation._replace(kind=kind))


def in_archive(content: bytes, mutation: Mutation) -> bytes:
    """Change one file in a ZIP archive; what is none any more, as it is."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile:
        return mutated(content, mutation)
    chosen, changed = [*parts][mutation.to % len(parts)], io.BytesIO()
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for name, part in parts.items():
            target.writestr(name, mutated(part, mutation) if name == chosen else part)
    return changed.getvalue()
