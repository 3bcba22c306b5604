"""Sentences for users, in their language: English where they are raised, others from a catalogue.

Messages of errors, help and what the terminal shows go through ``tr``; reports have phrase files of
their own (``wording``). ``make docs`` collects the messages in ``locale/acceptance.pot``.
"""

from __future__ import annotations

import functools
import gettext

from acceptance import data

DOMAIN = "acceptance"


@functools.cache
def _catalogue() -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, data.folder("locale"), fallback=True)


def tr(message: str, /, **parameters: object) -> str:
    """Return a message in the user's language (LANGUAGE, LC_ALL, LC_MESSAGES, LANG).

    ``{name}`` in it stands for the parameter of that name, formatted as by ``str.format``; a
    message without parameters stays as it is, braces and all.
    """
    translated = _catalogue().gettext(message)
    return translated.format(**parameters) if parameters else translated


def tr_count(singular: str, plural: str, count: int, /, **parameters: object) -> str:
    """Return the message for one thing or for many; ``{count}`` in it is how many."""
    translated = _catalogue().ngettext(singular, plural, count)
    return translated.format(count=count, **parameters)
