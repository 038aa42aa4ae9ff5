"""Stage 4: an employer, an institution or a province reports teachers for a class (TR 10).

The texts have teachers fill in form 1 and employers recommend them; that an employer names its teachers in one list,
and that accounts arise from it, is ours (MG 25.1 leaves handing out to the centre, which sets the rules).
reading: AMB-29 trainee accounts arise from applications; whoever reports hands the initial passwords over
"""

from __future__ import annotations

from collections.abc import Sequence

from .breaches import Breach
from .id_numbers import IdNumber
from .roles import Duty
from .typed_days import parse_day


def number_breach() -> Breach:
    """Excel has kept the ID number as a number."""
    return Breach(
        "report.number",
        "GB 11643",
        "身份证号码是数字格式，Excel 已丢失末尾几位。",
        "请先把该列设为“文本”格式，再重新录入号码（或使用模板）。",
    )


def cross_breaches(number: IdNumber, sex: str, born: str) -> list[Breach]:
    """Sex and birth date, where a list names them, must be those of the ID number; the number is not repeated."""
    found = []
    if sex and sex != number.sex:
        says = f"性别“{sex[:4]}”与身份证号码不符。"
        found.append(Breach("report.sex", "GB 11643", says, "请核对身份证号码和性别。"))
    if born and parse_day(born.partition(" ")[0]) != number.born_on:
        found.append(
            Breach("report.born", "GB 11643", "出生日期与身份证号码不符。", "请核对，日期写成 1985-03-12。")
        )
    return found


def unknown_class_breach(number: str) -> Breach:
    """No class of this number takes applications, or not for whoever reports."""
    says = f"没有编号为“{number[:12]}”的班次正在招生。" if number else "没有填写班次编号。"
    return Breach("report.class", "TR 10", says, "请按模板第二页“正在招生的班次”填写编号。")


def employer_breaches(given: str, found: bool, duty: Duty) -> list[Breach]:
    """Whose teachers somebody may report: a school its own, a province those of its schools, an institution all."""
    if found:
        return []
    name = given[:40]
    if not given:
        says, way = "没有填写单位名称。", "请按院校名录填写全称。"
    elif duty == Duty.SCHOOL:
        says, way = f"“{name}”不是本单位。", "院校只报送本单位教师，请填本单位全称或留空。"
    elif duty == Duty.PROVINCE:
        says = f"本省没有单位“{name}”。"
        way = "省级管理部门只报送本省院校的教师，请按院校名录填写全称。"
    else:
        says = f"没有单位“{name}”。"
        way = "请按院校名录填写全称；名录中没有的院校请先联系部指导中心登记。"
    return [Breach("report.employer", "TR 10", says, way)]


def person_breaches(agrees: bool, active: bool) -> list[Breach]:
    """Somebody of this ID number is known: under which name and where is not said to whoever guesses."""
    if not agrees:
        return [
            Breach(
                "report.person",
                "MG 4.7",
                "该身份证号码已实名登记，登记的姓名或单位与所填不符。",
                "请核对；确已调动或更名的，请联系部指导中心更正。",
            )
        ]
    if not active:
        return [Breach("report.inactive", "MG 25.1", "该教师的账号已停用。", "请联系部指导中心。")]
    return []


def rejected_breach() -> Breach:
    """The institution has decided already."""
    return Breach("report.rejected", "TR 10", "该教师本班审核未录取。", "可报送其他班次。")


def unknown_application_breach(number: str) -> Breach:
    """A row of an exported list that is not from here."""
    says = f"没有编号为“{number[:16]}”的申请。"
    return Breach("report.application", "TR 10", says, "请核对申请编号；新报送的教师请填身份证号码。")


def difference_breach(columns: Sequence[str]) -> Breach:
    """A row of an exported list was changed: form 1 is the teacher's own, no list changes it."""
    says = f"{'、'.join(columns)}与平台上的申请不同。"
    return Breach("report.differs", "TR 10", says, "导入不修改已有申请，请由教师本人或部指导中心更正。")


def consent_breaches(consented: bool) -> list[Breach]:
    """MG 25.4: whoever was reported by others agrees to the handling of their information before it goes further."""
    if consented:
        return []
    return [
        Breach(
            "person.consent",
            "MG 25.4",
            "您还没有同意个人信息处理说明。",
            "请在“我的报名”页阅读说明并同意，再提交申请。",
        )
    ]
