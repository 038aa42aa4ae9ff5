"""After the closing nothing of a class can be done any more, by nobody, but what the texts leave open."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models, transaction

from gongxue.foundation.identity.models import Account, Organisation, Role
from gongxue.foundation.lifecycle.acts import ACTS, Act
from gongxue.foundation.lifecycle.errors import NotThere, Refusal
from gongxue.foundation.lifecycle.scope import Scoped
from gongxue.foundation.official_forms.models import FormDraft, FormVersion
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import ReportingRound
from gongxue.stage6_assessment.actions import countersign_correction, request_correction
from gongxue.stage6_assessment.models import RubricDraft
from tests.cast import ClassAt, ClassAtFixture
from tests.foundation.lifecycle.right_inputs import TRIED
from tests.stage6_assessment.every_page import keys_of
from tests.stage6_assessment.test_nobody_elses import everybody

RIGHT = {tried.permission: tried for tried in TRIED}
NOT_OF_A_CLASS = (Account, Role, Organisation, ReportingRound, FormVersion, FormDraft, RubricDraft)
LEFT_OPEN = {  # what the texts leave open after the closing → who may do it
    Permission.REQUEST_CORRECTION: {
        "institution"
    },  # MG 13: a mark is corrected whenever it is found to be wrong
    Permission.APPEAL: {
        "trainee 3",
        "trainee 4",
    },  # AMB-80: the days of appeal run from the confirmation, not to the closing
    Permission.RECEIVE_TRANSCRIPT: {"centre", "province"},  # that it has come to them
    Permission.SAVE_TEMPLATE: {"centre", "institution"},  # what has proved itself is kept for later classes
    Permission.SET_WILLING: {"instructor 1", "instructor 2"},  # nor their own entry in the pool
    Permission.CLOSE_TEMPLATE: {"centre"},  # not a part of the class
    Permission.DOWNLOAD: {"trainee 4"},  # MG 18.2: the holder collects when they come
    Permission.HAND_OUT: {"certificate_officer"},
    # MG 18: certificates are replaced, corrected and revoked as long as they are held
    Permission.APPLY_REPLACEMENT: {"certificate_officer", "trainee 4"},
    Permission.APPLY_CORRECTION: {"certificate_officer", "trainee 4"},
    Permission.APPLY_REVOCATION: {"certificate_officer"},
    # taking one's own consent back, a look that leaves an entry, a copy of what may be read anyway
    Permission.SHARE_CONTACT: {f"trainee {n}" for n in (1, 2, 3, 4)},
    Permission.SEE_PHONE: {"institution", "coordinator", "instructor 1", "instructor 2", "trainee 1"},
    Permission.PACK_PORTFOLIO: {
        "centre",
        "province",
        "institution",
        "coordinator",
        "instructor 1",
        "instructor 2",
        "examiner 1",
        "examiner 2",
        "examiner 3",
        "trainee 1",
        "trainee 2",
        "trainee 3",
        "trainee 4",
    },
}


@pytest.fixture
def closed(class_at: ClassAtFixture) -> ClassAt:
    """One failed, one barred, one failed the final, one holds a certificate."""
    return class_at("closed", fates=("failed", "barred", "final_failed"))


def inputs_of(c: ClassAt, act: Act, row: Any) -> dict[str, Any]:
    """As right as they can be."""
    given = RIGHT[act.permission].inputs(c) if act.permission in RIGHT else {}
    if act.permission == Permission.SEE_PHONE:  # on its page only, so not among the tried ones
        given = {"attendee": c.attendees[0].pk}
    if any(p.name == "seen" and p.required for p in act.parameters):
        given = {**given, "seen": row.version}
    given = {
        **given,
        **{p.name: _row(p.model, given[p.name]) for p in act.parameters if p.model and p.name in given},
    }
    return {p.name: given.get(p.name, "核对") for p in act.parameters[1:] if p.required or p.name in given}


def _row(model: type[models.Model], key: Any) -> Any:
    """What the API names by its number."""
    rows: Any = model.objects.unscoped("a test") if issubclass(model, Scoped) else model._default_manager
    return rows.get(pk=key) if isinstance(key, int) else key


def rows_of(model: type[models.Model], c: ClassAt) -> list[Any]:
    """The rows of the class."""
    rows: Any = (
        model.objects.unscoped("a test") if issubclass(model, Scoped) else model._default_manager.all()
    )
    return list(rows.filter(pk__in=keys_of(model, c)))


def test_nothing_of_a_closed_class_can_be_done(closed: ClassAt) -> None:
    done: dict[Permission, set[str]] = {}
    tried = 0
    for permission, act in ACTS.items():
        thing = act.object_parameter.model if act.object_parameter else None
        if thing is None or thing in NOT_OF_A_CLASS:
            continue
        for name, role in everybody(closed).items():
            for row in rows_of(thing, closed) if role.may(permission) else ():
                tried += 1
                if _is_done(act, row, role, closed):
                    done.setdefault(permission, set()).add(name)
    assert tried > 200
    assert done == LEFT_OPEN


def _is_done(act: Act, row: Any, role: Role, c: ClassAt) -> bool:
    try:
        inputs = inputs_of(c, act, row)
    except Refusal:  # what it is about cannot be begun any more
        return False
    with transaction.atomic():
        try:
            act.function(**{act.parameters[0].name: row}, **inputs, by=role, now=c.now)
        except (Refusal, NotThere):
            return False
        finally:
            transaction.set_rollback(True)
    return True


def test_a_correction_after_the_closing_does_not_touch_a_certificate(closed: ClassAt) -> None:
    """What was certified is refused until the certificate is void; the others may be corrected with two signatures."""
    holder = next(a for a in closed.attendees if a.pk == closed.certificates[0].attendee_id)
    asked = request_correction(
        attendee=holder, part="final", new="40", reason="登记有误", by=closed.staff, now=closed.now
    )
    with pytest.raises(Refusal) as refused:
        countersign_correction(correction=asked, seen=asked.version, by=closed.province, now=closed.now)
    assert [b.rule for b in refused.value.breaches] == ["correction.certified"]
