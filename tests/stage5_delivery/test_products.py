"""Learning products: handed in by their author, versions kept, files refused in Chinese, served as attachments."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.files.uploads import PRODUCTS
from gongxue.stage5_delivery.models import LearningProduct
from gongxue.stage6_assessment.actions import score_process
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, FreshDatabase, Plan, SignedIn

AtTime = Callable[[datetime], None]


def _archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("工作页.txt", (2023, 6, 12, 8, 0, 0)), "学习任务分析")
    return made.getvalue()


def _file(name: str = "设计方案.zip", data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, _archive() if data is None else data)


def _hand_in(c: ClassAt, signed_in: SignedIn, seat: int = 0, **form: Any) -> Any:
    client = signed_in(c.trainees[seat])
    return client.post(
        f"/classes/{c.tc.pk}/products/hand-in/", {"title": "学习任务设计", "note": "说明", **form}
    )


def _count(c: ClassAt) -> int:
    return int(LearningProduct.objects.inside(training_class=c.tc).count())


@pytest.fixture
def c(fresh_database: FreshDatabase, at_time: AtTime) -> ClassAt:
    """A class under way in a database and a file store of its own."""
    c = fresh_database.class_at("started")
    at_time(c.now)
    return c


def test_a_file_comes_back_as_it_was_and_as_an_attachment(c: ClassAt, signed_in: SignedIn) -> None:
    assert _hand_in(c, signed_in, file=_file()).status_code == 302
    product = LearningProduct.objects.inside(training_class=c.tc).get()
    for role in (c.trainees[0], c.staff, c.instructors[1], c.province):
        answer = signed_in(role).get(f"/products/{product.pk}/file/")
        assert b"".join(answer.streaming_content) == _archive()  # type: ignore[attr-defined]
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_scope_is_asked_at_each_download(
    fresh_database: FreshDatabase, signed_in: SignedIn, at_time: AtTime
) -> None:
    mine, theirs = fresh_database.classes_at(Plan("started"), Plan("started", "017", "1"))
    at_time(mine.now)
    _hand_in(theirs, signed_in, file=_file())
    product = LearningProduct.objects.inside(training_class=theirs.tc).get()
    outside = [mine.staff, mine.province, mine.instructors[0], mine.trainees[0], theirs.trainees[1]]
    assert [signed_in(role).get(f"/products/{product.pk}/file/").status_code for role in outside] == [404] * 5
    assert signed_in(mine.school).get(f"/products/{product.pk}/file/").status_code == 403


def test_versions_are_kept_with_their_times(c: ClassAt, signed_in: SignedIn, at_time: AtTime) -> None:
    from datetime import timedelta

    _hand_in(c, signed_in, title="第一稿")
    at_time(c.now + timedelta(hours=3))
    _hand_in(c, signed_in, title="第二稿")
    page = signed_in(c.trainees[0]).get(f"/classes/{c.tc.pk}/products/").content.decode()
    assert page.index("第一稿") < page.index("第二稿")
    assert "09:00 收到" in page and "12:00 收到" in page


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (_file("空.pdf", b""), "空文件"),
        (_file("程序.exe", b"MZ" + b"0" * 64), "不接受“.exe”文件"),
        (_file("改名.pdf", b"MZ" + b"0" * 64), "文件内容不是 pdf 格式"),
        (_file("断.zip", _archive()[:-30]), "文件"),
        (_file("断.pdf", b"%PDF-1.7\n1 0 obj\n<<"), "文件"),
    ],
)
def test_broken_files_are_refused_in_chinese_and_leave_nothing(
    c: ClassAt, signed_in: SignedIn, file: SimpleUploadedFile, says: str
) -> None:
    file.seek(0)
    answer = _hand_in(c, signed_in, file=file)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert 'value="学习任务设计"' in page  # the words stay
    assert (_count(c), StoredFile.objects.count()) == (0, 0)


def test_a_file_over_the_limit_is_named_before_it_is_read(c: ClassAt, signed_in: SignedIn) -> None:
    with override_settings(UPLOAD_LIMIT=100_000):  # the reading of a request stops there
        answer = signed_in(c.trainees[0]).post(
            f"/classes/{c.tc.pk}/products/hand-in/",
            {"title": "太大", "note": "", "file": _file("大.zip", b"PK\x03\x04" + b"0" * 200_000)},
        )
    assert answer.status_code == 422
    assert "文件超过 50 MB，没有接收" in answer.content.decode()
    assert _count(c) == 0


def test_limits_are_shown_before_anything_is_sent(c: ClassAt, signed_in: SignedIn) -> None:
    page = signed_in(c.trainees[0]).get(f"/classes/{c.tc.pk}/products/").content.decode()
    assert "不超过 50 MB" in page
    assert 'accept=".pdf,' in page
    assert f'data-limit="{PRODUCTS.limit}"' in page


@pytest.mark.parametrize(
    "form", [{"title": "", "note": "有说明"}, {"title": "只有名称", "note": " "}, {"title": "长" * 121}]
)
def test_a_product_needs_a_name_and_a_content(c: ClassAt, signed_in: SignedIn, form: dict[str, Any]) -> None:
    assert _hand_in(c, signed_in, **form).status_code == 422
    assert _count(c) == 0


def test_a_double_click_hands_in_once(c: ClassAt, signed_in: SignedIn) -> None:
    for _ in range(2):
        assert _hand_in(c, signed_in, once="same-key").status_code == 302
    assert _count(c) == 1


def test_while_the_work_is_scored_nothing_more_is_taken(c: ClassAt, signed_in: SignedIn) -> None:
    _hand_in(c, signed_in)
    score_process(attendee=c.attendees[0], mark="80", by=c.instructors[0], now=c.now)
    answer = _hand_in(c, signed_in)
    assert answer.status_code == 422
    assert "已开始评分" in answer.content.decode()
    assert _count(c) == 1


def test_only_its_author_hands_in(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("started")
    for actor in ("institution", "coordinator", "instructor", "province"):
        assert signed_in(c.actors()[actor]).post(f"/classes/{c.tc.pk}/products/hand-in/").status_code == 403
    assert (
        signed_in(c.people.trainee).post(f"/classes/{c.tc.pk}/products/hand-in/", {"title": "x"}).status_code
        == 404
    )


def test_a_trainee_sees_only_their_own_work(classes_at: ClassesAtFixture, signed_in: SignedIn) -> None:
    (c,) = classes_at(Plan("taught"))
    page = signed_in(c.trainees[0]).get(f"/classes/{c.tc.pk}/products/").content.decode()
    assert page.count("收到</time>") == 1
    others = [a.application.person.name for a in c.attendees[1:]]
    assert not any(name in page for name in others)
