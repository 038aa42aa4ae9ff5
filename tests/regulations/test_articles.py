"""Which article every refusal cites, and that every refusal speaks Chinese."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongxue import regulations
from gongxue.regulations.breaches import cite
from gongxue.regulations.lifecycle import MOVES

PACKAGE = Path(regulations.__file__).parent
ARTICLES = {
    "second_look.confirmed": "MG 13",
    "second_look.length": "TR 12",
    "second_look.not_due": "TR 12",
    "second_look.written": "MG 13",
    "accept.away": "TR 8",
    "application.against_opinion": "MG 4.4",
    "application.closed": "TR 10",
    "application.endorsement": "TR 附件1",
    "application.opinion": "MG 4.4",
    "approval.expired": "TR 4",
    "approval.kind": "TR 4",
    "approval.missing": "TR 4",
    "assignment.due": "TR 12.1",
    "assignment.files": "TR 12.1",
    "assignment.kinds": "TR 12.1",
    "assignment.mode": "TR 12.1",
    "assignment.module": "TR 11.1",
    "assignment.says": "TR 12.1",
    "assignment.title": "TR 12.1",
    "attendance.barred": "TR 12",
    "case.collected": "MG 18.2",
    "case.ended": "MG 18.2",
    "case.not_collected": "MG 18.1",
    "case.open": "MG 18.2",
    "case.reason": "MG 18.2",
    "case.reason_long": "MG 18.2",
    "case.revoke_early": "MG 18.2",
    "ceremony.kind": "TR 12.3",
    "ceremony.long": "TR 12.3",
    "certificate.barred": "TR 12",
    "certificate.final": "TR 12.2",
    "certificate.form2_first": "TR 12.3",
    "certificate.issuer": "MG 16",
    "certificate.process": "TR 12.1",
    "certificate.second": "MG 18.1",
    "certificate.serial_full": "MG 17.2",
    "certificate.series_full": "MG 17.2",
    "certificate.unconfirmed": "TR 12.3",
    "certificate.void": "MG 18.2",
    "change.begun": "TR 7",
    "change.material": "TR 9",
    "change.nothing": "TR 7",
    "change.noticed": "TR 10",
    "change.opened": "TR 8",
    "change.outside": "TR 7",
    "change.taught": "TR 12",
    "change.unpublished": "TR 7",
    "check_in.pledge": "MG 10",
    "check_in_self.called": "TR 12",
    "check_in_self.closed": "TR 12",
    "check_in_self.group": "TR 12",
    "check_in_self.not_running": "TR 11",
    "check_in_self.stale": "TR 12",
    "check_in_self.twice": "TR 12",
    "class.category": "TR 2.5",
    "class.dates": "TR 7",
    "class.days": "TR 11.2",
    "class.days_inside": "TR 11.2",
    "class.past": "TR 7",
    "class.period": "TR 7",
    "class.scope": "TR 7",
    "class.scope_long": "TR 7",
    "class.size": "TR 11.3",
    "class.span": "TR 11.2",
    "class.twin": "TR 7",
    "class_notice.audience": "MG 25",
    "class_notice.nobody": "MG 25",
    "class_notice.text": "MG 25",
    "class_notice.title": "MG 25",
    "closing.certificates": "TR 12.3",
    "closing.unconfirmed": "TR 13",
    "colleague.admitted": "TR 11.3",
    "colleague.early": "TR 11.3",
    "colleague.employer": "TR 附件1",
    "colleague.inactive": "MG 25.1",
    "colleague.keeps": "TR 11.3",
    "colleague.late": "TR 11",
    "colleague.named": "TR 11.3",
    "colleague.over": "TR 11.3",
    "colleague.own": "TR 附件1",
    "colleague.rejected": "TR 10",
    "colleague.seated": "TR 11.3",
    "colleague.team": "TR 8",
    "comment.empty": "TR 12.1",
    "comment.long": "TR 12.1",
    "comment.mark": "TR 12.1",
    "contact.not_shared": "MG 25.4",
    "correction.name": "MG 17.1",
    "correction.periods": "MG 17.1",
    "correction.same": "MG 18.2",
    "decline.code": "TR 8",
    "enrolment.class_full": "TR 11.3",
    "evaluation.early": "TR 12.3",
    "evaluation.twice": "TR 13",
    "final.before_process": "TR 12.1",
    "hand_in.files": "TR 12.1",
    "hand_in.kinds": "TR 12.1",
    "hand_out.authority": "MG 18.2",
    "hand_out.collector": "MG 18.2",
    "hand_out.ended": "MG 18.2",
    "hand_out.form2": "TR 12.3",
    "hand_out.twice": "MG 18.2",
    "id_number.age": "GB 11643",
    "id_number.invalid": "GB 11643",
    "invite.answer_by": "TR 8",
    "leave.asked": "TR 12",
    "leave.beyond": "TR 12",
    "leave.lesson": "TR 12",
    "leave.marked": "TR 12",
    "leave.nothing": "TR 12",
    "leave.past": "TR 12",
    "leave.reason": "TR 12",
    "lodging.kind": "MG 12",
    "lodging.long": "MG 12",
    "lodging.nights": "MG 12",
    "lodging.note": "MG 12",
    "lodging.place": "MG 12",
    "mark.format": "TR 12",
    "material.kind": "TR 11.1",
    "material.many": "TR 11.1",
    "material.title": "TR 11.1",
    "night.future": "MG 12",
    "night.outside": "MG 12",
    "night.stranger": "MG 12",
    "no_show.arrived": "MG 10",
    "no_show.early": "TR 11.2",
    "note.day": "TR 9",
    "note.long": "TR 9",
    "notice.before_filing": "TR 10",
    "offer.begun": "TR 11",
    "offer.busy": "TR 11",
    "offer.early": "TR 11.3",
    "offer.late": "TR 11.3",
    "offer.silent": "TR 11.3",
    "opening.late": "TR 8",
    "person.consent": "MG 25.4",
    "pool.away_dates": "TR 8",
    "pool.away_far": "TR 8",
    "pool.away_known": "TR 8",
    "pool.away_long": "TR 8",
    "pool.away_many": "TR 8",
    "pool.away_past": "TR 8",
    "pool.away_taken": "TR 8",
    "pool.introduction": "MG 9",
    "pool.willing": "MG 9",
    "programme.sections": "TR 9",
    "programme.unconfirmed": "TR 9",
    "reason.missing": "TR 8",
    "reconcile.books": "MG 18.2",
    "reconcile.count": "MG 18.2",
    "reconcile.early": "MG 18.2",
    "reconcile.twice": "MG 18.2",
    "reject.code": "TR 10",
    "report.application": "TR 10",
    "report.born": "GB 11643",
    "report.class": "TR 10",
    "report.differs": "TR 10",
    "report.employer": "TR 10",
    "report.inactive": "MG 25.1",
    "report.number": "GB 11643",
    "report.person": "MG 4.7",
    "report.rejected": "TR 10",
    "report.sex": "GB 11643",
    "reprint.collected": "MG 18.1",
    "reprint.ended": "MG 18.2",
    "rescue.early": "TR 8",
    "rescue.far": "TR 8",
    "rescue.hours": "TR 8",
    "rescue.hours_long": "TR 8",
    "rescue.many": "TR 8",
    "rescue.nobody": "TR 8",
    "rescue.over": "TR 8",
    "return.reason": "TR 7",
    "review.comment": "TR 9",
    "review.place": "TR 9",
    "review.reason": "TR 9",
    "round.dates": "TR 7",
    "round.entered": "TR 7",
    "round.past": "TR 7",
    "round.shortened": "TR 7",
    "seat.barred": "TR 8",
    "seat.busy": "TR 8",
    "seat.category": "TR 5",
    "seat.full_year": "MG 8",
    "seat.level": "TR 5",
    "seat.own": "TR 8",
    "seat.own_trainees": "TR 8",
    "seat.standing": "MG 9",
    "spoil.not_there": "MG 18.2",
    "spoil.own_witness": "MG 18.2",
    "spoil.range": "MG 18.2",
    "spoil.witness": "MG 18.2",
    "team.begun": "TR 8",
    "team.held": "TR 8",
    "team.same": "TR 8",
    "team.size": "TR 8",
    "timetable.assessment": "TR 11.2",
    "timetable.busy": "TR 11",
    "timetable.dates": "TR 11.2",
    "timetable.days": "TR 11.2",
    "timetable.final_capacity": "TR 12.2",
    "timetable.hours": "TR 11.1",
    "timetable.long_day": "TR 11.2",
    "timetable.modules": "TR 11.1",
    "timetable.one_room": "TR 9",
    "timetable.order": "TR 12.1",
    "timetable.parallel_assessment": "TR 12",
    "timetable.period": "TR 9",
    "timetable.room": "TR 9",
    "timetable.teacher": "TR 8",
    "timetable.twice": "TR 9",
    "timetable.two_groups": "TR 11",
    "timetable.uneven": "TR 11.1",
    "window.late": "TR 12",
    "window.minutes": "TR 12",
    "withdraw.over": "TR 8",
}


def written() -> Iterator[tuple[str, str, str]]:
    """Rule, article and first words of every Breach in the source whose rule and article are written out."""
    for path in sorted(PACKAGE.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        # A sentence that was put together before stands under its name.
        named = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
        sentences = {ast.unparse(node.targets[0]): ast.unparse(node.value) for node in named}
        for node in ast.walk(tree):
            if not (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Breach"
            ):
                continue
            rule, article, says = node.args[:3]
            if isinstance(rule, ast.Constant) and isinstance(article, ast.Constant):
                said = ast.unparse(says)
                yield str(rule.value), str(article.value), sentences.get(said, said)


def test_every_refusal_cites_its_article() -> None:
    assert {rule: article for rule, article, _ in written()} == ARTICLES


def test_a_rule_is_written_once() -> None:
    rules = [rule for rule, _, _ in written()]
    assert sorted(rules) == sorted(set(rules))


def test_a_refusal_ends_as_a_sentence() -> None:
    assert [rule for rule, _, says in written() if "。" not in says] == []


@pytest.mark.parametrize("article", sorted({*ARTICLES.values(), *(move.article for move in MOVES)}))
def test_every_article_can_be_cited(article: str) -> None:
    assert cite(article).startswith(("技术规程第", "技术规程附件", "管理指南第", "GB 11643"))
