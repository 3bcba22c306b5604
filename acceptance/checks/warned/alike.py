"""When two names, numbers or addresses are one that is written otherwise, and when one is none."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import unicodedata

from acceptance.messages import LOOKALIKES

# What stands where a name or a reason should.
NOTHING = frozenset({
    *("", "无", "略", "没有", "不详", "不明", "未知", "待定", "待补", "待补充", "同上", "见上"),
    *("无原因", "没有原因", "无理由", "测试", "系统", "自动"),
    *("重拍", "补拍", "重测", "补测", "再拍", "重新拍摄"),
    *("na", "nil", "no", "none", "unknown", "null", "nan", "tbd", "todo", "ditto", "idem", "ok"),
    *("test", "system", "auto", "automatic", "retake", "retaken", "again"),
})  # fmt: skip
BRACKETS = re.compile(r"[(\[<【〈][^)\]>】〉]*[)\]>】〉]")
TITLES = re.compile(
    r"(?<=\w\w)\s*(?:(?:正高级?|副?高级?|助理)?工程师|副?教授|副?研究员|博士|硕士|副?主任|副?经理|先生|女士|同志)$"
)
DIGITS_ALIKE = str.maketrans("oil", "011")  # letters that labels hardly tell from digits
USUAL_PORTS = (":80", ":443", ":554")


def letters(text: str) -> str:
    """Return a text without width, case and letters of other scripts that look like Latin ones."""
    return unicodedata.normalize("NFKC", text).translate(LOOKALIKES).strip().casefold()


def plain(name: str) -> str:
    """Return a name without what only makes it look different: width, case, script, blanks."""
    return "".join(letter for letter in letters(name) if letter.isalnum())


def person(name: str) -> str:
    """Return a name as ``plain`` does, without titles behind it and what stands in brackets."""
    bare = BRACKETS.sub("", unicodedata.normalize("NFKC", name)).strip()
    return plain(TITLES.sub("", bare)) or plain(name)


def number(text: str) -> str:
    """Return a serial number as ``plain`` does, with letters that look like digits as these."""
    return plain(text).translate(DIGITS_ALIKE)


def says_something(text: str) -> bool:
    """Whether a name or reason is one: no blank, dash, word for nothing, or one sign repeated."""
    word = plain(text)
    repeated = len(set(word)) == 1 and (len(word) > 1 or word.isdigit() or word == "x")
    return word not in NOTHING and not repeated


def host(address: str) -> str:
    """Return an address without what only writes it otherwise: scheme, usual port, zeros."""
    whole = letters(address)
    place, slash, path = (whole.partition("://")[2] or whole).rstrip("/").partition("/")
    name = place.rpartition("@")[2]
    for port in USUAL_PORTS if name.count(":") == 1 or "]" in name else ():  # no part of IPv6
        name = name.removesuffix(port)
    parts = (part.lstrip("0") or "0" if part.isdecimal() else part for part in name.split("."))
    return _numeric(".".join(parts).rstrip(".")) + slash + path


def _numeric(name: str) -> str:
    """Return the one form of an address in numbers; a name stays."""
    bare = name.removeprefix("[").removesuffix("]")
    with contextlib.suppress(ValueError):
        value = int(bare, 0) if re.fullmatch(r"0x[0-9a-f]{1,8}|[1-9]\d{7,9}", bare) else bare
        found = ipaddress.ip_address(value)
        return str(getattr(found, "ipv4_mapped", None) or found)
    return name
