"""A class whose people do whatever comes into their heads: right acts and wrong ones, in any order, again and again.

Each sequence begins at some point of a prepared life, and after every act the law is asked (oracle.py). An act that
succeeds leaves one entry in the trail, a refused one leaves nothing. At the end of a sequence that came to the
assessments, the officers do what is left to do, and exactly those who may hold a certificate get one.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from gongxue.certificates.models import Certificate
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.foundation.lifecycle.errors import NotThere, Refusal
from gongxue.foundation.trail.models import Event
from gongxue.regulations.roles import Permission as P
from gongxue.rehearsal.timeline import at
from gongxue.stage3_programme.models import CourseSession
from gongxue.stage4_enrolment.models import Application
from gongxue.stage5_delivery.models import AttendanceMark, Attendee, Delivery
from gongxue.stage6_assessment.models import Attempt, Correction, Results, Retake, ScoreSheet
from tests.cast import STAGES, ClassAt, Plan
from tests.classes import Classes, perform
from tests.faults.books import ANY
from tests.faults.oracle import SCORERS, Verdict, verdict
from tests.faults.whims import PLAYED, Whims
from tests.prepared import Books

# Where sequences begin: most of them where certificates are won and lost.
STARTS = (
    "published", "staffed", "filed", "reviewed", "reviewed", "admitted", "started", "started", "taught", "taught", "taught",
    "taught", "process_scored", "process_scored", "final_scored", "finished", "finished", "confirmed", "confirmed",
    "issued",
)  # fmt: skip
# Doing again what is done already changes nothing, and what changes nothing leaves no entry.
MAY_CHANGE_NOTHING = {
    P.CHECK_IN, P.ASSIGN_GROUPS, P.CALL_ROLL, P.CONFIRM_PROGRAMME, P.ENDORSE, P.SAVE_APPLICATION, P.EDIT_PROGRAMME,
    P.DOWNLOAD,
}  # fmt: skip
MARKS = ("0", "45", "59.9", "60", "60.1", "75", "100")


class Life(RuleBasedStateMachine):
    """One sequence, in a transaction that is rolled back."""

    classes: ClassVar[Classes]
    counted: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.books = Books(self.classes.shelf)
        self.ready = False

    @initialize(start=st.sampled_from(STARTS))
    def begin(self, start: str) -> None:
        """A class at some point of its life."""
        plan = Plan(start)
        self.books.open(self.classes.database([plan]))
        self.c: ClassAt = self.classes.read([plan])[0]
        self.now = self.c.now
        self.actors = self._everybody()
        self.ready = True
        self.counted["sequences"] += 1

    def _everybody(self) -> dict[str, Role]:
        actors = self.c.actors()
        teams = {"instructor": self.c.instructors, "examiner": self.c.examiners, "trainee": self.c.trainees}
        return actors | {f"{name}{i}": role for name, team in teams.items() for i, role in enumerate(team)}

    # Acts ---------------------------------------------------------------------------------------------------------

    def attempt(self, permission: P, by: Role, **inputs: Any) -> Any:
        """One act by somebody; None when it was refused."""
        before = Event.objects.unscoped(ANY).count()
        self.now += timedelta(minutes=1)
        try:
            result = ACTS[permission].function(**inputs, by=by, now=self.now)
        except (Refusal, NotThere) as refusal:
            assert Event.objects.unscoped(ANY).count() == before, f"refused, yet in the trail: {permission}"
            self.counted["refused"] += 1
            if isinstance(refusal, Refusal):
                assert refusal.breaches and all(breach.article and breach.says for breach in refusal.breaches)
            return None
        entries = Event.objects.unscoped(ANY).count() - before
        least = 0 if permission in MAY_CHANGE_NOTHING else 1
        assert least <= entries <= 1, f"{permission} left {entries} entries in the trail"
        self.counted["done"] += 1
        self.look()
        return result

    def look(self) -> Verdict:
        """What the law says now; nothing may be wrong at any moment."""
        judged = verdict(self.c.tc.pk)
        assert not judged.wrong, "; ".join(judged.wrong)
        return judged

    @rule(data=st.data())
    def anybody_tries_anything(self, data: st.DataObject) -> None:
        """Any act, by anybody, on any row of the class."""
        whims = Whims(data, self.c)
        permission = whims.one_of(PLAYED)
        inputs = whims.inputs(ACTS[permission])
        if inputs is not None:
            self.attempt(
                permission, whims.one_of([self.actors[name] for name in sorted(self.actors)]), **inputs
            )

    def _attendee(self, n: int) -> Attendee | None:
        rows = list(Attendee.objects.unscoped(ANY).filter(training_class=self.c.tc).order_by("pk"))
        return rows[n % len(rows)] if rows else None

    def _has_begun(self) -> bool:
        return self.ready and Delivery.objects.unscoped(ANY).filter(training_class=self.c.tc).exists()

    def _trainee(self, attendee: Attendee) -> Role:
        return Role.objects.select_related("account", "organisation").get(
            account=attendee.application.person.account_id, duty="trainee", until=None
        )

    @precondition(_has_begun)
    @rule(
        n=st.integers(0, 3),
        part=st.sampled_from(sorted(SCORERS)),
        marks=st.lists(st.sampled_from(MARKS), min_size=1, max_size=3),
    )
    def score(self, n: int, part: str, marks: list[str]) -> None:
        """Some or all of the team score somebody."""
        attendee = self._attendee(n)
        team = self.c.instructors if part == "process" else self.c.examiners
        permission = P.SCORE_PROCESS if part == "process" else P.SCORE_FINAL
        for by, mark in zip(team, marks, strict=False):
            self.attempt(permission, by, attendee=attendee, mark=mark)

    @precondition(_has_begun)
    @rule(n=st.integers(0, 3))
    def hand_in(self, n: int) -> None:
        """A learning product."""
        attendee = self._attendee(n)
        if attendee:
            self.attempt(P.HAND_IN, self._trainee(attendee), attendee=attendee, title="工作页")

    @precondition(_has_begun)
    @rule(n=st.integers(0, 3), agreed=st.booleans())
    def ask_for_a_retake(self, n: int, agreed: bool) -> None:
        """A second final assessment is asked for, and agreed to or not."""
        attendee = self._attendee(n)
        retake = attendee and self.attempt(P.APPLY_RETAKE, self._trainee(attendee), attendee=attendee)
        if retake and agreed:
            self.attempt(P.ALLOW_RETAKE, self.c.staff, retake=retake)

    @precondition(_has_begun)
    @rule(
        n=st.integers(0, 3),
        lessons=st.integers(1, 6),
        presence=st.sampled_from(["absent", "leave", "late", "present"]),
    )
    def mark_the_roll(self, n: int, lessons: int, presence: str) -> None:
        """Somebody missed lessons after all, or did not."""
        attendee = self._attendee(n)
        self.now = max(self.now, at(self.c.tc.last_day, 18))
        sessions = (
            CourseSession.objects.unscoped(ANY).filter(training_class=self.c.tc).order_by("day", "period")
        )
        for session in sessions[:lessons]:
            self.attempt(
                P.CALL_ROLL, self.c.coordinator, training_class=self.c.tc, day=session.day, period=session.period,
                presences={attendee.pk if attendee else 0: presence}, reason="核对后更正",
            )  # fmt: skip

    @precondition(_has_begun)
    @rule(
        n=st.integers(0, 3),
        part=st.sampled_from(sorted(SCORERS)),
        new=st.sampled_from(MARKS),
        agreed=st.booleans(),
    )
    def correct(self, n: int, part: str, new: str, agreed: bool) -> None:
        """A correction is asked for; the province countersigns or not."""
        attendee = self._attendee(n)
        asked = self.attempt(
            P.REQUEST_CORRECTION, self.c.staff, attendee=attendee, part=part, new=new, reason="登记有误"
        )
        if asked is None:
            return
        if agreed:
            self.attempt(P.COUNTERSIGN_CORRECTION, self.c.province, correction=asked, seen=asked.version)
        else:
            self.attempt(
                P.REFUSE_CORRECTION, self.c.province, correction=asked, seen=asked.version, reason="依据不足"
            )

    @precondition(_has_begun)
    @rule()
    def finish_confirm_issue(self) -> None:
        """The regular end, whenever somebody thinks that it has come."""
        self.now = max(self.now, at(self.c.tc.last_day, 18))
        self.attempt(P.FINISH_CLASS, self.c.coordinator, training_class=self.c.tc)
        self.attempt(P.CONFIRM_RESULTS, self.c.staff, training_class=self.c.tc, reason="其余人员放弃补考")
        self.attempt(P.ISSUE, self.c.certificate_officer, training_class=self.c.tc)

    def _before_teaching(self) -> bool:
        return self.ready and self.c.plan.step + 1 < STAGES.index("taught")

    @precondition(_before_teaching)
    @rule()
    def go_on(self) -> None:
        """Everybody does what the next step of a regular life asks for."""
        number = self.c.plan.step + 1
        try:
            perform(self.c.run, number, self.c.plan)
        except (Refusal, NotThere):
            self.counted["refused"] += 1
        self.c.plan = self.c.plan.at_step(number)
        self.c.reload()
        self.now = max(self.now, self.c.now)
        self.actors = self._everybody()
        self.look()

    # The end --------------------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        """Whoever may hold a certificate gets one, nobody else does; then everything is undone."""
        try:
            if self.ready:
                self._end()
        finally:
            self.books.close()

    def _end(self) -> None:
        if not self._has_begun():
            assert not Certificate.objects.unscoped(ANY).exists()
            return
        self._call_the_rest_of_the_roll()
        self.attempt(P.FINISH_CLASS, self.c.coordinator, training_class=self.c.tc)
        self._fill_begun_attempts()
        if not Results.objects.unscoped(ANY).filter(training_class=self.c.tc, state="confirmed").exists():
            confirmed = self.attempt(
                P.CONFIRM_RESULTS, self.c.staff, training_class=self.c.tc, reason="其余人员放弃补考"
            )
            assert confirmed is not None, "results that nobody can confirm"
        self.attempt(P.ISSUE, self.c.certificate_officer, training_class=self.c.tc)
        held = Certificate.objects.unscoped(ANY).filter(training_class=self.c.tc)
        judged = self.look()
        assert set(held.values_list("attendee_id", flat=True)) == judged.may_hold, (
            "qualified, and no certificate"
        )
        self.counted["certificates"] += len(judged.may_hold)

    def _call_the_rest_of_the_roll(self) -> None:
        self.now = max(self.now, at(self.c.tc.last_day, 18))
        marks = AttendanceMark.objects.unscoped(ANY).filter(training_class=self.c.tc)
        called = set(marks.values_list("day", "period"))
        everybody = (
            Attendee.objects.unscoped(ANY).filter(training_class=self.c.tc).values_list("pk", flat=True)
        )
        sessions = (
            CourseSession.objects.unscoped(ANY).filter(training_class=self.c.tc).order_by("day", "period")
        )
        for day, period in sessions.values_list("day", "period"):
            if (day, period) not in called:
                self.attempt(
                    P.CALL_ROLL, self.c.coordinator, training_class=self.c.tc, day=day, period=period,
                    presences=dict.fromkeys(everybody, "present"),
                )  # fmt: skip

    def _fill_begun_attempts(self) -> None:
        """Sheets that are missing beside others come in."""
        for attempt in Attempt.objects.unscoped(ANY).filter(training_class=self.c.tc, complete_at=None):
            there = ScoreSheet.objects.unscoped(ANY).filter(attempt=attempt)
            scored = set(there.values_list("scorer__account_id", flat=True))
            team = self.c.instructors if attempt.part == "process" else self.c.examiners
            permission = P.SCORE_PROCESS if attempt.part == "process" else P.SCORE_FINAL
            for by in team if scored else ():
                if by.account_id not in scored:
                    self.attempt(permission, by, attendee=attempt.attendee, mark="75")


ROWS = (
    Application,
    Attendee,
    Retake,
    Correction,
    Certificate,
)  # what whims pick from, beside the class itself
