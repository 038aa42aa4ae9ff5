"""The order of a life: what happens on which day, and doing it up to a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gongxue.rehearsal import timeline
from gongxue.rehearsal.drive.assessing import confirm_results, score_final, score_process
from gongxue.rehearsal.drive.closing import close, evaluate, issue
from gongxue.rehearsal.drive.enrolling import admit, apply, close_enrolment, give_opinions, publish_notice
from gongxue.rehearsal.drive.planning import approve, plan, publish, report, submit_plan
from gongxue.rehearsal.drive.run import Run
from gongxue.rehearsal.drive.staffing import answer_invitations, invite, open_class, recommend
from gongxue.rehearsal.drive.teaching import finish, start, teach
from gongxue.rehearsal.drive.writing import (
    confirm_programme,
    file_programme,
    submit_programme,
    write_programme,
)
from gongxue.rehearsal.timeline import at

END_OF_DAY = timedelta(hours=18)  # a day's lessons and applications are over


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens on a day; `from_last` counts from the last day instead of the first."""

    name: str
    act: Callable[[Run, datetime], None]
    offset: int
    hour: int = 10
    from_last: bool = False
    in_round: bool = False  # counted from the opening of the reporting round
    prepares: bool = False  # of stage 2 or 3, which some institutions begin early

    def day(self, run: Run) -> date:
        """When it happens in this class."""
        if self.in_round:
            begin = run.reporting_from or timeline.reporting_day(run.specification.first_day, 0)
            return begin + timedelta(days=self.offset)
        base = run.specification.last_day if self.from_last else run.specification.first_day
        return base + timedelta(days=self.offset - (run.early if self.prepares else 0))


STEPS: tuple[Step, ...] = (
    Step("plan", plan, 1, in_round=True),
    Step("submit_plan", submit_plan, 2, in_round=True),
    Step("approve", approve, 4, in_round=True),
    Step("report", report, 6, in_round=True),
    Step("publish", publish, 8, in_round=True),
    Step("open_class", open_class, timeline.FILE_OPENING, prepares=True),
    Step("recommend", recommend, timeline.RECOMMEND, prepares=True),
    Step("invite", invite, timeline.INVITE, prepares=True),
    Step("answer_invitations", answer_invitations, timeline.ANSWER, prepares=True),
    Step("write_programme", write_programme, timeline.WRITE, prepares=True),
    Step("confirm_programme", confirm_programme, timeline.CONFIRM, prepares=True),
    Step("submit_programme", submit_programme, timeline.SUBMIT, prepares=True),
    Step("file_programme", file_programme, timeline.FILE, prepares=True),
    Step("publish_notice", publish_notice, timeline.NOTICE),
    Step("apply", lambda run, now: apply(run, now.date()), timeline.APPLY_FROM),
    Step("close_enrolment", close_enrolment, timeline.CLOSE),
    Step("give_opinions", give_opinions, timeline.OPINIONS),
    Step("admit", admit, timeline.ADMIT),
    Step("start", start, 0, 8),
    Step("teach", lambda run, now: teach(run, now.date()), 0, 18),
    Step("score_process", score_process, 0, 13, from_last=True),
    Step("score_final", score_final, 0, 16, from_last=True),
    Step("finish", finish, 0, 18, from_last=True),
    Step("evaluate", evaluate, 0, 19, from_last=True),
    Step("confirm_results", confirm_results, timeline.CONFIRM_RESULTS, from_last=True),
    Step("issue", issue, timeline.ISSUE, from_last=True),
    Step("close", close, timeline.CLOSE_CLASS, from_last=True),
)


STAGE_1 = tuple(step.name for step in STEPS if step.in_round)


def drive(run: Run, until: datetime, after: str = "") -> None:
    """Perform every step whose moment has come by `until`, in order; stop before `halt_before`.

    `after`: the name of a step; what comes up to it has been done already.
    """
    names = [step.name for step in STEPS]
    for step in STEPS[names.index(after) + 1 if after else 0 :]:
        if step.name == run.halt_before or at(step.day(run), step.hour) > until:
            return
        perform(step, run, until)


def drive_together(runs: Sequence[Run], until: datetime) -> None:
    """Stage 1 of several classes side by side: one submission, one report, one edition.

    Those that come further go first, so that nobody's lines are carried along beyond where they stand still.
    """
    for halt in ("", *reversed(STAGE_1)):
        group = [run for run in runs if (run.halt_before if run.halt_before in STAGE_1 else "") == halt]
        for step in STEPS[: STAGE_1.index(halt) if halt else len(STAGE_1)]:
            for run in group:
                if at(step.day(run), step.hour) <= until:
                    perform(step, run, until)


def perform(step: Step, run: Run, until: datetime) -> None:
    """One step; what takes days goes on to the last day that is over by `until`."""
    over = (until - END_OF_DAY).date()
    if step.name == "apply":
        apply(run, min(over, run.specification.first_day + timedelta(days=timeline.APPLY_UNTIL)))
    elif step.name == "teach":
        teach(run, min(over, run.specification.last_day))
    else:
        step.act(run, at(step.day(run), step.hour))
