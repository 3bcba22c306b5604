"""Sentences for users, in their language: English where they are raised, Chinese from a catalogue.

Messages of errors, help and what the terminal shows go through ``tr``; reports have phrase files of
their own (``wording``). ``make docs`` collects the messages in ``locale/acceptance.pot``, and makes
the ``.mo`` file that a program reads from the Chinese of ``locale/zh/LC_MESSAGES/acceptance.po``.
"""

from __future__ import annotations

import errno
import functools
import gettext
import itertools
import os
import re
import sys
from typing import TYPE_CHECKING

from acceptance import data

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DOMAIN = "acceptance"
LANGUAGES = ("zh", "en")
CHOICE = "ACCEPTANCE_LANG"  # the variable, also for processes that are started from here
BREAKS = r"\t\n\r"
# What is not seen, or changes the order of what is seen: Unicode's control and format characters,
# separators of lines, halves of a pair, fillers, and what is no character (decision 96).
UNSEEN = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    r"\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164"
    r"\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
# A joiner makes one picture of two (a family, a profession), a variation selector follows the
# character whose shape it chooses: an ideograph, a symbol, a digit; elsewhere neither is seen.
PICTURE = r"\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
JOINER, SELECTORS = r"\u200d", r"\ufe00-\ufe0f\U000e0100-\U000e01ef"
STRAY = (
    rf"(?<![{PICTURE}\ufe0f]){JOINER}|{JOINER}(?![{PICTURE}])"
    rf"|(?<![^\x00-\x22\x24-\x29\x2b-\x2f\x3a-\xa8])[{SELECTORS}]"
)
HIDDEN = re.compile(f"[{UNSEEN}]|{STRAY}")
HIDDEN_IN_A_LINE = re.compile(f"[{UNSEEN}{BREAKS}]|{STRAY}")
SUSPECT = re.compile(f"[{UNSEEN}{JOINER}{SELECTORS}]")  # whatever stands beside it
# What a build service obeys in a log: Azure and TeamCity, and GitHub where a line begins.
ORDER = re.compile(
    r"((?:^|(?<=\r))[^\S\r\n]*(?=::.*::)|(?=##(?:vso|teamcity)?\[))([:#])",
    re.MULTILINE | re.IGNORECASE,
)
LONG = 1000  # characters; most of a page are the same few hundred, which are looked at once
MOST_NAMES = 20  # in a sentence


def language() -> str:
    """Return the language that messages are said in: "zh" or "en".

    ``ACCEPTANCE_LANG`` decides, else the locale (LC_ALL, LC_MESSAGES, LANG) with its order of
    languages (LANGUAGE); on Windows, where none is set, the language of the system's own windows.
    All but Chinese gives English.
    """
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return _chosen(os.environ.get(CHOICE, ""), os.environ.get("LANGUAGE", ""), locale)


@functools.lru_cache
def _chosen(choice: str, listed: str, locale: str) -> str:
    plain = re.match(r"(C|POSIX)\b", locale)
    names = choice or f"{'' if plain else listed}:{locale or _language_of_windows()}"
    known = (name[:2].lower() for name in names.split(":"))
    return next((lang for lang in known if lang in LANGUAGES), "en")


def speak(chosen: str = "") -> None:
    """Say messages, click's own among them, in a language; without one, in the user's."""
    if chosen:
        os.environ[CHOICE] = chosen
    os.environ["LANGUAGE"] = language()  # where gettext looks for click
    gettext.bindtextdomain(DOMAIN, str(data.folder("locale")))
    gettext.textdomain(DOMAIN)


def _language_of_windows() -> str:
    if sys.platform != "win32":
        return ""
    import ctypes  # noqa: PLC0415 -- Windows only
    import locale  # noqa: PLC0415

    return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")


@functools.cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, data.folder("locale"), [lang], fallback=True)


def tr(message: str, /, **parameters: object) -> str:
    """Return a message in the user's ``language``.

    ``{name}`` in it stands for the parameter of that name, formatted as by ``str.format``; a
    message without parameters stays as it is, braces and all.
    """
    translated = _catalogue(language()).gettext(message)
    return _filled(translated, message, parameters) if parameters else translated


def tr_count(singular: str, plural: str, count: int, /, **parameters: object) -> str:
    """Return the message for one thing or for many; ``{count}`` in it is how many."""
    translated = _catalogue(language()).ngettext(singular, plural, count)
    english = singular if count == 1 else plural
    return _filled(translated, english, {"count": count, **parameters})


def cause_of(error: OSError) -> str:
    """Return why the system refused, in the user's language where the reason is a usual one."""
    usual = {
        errno.ENOENT: tr("No such file or directory"),
        errno.EACCES: tr("Permission denied"),
        errno.EPERM: tr("Operation not permitted"),
        errno.EISDIR: tr("Is a directory"),
        errno.ENOTDIR: tr("Not a directory"),
        errno.EEXIST: tr("File exists"),
        errno.ENOSPC: tr("No space left on device"),
        errno.EROFS: tr("Read-only file system"),
        errno.EFBIG: tr("File too large"),
        errno.ENAMETOOLONG: tr("File name too long"),
        errno.EIO: tr("Input/output error"),
    }
    said = error.strerror or str(error)
    return usual[error.errno] if error.errno in usual and said == os.strerror(error.errno) else said


# Letters of other scripts (Cyrillic, Greek; Coptic, Armenian; Cherokee; Lisu), small capitals and
# letters in black boxes and discs that look like Latin ones.
LOOKALIKES = str.maketrans(
    "АВСЕНІЈКМОРЅТУҮХасԁеһіјоԛрѕуԝхΑΒΕΖΗΙΚΜΝΟΡΤΥΧονᴀᴄᴅᴇꜰɪʟᴍɴᴏᴘꜱᴛʏ"
    "ⲀⲂⲤⲈⲎⲒⲔⲘⲚⲞⲢⲦⲨⲬՏՕԼՍօոսհց"
    "ᎪᏴᏟᎠᎬᏀᎻᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᎩᏃ"
    "ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ",
    "ABCEHIJKMOPSTYYXacdehijoqpsywxABEZHIKMNOPTYXovacdefilmnopsty"
    "ABCEHIKMNOPTYXSOLUonuhg"
    "ABCDEGHJKLMPRSTVWYZ"
    "ABCDEFGHIJKLMNOPRSTUVWXYZ",
) | {begin + n: ord("A") + n for begin in (0x1F150, 0x1F170, 0x1F1E6) for n in range(26)}


def visible(text: str, *, lines: bool = False) -> str:
    r"""Show what cannot be seen, or would turn the text around, as escapes: ``\u202e``.

    The text stays in one line unless it is one of ``lines``, which keeps tabs and line ends. What a
    build service would obey in it begins with an escape, too.
    """
    if "::" in text or "##" in text:
        text = ORDER.sub(lambda match: f"{match[1]}\\x{ord(match[2]):02x}", text)
    if lines and len(text) > LONG and not SUSPECT.search("".join(set(text))):
        return text
    return (HIDDEN if lines else HIDDEN_IN_A_LINE).sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\{f'u{code:04x}' if code < 0x10000 else f'U{code:08x}'}"
    )


def listed(names: Iterable[str]) -> str:
    """Set names side by side as the user's language does: ``a, b``, in Chinese ``a、b``."""
    return tr(", ").join(names)


def in_turn(parts: Iterable[str]) -> str:
    """Set parts of a sentence one behind the other: ``a; b``, in Chinese ``a；b``."""
    return tr("; ").join(parts)


def shortened(names: Iterable[str]) -> str:
    """Put names into a sentence, ``MOST_NAMES`` at most and ``…`` for the others."""
    first = list(itertools.islice(names, MOST_NAMES + 1))
    return ", ".join([*first[:MOST_NAMES], *("…" for _ in first[MOST_NAMES:])])


def _filled(translated: str, english: str, parameters: Mapping[str, object]) -> str:
    """Fill in the parameters; a translation with a slip in its braces gives way to English."""
    try:
        filled = translated.format(**parameters)
    except (KeyError, IndexError, ValueError):
        filled = english.format(**parameters)
    return visible(filled)
