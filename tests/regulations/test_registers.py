from __future__ import annotations

from collections import Counter

from gongxue.regulations.levels import InstitutionKind
from gongxue.regulations.registers import institutions, province_name, provinces

# MG 附件1, T001-T051: the first five characters of both certificate numbers, province, institution; ★ as printed.
REGISTER = """
    11001 北京 北京市工贸技师学院
    11002 北京 ★北京市工业技师学院
    11003 北京 北京市新媒体技师学院
    11004 北京 北京轻工技师学院
    12005 天津 ★天津职业技术师范大学
    12006 天津 天津市电子信息技师学院
    12007 天津 天津市机电工艺技师学院
    13008 河北 承德市高级技工学校
    13009 河北 邢台技师学院
    14010 山西 山西交通技师学院
    14011 山西 晋城技师学院
    15012 内蒙古 呼伦贝尔技师学院
    21013 辽宁 辽宁煤炭技师学院
    22014 吉林 吉林省工业技师学院
    23015 黑龙江 黑龙江技师学院
    23016 黑龙江 中国一重技师学院
    32017 江苏 ★江苏省常州技师学院
    32018 江苏 江苏省盐城技师学院
    32019 江苏 江苏省扬州技师学院
    33020 浙江 杭州技师学院
    33021 浙江 宁波技师学院
    33022 浙江 浙江商业技师学院
    34023 安徽 安徽芜湖技师学院
    35024 福建 厦门技师学院
    36025 江西 宁都技师学院
    37026 山东 淄博市技师学院
    37027 山东 山东技师学院
    41028 河南 郑州商业技师学院
    41029 河南 开封技师学院
    41030 河南 河南医药健康技师学院
    42031 湖北 襄阳技师学院
    43032 湖南 湖南工贸技师学院
    44033 广东 ★广州市工贸技师学院
    44034 广东 江门市技师学院
    44035 广东 广州市机电技师学院
    44036 广东 广东省城市技师学院
    45037 广西 广西工业技师学院
    45038 广西 广西机电技师学院
    46039 海南 海南省技师学院
    50040 重庆 重庆机械技师学院
    51041 四川 成都市技师学院
    51042 四川 四川理工技师学院
    52043 贵州 贵州省电子信息技师学院
    53044 云南 云南技师学院
    54045 西藏 林芝市高级技工学校
    61046 陕西 西安技师学院
    61047 陕西 陕西航空技师学院
    62048 甘肃 兰州铁路技师学院
    63049 青海 青海水电技师学院
    64050 宁夏 宁夏交通技师学院
    65051 新疆 新疆经济贸易技师学院
"""
ROWS = [line.split() for line in REGISTER.strip().splitlines()]


def test_the_register_is_the_printed_one() -> None:
    found = [
        [
            institution.province_code + institution.code,
            province_name(institution.province_code),
            ("★" if institution.kind == InstitutionKind.DEVELOPMENT_CENTRE else "") + institution.name,
        ]
        for institution in institutions()
    ]
    assert found == ROWS


def test_there_are_fifty_one_institutions_in_thirty_provinces_and_four_have_a_star() -> None:
    kinds = Counter(institution.kind for institution in institutions())
    assert kinds == {InstitutionKind.TRAINING_BASE: 47, InstitutionKind.DEVELOPMENT_CENTRE: 4}
    assert len({institution.province_code for institution in institutions()}) == 30


def test_institution_codes_run_through_the_whole_country() -> None:
    assert [institution.code for institution in institutions()] == [f"{n:03d}" for n in range(1, 52)]


def test_shanghai_and_the_corps_have_departments_but_no_institution() -> None:  # AMB-27
    without = {province.code for province in provinces()} - {i.province_code for i in institutions()}
    assert without == {"31", "66"}
    assert [province_name(code) for code in sorted(without)] == ["上海", "兵团"]


def test_there_are_thirty_one_provinces_and_the_corps() -> None:
    codes = [province.code for province in provinces()]
    assert len(codes) == 32
    assert codes == sorted(set(codes))


def test_provinces_have_their_official_names() -> None:
    full = {province.code: province.full_name for province in provinces()}
    assert (full["11"], full["45"], full["65"]) == ("北京市", "广西壮族自治区", "新疆维吾尔自治区")
    assert all(
        province.full_name.startswith(province.name) for province in provinces() if province.code != "66"
    )


def test_an_unknown_province_is_shown_as_its_code() -> None:
    assert province_name("99") == "99"
