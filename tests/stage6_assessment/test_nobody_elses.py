"""Marks are the scorers' own: through no page and no operation does anybody write another person's mark (row 8).

Everybody posts to everything they may open, with marks among the inputs, on a class that is being scored and on one whose
results are confirmed. Afterwards every sheet stands as it stood, and what is new is signed by whoever sent it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from gongxue.api.acts import ON_PAGES_ONLY, path_of
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.regulations.marks import Part
from gongxue.stage6_assessment.actions import scoring
from gongxue.stage6_assessment.models import Attempt, CriterionMark, DraftSheet, ScoreSheet, TranscriptLine
from gongxue.stage6_assessment.queries import transcript_of
from tests.cast import ClassAt, ClassAtFixture, SignedIn
from tests.faults.counts import short_and_full
from tests.foundation.access.test_every_page import CLOSED, may
from tests.stage6_assessment.every_page import _token, keys_of, model_of, unprinted
from tests.stage6_assessment.test_seal import sealed as sealed

pytestmark = pytest.mark.ignore_template_errors
AtTime = Callable[[datetime], None]
FORGED = "11.1"
MARKS = ("1", "2")  # the criteria of the rubric
SCORING = ("instructor 2", "examiner 2", "institution", "centre")
CONFIRMED = ("examiner 2", "institution", "province", "trainee 2")


@pytest.fixture(autouse=True)
def _nothing_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    unprinted(monkeypatch, blank=True)


def everybody(c: ClassAt) -> dict[str, Role]:
    """Everybody around the class, each scorer and trainee apart."""
    roles = {
        name: role for name, role in c.actors().items() if name not in ("instructor", "examiner", "trainee")
    }
    teams = {"instructor": c.instructors, "examiner": c.examiners, "trainee": c.trainees}
    return roles | {f"{name} {i}": role for name, team in teams.items() for i, role in enumerate(team, 1)}


def inputs_of(c: ClassAt, signs: bool = False) -> dict[str, Any]:
    """Marks in every place where an act or a page could look for them."""
    marks: dict[str, Any] = {
        f"{name}.{a.pk}": FORGED for a in c.attendees for name in ("mark", "process", "final", "new")
    }
    marks |= {f"marks.{code}": FORGED for code in MARKS} | {f"comments.{code}": "改" for code in MARKS}
    return marks | {
        "mark": FORGED, "new": FORGED, "process": FORGED, "final": FORGED, "part": "process", "comment": "改", "reason": "改",
        "scorer": c.people.expert.pk, "attempt": 1, "seen": 1, "do": "sign" if signs else "submit", "agrees": True, "pledged": True,
    }  # fmt: skip


def marks_by_scorer() -> dict[tuple[Any, ...], str]:
    """Every mark that stands anywhere: whose it is → the mark."""
    sheets = ScoreSheet.objects.unscoped("a test").values_list("pk", "scorer__account_id", "mark")
    drafts = DraftSheet.objects.unscoped("a test").values_list("pk", "scorer__account_id", "mark")
    criteria = CriterionMark.objects.unscoped("a test").values_list(
        "pk", "sheet__scorer__account_id", "mark", "comment"
    )
    typed = DraftSheet.objects.unscoped("a test").values_list("pk", "scorer__account_id", "criteria")
    means = Attempt.objects.unscoped("a test").values_list("pk", "mean")
    found: dict[tuple[Any, ...], str] = {("sheet", pk, by): str(mark) for pk, by, mark in sheets}
    found |= {("draft", pk, by): str(mark) for pk, by, mark in drafts}
    found |= {("criterion", pk, by): f"{mark} {comment}" for pk, by, mark, comment in criteria}
    found |= {
        ("draft", pk, by): found["draft", pk, by] + str(sorted(marks.items())) for pk, by, marks in typed
    }
    found |= {("mean", pk, 0): str(mean) for pk, mean in means if mean is not None}
    lines = TranscriptLine.objects.unscoped("a test").values_list("pk", "process", "final")
    return found | {("line", pk, 0): f"{process} {final}" for pk, process, final in lines}


def doors_of(c: ClassAt, role: Role) -> Iterator[tuple[str, set[str]]]:
    """Every page and every operation that lets the role pass, on every row of the class; what the operation takes."""
    for page in CLOSED:
        model = model_of(page.route)
        if may(role, page) and page.name != "sign_out":
            yield from ((page.at(pk), set()) for pk in (keys_of(model, c) if model else [1]))
    for permission, act in ACTS.items():
        if permission not in ON_PAGES_ONLY and role.may(permission):
            thing, names = act.object_parameter, {p.name for p in act.parameters}
            keys = keys_of(thing.model, c) if thing and thing.model else [1]
            yield from ((f"/api/v1{path_of(act).replace('{pk}', str(pk))}", names) for pk in keys)


def post_everything(c: ClassAt, role: Role, client: Client, only: str = "") -> None:
    """Post to every door; they are listed before, because some of them end roles and accounts."""
    inputs, token = inputs_of(c), _token(role)
    by_criteria = {"marks": dict.fromkeys(MARKS, FORGED), "comments": dict.fromkeys(MARKS, "改")}
    for address, names in [door for door in doors_of(c, role) if only in door[0]]:
        if address.startswith("/api/"):
            body = {name: value for name, value in inputs.items() if name in names}
            client.post(address, body, content_type="application/json", headers=token)
            if "marks" in names:
                body = {name: value for name, value in body.items() if name != "mark"} | by_criteria
                client.post(address, body, content_type="application/json", headers=token)
        else:
            client.post(address, inputs)
            if address.endswith("/sheet/"):
                client.post(address, inputs_of(c, signs=True))


def forged_by(c: ClassAt, role: Role, client: Client, only: str = "") -> list[str]:
    """What is not as before although it is not the role's own."""
    logging.disable(logging.CRITICAL)
    before, found = marks_by_scorer(), []
    try:
        with transaction.atomic():
            post_everything(c, role, client, only)
            after = marks_by_scorer()
            transaction.set_rollback(True)
    finally:
        logging.disable(logging.NOTSET)
    for whose, mark in before.items():
        own_draft = whose[0] == "draft" and whose[2] == role.account_id
        if after.get(whose) != mark and not own_draft:
            found.append(f"{whose} {mark} → {after.get(whose)}")
    new = set(after) - set(before)
    found += [
        f"{whose} new"
        for whose in new
        if whose[0] in ("sheet", "criterion", "draft") and whose[2] != role.account_id
    ]
    found += [f"{whose} new" for whose in new if whose[0] == "line"]
    return found


@pytest.mark.parametrize("names", short_and_full(SCORING, ()))
def test_while_scoring_nobody_writes_anothers_mark(
    sealed: ClassAt, signed_in: SignedIn, names: tuple[str, ...]
) -> None:
    roles = everybody(sealed)
    found = {name: forged_by(sealed, roles[name], signed_in(roles[name])) for name in names or roles}
    assert {name: forged for name, forged in found.items() if forged} == {}


@pytest.mark.parametrize("names", short_and_full(CONFIRMED, ()))
def test_confirmed_results_are_changed_by_nobody_alone(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, names: tuple[str, ...]
) -> None:
    c = class_at("confirmed", headcount=2)
    at_time(c.now)
    assert len(transcript_of(c.tc)) == 2
    roles = everybody(c)
    found = {name: forged_by(c, roles[name], signed_in(roles[name])) for name in names or roles}
    assert {name: forged for name, forged in found.items() if forged} == {}


def test_somebody_who_scores_for_another_is_found_out(
    sealed: ClassAt, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: a sheet that is signed by the second of the team, whoever sends it."""
    second = sealed.instructors[1].account.person

    def wrong(attendee: Any, part: Part, by: Role) -> Any:
        return second

    monkeypatch.setattr(scoring, "_scorer", wrong)
    found = forged_by(sealed, sealed.instructors[0], signed_in(sealed.instructors[0]), only="score")
    assert {one.split("'")[1] for one in found} >= {"sheet", "criterion"}
