"""Who tests what they built or designed: told, not told, or said to be open."""

from __future__ import annotations

import time

import pytest

from acceptance.checks.warned.parties import Own, by_role, in_role, of_party, own_work

OF_THEIRS = (
    "施工单位", "施工单位代表", "施工单位项目经理", "施工单位 检测员", "施工单位（自检）",
    "施工方质检员", "施工员", "施工队长", "承建单位", "承建商", "安装单位", "安装商",
    "安装公司 王工", "工程商", "集成商", "总包", "总包单位", "总承包单位", "施工总承包", "承包商",
    "分包", "分包单位代表", "设计单位", "设计单位检测员", "设计方代表", "设计师", "builder",
    "Builder, QA", "installer's inspector", "main contractor", "general contractor (QA)",
    "contractor", "Contractor's site manager", "subcontractor", "integrator", "designer",
    "construction company", "承建", "承建公司", "承建人", "承建方", "系统集成商", "集成单位",
    "集成公司", "系统集成单位", "弱电施工方", "安防工程商", "智能化集成商", "监控施工方",
    "本项目施工方", "弱电施工单位", "弱电工程承包商", "监控安装单位", "施工人员", "施工技术员",
    "安装人员", "安装工程师", "安装工", "安装调试人员", "调试单位", "承包人", "承包人代表",
    "EPC总承包", "EPC 总包", "施工总包", "设计人员", "设计院", "设计院 工程师", "系统设计师",
    "施工", "system integrator", "Electrical contractor", "Installation contractor",
    "EPC contractor", "the builder", "Engineer of the contractor", "Site manager (contractor)",
    "employee of builder", "Installation engineer", "施工方（乙方）", "施工单位（技术负责人）",
    "施工单位 外线", "施工单位工程师 国外的", "施工单位室外的布线", "installer's work crew",
    "Installer, Acme Ltd", "施\u200b工单位", "施/工单位", "施工、安装单位",
)  # fmt: skip
OF_OTHERS = (
    "", "检测员", "监理单位", "建设单位代表", "分包检测员", "分包检测机构检测员", "分包实验室",
    "施工方监理", "承建单位监理", "受施工单位委托", "非施工单位人员", "不属于施工单位",
    "施工方案审核", "施工验收组", "设计方案评审", "设计方法审核", "设计单位以外的检测员",
    "施工单位委托的检测机构", "与施工单位无关", "安装质量检测员", "设备安装检测",
    "designer of the test plan", "designer of test charts", "contractor of the laboratory",
    "subcontractor of the laboratory", "subcontracted tester", "Subcontractor for testing",
    "contractor to the test house", "integrator of the test rig",
    "Contractor-independent inspector", "builder-independent tester",
    "independent of the general contractor", "contractor's work inspected by this third party",
    "building inspector", "design reviewer",
    # another word, or what is built is the test
    "施工方位角测量员", "施工方式评审", "施工方位测量", "安装方式检查员", "安装方向检测",
    "安装队列", "安装商用密码检测", "设计方面顾问", "设计院士", "设计师范大学", "工程商务检测员",
    "集成商业检测员", "总包装检测", "乙方案评审", "承包方法审核", "分包装检测",
    "分包裹安检机检测员", "施工图审查", "施工监理", "installer of the test chart",
    "builder of the test bench", "builder of test charts", "contract tester", "见证施工单位整改",
    "安装人脸识别检测",
    "集成商品检测", "总包络检测", "与施工单位没有关系", "与施工单位无关联",
)  # fmt: skip
EITHER = (
    "乙方", "乙方代表", "施工单位见证人", "分包方检测人员", "设计院检测中心", "设计公司 检测员",
    "Contractor QA witness", "contractor for installation and tests", "integrator of the system",
    "Designer (report layout)", "设计研究院", "设备供应商", "中标单位", "乙方 施工员",
    # a word that may clear it, and not where it stands directly by the party's
    "contractor (independent testing)", "builder, not involved", "施工单位 现场独立检测",
    "施工单位检测员（独立操作）", "施工单位/监理单位", "施工单位 监理单位",
    "施工单位与监理单位共同", "施工单位，监理不在场", "施工单位 质检（监理见证）",
    "施工单位项目经理，独立承担", "施工单位（含监理）", "施工单位 未委托他人",
    "施工单位 受建设单位委托", "施工单位监理工程师", "施工单位委托代理人",
    "承建单位（联合体，第三方）", "承建单位 聘请的检测员", "Builder (independent contractor)",
    "Builder's QA, works independently", "Contractor, independent of nobody",
    "Builder, supervisor", "Contractor's supervisor", "Site supervisor of the installer",
    "Installer and supervisor", "Builder, other than design",
    "Contractor for the test installation", "integrator of the test site's cameras",
    "designer of the testing hall CCTV", "designer for the report centre",
    "contractor for the reporting of faults and installation",
    "Contractor to the laboratory building project", "建设单位委托的施工单位",
    "casino contractor", "Builder independent worker", "施工单位监督", "审核施工方资料",
    "与施工方和设计方均无关", "neither builder nor designer",
    # who checks, watches or speaks with a party
    "施工单位质量监督员", "施工单位资质审核员", "总包单位资料审核", "施工企业信用评价",
    "施工单位对接人", "building company inspector", "General contractor auditor",
    "Builder liaison", "Installer's certificate checker", "检测机构（分包方）",
    "分包方：某某检测中心", "检测分包方", "Subcontractor (testing)", "freelance contractor",
)  # fmt: skip


@pytest.mark.parametrize(
    ("role", "own"),
    [
        *((role, Own.YES) for role in OF_THEIRS),
        *((role, Own.NO) for role in OF_OTHERS),
        *((role, Own.OPEN) for role in EITHER),
    ],
)
def test_a_role_says_that_somebody_builds_or_that_not_or_leaves_it_open(
    role: str, own: Own
) -> None:
    assert by_role(role) is own


@pytest.mark.parametrize(
    ("name", "party", "own"),
    [
        ("甲公司", "甲 公司", Own.YES),
        ("甲公司 赵工", "甲公司", Own.YES),
        ("中国建筑（王五）", "中国建筑", Own.YES),
        ("Acme, J. Doe", "Acme", Own.YES),
        ("Acme Security Systems, J. Doe", "ACME Security Systems", Own.YES),
        ("甲公司赵工", "甲公司", Own.OPEN),
        ("张三（甲公司）", "甲公司", Own.OPEN),
        ("张三 重庆某某智能科技有限公司", "重庆某某智能科技有限公司", Own.OPEN),
        ("J. Doe (Acme)", "Acme", Own.OPEN),
        ("J. Doe, Acme", "Acme", Own.OPEN),
        ("海康 李四", "海康", Own.OPEN),
        ("GE, J. Doe", "GE", Own.OPEN),
        ("Smithson, J.", "Smith", Own.NO),
        ("J. Smithson", "Smith", Own.NO),
        ("海康李四", "海康", Own.NO),
        ("Wang, Fang", "Wang", Own.OPEN),
        ("Smith, John A.", "Smith", Own.OPEN),
        ("Smith, J. A.", "Smith", Own.OPEN),
        ("Müller, Hans Peter", "Müller", Own.OPEN),
        ("Li Wei Ming", "Li Wei", Own.OPEN),
        ("Li Wei, Dr.", "Li Wei", Own.OPEN),
        ("Acme Ltd, Jane Doe", "Acme Ltd", Own.YES),
        ("张三丰", "张三", Own.NO),
        ("李 明华", "李", Own.NO),
        ("Li Na", "Li", Own.NO),
        ("Acmeville Labs, J. Doe", "Acme", Own.NO),
        ("王工", "甲公司", Own.NO),
        ("Acme Testing Laboratory, J. Doe", "Acme", Own.OPEN),
        ("Acme-Test GmbH, J. Doe", "Acme", Own.OPEN),
        ("重庆大学 检测中心", "重庆大学", Own.OPEN),
        ("中国建筑（第三方检测中心）王五", "中国建筑", Own.OPEN),
        ("Wang Fang", "Wang", Own.OPEN),
        ("Lee J.", "Lee", Own.OPEN),
    ],
)
def test_a_name_is_that_of_a_party_or_not_or_leaves_it_open(
    name: str, party: str, own: Own
) -> None:
    assert of_party(name, party) is own


@pytest.mark.parametrize(
    ("role", "own"),
    [
        ("甲公司 代表", Own.YES),
        ("甲公司代表", Own.OPEN),
        ("检测员（甲公司）", Own.OPEN),
        ("甲公司，监理单位代表", Own.OPEN),
        ("甲公司以外的检测员", Own.NO),
        ("甲公司委托的检测机构检测员", Own.NO),
        ("某检测院（受甲公司委托）", Own.NO),
        ("独立于甲公司", Own.NO),
        ("检测员", Own.NO),
    ],
)
def test_a_role_names_a_party_or_says_that_it_is_another(role: str, own: Own) -> None:
    assert in_role(role, "甲公司") is own


@pytest.mark.parametrize(
    ("name", "role", "party", "own"),
    [
        ("Wang Fang", "", "Wang", Own.OPEN),
        ("Wang Fang", "检测员", "Wang", Own.OPEN),
        ("Wang Fang", "检测员，某检测院", "Wang", Own.NO),
        ("Wang Fang", "tester of XY Laboratory, independent of the builder", "Wang", Own.NO),
        ("重庆大学 检测中心", "第三方检测机构", "重庆大学", Own.NO),
        ("Smith, John A.", "inspector, not involved", "Smith", Own.NO),
        ("Wang Fang", "施工单位，某检测院", "Wang", Own.OPEN),
        ("Wang Fang", "检测员，Wang 检测院", "Wang", Own.OPEN),
        ("甲公司 赵工", "检测员，某检测院", "甲公司", Own.YES),
        ("Acme Testing Laboratory, J. Doe", "independent laboratory", "Acme", Own.NO),
        ("Acme Testing Laboratory, J. Doe", "head of laboratory", "Acme", Own.OPEN),
        ("重庆大学 检测中心", "检测中心主任", "重庆大学", Own.OPEN),
        ("Wang Fang", "检测员，与结果无关", "Wang", Own.OPEN),
        ("Wang Fang", "与施工单位无关", "Wang", Own.NO),
    ],
)
def test_a_role_of_another_body_settles_what_the_name_alone_leaves_open(
    name: str, role: str, party: str, own: Own
) -> None:
    assert own_work(name, role, [party]) is own


@pytest.mark.parametrize("sign", list("-…_.' 的·/,(—"))
def test_a_long_row_of_signs_in_a_role_takes_no_longer_than_it_is_longer(sign: str) -> None:
    """Ten times as many may take 40 times as long, and not a hundred times."""

    def spent(signs: int) -> float:
        def once() -> float:
            begun = time.process_time()
            by_role("设计院" + sign * signs + "x")
            return time.process_time() - begun

        return min(once() for _ in range(5))

    assert spent(2000) < 40 * max(spent(200), 1e-4)
