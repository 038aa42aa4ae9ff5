"""Many lines at once: typed, pasted, from a workbook; checked cell by cell, saved all or none (TR 7, B04)."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from gongxue.foundation.lifecycle.errors import Conflict, NotThere, RuleBroken
from gongxue.regulations.calendar import HalfYear
from gongxue.regulations.roles import Permission as P
from gongxue.regulations.typed_days import parse_day
from gongxue.stage1_planning import actions
from gongxue.stage1_planning.models import LINE_FIELDS, PlanImport, ReportingRound, TrainingClass
from gongxue.stage1_planning.plan_sheet import ROWS, TITLES, pasted_rows
from tests.cast import ClassAtFixture, People, SignedIn
from tests.stage1_planning.plans import IN_ROUND, entered, entries, entry, page_of
from tests.still_clock import StillClock

HEADINGS = list(TITLES.values())
GOOD = ["三级", "机械类", "2023-06-12", "2023-06-18", "7", "30", "面向全国技工院校机械类专业教师", ""]


def sent(*rows: list[str], do: str = "save", **more: Any) -> dict[str, Any]:
    """The table as a browser sends it: every row picked, none of them stored yet."""
    body: dict[str, Any] = {"do": do, "row": []}
    for number, row in enumerate(rows, 1):
        body["row"].append(f"{number}:0:0")
        body[f"pick.{number}"] = "on"
        body |= {f"{name}.{number}": text for name, text in zip(LINE_FIELDS, row, strict=True)}
    return body | more


def post(client: Client, round_: ReportingRound, body: dict[str, Any]) -> Any:
    return client.post(reverse(P.SAVE_LINES, args=[round_.pk]), body)


def lines(round_: ReportingRound) -> list[TrainingClass]:
    return list(TrainingClass.objects.unscoped("tests").filter(round=round_).order_by("pk"))


def changed(**cells: str) -> list[str]:
    return [cells.get(name, text) for name, text in zip(LINE_FIELDS, GOOD, strict=True)]


# The table --------------------------------------------------------------------------------------------------------


def test_rows_as_people_write_them_become_drafts(
    the_round: ReportingRound, cast: People, signed_in: SignedIn
) -> None:
    rows = [
        changed(level="3", category="01", first_day="2023/3/6", last_day="2023.3.12", days="", note="甲"),
        changed(category="信息", first_day="3月13日", last_day="", days="7天", headcount="28人"),
        changed(level="二级", category="03", first_day="20230320", last_day="2023年3月30日", days=""),
    ]
    answer = post(signed_in(cast.xingtai.staff), the_round, sent(*rows))
    assert answer.status_code == 302
    found = [
        (x.level, x.category, str(x.first_day), str(x.last_day), x.days, x.headcount)
        for x in lines(the_round)
    ]
    assert found == [
        ("3", "01", "2023-03-06", "2023-03-12", 7, 30),
        ("3", "03", "2023-03-13", "2023-03-19", 7, 28),
        ("2", "03", "2023-03-20", "2023-03-30", 9, 30),
    ]
    assert {x.state for x in lines(the_round)} == {"draft"}
    event = entry(P.SAVE_LINES)
    assert event.about == f"reportinground/{the_round.pk}"
    assert len(event.changes) == 3, "what each row says"


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"level": "四级"}, "培训级别“四级”不能识别"),
        ({"level": "一级", "days": "", "last_day": ""}, "一级培训由师资研修中心组织"),
        ({"category": "09"}, "专业大类“09”不能识别"),
        ({"first_day": "2023-02-30"}, "开班日“2023-02-30”不能识别"),
        ({"first_day": "2023-07-03", "last_day": "2023-07-09"}, "不在2023年上半年之内"),
        ({"last_day": "2023-06-01"}, "早于开班日"),
        ({"days": "8"}, "三级培训时间为 7 天，填报为 8 天"),
        ({"headcount": "31"}, "计划人数 31 不在 1 至 30 人之间"),
        ({"headcount": "30.5"}, "培训人数“30.5”不能识别"),
        ({"scope": ""}, "没有填写招生范围"),
        ({"scope": "长" * 201}, "请精简到 200 字以内"),
    ],
)
def test_one_bad_cell_and_nothing_is_written(
    the_round: ReportingRound, cast: People, signed_in: SignedIn, cells: dict[str, str], says: str
) -> None:
    answer = post(
        signed_in(cast.xingtai.staff),
        the_round,
        sent(changed(first_day="2023-03-06", last_day=""), changed(**cells)),
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert page.count('aria-invalid="true"') == 1, "at its cell"
    assert "一行也没有保存" in page
    assert 'value="2023-03-06"' in page, "what was typed is kept"
    assert (lines(the_round), entries(P.SAVE_LINES)) == ([], 0)


def test_checking_writes_nothing_and_says_so(
    the_round: ReportingRound, cast: People, signed_in: SignedIn
) -> None:
    client = signed_in(cast.xingtai.staff)
    assert "1 行核对无误，尚未保存" in post(client, the_round, sent(GOOD, do="check")).content.decode()
    assert lines(the_round) == []
    bad = sent(GOOD, changed(level="x"))
    del bad["pick.2"]
    assert post(client, the_round, bad).status_code == 302, "only what is picked is saved"
    assert len(lines(the_round)) == 1


def test_an_equal_line_is_named_and_only_kept_when_it_is_meant(
    the_round: ReportingRound, cast: People, signed_in: SignedIn
) -> None:
    entered(the_round, cast.xingtai.staff)
    client = signed_in(cast.xingtai.staff)
    page = post(client, the_round, sent(GOOD)).content.decode()
    assert "的级别、专业大类和培训时间相同" in page
    assert 'name="twin.1"' in page
    twins = [changed(first_day="2023-03-06", last_day=""), changed(first_day="3月6日", last_day="2023-03-12")]
    assert "与第 1 行的级别" in post(client, the_round, sent(*twins, do="check")).content.decode()
    assert len(lines(the_round)) == 1
    assert post(client, the_round, sent(GOOD, **{"twin.1": "on"})).status_code == 302
    assert len(lines(the_round)) == 2


def test_a_double_click_saves_once(the_round: ReportingRound, cast: People, signed_in: SignedIn) -> None:
    client = signed_in(cast.xingtai.staff)
    assert [post(client, the_round, sent(GOOD, once="k")).status_code for _ in range(2)] == [302, 302]
    assert (len(lines(the_round)), entries(P.SAVE_LINES)) == (1, 1)


def test_lines_are_changed_in_place_and_a_colleagues_change_is_shown_first(
    the_round: ReportingRound, cast: People, signed_in: SignedIn
) -> None:
    line = entered(the_round, cast.xingtai.staff)
    client = signed_in(cast.xingtai.staff)
    where = reverse(P.SAVE_LINES, args=[the_round.pk])
    assert f'value="1:{line.pk}:1"' in client.get(where).content.decode()
    body = sent(changed(headcount="28")) | {"row": [f"1:{line.pk}:1"]}
    actions.edit_line(
        training_class=line, level="3", category="01", first_day=line.first_day, last_day=line.last_day, days=7,
        headcount=20, scope="仅本省", seen=1, by=cast.xingtai.staff, now=IN_ROUND,
    )  # fmt: skip
    answer = post(client, the_round, body)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "刚刚有人修改了这个班次，现为：培训人数 20，招生范围 仅本省" in page
    assert f'value="1:{line.pk}:2"' in page, "the next time it has been seen"
    assert post(client, the_round, body | {"row": [f"1:{line.pk}:2"]}).status_code == 302
    (now,) = lines(the_round)
    assert (now.headcount, now.version) == (28, 3)


def test_foreign_submitted_and_late_rows_are_refused(
    class_at: ClassAtFixture, still_clock: StillClock
) -> None:
    c = class_at("submitted")
    still_clock.set(IN_ROUND)
    row = dict(zip(LINE_FIELDS, GOOD, strict=True)) | {"line": c.tc.pk, "seen": c.tc.version}
    with pytest.raises(RuleBroken, match="不能直接修改"):
        actions.save_lines(round=c.tc.round, rows=[row], by=c.staff, now=IN_ROUND)
    with pytest.raises(NotThere):
        actions.save_lines(round=c.tc.round, rows=[row], by=c.people.gongmao.staff, now=IN_ROUND)
    fresh = {**row, "line": 0, "first_day": "2023-03-06", "last_day": ""}
    with pytest.raises(RuleBroken, match="现不在报送期内"):
        actions.save_lines(round=c.tc.round, rows=[fresh], by=c.staff, now=c.now.replace(year=2023))
    with pytest.raises(RuleBroken, match="一次最多 80 行"):
        actions.save_lines(round=c.tc.round, rows=[fresh] * (ROWS + 1), by=c.staff, now=IN_ROUND)
    with pytest.raises(RuleBroken, match="不能识别的内容：colour"):
        actions.save_lines(round=c.tc.round, rows=[{**fresh, "colour": "红"}], by=c.staff, now=IN_ROUND)


def test_returned_lines_are_changed_after_the_round_has_closed(
    class_at: ClassAtFixture, still_clock: StillClock
) -> None:
    c = class_at("submitted")
    actions.return_line(training_class=c.tc, seen=c.tc.version, reason="人数", by=c.province, now=c.now)
    later = IN_ROUND.replace(month=12)
    row = dict(zip(LINE_FIELDS, GOOD, strict=True)) | {
        "line": c.tc.pk,
        "seen": c.reload().version,
        "headcount": 12,
    }
    actions.save_lines(round=c.tc.round, rows=[row], by=c.staff, now=later)
    assert c.reload().headcount == 12
    with pytest.raises(Conflict):
        actions.save_lines(round=c.tc.round, rows=[row], by=c.staff, now=later)


@pytest.mark.parametrize("rows", [1, 12])
def test_the_table_takes_the_same_number_of_queries_for_any_number_of_rows(
    the_round: ReportingRound, cast: People, signed_in: SignedIn, rows: int
) -> None:
    client = signed_in(cast.xingtai.staff)
    client.get("/desk/")
    body = sent(*[changed(first_day=f"2023-03-{n + 1:02}", last_day="") for n in range(rows)], do="check")
    with CaptureQueriesContext(connection) as captured:
        assert post(client, the_round, body).status_code == 200
    assert len(captured) == 7


# Pasting ----------------------------------------------------------------------------------------------------------


def test_sixty_rows_are_pasted_with_or_without_headings(
    the_round: ReportingRound, cast: People, signed_in: SignedIn
) -> None:
    rows = [changed(first_day=f"2023-{1 + n // 28:02}-{n % 28 + 1:02}", last_day="") for n in range(60)]
    text = "\r\n".join("\t".join(row) for row in rows)
    client = signed_in(cast.xingtai.staff)
    for pasted in (text, "\t".join(HEADINGS) + "\r\n" + text):
        page = post(client, the_round, {"do": "paste", "pasted": pasted}).content.decode()
        assert page.count('data-label="培训级别"') == 63, "and three empty rows"
        assert "60 行核对无误，尚未保存" in page
    assert lines(the_round) == []
    assert post(client, the_round, sent(*rows)).status_code == 302
    assert len(lines(the_round)) == 60


def test_pasted_columns_follow_their_headings_and_quoted_cells_stay_whole() -> None:
    text = '人数\t大类\t级别\t开班时间\t范围\n30\t机械类\t三级\t2023/6/12\t"河北\n山西"\n\n'
    (row,) = pasted_rows(text)
    assert row.texts == {
        "headcount": "30", "category": "机械类", "level": "三级", "first_day": "2023/6/12", "scope": "河北\n山西",
    }  # fmt: skip


def test_too_many_pasted_rows_are_refused(
    the_round: ReportingRound, cast: People, signed_in: SignedIn
) -> None:
    text = "\n".join(["\t".join(GOOD)] * (ROWS + 1))
    answer = post(signed_in(cast.xingtai.staff), the_round, {"do": "paste", "pasted": text})
    assert answer.status_code == 422
    assert "共 81 行，一次最多 80 行" in answer.content.decode()


@given(st.text(max_size=60))
def test_whatever_is_pasted_is_read_or_refused(text: str) -> None:
    try:
        rows = pasted_rows(text.replace("\r", "\n"))
    except RuleBroken:
        return
    assert all(set(row.texts) <= set(LINE_FIELDS) for row in rows)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_day_is_read_in_every_way_people_type_it(day: date) -> None:
    y, m, d = day.year, day.month, day.day
    ways = [
        f"{y}-{m}-{d}",
        f"{y}/{m:02}/{d:02}",
        f"{y}.{m}.{d}",
        f"{y}年{m}月{d}日",
        f"{y:04}{m:02}{d:02}",
        f"{day} 00:00:00",
    ]
    assert {parse_day(way) for way in [*ways, " ２０２３年 "[:0] + ways[0] + " "]} == {day}
    period = HalfYear(y, 1)
    assert {parse_day(way, period) for way in (f"{m}月{d}日", f"{m}/{d}", f"{m}-{d}", f"{m}.{d}")} == {day}
    assert parse_day(f"{m}月{d}日") is None


@pytest.mark.parametrize(
    "text", ["", "明天", "2023-13-01", "2023-6", "12", "2023-06-12 08:30", "45089", "6月31日", "1-2-3-4"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert parse_day(text, HalfYear(2023, 1)) is None


# Workbooks --------------------------------------------------------------------------------------------------------


def workbook(rows: list[list[Any]], headings: list[str] = HEADINGS) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for at, row in enumerate([headings, *rows]):
        for i, cell in enumerate(row):
            if isinstance(cell, str) and cell.startswith("=="):
                sheet.write_formula(at, i, cell[1:], None, 7)
            elif isinstance(cell, str):
                sheet.write_string(at, i, cell)
            else:
                sheet.write(at, i, cell)
    book.close()
    return made.getvalue()


def uploaded(client: Client, round_: ReportingRound, data: bytes, name: str = "计划.xlsx") -> Any:
    return client.post(
        reverse("planning.upload", args=[round_.pk]), {"workbook": SimpleUploadedFile(name, data)}
    )


def test_a_workbook_fills_the_table_and_comes_back_with_what_is_wrong(
    the_round: ReportingRound, cast: People, signed_in: SignedIn
) -> None:
    headings = ["项目编号", "培训人数", "培训级别*", "专业大类", "开班日", "招生范围"]
    rows: list[list[Any]] = [
        ["00123", 30, "三级", "机械类", date(2023, 6, 12), "面向全国"],
        ["00124", 31, "三级", "01", "2023/6/19", "=cmd|'/c calc'!A0"],
        ["00125", 30, 3, 1, 45089, "面向全国"],
    ]
    client = signed_in(cast.xingtai.staff)
    answer = uploaded(client, the_round, workbook(rows, headings))
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "有 2 行存在问题" in page
    assert "计划人数 31 不在 1 至 30 人之间" in page
    assert "专业大类是数字 1，Excel 已丢掉前面的 0。请改填“机械类”或文本 01" in page
    assert "开班日是数字 45089（日期序号，即2023年6月12日），不是日期" in page
    assert 'value="2023-06-12' in page
    assert lines(the_round) == []
    kept = PlanImport.objects.unscoped("tests").get()
    back = load_workbook(io.BytesIO(client.get(reverse("planning.problems", args=[kept.pk])).content)).active
    table = [[cell.value for cell in row] for row in back.iter_rows(min_row=2)]
    assert table[0] == [*headings, "问题"]
    assert [row[0] for row in table[1:]] == ["00123", "00124", "00125"], "leading zeros stay"
    assert table[1][-1] is None
    assert table[2][5] == "=cmd|'/c calc'!A0"
    assert back.cell(4, 6).data_type == "s", "a text, never a formula"
    assert "不在 1 至 30 人之间" in table[2][-1]


def test_the_template_filled_in_is_taken_whole_and_handed_back_again(
    the_round: ReportingRound, cast: People, signed_in: SignedIn
) -> None:
    client = signed_in(cast.xingtai.staff)
    book = load_workbook(io.BytesIO(client.get(reverse("planning.template", args=[the_round.pk])).content))
    assert book.sheetnames == ["计划班次", "填写说明"]
    sheet = book.active
    assert [cell.value.rstrip("*") for cell in sheet[1]] == HEADINGS
    lists = [v.formula1 for v in sheet.data_validations.dataValidation]
    assert "三级" in lists[0] and "一级" not in lists[0]
    assert sheet["A5"].number_format == "@" or sheet.column_dimensions["A"].width
    for i, text in enumerate(GOOD, 1):
        sheet.cell(2, i, text)
    made = io.BytesIO()
    book.save(made)
    answer = uploaded(client, the_round, made.getvalue())
    assert "1 行核对无误" in client.get(answer["Location"]).content.decode()


def test_the_result_of_a_formula_is_read_and_long_numbers_are_named(
    the_round: ReportingRound, cast: People, signed_in: SignedIn
) -> None:
    headings = [*HEADINGS, "自编号"]
    row: list[Any] = [*GOOD, 130502199001011234]
    row[4] = "==3+4"
    client = signed_in(cast.xingtai.staff)
    page = client.get(uploaded(client, the_round, workbook([row], headings))["Location"]).content.decode()
    assert 'name="days.1" value="7"' in page
    assert "“自编号”是超过 15 位的数字，Excel 已丢失末尾几位" in page


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PK\x03\x04 no workbook", "文件"),
        (workbook([["x"]], ["甲", "乙"]), "没有找到表头"),
        (workbook([], HEADINGS), "表头下面没有班次"),
        (workbook([["30", "x"]], ["培训人数", "备注"]), "缺少列：培训级别、专业大类、开班日"),
        (workbook([GOOD] * 81), "共 81 行，一次最多 80 行"),
    ],
)
def test_what_is_no_table_of_lines_is_refused_in_place(
    the_round: ReportingRound, cast: People, signed_in: SignedIn, data: bytes, says: str
) -> None:
    answer = uploaded(signed_in(cast.xingtai.staff), the_round, data)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not PlanImport.objects.unscoped("tests").exists()


def test_a_workbook_belongs_to_whoever_uploaded_it(
    the_round: ReportingRound, cast: People, signed_in: SignedIn
) -> None:
    where = uploaded(signed_in(cast.xingtai.staff), the_round, workbook([GOOD]))["Location"]
    kept = PlanImport.objects.unscoped("tests").get()
    other = signed_in(cast.gongmao.staff)
    assert other.get(where).status_code == 404
    assert other.get(reverse("planning.problems", args=[kept.pk])).status_code == 404
    assert signed_in(cast.hebei).get(where).status_code == 403


def test_the_lines_of_a_round_go_out_as_a_workbook(
    the_round: ReportingRound, cast: People, signed_in: SignedIn
) -> None:
    entered(the_round, cast.xingtai.staff)
    for role, rows in ((cast.xingtai.staff, 1), (cast.centre, 1), (cast.hebei, 0)):
        data = signed_in(role).get(reverse("planning.workbook", args=[the_round.pk])).content
        sheet = load_workbook(io.BytesIO(data)).active
        assert sheet.max_row == 2 + rows
    assert "导出 Excel" in page_of(signed_in(cast.xingtai.staff), the_round)
