"""The centre's pages of accounts: search, one account, the slip that is shown once, roles."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from gongxue.foundation.identity.actions import create_account, suspend_account
from gongxue.foundation.identity.models import Account, Organisation, Role
from gongxue.foundation.lifecycle.models import AnsweredRequest
from gongxue.foundation.trail.models import Event
from gongxue.parties.models import Person
from gongxue.rehearsal.timeline import at
from tests.cast import FIRST_DAY, People, SignedIn
from tests.still_clock import StillClock

NOW = at(FIRST_DAY)
SECRET = re.compile(r"(?:[A-Z2-9]{5}-){3}[A-Z2-9]{5}")


@pytest.fixture
def centre(cast: People, signed_in: SignedIn) -> Client:
    return signed_in(cast.centre)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


# Search -----------------------------------------------------------------------------------------------------------


def names_found(client: Client, query: str) -> set[str]:
    return set(
        re.findall(
            r'data-label="姓名"[^>]*><a href="/accounts/\d+/">([^<]+)<', text(client, f"/accounts/?{query}")
        )
    )


def test_accounts_are_found_by_name_sign_in_name_organisation_duty_and_province(
    cast: People, centre: Client
) -> None:
    staff = cast.xingtai.staff.account
    assert staff.name in names_found(centre, f"q={quote(staff.name[:2])}")
    assert names_found(centre, f"q={staff.sign_in_name.upper()}") >= {staff.name}
    office = {
        r.account.name
        for r in (cast.xingtai.staff, cast.xingtai.coordinator, cast.xingtai.certificate_officer)
    }
    assert names_found(centre, "organisation=" + quote("邢台技师")) == office
    assert names_found(centre, f"duty=institution&organisation={quote('邢台技师')}") == {staff.name}
    assert names_found(centre, "duty=province&province=13") == {cast.hebei.account.name}
    assert names_found(centre, "q=nobody") == set()


def test_one_role_must_match_all_conditions(cast: People, centre: Client) -> None:
    """A trainee of 河北 who is staff nowhere is not found as staff of 河北."""
    name = cast.trainee.account.name
    assert name in names_found(centre, "duty=trainee&province=13")
    assert name not in names_found(centre, "duty=institution&province=13")


def test_the_standing_is_shown_and_searched(
    cast: People, signed_in: SignedIn, still_clock: StillClock
) -> None:
    centre = signed_in(cast.centre)
    create_account(
        organisation=cast.xingtai.organisation, name="章文君", duty="coordinator", by=cast.centre, now=NOW
    )
    suspend_account(account=cast.stranger.account, reason="离职", by=cast.centre, now=NOW)
    assert names_found(centre, "standing=first") == {"章文君"}
    assert names_found(centre, "standing=suspended") == {cast.stranger.account.name}
    assert cast.trainee.account.name in names_found(
        centre, f"standing=active&q={cast.trainee.account.sign_in_name}"
    )
    assert "待首次登录" in text(centre, "/accounts/?standing=first")
    still_clock.forward(hours=73)
    assert "初始密码已过期" in text(signed_in(cast.centre), "/accounts/?standing=first")


def test_the_platforms_own_account_is_not_in_the_list(cast: People, centre: Client) -> None:
    assert names_found(centre, "q=platform") == set()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_number_of_queries_for_any_number_of_rows(
    cast: People, centre: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for _ in range(rows):
        create_account(
            organisation=cast.xingtai.organisation, name="章文君", duty="coordinator", by=cast.centre, now=NOW
        )
    with django_assert_num_queries(7):
        assert f"共 {rows} 个账号" in text(centre, f"/accounts/?q={quote('章文君')}")


def test_fifty_accounts_fill_a_page(cast: People, centre: Client) -> None:
    template = Account.objects.get(pk=cast.stranger.account_id)
    Account.objects.bulk_create(
        Account(name="赵大", sign_in_name=f"zhaoda{i}", data_key=template.data_key, created_at=NOW)
        for i in range(51)
    )
    first = text(centre, f"/accounts/?q={quote('赵大')}")
    assert "第 1 / 2 页" in first and first.count("赵大</a>") == 50
    assert text(centre, f"/accounts/?q={quote('赵大')}&page=2").count("赵大</a>") == 1


# One account ------------------------------------------------------------------------------------------------------


def test_the_page_of_a_person_shows_roles_and_history_and_no_personal_value(
    cast: People, centre: Client
) -> None:
    person = Person.objects.unscoped("a test").get(account=cast.trainee.account)
    page = text(centre, f"/accounts/{cast.trainee.account_id}/")
    assert "参训教师" in page and cast.trainee.organisation.name in page
    for value in (person.id_number.reveal(), person.id_number.reveal()[-4:], person.phone, person.phone[-4:]):
        assert value not in page


def test_ones_own_account_offers_no_end_and_the_platform_offers_nothing(cast: People, centre: Client) -> None:
    own = text(centre, f"/accounts/{cast.centre.account_id}/")
    assert "停用账号" not in own and "/end/" not in own
    platform = text(centre, f"/accounts/{cast.system.account_id}/")
    assert "重置初始密码" not in platform and "授予角色</a>" not in platform


def test_suspending_and_ending_happen_on_the_page_with_a_reason(cast: People, centre: Client) -> None:
    address = f"/accounts/{cast.stranger.account_id}/"
    assert 'name="reason" rows="3" maxlength="500" required' in text(centre, address)
    assert (
        centre.post(
            f"/accounts/roles/{cast.stranger.pk}/end/", {"reason": "调离", "next": address}
        ).status_code
        == 302
    )
    assert "以前的角色" in text(centre, address)
    assert centre.post(f"{address}suspend/", {"reason": "", "next": address}).status_code == 422
    assert centre.post(f"{address}suspend/", {"reason": "离职", "next": address}).status_code == 302
    page = text(centre, address)
    assert "该账号已停用" in page and "理由：离职" in page


# The slip ---------------------------------------------------------------------------------------------------------


def create(client: Client, once: str = "key-1", **given: str) -> tuple[int, str]:
    body = {
        "organisation": "邢台技师学院",
        "duty": "coordinator",
        "name": "章文君",
        "sign_in_name": "",
        "once": once,
    }
    answer = client.post("/accounts/create/", {**body, **given})
    return answer.status_code, answer.content.decode()


def test_the_initial_password_is_on_the_slip_once_and_opens_the_account(cast: People, centre: Client) -> None:
    status, slip = create(centre)
    secrets = SECRET.findall(slip)
    assert status == 200 and len(secrets) == 1
    assert "zhangwenjun" in slip and "打印密码单" in slip
    account = Account.objects.get(sign_in_name="zhangwenjun")
    assert account.check_password(secrets[0])


def test_the_slip_is_kept_by_nobody(cast: People, centre: Client) -> None:
    body = {"organisation": "009", "duty": "coordinator", "name": "章文君", "once": "key-1"}
    answer = centre.post("/accounts/create/", body)
    assert "no-store" in answer["Cache-Control"]
    secret = SECRET.findall(answer.content.decode())[0]
    assert secret not in str(AnsweredRequest.objects.values_list())
    assert secret not in str(Event.objects.unscoped("a test").values_list())
    assert secret not in str(Account.objects.values_list())


def test_a_refresh_makes_no_second_account_and_shows_the_password_no_more(
    cast: People, centre: Client
) -> None:
    create(centre)
    before = Account.objects.count()
    answer = centre.post(
        "/accounts/create/",
        {
            "organisation": "邢台技师学院",
            "duty": "coordinator",
            "name": "章文君",
            "sign_in_name": "",
            "once": "key-1",
        },
    )
    account = Account.objects.get(sign_in_name="zhangwenjun")
    assert answer.status_code == 302 and answer["Location"] == f"/accounts/{account.pk}/"
    page = text(centre, answer["Location"])
    assert "初始密码只显示一次" in page and not SECRET.findall(page)
    assert Account.objects.count() == before


def test_a_reset_shows_a_new_password_once(cast: People, centre: Client) -> None:
    address = f"/accounts/{cast.stranger.account_id}/reset/"
    answer = centre.post(address, {"once": "key-2"})
    secret = SECRET.findall(answer.content.decode())[0]
    assert Account.objects.get(pk=cast.stranger.account_id).check_password(secret)
    again = centre.post(address, {"once": "key-2"})
    assert again.status_code == 302
    assert Account.objects.get(pk=cast.stranger.account_id).check_password(secret), (
        "the repeat has reset nothing"
    )
    assert centre.get(address).status_code == 405


def test_an_administrator_cannot_choose_a_password(cast: People, centre: Client) -> None:
    create(centre, password="ich-waehle-eins", secret="AAAAA-AAAAA-AAAAA-AAAAA")
    account = Account.objects.get(sign_in_name="zhangwenjun")
    assert not account.check_password("ich-waehle-eins") and not account.check_password(
        "AAAAA-AAAAA-AAAAA-AAAAA"
    )


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"organisation": "邢台"}, "没有这个单位"), ({"organisation": ""}, "这个字段是必填项"), ({"duty": "province"}, "不能设在教师培训基地"),
        ({"duty": "system"}, "选择一个有效的选项"), ({"name": "="}, "姓名应为"), ({"sign_in_name": "platform"}, "该登录名已被使用"),
    ],
)  # fmt: skip
def test_what_was_typed_is_kept_when_the_form_is_refused(
    cast: People, centre: Client, given: dict[str, str], says: str
) -> None:
    status, page = create(centre, **given)
    assert status == 422 and says in page
    kept = {"organisation": "邢台技师学院", "name": "章文君", **given}
    assert f'value="{kept["organisation"]}"' in page or not kept["organisation"]
    assert f'value="{kept["name"]}"' in page
    assert not Account.objects.filter(sign_in_name__startswith="zhangwenjun").exists()


@pytest.mark.parametrize("typed", ["009", "13009", " 邢台技师学院 "])
def test_an_institution_is_also_found_by_its_code(cast: People, centre: Client, typed: str) -> None:
    assert create(centre, organisation=typed)[0] == 200
    assert Role.objects.get(account__sign_in_name="zhangwenjun").organisation.code == "009"


@pytest.mark.parametrize("typed", ["9", "32009", "0099", "999"])
def test_a_code_of_no_institution_is_refused(cast: People, centre: Client, typed: str) -> None:
    assert create(centre, organisation=typed)[0] == 422


# What the forms offer while one types -----------------------------------------------------------------------------


def test_organisations_duties_and_a_free_sign_in_name_are_offered(cast: People, centre: Client) -> None:
    offered = centre.get(
        "/accounts/choices/", {"q": "邢台", "organisation": "邢台技师学院", "name": "章文君"}
    ).json()
    assert offered["organisations"] == ["邢台技师学院"]
    assert [d for d, _ in offered["duties"]] == [
        "institution", "coordinator", "certificate_officer", "backbone", "trainee", "school",
    ]  # fmt: skip
    assert offered["sign_in_name"] == "zhangwenjun" and offered["same_name"] == []


def test_somebody_of_the_same_name_is_shown_before_a_second_account_is_made(
    cast: People, centre: Client
) -> None:
    offered = centre.get("/accounts/choices/", {"name": cast.trainee.account.name}).json()
    assert [row["sign_in_name"] for row in offered["same_name"]] == [cast.trainee.account.sign_in_name]
    assert "参训教师" in offered["same_name"][0]["roles"]


def test_at_most_twenty_organisations_are_offered_and_closed_ones_never(cast: People, centre: Client) -> None:
    Organisation.objects.filter(name="邢台技师学院").update(is_active=False)
    assert len(centre.get("/accounts/choices/", {"q": "技师学院"}).json()["organisations"]) == 20
    assert centre.get("/accounts/choices/", {"q": "邢台"}).json()["organisations"] == []
    assert centre.get("/accounts/choices/").json() == {"organisations": []}


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "words", ["\0", "%", "_", "'; DROP TABLE account; --", "张" * 500, "\ud83d", "\u202e"]
)
def test_whatever_is_searched_for_breaks_nothing(cast: People, centre: Client, words: str) -> None:
    query = quote(words.encode("utf-8", "surrogatepass"))
    for page in ("/accounts/?q=", "/accounts/?organisation=", "/accounts/?duty=", "/registers/?q=", "/registers/schools/?q=",
                 "/pool/?q=", "/pool/?level=", "/pool/register/?q=", "/trail/?actor=", "/trail/?code="):  # fmt: skip
        assert centre.get(page + query).status_code == 200, page
    assert centre.get(f"/accounts/choices/?q={query}&name={query}&organisation={query}").status_code == 200


# Roles ------------------------------------------------------------------------------------------------------------


def test_a_role_is_given_on_its_page(cast: People, centre: Client) -> None:
    address = f"/accounts/{cast.stranger.account_id}/roles/"
    assert "参训教师" in text(centre, address)
    body = {"organisation": cast.stranger.organisation.name, "duty": "school"}
    assert centre.post(address, body)["Location"] == f"/accounts/{cast.stranger.account_id}/"
    assert Role.objects.filter(account=cast.stranger.account_id, duty="school", until=None).exists()
    refused = centre.post(address, {**body, "duty": "province"})
    assert refused.status_code == 422 and "不能设在技工院校" in refused.content.decode()
