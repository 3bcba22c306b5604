"""Help pages whose lines fit the terminal in Chinese, too: its characters are two columns wide."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

FILLER = "\N{WORD JOINER}"  # stands for the second column of a character while lines are filled
CHINESE = "[\u3000-\u9fff\uff00-\uffef]"
BREAK = re.compile(rf"(?<={CHINESE})\n(?={CHINESE})")
BEGUN_BY_MARKS = re.compile(r"(\n +)([，。、；：）]+)")  # a line that should not begin so
EMPTY = re.compile(r"\n +(?=\n|$)")
WIDE = {"W", "F"}  # East Asian widths (Unicode, annex 11) of two columns


class HelpPage(click.HelpFormatter):
    """Click's page, which counts characters; here a wide one counts as two while it is made."""

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        super().write_text(filled(text))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write options or verbs with what they are for."""
        super().write_dl(
            [(filled(name), filled(text)) for name, text in rows], col_max, col_spacing
        )

    def getvalue(self) -> str:
        """Return the page; a mark that would begin a line ends the one before."""
        page = BEGUN_BY_MARKS.sub(r"\2\1", super().getvalue().replace(FILLER, ""))
        return EMPTY.sub("", page)


def filled(text: str) -> str:
    """Put a filler behind every wide character; a line that ends between two goes on without one.

    Click would join the lines of a paragraph by spaces.
    """
    if text.isascii():
        return text
    joined = BREAK.sub("", text)
    return "".join(
        character + FILLER * (unicodedata.east_asian_width(character) in WIDE)
        for character in joined
    )
