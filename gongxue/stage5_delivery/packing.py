"""The portfolio on paper and as an archive: an index as PDF, and every file of every version in folders.

The archive lies below the store's folder, is no stored file and goes after a day. Files are put in as they are
(films do not get smaller), one after the other, so that the job takes no memory.
"""

from __future__ import annotations

import zipfile
from datetime import datetime, time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.timezone import localtime

from gongxue.foundation.files.store import CHUNK, clean_name, path_of
from gongxue.foundation.identity.models import Role
from gongxue.foundation.jobs.backend import advance
from gongxue.foundation.lifecycle.errors import NotThere
from gongxue.foundation.pages.typesetter import typeset
from gongxue.regulations.attendance import Presence
from gongxue.regulations.calendar import SHANGHAI
from gongxue.stage5_delivery.models import (
    Attendee,
    LearningProduct,
    PortfolioPack,
    ProductComment,
    ProductFile,
)
from gongxue.stage5_delivery.models.products import PACK_KEPT
from gongxue.stage5_delivery.queries.portfolio import Portfolio, Work, portfolio_of

TEMPLATE = Path(__file__).parent / "typst" / "portfolio.typ"
INDEX = "学习档案目录.pdf"
ATTENDEE_READ = ("application__person__account", "application__employer")


def pack_path(pack: PortfolioPack) -> Path:
    """Where an archive lies."""
    return Path(settings.STORE_DIR) / "exports" / f"{pack.uid.hex}.zip"


def _moment(at: datetime) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M}"


def index_pdf(portfolio: Portfolio) -> bytes:
    """The index of a portfolio, as whoever asked may see it; the same contents give the same bytes.

    GlyphsMissing when a character is in no font.
    """
    attendee, absence, at = portfolio.attendee, portfolio.absence, _latest(portfolio)
    tc = attendee.training_class
    data = {
        "name": attendee.application.person.name,
        "employer": attendee.application.employer.name,
        "seat": attendee.application.seat,
        "group": attendee.group,
        "class": str(tc),
        "institution": tc.institution.name,
        "days": f"{tc.first_day:%Y-%m-%d} 至 {tc.last_day:%Y-%m-%d}",
        "absent": absence.counted,
        "limit": tc.edition.absence_limit,
        "marks": {Presence(value).title: number for value, number in absence.counts.items()},
        "works": [_work_data(work) for work in portfolio.works],
        "missing": [row.title for row in portfolio.missing],
        "until": _moment(at),
    }
    return typeset(TEMPLATE, data, at)


def _latest(portfolio: Portfolio) -> datetime:
    """When the last of what it shows came about; the first day of the class when there is nothing."""
    first = datetime.combine(portfolio.attendee.training_class.first_day, time(), SHANGHAI)
    moments = [version.handed_in_at for work in portfolio.works for version in work.versions]
    said = [row.at for work in portfolio.works for top in work.comments for row in (top, *top.thread)]
    return max([first, *moments, *said])


def _work_data(work: Work) -> dict[str, Any]:
    latest = work.latest
    return {
        "title": latest.title,
        "task": latest.assignment.title if latest.assignment else "自选成果",
        "module": latest.assignment.module_title if latest.assignment else "",
        "group": latest.group,
        "versions": [_version_data(version) for version in work.versions],
        "comments": [line for top in work.comments for line in _comment_data(top)],
    }


def _version_data(version: LearningProduct) -> dict[str, Any]:
    return {
        "version": version.version,
        "attempt": version.attempt,
        "at": _moment(version.handed_in_at),
        "by": version.handed_in_by.name if version.handed_in_by is not None else "",
        "late": version.is_late,
        "note": version.note,
        "files": [
            {"name": one.file.name, "size": f"{one.file.size / 1_048_576:.1f} MB", "digest": one.file.digest}
            for one in version.file_list
        ],
    }


def _comment_data(top: ProductComment) -> list[dict[str, Any]]:
    return [
        {"by": row.by.name, "at": _moment(row.at), "text": row.text, "answer": row is not top}
        for row in (top, *top.thread)
    ]


def build(pk: int, by: Role, now: datetime) -> dict[str, int]:
    """Make the archive of a pack. Run twice, it is made once; NotThere when the role may see the trainee no longer."""
    pack = PortfolioPack.objects.scope(by).filter(pk=pk).select_related("attendee").first()
    if pack is None:
        raise NotThere
    if pack.made_at is not None:
        return {"files": 0}
    portfolio = portfolio_of(by, _attendee(pack, by))
    path = pack_path(pack)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    unfinished = path.with_suffix(".part")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        archive.writestr(_entry(INDEX, now), index_pdf(portfolio))
        files = _add_all(archive, portfolio)
    unfinished.replace(path)
    PortfolioPack.objects.inside(pk=pack.pk, made_at=None).update(made_at=now, size=path.stat().st_size)
    return {"files": files}


def _attendee(pack: PortfolioPack, by: Role) -> Attendee:
    rows = Attendee.objects.scope(by).select_related("training_class__institution", *ATTENDEE_READ)
    found: Attendee | None = rows.filter(pk=pack.attendee_id).first()
    if found is None:
        raise NotThere
    return found


def _add_all(archive: zipfile.ZipFile, portfolio: Portfolio) -> int:
    rows = [
        (f"{number:02} {_folder(work.latest.title)}/第{version.version}版", version, one)
        for number, work in enumerate(portfolio.works, 1)
        for version in reversed(work.versions)
        for one in version.file_list
    ]
    total = sum(one.file.size for _, _, one in rows)
    done = 0
    for folder, version, one in rows:
        name = f"{folder}/{one.number:02} {clean_name(one.file.name)}"
        done = _add(archive, _entry(name, version.handed_in_at), one, done, total)
    return len(rows)


def _folder(title: str) -> str:
    return clean_name(title.replace("/", "／").replace("\\", "＼"))[:60]


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, localtime(at).timetuple()[:6])
    entry.external_attr = 0o640 << 16
    return entry


def _add(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, one: ProductFile, done: int, total: int) -> int:
    """Put one file in; returns the bytes done so far."""
    with (
        path_of(one.file.digest).open("rb") as source,
        archive.open(entry, "w", force_zip64=one.file.size >= 1 << 31) as inside,
    ):
        while chunk := source.read(CHUNK):
            inside.write(chunk)
            done += len(chunk)
            if done % (32 * CHUNK) < CHUNK:
                advance(done // CHUNK, -(-total // CHUNK))
    return done


def forget_old(now: datetime) -> int:
    """Remove archives after a day, and those whose row is gone; returns how many packs."""
    old = PortfolioPack.objects.unscoped("archives go after a day").filter(asked_at__lt=now - PACK_KEPT)
    gone = 0
    for pack in list(old):
        if pack.until < now:
            pack_path(pack).unlink(missing_ok=True)
            pack_path(pack).with_suffix(".part").unlink(missing_ok=True)
            pack.delete()
            gone += 1
    return gone
