"""Words that a reader would take for a verdict, where somebody else than the report says them.

Templates of an institute may hold none of them (``VERDICTS``). Names of projects, places and
devices hold them rightly, 合格品仓库 or Khyber Pass: only one that states a verdict is told
(``states_a_verdict``).
"""

from __future__ import annotations

import re
import unicodedata

from acceptance.messages import LOOKALIKES

BETWEEN_CHINESE = re.compile(r"(?<=[\u3400-\u9fff])[\s·・._*/|~-]+(?=[\u3400-\u9fff])")
OTHER_HAN = str.maketrans("袼挌佮", "格格合")  # hardly told apart in print
TICKS = r"[✓✔☑✅✗✘☒❌❎🆗👍👎]"
# a root sign as a tick: at the end, before Chinese, or in front of an English name; not
# U = 2s/√n, nV/√Hz, k√次数
ROOT = (
    r"√(?= *(?:$|[)\]}>】〉]))|(?<!\b[\dA-Za-z])(?<![/=×*+])(?<![/=×*+] )√(?! *[\da-zA-Z(])"
    r"|^\W*√ *[A-Za-z]{3}"
)
OF_INSTRUMENTS = "(?<!检定)(?<!校准)(?<!檢定)(?<!计量)(?<!計量)"
# Words of verdicts. Allowed are what names of institutes and closing words may hold: 合格评定 and
# conformity assessment, 符合性, 检定合格 of instruments, and 通过 as "by way of".
WORK = "验收|驗收|检测|檢測|检验|檢驗|测试|測試"
VERDICTS = re.compile(
    rf"{OF_INSTRUMENTS}合格(?!评定|評定)|符合(?!性)|[达達][标標]|[满滿]足|{TICKS}"
    rf"|(?:准予|同意)(?:{WORK}|通[过過])"
    rf"|(?:{WORK}|已|未)通[过過]|通[过過](?:了|{WORK})"
    r"|(?<![a-z])(?:p[\W_]*a[\W_]*s[\W_]*s|f[\W_]*a[\W_]*i[\W_]*l)(?:e[sd]|s|ing)?(?![a-z])"
    r"|\b(?:non-?)?conform(?:s|ing|ed|ities)?\b|\b(?:non-?)?conformity\b(?! assessment)"
    r"|\bcompl(?:y|ies|iant)\b|\bsatisf(?:y|ies|ied|actory)\b"
    r"|\b(?:meets?|met|fulfil\w*)\b[^.]{0,40}\brequire|\brequire\w*\b[^.]{0,40}\b(?:met|fulfil\w*)\b"
    r"|\b(?:is|are|was|were|be|been) (?:hereby )?(?:accepted|approved)\b",
    re.IGNORECASE,
)

CONCLUDED = "结论|結論|判定|判为|判為|评为|評為"
SAID_BEFORE = rf"{CONCLUDED}|全部|全都|均|皆"
ITEMS = "各项|各項|指标|指標"
SAID_OF = rf"{SAID_BEFORE}|{ITEMS}|已|未|{WORK}"
FIT = "[不未]?合格"
REACHED = "(?:未|不|已)?[达達][标標]"
DONE = "[不未]?(?:符合|[满滿]足)|[未不已]?通[过過]"
ANY = f"(?:{FIT}|{REACHED}|{DONE})"
# a word, and no bracket that goes on with the name; 合格(验收) says what was done
ENDED = rf"(?=$|[^\w(\[{{<【〈《「『]|[(\[{{<【〈] *已?(?:{WORK}) *[)\]}}>】〉]\W*$)"
# 通过 3号门, 符合 GB 50348: with an object behind it, the word is a verb
NO_VERB = rf"{ENDED}(?! +[\w《〈「『“\"])"
# a state among those that goods are kept by: 成品(合格)库, 待检、合格、不合格品暂存区
NO_SHELF = (
    r"(?!(?:[、,] *(?:不?合格|待\w{1,2}|已检|返[工修]|报废|退货|[次废]品)品?)*"
    r"[)\]}>】〉]? *(?:暂存|存放|堆放|储存)?[品区區库庫仓倉])"
)
RULES = "要求|标准|標準|规定|規定|规范|規範"
GOOD = "(?i:ok)|优良?|優良?|良好?|好|[无無](?:异常|異常|问题|問題)"
ALL = (
    "全部|所有|各项|各項|设计|設計|合同|验收|驗收|国家|國家|国标|國標|规范|規範|技术|技術"
    "|招标(?:文件)?|招標(?:文件)?|相关|相關|预期|預期|标准|標準"
)
NAMED = "品|区|區|证|證|率|路|村|库|庫|检|檢|章|评|評|供|产|產|车|車|者|线|線"
ENGLISH = "(?:pass|fail)(?:ed|es|s)?|compliant|complies|conforms|satisfactory|accepted|approved"
PASSED = "(?:pass|ok|fail)(?:ed)?"
TESTED = (
    "all|both|each|every|it|has|have|tests?|devices|systems?|items|inspection|acceptance"
    "|cam(?:era)?s?[ -]?[0-9]*|gates?|lobby|[nd]vr|image|picture|quality|vision"
)
# KHYBER PASS, BOARDING PASS
NO_NAME = r"(?:(?<![A-Za-zÀ-ɏ]{2} )|(?<=\b(?i:ALL) )|(?<=\b(?i:RESULT) ))"
NO_MORE = r"(?! *(?:[A-Za-z0-9_&'-]|\. *[A-Za-z]))"
IN_ENGLISH = (
    # alone, in brackets or behind a colon
    rf"(?i:^\W*(?:{ENGLISH})\W*$|(?:[(\[{{<【=]|(?<!report):) *(?:{ENGLISH})(?= *(?:$|[^\w\s])))",
    # in capitals, unless a name goes on or ends so: PASS-A, P.A.S.S. Systems, KHYBER PASS
    rf"(?<![A-Za-z-]){NO_NAME}P[ ._*-]*A[ ._*-]*S[ ._*-]*S{NO_MORE}",
    rf"(?<![A-Za-z-])P[ ._*-]*A[ ._*-]*S[ ._*-]*SED{NO_MORE}",
    rf"(?<![A-Za-z-])F[ ._*-]*A[ ._*-]*I[ ._*-]*L(?:ED)?{NO_MORE}",
)
STATED = tuple(map(re.compile, (
    # alone: the whole text, in brackets or behind a colon
    rf"(?:^|[^\w\s] *)(?:{FIT}了?{NO_SHELF}{ENDED}|{REACHED}了?{ENDED}|(?:{DONE})了?{NO_VERB})",
    # 李合格 is a person, 均合格 is none
    rf"{OF_INSTRUMENTS}(?<!^[^不未均皆全都已判])合格了?{NO_SHELF}{ENDED}",
    # of what was looked at: 结论为合格, 各项指标均符合
    rf"(?:{CONCLUDED}|{ITEMS}|验收|驗收)(?:[为為是:已均]|全部)? *{ANY}了?{ENDED}",
    rf"(?:{SAID_BEFORE})[为為是:]?(?:{WORK})?合格(?!{NAMED})",
    rf"(?:{SAID_OF})(?:已|均|全部)?(?:[达達][标標]了?{ENDED}|(?:符合|[满滿]足)了?{NO_VERB})",
    "(?:验收|驗收)合格(?=工程|项目|項目|系统|系統)",
    rf"(?:符合|[满滿]足|合乎)[\w /.《》-]{{0,24}}(?:{RULES}){ENDED}",
    # not 达到 IP66 要求, 应达到国家标准
    (
        rf"(?<![可能应應需须須要])[达達]到了? *(?:(?:{ALL}){{0,3}}|(?:GB|DB|GA)[\w /.-]{{0,20}})"
        rf"(?:{RULES}){ENDED}"
    ),
    rf"(?:准予|同意)(?:(?:{WORK})(?!通[过過]\w)|通[过過]{NO_VERB})",
    rf"(?:{WORK}|{SAID_BEFORE}|已|未)通[过過]了?(?:(?:{WORK}){ENDED}|{NO_VERB})",
    rf"通[过過]了?(?:验收|驗收){ENDED}",
    TICKS,
    ROOT,
    # counted: 合格率 100%, 0 项不符合
    (
        rf"(?:{FIT}|通[过過]|[达達][标標])率(?:[为為是:]|[达達]到?)? *\d[\d. %]*+"
        rf"(?:以上)?(?:{ENDED}|[(] *[共全\d])"
    ),
    rf"(?:[无無零]|[没沒]有|0 *[项項个個处處]?) *(?:不合格|不符合)[项項]?{ENDED}",
    r"(?:不合格|不符合)[项項]?[数數]?[为為是:]? *0(?!\d)",
    # let through: 可以验收, 验讫
    rf"(?:可以?|予以|准[许許])(?:验收|驗收|交付|投入使用|放行){ENDED}|[验驗检檢][讫訖]{ENDED}",
    rf"(?:{CONCLUDED})[为為是:]? *(?:{GOOD}){ENDED}",
    rf"^\W*{FIT} *[(](?:全部|本次|[各所]|均|\d)",
    # English words in a sentence
    rf"(?i: [-–—|/] (?:{ENGLISH})\W*$)",
    rf"(?i:\b(?:overall|verdict|result|conclusion|outcome)s? *[:=-]? *{PASSED}{NO_MORE})",
    rf"(?i:\bstatus *[:=-]? *pass(?:ed)?{NO_MORE})",
    r"(?i:\b(?:no|zero|0) (?:failures?|failed items?|non-?conformit(?:y|ies))\W*$)",
    r"(?i:\b(?:no|0) defects\W*$)",
    # not vehicle-passed, tripwire passed
    rf"(?i:\b(?:{TESTED})\b[\w ]{{0,24}}(?<= )(?:passed|failed)\W*$)",
    r"(?i:^\W*\d+(?: *(?:/|of) *\d+)? (?:passed|failed)\W*$)",
    r"(?i:\b(?:complies with|conforms to)\b)",
    r"(?i:\b(?:meets?|fulfils?) (?:(?:all|the) )*require)",
    r"(?i:\brequirements (?:(?:are|were|all) )*(?:met|fulfil))",
    r"(?i:\b(?:is|are|was|were) (?:hereby )?(?:accepted|approved)\b)",
    *IN_ENGLISH,
)))  # fmt: skip


# Beside what a rule asks: 信噪比（合格）; not 全部合格 or 检验合格, which rules ask for, nor
# 报告结论：合格 and 状态（未通过）应告警.
OPENED = r"[(\[{<【〈]"
CLOSED = r"[)\]}>】〉]"
OF_NO_REPORT = "(?<!报告结论)(?<!报告)"
LAST = rf"了? *{CLOSED}?\W*$"
GRANTED = "已?(?:合格|[达達][标標]|符合|[满滿]足)"
LABELLED = tuple(map(re.compile, (
    rf"(?:{OPENED}|{OF_NO_REPORT}:) *(?:{SAID_OF})?[为為是:]? *{ANY}{LAST}",
    # in the midst of it; not 4 级（合格）及以上
    (
        rf"{OF_NO_REPORT}(?:{OPENED}|:) *(?:{SAID_OF})?[为為是:]? *{GRANTED}了? *"
        rf"(?:{CLOSED}(?! *(?:及|或|以上|、))|;)"
    ),
    rf"^\W*(?:{ANY}{CLOSED}|已?(?:合格|[达達][标標]):)",
    TICKS,
    ROOT,
    *IN_ENGLISH,
)))  # fmt: skip
# what something is made to, or asks for: 符合 JJG 245 要求, 应符合设计要求, 4 分为合格
TO_A_STANDARD = re.compile(
    r"(?:符合|[满滿]足|合乎|[达達]到)[^,;。]{0,12}?"
    rf"(?<![A-Za-z])[A-Z]{{2,}}[\w /.《》-]{{0,24}}?(?:{RULES})"
    r"|[应應须須需][^,;。]*|\d *分[为為]合格"
    r"|(?i:\b(?:complies with|conforms to|meets?|fulfils?)\b[^,;.]*)"
)
# Grades, which a rule may name: 合格:≥4分, 级别：合格;不合格, 4分（合格）时
GRADES = re.compile(
    "(?<!不)合格.*不合格|不合格.*(?<!不)合格|合格.*(?:良好|[优優]秀)|(?:良好|[优優]秀).*合格"
    r"|(?:合格|[达達][标標]): *[≥≤><]*\d|分[(\[{]合格[)\]}]"
)
# When a verdict would be reached: 全部合格方为合格, 每项达标才算合格, 三次均合格则判合格
AS = "(?:判定?|视|視|评|評|认定?)?[为為]"
JUDGED = f"(?:判定?|算|{AS})"
ONLY_THEN = "(?:(?<![施工建设监理各多甲乙双])方|才)"
LET_THROUGH = rf"(?:{WORK}|通[过過]|交付|放行|投入使用|交工|移交)(?:{WORK}|通[过過])?"
RULE = re.compile(
    rf"(?:(?:{ONLY_THEN}|[则則])可?{JUDGED}|即可?{AS})(?:合格|[达達][标標]|通[过過])$"
)
# The whole of it, with a bound in place of a figure, or begun by "if": 合格率≥90%为合格
BOUND = "(?:[≥>]|不[低少小]于)"
SHARE, PERCENT = "(?:合格|通[过過])率 *", r"\d[\d.]*%(?:以上)?"
RULE_ALONE = re.compile(
    rf"[^,;。:]*(?:合格|[达達][标標]|符合|[满滿]足|通[过過]|以上)[后後时時]?,?"
    rf"{ONLY_THEN}[可能](?:{LET_THROUGH})"
    rf"|{SHARE}{BOUND} *{PERCENT}[时時]?(?:{JUDGED}合格|{LET_THROUGH})"
    rf"|{SHARE}(?:{BOUND}|[达達]到) *{PERCENT},?{ONLY_THEN}[可能]{LET_THROUGH}"
    rf"|(?:不低于\d分|\d分及?以上){JUDGED}合格"
    r"|(?:若|如果?|凡)(?:有|出现|存在|全|各|均|每|任|[不未])[^,;。]*"
    rf",?[则則](?:{JUDGED}[不未]?合格|{LET_THROUGH})"
    r"|(?:有|任[一意何]|[1一][个項项])[^,;。]{0,6}不合格,?[即则則]判定?[为為]?不合格"
    r"|(?i:(?:accepted|approved|pass(?:ed|es)?|conforms?|compliant) (?:only )?"
    r"if (?:all|both|each|every|no|at least)\b[\w ,]*)"
)
# What was found, and no rule: 本次, 实测 ...
FOUND = re.compile(r"本[次工项批系]|[实實][测測得]|[该該此]|结[论論果]|现[已场]|[已均]经")
# In front of a place, the last of its words: 合格 东门, 合格-大厅摄像头, 合格 仓库北门; not of
# goods: 合格 仓库, 合格-不合格分拣室, 合格 入库口, 合格 车门
PLACE = (
    "(?<![车車阀閥])[门門]|[楼樓厅廳场場层層院]|(?<![库庫仓倉])房|(?<![检檢验驗])室"
    "|(?:监控|監控|指挥|指揮|控制|数据|數據|消防)中心|周界|[围圍][墙牆]|走廊|电梯|電梯"
    "|(?:出入|[路门門梯])口|[东東西南北园園厂廠校][区區]|[东東西南北内內外][侧側]"
    "|[一二三四五六七八九十][号號]|(?:摄像|攝像)[机機头頭]|[球枪槍][机機]|半球"
)
GOODS = "分[拣揀流选選]|[存堆]放?|待[检檢发發]|返[工修]|[次废廢成]品|报废|報廢|物料|评定|評定"
IN_FRONT = re.compile(
    rf"^\W*{FIT}[\s·・._*/|~-]+(?!.*(?:{GOODS}))[\u3400-\u9fff]{{0,10}}(?:{PLACE})(?![\u3400-\u9fff])"
)


def states_a_verdict(name: str) -> bool:
    """Whether a name says a verdict, and is not one that only holds such a word."""
    said = as_read(name)
    return bool(IN_FRONT.search(_seen(name))) or any(stated.search(said) for stated in STATED)


def is_a_rule(text: str) -> bool:
    """Whether a text says when something would conform, and not that it does."""
    said = as_read(text)
    rule = RULE.search(said) or RULE_ALONE.fullmatch(said.rstrip(" .。"))
    return bool(rule) and not FOUND.search(said)


def labels_a_verdict(rule: str) -> bool:
    """Whether a verdict stands beside what a clause or requirement asks."""
    said = as_read(rule)
    return not GRADES.search(said) and any(label.search(said) for label in LABELLED)


def vouches(source: str) -> bool:
    """Whether the range of an instrument, a source or a copy says a verdict, or bears one.

    Which standard it was made to is none: 符合 JJG 245 要求.
    """
    said = TO_A_STANDARD.sub(" ", as_read(source))
    return labels_a_verdict(source) or states_a_verdict(said)


def as_read(text: str) -> str:
    """Return a text as it looks: in half width, without what is not seen, in Latin letters."""
    return BETWEEN_CHINESE.sub("", _seen(text))


def _seen(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text).translate(LOOKALIKES)
    seen = "".join(letter for letter in apart if unicodedata.category(letter) not in {"Cf", "Mn"})
    return " ".join(unicodedata.normalize("NFKC", seen).translate(OTHER_HAN).split())
