"""Words that name nobody and no reason: what somebody does, and that a result was not liked.

They are put together in more ways than a list of texts holds (检测员, 现场测试工程师 2; 信噪比偏低,
"first result too low"), so the parts are listed. Any other word makes a text say something: 王工,
照度偏低, "lamp failed".
"""

from __future__ import annotations

import re

WORK = (
    "检[测验]|测[试量]|[试实]验|质[检量]|安检|调试|施工|安装|操作|工作|现场|技术|值班|监测"
    "|评[分审价定]|观[看察测]|打分|记录|录入|[审校]核|主检|[高中初]级|资深|助理|首席|第三方|非?专业"
    "|全体|以上"
)
# Not who decides or bears witness for a party, as 验收组, 业主 and 监理: one office, one person.
PEOPLE = "人员|(?:监理)?工程师|监理员|评委|专家|观众|委员|志愿者|[受被]试者?|实习生|学生|员工|团队"
COUNTED = r"(?:第?(?:\d{1,3}|[一二三四五六七八九十])[号位名.、]?\s*)?"
BEHIND = r"[\s.:#_(-]*(?:\d{1,3}|[a-z一二三四五六七八九十甲乙丙丁戊])?[号)]?"
KIND = (
    "the|qa|qc|quality|tests?|testing|site|field|senior|junior|lead|chief|lab|laboratory|video|image"
    "|cctv|security|measuring|measurement|inspection|acceptance|technical|panel|first|second|third"
    r"|1st|2nd|3rd|\dth"
)
DOES = "operator|engineer|tester|technician|inspector|rater|viewer|observer|expert|assessor|team"
WITH_NUMBER = "judge|juror|member|participant|volunteer|subject|panell?ist|person|user|student"
ROLE = re.compile(
    rf"{COUNTED}(?:(?:{WORK})*(?:{PEOPLE})|(?:{WORK})+[员者人组部科室]?){BEHIND}|.?某某?(?:工程师|[工人])?"
    rf"|(?:(?:{KIND})[\s.-]+)*(?:"
    rf"(?:{DOES})s?(?:[\s.:#_(-]*(?:no\.? *)?\d{{1,3}}|[\s.:#_(-]+[a-z])?"
    rf"|(?:{WITH_NUMBER})s?(?:[\s.:#_(-]*(?:no\.? *)?\d{{1,3}}|[\s:#_(-]+[a-z]))\)?"
)
ELSEWHERE = re.compile(
    r"(?:详?见|如|同)(?:附[件表录图]?|[上下前后]|备注|说明|记录|报告|签[名字]|题)[述表文面]?"
    r"|(?:see|as|cf)(?:above|below|notes?|attach(?:ed|ment)|annex|appendix|report|signature)"
)

RESULT = (
    "结果|效果|画面|图[像象]|数值|指标|成绩|得分|评分|质量|读数|测[试量]?值|信噪比|清晰度|分辨[率力]|灰度"
    "|色差|限值|标准|要求|预期|规定|延[时迟][太过偏]?[高长大]|数据(?:[较很偏]?[差低]|不好)"
    "|(?:结果|数[据值]|指标)?异常"
)
JUDGED = (
    "不|未|没有?|太|过|偏|[较很]|有点?|差|低|好|佳|理想|满意|达(?:标准?|到)?|合格|符合|满足|通过|够|欠|于|一?点|些"
    "|[的了更最取选]"
)
AGAIN = (
    "重新?|再|又|次|第|[一二三两]|[0-9]+|补|复|拍摄?|测[试量]?|录|做|试|来|检[测验]?|验|[下遍回]"
)
OTHER = "其[他它]|原因|理由|情况|因素|技术|客观|特殊|需要|必要|由于|因为?"
SIMPLIFIED = str.maketrans(
    "測檢試驗師評號審觀員業專質術現場錄記", "测检试验师评号审观员业专质术现场录记"
)
# The longest word is taken, so that nothing is tried twice.
NO_CAUSE = re.compile(rf"(?:{RESULT}|{OTHER}|{AGAIN}|{JUDGED})++")
NO_CAUSE_WORD = re.compile(
    "the|a|an|this|that|it|its|was|were|is|are|be|been|not|no|did|didn|t|do|does|too|very|quite"
    "|so|rather|more|much|low|lower|high|poor|bad|good|enough|better|best|worse|result|results"
    "|value|values|figure|figures|reading|readings|number|score|snr|quality|outcome|measurement"
    "|test|picture|image|first|second|third|last|once|one|two|1st|2nd|3rd|2|try|attempt|time"
    "|again|retry|redo|redone|repeat|repeated|retake|retaken|re|reshot|shot|take|filmed|measured"
    "|limit|limits|spec|specification|tolerance|target|requirement|requirements|below|under"
    "|above|out|of|within|met|meet|missed|miss|pass|passed|passing|fail|failed|failing|failure"
    "|wanted|want|needed|need|to|get|had|have|unhappy|unsatisfactory|unsatisfied|satisfied"
    "|acceptable|unacceptable|with|reason|reasons|other|misc|various|some|because|due|as"
    "|requested|on|request"
)


def names_a_role(text: str) -> bool:
    """Whether what stands in place of a name, without width and case, says what somebody does."""
    return bool(ROLE.fullmatch(text.translate(SIMPLIFIED)))


def states_no_cause(text: str) -> bool:
    """Whether a reason, without width and case, says only that a result was not liked, or again."""
    words = [word for word in re.split(r"[\W_]+", text) if word]
    in_english = words != ["a"] and all(map(NO_CAUSE_WORD.fullmatch, words))
    return in_english or bool(NO_CAUSE.fullmatch("".join(words)))
