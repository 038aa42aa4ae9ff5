"""Handing in learning products, and what the assessment tells the class office (TR 12.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile

from gongxue.foundation.files.inspection import kind_of
from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.files.resumable import claim
from gongxue.foundation.files.uploads import PRODUCTS, store_upload
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, lock_rows
from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.lifecycle import AssignmentState
from gongxue.regulations.products import FILES_MOST, NOTE_LIMIT, TITLE_LIMIT, files_breaches
from gongxue.regulations.roles import Permission
from gongxue.stage5_delivery import notices
from gongxue.stage5_delivery.models import Assignment, Attendee, LearningProduct, ProductComment, ProductFile
from gongxue.stage5_delivery.models.products import RESULTS_STAGE
from gongxue.stage5_delivery.queries import delivery_of
from gongxue.stage5_delivery.queries.products import last_of_work, sealed_works, work_of_assignment

PRODUCTS_EACH = 20  # per trainee and attempt; ours, so that nobody fills the disk


@dataclass(frozen=True, slots=True)
class _Work:
    """What is handed in, for whom: the author first, then whoever else it counts for."""

    members: list[Attendee]
    assignment: Assignment | None
    before: LearningProduct | None  # the latest version of the same work


@dataclass(frozen=True, slots=True)
class _Given:
    """What comes along: words and files."""

    title: str
    note: str
    file: UploadedFile | None
    uploads: Sequence[str]


@action(Permission.HAND_IN)
def hand_in(
    *, attendee: Attendee, title: str, by: Role, now: datetime, note: str = "",
    file: UploadedFile | None = None, uploads: Sequence[str] = (), assignment: Assignment | None = None,
) -> LearningProduct:  # fmt: skip
    """A trainee hands in a learning product (TR 12.1); the time is the server's at this act, with all files arrived.

    `uploads` names resumable uploads that were received and checked, `file` comes along with the request. What is
    handed in again for an assignment is a new version. Work of a group counts for each of its members.

    Refused: not one's own, outside the class, while the handed-in work is being scored, when results are confirmed.
    """
    asked = lock(assignment, by) if assignment is not None else None
    row = _lock_author(attendee, asked, by)
    return _hand_in(Permission.HAND_IN, _work(row, asked, None), _Given(title, note, file, uploads), by, now)


@action(Permission.NEW_VERSION)
def hand_in_version(
    *, product: LearningProduct, title: str, by: Role, now: datetime, note: str = "",
    file: UploadedFile | None = None, uploads: Sequence[str] = (),
) -> LearningProduct:  # fmt: skip
    """A new version of what was handed in, under the same rules; the earlier ones stay."""
    before = last_of_work(lock(product, by))
    asked = lock(before.assignment, by) if before.assignment is not None else None
    row = _lock_author(product.attendee, asked, by)
    given = _Given(title, note, file, uploads)
    return _hand_in(Permission.NEW_VERSION, _work(row, asked, before), given, by, now)


def _hand_in(permission: Permission, work: _Work, given: _Given, by: Role, now: datetime) -> LearningProduct:
    refuse_if(_closed_breaches(work) + _words_breaches(work, given))
    files = _files(work, given, by, now)
    product = _keep(work, given, files, by, now)
    record(permission, by=by, now=now, about=work.members[0], changes=_changes(product, files))
    if len(work.members) > 1:
        notices.handed_in_for(product, work.members[1:], now)
    return product


def _lock_author(attendee: Attendee, assignment: Assignment | None, by: Role) -> Attendee:
    """The author's row, locked; with a group's work all its members' in one order, so that no two wait crosswise."""
    if assignment is not None and assignment.is_group and attendee.group is not None:
        lock_rows(Attendee.objects.inside(training_class=attendee.training_class_id, group=attendee.group))
    row = lock(attendee, by)
    if row.application.person.account_id != by.account_id:
        raise NotAllowed("只能提交自己的学习成果。", "MG 13")
    if delivery_of(row.training_class) is None:
        raise RuleBroken([Breach("hand_in.early", "TR 12.1", "尚未开班。", "请在培训期间提交。")])
    return row


def _work(row: Attendee, assignment: Assignment | None, before: LearningProduct | None) -> _Work:
    """For whom it counts, and the version before; NotThere when something named is not of this trainee's class."""
    for named in (assignment, before):
        if named is not None and named.training_class_id != row.training_class_id:
            raise NotThere
    if assignment is not None:
        before = work_of_assignment(assignment, row)
    if assignment is None or not assignment.is_group:
        return _Work([row], assignment, before)
    if row.group is None:
        raise RuleBroken(
            [
                Breach(
                    "hand_in.group", "TR 12.1", "您还没有分组，不能提交小组成果。", "请联系班务管理教师分组。"
                )
            ]
        )
    others = Attendee.objects.inside(
        training_class=row.training_class_id, group=row.group, attempt=row.attempt
    ).select_related("training_class", "application__person__account")
    return _Work([row, *others.exclude(pk=row.pk).order_by("pk")], assignment, before)


def _closed_breaches(work: _Work) -> list[Breach]:
    row = work.members[0]
    if row.training_class.stage >= RESULTS_STAGE:
        says = "成绩已确认，不再接收学习成果。"
        return [Breach("hand_in.over", "TR 12.1", says, "如成绩有误，请培训机构申请更正。")]
    if not row.may_hand_in:
        says = "本次成果已开始评分，不能再提交。"
        return [Breach("hand_in.closed", "TR 12.1", says, "评分低于 60 分时可二次提交。")]
    if not all(member.may_hand_in for member in work.members):
        # Work that is being scored for one of them stays as it is for all of them.
        says = "本组成果已开始评分，不能再提交小组成果。"
        return [Breach("hand_in.closed", "TR 12.1", says, "可以提交您个人的成果。")]
    if work.assignment is not None and work.assignment.state != AssignmentState.SET:
        says = f"任务“{work.assignment}”已撤销。"
        return [Breach("hand_in.withdrawn", "TR 12.1", says, "可作为自选成果提交。")]
    return []


def _words_breaches(work: _Work, given: _Given) -> list[Breach]:
    breaches = []
    if not 1 <= len(given.title.strip()) <= TITLE_LIMIT:
        says = f"请填写成果名称（{TITLE_LIMIT} 字以内）。"
        breaches.append(Breach("hand_in.title", "TR 12.1", says, "请填写名称后再提交。"))
    if len(given.note.strip()) > NOTE_LIMIT:
        breaches.append(
            Breach("hand_in.note", "TR 12.1", f"说明超过 {NOTE_LIMIT} 字。", "请精简，或写入文件。")
        )
    row = work.members[0]
    if LearningProduct.objects.inside(attendee=row, attempt=row.attempt).count() >= PRODUCTS_EACH:
        says = f"每次最多提交 {PRODUCTS_EACH} 个文件。"
        breaches.append(Breach("hand_in.many", "TR 12.1", says, "请合并后提交。"))
    return breaches


def _files(work: _Work, given: _Given, by: Role, now: datetime) -> list[ProductFile]:
    """Stored files, not yet tied to a product. RuleBroken when they are not what is asked for."""
    uploads, file = given.uploads, given.file
    asked = work.assignment
    claimed = claim(uids=uploads, slot=PRODUCTS, by=by, now=now) if uploads else []
    files = [ProductFile(file=stored, facts=upload.facts) for stored, upload in claimed]
    names = [kind_of(one.file.name) for one in files] + ([kind_of(file.name or "")] if file else [])
    most = asked.most_files if asked else FILES_MOST
    refuse_if(files_breaches(names, asked.kinds if asked else (), most) if asked or len(names) > most else [])
    if file:
        files.append(ProductFile(file=store_upload(file, slot=PRODUCTS, now=now, by=by.account)))
    return files


def _keep(work: _Work, given: _Given, files: list[ProductFile], by: Role, now: datetime) -> LearningProduct:
    """A row for each member; all rows of a work point to the one that began it. Returns the author's."""
    before, group = (
        work.before,
        work.members[0].group if work.assignment and work.assignment.is_group else None,
    )
    root = before.work if before else None
    rows: list[LearningProduct] = []
    for member in work.members:
        row = LearningProduct.objects.create(
            training_class=member.training_class, attendee=member, attempt=member.attempt,
            assignment=work.assignment, root_id=root or (rows[0].pk if rows else None),
            version=before.version + 1 if before else 1, group=group, title=given.title.strip(),
            note=given.note.strip(), handed_in_at=now, handed_in_by=by.account,
        )  # fmt: skip
        rows.append(row)
    ProductFile.objects.bulk_create(
        ProductFile(product=row, number=number, file=one.file, facts=one.facts)
        for row in rows
        for number, one in enumerate(files, 1)
    )
    return rows[0]


def _changes(product: LearningProduct, files: list[ProductFile]) -> dict[str, list[str | None]]:
    """For the trail: which attempt and version, and the digest of each file."""
    version = f" 第{product.version}版" if product.version > 1 else ""
    stored: list[StoredFile] = [one.file for one in files]
    return {
        f"第{product.attempt}次{version}": [None, product.title],
        **{f"文件{number}": [None, one.digest] for number, one in enumerate(stored, 1)},
    }


def close_hand_in(attendee: Attendee) -> None:
    """The first sheet is in: the work under scoring no longer changes."""
    Attendee.objects.inside(pk=attendee.pk).update(may_hand_in=False)
    attendee.may_hand_in = False


def open_second_hand_in(attendee: Attendee) -> None:
    """Below 60: the work may be handed in once more (TR 12.1)."""
    Attendee.objects.inside(pk=attendee.pk, attempt=1).update(may_hand_in=True, attempt=2)
    attendee.may_hand_in, attendee.attempt = True, 2


def scoring_complete(attendee: Attendee, attempt: int) -> None:
    """All sheets of an attempt are in: what was said about the work, by whomever, sways no scorer any more.

    What concerns somebody else of the group whose sheets are not all in stays sealed.
    """
    Attendee.objects.inside(pk=attendee.pk).update(scored=attempt)
    attendee.scored = attempt
    own = LearningProduct.objects.inside(attendee=attendee)
    works = {product.work for product in own.only("pk", "root_id")}
    opened = works - sealed_works(works)
    ProductComment.objects.inside(product__in=opened, sealed=True).update(sealed=False)
