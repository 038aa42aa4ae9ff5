"""A new version of a form: written by the centre, published from a day, kept apart from what was answered before."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import docx
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from gongxue.foundation import clock
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, Refusal, RuleBroken
from gongxue.foundation.official_forms.actions import begin_draft, drop_draft, publish_form, save_draft
from gongxue.foundation.official_forms.models import FormDraft, FormVersion
from gongxue.foundation.official_forms.proofs import proof_breaches
from gongxue.foundation.official_forms.queries import version_on
from gongxue.foundation.trail.models import Event
from gongxue.regulations.official_forms import FORM_1, FORMS
from gongxue.regulations.official_forms.drafting import draft_breaches, drafted, editable
from gongxue.regulations.official_forms.needed import needed_breaches
from tests.cast import FreshDatabase, People, Race, SignedIn

AtTime = Callable[[datetime], None]
TITLE = FORM_1.title


def first(code: str = "form1") -> FormVersion:
    return FormVersion.objects.get(code=code, number=1)


def begun(centre: Role, code: str = "form1") -> FormDraft:
    return begin_draft(version=first(code), by=centre, now=clock.now())


def rewritten(draft: FormDraft, centre: Role, label: str = "民族（按身份证）") -> FormDraft:
    data = editable(draft.form)
    data["sections"][0]["items"][5]["label"] = label
    return save_draft(draft=draft, definition=data, by=centre, now=clock.now(), seen=draft.version)


def published(draft: FormDraft, centre: Role, day: date | None = None, **more: Any) -> FormVersion:
    wanted: dict[str, Any] = {
        "effective_from": day or clock.today(),
        "confirmation": TITLE,
        "seen": draft.version,
    } | more
    return publish_form(draft=draft, by=centre, now=clock.now(), **wanted)


# The acts -------------------------------------------------------------------------------------------------------------


def test_a_draft_becomes_the_next_version_and_the_old_one_stays(cast: People) -> None:
    before = first().definition
    draft = rewritten(begun(cast.centre), cast.centre)
    made = published(draft, cast.centre, clock.today() + timedelta(days=3))
    assert (made.number, made.form.version, made.published_by) == (2, 2, cast.centre.account)
    assert made.form.sections[0].items[5].label == "民族（按身份证）"
    assert first().definition == before
    assert version_on("form1", clock.today()) == first()
    assert version_on("form1", clock.today() + timedelta(days=3)) == made
    draft.refresh_from_db()
    assert (draft.state, draft.became) == ("published", made)
    codes = list(
        Event.objects.unscoped("test")
        .filter(code__startswith="forms.")
        .order_by("pk")
        .values_list("code", flat=True)
    )
    assert codes == ["forms.begin", "forms.edit", "forms.publish"]
    edit = Event.objects.unscoped("test").get(code="forms.edit")
    assert edit.changes == {"differences": [None, ["第 3 项“民族（按身份证）” 文字"]]}


def test_one_draft_of_a_form_at_a_time(cast: People) -> None:
    draft = begun(cast.centre)
    with pytest.raises(RuleBroken, match="已有一份新版在编写"):
        begun(cast.centre)
    assert begun(cast.centre, "form2").code == "form2"
    drop_draft(draft=draft, by=cast.centre, now=clock.now())
    assert begun(cast.centre).pk != draft.pk


def test_saving_names_the_version_that_was_seen(cast: People) -> None:
    draft = begun(cast.centre)
    rewritten(draft, cast.centre, "一")
    with pytest.raises(Conflict):
        rewritten(draft, cast.centre, "二")
    stored = FormDraft.objects.scope(cast.centre).get()
    assert stored.form.sections[0].items[5].label == "一"
    again = rewritten(stored, cast.centre, "一")
    assert again.version == stored.version, "saving what is stored changes nothing"


def test_what_the_processes_need_is_refused_while_it_is_written(cast: People) -> None:
    draft = begun(cast.centre)
    data = editable(draft.form)
    data["sections"][2]["items"].pop()
    with pytest.raises(RuleBroken) as refused:
        save_draft(draft=draft, definition=data, by=cast.centre, now=clock.now())
    assert [b.rule for b in refused.value.breaches] == ["forms.needed.19.3-6"]
    assert FormDraft.objects.scope(cast.centre).get().form == FORM_1


def test_unfinished_work_is_kept_and_not_published(cast: People) -> None:
    draft = begun(cast.centre)
    saved = rewritten(draft, cast.centre, "")
    with pytest.raises(RuleBroken) as refused:
        published(saved, cast.centre)
    assert [b.rule for b in refused.value.breaches] == ["forms.item.3"]
    assert not FormVersion.objects.filter(number=2).exists()


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"day": -1}, "forms.past"), ({"confirmation": "申请表"}, "forms.confirmation"), ({"label": "民族"}, "forms.same"),
        ({"label": "民族\U00020164\uf123"}, "forms.print"),
    ],
)  # fmt: skip
def test_publishing_says_every_reason(cast: People, more: dict[str, Any], rule: str) -> None:
    draft = begun(cast.centre)
    draft = rewritten(draft, cast.centre, more.pop("label", "民族（按身份证）"))
    day = clock.today() + timedelta(days=more.pop("day", 0))
    with pytest.raises(RuleBroken) as refused:
        published(draft, cast.centre, day, **more)
    assert [b.rule for b in refused.value.breaches] == [rule]
    assert all(b.way_out for b in refused.value.breaches)


def test_one_version_per_form_and_day(cast: People) -> None:
    day = clock.today() + timedelta(days=5)
    published(rewritten(begun(cast.centre), cast.centre), cast.centre, day)
    second = begin_draft(version=FormVersion.objects.get(number=2), by=cast.centre, now=clock.now())
    second = rewritten(second, cast.centre, "民族成分")
    for taken in (day, day - timedelta(days=1)):
        with pytest.raises(RuleBroken, match="新版须晚于它"):
            published(second, cast.centre, taken)
    assert published(second, cast.centre, day + timedelta(days=1)).number == 3


def test_another_version_of_the_draft_than_seen_is_not_published(cast: People) -> None:
    draft = rewritten(begun(cast.centre), cast.centre)
    with pytest.raises(Conflict):
        published(draft, cast.centre, seen=draft.version - 1)
    published(draft, cast.centre)
    with pytest.raises(Refusal):
        published(FormDraft.objects.scope(cast.centre).get(), cast.centre)
    with pytest.raises(RuleBroken, match="已发布，不能再修改"):
        rewritten(FormDraft.objects.scope(cast.centre).get(), cast.centre)


def test_nobody_else_may(cast: People) -> None:
    draft = begun(cast.centre)
    for role in (cast.hebei, cast.xingtai.staff, cast.trainee):
        with pytest.raises(NotAllowed):
            begun(role, "form2")
        with pytest.raises(NotAllowed):
            drop_draft(draft=draft, by=role, now=clock.now())
        assert not FormDraft.objects.scope(role).exists()


@pytest.mark.postgresql
def test_two_publish_at_once_and_one_version_comes_of_it(fresh_database: FreshDatabase, race: Race) -> None:
    centre = fresh_database.cast.centre
    draft = rewritten(begun(centre), centre)
    results = race(*[lambda: published(draft, centre)] * 4)
    made = [r for r in results if isinstance(r, FormVersion)]
    assert len(made) == 1
    assert all(isinstance(r, Refusal) for r in results if r not in made), results
    assert FormVersion.objects.filter(code="form1").count() == 2


@pytest.mark.postgresql
def test_two_begin_at_once_and_one_draft_comes_of_it(fresh_database: FreshDatabase, race: Race) -> None:
    centre = fresh_database.cast.centre
    results = race(*[lambda: begun(centre)] * 4)
    assert sum(isinstance(r, FormDraft) for r in results) == 1
    assert all(isinstance(r, RuleBroken) for r in results if not isinstance(r, FormDraft)), results


# Whatever passes the rules can be printed ----------------------------------------------------------------------------------


@settings(max_examples=25)
@given(st.sampled_from(FORMS), st.data())
def test_a_definition_without_breaches_fills_every_row(form: Any, draw: st.DataObject) -> None:
    data = editable(form)
    for _ in range(draw.draw(st.integers(1, 4))):
        section = draw.draw(st.sampled_from(data["sections"]))
        if not section["items"]:
            continue
        n = draw.draw(st.integers(0, len(section["items"]) - 1))
        what = draw.draw(st.sampled_from(["remove", "move", "new", "span", "room", "page", "kind"]))
        _edit(section["items"], n, what, draw)
    made, breaches = drafted(form, data)
    assert breaches == []
    if draft_breaches(form, made) or needed_breaches(made):
        return
    assert [b.says for b in proof_breaches(made) if "排满" in b.says] == []


def _edit(items: list[dict[str, Any]], n: int, what: str, draw: st.DataObject) -> None:
    if what == "remove":
        items.pop(n)
    elif what == "move":
        items.insert(draw.draw(st.integers(0, len(items) - 1)), items.pop(n))
    elif what == "new":
        kind = draw.draw(st.sampled_from(["text", "long", "choice", "yes_no", "declare"]))
        options = ["甲", "乙"] if kind == "choice" else []
        span = draw.draw(st.integers(1, 24))
        items.insert(n, items[n] | {"code": f"{90 + len(items)}", "label": "新题", "kind": kind, "options": options,
                                    "scores": [], "span": span, "level": "", "asked_if": "", "roles": []})  # fmt: skip
    elif what == "span":
        items[n]["span"] = draw.draw(st.integers(1, 24))
    elif what == "room":
        items[n]["room"] = draw.draw(st.integers(0, 60))
    elif what == "page":
        items[n]["new_page"] = True
    else:
        items[n]["kind"] = draw.draw(st.sampled_from(["text", "long", "declare"]))
        items[n]["options"], items[n]["scores"] = [], []


# The pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def centre(cast: People, signed_in: SignedIn) -> Client:
    return signed_in(cast.centre)


class _Inputs(HTMLParser):
    """The names and values of a form as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Any] = {}
        self.area = self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {k: v or "" for k, v in attrs}
        name = has.get("name", "")
        ticked = has.get("type") not in ("checkbox", "radio") or "checked" in has
        if tag == "input" and name and ticked:
            self.found[name] = has.get("value", "on")
        elif tag == "textarea":
            self.area, self.found[name] = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in has or self.select not in self.found):
            self.found[self.select] = has.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found[self.area] += data


def fields_of(client: Client, draft: FormDraft, part: int) -> dict[str, Any]:
    """What a browser sends for a part that nobody has touched."""
    page = client.get(reverse("forms.edit", args=[draft.pk]), {"part": part}).content.decode()
    reader = _Inputs()
    reader.feed(page[page.index('class="card draft-form"') : page.index('<aside class="stack draft-side">')])
    return {k: v for k, v in reader.found.items() if k != "csrfmiddlewaretoken"}


def send(client: Client, draft: FormDraft, part: int, **changed: Any) -> Any:
    fields = fields_of(client, draft, part) | {k.replace("__", "."): v for k, v in changed.items()}
    return client.post(f"{reverse('forms.edit', args=[draft.pk])}?part={part}", fields)


def json_of(client: Client, draft: FormDraft, part: int, fields: dict[str, Any]) -> Any:
    where = f"{reverse('forms.edit', args=[draft.pk])}?part={part}"
    return client.post(where, fields, headers={"Accept": "application/json"})


@pytest.mark.parametrize("code", [form.code for form in FORMS])
def test_a_page_that_nobody_touched_changes_nothing(cast: People, centre: Client, code: str) -> None:
    draft = begun(cast.centre, code)
    for part in range(len(draft.form.sections) + 1):
        assert send(centre, draft, part).status_code == 302
    stored = FormDraft.objects.scope(cast.centre).get()
    assert stored.form == first(code).form
    assert stored.version == draft.version


def test_the_centre_writes_previews_and_publishes_in_the_browser(cast: People, centre: Client) -> None:
    listed = centre.get(reverse("forms.versions")).content.decode()
    assert listed.count("起草新版") == 6
    begins: Any = centre.post(reverse("forms.begin", args=[first().pk]))
    draft = FormDraft.objects.scope(cast.centre).get()
    assert begins.url == reverse("forms.edit", args=[draft.pk])
    added = send(centre, draft, 4, do="add:0")
    assert added.url.endswith("?part=4&open=1#item-1")
    page = centre.get(added.url).content.decode()
    assert "题目文字为 1 至 600 字" in page
    assert "还有 1 处没有写好" in centre.get(reverse("forms.preview", args=[draft.pk])).content.decode()
    send(
        centre,
        draft,
        4,
        i__1__label="是否需要接站",
        i__1__kind="choice",
        i__1__options="需要\n不需要",
        i__1__help="写明车次更好",
    )
    item = FormDraft.objects.scope(cast.centre).get().form.sections[3].items[1]
    assert (item.code, item.label, item.options, item.help) == (
        "21",
        "是否需要接站",
        ("需要", "不需要"),
        "写明车次更好",
    )
    preview = reverse("forms.preview", args=[draft.pk])
    assert "21.是否需要接站" in centre.get(preview).content.decode()
    assert "写明车次更好" in centre.get(preview, {"as": "web", "level": "2"}).content.decode()
    pdf = PdfReader(io.BytesIO(centre.get(preview, {"as": "pdf"}).content))
    assert "是否需要接站" in "".join(p.extract_text() for p in pdf.pages)
    book = docx.Document(io.BytesIO(centre.get(preview, {"as": "docx"}).content))
    assert "是否需要接站" in "".join(c.text for t in book.tables for r in t.rows for c in r.cells)
    look = centre.get(reverse("forms.publish", args=[draft.pk])).content.decode()
    assert "新增（1）" in look and "是否需要接站" in look
    seen = FormDraft.objects.scope(cast.centre).get().version
    sent = {"effective_from": clock.today().isoformat(), "confirmation": "对", "seen": seen}
    refused = centre.post(reverse("forms.publish", args=[draft.pk]), sent)
    assert refused.status_code == 422 and "没有核对确认" in refused.content.decode()
    done: Any = centre.post(reverse("forms.publish", args=[draft.pk]), sent | {"confirmation": TITLE})
    assert done.url == reverse("forms.versions")
    assert version_on("form1", clock.today()).number == 2
    assert "21.是否需要接站" in Client().get("/forms/form1/").content.decode()


def test_what_is_typed_is_checked_as_one_types(cast: People, centre: Client) -> None:
    draft = begun(cast.centre)
    fields = fields_of(centre, draft, 1) | {"i.5.label": ""}
    answer = json_of(centre, draft, 1, fields)
    assert answer.status_code == 200
    told = answer.json()
    assert told["seen"] == draft.version + 1
    assert list(told["items"]) == ["3"]
    assert "题目文字" in told["problems"][0]["says"]
    assert told["problems"][0]["where"].endswith("?part=1&open=5#item-5")
    mended = json_of(centre, draft, 1, fields | {"i.5.label": "民族成分", "seen": told["seen"]}).json()
    assert mended["problems"] == []


def test_a_needed_item_is_not_removed_by_its_button(cast: People, centre: Client) -> None:
    draft = begun(cast.centre)
    page = centre.get(reverse("forms.edit", args=[draft.pk]), {"part": 3}).content.decode()
    assert 'value="remove:0"' not in page
    refused = send(centre, draft, 3, do="remove:0")
    assert refused.status_code == 422
    assert "不能删去：培训需求分析按此项统计" in refused.content.decode()
    assert FormDraft.objects.scope(cast.centre).get().form == FORM_1


def test_two_windows_are_told_of_each_other(cast: People, centre: Client) -> None:
    draft = begun(cast.centre)
    mine, theirs = (fields_of(centre, draft, 1) for _ in range(2))
    assert json_of(centre, draft, 1, theirs | {"i.5.label": "民族成分"}).status_code == 200
    answer = json_of(centre, draft, 1, mine | {"i.5.label": "族别"})
    assert answer.status_code == 409
    told = answer.json()
    assert told["theirs"] == [{"label": "第 3 项", "value": "民族成分"}]
    assert told["now"] == draft.version + 1
    assert FormDraft.objects.scope(cast.centre).get().form.sections[0].items[5].label == "民族成分"
    kept = json_of(centre, draft, 1, mine | {"i.5.label": "族别", "seen": told["now"]})
    assert kept.status_code == 200
    plain = centre.post(f"{reverse('forms.edit', args=[draft.pk])}?part=1", theirs)
    assert plain.status_code == 409 and "内容有变化" in plain.content.decode()


BUTTONS = [
    (2, "up:1", ["16", "15"]), (2, "down:0", ["16", "15"]), (1, "remove:14", ["0", "0a"]), (2, "down:4", ["15", "16"]),
    (2, "up:0", ["15", "16"]), (2, "remove:99", ["15", "16"]), (2, "add:x", ["15", "16"]), (2, "add:-1", ["21", "15"]),
]  # fmt: skip


@pytest.mark.parametrize(("part", "do", "codes"), BUTTONS)
def test_items_are_moved_added_and_removed(
    cast: People, centre: Client, part: int, do: str, codes: list[str]
) -> None:
    draft = begun(cast.centre)
    assert send(centre, draft, part, do=do).status_code == 302
    form = FormDraft.objects.scope(cast.centre).get().form
    assert [i.code for i in form.sections[part - 1].items][:2] == codes
    assert any(i.code == "11" for i in form.items) is (do != "remove:14")


def test_an_item_goes_to_another_section_and_sections_change_places(cast: People, centre: Client) -> None:
    draft = begun(cast.centre)
    moved = send(centre, draft, 2, do="move:4", i__4__to="4")
    assert "part=4&open=2" in moved.url
    assert [i.code for i in FormDraft.objects.scope(cast.centre).get().form.sections[3].items] == [
        "20",
        "declaration",
        "18",
    ]
    send(centre, draft, 4, do="section-up")
    send(centre, draft, 3, do="section-add")
    form = FormDraft.objects.scope(cast.centre).get().form
    assert [s.title for s in form.sections] == [
        "基本情况",
        "工作经历",
        "培训需求与声明",
        "新的部分",
        "能力自评",
    ]
    send(centre, draft, 4, do="section-remove")
    shown = centre.get(reverse("forms.compare", args=["form1"])).content.decode()
    assert "移到“培训需求与声明”部分" in shown and "部分的顺序" in shown


def test_two_versions_are_compared_in_words(cast: People, centre: Client) -> None:
    draft = rewritten(begun(cast.centre), cast.centre, "民族成分")
    made = published(draft, cast.centre)
    chosen: dict[str, Any] = {"new": made.pk, "old": "x"}
    page = centre.get(reverse("forms.compare", args=["form1"]), chosen).content.decode()
    assert "<ins>成分</ins>" in page and "data-print" in page
    same = centre.get(
        reverse("forms.compare", args=["form1"]), {"new": made.pk, "old": made.pk}
    ).content.decode()
    assert "两版没有不同" in same
    assert centre.get(reverse("forms.compare", args=["form9"])).status_code == 404


def test_a_withdrawn_draft_is_closed(cast: People, centre: Client) -> None:
    draft = begun(cast.centre)
    centre.post(reverse("forms.drop", args=[draft.pk]), {"next": "/official-forms/"})
    assert centre.get(reverse("forms.edit", args=[draft.pk])).status_code == 302
    assert "起草新版" in centre.get(reverse("forms.versions")).content.decode()


@pytest.mark.parametrize("where", ["/official-forms/", "/official-forms/versions/1/", "/official-forms/versions/1/results/",
                                   "/official-forms/compare/form1/", "/official-forms/drafts/{}/", "/official-forms/drafts/{}/preview/"])  # fmt: skip
def test_the_pages_are_the_centres_alone(cast: People, signed_in: SignedIn, where: str) -> None:
    where = where.format(begun(cast.centre).pk)
    assert signed_in(cast.centre).get(where).status_code == 200
    for role in (cast.hebei, cast.xingtai.staff, cast.trainee, cast.oversight):
        assert signed_in(role).get(where).status_code == 403
    assert Client().get(where).status_code == 302


def test_pages_cost_few_queries(cast: People, centre: Client) -> None:
    draft = begun(cast.centre)
    centre.get("/official-forms/")
    counts = {}
    for name in ("forms.versions", "forms.edit", "forms.preview", "forms.publish"):
        where = reverse(name, args=[] if name == "forms.versions" else [draft.pk])
        with CaptureQueriesContext(connection) as seen:
            assert centre.get(where).status_code == 200
        counts[name] = len(seen)
    assert max(counts.values()) <= 8, counts
