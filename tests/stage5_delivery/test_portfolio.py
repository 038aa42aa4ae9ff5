"""A trainee's portfolio: the page, its index, the archive with every version, for whoever may see the class."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from pypdf import PdfReader

from gongxue.foundation.jobs.backend import drain
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.stage5_delivery import packing
from gongxue.stage5_delivery.actions import call_roll, comment_product, pack_portfolio
from gongxue.stage5_delivery.models import PortfolioPack
from tests.cast import ClassAt, FreshDatabase, SignedIn
from tests.stage5_delivery.test_handing_in import PAPER, give, task, uploaded


@pytest.fixture
def c(fresh_database: FreshDatabase, at_time: Callable[[datetime], None]) -> ClassAt:
    """A class with a database and a store of its own; the first trainee has handed in twice and been late once."""
    c = fresh_database.class_at("started")
    at_time(c.now)
    first = give(c, uploads=[uploaded(c.trainees[0], c.now)])
    give(c, follows=first, uploads=[uploaded(c.trainees[0], c.now, "工作页（改）.pdf")], title="工作页（改）")
    comment_product(product=first, text="条理清楚", by=c.instructors[0], now=c.now)
    task(c)
    call_roll(
        training_class=c.tc, day=c.tc.first_day, period=1, presences={c.attendees[0].pk: "late"}, by=c.coordinator, now=c.now
    )  # fmt: skip
    return c


def test_the_page_and_the_index_say_what_there_is(c: ClassAt, signed_in: SignedIn) -> None:
    pk = c.attendees[0].pk
    for role in (c.trainees[0], c.staff, c.instructors[0], c.province):
        page = signed_in(role).get(f"/attendees/{pk}/portfolio/").content.decode()
        assert "工作页（改）" in page and "第 1 版" in page and "未提交的任务" in page
        answer = signed_in(role).get(f"/attendees/{pk}/portfolio.pdf")
        assert answer.status_code == 200
        text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(answer.content)).pages)
        assert "学习档案目录" in text and "迟到" in text and "工作页设计" in text
        assert ("条理清楚" in text) is (role in (c.trainees[0], c.instructors[0]))
    assert signed_in(c.trainees[1]).get(f"/attendees/{pk}/portfolio/").status_code == 404


def test_the_archive_has_every_version_and_belongs_to_whoever_asked(c: ClassAt, signed_in: SignedIn) -> None:
    attendee = c.attendees[0]
    pack = pack_portfolio(attendee=attendee, by=c.trainees[0], now=c.now)
    with pytest.raises(RuleBroken, match="正在打包"):
        pack_portfolio(attendee=attendee, by=c.trainees[0], now=c.now)
    drain()
    client = signed_in(c.trainees[0])
    assert client.get(f"/portfolios/{pack.pk}/").json()["over"] is True
    data = b"".join(client.get(f"/portfolios/{pack.pk}/file/").streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert (
            names[0] == packing.INDEX
            and sum("第1版" in n for n in names) == sum("第2版" in n for n in names) == 1
        )
        assert archive.read(names[1]) == PAPER
    for other in (c.staff, c.trainees[1], c.instructors[0]):
        assert signed_in(other).get(f"/portfolios/{pack.pk}/file/").status_code == 404


def test_after_a_day_it_is_gone(c: ClassAt) -> None:
    pack = pack_portfolio(attendee=c.attendees[0], by=c.staff, now=c.now)
    drain()
    pack.refresh_from_db()
    path = packing.pack_path(pack)
    assert path.exists() and packing.forget_old(c.now + timedelta(hours=23)) == 0
    assert packing.forget_old(c.now + timedelta(hours=25)) == 1
    assert not path.exists() and not PortfolioPack.objects.unscoped("test").exists()
