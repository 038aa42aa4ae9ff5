"""The editor's savings as JSON: versions, conflicts with the other one's text, bad input, retries."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.stage3_programme.forms import MOST_SESSIONS, read_saving
from gongxue.stage3_programme.models import Programme
from gongxue.stage3_programme.queries import programme_of, sessions_of
from tests.cast import ClassAt, ClassAtFixture, SignedIn

AtTime = Callable[[datetime], None]


def save(client: Client, c: ClassAt, body: Any, key: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    text = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return client.post(
        reverse("programme.edit", args=[c.tc.pk]), text, content_type="application/json", headers=headers
    )


def programme(c: ClassAt) -> Programme:
    found = programme_of(c.tc)
    assert found is not None
    return found


def period(c: ClassAt, **more: Any) -> dict[str, Any]:
    row = {
        "day": c.tc.first_day.isoformat(),
        "period": 1,
        "kind": "course",
        "module": "3-1",
        "topic": "",
        "teacher": None,
        "room": "",
    }
    return {**row, **more}


def test_a_saving_answers_with_the_version_and_what_is_missing(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("staffed")
    at_time(c.now)
    client = signed_in(c.instructors[0])
    answer = save(client, c, {"seen": 0, "sections": {"venue": "太湖边"}, "sessions": [period(c)]})
    data = answer.json()
    assert (answer.status_code, data["version"]) == (200, programme(c).version)
    for words in ("还缺", "培训方案缺少", "课表安排了 1 天", "场地中出现“太湖”", "尚未确认当前版本"):
        assert words in data["panel"]
    answer = save(client, c, {"seen": data["version"], "venue_declared": True, "final_mode": "defence"})
    assert "严禁在 21 个风景名胜区" not in answer.json()["panel"].partition("还缺")[2]
    assert (programme(c).final_mode, programme(c).venue_declared) == ("defence", True)


def test_another_version_is_a_409_with_what_the_other_one_wrote(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("drafted")
    at_time(c.now)
    mine, theirs = signed_in(c.staff), signed_in(c.instructors[0])
    seen = programme(c).version
    assert save(theirs, c, {"seen": seen, "sections": {"venue": "二号楼"}, "sessions": []}).status_code == 200
    answer = save(mine, c, {"seen": seen, "sections": {"venue": "一号楼"}})
    data = answer.json()
    assert answer.status_code == 409
    assert (data["version"], data["editable"], data["fields"]["venue"], data["sessions"]) == (
        seen + 1,
        True,
        "二号楼",
        [],
    )
    assert c.instructors[0].account.name in data["writer"]
    assert [b["rule"] for b in data["breaches"]] == ["version.changed"]
    assert programme(c).venue == "二号楼", "nothing is overwritten"


def test_after_submission_the_writer_is_told_that_it_is_too_late(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("programme_submitted")
    at_time(c.now)
    client = signed_in(c.staff)
    stale = save(client, c, {"seen": 2, "sections": {"venue": "晚"}})
    assert (stale.status_code, stale.json()["editable"]) == (409, False)
    locked = save(client, c, {"seen": programme(c).version, "sections": {"venue": "晚"}})
    assert (locked.status_code, locked.json()["breaches"][0]["rule"]) == (422, "programme.locked")
    assert locked.json()["breaches"][0]["cites"] == "技术规程第九条"


def test_a_retry_under_the_same_key_has_one_effect_and_the_same_answer(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("drafted")
    at_time(c.now)
    client = signed_in(c.staff)
    body = {"seen": programme(c).version, "sections": {"venue": "一号楼"}}
    first, again = save(client, c, body, "k1"), save(client, c, body, "k1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["version"] == again.json()["version"] == programme(c).version


# what is sent instead of a saving
BAD_BODIES: list[Any] = [
    "", "{", "[]", "null", '"text"', b"\xff\xfe", {"poem": 1}, {"seen": "7"}, {"seen": -1}, {"seen": True}, {"seen": 2**40},
    {"sections": []}, {"sections": {"venue": 5}}, {"sections": {"venue": "\x00"}}, '{"sections": {"venue": "\\ud800"}}',
    {"sections": {"venue": "长" * 30_000}}, {"venue_declared": "yes"}, {"final_mode": 3}, {"sessions": {}},
    {"sessions": [1]}, {"sessions": [{}]}, {"sessions": [{"day": "2023-06-12"}]},
]  # fmt: skip


@pytest.mark.parametrize("body", BAD_BODIES)
def test_what_cannot_be_read_is_refused_and_nothing_is_saved(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, body: Any
) -> None:
    c = class_at("staffed")
    at_time(c.now)
    answer = save(signed_in(c.staff), c, body)
    assert (answer.status_code, answer.json()["breaches"][0]["rule"]) == (422, "input.format")
    assert programme_of(c.tc) is None


@pytest.mark.parametrize(
    "changes",
    [{"day": "12.6.2023"}, {"day": 5}, {"period": "1"}, {"period": 1.5}, {"period": None}, {"teacher": "3"}, {"teacher": -1},
     {"topic": None}, {"room": "\ud800"}, {"price": 3}],
)  # fmt: skip
def test_a_damaged_period_is_refused(class_at: ClassAtFixture, changes: dict[str, Any]) -> None:
    c = class_at("staffed")
    body = json.dumps({"seen": 0, "sessions": [period(c, **changes)]}).encode()
    with pytest.raises(RuleBroken):
        read_saving(body)


def test_a_timetable_of_absurd_length_is_refused(class_at: ClassAtFixture) -> None:
    c = class_at("staffed")
    with pytest.raises(RuleBroken):
        read_saving(json.dumps({"sessions": [period(c)] * (MOST_SESSIONS + 1)}).encode())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(["seen", "sections", "final_mode", "venue_declared", "sessions"])


@given(st.dictionaries(names, json_values))
def test_any_input_is_read_or_refused(sent: dict[str, Any]) -> None:
    try:
        found = read_saving(json.dumps(sent).encode("utf-8", "surrogatepass"))
    except RuleBroken as refusal:
        assert refusal.breaches[0].rule == "input.format"
    else:
        assert set(found) == {"seen", *sent}


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        read_saving(body)
    except RuleBroken as refusal:
        assert refusal.breaches[0].rule == "input.format"


def test_who_may_save(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c = class_at("drafted")
    at_time(c.now)
    body = {"seen": 1, "sections": {"venue": "越权"}}
    found = {who: save(signed_in(role), c, body).status_code for who, role in c.actors().items()}
    writers = {"institution": 409, "instructor": 409}
    others = {"other_institution": 404, "other_backbone": 404}
    assert found == dict.fromkeys(found, 403) | writers | others
    absent = reverse("programme.edit", args=[10**9])
    assert signed_in(c.staff).post(absent, "{}", content_type="application/json").status_code == 404
    assert signed_in(c.staff).get(reverse("programme.edit", args=[c.tc.pk])).status_code == 405


def test_an_examiner_of_the_class_is_told_who_writes(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("drafted")
    at_time(c.now)
    answer = save(signed_in(c.examiners[0]), c, {"seen": programme(c).version, "sections": {"venue": "越权"}})
    assert answer.status_code == 403
    assert "授课骨干教师共同制定" in answer.json()["breaches"][0]["says"]


def test_a_teacher_who_left_is_taken_out_of_what_is_sent_back(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("drafted")
    at_time(c.now)
    gone = c.invitations[-1]
    assert gone.person_id in {s.teacher_id for s in sessions_of(c.tc)}
    client = signed_in(c.staff)
    client.post(reverse("staffing.withdraw", args=[gone.pk]), {"reason": "调整"})
    sent = save(client, c, {"seen": 1, "sections": {}}).json()["sessions"]
    assert gone.person_id not in {row["teacher"] for row in sent}
    assert save(client, c, {"seen": programme(c).version, "sessions": sent}).status_code == 200


def test_without_a_token_nothing_is_saved(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(c.staff.account)
    assert save(strict, c, {"seen": programme(c).version, "sections": {"venue": "伪造"}}).status_code == 403
    assert programme(c).venue != "伪造"
