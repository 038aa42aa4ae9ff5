"""The page kit: small components that say the same thing everywhere, and buttons that only appear when they work."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from gongxue.foundation.identity.models import Role
from gongxue.foundation.pages.gallery import TONES, Sample
from gongxue.foundation.pages.templatetags.kit import tone_of
from gongxue.regulations.breaches import Breach
from gongxue.regulations.lifecycle import MOVES, THINGS, PlanState
from tests.cast import ClassAtFixture, People, SignedIn

TODAY = date(2023, 6, 12)


def shown(template: str, role: Role | None = None, **context: Any) -> str:
    request = RequestFactory().get("/somewhere/?page=2")
    return Template(template).render(
        Context({"request": request, "role": role, "once": "o", "csrf_token": "t", **context})
    )


@pytest.mark.parametrize(
    ("on", "done", "words", "tone"),
    [
        (date(2023, 6, 10), False, "逾期 2 天", "bad"), (TODAY, False, "今天到期", "wait"), (date(2023, 6, 15), False, "剩 3 天", "wait"),
        (date(2023, 6, 16), False, "剩 4 天", "quiet"), (date(2023, 6, 10), True, "2023年6月10日", "quiet"),
    ],
)  # fmt: skip
def test_a_due_day_is_said_in_words(on: date, done: bool, words: str, tone: str) -> None:
    assert shown("{% due on today done %}", on=on, today=TODAY, done=done) == (
        f'<time class="due {tone}" datetime="{on.isoformat()}">{words}</time>'
    )


def test_nothing_due_shows_nothing() -> None:
    assert shown("{% due None today %}", today=TODAY) == ""


def test_moments_are_shown_in_shanghai_time() -> None:
    late = datetime(2023, 6, 11, 16, 30, tzinfo=ZoneInfo("UTC"))
    assert shown(
        "{{ at|moment }} {{ at|day }} {{ on|long_day }} {{ none|day }}", at=late, on=TODAY, none=None
    ) == ("2023-06-12 00:30 2023-06-12 2023年6月12日 —")


def test_text_is_escaped_wherever_it_comes_from() -> None:
    evil = "<script>alert(1)</script>"
    breach = Breach("x", "TR 8", evil, evil)
    pages = [
        shown("{% tag evil %}{% bar 1 2 evil %}{% empty evil '/x' evil %}", evil=evil),
        shown("{% breaches rows evil %}", rows=[breach], evil=evil),
        shown(
            "{% act_button 'registers.add_school' label=evil ask=evil kind=evil name=evil %}",
            role=_centre(),
            evil=evil,
        ),
    ]
    assert all("<script" not in page for page in pages)


def _centre() -> Any:
    class Centre:
        def may(self, permission: object) -> bool:
            return True

    return Centre()


def test_every_state_has_a_tone_and_a_title() -> None:
    for thing in THINGS.values():
        for state in thing.states:
            assert tone_of(state) in TONES
            text = shown("{% state thing %}", thing=Sample(thing.name, state))
            assert state.title in text
    assert "未开始" in shown("{% state None %}")


def test_a_breach_shows_its_reason_its_article_and_the_way_out() -> None:
    text = shown("{% breaches rows %}", rows=[Breach("x", "TR 11.3", "本班已满。", "可候补。")])
    assert all(
        words in text
        for words in ("本班已满。", "依据：技术规程第十一条(三)", "办法：可候补。", 'role="alert"')
    )
    assert shown("{% breaches rows %}", rows=[]).strip() == ""


# Act buttons ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["centre", "oversight", "hebei", "trainee"])
def test_a_button_appears_only_for_whoever_may_press_it(cast: People, who: str) -> None:
    role = getattr(cast, who)
    assert bool(shown("{% act_button 'registers.add_school' %}", role=role)) is (who == "centre")
    assert shown("{% act_button 'registers.add_school' %}", role=None) == ""
    assert shown("{% act_button 'registers.add_school' show=False %}", role=role) == ""


def test_a_button_appears_only_in_the_states_that_allow_the_act(class_at: ClassAtFixture) -> None:
    c = class_at("submitted")
    for state in PlanState:
        c.tc.state = state.value
        for step in (m for m in MOVES if m.thing == "planned_class" and c.province.may(m.permission)):
            if step.permission.value == "planning.report":
                continue  # its object is the round
            button = shown(f"{{% act_button '{step.permission.value}' tc %}}", role=c.province, tc=c.tc)
            assert bool(button) is (state in step.sources), (state, step.permission)


def test_a_button_carries_the_token_the_key_the_version_and_the_way_back(class_at: ClassAtFixture) -> None:
    c = class_at("submitted")
    button = shown("{% act_button 'planning.approve' tc note='x' %}", role=c.province, tc=c.tc)
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', button))
    assert hidden.pop("once").startswith("o")
    assert hidden == {
        "csrfmiddlewaretoken": "t", "next": "/somewhere/?page=2", "note": "x", "seen": str(c.tc.version),
    }  # fmt: skip
    assert f'action="/planning/lines/{c.tc.pk}/approve/"' in button


def test_two_buttons_of_one_page_have_two_keys(class_at: ClassAtFixture) -> None:
    c = class_at("submitted")
    page = shown(
        "{% act_button 'planning.approve' tc %}{% act_button 'planning.return' tc %}",
        role=c.province,
        tc=c.tc,
    )
    keys = re.findall(r'name="once" value="([^"]+)"', page)
    assert len(keys) == len(set(keys)) == 2


@pytest.mark.parametrize(
    ("code", "who", "required"),
    [
        ("planning.return", "province", True),
        ("planning.approve", "province", False),
        ("accounts.suspend", "centre", True),
    ],
)
def test_a_reason_is_asked_for_where_the_act_cannot_do_without(
    class_at: ClassAtFixture, code: str, who: str, required: bool
) -> None:
    c = class_at("submitted")
    thing: Any = c.people.stranger.account if who == "centre" else c.tc
    role = c.people.centre if who == "centre" else c.province
    button = shown("{% act_button code thing %}", role=role, code=code, thing=thing)
    assert ("<textarea" in button and " required" in button) is required
    assert ("<dialog" in button) is required


# The gallery ------------------------------------------------------------------------------------------------------


def test_the_gallery_shows_every_component_and_every_state(cast: People, signed_in: SignedIn) -> None:
    page = signed_in(cast.centre).get("/kit/").content.decode()
    for thing in THINGS.values():
        assert all(state.title in page for state in thing.states)
    for part in (
        'class="seg"',
        'class="steps"',
        'class="stats"',
        'class="todo"',
        'class="trail"',
        "<dialog",
        'class="empty"',
    ):
        assert part in page
    assert "不出现</button>" not in page


def test_no_page_of_the_kit_has_inline_script_or_style(cast: People, signed_in: SignedIn) -> None:
    page = signed_in(cast.centre).get("/kit/").content.decode()
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=|javascript:", page)
