"""One-inch photos: sealed under the person's own key before the store sees them, reused for the next form."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from gongxue.foundation.files.photos import MEDIA_TYPE, read_photo
from gongxue.foundation.files.store import StoreFull, put, read
from gongxue.foundation.files.uploads import full_breach
from gongxue.foundation.identity.models import Account
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.foundation.official_forms.models import Answer, Portrait

_PLACE = "portrait.photo"
NAME = "照片.jpg"  # says nothing of whose it is


def add_portrait(
    upload: UploadedFile[Any], account: Account, now: datetime
) -> tuple[Portrait, tuple[str, ...]]:
    """Check and keep a photo of somebody; what a person should look at again comes beside it.

    RuleBroken as `read_photo`, and when the store has no room. Destroying the account's key destroys the photo.
    """
    photo = read_photo(upload)
    sealed = account.seal(base64.b64encode(photo.jpeg).decode(), _PLACE)
    try:
        file = put([sealed], name=NAME, media_type=MEDIA_TYPE, now=now, by=account, sealed=True)
    except StoreFull as full:
        raise RuleBroken([full_breach()]) from full
    row = Portrait.objects.create(
        account=account, file=file, width=photo.width, height=photo.height, added_at=now
    )
    return row, photo.warnings


def latest_portrait(account: Account) -> Portrait | None:
    """The photo to begin the next form with."""
    found: Portrait | None = Portrait.objects.inside(account=account).order_by("-pk").first()
    return found


def photo_of(answer: Answer) -> bytes | None:
    """The JPEG that belongs to an answer, or None. Whoever calls has asked who may see the answer."""
    if answer.portrait is None:
        return None
    sealed = read(answer.portrait.file)
    return base64.b64decode(answer.account.unseal(sealed, _PLACE))
