"""The one-inch photo of form 1 (TR 附件1: 1寸照片)."""

from __future__ import annotations

from datetime import datetime

from django.core.files.uploadedfile import UploadedFile

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.foundation.official_forms.portraits import add_portrait
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.lifecycle import ApplicationState
from gongxue.regulations.roles import Permission
from gongxue.stage4_enrolment.models import Application


@action(Permission.ATTACH_PHOTO)
def attach_photo(*, application: Application, photo: UploadedFile, by: Role, now: datetime) -> Application:
    """One's photo on form 1 while it is a draft: JPG or PNG, 25:35, at least 295 × 413 pixels, up to 10 MB.

    Kept under one's own key and offered again with the next form. What should be looked at again (dark, a busy
    background) is in `application.photo_warnings`; nothing is refused for it.
    """
    row = lock(application, by)
    if row.state != ApplicationState.DRAFT:
        says = f"申请现为“{row.state_title}”，照片不能再更换。"
        way_out = "确需更换的，可退出报名后重新申请。"
        raise RuleBroken([Breach("photo.late", "TR 10", says, way_out)])
    answer = row.answer
    answer.portrait, row.photo_warnings = add_portrait(photo, by.account, now)
    answer.save(update_fields=["portrait"])
    record(Permission.ATTACH_PHOTO, by=by, now=now, about=answer)
    return row
