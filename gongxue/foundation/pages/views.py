"""Health, and what Django asks for."""

from __future__ import annotations

import shutil

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from gongxue.foundation.keys import KeysMissing, key


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form did not come from our page, or the page is too old."""
    return render(request, "pages/csrf.html", status=403)


def livez(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"live": True})


def readyz(request: HttpRequest) -> JsonResponse:
    """Database answers, migrations are applied, keys are there, the disk has room; no details for strangers."""
    ready = _database_ready() and _keys_ready() and _disk_ready()
    return JsonResponse({"ready": ready}, status=200 if ready else 503)


def _database_ready() -> bool:
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM django_migrations")
            return bool(cursor.fetchone()[0])
    except Exception:  # noqa: BLE001 — whatever is wrong, the answer is no
        return False


def _keys_ready() -> bool:
    try:
        return bool(key("master.key"))
    except KeysMissing:
        return False


def _disk_ready() -> bool:
    usage = shutil.disk_usage(settings.VAR_DIR)
    return usage.free / usage.total > 0.02  # two percent: below that nothing can be promised
