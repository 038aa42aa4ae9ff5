"""What must agree in stage 6: means with sheets, transcript lines with means, sheets with the trail (TR 12, MG 13)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Prefetch, Q

from gongxue.foundation.books import Check
from gongxue.foundation.trail.models import Event
from gongxue.regulations.editions import Edition
from gongxue.regulations.lifecycle import CorrectionState
from gongxue.regulations.marks import Part, mean, shown
from gongxue.regulations.roles import Permission
from gongxue.regulations.rubrics import WHOLE
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage6_assessment.models import (
    Attempt,
    Correction,
    CriterionMark,
    ScoreSheet,
    SecondLook,
    TranscriptLine,
)
from gongxue.stage6_assessment.queries import Record, records_of
from gongxue.stage6_assessment.queries.sealed import is_intact

_BATCH = 500
_REASON = "check-books compares all rows"
_CODES = {Part.PROCESS.value: Permission.SCORE_PROCESS.value, Part.FINAL.value: Permission.SCORE_FINAL.value}


def mean_differences() -> Iterator[str]:
    """An attempt is complete exactly when all its sheets are in, and its mean is theirs."""
    sheets: dict[int, list[Decimal]] = defaultdict(list)
    for attempt_id, mark in ScoreSheet.objects.unscoped(_REASON).values_list("attempt_id", "mark"):
        sheets[attempt_id].append(mark)
    rows = Attempt.objects.unscoped(_REASON).select_related(
        "training_class", "attendee__application__person__account"
    )
    for attempt in rows.order_by("pk"):
        marks = sheets[attempt.pk]
        complete = len(marks) == Part(attempt.part).scored_by.wanted(attempt.training_class.edition)
        if complete != (attempt.complete_at is not None):
            yield f"{attempt}：评分表 {len(marks)} 份，{'未' if complete else '却'}标记为评分齐备。"
        expected = shown(mean(marks)) if complete else None
        if attempt.mean != expected:
            yield f"{attempt}：平均分登记为 {attempt.mean}，按评分表应为 {expected}。"


def transcript_differences() -> Iterator[str]:
    """Each line follows from sheets and attendance; a later revision follows from a countersigned correction."""
    lines: dict[int, dict[int, list[TranscriptLine]]] = defaultdict(lambda: defaultdict(list))
    rows = TranscriptLine.objects.unscoped(_REASON).select_related("attendee__application__person__account")
    for line in rows.order_by("attendee", "revision"):
        lines[line.training_class_id][line.attendee_id].append(line)
    classes = TrainingClass.objects.unscoped(_REASON).in_bulk(list(lines))
    corrections: dict[int, list[Correction]] = defaultdict(list)
    signed = Correction.objects.unscoped(_REASON).filter(state=CorrectionState.COUNTERSIGNED)
    for correction in signed.order_by("decided_at", "pk"):
        corrections[correction.attendee_id].append(correction)
    for class_id, of_class in sorted(lines.items()):
        records = {record.attendee.pk: record for record in records_of(classes[class_id])}
        if missing := records.keys() - of_class.keys():
            yield f"{classes[class_id]}：成绩单缺少 {len(missing)} 名学员。"
        for attendee, revisions in of_class.items():
            yield from _first_line(revisions[0], records.get(attendee))
            yield from _revisions(revisions, corrections[attendee], classes[class_id].edition)


def _first_line(line: TranscriptLine, record: Record | None) -> Iterator[str]:
    if record is None:
        yield f"{line}：不是本班学员。"
        return
    wanted = {
        "过程性考核": (line.process, record.process.mean),
        "终结性考核": (line.final, record.final.mean),
        "过程性考核次数": (line.process_attempts, record.process.attempts),
        "终结性考核次数": (line.final_attempts, record.final.attempts),
        "缺课课时": (line.absent_periods, record.absence.counted if record.absence else 0),
        "缺课超限": (line.barred, record.barred),
        "合格": (line.qualified, record.qualified),
    }
    for name, (entered, derived) in wanted.items():
        if entered != derived:
            yield f"{line}（培训班 {line.training_class_id}）：{name}登记为 {entered}，按评分表和考勤应为 {derived}。"


def _revisions(lines: list[TranscriptLine], corrections: list[Correction], edition: Edition) -> Iterator[str]:
    if len(lines) != len(corrections) + 1:
        yield f"{lines[0]}：成绩单有 {len(lines)} 版，会签的更正有 {len(corrections)} 件。"
        return
    for number, (before, after, correction) in enumerate(zip(lines, lines[1:], corrections, strict=False), 2):
        marks = {
            Part.PROCESS.value: before.process,
            Part.FINAL.value: before.final,
            correction.part: correction.new,
        }
        process, final = marks[Part.PROCESS.value], marks[Part.FINAL.value]
        if (after.process, after.final) != (process, final):
            yield f"{after}第 {number} 版：成绩与会签的更正不符。"
        passed = all(mark is not None and mark >= edition.pass_mark for mark in (process, final))
        if after.qualified != (passed and not after.barred) or after.barred != before.barred:
            yield f"{after}第 {number} 版：是否合格与成绩不符。"


def sheet_event_differences() -> Iterator[str]:
    """Every sheet has the entry of the trail with which it was handed in, by its scorer, and every entry its sheet."""
    sheets: Counter[tuple[str, str, int, int]] = Counter()
    rows = ScoreSheet.objects.unscoped(_REASON)
    columns = ("attempt__part", "attempt__attendee_id", "scorer__account_id", "attempt__number")
    for part, attendee, account, number in rows.values_list(*columns):
        sheets[_CODES[part], f"attendee/{attendee}", account, number] += 1
    events: Counter[tuple[str, str, int, int]] = Counter()
    entries = Event.objects.unscoped(_REASON).filter(code__in=_CODES.values())
    for code, about, account, changes in entries.values_list("code", "about", "account_id", "changes"):
        events[code, about, account, changes.get("attempt", [None, 0])[1]] += 1
    for (code, about, account, number), extra in sorted((sheets - events).items()):
        yield f"{about} 第 {number} 次（账号 {account}）：有 {extra} 份评分表没有“{Permission(code).title}”的留痕。"
    for (code, about, account, number), extra in sorted((events - sheets).items()):
        yield f"{about} 第 {number} 次（账号 {account}）：有 {extra} 条“{Permission(code).title}”的留痕没有评分表。"


def note_differences() -> Iterator[str]:
    """Notes on a second look are open exactly when every scorer of the attempt has written one."""
    written = Counter(SecondLook.objects.unscoped(_REASON).values_list("attempt_id", flat=True))
    rows = Attempt.objects.unscoped(_REASON).filter(Q(noted_at__isnull=False) | Q(pk__in=list(written)))
    for attempt in rows.select_related("training_class", "attendee__application__person__account"):
        complete = written[attempt.pk] == Part(attempt.part).scored_by.wanted(attempt.training_class.edition)
        if complete != (attempt.noted_at is not None):
            yield f"{attempt}：复看说明 {written[attempt.pk]} 份，{'未' if complete else '却'}标记为已齐。"


def seal_differences() -> Iterator[str]:
    """Every sheet still says what was signed: its rows give its fingerprint, and the trail has the same one (MG 13)."""
    signed: dict[tuple[str, str, int, int], str] = {}
    entries = Event.objects.unscoped(_REASON).filter(code__in=_CODES.values())
    for code, about, account, changes in entries.values_list("code", "about", "account_id", "changes"):
        number = changes.get("attempt", [None, 0])[1]
        signed[code, about, account, number] = changes.get("commitment", [None, ""])[1]
    criteria = Prefetch("criteria", CriterionMark.objects.unscoped(_REASON))
    rows = ScoreSheet.objects.unscoped(_REASON).select_related("attempt", "scorer__account").order_by("pk")
    for sheet in rows.prefetch_related(criteria).iterator(chunk_size=_BATCH):
        attempt, found = sheet.attempt, list(_faults(sheet))
        key = _CODES[attempt.part], f"attendee/{attempt.attendee_id}", sheet.scorer.account_id, attempt.number
        if signed.get(key, sheet.commitment) != sheet.commitment:
            found.append("封存指纹与留痕不符")
        if found:
            yield f"评分表 {sheet.pk}（学员 {attempt.attendee_id}，第 {attempt.number} 次）：{'，'.join(found)}。"


def _faults(sheet: ScoreSheet) -> Iterator[str]:
    marks = list(sheet.criteria.all())
    if sheet.commitment and not is_intact(sheet, marks):
        yield "内容与封存指纹不符"
    total = sum((one.mark * one.weight for one in marks), Decimal(0)) / WHOLE
    if marks and abs(total - sheet.mark) > Decimal("0.05"):
        yield "得分不是各项按权重之和"


CHECKS = (
    Check("评分表与封存指纹、留痕一致", seal_differences),
    Check("平均分与评分表一致", mean_differences),
    Check("成绩单与评分表、考勤、更正一致", transcript_differences),
    Check("复看说明与评分教师一致", note_differences),
    Check("评分表与留痕一一对应", sheet_event_differences),
)
