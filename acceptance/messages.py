"""Sentences for users, in their language: English where they are raised, others from a catalogue.

Messages of errors, help and what the terminal shows go through ``tr``; reports have phrase files of
their own (``wording``). ``make docs`` collects the messages in ``locale/acceptance.pot``.
"""

from __future__ import annotations

import functools
import gettext
import itertools
from typing import TYPE_CHECKING

from acceptance import data

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DOMAIN = "acceptance"
MOST_NAMES = 20  # in a sentence


@functools.cache
def _catalogue() -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, data.folder("locale"), fallback=True)


def tr(message: str, /, **parameters: object) -> str:
    """Return a message in the user's language (LANGUAGE, LC_ALL, LC_MESSAGES, LANG).

    ``{name}`` in it stands for the parameter of that name, formatted as by ``str.format``; a
    message without parameters stays as it is, braces and all.
    """
    translated = _catalogue().gettext(message)
    return _filled(translated, message, parameters) if parameters else translated


def tr_count(singular: str, plural: str, count: int, /, **parameters: object) -> str:
    """Return the message for one thing or for many; ``{count}`` in it is how many."""
    translated = _catalogue().ngettext(singular, plural, count)
    english = singular if count == 1 else plural
    return _filled(translated, english, {"count": count, **parameters})


def shortened(names: Iterable[str]) -> str:
    """Put names into a sentence, ``MOST_NAMES`` at most and ``…`` for the others."""
    first = list(itertools.islice(names, MOST_NAMES + 1))
    return ", ".join([*first[:MOST_NAMES], *("…" for _ in first[MOST_NAMES:])])


def _filled(translated: str, english: str, parameters: Mapping[str, object]) -> str:
    """Fill in the parameters; a translation with a slip in its braces gives way to English."""
    try:
        return translated.format(**parameters)
    except (KeyError, IndexError, ValueError):
        return english.format(**parameters)
