"""The pages of the certificates for everybody: own, foreign and absent; queries that do not grow with the rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongxue.certificates.actions import collect_certificate, receive_stock
from gongxue.certificates.models import Certificate, LedgerEntry
from tests.cast import ClassAtFixture, ClassesAtFixture, Plan, SignedIn
from tests.stage5_delivery.visits import ABSENT, granted, leaks, statuses

AtTime = Callable[[datetime], None]
READERS = {"institution", "coordinator", "certificate_officer", "centre", "oversight", "province"}
TEACHERS = {"instructor": 403, "examiner": 403, "trainee": 403, "school": 403, "other_school": 403}
LEDGER = {
    "centre", "oversight", "province", "other_province", "institution", "certificate_officer", "other_institution",
    "other_certificate_officer",
}  # fmt: skip
OF_A_CLASS = {
    "certificates/": granted(READERS, **TEACHERS),
    "certificates.pdf": granted({"certificate_officer"}, 403, other_certificate_officer=404),
}
OF_NOTHING = {
    "/ledger/": granted(LEDGER, 403),
    "/ledger.xlsx": granted(LEDGER, 403),
    "/my/certificates/": granted({"trainee", "stranger"}, 403),
}


@pytest.mark.parametrize("page", OF_A_CLASS)
def test_everybody_gets_the_answer_that_their_role_allows(
    class_at: ClassAtFixture, signed_in: SignedIn, page: str
) -> None:
    c = class_at("issued")
    assert statuses(c, signed_in, f"/classes/{c.tc.pk}/{page}") == OF_A_CLASS[page]


@pytest.mark.parametrize("page", OF_A_CLASS)
def test_a_foreign_class_looks_like_none(
    classes_at: ClassesAtFixture, signed_in: SignedIn, page: str
) -> None:
    mine, theirs = classes_at(Plan("issued"), Plan("issued", "017", "1"))
    assert leaks(mine, signed_in, f"/classes/{theirs.tc.pk}/{page}", f"/classes/{ABSENT}/{page}") == {}


@pytest.mark.parametrize("path", OF_NOTHING)
def test_pages_without_an_object_ask_the_role(
    class_at: ClassAtFixture, signed_in: SignedIn, path: str
) -> None:
    c = class_at("issued")
    assert statuses(c, signed_in, path) == OF_NOTHING[path]


@pytest.mark.parametrize("stage", ["admitted", "taught", "finished", "confirmed", "issued", "closed"])
def test_the_page_of_a_class_can_be_opened_at_every_stage(
    class_at: ClassAtFixture, signed_in: SignedIn, stage: str
) -> None:
    c = class_at(stage)
    path = f"/classes/{c.tc.pk}/certificates/"
    for role in (c.staff, c.certificate_officer, c.province):
        assert signed_in(role).get(path).status_code == 200
    printed = signed_in(c.certificate_officer).get(f"/classes/{c.tc.pk}/certificates.pdf")
    assert printed.status_code == (200 if stage in ("issued", "closed") else 404)


QUERIES = {
    ("class", "confirmed"): 13,
    ("class", "issued"): 16,
    ("mine", "issued"): 10,
    ("ledger", "issued"): 11,
}


@pytest.mark.parametrize(("page", "stage"), QUERIES)
@pytest.mark.parametrize("headcount", [1, 3])
def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(
    class_at: ClassAtFixture, signed_in: SignedIn, page: str, stage: str, headcount: int
) -> None:
    c = class_at(stage, headcount=headcount)
    role, path = {
        "class": (c.certificate_officer, f"/classes/{c.tc.pk}/certificates/"),
        "mine": (c.trainees[0], "/my/certificates/"),
        "ledger": (c.certificate_officer, "/ledger/"),
    }[page]
    client = signed_in(role)
    client.get("/desk/")
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    assert len(captured) == QUERIES[page, stage]


def test_the_ledger_of_others_stays_unread(classes_at: ClassesAtFixture, signed_in: SignedIn) -> None:
    mine, theirs = classes_at(Plan("issued"), Plan("issued", "017", "1"))
    their_numbers = [certificate.number for certificate in theirs.certificates]
    for role in (mine.certificate_officer, mine.staff, mine.province):
        for path in (
            "/ledger/",
            f"/ledger/?q={their_numbers[0]}",
            f"/ledger/?institution={theirs.tc.institution_id}",
        ):
            page = signed_in(role).get(path).content.decode()
            rows = page.split("<tbody>")[1]  # what was asked for stands in the filter, of course
            assert not any(number in rows for number in their_numbers)
            assert theirs.certificates[0].holder not in rows
    seen = signed_in(mine.people.centre).get("/ledger/").content.decode()
    assert all(number in seen for number in their_numbers)


def test_a_certificate_is_its_holders_alone(
    classes_at: ClassesAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    (c,) = classes_at(Plan("issued"))
    at_time(c.now)
    foreign = c.certificates[1]
    client = signed_in(c.trainees[0])
    assert foreign.number not in client.get("/my/certificates/").content.decode()
    assert client.post(f"/certificates/{foreign.pk}/collect/").status_code == 404
    assert client.get(f"/certificates/{foreign.pk}/file/").status_code == 404
    for role in (c.staff, c.certificate_officer, c.province):
        assert signed_in(role).get(f"/certificates/{foreign.pk}/file/").status_code == 403


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ({"kind": "received"}, {"入库"}),
        ({"kind": "issued"}, {"核发"}),
        ({"since": "2023-07-01"}, set()),
        ({"until": "2023-01-01"}, set()),
        ({"kind": "nonsense", "since": "gestern"}, {"入库", "核发", "领取"}),
    ],
)
def test_the_ledger_is_filtered(
    class_at: ClassAtFixture, signed_in: SignedIn, query: dict[str, str], kinds: set[str]
) -> None:
    c = class_at("issued")
    receive_stock(quantity=10, by=c.certificate_officer, now=c.now)
    answer = signed_in(c.certificate_officer).get("/ledger/", query)
    shown = {
        kind for kind in ("入库", "核发", "领取") if f'data-label="事项">{kind}<' in answer.content.decode()
    }
    assert shown == kinds
    if not kinds:
        assert "没有符合条件的登记" in answer.content.decode()


def test_a_serial_is_found_inside_a_receipt(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("confirmed")
    receive_stock(quantity=10, by=c.certificate_officer, now=c.now)
    page = signed_in(c.certificate_officer).get("/ledger/?q=1300900007").content.decode()
    assert 'data-label="数量">10<' in page


def test_the_ledger_is_paged_from_fifty_rows_and_its_workbook_has_all(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("confirmed")
    for _ in range(51):
        receive_stock(quantity=1, by=c.certificate_officer, now=c.now)
    client = signed_in(c.certificate_officer)
    page = client.get("/ledger/").content.decode()
    assert page.count('data-label="事项"') == 50
    assert "共 51 笔，第 1 / 2 页" in page
    assert client.get("/ledger/?page=2").content.decode().count('data-label="事项"') == 1
    assert client.get("/ledger.xlsx").content.startswith(b"PK")


def test_whether_numbers_and_entries_agree_is_said(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    from gongxue.certificates.models import NumberCounter

    c = class_at("issued")
    client = signed_in(c.certificate_officer)
    assert "账实相符" in client.get("/ledger/").content.decode()
    NumberCounter.objects.filter(series="S13009").update(last=9)
    page = client.get("/ledger/").content.decode()
    assert "账实不符" in page and "序列号缺少 5 个，最小为 5" in page
    province = signed_in(c.province)
    assert "选择一个培训机构" in province.get("/ledger/").content.decode()
    assert "账实不符" in province.get(f"/ledger/?institution={c.tc.institution_id}").content.decode()


def test_collected_and_not_collected_are_told_apart(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("issued")
    LedgerEntry.objects.inside(certificate__in=c.certificates, kind=LedgerEntry.Kind.COLLECTED)
    before = signed_in(c.staff).get(f"/classes/{c.tc.pk}/certificates/").content.decode()
    certificate = (
        Certificate.objects.inside(pk=c.certificates[1].pk).select_related("training_class", "person").get()
    )
    collect_certificate(certificate=certificate, by=c.trainees[1], now=c.now)
    after = signed_in(c.staff).get(f"/classes/{c.tc.pk}/certificates/").content.decode()
    assert before.count("未领取") == after.count("未领取") + 1
