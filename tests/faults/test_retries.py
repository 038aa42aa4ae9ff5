"""Answers that never arrive: the same request again, once to three times at the same moment, has one effect.

reliability row 10: 1,000 mutating requests whose answer is thrown away and which are sent again under their key.
Without a key every one of these acts but the sheets would take effect again, which the control shows.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain, cycle, islice

import pytest

from gongxue.certificates.models import LedgerEntry
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.models import AnsweredRequest
from gongxue.foundation.trail.models import Event
from gongxue.regulations.marks import Part
from gongxue.regulations.roles import Permission
from gongxue.stage4_enrolment.models import Opinion
from gongxue.stage6_assessment.models import ScoreSheet
from tests.cast import ClassAt, FreshDatabase, Plan
from tests.faults.books import ANY, disagreements, reopen
from tests.faults.calls import Deed, at_once, throw_away, where_of
from tests.faults.counts import short_and_full
from tests.faults.server import Server

TokenOf = Callable[[Role], str]
EFFECTS = {  # act → the rows of which each deed leaves one
    Permission.SCORE_PROCESS: ScoreSheet.objects.unscoped(ANY).filter(attempt__part="process"),
    Permission.GIVE_OPINION: Opinion.objects.unscoped(ANY),
    Permission.RECEIVE_STOCK: LedgerEntry.objects.unscoped(ANY).filter(kind="received"),
}


def rows_by_act() -> Counter[Permission]:
    """How many effects of each act stand in the books."""
    return Counter({permission: rows.all().count() for permission, rows in EFFECTS.items()})


def sheets(c: ClassAt, token_of: TokenOf) -> Iterator[Deed]:
    """Every process sheet of a class, once."""
    for attendee in c.attendees:
        for by in c.instructors:
            where = where_of(Permission.SCORE_PROCESS, attendee.pk)
            what = (Permission.SCORE_PROCESS,)
            yield Deed(where, token_of(by), {"mark": "81.5"}, f"{Part.PROCESS}-{attendee.pk}-{by.pk}", what)


def repeatable(c: ClassAt, applied: ClassAt, token_of: TokenOf) -> Iterator[Deed]:
    """Opinions and receipts without end: each of them may be done again and would count again."""
    officer = token_of(c.certificate_officer)
    judges = cycle(
        [(a, by) for a in applied.tc.applications.unscoped(ANY).order_by("pk") for by in applied.instructors]
    )
    n = 0
    while True:
        n += 1
        application, by = next(judges)
        agrees = {"agrees": n % 3 > 0, "comment": f"第 {n} 次"}
        opinion = where_of(Permission.GIVE_OPINION, application.pk)
        yield Deed(opinion, token_of(by), agrees, f"opinion-{n}", (Permission.GIVE_OPINION,))
        stock = where_of(Permission.RECEIVE_STOCK)
        yield Deed(stock, officer, {"quantity": 1 + n % 5}, f"stock-{n}", (Permission.RECEIVE_STOCK,))


@pytest.fixture
def deeds(fresh_database: FreshDatabase, token_of: TokenOf) -> Iterator[Deed]:
    """Deeds of three kinds, without end."""
    c, applied = fresh_database.classes_at(Plan("taught"), Plan("enrolment_closed", "001"))
    return chain(sheets(c, token_of), repeatable(c, applied, token_of))


@pytest.mark.postgresql
@pytest.mark.parametrize("number", short_and_full(60, 1000))
def test_a_request_sent_again_has_one_effect_and_the_same_answer(
    deeds: Iterator[Deed], server: Callable[..., Server], number: int, measured: Callable[..., None]
) -> None:
    dice = random.Random(number)
    todo = list(islice(deeds, number))
    dice.shuffle(todo)
    before, events = rows_by_act(), Event.objects.unscoped(ANY).count()
    running = server(threads=2, worker=False)
    running.start()
    again = 0
    for deed in todo:
        throw_away(running.port, deed)
        answers = at_once(running.port, [deed] * dice.randrange(1, 4))
        again += len(answers)
        assert [answer.status for answer in answers] == [200] * len(answers), answers
        assert all(answer.data == answers[0].data for answer in answers)
    running.kill()
    reopen()
    assert rows_by_act() - before == Counter(deed.what[0] for deed in todo)
    assert Event.objects.unscoped(ANY).count() - events == number
    assert AnsweredRequest.objects.count() == number
    assert disagreements() == {}
    measured(requests=number, sent_again=again, effects_each=1)


def test_without_a_key_the_second_request_counts_again(
    deeds: Iterator[Deed], server: Callable[..., Server]
) -> None:
    deed = next(deed for deed in deeds if deed.what == (Permission.RECEIVE_STOCK,))
    unnamed = Deed(deed.where, deed.token, deed.inputs)
    running = server(worker=False)
    running.start()
    answers = at_once(running.port, [unnamed, unnamed])
    assert [answer.status for answer in answers] == [200, 200]
    assert rows_by_act()[Permission.RECEIVE_STOCK] == 2
