"""How the format of a cell shows a number (ECMA-376, part 1, 18.8.31)."""

from __future__ import annotations

import re
from functools import lru_cache

PER_CENT, DAY, MOMENT, DURATION, PLAIN = "%", "day", "moment", "duration", ""
ZEROS = re.compile(r"(0{2,})(?:;-\1)?")  # a format that does nothing but fill up: 0012
# What a format shows as it stands: its texts, signs (! where programs are in Chinese), and names of
# colours and languages. Blanks (_) are as wide as the sign behind them.
LITERAL = re.compile(r'"[^"]*"|[\\_*!].|\[[^\]]*\]')
SIGNS = re.compile(rf"{LITERAL.pattern}|.", re.DOTALL)
SHOWN = re.compile(r'"([^"]*)"|[\\*!](.)|\[\$([^\]-]*)')
PLACE = re.compile(r"[0#?]|General|G/", re.IGNORECASE)  # of a digit, or of the whole number
THOUSANDTHS = re.compile(r"[0#?],+(?![,0#?])")
DENOMINATOR = re.compile(r"/\s*\d+")
POWER = re.compile(r"E[+-]", re.IGNORECASE)


@lru_cache
def kind(shown: str) -> str:
    """Say how a number of this format is shown; where it is filled up, by how many zeros."""
    from openpyxl.styles import numbers  # noqa: PLC0415 -- late: only a workbook needs it

    if numbers.is_date_format(shown):
        if numbers.is_timedelta_format(shown):
            return DURATION
        return MOMENT if re.search("[hs]", LITERAL.sub("", shown), re.IGNORECASE) else DAY
    if zeros := ZEROS.fullmatch(shown):
        return zeros[1]
    return PER_CENT if "%" in LITERAL.sub("", shown) else PLAIN


def built_in(number: str) -> str:
    """Return the format that every program knows by this number."""
    from openpyxl.styles import numbers  # noqa: PLC0415 -- late, as above

    return numbers.BUILTIN_FORMATS.get(int(number), "General") if number.isdecimal() else number


def shows_another(shown: str, number: float) -> bool:
    """Whether a reader sees another number: thousandths of it, more digits, no sign, or none.

    Fewer digits, a unit behind it, colours and commas between thousands are usual.
    """
    return _misleads(shown, (number > 0) - (number < 0))


@lru_cache
def _misleads(shown: str, sign: int) -> bool:
    parts = _sections(shown)
    if sign < 0 and len(parts) > 1 and _hides_the_sign(parts[1]):
        return True
    return any(_shows_others(part) for part in _used(shown, parts, sign))


def _sections(shown: str) -> list[str]:
    """Return the parts of a format: for numbers above 0, below it, 0, and for texts."""
    parts = [""]
    for sign in SIGNS.finditer(shown):
        if sign[0] == ";":
            parts.append("")
        else:
            parts[-1] += sign[0]
    return parts[:3]


def _used(shown: str, parts: list[str], sign: int) -> list[str]:
    """Return the part by which a number of a sign is shown; each where there are conditions."""
    if re.search(r"\[[<>=]", shown):
        return parts
    place = {1: 0, -1: 1, 0: 2}[sign]
    return [parts[place] if place < len(parts) else parts[0]]


def _hides_the_sign(part: str) -> bool:
    """Whether a number below 0 looks like one above: no minus, no brackets and no colour."""
    return not re.search(r"[-−(]|\[[^<>=]", part)


def _shows_others(part: str) -> bool:
    """Whether a part of a format shows digits of its own, thousandths, or nothing of a number."""
    if part.strip() == "@":
        return False
    said = "".join("".join(found) for found in SHOWN.findall(part))
    bare = DENOMINATOR.sub("/", POWER.sub("", LITERAL.sub("", part)))
    own = re.search(r"\d", said) or re.search(r"[1-9]", bare)
    return bool(own or THOUSANDTHS.search(bare) or not PLACE.search(bare))
