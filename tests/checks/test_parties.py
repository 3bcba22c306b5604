"""Who tests what they built or designed: told, not told, or said to be open."""

from __future__ import annotations

import pytest

from acceptance.checks.warned.parties import Own, by_role, of_party

OF_THEIRS = (
    "施工单位", "施工单位代表", "施工单位项目经理", "施工单位 检测员", "施工单位（自检）",
    "施工方质检员", "施工员", "施工队长", "承建单位", "承建商", "安装单位", "安装商",
    "安装公司 王工", "工程商", "集成商", "总包", "总包单位", "总承包单位", "施工总承包", "承包商",
    "分包", "分包单位代表", "设计单位", "设计单位检测员", "设计方代表", "设计师", "builder",
    "Builder, QA", "installer's inspector", "main contractor", "general contractor (QA)",
    "contractor", "Contractor's site manager", "subcontractor", "integrator", "designer",
    "construction company",
)  # fmt: skip
OF_OTHERS = (
    "", "检测员", "监理单位", "建设单位代表", "分包检测员", "分包检测机构检测员", "分包实验室",
    "施工方监理", "承建单位监理", "施工方案审核", "施工验收组", "设计方案评审", "设计方法审核",
    "设计单位以外的检测员", "施工单位委托的检测机构", "与施工单位无关", "安装质量检测员",
    "设备安装检测", "designer of the test plan", "designer of test charts",
    "contractor (independent testing)", "contractor of the laboratory",
    "subcontractor of the laboratory", "subcontracted tester", "Subcontractor for testing",
    "contractor to the test house", "integrator of the test rig",
    "Contractor-independent inspector", "builder-independent tester", "builder, not involved",
    "contractor's work inspected by this third party", "building inspector", "design reviewer",
)  # fmt: skip
EITHER = (
    "乙方", "乙方代表", "施工单位见证人", "分包方检测人员", "设计院检测中心", "设计公司 检测员",
    "Contractor QA witness", "contractor for installation and tests", "integrator of the system",
    "Designer (report layout)",
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
        ("甲公司赵工", "甲公司", Own.NO),
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
