"""The pages of the import: template, upload, preview, progress, problems, passwords."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from gongxue.foundation.identity.models import Account
from gongxue.foundation.jobs.backend import claim, drain
from gongxue.foundation.jobs.models import Job
from gongxue.parties import kept_workbooks
from gongxue.parties.models import PeopleImport
from gongxue.parties.people_sheet import HEADINGS, read_sheet
from gongxue.rehearsal.timeline import at
from tests.cast import FIRST_DAY, People, SignedIn
from tests.parties.workbooks import people, read_back, upload, workbook
from tests.still_clock import StillClock

HERE = "/accounts/import/"


@pytest.fixture
def centre(cast: People, signed_in: SignedIn, still_clock: StillClock) -> Client:
    return signed_in(cast.centre)


def send(client: Client, data: bytes, once: str = "k", name: str = "名单.xlsx") -> Any:
    return client.post(HERE, {"workbook": upload(data, name), "once": once})


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_the_template_has_the_columns_as_text_and_can_be_filled_in(centre: Client, tmp_path: Any) -> None:
    answer = centre.get(f"{HERE}template.xlsx")
    assert "filename*=utf-8''" in answer["Content-Disposition"]
    (tmp_path / "t.xlsx").write_bytes(answer.content)
    book = load_workbook(tmp_path / "t.xlsx")
    sheet = book["人员名单"]
    assert [cell.value for cell in sheet[1]] == list(HEADINGS)
    assert {sheet.column_dimensions[c].number_format for c in "ABCDE"} == {"@"}
    assert sheet.data_validations.dataValidation[0].sqref.ranges
    assert "骨干教师、参训教师必填" in "".join(str(row[0].value) for row in book["填写说明"].iter_rows())
    for row, line in enumerate(people(2), 2):
        for column, value in enumerate(line, 1):
            sheet.cell(row, column, value)
    book.save(tmp_path / "t.xlsx")
    assert len(read_sheet(upload((tmp_path / "t.xlsx").read_bytes())).lines) == 2


def test_an_upload_leads_to_its_preview_with_counts_and_problems(cast: People, centre: Client) -> None:
    lines = [*people(3), *people(1, seed=9, place="没有这所学校")]
    lines[1][1] = 130502199001011234
    answer = send(centre, workbook(lines))
    page = text(centre, answer["Location"])
    assert "发放 2 个账号" in page and "问题 <small>2 行</small>" in page
    assert "数字格式" in page and "没有单位“没有这所学校”" in page
    rows = re.findall(r'data-label="行号">(\d+)<', page)
    assert rows == ["3", "5"], "as Excel numbers them"
    assert not any(str(line[1]) in page for line in lines), "no ID number on the page"


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [("名单.txt", b"x", "不接受“.txt”文件"), ("名单.xlsx", b"x", "可能改过扩展名"), ("名单.xlsx", workbook([["x"]], ["一"]), "没有找到表头"), ("名单.xlsx", b"", "")],
)  # fmt: skip
def test_a_file_that_is_no_list_of_people_is_refused_on_the_page(
    centre: Client, name: str, data: bytes, says: str
) -> None:
    answer = send(centre, data, name=name)
    assert answer.status_code == 422 and says in answer.content.decode()
    assert centre.post(HERE, {"once": "z"}).status_code == 422
    assert not PeopleImport.objects.unscoped("a test").exists()


def test_sending_the_same_upload_twice_keeps_it_once(cast: People, centre: Client) -> None:
    data = workbook(people(2))
    assert send(centre, data)["Location"] == send(centre, data)["Location"]
    assert PeopleImport.objects.unscoped("a test").count() == 1


def test_from_the_upload_to_the_passwords(cast: People, centre: Client) -> None:
    where = send(centre, workbook(people(3)))["Location"]
    assert Account.objects.filter(created_at__gte=at(FIRST_DAY)).count() == 0
    assert centre.post(f"{where}confirm/", {"once": "c"})["Location"] == where
    assert "初始密码尚未领取" in text(centre, where)
    answer = centre.post(f"{where}passwords/", {"once": "p"})
    assert "no-store" in answer["Cache-Control"] and "attachment" in answer["Content-Disposition"]
    rows = read_back(answer.content)
    assert rows[1][:5] == ["姓名", "单位", "角色", "登录名", "初始密码"]
    for name, _, _, sign_in_name, secret, *_ in rows[2:]:
        account = Account.objects.get(sign_in_name=sign_in_name)
        assert account.name == name and account.check_password(secret)
    again = centre.post(f"{where}passwords/", {"once": "p"})
    assert again.status_code == 302, "the same click gives no second list"
    assert "初始密码表只下载一次" in text(centre, where)
    assert Account.objects.get(sign_in_name=rows[2][3]).check_password(rows[2][4])


def test_the_list_comes_back_with_the_problems_in_a_last_column(cast: People, centre: Client) -> None:
    lines = [[*line, "007"] for line in [*people(2), *people(1, seed=9, place="没有")]]
    lines[0][0] = "=1+1"
    where = send(centre, workbook(lines, [*HEADINGS, "备注"]))["Location"]
    back = read_back(centre.get(f"{where}problems.xlsx").content)
    assert back[1] == [*HEADINGS, "备注", "问题"]
    assert [row[:6] for row in back[2:]] == lines, "every cell as it was, also what looks like a formula"
    assert [bool(row[6]) for row in back[2:]] == [True, False, True]
    centre.post(f"{where}confirm/", {"once": "c"})
    rest = read_back(centre.get(f"{where}problems.xlsx").content)
    assert [row[3] for row in rest[2:]] == [lines[0][3], "没有"], "only what is left to mend"


def test_the_mended_list_can_be_sent_again_as_it_is(cast: People, centre: Client) -> None:
    where = send(centre, workbook(people(2, place="没有")))["Location"]
    back = read_back(centre.get(f"{where}problems.xlsx").content)
    for row in back[2:]:
        row[3] = "河北第一技师学院"
    second = send(centre, workbook(back[2:], back[1]), once="k2")["Location"]
    assert "发放 2 个账号" in text(centre, second)
    assert read_back(centre.get(f"{second}problems.xlsx").content)[1] == [*HEADINGS, "问题"]


def test_many_are_a_job_whose_progress_the_page_asks_for(
    cast: People, centre: Client, monkeypatch: pytest.MonkeyPatch, still_clock: StillClock
) -> None:
    monkeypatch.setattr(kept_workbooks, "AT_ONCE", 2)
    where = send(centre, workbook(people(3)))["Location"]
    centre.post(f"{where}confirm/", {"once": "c"})
    page = text(centre, where)
    assert "正在发放 3 个账号" in page and f'data-progress="{where}progress/"' in page
    assert centre.get(f"{where}progress/").json() == {
        "ended": False,
        "done": 0,
        "of": 3,
        "says": "正在等待处理",
    }
    job = claim("worker", still_clock.now)
    assert job is not None
    Job.objects.filter(pk=job.pk).update(done_steps=2, all_steps=3)
    assert centre.get(f"{where}progress/").json() == {
        "ended": False,
        "done": 2,
        "of": 3,
        "says": "正在核对并发放",
    }
    Job.objects.filter(pk=job.pk).update(state="ready")
    drain()
    assert centre.get(f"{where}progress/").json()["ended"]
    assert "已发放 3 个账号" in text(centre, where)


def test_a_job_that_failed_is_said_and_offers_to_try_again(
    cast: People, centre: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_workbooks, "AT_ONCE", 2)
    where = send(centre, workbook(people(3)))["Location"]
    centre.post(f"{where}confirm/", {"once": "c"})
    Job.objects.update(state="failed", error="进程多次中断。")
    page = text(centre, where)
    assert "发放没有完成，一个账号也没有产生" in page and "发放 3 个账号" in page
    assert centre.get(f"{where}progress/").json()["ended"]


def test_giving_up_is_said_and_the_list_of_uploads_remembers(cast: People, centre: Client) -> None:
    where = send(centre, workbook(people(2)))["Location"]
    assert centre.post(f"{where}drop/")["Location"] == HERE
    assert "这份名单已放弃" in text(centre, where)
    page = text(centre, HERE)
    assert "名单.xlsx" in page and "已放弃" in page


def test_confirming_what_has_been_confirmed_is_refused_and_a_double_click_is_not(
    cast: People, centre: Client
) -> None:
    where = send(centre, workbook(people(2)))["Location"]
    assert [centre.post(f"{where}confirm/", {"once": "c"}).status_code for _ in range(2)] == [302, 302]
    assert centre.post(f"{where}confirm/", {"once": "other"}).status_code == 422
    assert Account.objects.filter(created_at__gte=at(FIRST_DAY)).count() == 2
