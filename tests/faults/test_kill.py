"""`kill -9` at random moments: what was acknowledged is there, what was not is wholly there or wholly absent.

reliability row 1: 200 kills while 20 clients submit scores, issue certificates and receive stock; SQLite and
PostgreSQL. Control: a server that acknowledges before it commits must be found out.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest

from gongxue.foundation.identity.models import Role
from gongxue.regulations.marks import Part
from gongxue.regulations.roles import Permission
from tests.cast import ClassAt, FreshDatabase, Plan
from tests.faults.books import answered, disagreements, reopen, signs
from tests.faults.calls import Deed, where_of
from tests.faults.clients import Account, Chain, Clients
from tests.faults.counts import short_and_full
from tests.faults.server import Server

SEED = 20220612
SCORE = {Part.PROCESS: Permission.SCORE_PROCESS, Part.FINAL: Permission.SCORE_FINAL}
TokenOf = Callable[[Role], str]
MakeServer = Callable[..., Server]


@dataclass(frozen=True, slots=True)
class Count:
    """How much."""

    kills: int
    clients: int
    each: int  # acknowledgements between two kills, at most
    taught: int  # trainees whose scores are submitted
    receipts: int
    whole: bool  # through `gongxue serve` at every start


SHORT = Count(kills=4, clients=6, each=16, taught=4, receipts=40, whole=False)
FULL = Count(kills=200, clients=20, each=60, taught=28, receipts=9000, whole=True)


def plans(count: Count) -> list[Plan]:
    """Classes under assessment, and confirmed ones of one institution, level and month: they share one series."""
    return [
        Plan("taught", headcount=count.taught),
        Plan("taught", "017", "1"),
        Plan("confirmed", "009", "3", "信息类"),
        Plan("confirmed", "009", "3", "信息类", date(2023, 6, 26)),
        Plan("confirmed", "001", "2", "信息类", date(2023, 7, 10)),
    ]


def score(attendee: int, part: Part, by: Role, mark: str, token: str) -> Deed:
    """A sheet."""
    where = where_of(SCORE[part], attendee)
    what = ("sheet", attendee, part.value, 1, by.account_id, mark)
    return Deed(where, token, {"mark": mark}, f"{part.value}-{attendee}-{by.pk}", what)


def scores(c: ClassAt, token_of: TokenOf, dice: random.Random) -> list[Chain]:
    """One chain per trainee: two process sheets, then three final ones."""
    teams = {Part.PROCESS: c.instructors, Part.FINAL: c.examiners}
    return [
        [
            score(a.pk, part, by, f"{dice.randrange(600, 1000) / 10:.1f}", token_of(by))
            for part, team in teams.items()
            for by in team
        ]
        for a in c.attendees
    ]


def chains_of(classes: list[ClassAt], count: Count, token_of: TokenOf, dice: random.Random) -> list[Chain]:
    """Everything the clients do, shuffled."""
    chains: list[Chain] = []
    for c in classes:
        if c.plan.stage == "taught":
            chains += scores(c, token_of, dice)
        else:
            token = token_of(c.certificate_officer)
            where = where_of(Permission.ISSUE, c.tc.pk)
            chains.append([Deed(where, token, {}, f"issue-{c.tc.pk}", ("issue",))])
    token = token_of(classes[0].certificate_officer)
    for i in range(count.receipts):
        inputs = {"quantity": 1 + i % 3}
        chains.append([Deed(where_of(Permission.RECEIVE_STOCK), token, inputs, f"stock-{i}", ("receipt",))])
    dice.shuffle(chains)
    return chains


def check_account(account: Account) -> None:
    """Nothing acknowledged is lost, nothing stands twice, the unanswered are whole or absent, all books agree."""
    assert account.refused == []
    there = signs()
    assert account.signs - there == {}, "acknowledged and lost"
    assert [sign for sign, n in there.items() if n > 1] == [], "stands there twice"
    assert {deed.key for deed, _ in account.acknowledged} <= answered()
    for key, deed in account.unknown.items():
        if deed.what[0] == "sheet":
            assert (deed.what in there) == (key in answered()), "half there"
    assert disagreements() == {}


def kill_and_look(server: Server, clients: Clients, dice: random.Random, count: Count) -> None:
    """Let them work a little, kill everything, look at what is left."""
    clients.wait_for(dice.randrange(1, count.each))
    time.sleep(dice.uniform(0, 0.02))  # anywhere in a write, not just after an answer
    clients.let(False)
    server.kill()
    reopen()
    check_account(clients.account)


@pytest.mark.parametrize("count", short_and_full(SHORT, FULL, postgresql=True))
def test_what_was_acknowledged_survives_every_kill(
    fresh_database: FreshDatabase, server: MakeServer, token_of: TokenOf, count: Count,
    measured: Callable[..., None],
) -> None:  # fmt: skip
    dice = random.Random(SEED)
    classes = fresh_database.classes_at(*plans(count))
    chains = chains_of(classes, count, token_of, dice)
    reopen()
    running = server()
    clients = Clients(running.port, chains, count.clients)
    ready = []
    try:
        for _ in range(count.kills):
            ready.append(running.start(whole=count.whole))
            clients.let(True)
            kill_and_look(running, clients, dice, count)
        ready.append(running.start(whole=True))
        account = clients.finish()
    finally:
        clients.stop()
        running.kill()
    reopen()
    check_account(account)
    assert len(account.acknowledged) == sum(map(len, chains)), "everything was done in the end"
    assert account.broken_lines > count.kills, "kills met requests under way"
    measured(
        kills=count.kills, acknowledged=len(account.acknowledged), lost=0, requests_cut=account.broken_lines,
        slowest_start=f"{max(ready):.1f} s",
    )  # fmt: skip


def test_acknowledging_before_the_commit_is_found_out(
    fresh_database: FreshDatabase, server: MakeServer, token_of: TokenOf
) -> None:
    c = fresh_database.class_at("taught", headcount=12)
    dice = random.Random(SEED)
    chains = [[deed] for chain in scores(c, token_of, dice) for deed in chain[:2]]
    reopen()
    running = server(application="tests.faults.early_answers:application", worker=False)
    clients = Clients(running.port, chains, 6)
    try:
        running.start()
        clients.let(True)
        clients.wait_for(len(chains))
        running.kill()
    finally:
        clients.stop()
    reopen()
    lost = clients.account.signs - signs()
    assert lost, "acknowledged before it was done, killed, and nobody noticed"
