"""Forms 4, 5 and 6 against TR 附件4-6."""

from __future__ import annotations

from gongxue.regulations.official_forms import FORM_4, FORM_5, FORM_6, ItemKind


def test_form_4_asks_thirteen_questions_in_the_order_of_the_annex() -> None:  # L02-L18
    assert [item.code for item in FORM_4.items if not item.asked_if] == [
        *(str(i) for i in range(1, 11)), *(f"11-{i}" for i in range(1, 6)), "12", "13",
    ]  # fmt: skip


def test_form_4_explains_a_no() -> None:
    words = {item.asked_if: item.label for item in FORM_4.items if item.asked_if}
    assert set(words) == {f"{i}=否" for i in range(1, 11)}
    assert (words["8=否"], words["9=否"], words["10=否"]) == (
        "请说明具体情况",
        "请说明原因",
        "请说明具体情况",
    )
    assert {words[f"{i}=否"] for i in range(1, 8)} == {"请说明情况"}


def test_form_4_rates_two_instructors_and_three_examiners_by_name() -> None:  # L12-L16
    rated = [item for item in FORM_4.items if item.kind == ItemKind.SCALE]
    assert [item.names for item in rated] == [
        "instructor_1", "instructor_2", "examiner_1", "examiner_2", "examiner_3",
    ]  # fmt: skip
    assert {(item.options, item.scores) for item in rated} == {(("很好", "一般", "很差"), (3, 2, 1))}
    assert [item.number for item in rated] == ["11"] * 5


def test_forms_5_and_6_are_written_from_the_platforms_records() -> None:
    assert all(item.derived for item in FORM_5.items)
    assert [item.code for item in FORM_6.items if not item.derived] == ["2", "3"]


def test_form_5_has_the_columns_of_the_annex_and_thirty_rows() -> None:  # M09-M12
    (listed,) = (section for section in FORM_5.sections if section.rows)
    assert listed.rows == 30
    assert [item.label.replace("　", "") for item in listed.items] == [
        "序号", "姓名", "性别", "身份证号码", "单位", "联系电话", "过程性考核", "终结性考核", "证书编号",
    ]  # fmt: skip
    assert {item.label for item in listed.items if item.course} == {"过程性考核", "终结性考核"}
    assert {item.code for item in FORM_5.items if item.personal} == {"id_number", "phone"}


def test_form_6_counts_in_total_by_level_and_by_category() -> None:  # N01-N11
    codes = [item.code for item in FORM_6.items if item.derived]
    assert codes[:8] == [
        "year", "classes", "people", "passed", "pass_rate", "plan_rate", "not_executed", "reasons",
    ]  # fmt: skip
    assert codes[8:20] == [
        f"{figure}_{level}" for level in "123" for figure in ("classes", "people", "passed", "pass_rate")
    ]
    assert len(codes) == 25
    assert [section.repeats for section in FORM_6.sections] == ["", "category", "", ""]
