"""A portfolio as one archive: asked for here, made by a job."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Sum

from gongxue.foundation.files.resumable import SPARE
from gongxue.foundation.identity.models import Role
from gongxue.foundation.jobs.backend import enqueue_as
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.roles import Permission
from gongxue.stage5_delivery.models import Attendee, PortfolioPack, ProductFile
from gongxue.stage5_delivery.queries.products import packs_visible_to


@action(Permission.PACK_PORTFOLIO)
def pack_portfolio(*, attendee: Attendee, by: Role, now: datetime) -> PortfolioPack:
    """Ask for all products, comments and the attendance of a trainee as one archive; whoever asked fetches it.

    Refused: one is being made for the same person, no room on the disk for the files once more.
    """
    from gongxue.stage5_delivery.tasks import build_portfolio

    row = lock(attendee, by)
    waiting = [pack for pack in packs_visible_to(by, row).filter(made_at=None) if not pack.failed]
    if waiting:
        raise RuleBroken(
            [Breach("portfolio.waiting", "MG 25", "学习档案正在打包。", "请稍候，完成后在本页下载。")]
        )
    refuse_if(_room_breaches(row))
    pack = PortfolioPack.objects.create(attendee=row, asked_by=by.account, asked_at=now)
    pack.job = enqueue_as(by, build_portfolio, pack=pack.pk)
    pack.save(update_fields=["job"])
    record(Permission.PACK_PORTFOLIO, by=by, now=now, about=row)
    return pack


def _room_breaches(attendee: Attendee) -> list[Breach]:
    files = ProductFile.objects.inside(product__attendee=attendee)
    size = files.aggregate(total=Sum("file__size"))["total"] or 0
    folder = Path(settings.STORE_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    if shutil.disk_usage(folder).free >= size + SPARE:
        return []
    return [
        Breach(
            "portfolio.full", "MG 25", "平台存储空间不足，不能打包。", "请逐个下载文件，或联系部指导中心。"
        )
    ]
