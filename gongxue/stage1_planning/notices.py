"""Messages of stage 1."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from gongxue.exchange.notices import send
from gongxue.foundation.identity.queries import holders_of
from gongxue.parties.queries import centre_roles, province_roles, roles_in
from gongxue.regulations.calendar import said
from gongxue.regulations.editions import edition_on
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import (
    DeadlineException,
    PlanChange,
    PublishedEdition,
    ReportingRound,
    TrainingClass,
)


def class_link(training_class: TrainingClass) -> str:
    """The class page."""
    return f"/classes/{training_class.pk}/"


def round_opened(round_: ReportingRound, now: datetime) -> None:
    """To every institution and province: reporting begins, and when it ends."""
    send(
        holders_of(Duty.INSTITUTION, Duty.PROVINCE),
        subject=f"{round_}已开启，截止{said(round_.closes_on)}",
        body=f"报送时间为{said(round_.opens_on)}至{said(round_.closes_on)}，截止日当天仍可报送。",
        kind="planning.open_round",
        link=f"/planning/{round_.pk}/",
        now=now,
    )


def round_changed(round_: ReportingRound, reason: str, now: datetime) -> None:
    """To every institution and province: the days of the round are others now, and why."""
    send(
        holders_of(Duty.INSTITUTION, Duty.PROVINCE),
        subject=f"{round_}时间已调整，截止{said(round_.closes_on)}",
        body=f"报送时间改为{said(round_.opens_on)}至{said(round_.closes_on)}，截止日当天仍可报送。理由：{reason}",
        kind="planning.change_round",
        link=f"/planning/{round_.pk}/",
        now=now,
    )


def round_closes_for_institution(
    round_: ReportingRound, institution: int, says: str, left: int, now: datetime
) -> None:
    """To an institution that has not finished: what is left, and how many days. Each day of the list once."""
    send(
        roles_in(institution, Duty.INSTITUTION),
        subject=f"{round_}{_left(left)}：{says}",
        body=f"报送截止{said(round_.closes_on)}，截止日当天仍可报送。本期没有计划班次的，可不填报。",
        kind="planning.reminder",
        link=f"/planning/{round_.pk}/",
        now=now,
        once=_once(round_, left),
    )


def round_closes_for_province(
    round_: ReportingRound, province_code: str, lines: int, left: int, now: datetime
) -> None:
    """To a province: lines wait for its review. Each day of the list once."""
    send(
        province_roles(province_code),
        subject=f"{round_}{_left(left)}：{lines} 个班次待审核",
        body=f"报送截止{said(round_.closes_on)}。全部审核后方可汇总上报。",
        kind="planning.reminder",
        link=f"/planning/{round_.pk}/",
        now=now,
        once=_once(round_, left),
    )


def _left(days: int) -> str:
    return f"还有 {days} 天截止" if days else "今天截止"


def _once(round_: ReportingRound, left: int) -> str:
    return f"round/{round_.pk}/{round_.closes_on.isoformat()}/{left}"


def plan_submitted(
    round_: ReportingRound, institution: str, province_code: str, lines: int, now: datetime
) -> None:
    """To the province: lines to review."""
    send(
        province_roles(province_code),
        subject=f"{institution}报送 {lines} 个计划班次，请审核",
        kind="planning.submit",
        link=f"/planning/{round_.pk}/",
        now=now,
    )


def line_returned(line: TrainingClass, reason: str, now: datetime) -> None:
    """To the institution: a line came back."""
    send(
        roles_in(line.institution_id, Duty.INSTITUTION),
        subject=f"计划班次被退回：{line.title}",
        body=reason,
        kind="planning.return",
        link=f"/planning/{line.round_id}/",
        now=now,
    )


def lines_returned(lines: Iterable[TrainingClass], reason: str, now: datetime) -> None:
    """To each institution: which of its lines came back, and why."""
    for institution, own in _gathered(lines, "institution_id").items():
        send(
            roles_in(institution, Duty.INSTITUTION),
            subject=f"{len(own)} 个计划班次被退回，请修改后再提交",
            body=_listed(reason, own),
            kind="planning.return_lines",
            link=f"/planning/{own[0].round_id}/",
            now=now,
        )


def lines_sent_back(lines: Iterable[TrainingClass], reason: str, now: datetime) -> None:
    """To each province: which lines of its report the centre returned, and why."""
    for province, own in _gathered(lines, "province_code").items():
        send(
            province_roles(province),
            subject=f"部指导中心退回 {len(own)} 个计划班次",
            body=_listed(reason, own),
            kind="planning.send_back_lines",
            link=f"/planning/{own[0].round_id}/",
            now=now,
        )


def _gathered(lines: Iterable[TrainingClass], by: str) -> dict[Any, list[TrainingClass]]:
    found: dict[Any, list[TrainingClass]] = defaultdict(list)
    for line in lines:
        found[getattr(line, by)].append(line)
    return found


def _listed(reason: str, lines: list[TrainingClass]) -> str:
    return f"{reason}\n" + "\n".join(map(str, lines))


def plan_reported(round_: ReportingRound, province: str, lines: int, now: datetime) -> None:
    """To the centre: a province has reported."""
    send(
        centre_roles(),
        subject=f"{province}已上报{round_.period.title}计划班次 {lines} 个",
        kind="planning.report",
        link=f"/planning/{round_.pk}/",
        now=now,
    )


def line_sent_back(line: TrainingClass, reason: str, now: datetime) -> None:
    """To the province: the centre returned a line."""
    send(
        province_roles(line.province_code),
        subject=f"部指导中心退回：{line}",
        body=reason,
        kind="planning.send_back",
        link=f"/planning/{line.round_id}/",
        now=now,
    )


def plan_published(edition: PublishedEdition, lines: list[TrainingClass], now: datetime) -> None:
    """To every institution with a class in the edition: what to do next, and by when."""
    counts = Counter(line.institution_id for line in lines)
    days = edition_on(min(line.first_day for line in lines)).opening_days
    for institution, number in counts.items():
        send(
            roles_in(institution, Duty.INSTITUTION),
            subject=f"全国培训信息（{edition}）已发布，列入本机构 {number} 个班次",
            body=f"请在各班开班前 {days} 天提出开班申请。",
            kind="planning.publish",
            link="/classes/",
            now=now,
        )


def deadline_extended(exception: DeadlineException, title: str, now: datetime) -> None:
    """To the institution: until when, and who granted it why."""
    line = exception.training_class
    send(
        roles_in(line.institution_id, Duty.INSTITUTION),
        subject=f"“{title}”已准予延期至{said(exception.until)}：{line.title}",
        body=f"准予人：{exception.granted_by.name}。理由：{exception.reason}",
        kind="planning.grant_exception",
        link=class_link(line),
        now=now,
    )


def change_link(change: PlanChange) -> str:
    """The page of an application."""
    return f"/planning/changes/{change.pk}/"


def change_applied(change: PlanChange, now: datetime) -> None:
    """To the province: an application to review."""
    send(
        province_roles(change.province_code),
        subject=f"请审核（{change.path_title}）{change}",
        body=change.reason,
        kind="planning.apply_change",
        link=change_link(change),
        now=now,
    )


def change_approved(change: PlanChange, now: datetime) -> None:
    """To the institution: it is in force. To the centre: on record (AMB-13)."""
    edition = f"已列入全国培训信息{change.edition}。" if change.edition else ""
    send(
        roles_in(change.institution_id, Duty.INSTITUTION),
        subject=f"已同意：{change.kind_title} {change.about}",
        body=f"{edition}{change.answer}",
        kind="planning.approve_change",
        link=change_link(change),
        now=now,
    )
    send(
        centre_roles(),
        subject=f"变更报备（{change.path_title}）{change}",
        body=f"{edition}理由：{change.reason}",
        kind="planning.report_change",
        link=change_link(change),
        now=now,
    )


def change_answered(change: PlanChange, now: datetime) -> None:
    """To the institution: returned or not approved, and why."""
    send(
        roles_in(change.institution_id, Duty.INSTITUTION),
        subject=f"{change.state_title}：{change.kind_title} {change.about}",
        body=change.answer,
        kind="planning.answer_change",
        link=change_link(change),
        now=now,
    )


def change_questioned(change: PlanChange, now: datetime) -> None:
    """To province and institution: the centre's comment on what is in force."""
    send(
        [*province_roles(change.province_code), *roles_in(change.institution_id, Duty.INSTITUTION)],
        subject=f"部指导中心备案时提出意见：{change}",
        body=change.comment,
        kind="planning.question_change",
        link=change_link(change),
        now=now,
    )
