"""When two names, numbers or addresses are one that is written otherwise, and when one is none."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import unicodedata

from acceptance.checks.warned import empty_words
from acceptance.messages import LOOKALIKES

# What stands where a name, a reason or a number should.
UNKNOWN = frozenset({
    *("", "略", "不详", "不明", "未知", "待定", "待补", "待补充"),
    *("na", "unknown", "null", "nan", "tbd", "todo"),
})  # fmt: skip
NOTHING = UNKNOWN | {
    *("无", "没有", "同上", "见上"), *("nil", "no", "none", "ditto", "idem", "ok"),
}  # fmt: skip
NOBODY = frozenset({
    *("测试", "系统", "自动", "管理员", "用户", "我", "我们", "本人"),
    *("本公司", "公司", "单位", "全体", "大家", "匿名", "佚名", "签字", "批准"),
    *("test", "system", "auto", "automatic", "admin", "root", "user", "nobody", "someone"),
    *("somebody", "anonymous", "self", "staff", "qa", "qc"),
})  # fmt: skip
NO_REASON = frozenset({
    *("无原因", "没有原因", "无理由", "测试", "系统", "自动", "按要求", "失败"),
    *("test", "system", "auto", "automatic"),
})  # fmt: skip
NAMES_TOO = frozenset({"Na", "Nan", "No", "Ok"})  # of people, where they are written so
INITIALS = re.compile(r"([A-MO-WYZ])\.? ?\1\.?")  # NN and XX stand for nobody
TITLE = (
    "(?:正高级?|副?高级?|助理)?工程师|副?教授|副?研究员|博士|硕士|副?主任|副?经理|先生|女士|同志"
)
TITLES = re.compile(rf"(?<=\w\w)\s*(?:{TITLE})$")
ENGINEER = re.compile(r"(?<=^\w)\s*(?:正高级?|副?高级?|助理)?工程师$")  # 王工程师 is 王工
# What may stand in brackets behind one and the same name. A place, a branch, a number or a party
# (重庆分公司, 甲, 2, 业主) tells two of one name apart.
BESIDE = re.compile(
    rf"[(\[<【〈]\s*(?:{TITLE}|盖章|签字|签章|签名|公章|QA|QC|Ph\.?D\.?|seal(?:ed)?|signed"
    r"|(?:检测|检验|质检|质量|技术|测试|工程)(?:部门?|科|室|组|员|中心)?)\s*[)\]>】〉]",
    re.IGNORECASE,
)
DASHES = str.maketrans("_.", "--")  # in ids, which have no others
AMONG_DIGITS = re.compile(r"(?<![a-z])[oil]+(?=[0-9])|(?<=[0-9])[oil]+(?![a-z])")
DIGITS_ALIKE = str.maketrans("oil", "011")  # letters that labels hardly tell from digits
MAC = re.compile(r"[0-9a-f]{2}(?:[:-]?[0-9a-f]{2}){5}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}")
USUAL_PORTS = (":80", ":443", ":554")


def letters(text: str) -> str:
    """Return a text without width, case and letters of other scripts that look like Latin ones."""
    return unicodedata.normalize("NFKC", text).translate(LOOKALIKES).strip().casefold()


def plain(name: str) -> str:
    """Return a name without what only makes it look different: width, case, script, blanks."""
    return "".join(letter for letter in letters(name) if letter.isalnum())


def person(name: str) -> str:
    """Return a name as ``plain`` does, without titles, departments and seals behind it."""
    bare = BESIDE.sub("", unicodedata.normalize("NFKC", name)).strip()
    return plain(TITLES.sub("", ENGINEER.sub("工", bare))) or plain(name)


def number(text: str) -> str:
    """Return a serial number as ``plain`` does, with letters that look like digits as these."""
    return plain(text).translate(DIGITS_ALIKE)


def identity(name: str) -> str:
    """Return an id as ``letters`` does, its dashes alike, and as digits what looks so among them.

    1O and 10 are one; a letter that stands alone is none of these: l is left, O a row of a grid.
    """
    dashed = letters(name).translate(DASHES)
    return AMONG_DIGITS.sub(lambda found: found[0].translate(DIGITS_ALIKE), dashed)


def is_reason(text: str) -> bool:
    """Whether a reason is one: no dash, word for nothing, repeated sign, or a bad result alone."""
    word = plain(text)
    if word in NOTHING | NO_REASON or _repeats(word) or empty_words.ELSEWHERE.fullmatch(word):
        return False
    return not empty_words.states_no_cause(letters(text))


def is_name(text: str) -> bool:
    """Whether a name is somebody's; 丽丽, Na and JJ are, N/A, 系统, 111 and 评委 1 are not."""
    word = plain(text)
    if text.strip() in NAMES_TOO or INITIALS.fullmatch(text.strip()):
        return True
    if word in NOTHING | NOBODY or empty_words.ELSEWHERE.fullmatch(word):
        return False
    return not empty_words.names_a_role(letters(text)) and not (word.isascii() and _repeats(word))


def is_serial(text: str) -> bool:
    """Whether a serial number, or that of a copy, is one: 7 and 2222 are, 0000 and 无 are not."""
    word = plain(text)
    return word not in NOTHING and not set(word) <= {"0"} and not set(word) <= {"x"}


def _repeats(word: str) -> bool:
    return len(set(word)) == 1 and (len(word) > 1 or word.isdigit() or word == "x")


def host(address: str) -> str:
    """Return an address without what only writes it otherwise: scheme, usual port, zeros, signs."""
    whole = letters(address)
    if MAC.fullmatch(whole):
        return plain(whole)
    place, slash, path = (whole.partition("://")[2] or whole).rstrip("/").partition("/")
    name = place.rpartition("@")[2]
    port = ""
    if name.count(":") == 1 or "]:" in name:  # no part of IPv6
        name, colon, number_of_it = name.rpartition(":")
        port = colon + (number_of_it.lstrip("0") or number_of_it)
    parts = (part.lstrip("0") or "0" if part.isdecimal() else part for part in name.split("."))
    said = "" if port in USUAL_PORTS else port
    return _numeric(".".join(parts).rstrip(".")) + said + slash + path


def stream(source: str) -> str:
    """Return the address of a stream as ``host`` does, its path as it is; empty: it has no path."""
    scheme, mark, rest = unicodedata.normalize("NFKC", source).strip().rpartition("://")
    place, _, path = rest.partition("/")
    return f"{host(f'{scheme}{mark}{place}')}/{path}" if place and path.strip("/") else ""


def _numeric(name: str) -> str:
    """Return the one form of an address in numbers; a name stays, and 20230001 is one."""
    bare = name.removeprefix("[").removesuffix("]")
    with contextlib.suppress(ValueError):
        value = int(bare, 0) if re.fullmatch(r"0x[0-9a-f]{1,8}|[1-9]\d{8,9}", bare) else bare
        found = ipaddress.ip_address(value)
        return str(getattr(found, "ipv4_mapped", None) or found)
    return name
