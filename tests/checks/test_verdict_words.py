"""Names that hold a word of a verdict, and names that state one."""

from __future__ import annotations

import pytest

from acceptance.checks.verdict_words import is_a_rule, labels_a_verdict, states_a_verdict, vouches

HONEST = (
    *("平安校园达标工程", "乡镇卫生院达标改造视频监控", "安全生产标准化达标", "标准化达标建设项目"),
    *("达标路", "达标小区", "达标（一期）工程", "北区 达标 改造", "创建达标示范校"),
    *("合格路派出所", "合格村委会摄像机", "全合格路", "合格供应商仓库工程", "合格（供应商）仓库"),
    *("合格品仓库", "不合格品区", "成品合格区球机", "产品合格检验室", "食品合格检测中心"),
    *("检验检疫不合格处置场", "机动车检测合格车辆出口", "检验合格章保管室", "检定合格", "李合格"),
    *("质检员（合格证管理）", "某合格评定中心", "符合性评价中心", "符合中学", "满足路", "张满足"),
    *(
        "不符合标准车辆停放区",
        "车辆通过检测器",
        "行人通过检测摄像机",
        "通过检测卡口",
        "通过式安检门",
    ),
    *("消防验收通过道", "已通过江隧道", "一卡通过道", "未通过段", "隧道通过检修口", "交通过街设施"),
    *("Khyber Pass", "Pass office", "PASS OFFICE", "VIP pass", "by-pass road", "BY-PASS 3"),
    *("fail-safe", "Failover recorder", "Compliant Ltd", "Customs compliance centre"),
    *("The Met Office requirements", "Satisfactory House", "Conformity assessment body"),
    *("PASS-A 8 camera", "P.A.S.S. Systems", "FacePass 人脸通行", "Passed-car lane", "Compass"),
    *("枪机（通过 NVR 接入）", "摄像机（通过 4G 回传）", "通过 3号门", "通过 3C 认证的枪机"),
    *("已通过 CCC 认证", "均通过 1号门", "准予通过 2号门的车辆", "球机（符合 ONVIF）"),
    *("前端：满足 ONVIF", "摄像机（符合 GB/T 28181）", "符合 GB 50348 的设计", "已符合 ONVIF"),
    *("满足 4K 需求的摄像机", "满足 4K 要求的摄像机", "符合 《GB/T 28181》 的平台"),
    *(
        "成品（合格）库",
        "原料（合格）区",
        "原料（合格）品区",
        "成品（合格、待检）仓库",
        "李合格（检测）",
    ),
    *("待检、合格、不合格区", "合格、不合格品暂存区", "成品（合格）暂存区", "合格，待检，返工区"),
    *("KHYBER PASS", "SIMPLON PASS", "HAI VAN PASS", "DONNER PASS", "VISITOR PASS", "HALL PASS"),
    *("BOARDING PASS", "BOARDING PASS 闸机", "GATE PASS", "东门 KHYBER PASS", "FORÊT PASS"),
)
MORE_HONEST = (
    *(
        "达到 4K 要求的摄像机",
        "合格率统计屏",
        "不合格-合格分拣口",
        "合格-不合格分拣口",
        "无缺陷检测线",
    ),
    *("允许使用区域", "验讫章保管柜", "OK 便利店", "OK Road", "Status board", "Test pass lane"),
    *("良好家园小区", "优良社区", "好运路", "√2 倍镜头", "Ⅱ区 2 号", "ガ", "한국", "É. Müller"),
    *(
        "ՀԱՅ",
        "Ꮳꮃꭹ",
        "Result Fields Ltd",
        "Overall Street 1",
        "No. 0 gate",
        "放行岗亭",
        "可交付成果库",
    ),
)
SORTING = (
    *(
        "合格/返工 分拣口",
        "合格-报废通道",
        "合格/次品分流口",
        "合格 仓库",
        "合格 入库口",
        "合格 通道",
    ),
    *("合格 半成品区", "合格-物料缓存区", "不合格-剔除口", "不合格 处置区", "不合格 退货区"),
    *(
        "合格 东侧仓库",
        "合格-出料口",
        "合格 周转箱",
        "不合格-返修线",
        "合格 待发区",
        "合格 供应商通道",
    ),
    *(
        "产品合格率99%看板",
        "合格率99.5%显示屏",
        "合格率 100% 大屏",
        "照度计（计量合格）",
        "计量合格",
    ),
)
EVENTS = (
    *("link-failed", "power-failed", "vehicle-passed", "person-passed", "tripwire passed"),
    *(
        "disk_failed",
        "car_passed",
        "fence-climb-failed",
        "power failed",
        "car passed",
        "login failed",
    ),
    *("door status: OK", "PSU STATUS OK", "Status: ok", "Door status OK", "QA, Zero Defects"),
    *("Zero Defects", "达到 IP66 要求", "可达到国家二级标准", "达到三级安防标准", "达到 4K 标准"),
    *("U = 2s/√n", "nV/√Hz", "0.1 nV/√Hz", "s/√n", "A√B", "2/√(n-1)", "重复性 s/√n", "噪声 √Hz"),
)
MORE_TOLD = (
    *(
        "东门（√）",
        "图像√ 声音√",
        "√",
        "达到设计要求",
        "达到全部要求",
        "达到 GB 50348 要求",
        "合格 1号门",
    ),
    *(
        "合格-西区",
        "合格 二号楼",
        "不合格 东门",
        "合格 大门球机",
        "all tests passed",
        "the test failed",
    ),
    *("it has passed", "合格率99.5 %", "合格率为100%。"),
    *("🅿🅰🆂🆂", "ᏢᎪᏚᏚ", "ꓑꓮꓢꓢ", "PAՏՏ", "PÁSS", "P\u0332A\u0332S\u0332S", "合袼", "佮格"),
    *("✅", "东门 ✅", "👍", "🆗", "东门√", "❌", "合格率100%", "通过率：98 %", "0 项不符合"),
    *(
        "不符合项数：0",
        "无不合格项",
        "达到要求",
        "合乎规定",
        "可以验收",
        "验讫",
        "结论：OK",
        "判定为良好",
    ),
    *("合格（全部）", "合格（12/12）", "合格 东门", "合格-东门", "OVERALL PASS", "Overall: pass"),
    *(
        "Verdict PASS",
        "Result: OK",
        "STATUS FAIL",
        "No failures",
        "0 nonconformities",
        "east - pass",
    ),
)
IN_FRONT_OF_GOODS = (
    *(
        "合格 车门线",
        "合格 门窗成品",
        "合格 南瓜分拣",
        "合格 南方电机",
    ),
    *(
        "合格 出料口",
        "合格品仓库",
        "安检通过口",
        "合格 西药区",
    ),
    *(
        "合格 东风零件",
        "合格 车门",
        "合格 库房",
        "合格 检验室",
    ),
    *(
        "合格-不合格分拣室",
        "合格 电话号",
        "合格 编号区",
        "合格 堆场",
    ),
    *(
        "合格 检测中心",
        "合格率99%以上看板",
        "应达到国家标准",
        "可达到国家标准",
    ),
    *("达到三级标准",),
)
IN_FRONT_OF_PLACES = (
    *(
        "合格 大厅",
        "合格 停车场",
        "合格 机房",
        "合格 出入口",
    ),
    *(
        "合格 一层",
        "合格 周界",
        "合格 监控中心",
        "合格-大厅摄像头",
    ),
    *(
        "合格 仓库北门",
        "合格 北门（夜间）",
        "合格 围墙",
        "合格 大廳",
    ),
    *(
        "达到国家标准",
        "达到规范要求",
        "达到技术要求",
        "达到招标文件要求",
    ),
    *(
        "达到国家相关标准要求",
        "合格率99%以上",
        "合格率 100％（共30台）",
        "合格率达到100%",
    ),
)
ROOTS = (
    *(
        "U = s/√次数",
        "U = s / √次数",
        "k√次数",
        "√n",
    ),
    *(
        "√ n",
        "√Hz",
        "5 nV/√ Hz",
        "k·√(a²+b²)",
    ),
)
TICKED = (
    *(
        "√东门",
        "√ Gate",
        "√Gate",
        "东门 √ 已检",
    ),
    *(
        "CAM1√东门",
        "图像√，声音",
    ),
)
MORE_EVENTS = (
    *(
        "disk 2 failed",
        "car 2 passed",
        "door status failed",
        "camera-link-failed",
    ),
)
PASSED = (
    *(
        "Status PASS",
        "status passed",
        "Camera 3 passed",
        "CAM-3 passed",
    ),
    *(
        "East gate passed",
        "image quality passed",
        "30/30 passed",
        "2 of 2 passed",
    ),
    *(
        "NVR failed",
        "Lobby failed",
        "Zero failures",
        "No defects",
    ),
)
RULES = (
    *("合格:≥4分；不合格:<4分", "级别：合格;不合格", "评分：合格；良好", "合格：4 级", "达标: 95%"),
    *("判定为4分（合格）时", "清晰度达到4分(合格)的"),
    *(
        "抽检设备中合格的比例：全部合格则子系统合格。",
        "结论为通过、基本通过或不通过之一。",
        "全部合格。",
    ),
    *(
        "设备经检验合格",
        "只判合格或不合格，不评基本合格",
        "图像质量符合要求",
        "Pass marks are recorded",
    ),
    *("设备自检状态（未通过）应告警", "型式检验报告结论：合格", "Type test report: passed"),
    *("测量重复性 s/√n ≤ 1 %", "噪声密度不大于 5 nV/√Hz", "检验报告：合格", "√2 倍"),
    *("图像质量 4 级（合格）及以上", "检验报告（合格）应存档", "检验报告：合格；应存档"),
    *("不合格：图像有明显缺陷", "判定（合格/不合格）", "符合：见附录"),
    *("符合GB 50198-2011 第5章规定", "符合JJG 245要求", "0 ~ 1000 lx，符合JJG 245要求"),
)
LABELLED = (
    *("图像（结论：全部合格）", "信噪比（合格）", "信噪比：合格", "Noise (PASS)", "Noise: passed"),
    *("信噪比应不低于 45 dB（合格）", "【合格】信噪比", "信噪比 √", "信噪比（√）", "Noise: failed"),
    *("信噪比（合格）应不低于 45 dB", "信噪比：合格；应不低于 45 dB", "灰度（达标）应有 10 级"),
    *("合格：信噪比应不低于 45 dB", "信噪比（已符合）应不低于 45 dB"),
    *("SNR ✓", "图像 PASS", "图像［合格］", "灰度【已达标】"),
)
SOURCES = (
    *(
        "conforms to JJG 245",
        "0.1-200 klx, conforms to DIN 5032-7 class B",
        "complies with IEC 61672",
    ),
    *("符合 JB/T 9329 要求", "符合 EN 12464 要求", "合同附件3：图像质量应符合设计要求"),
    *("招标文件 4.2 须满足国家标准", "GB 50198-2011 表 5.4.1 评分 4 分为合格"),
    "Contract, annex 2: image quality meets requirements of clause 4",
    *(
        "检定合格",
        "符合JJG 245要求",
        "0 ~ 1000 lx，符合JJG 245要求",
        "符合GB 50198-2011 第5章规定",
    ),
    *(
        "满足GB 50348-2018规定",
        "GB 50339-2013 智能建筑工程质量验收规范",
        "合格评定 通用要求",
        "GB 50348-2018 验收合格标准",
    ),
)
VOUCHING = (
    *(
        "合格",
        "全部合格",
        "验收合格",
        "验收通过",
    ),
    *(
        "准予验收",
        "合格率100%",
        "all cameras passed",
        "is hereby accepted",
    ),
    *(
        "符合要求",
        "全部达标",
        "符合 JJG 245 要求，合格",
        "0 ~ 1000 lx（合格）",
    ),
    *("检定合格，现场验收合格",),
)
TOLD = (
    *("合格", "不合格", "达标", "pass", "Failed", "Compliant", "PASS.", "P A S S", "ＰＡＳＳ"),
    *("结论：全部合 格", "判定:合格", "结论：达标", "结论：符合", "结论PASS", "CAM-1: PASSED"),
    *("东门（合格）", "东门【合格】", "东门（РASS）", "东门 (passed)", "东门摄像机（达标）"),
    *("东门 PASS", "东门 ✓", "摄像机 合格", "合·格", "合\u200b格", "均合格", "東門驗收通過"),
    *("工程验收合格", "验收合格工程", "全部合格的平安工程", "平安校园 已达标", "各项指标达标"),
    *("已通过验收", "本工程通过验收", "工程检测通过", "全部通过", "准予验收", "同意通过"),
    *("符合要求", "符合DB50/216要求", "满足设计要求", "all cameras passed", "is hereby accepted"),
    *("complies with DB50/216", "meets all requirements", "All requirements are met"),
    *(
        "未合格",
        "东门（未合格）",
        "合格（验收）",
        "东门合格（检测）",
        "通过（验收）",
        "满足GB/T 28181要求",
    ),
    *("符合 GB 50348 标准", "符合《GB/T 28181》要求", "结论：符合 GB 50348", "验收通过 2026-06-01"),
    *(
        "一区合格、二区合格",
        "合格、不合格",
        "成品库（合格）",
        "东门（合格）枪机",
        "前端：通过",
        "已通过 ",
    ),
    *("CAM-1 PASS", "Camera 3: PASS", "EAST GATE: PASS", "GATE B PASS", "ALL PASS", "RESULT PASS"),
    *(
        "EAST GATE PASSED",
        "CAMERA FAIL",
        "东门 P.A.S.S",
        "不满足",
        "东门（不满足）",
        "各项指标均符合 GB 50348",
    ),
)


@pytest.mark.parametrize(
    "name", [*HONEST, *MORE_HONEST, *SORTING, *EVENTS, *IN_FRONT_OF_GOODS, *ROOTS, *MORE_EVENTS]
)
def test_a_name_that_holds_a_word_of_a_verdict_states_none(name: str) -> None:
    assert not states_a_verdict(name)


@pytest.mark.parametrize("name", [*TOLD, *MORE_TOLD, *IN_FRONT_OF_PLACES, *TICKED, *PASSED])
def test_a_name_that_states_a_verdict_is_told(name: str) -> None:
    assert states_a_verdict(name)


@pytest.mark.parametrize(("rules", "labelled"), [(RULES, False), (LABELLED, True)])
def test_a_rule_that_asks_for_a_verdict_bears_none_and_a_label_beside_it_does(
    rules: tuple[str, ...], *, labelled: bool
) -> None:
    assert {rule: labels_a_verdict(rule) for rule in rules} == dict.fromkeys(rules, labelled)


@pytest.mark.parametrize(("sources", "labelled"), [(SOURCES, False), (VOUCHING, True)])
def test_a_source_names_the_standard_it_was_made_to_and_says_no_verdict(
    sources: tuple[str, ...], *, labelled: bool
) -> None:
    assert {source: vouches(source) for source in sources} == dict.fromkeys(sources, labelled)


WHEN_IT_CONFORMS = (
    "全部合格方为合格", "每项达标才判为合格", "各项均符合则为合格", "抽检全部合格方可验收",
    "全部合格方可通过", "合格率≥90%为合格", "三次均合格则判合格", "4分及以上判为合格",
    "每项达标才算合格", "1个不合格即判不合格", "全部合格后方可验收", "全部合格，方可验收",
    "全部合格才可投入使用", "如有一项不合格，则判为不合格", "若全部通过则验收通过",
    "合格率达到90%以上方可验收", "不低于4分视为合格", "合格率≥95%时通过验收",
    "Accepted if all cameras passed", "passes only if both passed",
    # by what is no word of a verdict
    "响应时间小于2秒则判为合格", "无缺陷方为合格", "图像清楚才判为合格", "均在限值内则判为合格",
    "与图纸一致方为合格", "合格率≥90%，则为合格", "若各项均达标则可评为合格", "各项達標則判為合格",
    "全部合格，方为合格", "各项均优方为合格", "全项无误则判为合格", "不大于限值则判定合格",
    "4分则为达标", "三项均好即为合格", "达到设计要求方为合格", "画面流畅方可评为合格",
)  # fmt: skip
THAT_IT_CONFORMS = (
    "本次检测结论即为合格", "本工程全部达标,即判为合格", "实测全部符合要求，则为合格",
    "结论:该工程才算合格",
    "全部合格", "结论：合格", "施工方合格", "施工方为合格", "已判为合格", "各方为合格",
    "合格率 100%", "抽检合格，可以验收", "全部合格，准予验收", "10台全部合格，评为合格",
    "合格率98%，合格", "合格率98%，判为合格", "合格率≥90%，实测98%合格",
    "抽检全部合格方可验收，本次全部合格", "全部合格则为合格；结论合格", "要求方合格",
    "全部合格，即验收通过", "All cameras passed when tested", "is hereby accepted",
    # with a bound or a condition that was met
    "18台中17台以上评为合格", "5级中4级判为合格", "信噪比≥45dB为合格", "清晰度≥400线 判为合格",
    "合格率≥95% 综合判定为合格", "实际得分≥90分为合格", "实得98分，≥90分为合格",
    "平均得分4.6分以上为合格", "图像质量4分以上判为合格", "设备均在标准以上 视为合格",
    "90%以上判为合格", "测试完成后即合格", "全部项即合格", "10台合格，均符合，则通过",
    "所有项目符合要求即通过验收", "本系统合格则验收通过", "10台均合格，信噪比≥45 dB为合格",
    "全部达标；合格率≥100%为合格", "系统判定合格，图像≥4分为合格", "检验合格后予交付",
    "全部设备符合要求才可交付，已交付", "本次全部合格方可验收", "验收合格即移交", "4分为合格",
    "Passed provided that the cable is renewed", "Accepted if needed", "Passed once tested",
    "Passed if all is quiet: passed", "Passed if all agree - PASS", "合格率≥95%，评为合格",
    "若尔盖项目合格则通过", "如实测合格则通过", "如图全部合格则通过",
)  # fmt: skip


@pytest.mark.parametrize(("texts", "rule"), [(WHEN_IT_CONFORMS, True), (THAT_IT_CONFORMS, False)])
def test_when_something_would_conform_is_a_rule_and_no_verdict(
    texts: tuple[str, ...], *, rule: bool
) -> None:
    assert {text: is_a_rule(text) for text in texts} == dict.fromkeys(texts, rule)
