"""What probably went wrong in a TOML file that cannot be parsed: what a Chinese keyboard writes.

TOML's own signs and bare names are ASCII, its text is UTF-8; Windows writes GBK, and an input
method full-width signs.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

QUOTES = dict.fromkeys("“”„＂", '"') | dict.fromkeys("‘’＇", "'")
SIGNS: Mapping[str, str] = QUOTES | {
    **dict(zip("＝，、；［］【】｛｝＃．。－＿\u3000", "=,,,[][]{}#..-_ ", strict=True)),
    "：": "=",
}
DIGITS = re.compile("[\uff10-\uff19]")
CHINESE = re.compile(r"[\u3400-\u9fff]+")
PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def encoding(text: bytes) -> str:
    """Say in what a text is written that is not UTF-8; "" where that is not known."""
    if text.startswith(UTF_16):
        return "UTF-16"
    try:
        text.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return "GBK"


def sentence(text: str, cause: Exception, names: Mapping[str, str]) -> str:
    """Say what probably is wrong where TOML's parser stopped; "" where nothing is known.

    ``names`` are English names of fields by what they are called in Chinese.
    """
    if not (found := PLACE.search(str(cause))):
        return ""
    number, column = int(found[1]), int(found[2])
    line = text.split("\n")[number - 1]
    rest = line[column - 1 :]
    if rest and (rest[0] in SIGNS or DIGITS.match(rest)):
        return _full_width(number, rest[0])
    if word := CHINESE.match(rest):
        return _chinese(number, word[0], names)
    mark = next((sign for sign in line if sign in QUOTES), "")
    return _full_width(number, mark) if mark else ""


def _full_width(line: int, sign: str) -> str:
    meant = SIGNS.get(sign) or str(int(sign))
    shown = tr("a blank") if meant == " " else meant
    return tr(
        "line {line}: {sign} is a sign of the Chinese keyboard; write {meant}",
        line=line, sign=sign, meant=shown,
    )  # fmt: skip


def _chinese(line: int, word: str, names: Mapping[str, str]) -> str:
    what = tr("line {line}: {word} is no name of a field: they are English", line=line, word=word)
    guess = names.get(word, "")
    return tr("{what} (did you mean {guess!r}?)", what=what, guess=guess) if guess else what
