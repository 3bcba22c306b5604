"""Words that a reader would take for a verdict, where somebody else than the report says them."""

from __future__ import annotations

import re
import unicodedata

from acceptance.messages import LOOKALIKES

BETWEEN_CHINESE = re.compile(r"(?<=[\u3400-\u9fff])[\s·・._*/|~-]+(?=[\u3400-\u9fff])")
# Words of verdicts. Allowed are what names of institutes and closing words may hold: 合格评定 and
# conformity assessment, 符合性, 检定合格 of instruments, and 通过 as "by way of".
WORK = "验收|驗收|检测|檢測|检验|檢驗|测试|測試"
VERDICTS = re.compile(
    rf"(?<!检定)(?<!校准)(?<!檢定)合格(?!评定|評定)|符合(?!性)|[达達][标標]|[满滿]足|[✓✔☑✗✘☒]|(?:准予|同意)(?:{WORK}|通[过過])"
    rf"|(?:{WORK}|已|未)通[过過]|通[过過](?:了|{WORK})"
    r"|(?<![a-z])(?:p[\W_]*a[\W_]*s[\W_]*s|f[\W_]*a[\W_]*i[\W_]*l)(?:e[sd]|s|ing)?(?![a-z])"
    r"|\b(?:non-?)?conform(?:s|ing|ed|ities)?\b|\b(?:non-?)?conformity\b(?! assessment)"
    r"|\bcompl(?:y|ies|iant)\b|\bsatisf(?:y|ies|ied|actory)\b"
    r"|\b(?:meets?|met|fulfil\w*)\b[^.]{0,40}\brequire|\brequire\w*\b[^.]{0,40}\b(?:met|fulfil\w*)\b"
    r"|\b(?:is|are|was|were|be|been) (?:hereby )?(?:accepted|approved)\b",
    re.IGNORECASE,
)


def as_read(text: str) -> str:
    """Return a text as it looks: in half width, without what is not seen, in Latin letters."""
    plain = unicodedata.normalize("NFKC", text).translate(LOOKALIKES)
    seen = "".join(letter for letter in plain if unicodedata.category(letter) not in {"Cf", "Mn"})
    return BETWEEN_CHINESE.sub("", " ".join(seen.split()))
